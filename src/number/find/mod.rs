//! Every candidate in a free text: a listing, what a scanner read, a page.
//!
//! The text is a row of words (runs of letters and digits). From each word on, the words within [`WINDOW`] characters are
//! joined one by one until they are a number. What is looked at from one word is bounded, so the work is linear in the text.

mod scan;
mod strength;

use super::Reading;
use super::labels::LOOK_BACK;
use crate::json::{ToJson, field, json_enum, json_serialize, json_struct};
use crate::text::narrow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use scan::{Found, Scan, is_word};
pub use strength::Strength;

/// The longest text, in characters, that is searched; the rest is cut off, and [`Cut::Text`] says so.
pub const MAX_FIND: usize = 1_000_000;
/// The most candidates that are given; [`Cut::Candidates`] says that there are more.
pub const MAX_CANDIDATES: usize = 1_000;
/// What [`Search::steps`] never exceeds for each character of the text, whatever the text is.
pub const MAX_STEPS_PER_CHARACTER: usize = LOOK_BACK + SUFFIX + (WORDS + 1) * (2 * WINDOW + GAP + 2);

/// Characters that one number may take, with what stands inside it.
const WINDOW: usize = 48;
/// Words that one number may be broken into: sixteen single digits.
const WORDS: usize = 16;
/// Blanks that may stand between two parts of a number, such as the indent after a line end.
const GAP: usize = 8;
/// Characters of a version and its date, `(B0)/2022-06-01`.
const SUFFIX: usize = 16;

/// A number found in a text. JSON: `start`, `end`, `text`, `strength`, then the fields of its [`Reading`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where the number begins, in UTF-16 code units, as JavaScript counts.
    pub start: usize,
    /// Where it ends, its printed version included.
    pub end: usize,
    /// The same range in bytes of UTF-8.
    pub bytes: Range<usize>,
    /// The number as written, at most 64 characters.
    pub text: String,
    /// How strongly the text speaks for it. (The reading's `confidence` is how well the kind's grammar is known.)
    pub strength: Strength,
    /// What it is. Positions in its findings count from the start of `text`.
    pub reading: Reading,
}

impl ToJson for Candidate {
    fn put_json(&self, out: &mut String) {
        out.push('{');
        field("start", &self.start, out);
        field("end", &self.end, out);
        field("text", &self.text, out);
        field("strength", &self.strength, out);
        self.reading.put_fields(out);
        out.push('}');
    }
}

json_serialize!(Candidate);

/// Why a search did not give everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The text has more than [`MAX_FIND`] characters.
    Text,
    /// There are more than [`MAX_CANDIDATES`] candidates.
    Candidates,
}

json_enum!(Cut { Text = "text", Candidates = "candidates" });

/// The answer to a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The candidates, in the order of the text; none overlaps another.
    pub candidates: Vec<Candidate>,
    /// Set if something was left out.
    pub cut: Option<Cut>,
    /// How many characters were looked at, again and again counted: a measure of the work.
    pub steps: usize,
}

json_struct!(Search { candidates, cut });

/// Every candidate in a text; [`search`] also says whether something was left out.
#[must_use]
pub fn find(text: &str) -> Vec<Candidate> {
    search(text).candidates
}

/// Looks for numbers in a text. Linear in the text. Never panics.
#[must_use]
pub fn search(text: &str) -> Search {
    // One more character shows whether a number ends at the last one.
    let narrow = narrow(text, MAX_FIND + 1);
    let mut cut = narrow.get(MAX_FIND).map(|_| Cut::Text);
    let mut scan = Scan::new(&narrow);
    let mut places = Places::new(text);
    let mut candidates = Vec::new();
    let mut at = 0;
    while let Some(character) = narrow.get(at) {
        scan.steps += 1;
        if !is_word(*character) {
            scan.note_address(at);
            at += 1;
            continue;
        }
        let word_end = scan.word_end(at);
        let Some(found) = scan.number_at(at, word_end) else {
            at = word_end;
            continue;
        };
        if found.end > MAX_FIND {
            break;
        }
        if candidates.len() == MAX_CANDIDATES {
            cut = Some(Cut::Candidates);
            break;
        }
        at = found.end;
        candidates.push(places.candidate(found));
    }
    Search { candidates, cut, steps: scan.steps }
}

/// Turns positions of characters into those of bytes and UTF-16 code units, in one walk over the text.
struct Places<'a> {
    text: &'a str,
    rest: core::str::Chars<'a>,
    characters: usize,
    utf16: usize,
}

impl<'a> Places<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, rest: text.chars(), characters: 0, utf16: 0 }
    }

    fn walk_to(&mut self, position: usize) -> (usize, usize) {
        while self.characters < position
            && let Some(character) = self.rest.next()
        {
            self.characters += 1;
            self.utf16 += character.len_utf16();
        }
        (self.utf16, self.text.len() - self.rest.as_str().len())
    }

    fn candidate(&mut self, found: Found) -> Candidate {
        let (start, from) = self.walk_to(found.start);
        let (end, to) = self.walk_to(found.end);
        let text = self.text.get(from..to).unwrap_or_default().into();
        Candidate { start, end, bytes: from..to, text, strength: found.strength, reading: found.reading }
    }
}
