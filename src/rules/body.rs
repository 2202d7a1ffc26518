//! Who issued it: are digits 5 and 6 those of a certification body that is known here?

use super::Case;
use crate::finding::{Code, Problem};
use alloc::format;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>) -> Vec<Problem> {
    let code = case.number.body();
    match case.reference.body(code) {
        Some(_) => Vec::new(),
        None => Vec::from([Problem::new(Code::BodyUnrecognised).value("body", format!("{code:02}"))]),
    }
}
