//! Does the register know the number, and how far is its word to be believed?

use super::Case;
use crate::catalogue::Instrument;
use crate::date::Day;
use crate::finding::{Code, Confidence, Evidence, Problem};
use crate::number::CccNumber;
use crate::register::{Found, Freshness, Paper, Provenance, Record};
use crate::text::digits;
use alloc::vec::Vec;

/// What a finding about a record rests on.
pub(super) fn evidence(case: &Case<'_>, record: &Record<Paper>) -> Evidence {
    Evidence {
        reference: match record.number {
            Paper::Certificate(_) => case.reading.normalized.clone(),
            Paper::Declaration(_) => case.claim.number.clone().unwrap_or_default(),
        },
        source: case.standing.origin.clone(),
        confidence: confidence(case, record),
    }
}

fn confidence(case: &Case<'_>, record: &Record<Paper>) -> Confidence {
    if is_out_of_place(case, record) { Confidence::FromMemory } else { record.provenance.confidence() }
}

/// Whether what a record says is a fact.
pub(super) fn is_confirmed(case: &Case<'_>, record: &Record<Paper>) -> bool {
    confidence(case, record) == Confidence::Confirmed
}

/// Made-up records are true in a made-up register only.
fn is_out_of_place(case: &Case<'_>, record: &Record<Paper>) -> bool {
    record.provenance == Provenance::Synthetic && !case.standing.synthetic
}

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let as_of = case.standing.as_of;
    let problem = match (&case.found, case.number) {
        (Found::Record(record), _) => {
            problems.extend(of_certificate(case, record));
            provenance(case, record)
        }
        (Found::NotCovered, Some(number)) => Some(
            Problem::new(Code::RecordNotCovered)
                .value("body", digits(number.body(), 2))
                .value("year", digits(number.year(), 1)),
        ),
        (Found::Absent { lapsed_since }, Some(number)) => {
            Some(Problem::new(absent(case, number, *lapsed_since)).value("asOf", as_of))
        }
        (_, None) if case.instrument != Instrument::SelfDeclaration => None,
        (Found::NotCovered, None) => Some(Problem::new(Code::RecordDeclarationNotLookedUp)),
        (Found::Absent { .. }, None) => Some(
            Problem::new(Code::RecordDeclarationNotFound)
                .value("number", case.claim.number.as_deref().unwrap_or_default())
                .value("asOf", as_of),
        ),
    };
    problems.extend(problem);
}

fn provenance(case: &Case<'_>, record: &Record<Paper>) -> Option<Problem> {
    let code = match record.provenance {
        Provenance::Register => return None,
        Provenance::Quoted => Code::RecordQuoted,
        Provenance::Synthetic if is_out_of_place(case, record) => Code::RecordSyntheticOutOfPlace,
        Provenance::Synthetic => Code::RecordSynthetic,
    };
    Some(Problem::new(code).evidence(evidence(case, record)))
}

/// A declaration under the number of a certificate is that certificate by another name.
fn of_certificate(case: &Case<'_>, record: &Record<Paper>) -> Option<Problem> {
    let is_another = case.number.is_none() && matches!(record.number, Paper::Certificate(_));
    let problem = || Problem::new(Code::RecordOfCertificate).value("number", &*case.reading.normalized);
    is_another.then(|| problem().evidence(evidence(case, record)))
}

/// A missing number is a fact only where the register is recent, had the time to learn of it, and shows what lapsed since the
/// days that the claim is about.
fn absent(case: &Case<'_>, number: CccNumber, lapsed_since: Option<Day>) -> Code {
    let recent = matches!(case.standing.freshness, Freshness::Fresh | Freshness::Live);
    let settled = number.year() < case.standing.as_of.legal_day().year();
    let claim = case.claim;
    let days = [Some(case.on), claim.made_on, claim.released_on, claim.imported_on];
    let shown = days.iter().all(|day| day.is_none() || *day >= lapsed_since);
    if recent && settled && shown { Code::RecordNotFound } else { Code::RecordNotFoundYet }
}
