//! Looking rows up in a group: which chunk, which block, which row.

use super::bits::Backward;
use super::block::{Frame, Row, Rows, Tables};
use super::files::{Files, Open};
use super::layout::{Group, Order, SERIALS, group_day, working_day};
use crate::date::Day;
use crate::register::LookupError;
use alloc::vec::Vec;
use core::ops::Range;

/// A group where it stands in its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub(super) group: &'a Group,
    pub(super) first_block: u32,
    /// The first chunk with rows of the group, and the last.
    pub(super) chunks: (usize, usize),
    pub(super) tables: Tables<'a>,
    pub(super) frame: Frame,
    pub(super) block_rows: u32,
    pub(super) base_day: Day,
}

/// A row that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<'a> {
    /// Its place in the group.
    pub(super) place: u32,
    pub(super) key: u64,
    pub(super) row: Row<'a>,
}

/// A block of a group.
struct Block<'a> {
    bytes: &'a [u8],
    begin: usize,
    end: usize,
    first_key: u64,
    first_issue: i32,
    rows: u32,
    /// Rows of the group in the blocks before.
    before: u32,
}

/// How many blocks so many rows make.
pub(super) fn blocks(rows: u32, block_rows: u32) -> u32 {
    rows.div_ceil(block_rows.max(1))
}

/// The key of a serial in an order.
pub(super) fn key(order: Order, serial: u64, product: u16) -> u64 {
    match order {
        Order::Serial | Order::Hash => serial,
        Order::Product => u64::from(product) * SERIALS + serial,
    }
}

impl<'a> Placed<'a> {
    /// The group's blocks.
    fn blocks(&self) -> Range<u32> {
        self.first_block..self.first_block.saturating_add(blocks(self.group.rows, self.block_rows))
    }

    /// The chunks in which rows with a key may stand; almost always one.
    pub(super) fn chunks(&self, files: &Files, key: u64) -> Range<usize> {
        if self.group.rows == 0 {
            return 0..0;
        }
        let (first, last) = self.chunks;
        // In the first chunk another group may stand before this one, so its first key says nothing.
        let end = files.partition(first + 1..last + 1, key);
        let begin = match (self.group.step, key.checked_sub(1)) {
            (0, Some(below)) => files.partition(first + 1..last + 1, below),
            _ => end,
        };
        begin - 1..end
    }

    /// The row with a key; if several have it, the one of this product kind.
    pub(super) fn find<'f>(
        &self,
        files: &'f Files,
        key: u64,
        product: Option<u16>,
    ) -> Result<Option<Hit<'f>>, LookupError>
    where
        'a: 'f,
    {
        for chunk in self.chunks(files, key) {
            if let Some(hit) = self.find_in(files.open(chunk)?, key, product)? {
                return Ok(Some(hit));
            }
        }
        Ok(None)
    }

    /// As [`find`](Self::find), in one chunk.
    pub(super) fn find_in<'f>(
        &self,
        open: Open<'f>,
        key: u64,
        product: Option<u16>,
    ) -> Result<Option<Hit<'f>>, LookupError>
    where
        'a: 'f,
    {
        let own = self.within(&open);
        let last = open.index.partition(open.bytes, own.start, own.end, key);
        let first = match (self.group.step, key.checked_sub(1)) {
            (0, Some(below)) => open.index.partition(open.bytes, own.start, last, below),
            _ => last,
        };
        let first = first.saturating_sub(1);
        for place in first.max(own.start)..last {
            let block = self.block(&open, place).ok_or(LookupError::Malformed)?;
            if let Some(hit) = self.find_in_block(&block, key, product) {
                return Ok(Some(hit));
            }
        }
        Ok(None)
    }

    fn find_in_block<'f>(&self, block: &Block<'f>, key: u64, product: Option<u16>) -> Option<Hit<'f>>
    where
        'a: 'f,
    {
        let (rice, step) = (u32::from(self.group.rice), u64::from(self.group.step));
        let mut keys = Backward::new(block.bytes, block.end);
        let mut at = block.first_key;
        let mut place = 0;
        while at < key {
            place += 1;
            if place >= block.rows {
                return None;
            }
            at = at.wrapping_add(keys.rice(rice)).wrapping_add(step);
        }
        if at != key {
            return None;
        }
        let mut rows = self.rows(block);
        rows.skip(place);
        let by_product = self.group.order == Order::Serial;
        loop {
            let row = rows.row();
            if !by_product || product.is_none_or(|product| product == row.product) {
                return Some(Hit { place: block.before + place, key, row });
            }
            place += 1;
            if step > 0 || place >= block.rows || keys.rice(rice) > 0 {
                return None;
            }
        }
    }

    /// All rows, in order. A block whose rows and keys do not meet is malformed.
    pub(super) fn all<'f>(&self, files: &'f Files) -> Result<Vec<Hit<'f>>, LookupError>
    where
        'a: 'f,
    {
        let mut hits = Vec::new();
        for number in self.blocks() {
            let open = files.open(files.with_block(number))?;
            let place = usize::try_from(number - open.first_block).map_err(|_| LookupError::Malformed)?;
            let block = self.block(&open, place).ok_or(LookupError::Malformed)?;
            let (rice, step) = (u32::from(self.group.rice), u64::from(self.group.step));
            let mut keys = Backward::new(block.bytes, block.end);
            let mut rows = self.rows(&block);
            let mut key = block.first_key;
            for place in 0..block.rows {
                if place > 0 {
                    key = key.wrapping_add(keys.rice(rice)).wrapping_add(step);
                }
                hits.push(Hit { place: block.before + place, key, row: rows.row() });
            }
            if rows.bit() != keys.bit() {
                return Err(LookupError::Malformed);
            }
        }
        let order = |hit: &Hit<'_>| (hit.key, hit.row.product);
        let ascends = hits.is_sorted_by(|left, right| order(left) < order(right));
        if ascends { Ok(hits) } else { Err(LookupError::Malformed) }
    }

    /// The group's blocks within a chunk, counted from the chunk's first.
    fn within(&self, open: &Open<'_>) -> Range<usize> {
        let all = self.blocks();
        let place = |block: u32| usize::try_from(block.saturating_sub(open.first_block).min(open.blocks)).unwrap_or(0);
        place(all.start)..place(all.end)
    }

    fn block<'f>(&self, open: &Open<'f>, place: usize) -> Option<Block<'f>> {
        let (begin, end, entry) = open.index.block(open.bytes, place)?;
        let number = open.first_block.checked_add(u32::try_from(place).ok()?)?;
        let before = number.checked_sub(self.first_block)?.checked_mul(self.block_rows)?;
        let rows = self.group.rows.checked_sub(before)?.min(self.block_rows);
        let first_issue = working_day(group_day(self.group.year, self.base_day)).wrapping_add(entry.day);
        Some(Block { bytes: open.bytes, begin, end, first_key: entry.key, first_issue, rows, before })
    }

    fn rows<'f>(&self, block: &Block<'f>) -> Rows<'f>
    where
        'a: 'f,
    {
        Rows::new(block.bytes, block.begin, self.tables, self.group.order, self.frame, block.first_issue)
    }
}
