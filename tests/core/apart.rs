//! A directory and a part of a delta taken apart as SPEC.md describes them, to be put together otherwise than a writer does.

use crate::hand;
use cccheck::Day;
use cccheck::trust::{FileRef, Section};
use cccheck::wire::{Input, Wire, decode, encode};

/// A struct by its fields in their order.
macro_rules! fields {
    ($type:ident { $($field:ident: $of:ty),+ $(,)? }) => {
        #[derive(Clone, Debug)]
        pub struct $type {
            $(pub $field: $of),+
        }

        impl Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)+
            }

            fn read(input: &mut Input<'_>) -> Self {
                Self { $($field: Wire::read(input)),+ }
            }
        }
    };
}

fields!(Directory {
    base_day: Day,
    block_rows: u16,
    codes: Codes,
    models: Vec<Model>,
    groups: Vec<Group>,
    chunks: Vec<Chunk>,
    holders: u32,
    holder_chunks: Vec<Chunk>,
    sections: Vec<Section>,
});
fields!(Codes { states: Vec<Vec<u8>>, issues: Vec<Vec<u8>>, days: Vec<Vec<u8>>, products: Vec<Vec<u8>> });
fields!(Model { state: u16, issue: (u16, u16), expiry: u16, since: u16, product: u16 });
fields!(Group {
    space: u8,
    year: u16,
    complete: bool,
    lapsed_since: Option<Day>,
    order: u16,
    start: u32,
    rows: u32,
    rice: u8,
    steps: u16,
    model: u16,
});
fields!(Chunk { blocks: u32, first_key: u64, file: FileRef });
fields!(PartHead { groups: Vec<Group>, codes: Codes, model: Model, changes: u32, rice: u8 });

impl Directory {
    pub fn of(bytes: &[u8]) -> Self {
        decode(bytes.strip_prefix(b"CCCSNAP\x04").unwrap()).unwrap()
    }

    pub fn bytes(&self) -> Vec<u8> {
        [b"CCCSNAP\x04".as_slice(), &encode(self)].concat()
    }
}

impl Codes {
    pub fn count(&self) -> usize {
        [&self.states, &self.issues, &self.days, &self.products].into_iter().map(Vec::len).sum()
    }
}

impl PartHead {
    /// With the chunk that follows it.
    pub fn of(bytes: &[u8]) -> (Self, &[u8]) {
        let (length, rest) = bytes.strip_prefix(b"CCCPART\x04").unwrap().split_first_chunk().unwrap();
        let (head, chunk) = rest.split_at(u32::from_le_bytes(*length).try_into().unwrap());
        (decode(head).unwrap(), chunk)
    }

    pub fn bytes(&self, chunk: &[u8]) -> Vec<u8> {
        let head = encode(self);
        let length = u32::try_from(head.len()).unwrap().to_le_bytes();
        [b"CCCPART\x04".as_slice(), &length, &head, chunk].concat()
    }
}

/// The symbols of a packed prefix code with the lengths of their codes.
pub fn unpacked(packed: &[u8]) -> Vec<(u32, u32)> {
    let mut bits = packed.iter().flat_map(|byte| (0..8).map(move |place| u32::from(byte >> place & 1)));
    let mut symbols = Vec::new();
    let mut next = 0;
    loop {
        let mut take = |count: u32| (0..count).map(|place| bits.next().unwrap() << place).sum::<u32>();
        let length = take(4);
        if length == 0 {
            return symbols;
        }
        let width = (0..).find(|_| take(1) == 1).unwrap();
        let symbol = next + (1 << width) + take(width) - 1;
        symbols.push((symbol, length));
        next = symbol + 1;
    }
}

/// The packed prefix code of these symbols.
pub fn packed(symbols: &[(u32, u32)]) -> Vec<u8> {
    hand::bytes(&hand::packed(symbols))
}
