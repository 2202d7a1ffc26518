//! What a number is: its form, and what its label says.

use super::ccc::{self, CccNumber};
use super::check::Check;
use super::grammar::{Fit, Needs, fits};
use super::kind::Kind;
use super::labels::Label;
use super::text::Cleaned;
use super::{MAX_TEXT, Reading};
use crate::finding::{Code, Confidence, Evidence, Problem};
use crate::sorted::distinct;
use crate::text::{digits as with_digits, number};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub(super) fn read(cleaned: &Cleaned) -> Reading {
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
        also: Vec::new(),
        confidence: Confidence::FromMemory,
        ccc: None,
    };
    if cleaned.too_long {
        reading.findings.push(Problem::new(Code::NumberTooLong).value("limit", shown(MAX_TEXT)));
    } else if cleaned.characters.is_empty() {
        reading.findings.push(Problem::new(Code::NumberMissing));
    } else {
        let mut fits = fits(&cleaned.written);
        fits.retain(|fit| counts(fit, cleaned.label));
        let ccc = CccNumber::from_digits(&reading.normalized);
        let verdict = if cleaned.characters.iter().all(|character| character.value.is_ascii_digit()) {
            digits(cleaned.label, ccc, &fits, &reading.normalized, &mut reading.findings)
        } else {
            letters(cleaned, &fits, &reading.normalized, &mut reading.findings)
        };
        let fitting = fits.iter().map(|fit| fit.kind).chain(ccc.map(|_| Kind::Ccc));
        reading.also = also(fitting, &verdict, cleaned.label);
        match verdict {
            Verdict::Ccc(number) => is_ccc(&mut reading, number),
            Verdict::Other(fit) => is_other(&mut reading, fit),
            Verdict::Unknown => {
                let problem = reading.findings.first();
                reading.suggestion = problem.and_then(|problem| problem.values.get("suggestion")).map(Into::into);
            }
        }
    }
    reading
}

fn shown(number: usize) -> String {
    with_digits(u64::try_from(number).unwrap_or_default(), 1)
}

enum Verdict<'a> {
    Ccc(CccNumber),
    Other(&'a Fit),
    /// Neither; the findings say why.
    Unknown,
}

/// Whether a fit means anything: with the label that it needs, and a check digit where nothing but digits speaks for it.
fn counts(fit: &Fit, label: Label) -> bool {
    let is_named = label.kind() == Some(fit.kind);
    // The last character may be a check character: identity cards have 17 digits and an X.
    let is_bare = fit.normalized.bytes().rev().skip(1).all(|byte| byte.is_ascii_digit());
    is_named
        || fit.needs != Needs::Label && !(is_bare && matches!(fit.check, Check::Wrong { .. } | Check::Pilot { .. }))
}

fn digits<'a>(
    label: Label,
    ccc: Option<CccNumber>,
    fits: &'a [Fit],
    number: &str,
    findings: &mut Vec<Problem>,
) -> Verdict<'a> {
    let is_wrong_length = || {
        let problem =
            Problem::new(Code::NumberLength).value("length", shown(number.len())).value("expected", shown(ccc::LENGTH));
        // Where another grammar fits as well, that it is a CCC number is a guess.
        // Organic codes of the newer rule may have 18 digits.
        let other = fits.first().map(|fit| fit.kind).or((number.len() == 18).then_some(Kind::OrganicCode));
        let guess = other.filter(|_| label != Label::Names(Kind::Ccc)).map(|kind| Evidence {
            reference: kind.as_str().to_string(),
            source: String::new(),
            confidence: Confidence::Unsure,
        });
        Problem { evidence: guess.map(Box::new), ..problem }
    };
    let problem = match (label, ccc) {
        (Label::SelfDeclaration, _) => about(Code::NumberSelfDeclaration, number),
        (Label::Names(Kind::Ccc), None) => is_wrong_length(),
        (Label::None | Label::Neutral | Label::Elsewhere | Label::Names(Kind::Ccc), Some(number)) => {
            return Verdict::Ccc(number);
        }
        // A label that names another kind is believed, also where the form does not bear it out: its grammar may have changed.
        (Label::Names(kind), _) => match fits.iter().find(|fit| fit.kind == kind) {
            Some(fit) => return Verdict::Other(fit),
            None => about(Code::NumberUnrecognised, number),
        },
        (Label::None | Label::Neutral | Label::Elsewhere, None) => match (fits.first(), number.len()) {
            // Who leaves out or adds a digit of a CCC number still begins with its year. Two digits less are rather a fire
            // product's code, and a credit code has its check digit.
            (_, 12 | 13 | 17) if begins_with_a_year(number) => is_wrong_length(),
            (Some(fit), _) => return Verdict::Other(fit),
            (None, 18) if !begins_with_a_year(number) => about(Code::NumberUnrecognised, number),
            (None, _) => is_wrong_length(),
        },
    };
    findings.push(problem);
    Verdict::Unknown
}

fn letters<'a>(cleaned: &Cleaned, fits: &'a [Fit], number: &str, findings: &mut Vec<Problem>) -> Verdict<'a> {
    if let Some(fit) = fits.iter().find(|fit| cleaned.label.kind() == Some(fit.kind)) {
        return Verdict::Other(fit);
    }
    let corrected = corrected(cleaned);
    let is_meant = |digits: &String| cleaned.label == Label::Names(Kind::Ccc) || begins_with_a_year(digits);
    match (fits.first(), corrected) {
        (_, Some(digits)) if is_meant(&digits) => letters_for_digits(cleaned, &digits, findings),
        (Some(fit), _) => return Verdict::Other(fit),
        _ if cleaned.label == Label::SelfDeclaration => findings.push(about(Code::NumberSelfDeclaration, number)),
        (None, Some(digits)) => letters_for_digits(cleaned, &digits, findings),
        (None, None) => findings.push(about(Code::NumberUnrecognised, number)),
    }
    Verdict::Unknown
}

fn is_ccc(reading: &mut Reading, number: CccNumber) {
    reading.kind = Kind::Ccc;
    reading.confidence = Confidence::Confirmed;
    reading.year = Some(number.year());
    reading.body = Some(with_digits(number.body(), 2));
    reading.product = Some(with_digits(number.product(), 4));
    reading.serial = Some(with_digits(number.serial(), 6));
    reading.ccc = Some(number);
}

fn is_other(reading: &mut Reading, fit: &Fit) {
    let kind = fit.kind.as_str();
    reading.kind = fit.kind;
    reading.confidence = fit.confidence;
    reading.normalized.clone_from(&fit.normalized);
    reading.findings.push(Problem::new(Code::NumberOtherScheme).value("kind", kind).value("text", &*fit.normalized));
    let (code, found, expected) = match fit.check {
        Check::None | Check::Right => return,
        Check::Pilot { found, expected } => (Code::NumberCheckDigitPilot, found, expected),
        Check::Wrong { found, expected } => (Code::NumberCheckDigit, found, expected),
    };
    let problem = Problem::new(code)
        .value("kind", kind)
        .value("text", &*fit.normalized)
        .value("found", found)
        .value("expected", expected);
    reading.findings.push(problem);
}

/// The other kinds that fit, unless the label settled it.
fn also(fitting: impl Iterator<Item = Kind>, verdict: &Verdict<'_>, label: Label) -> Vec<Kind> {
    let chosen = match verdict {
        Verdict::Ccc(_) => Kind::Ccc,
        Verdict::Other(fit) => fit.kind,
        Verdict::Unknown => Kind::Unknown,
    };
    let is_settled = label == Label::Names(Kind::Ccc) || label.kind() == Some(chosen);
    distinct(fitting.filter(|kind| *kind != chosen && !is_settled))
}

fn about(code: Code, number: &str) -> Problem {
    Problem::new(code).value("text", number)
}

fn letters_for_digits(cleaned: &Cleaned, digits: &str, findings: &mut Vec<Problem>) {
    for character in &cleaned.characters {
        if !character.value.is_ascii_digit() {
            let problem = Problem::new(Code::NumberLetterForDigit)
                .value("position", shown(character.position + 1))
                .value("found", character.value)
                .value("suggestion", digits);
            findings.push(problem);
        }
    }
}

/// The CCC number that results when letters are read as the digits that they look like.
fn corrected(cleaned: &Cleaned) -> Option<String> {
    let digits: Option<String> = cleaned.characters.iter().map(|character| digit_look_alike(character.value)).collect();
    digits.filter(|digits| CccNumber::from_digits(digits).is_some())
}

/// The digit that a character is easily taken for, or the digit itself.
pub(super) fn digit_look_alike(character: char) -> Option<char> {
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

/// Whether the digits begin with a year in which a certificate can have been issued: 2002 to 2099. No clock is needed.
pub(super) fn begins_with_a_year(digits: &str) -> bool {
    digits.get(..4).and_then(number).is_some_and(|year| (2002..2100).contains(&year))
}
