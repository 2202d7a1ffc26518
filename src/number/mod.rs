//! Certificate numbers: what a seller typed, what it is, and what is wrong with it.

mod ccc;
mod check;
mod find;
mod grammar;
mod kind;
mod labels;
mod pattern;
mod read;
mod text;

pub use ccc::{CccNumber, LENGTH as CCC_LENGTH};
pub use find::{Candidate, Cut, MAX_CANDIDATES, MAX_FIND, MAX_STEPS_PER_CHARACTER, Search, Strength, find, search};
pub use kind::{ALL_KINDS, Kind};

use crate::date::Day;
use crate::finding::{Confidence, Problem};
use crate::json::json_struct;
use alloc::string::String;
use alloc::vec::Vec;

/// The longest text, in characters, that is read as one number; longer text is for finding numbers in it.
pub const MAX_TEXT: usize = 256;

/// A text read as a certificate number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What the number is.
    pub kind: Kind,
    /// The number without labels, blanks and version, in capitals; as the register writes it.
    pub normalized: String,
    /// Year of first issue, if this is a CCC number.
    pub year: Option<u16>,
    /// The certification body's two digits, if this is a CCC number.
    pub body: Option<String>,
    /// The product kind's four digits, if this is a CCC number.
    pub product: Option<String>,
    /// The body's six-digit serial, if this is a CCC number.
    pub serial: Option<String>,
    /// The bracketed version that vehicle documents print after the number, such as `B0`.
    pub version: Option<String>,
    /// The day of issue that vehicle documents print after the version.
    pub issued_on: Option<Day>,
    /// A well-formed number that the text may have meant; never applied silently.
    pub suggestion: Option<String>,
    /// What is wrong with the text, and where.
    pub findings: Vec<Problem>,
    /// Other kinds whose grammar fits as well, unless a label settled it.
    pub also: Vec<Kind>,
    /// How well the grammar of the kind is known; `from_memory` for `unknown`, which has none.
    pub confidence: Confidence,
    /// The number in typed form.
    pub ccc: Option<CccNumber>,
}

json_struct!(Reading {
    kind,
    normalized,
    year,
    body,
    product,
    serial,
    version,
    issued_on,
    suggestion,
    findings,
    also,
    confidence,
});

/// Reads one certificate number as sellers type it: full-width digits, blanks, hyphens, labels, a bracketed version.
/// Linear in the text, which is cut at [`MAX_TEXT`] characters. Never panics.
#[must_use]
pub fn parse(text: &str) -> Reading {
    read::read(&text::clean(text))
}
