//! From a seller's text to the characters of the number: width, labels, separators and the printed version taken away.

use super::MAX_TEXT;
use crate::date::Day;
use alloc::string::String;
use alloc::vec::Vec;

/// Words that stand before a number, in lower case, longest first where one starts another.
const LABELS: [&str; 28] = [
    "强制性产品认证证书编号",
    "强制性产品认证证书",
    "强制性产品认证",
    "强制性认证",
    "认证证书编号",
    "认证证书号",
    "认证编号",
    "认证证书",
    "证书编号",
    "证书号码",
    "证书号",
    "证书",
    "编号",
    "号码",
    "认证",
    "certificate number",
    "certificate no",
    "certificate",
    "cert. no",
    "cert no",
    "cert",
    "number",
    "cccno",
    "ccc",
    "3c",
    "no",
    "nr",
    "of",
];

/// A character of the number and where it stood in the text, counted in characters from 0.
pub(super) struct Character {
    pub(super) value: char,
    pub(super) position: usize,
}

/// A seller's text taken apart.
pub(super) struct Cleaned {
    pub(super) characters: Vec<Character>,
    pub(super) version: Option<String>,
    pub(super) issued_on: Option<Day>,
    pub(super) too_long: bool,
}

impl Cleaned {
    pub(super) fn number(&self) -> String {
        self.characters.iter().map(|character| character.value.to_ascii_uppercase()).collect()
    }
}

pub(super) fn clean(text: &str) -> Cleaned {
    let narrow: Vec<char> = text.chars().take(MAX_TEXT + 1).map(half_width).collect();
    let too_long = narrow.len() > MAX_TEXT;
    let start = after_labels(&narrow);
    let body = narrow.get(start..).unwrap_or_default();
    let (end, version, issued_on) = version_suffix(body);
    let characters = body
        .iter()
        .take(end)
        .enumerate()
        .filter(|(_, value)| !is_separator(**value))
        .map(|(index, value)| Character { value: *value, position: start + index })
        .collect();
    Cleaned { characters, version, issued_on, too_long }
}

/// Full-width forms (全角) become their ASCII twins.
fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character).wrapping_sub(0xfee0)).unwrap_or(character),
        '\u{3000}' => ' ',
        _ => character,
    }
}

/// What may stand between digits or around a number without meaning anything: blanks, invisible characters, dashes, dots.
fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '_' | '.' | '·' | '\'' | '"' | '“' | '”' | '「' | '」' | ':' | '#' | '№')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{2015}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

fn after_labels(text: &[char]) -> usize {
    let mut start = 0;
    loop {
        let rest = text.get(start..).unwrap_or_default();
        let step = if rest.first().is_some_and(|first| is_edge(*first)) {
            1
        } else {
            LABELS.iter().map(|label| label_length(rest, label)).max().unwrap_or(0)
        };
        if step == 0 {
            return start;
        }
        start += step;
    }
}

/// What may stand around a number, but not inside it.
fn is_edge(character: char) -> bool {
    is_separator(character)
        || matches!(character, '(' | ')' | '[' | ']' | '【' | '】' | '<' | '>' | ',' | '、' | ';' | '。' | '|')
}

/// How many characters `label` takes at the start of `text`, or 0 if the text does not start with it.
fn label_length(text: &[char], label: &str) -> usize {
    let mut length = 0;
    for expected in label.chars() {
        match text.get(length) {
            Some(found) if found.to_ascii_lowercase() == expected => length += 1,
            _ => return 0,
        }
    }
    length
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
    let version: String = tail.iter().take(close).filter(|character| !is_separator(**character)).collect();
    if version.is_empty() || version.len() > 4 || !version.chars().all(|character| character.is_ascii_alphanumeric()) {
        return (body.len(), None, None);
    }
    let after: String = tail.iter().skip(close + 1).collect();
    let after = after.trim();
    if after.is_empty() {
        return (open, Some(version.to_ascii_uppercase()), None);
    }
    match after.strip_prefix('/').map(|date| date.trim().parse()) {
        Some(Ok(day)) => (open, Some(version.to_ascii_uppercase()), Some(day)),
        _ => (body.len(), None, None),
    }
}

fn without_trailing_edge(body: &[char]) -> usize {
    body.iter().rposition(|character| !is_edge(*character)).map_or(0, |last| last + 1)
}
