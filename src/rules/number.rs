//! Is the number one that can exist today?

use super::Case;
use crate::finding::{Code, Confidence, Evidence, Problem};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The year in which certificates of the scheme were first issued.
const FIRST_YEAR: u16 = 2002;

pub(super) fn apply(case: &Case<'_>) -> Vec<Problem> {
    let year = case.number.year();
    let problem = if year > case.today.year() {
        Problem::new(Code::NumberYearInFuture).value("year", year.to_string()).value("today", case.today.to_string())
    } else if year < FIRST_YEAR {
        Problem::new(Code::NumberYearBeforeScheme)
            .value("year", year.to_string())
            .value("first", FIRST_YEAR.to_string())
            .evidence(Evidence {
                reference: "AQSIQ Order 5".into(),
                source: String::new(),
                confidence: Confidence::FromMemory,
            })
    } else {
        return Vec::new();
    };
    Vec::from([problem])
}
