//! Is a third-party certificate what this product needs on that day, and what changes next?

use super::Case;
use crate::catalogue::{CatalogueRow, Scheme};
use crate::date::Day;
use crate::finding::{Code, Problem};
use alloc::string::ToString;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>) -> Vec<Problem> {
    let Some(row) = &case.row else {
        return Vec::new();
    };
    let certificate = row.scheme.is_self_declaration().then(|| certificate_for_a_declared_kind(case, row));
    let ahead = case.next.as_ref().map(|next| {
        let problem = Problem::new(Code::SchemeChangeAhead)
            .value("from", next.effective_from.to_string())
            .value("scheme", next.scheme.as_str())
            .value("announcement", next.announcement.clone());
        problem.evidence(next.evidence())
    });
    certificate.into_iter().chain(ahead).collect()
}

/// The kind is self-declared on that day, but the seller shows a third-party certificate. It counts if the way back to
/// certification has begun and the certificate was issued since.
fn certificate_for_a_declared_kind(case: &Case<'_>, row: &CatalogueRow) -> Problem {
    let returning = case.next.as_ref().filter(|next| next.scheme == Scheme::ThirdParty);
    let begun: Option<(&CatalogueRow, Day)> =
        returning.and_then(|next| next.accept_from.filter(|day| *day <= case.on).map(|day| (next, day)));
    let Some((next, accept_from)) = begun else {
        return Problem::new(Code::SchemeSelfDeclarationApplies)
            .value("scheme", row.scheme.as_str())
            .value("since", row.effective_from.to_string())
            .evidence(row.evidence());
    };
    let issued_on = case.record().and_then(|record| record.issued_on);
    let code = match issued_on {
        Some(issued_on) if issued_on >= accept_from => Code::SchemeCertificateAccepted,
        _ => Code::SchemeOlderCertificate,
    };
    Problem::new(code)
        .value("acceptFrom", accept_from.to_string())
        .value("issuedOn", issued_on.map(|day| day.to_string()).unwrap_or_default())
        .value("mandatoryFrom", next.effective_from.to_string())
        .evidence(next.evidence())
}
