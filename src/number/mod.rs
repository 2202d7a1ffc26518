//! Certificate numbers: what a seller typed, what it is, and what is wrong with it.

mod ccc;
mod text;

pub use ccc::{CccNumber, LENGTH as CCC_LENGTH};

use crate::date::Day;
use crate::finding::{Code, Problem};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use serde::Serialize;
use text::Cleaned;

/// The longest text, in characters, that is read as one number; longer text is for finding numbers in it.
pub const MAX_TEXT: usize = 256;

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A third-party CCC certificate number (CCC证书编号).
    Ccc,
    /// An EU notified body's number (公告机构编号).
    NotifiedBody,
    /// Fits no grammar known here; that alone does not make it false.
    Unknown,
}

/// A text read as a certificate number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    /// What the number is.
    pub kind: Kind,
    /// The number without labels, blanks and version; as the register writes it.
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
    /// The number in typed form.
    #[serde(skip)]
    pub ccc: Option<CccNumber>,
}

/// Reads one certificate number as sellers type it: full-width digits, blanks, hyphens, labels, a bracketed version.
/// Linear in the text, which is cut at [`MAX_TEXT`] characters. Never panics.
#[must_use]
pub fn parse(text: &str) -> Reading {
    let cleaned = text::clean(text);
    let mut reading = Reading {
        kind: Kind::Unknown,
        normalized: cleaned.number(),
        year: None,
        body: None,
        product: None,
        serial: None,
        version: cleaned.version.clone(),
        issued_on: cleaned.issued_on,
        suggestion: None,
        findings: Vec::new(),
        ccc: None,
    };
    if let Some(number) = CccNumber::from_digits(&reading.normalized) {
        reading.kind = Kind::Ccc;
        reading.year = Some(number.year());
        reading.body = Some(format!("{:02}", number.body()));
        reading.product = Some(format!("{:04}", number.product()));
        reading.serial = Some(format!("{:06}", number.serial()));
        reading.ccc = Some(number);
    } else {
        (reading.findings, reading.suggestion) = what_is_wrong(&cleaned);
    }
    reading
}

fn what_is_wrong(cleaned: &Cleaned) -> (Vec<Problem>, Option<String>) {
    if cleaned.too_long {
        return (vec![Problem::new(Code::NumberTooLong).value("limit", MAX_TEXT.to_string())], None);
    }
    let length = cleaned.characters.len();
    if length == 0 {
        return (vec![Problem::new(Code::NumberMissing)], None);
    }
    let non_digits = || cleaned.characters.iter().filter(|character| !character.value.is_ascii_digit());
    if non_digits().next().is_none() {
        let problem = Problem::new(Code::NumberLength)
            .value("length", length.to_string())
            .value("expected", CCC_LENGTH.to_string());
        return (vec![problem], None);
    }
    let corrected: Option<String> =
        cleaned.characters.iter().map(|character| digit_look_alike(character.value)).collect();
    if let Some(digits) = corrected.filter(|digits| CccNumber::from_digits(digits).is_some()) {
        let problems = non_digits()
            .map(|character| {
                Problem::new(Code::NumberLetterForDigit)
                    .value("position", (character.position + 1).to_string())
                    .value("found", character.value.to_string())
                    .value("suggestion", digits.clone())
            })
            .collect();
        return (problems, Some(digits));
    }
    (vec![Problem::new(Code::NumberUnrecognised).value("text", cleaned.number())], None)
}

/// The digit that a character is easily taken for, or the digit itself.
fn digit_look_alike(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        'O' | 'o' | 'Q' | 'D' | '〇' => Some('0'),
        'I' | 'l' | 'i' | '|' => Some('1'),
        'Z' | 'z' => Some('2'),
        'S' | 's' => Some('5'),
        'B' => Some('8'),
        _ => None,
    }
}
