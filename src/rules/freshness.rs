//! How far the register's word reaches: its age, and the day that is asked about.

use super::Case;
use crate::finding::{Code, Problem};
use crate::register::Freshness;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let as_of = case.standing.as_of;
    let stale = match case.standing.freshness {
        Freshness::Live | Freshness::Fresh => None,
        Freshness::Expired => Some(Code::RegisterExpired),
        Freshness::ClockBehind => Some(Code::RegisterClockBehind),
    };
    let other_day = match () {
        () if case.on == case.today => None,
        () if case.on > as_of.legal_day() => Some(Code::RegisterDayAfterEvidence),
        () if case.on < as_of.legal_day() => Some(Code::RegisterDayBeforeEvidence),
        () => None,
    };
    for code in [stale, other_day].into_iter().flatten() {
        problems.push(Problem::new(code).value("asOf", as_of).value("on", case.on));
    }
}

/// Whether a rejection may rest on a register of this freshness.
pub(super) fn is_trusted(freshness: Freshness) -> bool {
    matches!(freshness, Freshness::Live | Freshness::Fresh)
}

/// Whether a finding stands whatever the age of the register: revocation and cancellation are final, and the shape of a
/// number needs no register. A year in the future is only as good as the clock.
pub(super) fn outlasts_expiry(code: Code) -> bool {
    match code {
        Code::StatusRevoked | Code::StatusCancelled => true,
        Code::NumberYearInFuture => false,
        _ => code.as_str().starts_with("number."),
    }
}
