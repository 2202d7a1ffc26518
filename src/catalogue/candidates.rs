//! From a product's words to the kinds that it may be: ranked, with the limits that decide, never a silent guess.

use super::requirement::is_required;
use super::scope::Limit;
use crate::date::Day;
use crate::finding::Confidence;
use crate::json::json_struct;
use crate::reference::Reference;
use crate::sorted::sorted;
use crate::text::{digits, is_word, narrow_lower_start, place_in};
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

/// The most candidates that are given.
pub const MAX_PRODUCTS: usize = 8;
/// The most characters of a text that are read for words.
const MAX_TEXT: usize = 512;

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
    let scope = &reference.scope;
    for entry in scope.entries() {
        let mut words = Vec::new();
        for word in scope.words(entry) {
            if is_word(&text, word) {
                words.push(word);
            }
        }
        if words.is_empty() {
            continue;
        }
        let product = entry.code.map(|code| digits(code, 4));
        let same = found.iter().position(|other| product.is_some() && other.product == product);
        let place = same.unwrap_or(found.len());
        if place == found.len() {
            found.push(ProductCandidate {
                product,
                product_zh: scope.product_zh(entry),
                product_en: scope.product_en(entry),
                score: 0,
                words: Vec::new(),
                confidence: entry.words_confidence,
                required: entry.code.and_then(|code| is_required(reference, code, on)),
                limits: Vec::new(),
            });
        }
        if let Some(candidate) = found.get_mut(place) {
            for word in words {
                if !candidate.words.iter().any(|other| other == word) {
                    candidate.words.push(word.into());
                }
            }
            if let Some(limit) = scope.limit(entry) {
                candidate.limits.push(limit);
            }
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
