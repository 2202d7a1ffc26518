//! The extent of product kinds, and the words by which shops call them.

use crate::finding::Confidence;
use crate::json::json_struct;
use crate::texts::{Taken, Texts};
use crate::wire::{Input, Wire, put_length};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

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
    pub words: Vec<String>,
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

json_struct!(Limit { text, source, confidence });

/// The rows in order, with their texts in one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Of each row its Chinese and its English name, its words, and the text and source of its limit if it has one.
    texts: Texts,
    entries: Vec<Entry>,
}

/// A [`ScopeRow`] without its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) code: Option<u16>,
    /// The places of its words among the texts.
    words: Range<usize>,
    pub(super) words_confidence: Confidence,
    limit: Option<Confidence>,
}

impl Scope {
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn words(&self, entry: &Entry) -> impl Iterator<Item = &str> {
        entry.words.clone().map(|place| self.texts.get(place).unwrap_or_default())
    }

    pub(super) fn product_zh(&self, entry: &Entry) -> String {
        self.text(entry.words.start.saturating_sub(2))
    }

    pub(super) fn product_en(&self, entry: &Entry) -> String {
        self.text(entry.words.start.saturating_sub(1))
    }

    pub(super) fn limit(&self, entry: &Entry) -> Option<Limit> {
        let (confidence, end) = (entry.limit?, entry.words.end);
        Some(Limit { text: self.text(end), source: self.text(end.saturating_add(1)), confidence })
    }

    #[cfg_attr(module, inline(never))]
    fn text(&self, place: usize) -> String {
        self.texts.get(place).unwrap_or_default().into()
    }

    /// All rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = ScopeRow> {
        self.entries.iter().map(|entry| ScopeRow {
            code: entry.code,
            product_zh: self.product_zh(entry),
            product_en: self.product_en(entry),
            words: self.words(entry).map(String::from).collect(),
            words_confidence: entry.words_confidence,
            limit: self.limit(entry),
        })
    }
}

impl FromIterator<ScopeRow> for Scope {
    fn from_iter<I: IntoIterator<Item = ScopeRow>>(rows: I) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut entries = Vec::new();
        for ScopeRow { code, product_zh, product_en, words, words_confidence, limit } in rows {
            texts.extend([product_zh, product_en]);
            let begin = texts.len();
            texts.extend(words);
            entries.push(Entry {
                code,
                words: begin..texts.len(),
                words_confidence,
                limit: limit.as_ref().map(|limit| limit.confidence),
            });
            texts.extend(limit.into_iter().flat_map(|Limit { text, source, .. }| [text, source]));
        }
        Self { texts: texts.into_iter().collect(), entries }
    }
}

/// A list of structs: `code`, `product_zh`, `product_en`, `words`, `words_confidence`, and the option `limit` with `text`,
/// `source` and `confidence`.
impl Wire for Scope {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.entries.len(), out);
        for ScopeRow { code, product_zh, product_en, words, words_confidence, limit } in self.rows() {
            code.put(out);
            product_zh.put(out);
            product_en.put(out);
            words.put(out);
            words_confidence.put(out);
            limit.map(|Limit { text, source, confidence }| ((text, source), confidence)).put(out);
        }
    }

    fn read(input: &mut Input<'_>) -> Self {
        let (mut texts, mut entries) = (Taken::default(), Vec::new());
        input.items(&mut |input| {
            let code = Wire::read(input);
            texts.take(input);
            texts.take(input);
            let begin = texts.len();
            input.items(&mut |input| texts.take(input));
            let words = begin..texts.len();
            let words_confidence = Wire::read(input);
            let limit = bool::read(input).then(|| {
                texts.take(input);
                texts.take(input);
                Wire::read(input)
            });
            entries.push(Entry { code, words, words_confidence, limit });
        });
        Self { texts: texts.finish(input), entries }
    }
}
