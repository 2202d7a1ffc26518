//! The layout of the files, stated once for readers and writers. SPEC.md describes it byte by byte.
//!
//! ```text
//! directory = MAGIC  VERSION  `Directory` in its binary form
//! snapshot  = directory, then its chunks in order: those of rows, those of holders
//! chunk     = index of its blocks, then the blocks, bit after bit
//! block     = rows, read forward from its first bit; keys, read backward from its last
//! part      = PART_MAGIC  VERSION  u32le length of `PartHead`, `PartHead` in its binary form, a chunk
//! ```
//!
//! Rows stand in groups of one keyspace and year. Keyspaces 0 to 99 are those of the certification bodies; from
//! [`HASHED`] on they hold instruments whose numbers have no known grammar, by the hash of the number.

use crate::date::Day;
use crate::trust::{FileRef, Section};
use crate::wire::{wire_enum, wire_struct};
use alloc::vec::Vec;

/// The first bytes of every directory.
pub(super) const MAGIC: [u8; 7] = *b"CCCSNAP";
/// The first bytes of every part of a delta.
pub(super) const PART_MAGIC: [u8; 7] = *b"CCCPART";
/// The format version, the byte that follows.
pub(super) const VERSION: u8 = 2;
/// The first keyspace of hashed numbers: self-declarations (自我声明).
pub const HASHED: u8 = 100;
/// A certificate's usual validity in years; a row states only how it differs.
pub(super) const USUAL_YEARS: u16 = 5;
/// The most bytes of a model text; a longer one is cut by the writer and marked as cut.
pub(super) const MAX_MODEL: usize = 160;
/// Holders in a block.
pub(super) const HOLDER_ROWS: u32 = 32;
/// Bits of a tag.
pub(super) const TAG_BITS: u32 = 48;
/// The limits of what a directory may say of its blocks.
pub(super) const BLOCK_ROWS: core::ops::RangeInclusive<u16> = 16..=512;
/// Serials are below this; in [`Order::Product`] a key is the product kind times this plus the serial.
pub(super) const SERIALS: u64 = 1_000_000;
/// The largest key and half of it.
pub(super) const MAX_KEY: u64 = (1 << 48) - 1;
/// The product kind of an instrument that states none.
pub(super) const NO_PRODUCT: u16 = 10_000;
/// How many tables a model names.
pub(super) const MODEL_TABLES: usize = 6;
/// The most tables of a directory: for reading, a table of few bytes becomes one of many.
pub(super) const MAX_TABLES: usize = 512;
/// The widest model of a Rice code.
pub(super) const MAX_RICE: u8 = 47;

/// Where everything is, and what the snapshot claims to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    /// The day back from which status days are counted.
    pub(super) base_day: Day,
    /// Rows in a block; the last block of a group may have fewer.
    pub(super) block_rows: u16,
    /// Prefix codes, packed.
    pub(super) tables: Vec<Vec<u8>>,
    /// Which tables rows are coded with.
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

wire_struct!(Directory { base_day, block_rows, tables, models, groups, chunks, holders, holder_chunks, sections });

/// The tables for the symbols of rows, by place in the list of tables.
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
    /// The serial; rows with the same serial ascend by product kind.
    Serial,
    /// Product kind and serial: for bodies that number each product kind by itself. Rows do not repeat the product kind.
    Product,
    /// The first 48 bits of a hash.
    Hash,
}

wire_enum!(Order { 0 = Serial, 1 = Product, 2 = Hash });

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
    pub(super) order: Order,
    pub(super) rows: u32,
    /// The parameter of the Rice codes of key steps.
    pub(super) rice: u8,
    /// The least step from key to key: 0 or 1.
    pub(super) step: u8,
    /// By place in the list of models.
    pub(super) model: u16,
}

wire_struct!(Group { space, year, complete, lapsed_since, order, rows, rice, step, model });

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
    pub(super) tables: Vec<Vec<u8>>,
    /// Which of these tables the changes are coded with.
    pub(super) model: Model,
    /// How many rows of the base are changed. Their keys are their places in the base.
    pub(super) changes: u32,
    /// As in a group.
    pub(super) rice: u8,
}

wire_struct!(PartHead { groups, tables, model, changes, rice });

/// What a row says of its status and of what follows, in one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State(pub(super) u32);

/// How a row gives a day, or its companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// Not at all.
    None,
    /// As is usual: the usual last day; the day after the last day; the companies of the row before.
    Usual,
    /// In what follows.
    Coded,
    /// As in the row of the base that is changed.
    Kept,
}

impl Given {
    fn from_bits(bits: u32) -> Self {
        match bits & 3 {
            0 => Self::None,
            1 => Self::Usual,
            2 => Self::Coded,
            _ => Self::Kept,
        }
    }

    pub(super) fn bits(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Usual => 1,
            Self::Coded => 2,
            Self::Kept => 3,
        }
    }
}

/// The status of a row of the base that the register no longer has.
pub(super) const REMOVED: u32 = 15;

impl State {
    /// Bits of an escaped one.
    pub(super) const BITS: u32 = 16;
    const EXPIRY: u32 = 6;
    const SINCE: u32 = 8;
    const PARTIES: u32 = 10;
    const ISSUE: u32 = 12;
    const SAME_PRODUCT: u32 = 14;
    const MODEL: u32 = 15;

    pub(super) fn new(
        status: u32,
        provenance: u32,
        [issue, expiry, since, parties]: [Given; 4],
        same_product: bool,
        model: bool,
    ) -> Self {
        Self(
            status
                | provenance << 4
                | expiry.bits() << Self::EXPIRY
                | since.bits() << Self::SINCE
                | parties.bits() << Self::PARTIES
                | issue.bits() << Self::ISSUE
                | u32::from(same_product) << Self::SAME_PRODUCT
                | u32::from(model) << Self::MODEL,
        )
    }

    pub(super) fn status(self) -> u32 {
        self.0 & 15
    }

    pub(super) fn provenance(self) -> u32 {
        self.0 >> 4 & 3
    }

    pub(super) fn issue(self) -> Given {
        Given::from_bits(self.0 >> Self::ISSUE)
    }

    pub(super) fn expiry(self) -> Given {
        Given::from_bits(self.0 >> Self::EXPIRY)
    }

    pub(super) fn since(self) -> Given {
        Given::from_bits(self.0 >> Self::SINCE)
    }

    pub(super) fn parties(self) -> Given {
        Given::from_bits(self.0 >> Self::PARTIES)
    }

    pub(super) fn same_product(self) -> bool {
        self.0 >> Self::SAME_PRODUCT & 1 == 1
    }

    pub(super) fn has_model(self) -> bool {
        self.0 >> Self::MODEL & 1 == 1
    }

    /// Which table of issue days: 1 for revoked and cancelled, which were ended before a renewal.
    pub(super) fn is_ended(self) -> bool {
        matches!(self.status(), 2 | 3)
    }
}

/// What a row says of its issue day, in one symbol: by how many working days the day of first issue moves on from row to row,
/// how often the certificate was renewed, and by how many working days the issue day differs from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Issue(pub(super) u32);

impl Issue {
    /// Bits of an escaped one.
    pub(super) const BITS: u32 = 13;
    /// In place of an advance: it follows in [`Self::FAR_BITS`] bits.
    pub(super) const FAR: u32 = 7;
    pub(super) const FAR_BITS: u32 = 12;
    /// The most renewals that are counted.
    pub(super) const MAX_RENEWALS: u16 = 14;
    /// In place of renewals: the difference is one of calendar days, as for a day at a weekend.
    pub(super) const CALENDAR: u16 = 15;

    pub(super) fn new(advance: u32, renewals: u16, difference: Bucket) -> Self {
        Self(advance | u32::from(renewals) << 3 | difference.0 << 7)
    }

    pub(super) fn advance(self) -> u32 {
        self.0 & 7
    }

    pub(super) fn renewals(self) -> u16 {
        u16::try_from(self.0 >> 3 & 15).unwrap_or_default()
    }

    pub(super) fn difference(self) -> Bucket {
        Bucket(self.0 >> 7 & 63)
    }
}

/// The number of a working day (Monday to Friday), counted from Thursday 1970-01-01; of a day at a weekend that of the Friday
/// before.
pub(super) fn working_day(day: i32) -> i32 {
    let from_monday = day.saturating_add(3);
    from_monday.div_euclid(7) * 5 + from_monday.rem_euclid(7).min(4) - 3
}

/// The day of a working day's number.
pub(super) fn calendar_day(working_day: i32) -> Option<i32> {
    let from_monday = working_day.checked_add(3)?;
    (from_monday.div_euclid(5).checked_mul(7)? + from_monday.rem_euclid(5)).checked_sub(3)
}

/// The issue day of a row: of the working day of first issue, the number of renewals, and the difference.
pub(super) fn issue_day(first_issue: i32, renewals: u16, difference: i32) -> Option<i32> {
    let first = calendar_day(first_issue)?;
    match renewals {
        Issue::CALENDAR => first.checked_add(difference),
        _ => calendar_day(working_day(renewed(first, renewals)).checked_add(difference)?),
    }
}

/// The order of magnitude of a signed number: 0, or sign and the place of the highest bit; the bits below follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket(pub(super) u32);

impl Bucket {
    /// Bits of an escaped one.
    pub(super) const BITS: u32 = 6;

    pub(super) fn of(value: i32) -> (Self, u64) {
        let size = value.unsigned_abs();
        let Some(width) = size.checked_ilog2() else {
            return (Self(0), 0);
        };
        (Self(1 + 2 * width + u32::from(value < 0)), u64::from(size))
    }

    /// How many bits follow.
    pub(super) fn width(self) -> u32 {
        self.0.saturating_sub(1) / 2
    }

    /// The number whose lower bits are these.
    pub(super) fn value(self, bits: u64) -> i32 {
        if self.0 == 0 {
            return 0;
        }
        let size = 1_i32.checked_shl(self.width()).unwrap_or(0) | i32::try_from(bits).unwrap_or(0);
        if self.0 & 1 == 1 { size } else { size.wrapping_neg() }
    }
}

/// Bits of an escaped product kind.
pub(super) const PRODUCT_BITS: u32 = 14;

/// The day from which a group counts days of first issue.
pub(super) fn group_day(year: u16, base_day: Day) -> i32 {
    Day::new(year, 1, 1).unwrap_or(base_day).days()
}

/// The usual last day of a certificate; it follows from the issue day, if that is known.
pub(super) fn usual_end(issued_on: Option<Day>, group_day: i32) -> i32 {
    let from = issued_on.or_else(|| Day::from_days(group_day));
    from.map_or(group_day, |from| from.plus_years(USUAL_YEARS).plus_days(-1).days())
}

/// The issue day after so many renewals of a certificate first issued on a day, before the difference.
pub(super) fn renewed(first_issue: i32, renewals: u16) -> i32 {
    match renewals {
        0 => first_issue,
        _ => Day::from_days(first_issue).map_or(first_issue, |day| day.plus_years(renewals * USUAL_YEARS).days()),
    }
}
