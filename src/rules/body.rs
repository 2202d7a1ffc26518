//! Who issued it: is the body known, and is there an alert about it?

use super::Case;
use crate::finding::{Code, Evidence, Problem};
use crate::number::Kind;
use crate::reference::{Alert, AlertKind, Issuer};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>) -> Vec<Problem> {
    let unrecognised = case
        .number
        .filter(|number| case.reference.body(number.body()).is_none())
        .map(|number| Problem::new(Code::BodyUnrecognised).value("body", format!("{:02}", number.body())));
    let alerts = case.reference.alerts.iter().filter(|alert| concerns(case, alert)).map(|alert| {
        let code = match alert.kind {
            AlertKind::DesignationLost => Code::BodyDesignationLost,
            AlertKind::AlertList => Code::BodyAlertList,
        };
        Problem::new(code)
            .value("issuer", issuer(alert))
            .value("since", alert.since.map(|day| day.to_string()).unwrap_or_default())
            .value("alert", alert.zh.clone())
            .value("alertEn", alert.en.clone())
            .evidence(Evidence { reference: issuer(alert), source: alert.source.clone(), confidence: alert.confidence })
    });
    unrecognised.into_iter().chain(alerts).collect()
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
        Issuer::Body(code) => format!("{code:02}"),
        Issuer::NotifiedBody(digits) => digits.clone(),
    }
}
