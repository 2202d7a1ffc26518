//! The standing of the paper (证书状态) and its law: what left the factory before a change may be judged differently.

use super::{Case, record};
use crate::catalogue::ReleasedEarlier;
use crate::date::{Day, earlier};
use crate::finding::{Code, Problem};
use crate::register::{Paper, Record, Status};
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let Some(record) = case.record() else {
        return;
    };
    let is_declared = matches!(record.number, Paper::Declaration(_));
    let has_lapsed =
        is_declared && record.status == Status::Valid && record.expires_on.is_some_and(|last| last < case.on);
    let status = if has_lapsed { Status::Expired } else { record.status };
    let since = changed_on(record, status);
    // The register shows its as-of day: a change whose day it does not give came no later.
    let released_earlier =
        case.released_before(since.unwrap_or(case.standing.as_of.legal_day())) && !is_barred(case, record);
    let changed_later = since.is_some_and(|since| case.on < since);
    let code = match status {
        Status::Valid => return,
        // What the law makes of goods released before is known of certificates only: a person has to look, whatever the day.
        _ if is_declared => Code::StatusDeclarationNotValid,
        Status::Unknown => Code::StatusUnknown,
        _ if changed_later => Code::StatusChangedLater,
        Status::Revoked => Code::StatusRevoked,
        Status::Suspended | Status::Cancelled | Status::Expired if released_earlier => Code::StatusReleasedEarlier,
        Status::Suspended => Code::StatusSuspended,
        Status::Cancelled => Code::StatusCancelled,
        Status::Expired => Code::StatusExpired,
    };
    let problem = Problem::new(code).value("status", status.as_str()).day("since", since);
    let problem = match case.released() {
        Some(released) => problem.value("released", released),
        None => problem,
    };
    problems.push(problem.evidence(record::evidence(case, record)));
}

/// Since when the paper has its standing, as far as the register tells. One that expired did so after its last day,
/// even where that was entered later.
fn changed_on(record: &Record<Paper>, status: Status) -> Option<Day> {
    let lapsed_on = record.expires_on.filter(|_| status == Status::Expired).map(|last| last.plus_days(1));
    earlier(record.status_since, lapsed_on)
}

/// Whether the certificate was cancelled by an announcement that bars the sale of goods released before, too.
fn is_barred(case: &Case<'_>, record: &Record<Paper>) -> bool {
    record.status == Status::Cancelled
        && case.reference.transitions.iter().any(|transition| {
            record.number.product().is_some_and(|code| transition.concerns(code))
                && transition.released_earlier == ReleasedEarlier::Barred
                && transition.old_cancelled_on.is_some_and(|day| record.status_since == Some(day))
        })
}
