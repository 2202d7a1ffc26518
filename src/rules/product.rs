//! Is the paper's product kind the one that is sold, under whatever name it is shown?

use super::Case;
use crate::catalogue::{ProductCandidate, candidates, product_code};
use crate::date::Day;
use crate::finding::{Code, Problem};
use crate::reference::Reference;
use crate::text::digits;
use alloc::string::String;
use alloc::vec::Vec;

/// What the claim says is sold.
pub(super) enum Sold {
    /// Nothing.
    Unsaid,
    /// A product kind, by its four digits.
    Code(u16),
    /// Words, and the kinds that they may mean.
    Words(Vec<ProductCandidate>),
}

impl Sold {
    pub(super) fn new(reference: &Reference, product: Option<&str>, on: Day) -> Self {
        match product.map(str::trim).filter(|product| !product.is_empty()) {
            None => Self::Unsaid,
            Some(product) => match product_code(product) {
                Some(code) => Self::Code(code),
                None => Self::Words(candidates(reference, product, on)),
            },
        }
    }

    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Code(code) => Some(*code),
            Self::Unsaid | Self::Words(_) => None,
        }
    }
}

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let problem = match (&case.sold, case.certified()) {
        (Sold::Unsaid, _) => None,
        (Sold::Code(sold), Some(certified)) => differs(case, *sold, certified),
        (Sold::Code(_), None) => None,
        (Sold::Words(found), _) if found.is_empty() => Some(Problem::new(Code::ProductNotRecognised)),
        (Sold::Words(found), None) => Some(named(Code::ProductCandidates, found)),
        (Sold::Words(found), Some(certified)) => words_differ(case, found, certified),
    };
    problems.extend(problem);
}

fn differs(case: &Case<'_>, sold: u16, certified: u16) -> Option<Problem> {
    let code = match () {
        () if sold == certified => return None,
        () if are_one_unit(case.reference, sold, certified) => Code::ProductSameUnit,
        () => Code::ProductDiffers,
    };
    Some(Problem::new(code).value("sold", digits(sold, 4)).value("certified", digits(certified, 4)))
}

/// Words are hints: they can say that a certificate does not seem to fit, never that it does not.
fn words_differ(case: &Case<'_>, found: &[ProductCandidate], certified: u16) -> Option<Problem> {
    let fits = found
        .iter()
        .filter_map(|candidate| candidate.product.as_deref().and_then(product_code))
        .any(|sold| sold == certified || are_one_unit(case.reference, sold, certified));
    if fits {
        return None;
    }
    Some(named(Code::ProductWordsDiffer, found).value("certified", digits(certified, 4)))
}

/// Whether two kinds are one unit of the catalogue, or were merged into the same one.
fn are_one_unit(reference: &Reference, left: u16, right: u16) -> bool {
    let mut of_left = reference.units.iter().filter(|unit| unit.contains(&left));
    of_left.any(|unit| unit.iter().any(|kind| *kind == right || reference.same_unit(*kind, right)))
}

/// A problem that names the kinds that words may mean, in both languages.
fn named(code: Code, found: &[ProductCandidate]) -> Problem {
    let names = |name: fn(&ProductCandidate) -> &String| {
        let mut names = String::new();
        for candidate in found {
            if !names.is_empty() {
                names.push_str("; ");
            }
            let code = candidate.product.as_deref().unwrap_or_default();
            names.push_str([code, " ", name(candidate)].concat().trim());
        }
        names
    };
    Problem::new(code)
        .value("candidates", names(|candidate| &candidate.product_zh))
        .value("candidatesEn", names(|candidate| &candidate.product_en))
}
