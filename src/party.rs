//! Names of companies as they are compared: normalised, and reduced to a tag.
//!
//! A tag is short and can be searched for by trying names, so it never proves who a holder is. It shows only that a name is
//! not contradicted.

use crate::digest::sha256;
use crate::reference::Reference;
use crate::text::{Parts, compared, half_width, is_compared, narrow_lower, place_in};
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

/// The first six bytes of SHA-256 over a normalised name or credit code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyTag(pub [u8; 6]);

/// The most characters of a name that are read.
const MAX_NAME: usize = 200;

/// Legal forms (公司形式) at the end of a name, longest first, and the one form that stands for them.
const LEGAL_FORMS: [(&str, &str); 2] = [
    ("股份有限责任公司,股份有限公司,股份公司", "股份"),
    ("有限责任公司,有限公司,companylimited,companyltd,colimited,coltd,limited,ltd", "有限"),
];

/// A company's name in one form: half width, lower case, without blanks, brackets and punctuation, in simplified characters,
/// the legal form in one variant. The table of characters comes with the register whose tags are compared.
#[must_use]
pub fn normalize(name: &str, reference: &Reference) -> String {
    let plain = compared(name, MAX_NAME, &|character| reference.simplified(character));
    for (forms, short) in LEGAL_FORMS {
        for form in Parts::new(forms, b',') {
            if let Some(stem) = plain.strip_suffix(form).filter(|stem| !stem.is_empty()) {
                return [stem, short].concat();
            }
        }
    }
    plain
}

/// The tag of a name or credit code; none if nothing is left of it after normalising.
#[must_use]
pub fn tag(name: &str, reference: &Reference) -> Option<PartyTag> {
    let normal = normalize(name, reference);
    if normal.is_empty() {
        return None;
    }
    sha256(normal.as_bytes()).first_chunk().map(|first| PartyTag(*first))
}

/// Whether a record's model text may be cut off, wildcarded or elsewhere ("见附件"): then it can support, never contradict.
#[must_use]
pub(crate) fn is_open_model_text(text: &str) -> bool {
    const OPEN: &str = "*,...,…,附件,附表,清单,详见,等,系列,annex,series,etc.";
    let text = narrow_lower(text);
    text.trim().is_empty() || Parts::new(OPEN, b',').any(|mark| place_in(&text, mark).is_some())
}

/// A model, without blanks and in lower case. A slash may divide two models or stand inside of one, so both are kept.
pub(crate) struct Model {
    /// As one name.
    pub(crate) whole: String,
    /// What stands between the slashes.
    pub(crate) parts: Vec<String>,
}

/// The models of a text.
#[must_use]
pub(crate) fn models(text: &str) -> Vec<Model> {
    let mut models = Vec::new();
    let mut model = Model { whole: String::new(), parts: Vec::new() };
    let mut part = String::new();
    for character in narrow_lower(text).chars().chain(['\n']) {
        if is_compared(character) || character == '*' {
            model.whole.push(character);
            part.push(character);
            continue;
        }
        let ends = matches!(character, ',' | '、' | ';' | '\n');
        if (ends || character == '/') && !part.is_empty() {
            model.parts.push(mem::take(&mut part));
        }
        if ends && !model.whole.is_empty() {
            models.push(mem::replace(&mut model, Model { whole: String::new(), parts: Vec::new() }));
        }
    }
    models
}

/// Whether a text has the form of a credit code (统一社会信用代码): 18 digits and capital letters.
#[must_use]
pub(crate) fn is_credit_code(text: &str) -> bool {
    let mut length = 0;
    for character in text.chars().map(half_width).filter(|character| !character.is_whitespace()) {
        let is_of_its_place =
            if (2..8).contains(&length) { character.is_ascii_digit() } else { character.is_ascii_alphanumeric() };
        if !is_of_its_place {
            return false;
        }
        length += 1;
    }
    length == 18
}
