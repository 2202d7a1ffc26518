//! Who issued it: is the body known, and is there an alert about it?

use super::Case;
use crate::finding::{Code, Evidence, Problem};
use crate::number::Kind;
use crate::reference::{Alert, AlertKind, Issuer};
use crate::text::digits;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    if let Some(number) = case.number.filter(|number| case.reference.body(number.body()).is_none()) {
        problems.push(Problem::new(Code::BodyUnrecognised).value("body", digits(number.body(), 2)));
    }
    for alert in case.reference.alerts.iter().filter(|alert| concerns(case, alert)) {
        let code = match alert.kind {
            AlertKind::DesignationLost => Code::BodyDesignationLost,
            AlertKind::AlertList => Code::BodyAlertList,
        };
        let problem = Problem::new(code)
            .value("issuer", issuer(alert))
            .day("since", alert.since)
            .value("alert", &*alert.zh)
            .value("alertEn", &*alert.en);
        let evidence =
            Evidence { reference: issuer(alert), source: alert.source.clone(), confidence: alert.confidence };
        problems.push(problem.evidence(evidence));
    }
}

/// An alert with a day concerns papers issued since; one whose day of issue the register does not give may be among them,
/// whatever day the claim gives.
fn concerns(case: &Case<'_>, alert: &Alert) -> bool {
    let issued_on = case.record().and_then(|record| record.issued_on);
    let in_time = alert.since.is_none_or(|since| issued_on.is_none_or(|issued_on| issued_on >= since));
    let by_issuer = match &alert.issuer {
        Issuer::Body(code) => case.number.is_some_and(|number| number.body() == *code),
        Issuer::NotifiedBody(digits) => case.reading.kind == Kind::NotifiedBody && case.reading.normalized == *digits,
    };
    in_time && by_issuer
}

fn issuer(alert: &Alert) -> String {
    match &alert.issuer {
        Issuer::Body(code) => digits(*code, 2),
        Issuer::NotifiedBody(digits) => digits.clone(),
    }
}
