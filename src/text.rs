//! Text as it is compared: half width, lower case, without what only decorates it.

use alloc::string::String;
use alloc::vec::Vec;

/// A number with at least so many digits.
pub(crate) fn digits(number: impl Into<u64>, width: usize) -> String {
    let mut text = String::new();
    put_digits(number.into(), width, &mut text);
    text
}

/// Writes a number with at least so many digits.
pub(crate) fn put_digits(number: u64, width: usize, out: &mut String) {
    if number > 9 || width > 1 {
        put_digits(number / 10, width.saturating_sub(1), out);
    }
    out.extend(char::from_digit(u32::try_from(number % 10).unwrap_or_default(), 10));
}

/// The number that a text of nothing but digits is. The standard library's parsers are much code for each type.
#[inline(never)]
pub(crate) fn number(text: &str) -> Option<u64> {
    let mut number = None;
    for byte in text.bytes() {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        let before = number.unwrap_or(0_u64);
        number = Some((before <= u64::MAX / 10).then(|| before * 10)?.checked_add(digit.into())?);
    }
    number
}

/// What stands before and after the first such mark, a character of ASCII. The standard library's search is far more code.
#[inline(never)]
pub(crate) fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let place = text.bytes().position(|byte| byte == mark)?;
    Some((text.get(..place)?, text.get(place + 1..)?))
}

/// What stands between such marks.
pub(crate) struct Parts<'a> {
    rest: Option<&'a str>,
    mark: u8,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(text: &'a str, mark: u8) -> Self {
        Self { rest: Some(text), mark }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let (part, after) = cut(rest, self.mark).map_or((rest, None), |(part, after)| (part, Some(after)));
        self.rest = after;
        Some(part)
    }
}

/// Full-width forms (全角) become their ASCII twins.
pub(crate) fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character).wrapping_sub(0xfee0)).unwrap_or(character),
        '\u{3000}' => ' ',
        _ => character,
    }
}

/// The first characters of a text, at most so many, in half width.
#[inline(never)]
pub(crate) fn narrow(text: &str, most: usize) -> Vec<char> {
    let mut narrow = Vec::new();
    for character in text.chars().take(most) {
        narrow.push(half_width(character));
    }
    narrow
}

/// A letter of the alphabets that trade names are written in (Latin, Greek, Cyrillic) in lower case; any other character as it
/// is. The Unicode table of all alphabets would be a twentieth of the module.
pub(crate) fn lower(character: char) -> char {
    let code = u32::from(character);
    let lower = match code {
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde | 0x391..=0x3a1 | 0x3a3..=0x3ab | 0x410..=0x42f => code + 32,
        0x400..=0x40f => code + 80,
        0x130 => code,
        0x100..=0x137 | 0x14a..=0x177 | 0x1a0 | 0x218..=0x21b | 0x460..=0x481 | 0x48a..=0x4bf => code | 1,
        0x4d0..=0x52f | 0x1e00..=0x1e95 | 0x1ea0..=0x1eff => code | 1,
        0x139..=0x148 | 0x179..=0x17e | 0x1af..=0x1b0 => code + code % 2,
        0x178 => 0xff,
        _ => code,
    };
    char::from_u32(lower).unwrap_or(character)
}

/// What no text is compared by, beside all below U+00C0 but ASCII letters and digits and raised digits: marks, symbols, and what is
/// not seen. Blocks instead of Unicode's properties, which move with its version and would be a fiftieth of the module.
const PASSED_OVER: [(char, char); 17] = [
    ('\u{d7}', '\u{d7}'),
    ('\u{f7}', '\u{f7}'),
    ('\u{2b0}', '\u{36f}'),
    ('\u{2000}', '\u{206f}'),
    ('\u{20a0}', '\u{214f}'),
    ('\u{2190}', '\u{245f}'),
    ('\u{2500}', '\u{2bff}'),
    ('\u{2e00}', '\u{3004}'),
    ('\u{3008}', '\u{303f}'),
    ('\u{30fb}', '\u{30fb}'),
    ('\u{3200}', '\u{33ff}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fe00}', '\u{fe6f}'),
    ('\u{feff}', '\u{ff65}'),
    ('\u{ffe0}', '\u{ffff}'),
    ('\u{1f000}', '\u{1ffff}'),
    ('\u{e0000}', '\u{10ffff}'),
];

/// Whether names and models are compared by a character, given in half width.
pub(crate) fn is_compared(character: char) -> bool {
    let is_passed_over = PASSED_OVER.iter().any(|(first, last)| (*first..=*last).contains(&character));
    let is_low = character < '\u{c0}';
    if is_low { character.is_ascii_alphanumeric() || matches!(character, '²' | '³' | '¹') } else { !is_passed_over }
}

/// The text in half width and lower case.
#[must_use]
pub fn narrow_lower(text: &str) -> String {
    narrow_lower_start(text, usize::MAX)
}

/// The first characters of a text, at most so many, in half width and lower case.
pub(crate) fn narrow_lower_start(text: &str, most: usize) -> String {
    let mut start = String::new();
    for character in text.chars().take(most) {
        start.push(lower(half_width(character)));
    }
    start
}

/// The characters by which a text is compared, at most so many: in half width and lower case, then as `form` has them.
#[inline(never)]
pub(crate) fn compared(text: &str, most: usize, form: &dyn Fn(char) -> char) -> String {
    let mut compared = String::new();
    let mut length = 0;
    for character in text.chars() {
        let character = form(lower(half_width(character)));
        if length == most {
            break;
        }
        if is_compared(character) {
            compared.push(character);
            length += 1;
        }
    }
    compared
}

/// Whether a word stands in a text; one of Latin letters must stand by itself, apart from a plural "s".
pub(crate) fn is_word(text: &str, word: &str) -> bool {
    let mut from = 0;
    while let Some(place) = text.get(from..).and_then(|rest| place_in(rest, word)) {
        let (start, end) = (from + place, from + place + word.len());
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let mut after = text.get(end..).unwrap_or_default().chars();
        let next = match after.next() {
            Some('s') => after.next(),
            next => next,
        };
        let joins = |inner: Option<char>, outer: Option<char>| {
            inner
                .zip(outer)
                .is_some_and(|(inner, outer)| inner.is_ascii_alphanumeric() && outer.is_ascii_alphanumeric())
        };
        if !joins(word.chars().next(), before) && !joins(word.chars().next_back(), next) {
            return true;
        }
        from = end;
    }
    false
}

/// The byte of a text at which another begins, which is not empty. The standard library's search is far more code, and faster
/// in long texts only.
pub(crate) fn place_in(text: &str, part: &str) -> Option<usize> {
    let part = part.as_bytes();
    text.as_bytes().windows(part.len().max(1)).position(|window| window.first() == part.first() && window == part)
}
