//! Many short texts in one: to make room for each by itself would take a third of the time of opening a register.

use crate::wire::{Input, Wire, put_length};
use alloc::string::String;
use alloc::vec::Vec;

/// Texts in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    joined: String,
    /// Where each ends; it begins where the one before ends.
    ends: Vec<usize>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.joined.push_str(text);
        self.ends.push(self.joined.len());
    }

    /// The text at a place; none after the last.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&str> {
        let begin = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.joined.get(begin..*self.ends.get(place)?)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).filter_map(|place| self.get(place))
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut all = Self::default();
        texts.into_iter().for_each(|text| all.push(text.as_ref()));
        all
    }
}

impl Wire for Texts {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.ends.len(), out);
        for text in self.iter() {
            put_length(text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
    }

    #[inline(never)]
    fn read(input: &mut Input<'_>) -> Self {
        let (mut joined, mut ends) = (Vec::new(), Vec::new());
        input.items(&mut |input| {
            joined.extend_from_slice(input.counted());
            ends.push(joined.len());
        });
        joined.shrink_to_fit();
        let joined = String::from_utf8(joined).unwrap_or_default();
        if !ends.iter().all(|end| joined.is_char_boundary(*end)) {
            input.fail();
        }
        Self { joined, ends }
    }
}
