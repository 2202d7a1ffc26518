//! The certificate's standing (证书状态) and its law: what left the factory before a change may be judged differently.

use super::{Case, record};
use crate::finding::{Code, Problem};
use crate::register::Status;
use alloc::string::ToString;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>) -> Vec<Problem> {
    let Some(record) = case.record() else {
        return Vec::new();
    };
    let since = record.status_since;
    let released_earlier = since.map_or(case.released().is_some(), |since| case.released_before(since));
    let changed_later = since.is_some_and(|since| case.on < since);
    let code = match record.status {
        Status::Valid => return Vec::new(),
        Status::Unknown => Code::StatusUnknown,
        _ if changed_later => Code::StatusChangedLater,
        Status::Revoked => Code::StatusRevoked,
        Status::Suspended | Status::Cancelled | Status::Expired if released_earlier => Code::StatusReleasedEarlier,
        Status::Suspended => Code::StatusSuspended,
        Status::Cancelled => Code::StatusCancelled,
        Status::Expired => Code::StatusExpired,
    };
    let problem = Problem::new(code)
        .value("status", record.status.as_str())
        .value("since", since.map(|day| day.to_string()).unwrap_or_default());
    let problem = match case.released() {
        Some(released) => problem.value("released", released.to_string()),
        None => problem,
    };
    Vec::from([problem.evidence(record::evidence(case, record))])
}
