//! The grammars of numbers of other schemes, in the language of [`super::pattern`]. A CCC number is 16 digits and needs none.
//! The same in words, with the sources: `data/number-kinds.csv`.

use super::check::{self, Check};
use super::kind::Kind;
use super::pattern::{self, Dashes, Extent, matches};
use crate::finding::Confidence::{self, Confirmed, FromMemory, Likely, Unsure};
use alloc::string::String;
use alloc::vec::Vec;

/// What must speak for a grammar beside the form of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing: the form is enough, even in running text.
    Nothing,
    /// No blank in it, or a label in running text: a word before digits has the same form.
    Word,
    /// A field of its own, or a label in running text.
    Field,
    /// A label that names the kind.
    Label,
}

struct Grammar {
    kind: Kind,
    confidence: Confidence,
    needs: Needs,
    pattern: &'static str,
}

const fn grammar(kind: Kind, confidence: Confidence, needs: Needs, pattern: &'static str) -> Grammar {
    Grammar { kind, confidence, needs, pattern }
}

/// Where two grammars fit, the earlier one names the number and the later one is "also".
static GRAMMARS: [Grammar; 32] = [
    grammar(Kind::FactoryCode, Confirmed, Needs::Field, "ld{6}"),
    grammar(Kind::CreditCode, Confirmed, Needs::Word, "uud{6}u{10}"),
    grammar(Kind::VehicleConformity, Likely, Needs::Word, "ld{6}a{12,28}"),
    grammar(Kind::VehicleConformity, Likely, Needs::Label, "ld{6}a{5,11}"),
    grammar(Kind::Gtin, Confirmed, Needs::Field, "d{14}"),
    grammar(Kind::Gtin, Confirmed, Needs::Field, "d{13}"),
    grammar(Kind::Gtin, Confirmed, Needs::Field, "d{12}"),
    grammar(Kind::Gtin, Confirmed, Needs::Field, "d{8}"),
    grammar(Kind::FireIdentity, Confirmed, Needs::Field, "d{14}"),
    grammar(Kind::OrganicCode, Confirmed, Needs::Field, "d{17}"),
    grammar(Kind::NotifiedBody, Confirmed, Needs::Label, "d{4}"),
    grammar(Kind::OrganicCertificate, Confirmed, Needs::Nothing, "d{3}OPd{7}[-d{1,3}]"),
    grammar(Kind::OrganicCertificate, Confirmed, Needs::Nothing, "FddOPd{7}[-d{1,3}]"),
    grammar(Kind::OrganicCertificate, Likely, Needs::Nothing, "d{4}OPd{7}[-d{1,3}]"),
    grammar(Kind::FoodAgriculture, Likely, Needs::Nothing, "d{3,4}<FSMS|HACCP|GAP>d{7}[-d{1,3}]"),
    grammar(Kind::FoodAgriculture, Likely, Needs::Nothing, "Fdd<FSMS|HACCP|GAP>d{7}[-d{1,3}]"),
    grammar(
        Kind::ManagementSystem,
        Likely,
        Needs::Nothing,
        "d{5}l{1,5}d{4,6}Rd{1,2}[<S|M|L>][-d{1,3}][-d{1,3}][/d{4}]",
    ),
    grammar(Kind::ManagementSystem, Unsure, Needs::Nothing, "d{3}-dd-l{1,5}-d{4,6}-Rd{1,2}[-d{1,3}]"),
    grammar(Kind::ManagementSystem, Unsure, Needs::Nothing, "CCRC-d{4}-l{2,5}[-l{1,3}][-l{1,3}]-d{3,5}[-Rd{1,2}]"),
    grammar(Kind::ManagementSystem, Unsure, Needs::Nothing, "d{3,6}-d{4}-l{2,3}-l{3}-l{3}"),
    grammar(Kind::ManagementSystem, Unsure, Needs::Field, "<FM|EMS|OHS>d{6}"),
    grammar(Kind::CqcVoluntary, Unsure, Needs::Nothing, "CQCd{15}"),
    grammar(Kind::CqcVoluntary, FromMemory, Needs::Nothing, "CQCd{11}"),
    grammar(Kind::CqcVoluntary, Likely, Needs::Nothing, "CTCd{12}"),
    grammar(Kind::CqcVoluntary, Unsure, Needs::Nothing, "R2_d{9}l{3}-d{3}"),
    grammar(Kind::ProductionLicence, Confirmed, Needs::Nothing, "[p]XKdd-d{3}-d{5}"),
    grammar(Kind::ProductionLicence, Likely, Needs::Nothing, "[p]XKdd-d{3}-d{4}"),
    grammar(Kind::GreenFood, Confirmed, Needs::Nothing, "LB-dd-ddmddd{4,5}A[A]"),
    grammar(Kind::GreenFood, Likely, Needs::Nothing, "LB-dd-d{10}"),
    grammar(Kind::GreenFoodPackage, Confirmed, Needs::Nothing, "GFd{12}"),
    grammar(Kind::CncaApproval, Confirmed, Needs::Nothing, "CNCA-R-d{4}-d{3,4}"),
    grammar(Kind::CncaApproval, Confirmed, Needs::Nothing, "CNCA-RF-d{4}-d{2,3}"),
];

/// A grammar that a number fits.
pub(super) struct Fit {
    pub(super) kind: Kind,
    pub(super) confidence: Confidence,
    pub(super) needs: Needs,
    /// As the register would write it.
    pub(super) normalized: String,
    pub(super) check: Check,
    /// Whether the grammar begins with letters that no other number begins with.
    pub(super) is_marked: bool,
}

/// Every grammar that fits, in order. `written` is in capitals and without blanks, with `-`, `_` and `/` as typed.
pub(super) fn fits(written: &[char]) -> Vec<Fit> {
    let fits = fits_by(written, Dashes::AsWritten);
    if fits.is_empty() { fits_by(&without_dashes(written), Dashes::FilledIn) } else { fits }
}

/// Whether a longer text that begins like this could fit.
pub(super) fn may_begin(written: &[char]) -> bool {
    let may = |text: &[char], dashes| {
        applicable(dashes).any(|grammar| matches(grammar.pattern, text, dashes, Extent::Beginning, &mut |_| ()))
    };
    // The first character tells most words from a number.
    GRAMMARS.iter().any(|grammar| pattern::may_begin(grammar.pattern, written))
        && (may(written, Dashes::AsWritten) || may(&without_dashes(written), Dashes::FilledIn))
}

/// A layout that is not well known is only taken as written.
fn applicable(dashes: Dashes) -> impl Iterator<Item = &'static Grammar> {
    GRAMMARS.iter().filter(move |grammar| dashes == Dashes::AsWritten || grammar.confidence <= Likely)
}

fn without_dashes(written: &[char]) -> Vec<char> {
    let mut kept = Vec::from(written);
    kept.retain(|character| !matches!(character, '-' | '_'));
    kept
}

fn fits_by(text: &[char], dashes: Dashes) -> Vec<Fit> {
    let mut fits = Vec::new();
    for grammar in applicable(dashes) {
        if !matches(grammar.pattern, text, dashes, Extent::Whole, &mut |_| ()) {
            continue;
        }
        let mut normalized = String::new();
        matches(grammar.pattern, text, dashes, Extent::Whole, &mut |character| normalized.push(character));
        let check = match grammar.kind {
            Kind::CreditCode => check::credit_code(&normalized),
            Kind::Gtin => check::gtin(&normalized),
            // A code and words after it ("A123456 leather sofa, brown") have the form, but not the digits of a serial.
            Kind::VehicleConformity if !check::has_digits_from(&normalized, 7, 4) => continue,
            _ => Check::None,
        };
        fits.push(Fit {
            kind: grammar.kind,
            confidence: grammar.confidence,
            needs: grammar.needs,
            normalized,
            check,
            is_marked: grammar
                .pattern
                .strip_prefix("[p]")
                .unwrap_or(grammar.pattern)
                .chars()
                .take(2)
                .all(|letter| letter.is_ascii_uppercase()),
        });
    }
    fits
}
