//! Is the product kind under the duty on that day?

use super::Case;
use crate::catalogue::{CatalogueRow, Scheme, Transition};
use crate::finding::{Code, Confidence, Evidence, Problem};
use crate::reference::Attribute;
use crate::text::digits;
use alloc::vec::Vec;

/// Whether the product needs a paper on the day asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    /// It does, or nothing is known against it.
    Stands,
    /// It does not, and that is confirmed.
    Absent,
    /// The public sources do not decide. Then nothing about the paper rejects, and nothing is waved through.
    Undecided,
}

pub(super) fn duty(case: &Case<'_>) -> Duty {
    match &case.row {
        None if not_yet_mandatory(case).is_some() => Duty::Absent,
        Some(row) if row.scheme == Scheme::Removed && row.confidence() == Confidence::Confirmed => Duty::Absent,
        Some(row) if matches!(row.scheme, Scheme::Removed | Scheme::Unresolved) => Duty::Undecided,
        _ => Duty::Stands,
    }
}

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let Some(subject) = case.subject else {
        return;
    };
    problems.extend(listing(case, subject));
    case.claim.attributes.iter().for_each(|name| problems.push(attribute(case, subject, name)));
}

/// The confirmed addition of the product kind that is still ahead on the day asked about.
fn not_yet_mandatory<'a>(case: &'a Case<'_>) -> Option<&'a Transition> {
    let subject = case.subject.filter(|_| case.row.is_none())?;
    case.reference.transitions_of(subject).find(|transition| {
        transition.is_addition && case.on < transition.mandatory_from && transition.confidence == Confidence::Confirmed
    })
}

fn listing(case: &Case<'_>, subject: u16) -> Option<Problem> {
    let product = digits(subject, 4);
    let Some(row) = &case.row else {
        if let Some(addition) = not_yet_mandatory(case) {
            let problem = Problem::new(Code::CatalogueNotYetMandatory)
                .value("product", product)
                .value("from", addition.mandatory_from);
            return Some(problem.evidence(addition.evidence()));
        }
        let is_known = case.reference.catalogue.knows(subject);
        let code = if is_known { Code::CatalogueNotYetListed } else { Code::CatalogueCodeUnknown };
        return Some(Problem::new(code).value("product", product).value("on", case.on));
    };
    let code = match row.scheme {
        Scheme::ThirdParty | Scheme::SelfDeclarationA | Scheme::SelfDeclarationB => return None,
        Scheme::Merged => Code::CatalogueMerged,
        Scheme::Unresolved => Code::CatalogueUnresolved,
        Scheme::Removed if row.confidence() == Confidence::Confirmed => Code::CatalogueRemoved,
        Scheme::Removed => Code::CatalogueRemovalUnconfirmed,
    };
    let problem = Problem::new(code)
        .value("product", product)
        .value("name", row.product_zh)
        .value("nameEn", row.product_en)
        .value("since", row.effective_from);
    Some(problem.evidence(row.evidence()))
}

/// An attribute that decides the scheme and that no number shows.
fn attribute(case: &Case<'_>, subject: u16, name: &str) -> Problem {
    match case.reference.attribute(name, subject) {
        None => Problem::new(Code::CatalogueAttributeUnknown).value("attribute", name),
        Some(attribute) => Problem::new(Code::CatalogueAttributeDecides)
            .value("attribute", &*attribute.name)
            .value("meaning", &*attribute.zh)
            .value("meaningEn", &*attribute.en)
            .evidence(attribute_evidence(attribute)),
    }
}

fn attribute_evidence(attribute: &Attribute) -> Evidence {
    Evidence { reference: attribute.name.clone(), source: attribute.source.clone(), confidence: attribute.confidence }
}

/// What the scheme of the product rests on: the row, or an attribute that the claim states and that decides it.
pub(super) fn scheme_evidence(case: &Case<'_>, subject: u16, row: &CatalogueRow<'_>) -> Evidence {
    let deciding = case.claim.attributes.iter().find_map(|name| case.reference.attribute(name, subject));
    deciding.map_or_else(|| row.evidence(), attribute_evidence)
}
