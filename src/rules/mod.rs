//! The rules, one a file, in the order in which they run, and the verdict that follows from what they find.

mod body;
mod catalogue;
mod freshness;
mod number;
mod record;
mod scheme;
mod status;
mod validity;

use crate::catalogue::{CatalogueRow, Requirement, Scheme};
use crate::claim::Claim;
use crate::date::{Day, Instant};
use crate::finding::{Code, Finding, Problem};
use crate::number::{self as numbers, CccNumber};
use crate::policy::Policy;
use crate::register::{Found, Record, Reference, Register, Standing};
use crate::verdict::{Decision, Outcome, Verdict};
use alloc::vec::Vec;

/// All that a rule may look at.
struct Case<'a> {
    claim: &'a Claim,
    policy: &'a Policy,
    reference: &'a Reference,
    standing: &'a Standing,
    number: CccNumber,
    /// The day whose law is asked about.
    on: Day,
    /// The legal day of "now".
    today: Day,
    row: Option<CatalogueRow>,
    next: Option<CatalogueRow>,
    found: Found,
}

impl Case<'_> {
    fn record(&self) -> Option<&Record> {
        match &self.found {
            Found::Record(record) => Some(record),
            Found::Absent | Found::NotCovered => None,
        }
    }

    /// The earliest day on which the claim says that the goods were released or imported.
    fn released(&self) -> Option<Day> {
        [self.claim.released_on, self.claim.imported_on].into_iter().flatten().min()
    }
}

type Rule = fn(&Case<'_>) -> Vec<Problem>;

const RULES: [Rule; 8] = [
    number::apply,
    body::apply,
    catalogue::apply,
    scheme::apply,
    record::apply,
    status::apply,
    validity::apply,
    freshness::apply,
];

/// Checks a claim. `register` is the register to ask, or the stable code of the reason why there is none.
///
/// Pure: the same claim, register, policy and instant give the same verdict. Never panics.
pub fn check<R: Register>(claim: &Claim, register: Result<&R, &str>, policy: &Policy, now: Instant) -> Verdict {
    let today = now.legal_day();
    let reading = numbers::parse(claim.number.as_deref().unwrap_or_default());
    let mut verdict = Verdict {
        outcome: Outcome::Checked,
        decision: Decision::Accept,
        confirmable: false,
        on: claim.on.unwrap_or(today),
        checked_at: now,
        number: reading,
        requirement: None,
        record: None,
        findings: Vec::new(),
        register: register.ok().map(|register| register.standing(now)),
        policy: policy.digest(),
    };
    match verdict.number.ccc {
        None => {
            let problems = verdict.number.findings.clone();
            conclude(&mut verdict, policy, problems);
        }
        Some(number) => look_up(&mut verdict, claim, register, policy, number, today),
    }
    verdict
}

fn look_up<R: Register>(
    verdict: &mut Verdict,
    claim: &Claim,
    register: Result<&R, &str>,
    policy: &Policy,
    number: CccNumber,
    today: Day,
) {
    let answer = register.and_then(|register| {
        let found = register.find(number).map_err(|_| "snapshot.malformed")?;
        Ok((register.reference(), found))
    });
    let (reference, found, standing) = match (answer, verdict.register.clone()) {
        (Ok((reference, found)), Some(standing)) => (reference, found, standing),
        (answer, _) => {
            let reason = answer.err().unwrap_or_default();
            verdict.outcome = Outcome::Unavailable;
            let problem = Problem::new(Code::RegisterUnavailable).value("reason", reason);
            return conclude(verdict, policy, Vec::from([problem]));
        }
    };
    let case = Case {
        claim,
        policy,
        reference,
        standing: &standing,
        number,
        on: verdict.on,
        today,
        row: reference.catalogue.on(number.product(), verdict.on),
        next: reference.catalogue.after(number.product(), verdict.on),
        found,
    };
    verdict.requirement = case.row.as_ref().map(|row| Requirement::new(row, case.next.as_ref()));
    verdict.record = case.record().copied();
    let not_required = case.row.as_ref().is_some_and(|row| row.scheme == Scheme::Removed);
    verdict.outcome = match found {
        _ if not_required => Outcome::NotRequired,
        Found::NotCovered => Outcome::NotCovered,
        Found::Record(_) | Found::Absent => Outcome::Checked,
    };
    let problems = RULES.iter().flat_map(|rule| rule(&case)).collect();
    conclude(verdict, policy, problems);
}

/// Weighs the problems and draws the decision from them.
fn conclude(verdict: &mut Verdict, policy: &Policy, problems: Vec<Problem>) {
    let trusted = verdict.register.as_ref().is_none_or(|standing| freshness::is_trusted(standing.freshness));
    let unavailable = verdict.outcome == Outcome::Unavailable;
    verdict.findings = problems
        .into_iter()
        .map(|problem| {
            let informational = verdict.outcome == Outcome::NotRequired && is_of_the_register(problem.code);
            let stands = trusted || freshness::outlasts_expiry(problem.code);
            let decision = match policy.decide(&problem) {
                _ if informational => Decision::Accept,
                Decision::Reject if !stands => Decision::Review,
                decision => decision,
            };
            Finding {
                code: problem.code,
                severity: problem.code.severity(),
                decision,
                confirmable: problem.code.confirmable(),
                values: problem.values,
                evidence: problem.evidence,
            }
        })
        .collect();
    let least = if unavailable { Decision::Review } else { Decision::Accept };
    verdict.decision = verdict.findings.iter().map(|finding| finding.decision).fold(least, Decision::max);
    verdict.confirmable = verdict
        .findings
        .iter()
        .filter(|finding| finding.decision == verdict.decision)
        .any(|finding| finding.confirmable);
}

/// Whether a finding speaks about the register's record, not about the duty.
fn is_of_the_register(code: Code) -> bool {
    matches!(code.as_str().split('.').next(), Some("body" | "record" | "status" | "validity"))
}
