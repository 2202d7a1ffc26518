//! The dictionary of holders: every combination of companies that stands behind a certificate, once, by ascending tag of the
//! applicant. A row refers to its place.
//!
//! The key of an entry is the applicant's tag, 0 without one. A block holds first by how much the keys after the first are above
//! it, then for each entry: one bit 1 if there is an applicant and nobody else; otherwise 0, a bit for the applicant, two bits
//! each for manufacturer and factory (0 none, 1 the applicant, 2 a tag that follows, 3 the manufacturer), a bit for the credit
//! code, and the tags that follow.

use super::bits::{Bits, Forward, Stream as _, low, window};
use super::chunk::{Builder, Index};
use super::layout::{HOLDER_ROWS, MAX_KEY, TAG_BITS};
use crate::party::PartyTag;
use crate::register::Parties;
use alloc::vec::Vec;

/// Bits of an entry that says more than its applicant, before the tags.
const LONG: u32 = 7;

fn number(tag: PartyTag) -> u64 {
    tag.0.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn tag(number: u64) -> PartyTag {
    let [_, _, bytes @ ..] = number.to_be_bytes();
    PartyTag(bytes)
}

/// What the dictionary is sorted by.
pub(super) fn key(parties: &Parties) -> u64 {
    parties.applicant.map_or(0, number)
}

/// The bits that an entry has after its applicant's tag.
fn own_bits(bytes: &[u8], bit: usize) -> u32 {
    let bits = window(bytes, bit);
    if bits & 1 == 1 {
        return 1;
    }
    let own = [bits >> 2 & 3 == 2, bits >> 4 & 3 == 2, bits >> 6 & 1 == 1];
    LONG + own.iter().filter(|is_own| **is_own).map(|_| TAG_BITS).sum::<u32>()
}

fn beyond(bit: usize, width: u32) -> Option<usize> {
    bit.checked_add(usize::try_from(width).ok()?)
}

/// The entry whose applicant's tag is known.
fn entry(bytes: &[u8], bit: usize, applicant: u64, parties: &mut Parties) -> Option<()> {
    if beyond(bit, own_bits(bytes, bit))? > bytes.len() * 8 {
        return None;
    }
    let bits = window(bytes, bit);
    if bits & 1 == 1 {
        *parties = Parties { applicant: Some(tag(applicant)), ..Parties::default() };
        return Some(());
    }
    let mut rest = Forward::new(bytes, beyond(bit, LONG)?);
    let mut own = || tag(rest.take(TAG_BITS));
    let applicant = (bits >> 1 & 1 == 1).then(|| tag(applicant));
    let manufacturer = match bits >> 2 & 3 {
        0 => None,
        1 => Some(applicant?),
        2 => Some(own()),
        _ => return None,
    };
    let factory = match bits >> 4 & 3 {
        0 => None,
        1 => Some(applicant?),
        2 => Some(own()),
        _ => Some(manufacturer?),
    };
    let credit_code = (bits >> 6 & 1 == 1).then(own);
    *parties = Parties { applicant, manufacturer, factory, credit_code };
    Some(())
}

fn put(out: &mut Bits, parties: &Parties) {
    let Parties { applicant, manufacturer, factory, credit_code } = *parties;
    if applicant.is_some() && manufacturer.is_none() && factory.is_none() && credit_code.is_none() {
        out.push(1, 1);
        return;
    }
    let manufacturer_given = match manufacturer {
        None => 0,
        same if same == applicant => 1,
        Some(_) => 2,
    };
    let factory_given = match factory {
        None => 0,
        same if same == applicant => 1,
        same if same == manufacturer => 3,
        Some(_) => 2,
    };
    out.push(0, 1);
    out.push(u64::from(applicant.is_some()), 1);
    out.push(manufacturer_given, 2);
    out.push(factory_given, 2);
    out.push(u64::from(credit_code.is_some()), 1);
    let own = [manufacturer.filter(|_| manufacturer_given == 2), factory.filter(|_| factory_given == 2), credit_code];
    for tag in own.into_iter().flatten() {
        out.push(number(tag), TAG_BITS);
    }
}

/// The companies that stand in a block.
pub(super) fn inline(bytes: &[u8], bit: usize) -> Option<Parties> {
    let mut parties = Parties::default();
    entry(bytes, beyond(bit, TAG_BITS)?, low(window(bytes, bit), TAG_BITS), &mut parties)?;
    Some(parties)
}

/// The bit after companies that stand in a block.
pub(super) fn after_inline(bytes: &[u8], bit: usize) -> usize {
    let own = beyond(bit, TAG_BITS).and_then(|bit| beyond(bit, own_bits(bytes, bit)));
    own.unwrap_or(usize::MAX)
}

/// Writes companies into a block.
pub(super) fn put_inline(out: &mut Bits, parties: &Parties) {
    out.push(key(parties), TAG_BITS);
    put(out, parties);
}

/// Bits of a reference to one of so many holders.
pub(super) fn reference_bits(holders: u32) -> u32 {
    32 - holders.saturating_sub(1).leading_zeros()
}

/// How many holders a block has: [`HOLDER_ROWS`], or what is left.
fn rows(holders: u32, block: u32) -> u32 {
    holders.saturating_sub(block.saturating_mul(HOLDER_ROWS)).min(HOLDER_ROWS)
}

/// Writes sorted holders into chunks of about so many bytes.
pub(super) fn write(holders: &[Parties], chunk_bytes: usize) -> Vec<Builder> {
    let mut chunks: Vec<Builder> = Vec::new();
    let mut chunk = Builder::default();
    for block in holders.chunks(usize::try_from(HOLDER_ROWS).unwrap_or(1)) {
        let mut bits = Bits::default();
        let first = block.first().map_or(0, key);
        let width = 64 - block.last().map_or(0, |last| key(last) - first).leading_zeros();
        block.iter().skip(1).for_each(|parties| bits.push(key(parties) - first, width));
        block.iter().for_each(|parties| put(&mut bits, parties));
        chunk.push(&bits, first, [i32::try_from(width).unwrap_or_default(), 0, 0]);
        if chunk.is_full(chunk_bytes) {
            chunks.push(core::mem::take(&mut chunk));
        }
    }
    if chunk.blocks() > 0 {
        chunks.push(chunk);
    }
    chunks
}

/// The holder at a place in a block of a chunk. `block` counts in the chunk, `first_block` from the dictionary's first.
#[cfg_attr(module, optimize(speed))]
pub(super) fn find(
    chunk: &[u8],
    index: &Index,
    block: u32,
    first_block: u32,
    holders: u32,
    place: u32,
    parties: &mut Parties,
) -> Option<()> {
    let (begin, end, entry_of) = index.block(chunk, block)?;
    let rows = rows(holders, first_block.checked_add(block)?);
    let [width, ..] = entry_of.own;
    let width = u32::try_from(width).ok().filter(|width| *width <= TAG_BITS)?;
    let above = match place.checked_sub(1) {
        Some(before) => low(window(chunk, beyond(begin, before.checked_mul(width)?)?), width),
        None => 0,
    };
    let applicant = entry_of.key.checked_add(above).filter(|tag| *tag <= MAX_KEY)?;
    let mut bit = beyond(begin, rows.checked_sub(1)?.checked_mul(width)?)?;
    let mut left = place;
    while left > 0 {
        // Most entries are a single 1.
        let short = window(chunk, bit).trailing_ones().min(left);
        left -= short;
        bit = beyond(bit, short)?;
        if left > 0 {
            left -= 1;
            bit = beyond(bit, own_bits(chunk, bit))?;
        }
    }
    if place >= rows || bit >= end {
        return None;
    }
    entry(chunk, bit, applicant, parties)
}
