//! Text as it is compared: half width, lower case, without what only decorates it.

use alloc::string::String;

/// Full-width forms (全角) become their ASCII twins.
pub(crate) fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character).wrapping_sub(0xfee0)).unwrap_or(character),
        '\u{3000}' => ' ',
        _ => character,
    }
}

/// The text in half width and lower case.
#[must_use]
pub fn narrow_lower(text: &str) -> String {
    text.chars().map(half_width).flat_map(char::to_lowercase).collect()
}

/// Whether a word stands in a text; one of Latin letters must stand by itself, apart from a plural "s".
pub(crate) fn is_word(text: &str, word: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    text.match_indices(word).any(|(start, found)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let mut after = text.get(start + found.len()..).unwrap_or_default().chars();
        let next = match after.next() {
            Some('s') => after.next(),
            next => next,
        };
        let joins = |inner: Option<char>, outer: Option<char>| {
            inner
                .zip(outer)
                .is_some_and(|(inner, outer)| inner.is_ascii_alphanumeric() && outer.is_ascii_alphanumeric())
        };
        !joins(word.chars().next(), before) && !joins(word.chars().next_back(), next)
    })
}
