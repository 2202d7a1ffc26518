//! Is there a number, is it well-formed, and can it exist today?

use super::Case;
use super::product::Sold;
use crate::catalogue::Instrument;
use crate::finding::{Code, Confidence, Evidence, Problem};
use crate::text::digits;
use alloc::string::String;
use alloc::vec::Vec;

/// The year in which certificates of the scheme were first issued.
const FIRST_YEAR: u16 = 2002;

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    if case.instrument == Instrument::SelfDeclaration {
        // No grammar of self-declaration numbers is known, so none can be malformed.
        return;
    }
    let Some(number) = case.number else {
        // Where the product kind is known, the scheme decides what a missing paper means.
        let is_left_to_the_scheme = case.has_no_paper() && matches!(case.sold, Sold::Code(_));
        if !is_left_to_the_scheme {
            problems.extend_from_slice(&case.reading.findings);
        }
        return;
    };
    let year = number.year();
    problems.push(if year > case.today.year() {
        Problem::new(Code::NumberYearInFuture).value("year", digits(year, 1)).value("today", case.today)
    } else if year < FIRST_YEAR {
        Problem::new(Code::NumberYearBeforeScheme)
            .value("year", digits(year, 1))
            .value("first", digits(FIRST_YEAR, 1))
            .evidence(Evidence {
                reference: "AQSIQ Order 5".into(),
                source: String::new(),
                confidence: Confidence::FromMemory,
            })
    } else {
        return;
    });
}
