//! The certificate's period (有效期). The register knows renewals only up to its as-of day, so a last day after that is
//! "due", never "expired".

use super::{Case, record};
use crate::finding::{Code, Confidence, Problem};
use crate::register::Status;
use alloc::string::ToString;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>) -> Vec<Problem> {
    let Some(record) = case.record() else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    if let Some(issued_on) = record.issued_on.filter(|issued_on| case.on < *issued_on) {
        problems.push(Problem::new(Code::ValidityNotYetStarted).value("issuedOn", issued_on.to_string()));
    }
    // A record that the register itself calls expired is the status rule's business.
    let last_day = record.expires_on.filter(|_| record.status != Status::Expired);
    let extension = last_day.and_then(|day| case.reference.extension(record.number.product(), day));
    let extended_to = extension.map(|extension| extension.extended_to);
    if let Some(expires_on) = extended_to.max(last_day) {
        let as_of = case.standing.as_of.legal_day();
        let due_from = expires_on.plus_days(-i32::from(case.policy.due_days));
        let in_force = matches!(record.status, Status::Valid | Status::Unknown);
        let code = match () {
            () if case.on <= expires_on && case.on >= due_from && in_force => Some(Code::ValidityDueToExpire),
            () if case.on <= expires_on => None,
            () if expires_on >= as_of => Some(Code::ValidityLapsedSinceAsOf),
            () if case.released_before(expires_on.plus_days(1)) => Some(Code::ValidityReleasedEarlier),
            () => Some(Code::ValidityExpired),
        };
        problems.extend(code.map(|code| {
            Problem::new(code).value("expiresOn", expires_on.to_string()).value("on", case.on.to_string())
        }));
    }
    let extended = extension.map(|extension| {
        let is_certain = extension.confidence == Confidence::Confirmed;
        Problem::new(if is_certain { Code::ValidityExtended } else { Code::ValidityExtensionUnconfirmed })
            .value("extendedTo", extension.extended_to.to_string())
            .value("announcement", extension.announcement.clone())
            .evidence(extension.evidence())
    });
    let stated = problems.into_iter().map(|problem| problem.evidence(record::evidence(case, record)));
    extended.into_iter().chain(stated).collect()
}
