//! The layout of the file, stated once for reader and writer.
//!
//! ```text
//! file      = MAGIC  VERSION  u32le length of reference  u32le length of directory  reference  directory  blocks
//! reference = postcard of `Reference`
//! directory = postcard of `Directory`
//! blocks    = the blocks of all groups, in order, without gaps
//! block     = 1 to BLOCK_ROWS rows, each: serial step, product, flags, issued, expires, status day, tags, model
//! ```
//!
//! A number in a block is a LEB128 varint in its shortest form; a signed one is zigzag coded first.

use crate::date::Day;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The first bytes of every snapshot.
pub(super) const MAGIC: [u8; 7] = *b"CCCSNAP";
/// The format version, the byte that follows.
pub(super) const VERSION: u8 = 1;
/// The most rows in a block.
pub(super) const BLOCK_ROWS: usize = 128;
/// A certificate's usual validity in years; a record states only how it differs.
pub(super) const USUAL_YEARS: u16 = 5;

/// Flags of a row, a varint: status in bits 0 to 2, provenance in bits 3 and 4, then what follows.
pub(super) const STATUS_MASK: u32 = 0b0000_0111;
pub(super) const PROVENANCE_SHIFT: u32 = 3;
pub(super) const PROVENANCE_MASK: u32 = 0b11;
pub(super) const HAS_ISSUED: u32 = 1 << 5;
pub(super) const HAS_EXPIRES: u32 = 1 << 6;
pub(super) const HAS_STATUS_DAY: u32 = 1 << 7;
/// Tags of applicant, manufacturer, factory and credit code: eight bytes each.
pub(super) const HAS_PARTY: [u32; 4] = [1 << 8, 1 << 9, 1 << 10, 1 << 11];
/// The same tags as the row before, in the same block.
pub(super) const SAME_PARTIES: u32 = 1 << 12;
/// The model text: its length in bytes, a varint, and UTF-8.
pub(super) const HAS_MODEL: u32 = 1 << 13;
/// Every flag; others are refused.
pub(super) const ALL_FLAGS: u32 = (1 << 14) - 1;
/// The most bytes of a model text; a longer one is cut by the writer and marked as cut.
pub(super) const MAX_MODEL: usize = 160;

/// Where each block is, and what the file claims to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Directory {
    /// By ascending body, then year.
    pub(super) groups: Vec<Group>,
}

/// The certificates of one body first issued in one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) body: u8,
    pub(super) year: u16,
    /// Whether every certificate of the group is in the file.
    pub(super) complete: bool,
    /// The product kinds that occur, ascending; rows refer to them by place.
    pub(super) products: Vec<u16>,
    /// By ascending first serial.
    pub(super) blocks: Vec<Block>,
}

/// One block of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Block {
    pub(super) first_serial: u32,
    pub(super) rows: u8,
    pub(super) bytes: u16,
}

/// The day on which a row's issue day is counted: 1 January of the number's year.
pub(super) fn issue_base(year: u16) -> i32 {
    Day::new(year.max(1), 1, 1).map_or(0, Day::days)
}

/// The day on which a row's expiry day is counted: the usual last day, if an issue day is known.
pub(super) fn expiry_base(year: u16, issued_on: Option<Day>) -> i32 {
    issued_on.map_or_else(|| issue_base(year), |issued| issued.plus_years(USUAL_YEARS).plus_days(-1).days())
}

/// The day on which a row's status day is counted.
pub(super) fn status_base(year: u16, issued_on: Option<Day>) -> i32 {
    issued_on.map_or_else(|| issue_base(year), Day::days)
}

pub(super) fn zigzag(value: i32) -> u32 {
    value.unsigned_abs().wrapping_mul(2).wrapping_sub(u32::from(value < 0))
}

pub(super) fn unzigzag(value: u32) -> i32 {
    let half = i32::try_from(value >> 1).unwrap_or(i32::MAX);
    if value & 1 == 0 { half } else { -1 - half }
}

pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u32) {
    while let Ok(low) = u8::try_from(value & 0x7f)
        && value > 0x7f
    {
        out.push(low | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or_default());
}

/// Reads a varint in its shortest form and moves past it.
pub(super) fn take_varint(input: &mut &[u8]) -> Option<u32> {
    let mut value: u32 = 0;
    for position in 0..5 {
        let (byte, rest) = input.split_first()?;
        *input = rest;
        let part = u32::from(byte & 0x7f);
        value |= part.checked_shl(7 * position).filter(|shifted| shifted >> (7 * position) == part)?;
        if byte & 0x80 == 0 {
            let shortest = position == 0 || *byte != 0;
            return shortest.then_some(value);
        }
    }
    None
}
