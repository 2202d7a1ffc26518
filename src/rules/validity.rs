//! The paper's period (有效期). The register knows renewals of certificates only up to its as-of day, so a last day after that is
//! "due", never "expired".

use super::{Case, record};
use crate::finding::{Code, Confidence, Problem};
use crate::register::{Paper, Status};
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let Some(record) = case.record() else {
        return;
    };
    // A record that the register itself calls expired is the status rule's business, and so is a declaration that lapsed.
    let is_certificate = matches!(record.number, Paper::Certificate(_));
    let last_day = record.expires_on.filter(|_| is_certificate && record.status != Status::Expired);
    let extension = last_day.zip(record.number.product()).and_then(|(day, code)| case.reference.extension(code, day));
    if let Some(extension) = extension {
        let is_certain = extension.confidence == Confidence::Confirmed;
        let code = if is_certain { Code::ValidityExtended } else { Code::ValidityExtensionUnconfirmed };
        problems.push(
            Problem::new(code)
                .value("extendedTo", extension.extended_to)
                .value("announcement", &*extension.announcement)
                .evidence(extension.evidence()),
        );
    }
    let mut state = |problem: Problem| problems.push(problem.evidence(record::evidence(case, record)));
    if let Some(issued_on) = record.issued_on.filter(|issued_on| case.on < *issued_on) {
        state(Problem::new(Code::ValidityNotYetStarted).value("issuedOn", issued_on));
    }
    let Some(expires_on) = extension.map(|extension| extension.extended_to).max(last_day) else {
        return;
    };
    let due_from = expires_on.plus_days(-i32::from(case.policy.due_days));
    let in_force = matches!(record.status, Status::Valid | Status::Unknown);
    let code = match () {
        () if case.on <= expires_on && case.on >= due_from && in_force => Code::ValidityDueToExpire,
        () if case.on <= expires_on => return,
        () if expires_on >= case.standing.as_of.legal_day() => Code::ValidityLapsedSinceAsOf,
        () if case.released_before(expires_on.plus_days(1)) => Code::ValidityReleasedEarlier,
        () => Code::ValidityExpired,
    };
    state(Problem::new(code).value("expiresOn", expires_on).value("on", case.on));
}
