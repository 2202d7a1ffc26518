//! The directory: what the groups, codes and chunks of a snapshot are, within what limits.

use super::block::Frame;
use super::content::Coverage;
use super::group::blocks;
use super::holders;
use super::layout::{
    BLOCK_ROWS, Chunk, Directory, Group, HOLDER_ROWS, MAGIC, MAX_RICE, MAX_TABLES, Numbering, Order, SERIALS, Steps,
    VERSION,
};
use crate::declaration::HASHED;
use crate::trust::{Refusal, decode};
use alloc::boxed::Box;

/// What is said of a directory that cannot be.
pub(super) const DIRECTORY: Refusal = Refusal::Malformed { part: "directory" };

impl Group {
    pub(super) fn coverage(&self) -> Coverage {
        let Self { space, year, complete, lapsed_since, .. } = *self;
        Coverage { body: space, year, complete, lapsed_since }
    }

    /// Whether they ascend, name models that are there, and are within their limits.
    pub(super) fn are_sound(groups: &[Self], models: usize) -> bool {
        groups.is_sorted_by(|left, right| (left.space, left.year) < (right.space, right.year))
            && groups.iter().all(|group| usize::from(group.model) < models && group.is_sound())
    }

    fn is_sound(&self) -> bool {
        let Numbering { order, start } = self.numbering;
        let by_hash = order == Order::Hash;
        let can_start = if order == Order::Serial { u64::from(start) < SERIALS } else { start == 0 };
        by_hash == (self.space >= HASHED)
            && can_start
            && self.year <= if by_hash { 0 } else { 9_999 }
            && self.rice <= if self.steps == Steps::Bits { 0 } else { MAX_RICE }
    }
}

/// How many blocks there are; none if one of the chunks has none.
fn in_chunks(chunks: &[Chunk]) -> Option<u64> {
    let has_blocks = chunks.iter().all(|chunk| chunk.blocks > 0);
    has_blocks.then(|| chunks.iter().map(|chunk| u64::from(chunk.blocks)).sum())
}

impl Directory {
    /// Reads what a snapshot begins with.
    pub(super) fn read(bytes: &[u8]) -> Result<Box<Self>, Refusal> {
        let (version, rest) = bytes.strip_prefix(&MAGIC).and_then(<[u8]>::split_first).ok_or(DIRECTORY)?;
        if *version != VERSION {
            return Err(Refusal::UnsupportedFormat { part: "directory", version: u16::from(*version) });
        }
        let directory: Box<Self> = Box::new(decode(rest, "directory")?);
        if let Some(section) = directory.sections.iter().find(|section| section.critical) {
            return Err(Refusal::UnknownSection { tag: section.tag });
        }
        if directory.is_sound() { Ok(directory) } else { Err(DIRECTORY) }
    }

    fn is_sound(&self) -> bool {
        let rows = u32::from(self.block_rows);
        let row_blocks: u64 = self.groups.iter().map(|group| u64::from(blocks(group.rows, rows))).sum();
        let holder_blocks = u64::from(blocks(self.holders, HOLDER_ROWS));
        BLOCK_ROWS.contains(&self.block_rows)
            && self.codes.len() <= MAX_TABLES
            && Group::are_sound(&self.groups, self.models.len())
            && self.sections.is_sorted_by(|left, right| left.tag < right.tag)
            && in_chunks(&self.chunks) == Some(row_blocks)
            && in_chunks(&self.holder_chunks) == Some(holder_blocks)
            && u32::try_from(row_blocks + holder_blocks).is_ok()
    }

    /// The place of a group.
    pub(super) fn group(&self, space: u8, year: u16) -> Option<usize> {
        self.groups.binary_search_by_key(&(space, year), |group| (group.space, group.year)).ok()
    }

    /// How the keys of the group at a place follow from numbers; in one that is not there they are the serials.
    #[inline]
    pub(super) fn numbering(&self, group: Option<usize>, space: u8) -> Numbering {
        let order = if space >= HASHED { Order::Hash } else { Order::Serial };
        group.and_then(|place| self.groups.get(place)).map_or(Numbering { order, start: 0 }, |group| group.numbering)
    }

    /// What the rows have in common; `inline` in a delta.
    pub(super) fn frame(&self, inline: bool) -> Frame {
        Frame { holder_bits: holders::reference_bits(self.holders), inline }
    }
}
