//! The rules, one a file, in the order in which they run, and the verdict that follows from what they find.

mod body;
mod catalogue;
mod days;
mod freshness;
mod holder;
mod model;
mod number;
mod product;
mod record;
mod scheme;
mod status;
mod validity;

use crate::catalogue::{CatalogueRow, Instrument, requirement};
use crate::claim::Claim;
use crate::date::{Day, Instant};
use crate::finding::{Code, Finding, Problem};
use crate::number::{self as numbers, CccNumber, Reading};
use crate::policy::Policy;
use crate::reference::Reference;
use crate::register::{Found, LookupError, Paper, Record, Register, Standing};
use crate::text::cut;
use crate::verdict::{Decision, Outcome, Verdict};
use alloc::vec::Vec;
use catalogue::Duty;
use product::Sold;

/// All that a rule may look at.
struct Case<'a> {
    claim: &'a Claim,
    policy: &'a Policy,
    reference: &'a Reference,
    standing: &'a Standing,
    reading: &'a Reading,
    /// The certificate's number, if the paper is a certificate with a well-formed one.
    number: Option<CccNumber>,
    instrument: Instrument,
    /// What the claim says is sold.
    sold: Sold,
    /// The product kind whose duty is asked about: the one sold, or else the number's.
    subject: Option<u16>,
    /// The catalogue's row for it on the day asked about.
    row: Option<CatalogueRow<'a>>,
    /// The day whose law is asked about.
    on: Day,
    /// The legal day of "now".
    today: Day,
    found: Found,
}

impl Case<'_> {
    fn record(&self) -> Option<&Record<Paper>> {
        match &self.found {
            Found::Record(record) => Some(record),
            Found::Absent { .. } | Found::NotCovered => None,
        }
    }

    /// The product kind of the paper: of a certificate it stands in the number.
    fn certified(&self) -> Option<u16> {
        let of_record = || self.record().and_then(|record| record.number.product());
        self.number.map(CccNumber::product).or_else(of_record)
    }

    /// The day by which the claim says that the goods were released and, if it says so, imported.
    fn released(&self) -> Option<Day> {
        self.claim.released_on.max(self.claim.imported_on)
    }

    /// Whether the goods are said to have been released or imported before a day. A bad paper covers neither step, so goods
    /// released before and imported later were not; nor were goods made on that day or later.
    fn released_before(&self, day: Day) -> bool {
        self.released().is_some_and(|released| released < day) && self.claim.made_on.is_none_or(|made| made < day)
    }

    /// Whether no certificate and no declaration is shown; a label without a number shows none.
    fn has_no_paper(&self) -> bool {
        let has_no_number = self.reading.findings.iter().any(|problem| problem.code == Code::NumberMissing);
        self.instrument == Instrument::ThirdPartyCertificate && has_no_number
    }
}

/// States what it finds.
type Rule = fn(&Case<'_>, &mut Vec<Problem>);

const RULES: [Rule; 12] = [
    number::apply,
    days::apply,
    body::apply,
    catalogue::apply,
    scheme::apply,
    record::apply,
    status::apply,
    validity::apply,
    holder::apply,
    product::apply,
    model::apply,
    freshness::apply,
];

/// Checks a claim. `register` is the register to ask, or the stable code of the reason why there is none.
///
/// Pure: the same claim, register, policy and instant give the same verdict. Never panics.
pub fn check<R: Register>(claim: &Claim, register: Result<&R, &str>, policy: &Policy, now: Instant) -> Verdict {
    let today = now.legal_day();
    let mut verdict = Verdict {
        outcome: Outcome::Checked,
        decision: Decision::Accept,
        confirmable: false,
        on: claim.on.unwrap_or(today),
        checked_at: now,
        number: numbers::parse(claim.number.as_deref().unwrap_or_default()),
        requirement: None,
        record: None,
        findings: Vec::new(),
        register: register.ok().map(|register| register.standing(now)),
        policy: policy.digest(),
    };
    let instrument = claim.instrument.unwrap_or(Instrument::ThirdPartyCertificate);
    let number = verdict.number.ccc.filter(|_| instrument == Instrument::ThirdPartyCertificate);
    let answer = register.and_then(|register| {
        let found = look_up(claim, &verdict.number, register);
        found.map(|found| (register.reference(), found)).map_err(LookupError::code)
    });
    let (problems, duty) = match (answer, &verdict.register) {
        (Ok((reference, found)), Some(standing)) => {
            let sold = Sold::new(reference, claim.product.as_deref(), verdict.on);
            let subject = sold.code().or(number.map(CccNumber::product));
            let case = Case {
                claim,
                policy,
                reference,
                standing,
                reading: &verdict.number,
                number,
                instrument,
                row: subject.and_then(|code| reference.catalogue.on(code, verdict.on)),
                sold,
                subject,
                on: verdict.on,
                today,
                found,
            };
            let mut problems = Vec::new();
            RULES.iter().for_each(|rule| rule(&case, &mut problems));
            let duty = catalogue::duty(&case);
            verdict.outcome = outcome(&case, duty);
            verdict.requirement = subject.map(|code| requirement(reference, code, verdict.on));
            if let Found::Record(record) = case.found {
                verdict.record = Some(record);
            }
            (problems, duty)
        }
        (answer, _) => without_register(&mut verdict, claim, answer.err().unwrap_or_default()),
    };
    conclude(&mut verdict, policy, duty, problems);
    verdict
}

/// What the register says of the paper.
#[cfg_attr(module, inline(never))]
fn look_up<R: Register>(claim: &Claim, reading: &Reading, register: &R) -> Result<Found, LookupError> {
    let mut otherwise = Found::NotCovered;
    for sought in claim.sought(reading).into_iter().flatten() {
        match register.find(sought, claim.wanted()) {
            Ok(Found::Absent { lapsed_since }) => otherwise = Found::Absent { lapsed_since },
            Ok(Found::NotCovered) => otherwise = Found::NotCovered,
            answer => return answer,
        }
    }
    Ok(otherwise)
}

/// What can be said without a register: that a number is not well-formed needs none, unless the claim names a product, of
/// which only the register's tables know whether it needs a number at all.
fn without_register(verdict: &mut Verdict, claim: &Claim, reason: &str) -> (Vec<Problem>, Duty) {
    let is_certificate = claim.instrument != Some(Instrument::SelfDeclaration);
    let names_product = claim.product.as_deref().is_some_and(|product| !product.trim().is_empty());
    if is_certificate && verdict.number.ccc.is_none() && !names_product {
        return (verdict.number.findings.clone(), Duty::Stands);
    }
    verdict.outcome = Outcome::Unavailable;
    let mut problems = if is_certificate { verdict.number.findings.clone() } else { Vec::new() };
    problems.push(Problem::new(Code::RegisterUnavailable).value("reason", reason));
    (problems, Duty::Undecided)
}

fn outcome(case: &Case<'_>, duty: Duty) -> Outcome {
    match case.found {
        _ if duty == Duty::Absent => Outcome::NotRequired,
        Found::NotCovered if case.number.is_some() => Outcome::NotCovered,
        _ => Outcome::Checked,
    }
}

/// Weighs the problems and draws the decision from them.
fn conclude(verdict: &mut Verdict, policy: &Policy, duty: Duty, problems: Vec<Problem>) {
    let trusted = verdict.register.as_ref().is_none_or(|standing| freshness::is_trusted(standing.freshness));
    for problem in problems {
        let about_paper = is_about_the_paper(problem.code);
        let is_due = duty == Duty::Stands || !about_paper;
        let stands = is_due && (trusted || freshness::outlasts_expiry(problem.code));
        let decision = match policy.decide(&problem) {
            _ if duty == Duty::Absent && about_paper => Decision::Accept,
            Decision::Reject if !stands => Decision::Review,
            decision => decision,
        };
        verdict.findings.push(Finding {
            code: problem.code,
            severity: problem.code.severity(),
            decision,
            confirmable: problem.code.confirmable(),
            values: problem.values,
            evidence: problem.evidence,
        });
    }
    let may_accept = trusted && verdict.outcome != Outcome::Unavailable && verdict.register.is_some();
    let least = if may_accept { Decision::Accept } else { Decision::Review };
    verdict.decision = verdict.findings.iter().map(|finding| finding.decision).fold(least, Decision::max);
    let mut decisive = verdict.findings.iter().filter(|finding| finding.decision == verdict.decision);
    verdict.confirmable = match verdict.decision {
        // One reason that no confirmation lifts is enough to reject.
        Decision::Reject => decisive.all(|finding| finding.confirmable),
        Decision::Review | Decision::Accept => decisive.any(|finding| finding.confirmable),
    };
}

/// Whether a finding speaks about the paper, which is information only where none is required. That the number is of
/// another product is more than that: then either the paper or the kind that the claim names is not that of the goods.
fn is_about_the_paper(code: Code) -> bool {
    !matches!(cut(code.as_str(), b'.'), Some(("catalogue" | "claim" | "product" | "register", _)))
}
