//! From a product's words to the kinds that it may be: ranked, with the limits that decide, never a silent guess.

use super::requirement::is_required;
use crate::date::Day;
use crate::finding::Confidence;
use crate::json::json_struct;
use crate::reference::Reference;
use crate::sorted::sorted;
use crate::text::{digits, is_word, narrow_lower_start, place_in};
use crate::texts::Texts;
use crate::wire::wire_struct;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

/// The most candidates that are given.
pub const MAX_PRODUCTS: usize = 8;
/// The most characters of a text that are read for words.
const MAX_TEXT: usize = 512;

/// What the tables say of the extent of a product kind, and the words by which shops call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeRow {
    /// The four digits, if they are known.
    pub code: Option<u16>,
    /// The kind's Chinese name.
    pub product_zh: String,
    /// The kind's English name.
    pub product_en: String,
    /// Words in lower case and half width, longest first.
    pub words: Texts,
    /// How well the words are known to mean this kind.
    pub words_confidence: Confidence,
    /// The limit or exclusion that decides, if one is known.
    pub limit: Option<Limit>,
}

/// What decides whether a product belongs to a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// In words.
    pub text: String,
    /// Where that was read.
    pub source: String,
    /// How well it is known.
    pub confidence: Confidence,
}

wire_struct!(ScopeRow { code, product_zh, product_en, words, words_confidence, limit });
wire_struct!(Limit { text, source, confidence });
json_struct!(Limit { text, source, confidence });

/// A kind that a product may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductCandidate {
    /// The four digits; missing where they are not known.
    pub product: Option<String>,
    /// The kind's Chinese name.
    pub product_zh: String,
    /// The kind's English name.
    pub product_en: String,
    /// The characters of the text that speak for it; more is better.
    pub score: usize,
    /// The words found, longest first.
    pub words: Vec<String>,
    /// How well these words are known to mean this kind; a hint decides nothing.
    pub confidence: Confidence,
    /// Whether the kind is under the duty on that day; missing where the facts do not decide.
    pub required: Option<bool>,
    /// What decides whether the product belongs to it.
    pub limits: Vec<Limit>,
}

json_struct!(ProductCandidate { product, product_zh, product_en, score, words, confidence, required, limits });

/// The kinds that a product with these words may be, best first, at most [`MAX_PRODUCTS`]. Text beyond 512 characters is
/// not read.
#[must_use]
pub fn candidates(reference: &Reference, text: &str, on: Day) -> Vec<ProductCandidate> {
    let text = narrow_lower_start(text, MAX_TEXT);
    let mut found: Vec<ProductCandidate> = Vec::new();
    for row in &reference.scope {
        let mut words = Vec::new();
        for word in row.words.iter() {
            if is_word(&text, word) {
                words.push(word);
            }
        }
        if words.is_empty() {
            continue;
        }
        let product = row.code.map(|code| digits(code, 4));
        let same = found.iter().position(|other| product.is_some() && other.product == product);
        let place = same.unwrap_or(found.len());
        if same.is_none() {
            found.push(ProductCandidate {
                product,
                product_zh: row.product_zh.clone(),
                product_en: row.product_en.clone(),
                score: 0,
                words: Vec::new(),
                confidence: row.words_confidence,
                required: row.code.and_then(|code| is_required(reference, code, on)),
                limits: Vec::new(),
            });
        }
        if let Some(candidate) = found.get_mut(place) {
            let known = candidate.words.len();
            for word in words {
                if !candidate.words.iter().take(known).any(|other| other == word) {
                    candidate.words.push(word.into());
                }
            }
            candidate.limits.extend(row.limit.clone());
        }
    }
    for candidate in &mut found {
        candidate.words = sorted(mem::take(&mut candidate.words), |left, right| length(left) > length(right));
        candidate.score = distinct_characters(&candidate.words);
    }
    let mut found = sorted(found, |left, right| {
        left.score > right.score || left.score == right.score && left.product < right.product
    });
    found.truncate(MAX_PRODUCTS);
    found
}

fn length(word: &str) -> usize {
    word.chars().count()
}

/// The characters of the words, without words that are part of a longer one.
fn distinct_characters(words: &[String]) -> usize {
    words
        .iter()
        .enumerate()
        .filter(|(place, word)| !words.iter().take(*place).any(|longer| place_in(longer, word).is_some()))
        .map(|(_, word)| length(word))
        .sum()
}
