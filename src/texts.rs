//! Many short texts in one: to allocate each by itself would take most of the time of reading the tables.

use crate::wire::{Input, Wire, put_length};
use alloc::string::String;
use alloc::vec::Vec;

/// Texts in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    joined: String,
    /// Where each begins; it ends where the next one begins.
    begins: Vec<usize>,
}

impl Texts {
    /// The text at a place; none after the last.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&str> {
        let mut from = self.begins.get(place..)?.iter();
        self.joined.get(*from.next()?..from.next().copied().unwrap_or(self.joined.len()))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.begins.len()).filter_map(|place| self.get(place))
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut all = Self::default();
        for text in texts {
            all.begins.push(all.joined.len());
            all.joined.push_str(text.as_ref());
        }
        all
    }
}

impl Wire for Texts {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.begins.len(), out);
        for text in self.iter() {
            put_length(text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
    }

    fn read(input: &mut Input<'_>) -> Self {
        let mut texts = Taken::default();
        input.items(&mut |input| texts.take(input));
        texts.finish(input)
    }
}

/// Texts that are being read, wherever they stand in an input.
#[derive(Default)]
pub(crate) struct Taken {
    joined: Vec<u8>,
    begins: Vec<usize>,
}

impl Taken {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.begins.len()
    }

    /// Takes the next bytes of the input as a text.
    pub(crate) fn take(&mut self, input: &mut Input<'_>) {
        self.begins.push(self.joined.len());
        self.joined.extend_from_slice(input.counted());
    }

    /// The texts. The input fails if what was taken is no text.
    pub(crate) fn finish(self, input: &mut Input<'_>) -> Texts {
        let Self { joined, begins } = self;
        let joined = String::from_utf8(joined).unwrap_or_else(|_| {
            input.fail();
            String::new()
        });
        if !begins.iter().all(|begin| joined.is_char_boundary(*begin)) {
            input.fail();
        }
        Texts { joined, begins }
    }
}
