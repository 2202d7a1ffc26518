//! The walk over the text: which words belong together, and where a number begins and ends.

use super::strength::Strength;
use super::{GAP, SUFFIX, WINDOW, WORDS};
use crate::number::Reading;
use crate::number::ccc::LENGTH as CCC_LENGTH;
use crate::number::grammar::may_begin;
use crate::number::kind::Kind;
use crate::number::labels::{self, LOOK_BACK, Label};
use crate::number::pattern::is_province;
use crate::number::read::{digit_look_alike, read};
use crate::number::text::{is_dash, is_invisible, take_apart, written, written_in};
use crate::text::number;
use alloc::string::String;
use alloc::vec::Vec;

/// A number, by the positions of its characters.
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) strength: Strength,
    pub(super) reading: Reading,
}

/// A walk over the text.
pub(super) struct Scan<'a> {
    text: &'a [char],
    /// Where the web address ends that was seen last.
    pub(super) address_end: usize,
    /// Where the last candidate ended, and its label: it holds for a list of numbers.
    pub(super) previous: (usize, Label),
    pub(super) steps: usize,
    words: labels::Words,
    edges: labels::Edges,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a [char]) -> Self {
        let words = labels::Words::new();
        let edges = labels::Edges::new(&words);
        Self { text, address_end: 0, previous: (0, Label::None), steps: 0, words, edges }
    }

    pub(super) fn at(&self, index: usize) -> Option<char> {
        self.text.get(index).copied()
    }

    pub(super) fn word_end(&mut self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.iter().position(|character| !is_word(*character)).unwrap_or(rest.len());
        self.steps += length;
        start + length
    }

    /// Notes where a web address ends, if one begins with the `://` at `at`.
    pub(super) fn note_address(&mut self, at: usize) {
        if at < self.address_end || self.text.get(at..).is_none_or(|rest| !rest.starts_with(&[':', '/', '/'])) {
            return;
        }
        let rest = self.text.get(at..).unwrap_or_default();
        let is_end = |character: &char| !character.is_ascii_graphic() || matches!(character, '"' | '\'' | '<' | '>');
        let length = rest.iter().position(is_end).unwrap_or(rest.len());
        self.steps += length;
        self.address_end = at + length;
    }

    /// The number that begins with the word from `start` to `word_end`, if there is one.
    pub(super) fn number_at(&mut self, start: usize, word_end: usize) -> Option<Found> {
        if word_end - start > WINDOW {
            return None;
        }
        let word = self.text.get(start..word_end)?;
        // A word without digits is at most the mark before a number, such as "LB".
        if !(word.iter().any(char::is_ascii_digit) || word.len() > 1 && may_begin(&written_in(word))) {
            return None;
        }
        let (start, label) = self.labelled(start, word);
        let mut window = Window { start, ..Window::default() };
        let mut best = None;
        let mut malformed = None;
        let mut next = Some((word_end, false));
        while let Some((end, is_loose)) = next.filter(|_| window.words < WORDS) {
            // A number that is one already takes more words only over a dash or a slash.
            if is_loose && best.is_some() || end - start > WINDOW {
                break;
            }
            self.join(&mut window, end, is_loose);
            if !window.may_become_a_number() {
                break;
            }
            if let Some((strength, label)) = self.strength(&window, label) {
                // "202090020100001 5": rather fifteen digits and something else.
                let strength = if malformed.is_some() && is_loose { strength.min(Strength::Medium) } else { strength };
                best = Some((window.end, (strength, label)));
            }
            if malformed.is_none() && window.is_malformed_ccc(label) && !self.continues_in_digits(&window) {
                malformed = Some((window.end, (Strength::Medium, label)));
            }
            next = self.next_word(window.end);
        }
        let (end, (strength, label)) = best.or(malformed)?;
        let start = self.with_province(start);
        Some(self.found(start, end, strength, label))
    }

    /// Where the number begins, after a label that is glued to it, and what its labels say.
    fn labelled(&mut self, start: usize, word: &[char]) -> (usize, Label) {
        self.steps += LOOK_BACK + word.len();
        let before = |end: usize| {
            let (previous_end, previous) = self.previous;
            let between = self.text.get(previous_end..end).unwrap_or_default();
            let is_list = previous_end > 0
                && between.len() <= GAP
                && between
                    .iter()
                    .all(|character| written(*character).is_none_or(|kept| matches!(kept, '/' | '和' | '及')));
            if is_list {
                previous
            } else {
                labels::at_end(self.text.get(previous_end..end).unwrap_or_default(), &self.words, &self.edges)
            }
        };
        let is_glued = word.first().is_some_and(|first| self.edges.may_begin_with(*first));
        match if is_glued { labels::at_start(word, &self.words) } else { (0, Label::None) } {
            (length, glued) if length > 0 && word.get(length).is_some_and(char::is_ascii_digit) => {
                (start + length, before(start).then(glued))
            }
            _ => (start, before(self.with_province(start))),
        }
    }

    /// Production licences begin with the short name of a province, with or without brackets.
    fn with_province(&self, start: usize) -> usize {
        let (before, number) = self.text.split_at_checked(start).unwrap_or_default();
        match (before, number) {
            ([.., '(' | '[', province, ')' | ']'], ['X' | 'x', 'K' | 'k', ..]) if is_province(*province) => start - 3,
            ([.., province], ['X' | 'x', 'K' | 'k', ..]) if is_province(*province) => start - 1,
            _ => start,
        }
    }

    fn join(&mut self, window: &mut Window, end: usize, is_loose: bool) {
        if window.words > 0 {
            window.breaks |= 1_u64.checked_shl(u32::try_from(window.length).unwrap_or(63)).unwrap_or(0);
            window.is_loose |= is_loose;
        }
        let from = if window.words == 0 { window.start } else { window.end };
        let added = self.text.get(from..end).unwrap_or_default();
        for character in added {
            window.written.extend(written(*character));
            window.digits.extend(digit_look_alike(*character));
            window.length += usize::from(is_word(*character));
        }
        window.end = end;
        window.words += 1;
        self.steps += window.written.len();
    }

    /// The end of the word that follows at `from`, and whether blanks stand before it.
    fn next_word(&mut self, from: usize) -> Option<(usize, bool)> {
        let gap = self.text.get(from..)?.iter().take(GAP + 1).position(|character| is_word(*character))?;
        let between = self.text.get(from..from + gap)?;
        let count = |matching: fn(char) -> bool| between.iter().filter(|character| matching(**character)).count();
        let blanks = count(char::is_whitespace);
        let marks = count(|character| is_dash(character) || matches!(character, '_' | '/' | '.' | '·'));
        let is_gap =
            blanks + marks + count(is_invisible) == gap && marks <= 1 && count(|character| character == '\n') <= 1;
        let start = from + gap;
        let rest = self.text.get(start..)?;
        let length = rest
            .iter()
            .take(WINDOW + 1)
            .position(|character| !is_word(*character))
            .unwrap_or(rest.len().min(WINDOW + 1));
        self.steps += gap + length;
        is_gap.then_some((start + length, blanks > 0))
    }

    fn found(&mut self, start: usize, end: usize, strength: Strength, label: Label) -> Found {
        let read_to = |end: usize| {
            let number = self.text.get(start..end).unwrap_or_default();
            let from = number.iter().position(|character| written(*character).is_some()).unwrap_or(0);
            read(&take_apart(number, from, label))
        };
        let (mut end, mut reading) = (end, read_to(end));
        if reading.kind == Kind::Ccc {
            for suffixed in self.suffix_ends(end) {
                let longer = read_to(suffixed);
                // In running text a bracket may hold anything: a version is a letter and digits.
                let is_version = |version: &String| {
                    let (letter, digits) = version.split_at_checked(1).unwrap_or_default();
                    letter.bytes().all(|byte| byte.is_ascii_uppercase()) && number(digits).is_some()
                };
                if longer.version.as_ref().is_some_and(is_version) && longer.normalized == reading.normalized {
                    (end, reading) = (suffixed, longer);
                }
            }
        }
        self.steps += SUFFIX;
        self.previous = (end, label);
        Found { start, end, strength, reading }
    }

    /// Where the number would end with a version in brackets, and with the day after it.
    fn suffix_ends(&self, end: usize) -> impl Iterator<Item = usize> + use<> {
        let tail = self.text.get(end..).unwrap_or_default();
        let tail = tail.get(..tail.len().min(SUFFIX)).unwrap_or_default();
        let close = match tail.iter().position(|character| !character.is_whitespace()) {
            Some(open) if tail.get(open) == Some(&'(') => tail.iter().position(|character| *character == ')'),
            _ => None,
        };
        let version = close.map(|close| end + close + 1);
        version.into_iter().chain(version.map(|version| version + "/2022-06-01".len()))
    }
}

/// Words joined to what may be a number.
#[derive(Default)]
pub(super) struct Window {
    pub(super) start: usize,
    pub(super) end: usize,
    /// In capitals, blanks left out, with `-`, `_` and `/`.
    pub(super) written: Vec<char>,
    /// The letters and digits of it, as digits where they look like one.
    pub(super) digits: String,
    pub(super) length: usize,
    pub(super) words: usize,
    /// Whether blanks stand between the words, not only dashes and the like.
    pub(super) is_loose: bool,
    /// The number of characters before each break, as bits.
    breaks: u64,
}

impl Window {
    pub(super) fn is_digits(&self) -> bool {
        self.written.iter().all(|character| character.is_ascii_digit() || matches!(character, '-' | '_'))
    }

    /// Sixteen characters, all digits or easily taken for one.
    pub(super) fn looks_like_ccc(&self) -> bool {
        self.length == CCC_LENGTH && self.digits.len() == CCC_LENGTH
    }

    /// Whether people break CCC numbers like this: once, in fours, or at the parts of the number.
    pub(super) fn is_broken_as_usual(&self) -> bool {
        const FOURS: u64 = 1 << 4 | 1 << 8 | 1 << 12;
        const PARTS: u64 = 1 << 4 | 1 << 6 | 1 << 10;
        self.breaks.count_ones() <= 1 || self.breaks & !FOURS == 0 || self.breaks & !PARTS == 0
    }

    /// Whether more words could make a number of it.
    fn may_become_a_number(&self) -> bool {
        self.digits.len() == self.length && self.length <= 18 || may_begin(&self.written)
    }

    /// A text that a label calls a CCC number, and that is nearly one: 14 to 18 digits.
    fn is_malformed_ccc(&self, label: Label) -> bool {
        label == Label::Names(Kind::Ccc) && self.is_digits() && matches!(self.length, 14..=18)
    }
}

/// What words are made of. `〇` is how people type a zero.
pub(super) fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '〇'
}
