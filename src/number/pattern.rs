//! The small language in which number grammars are written, and its matcher. Every token takes as much as it can and
//! nothing is ever tried again, so matching is linear in the text.
//!
//! | token | takes |
//! | --- | --- |
//! | `d` `l` `a` | a digit, a capital letter, either |
//! | `u` | a character of credit codes (GB 32100): a digit or a capital other than I, O, S, V, Z |
//! | `m` | a month, `01` to `12` |
//! | `p` | the one-character short name of a province |
//! | `d{7}` `d{4,5}` | so many of them |
//! | `<A\|B>` | one of these texts |
//! | `[…]` | what is inside, or nothing |
//! | anything else | itself |

use crate::text::{Parts, cut, number};

/// How the dashes of a text are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dashes {
    /// As part of the number.
    AsWritten,
    /// The text has none: `-` and `_` of the pattern are filled in, and optional parts that begin with one are left out.
    FilledIn,
}

/// How much of the pattern the text must fill.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    Whole,
    /// Any beginning of it.
    Beginning,
}

const PROVINCES: &str = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新";

/// Whether this is the short name of a province.
pub(super) fn is_province(character: char) -> bool {
    PROVINCES.chars().any(|province| province == character)
}

/// Whether all of `text` fits. What the register would write goes to `out`, complete only if it does.
pub(super) fn matches(pattern: &str, text: &[char], dashes: Dashes, extent: Extent, out: &mut dyn FnMut(char)) -> bool {
    let mut matcher = Matcher { text, at: 0, dashes, extent };
    may_begin(pattern, text) && matcher.take(pattern, out).is_some() && matcher.at == text.len()
}

/// Whether the first character fits: most patterns and texts part here.
pub(super) fn may_begin(pattern: &str, text: &[char]) -> bool {
    pattern.chars().next().is_some_and(|first| matches!(first, '[' | '<') || class_length(first, text) > 0)
}

struct Matcher<'a> {
    text: &'a [char],
    at: usize,
    dashes: Dashes,
    extent: Extent,
}

impl Matcher<'_> {
    fn take(&mut self, mut pattern: &str, out: &mut dyn FnMut(char)) -> Option<()> {
        while let Some(token) = pattern.chars().next() {
            if self.extent == Extent::Beginning && self.at == self.text.len() {
                return Some(());
            }
            let rest = pattern.get(token.len_utf8()..)?;
            pattern = match token {
                '[' => {
                    let (part, rest) = cut(rest, b']')?;
                    self.take_optional(part, out);
                    rest
                }
                '<' => {
                    let (choices, rest) = cut(rest, b'>')?;
                    self.take_choice(choices, out)?;
                    rest
                }
                '-' | '_' if self.dashes == Dashes::FilledIn => {
                    out(token);
                    rest
                }
                _ => {
                    let (least, most, rest) = repetition(rest)?;
                    self.take_class(token, least, most, out)?;
                    rest
                }
            };
        }
        Some(())
    }

    fn take_optional(&mut self, part: &str, out: &mut dyn FnMut(char)) {
        let start = self.at;
        let is_dashed = part.starts_with('-') && self.dashes == Dashes::FilledIn;
        if is_dashed || self.take(part, &mut |_| ()).is_none() {
            self.at = start;
            return;
        }
        self.at = start;
        let _taken = self.take(part, out);
    }

    fn take_choice(&mut self, choices: &str, out: &mut dyn FnMut(char)) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let choice = Parts::new(choices, b'|').find(|choice| {
            let mut length = 0;
            let same = choice.chars().zip(rest).all(|(expected, found)| {
                length += 1;
                expected == *found
            });
            same && (length == choice.len() || self.extent == Extent::Beginning)
        })?;
        choice.chars().for_each(out);
        self.at = (self.at + choice.len()).min(self.text.len());
        Some(())
    }

    fn take_class(&mut self, class: char, least: usize, most: usize, out: &mut dyn FnMut(char)) -> Option<()> {
        for count in 0..most {
            let rest = self.text.get(self.at..)?;
            let length = class_length(class, rest);
            if length == 0 {
                let may_end = self.extent == Extent::Beginning && (rest.is_empty() || class == 'm' && rest.len() == 1);
                if may_end {
                    self.at = self.text.len();
                }
                return (count >= least || may_end).then_some(());
            }
            rest.iter().take(length).copied().for_each(&mut *out);
            self.at += length;
        }
        Some(())
    }
}

/// `{7}` or `{4,5}` at the start of `rest`: least, most, and what follows; one if there is none.
fn repetition(rest: &str) -> Option<(usize, usize, &str)> {
    let Some(counted) = rest.strip_prefix('{') else { return Some((1, 1, rest)) };
    let (count, rest) = cut(counted, b'}')?;
    let (least, most) = cut(count, b',').unwrap_or((count, count));
    Some((number(least)?.try_into().ok()?, number(most)?.try_into().ok()?, rest))
}

/// How many characters the class takes at the start of `text`; 0 if it does not fit.
fn class_length(class: char, text: &[char]) -> usize {
    let Some(first) = text.first().copied() else { return 0 };
    let fits = match class {
        'd' => first.is_ascii_digit(),
        'l' => first.is_ascii_uppercase(),
        'a' => first.is_ascii_digit() || first.is_ascii_uppercase(),
        'u' => first.is_ascii_digit() || first.is_ascii_uppercase() && !matches!(first, 'I' | 'O' | 'S' | 'V' | 'Z'),
        'p' => is_province(first),
        'm' => return if is_month(first, text.get(1).copied()) { 2 } else { 0 },
        _ => first == class,
    };
    usize::from(fits)
}

fn is_month(tens: char, ones: Option<char>) -> bool {
    matches!((tens, ones), ('0', Some('1'..='9')) | ('1', Some('0'..='2')))
}
