//! Does the register know the number, and how far is its word to be believed?

use super::Case;
use crate::catalogue::Instrument;
use crate::date::Day;
use crate::finding::{Code, Confidence, Evidence, Problem};
use crate::number::CccNumber;
use crate::register::{Found, Freshness, Provenance, Record};
use crate::text::digits;
use alloc::string::ToString;
use alloc::vec::Vec;

/// What a finding about a record rests on.
pub(super) fn evidence(case: &Case<'_>, record: &Record) -> Evidence {
    Evidence {
        reference: record.number.to_string(),
        source: case.standing.origin.clone(),
        confidence: if is_out_of_place(case, record) { Confidence::FromMemory } else { record.provenance.confidence() },
    }
}

/// Made-up records are true in a made-up register only.
fn is_out_of_place(case: &Case<'_>, record: &Record) -> bool {
    record.provenance == Provenance::Synthetic && !case.standing.synthetic
}

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let Some(number) = case.number else {
        declaration(case, problems);
        return;
    };
    problems.push(match &case.found {
        Found::NotCovered => Problem::new(Code::RecordNotCovered)
            .value("body", digits(number.body(), 2))
            .value("year", digits(number.year(), 1)),
        Found::Absent { lapsed_since } => {
            Problem::new(absent(case, number, *lapsed_since)).value("asOf", case.standing.as_of)
        }
        Found::Record(record) => {
            problems.extend(provenance(case, record));
            return;
        }
    });
}

fn provenance(case: &Case<'_>, record: &Record) -> Option<Problem> {
    let code = match record.provenance {
        Provenance::Register => return None,
        Provenance::Quoted => Code::RecordQuoted,
        Provenance::Synthetic if is_out_of_place(case, record) => Code::RecordSyntheticOutOfPlace,
        Provenance::Synthetic => Code::RecordSynthetic,
    };
    Some(Problem::new(code).evidence(evidence(case, record)))
}

/// Declarations are in no register. One under the number of a certificate is that certificate by another name.
fn declaration(case: &Case<'_>, problems: &mut Vec<Problem>) {
    match case.record() {
        _ if case.instrument != Instrument::SelfDeclaration => {}
        None => problems.push(Problem::new(Code::RecordDeclarationNotLookedUp)),
        Some(record) => {
            let problem = Problem::new(Code::RecordOfCertificate).value("number", record.number.to_string());
            problems.push(problem.evidence(evidence(case, record)));
            problems.extend(provenance(case, record));
        }
    }
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
