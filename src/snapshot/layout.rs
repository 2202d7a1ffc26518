//! The layout of the files, stated once for readers and writers. SPEC.md describes it byte by byte.
//!
//! ```text
//! directory = MAGIC  VERSION  `Directory` in its binary form
//! snapshot  = directory, then its chunks in order: those of rows, those of holders
//! chunk     = index of its blocks, then the blocks, bit after bit
//! block     = columns of rows, read forward from its first bit, and backward and forward from its middle; keys, backward from its
//!             last bit
//! part      = PART_MAGIC  VERSION  u32le length of `PartHead`, `PartHead` in its binary form, a chunk
//! ```
//!
//! Rows stand in groups of one keyspace and year. Keyspaces 0 to 99 are those of the certification bodies; from
//! [`HASHED`](crate::HASHED) on they hold instruments whose numbers have no known grammar, by the hash of the number.

use crate::date::Day;
use crate::trust::{FileRef, Section};
use crate::wire::{wire_enum, wire_struct};
use alloc::vec::Vec;

/// The first bytes of every directory.
pub(super) const MAGIC: [u8; 7] = *b"CCCSNAP";
/// The first bytes of every part of a delta.
pub(super) const PART_MAGIC: [u8; 7] = *b"CCCPART";
/// The version of the layout, the byte that follows.
pub(super) const VERSION: u8 = 4;
/// A certificate's usual validity in years; a row states only how it differs.
pub(super) const USUAL_YEARS: u16 = 5;
/// The most bytes of a model text; a longer one is cut by the writer and marked as cut.
pub(super) const MAX_MODEL: usize = 160;
/// Holders in a block.
pub(super) const HOLDER_ROWS: u32 = 16;
/// Bits of a tag.
pub(super) const TAG_BITS: u32 = 48;
/// The limits of what a directory may say of its blocks.
pub(super) const BLOCK_ROWS: core::ops::RangeInclusive<u16> = 16..=512;
/// Serials are below this; in [`Order::Product`] a key is the product kind times this plus the serial.
pub(super) const SERIALS: u64 = 1_000_000;
/// The largest key of a holder: the bits of a tag.
pub(super) const MAX_KEY: u64 = (1 << 48) - 1;
/// The product kind of an instrument that states none.
pub(super) const NO_PRODUCT: u16 = 10_000;
/// How many tables a model names.
pub(super) const MODEL_TABLES: usize = 6;
/// The most tables of a directory: for reading, a table of few bytes becomes one of many.
pub(super) const MAX_TABLES: usize = 64;
/// The widest model of a Rice code.
pub(super) const MAX_RICE: u8 = 47;

/// Where everything is, and what the snapshot claims to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    /// The day back from which status days are counted.
    pub(super) base_day: Day,
    /// Rows in a block; the last block of a group may have fewer.
    pub(super) block_rows: u16,
    /// Prefix codes.
    pub(super) codes: Codes,
    /// Which of them rows are coded with.
    pub(super) models: Vec<Model>,
    /// By ascending keyspace, then year.
    pub(super) groups: Vec<Group>,
    /// Chunks of rows.
    pub(super) chunks: Vec<Chunk>,
    /// How many holders the chunks of holders hold.
    pub(super) holders: u32,
    /// Chunks of holders, each with its blocks.
    pub(super) holder_chunks: Vec<Chunk>,
    /// What later versions add; an unknown critical one is not read past.
    pub(super) sections: Vec<Section>,
}

wire_struct!(Directory { base_day, block_rows, codes, models, groups, chunks, holders, holder_chunks, sections });

/// Prefix codes by what they are for, packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Codes {
    pub(super) states: Vec<Vec<u8>>,
    pub(super) issues: Vec<Vec<u8>>,
    /// For expiry and for status days.
    pub(super) days: Vec<Vec<u8>>,
    pub(super) products: Vec<Vec<u8>>,
}

wire_struct!(Codes { states, issues, days, products });

impl Codes {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        let Self { states, issues, days, products } = self;
        [states, issues, days, products].iter().map(|codes| codes.len()).sum()
    }
}

/// The tables for the symbols of rows, by place in the lists of codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Model {
    pub(super) state: u16,
    /// For certificates that were not ended, and for those that were revoked or cancelled.
    pub(super) issue: (u16, u16),
    pub(super) expiry: u16,
    pub(super) since: u16,
    pub(super) product: u16,
}

wire_struct!(Model { state, issue, expiry, since, product });

/// How the keys of a group are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The serial, counted from a start; rows with the same serial ascend by product kind.
    Serial,
    /// Product kind and serial: for bodies that number each product kind by itself. Rows do not repeat the product kind.
    Product,
    /// The first 48 bits of a hash.
    Hash,
}

wire_enum!(Order { 0 = Serial, 1 = Product, 2 = Hash });

/// How the keys of a group follow from its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbering {
    pub(super) order: Order,
    /// The serial from which [`Order::Serial`] counts, below [`SERIALS`]: bodies begin anew at 0 past 999999.
    pub(super) start: u32,
}

wire_struct!(Numbering { order, start });

impl Numbering {
    /// The key of a number, whose serial is the hash where there is no number.
    #[inline]
    pub(super) fn key(self, serial: u64, product: u16) -> u64 {
        match self.order {
            Order::Serial => {
                let start = u64::from(self.start);
                serial.checked_sub(start).unwrap_or(serial + SERIALS - start)
            }
            Order::Product => u64::from(product) * SERIALS + serial,
            Order::Hash => serial,
        }
    }

    /// Serial and product kind of a key, whose row says that it has this product kind. None if no number has the key.
    #[inline]
    pub(super) fn number(self, key: u64, product: u16) -> Option<(u64, u16)> {
        Some(match self.order {
            Order::Serial if key < SERIALS => ((key + u64::from(self.start)) % SERIALS, product),
            Order::Serial => return None,
            Order::Product => (key % SERIALS, u16::try_from(key / SERIALS).ok()?),
            Order::Hash => (key, product),
        })
    }
}

/// How keys follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Steps {
    /// Codes give the steps from key to key, which may be 0.
    Any,
    /// Codes give the steps from key to key, less 1.
    Rising,
    /// A bit for each key after the first says whether there is a row with it: for groups of which little is missing.
    Bits,
}

wire_enum!(Steps { 0 = Any, 1 = Rising, 2 = Bits });

/// The rows of one keyspace and year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) space: u8,
    /// The year in the numbers; 0 in hashed keyspaces.
    pub(super) year: u16,
    /// Whether every instrument in force is there.
    pub(super) complete: bool,
    /// The first day of which lapsed instruments are there; all if missing.
    pub(super) lapsed_since: Option<Day>,
    pub(super) numbering: Numbering,
    pub(super) rows: u32,
    /// The parameter of the Rice codes of keys.
    pub(super) rice: u8,
    pub(super) steps: Steps,
    /// By place in the list of models.
    pub(super) model: u16,
}

wire_struct!(Group { space, year, complete, lapsed_since, numbering, rows, rice, steps, model });

/// A file of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) blocks: u32,
    /// The key of its first row.
    pub(super) first_key: u64,
    pub(super) file: FileRef,
}

wire_struct!(Chunk { blocks, first_key, file });

/// What a part of a delta says, in front of its chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PartHead {
    /// Groups that have new rows or another coverage; their models are the directory's.
    pub(super) groups: Vec<Group>,
    /// Prefix codes for the changes.
    pub(super) codes: Codes,
    /// Which of them the changes are coded with.
    pub(super) model: Model,
    /// How many rows of the base are changed. Their keys are their places in the base.
    pub(super) changes: u32,
    /// As in a group; their steps are rising.
    pub(super) rice: u8,
}

wire_struct!(PartHead { groups, codes, model, changes, rice });
