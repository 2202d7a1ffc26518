//! From a seller's text to the characters of the number: width, labels, separators and the printed version taken away.

use super::MAX_TEXT;
use super::labels::{self, Label};
use crate::date::Day;
use crate::text::narrow;
use alloc::string::String;
use alloc::vec::Vec;

/// A character of the number and where it stood in the text, counted in characters from 0.
pub(super) struct Character {
    pub(super) value: char,
    pub(super) position: usize,
}

/// A seller's text taken apart.
pub(super) struct Cleaned {
    pub(super) label: Label,
    /// The number without anything that separates.
    pub(super) characters: Vec<Character>,
    /// The number in capitals with `-`, `_` and `/`, which mean something in the numbers of some schemes.
    pub(super) written: Vec<char>,
    pub(super) version: Option<String>,
    pub(super) issued_on: Option<Day>,
    pub(super) too_long: bool,
}

impl Cleaned {
    pub(super) fn number(&self) -> String {
        self.characters.iter().map(|character| character.value.to_ascii_uppercase()).collect()
    }
}

/// Takes a field's text apart.
pub(super) fn clean(text: &str) -> Cleaned {
    let narrow = narrow(text, MAX_TEXT + 1);
    let (start, label) = labels::at_start(&narrow, &labels::Words::new());
    let too_long = narrow.len() > MAX_TEXT;
    Cleaned { too_long, ..take_apart(&narrow, start, label) }
}

/// Takes apart the number that begins at `start` of `narrow`; `label` is what the words before it say.
pub(super) fn take_apart(narrow: &[char], start: usize, label: Label) -> Cleaned {
    let body = narrow.get(start..).unwrap_or_default();
    let (end, version, issued_on) = version_suffix(body);
    let mut cleaned = Cleaned {
        label,
        characters: Vec::new(),
        written: written_in(body.get(..end).unwrap_or_default()),
        version,
        issued_on,
        too_long: false,
    };
    for (index, value) in body.iter().copied().take(end).enumerate() {
        if !is_separator(value) {
            cleaned.characters.push(Character { value, position: start + index });
        }
    }
    cleaned
}

/// What a character is in a number of another scheme, if it is part of it.
pub(super) fn written(character: char) -> Option<char> {
    match character {
        '_' => Some('_'),
        _ if is_dash(character) => Some('-'),
        _ if is_edge(character) => None,
        _ => Some(character.to_ascii_uppercase()),
    }
}

/// A text in capitals with `-`, `_` and `/`, and without what only separates.
#[inline(never)]
pub(super) fn written_in(text: &[char]) -> Vec<char> {
    let mut kept = Vec::new();
    for character in text {
        if let Some(character) = written(*character) {
            kept.push(character);
        }
    }
    kept
}

pub(super) fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// What may stand between digits or around a number without meaning anything: blanks, invisible characters, dashes, dots.
pub(super) fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || is_dash(character)
        || matches!(character, '_' | '.' | '·' | '\'' | '"' | '“' | '”' | '「' | '」' | ':' | '#' | '№')
        || is_invisible(character)
}

pub(super) fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// What may stand around a number, but not inside it.
pub(super) fn is_edge(character: char) -> bool {
    is_separator(character)
        || matches!(character, '(' | ')' | '[' | ']' | '【' | '】' | '<' | '>' | ',' | '、' | ';' | '。' | '|')
}

/// Vehicle documents print `number(version)/date`: where the number ends, and the two parts after it.
fn version_suffix(body: &[char]) -> (usize, Option<String>, Option<Day>) {
    let Some(open) = body.iter().position(|character| *character == '(') else {
        return (without_trailing_edge(body), None, None);
    };
    let tail = body.get(open + 1..).unwrap_or_default();
    let Some(close) = tail.iter().position(|character| *character == ')') else {
        return (body.len(), None, None);
    };
    let (mut version, mut after) = (String::new(), String::new());
    for (place, character) in tail.iter().copied().enumerate() {
        if place > close {
            after.push(character);
        } else if place < close && !is_separator(character) {
            version.push(character.to_ascii_uppercase());
        }
    }
    if version.is_empty() || version.len() > 4 || !version.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return (body.len(), None, None);
    }
    match after.trim().strip_prefix('/').map(|date| date.trim().parse()) {
        None if after.trim().is_empty() => (open, Some(version), None),
        Some(Ok(day)) => (open, Some(version), Some(day)),
        _ => (body.len(), None, None),
    }
}

fn without_trailing_edge(body: &[char]) -> usize {
    body.iter().rposition(|character| !is_edge(*character)).map_or(0, |last| last + 1)
}
