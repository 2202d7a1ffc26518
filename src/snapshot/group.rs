//! Looking rows up in a group: which chunk, which block, which row.

use super::bits::{Backward, Stream as _, WINDOW};
use super::block::{Frame, Row, Rows, Tables};
use super::files::{Files, Open};
use super::layout::{Group, Order, Steps};
use crate::register::LookupError;
use core::ops::Range;

/// Where a group stands in its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) first_block: u32,
    /// The block after its last.
    pub(super) end_block: u32,
    /// The first chunk with rows of the group, and the last.
    pub(super) chunks: (usize, usize),
    /// The day from which the group counts, and its number as a working day.
    pub(super) first_day: i32,
    pub(super) first_working_day: i32,
}

/// A group where it stands in its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub(super) group: &'a Group,
    pub(super) site: Site,
    pub(super) tables: &'a Tables,
    pub(super) frame: Frame,
    pub(super) block_rows: u16,
}

/// A row that was found.
#[derive(Clone, Copy, Debug, Default)]
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
    middle: usize,
    first_key: u64,
    first_issue: i32,
    rows: u32,
    /// Lines in the column of companies.
    parties: u32,
    /// Rows of the group in the blocks before.
    before: u32,
}

/// Rows that can share a key: certificates of one serial, of which there is at most one for each product kind.
const MOST_OF_A_KEY: u32 = 10_000;

/// How many blocks so many rows make.
pub(super) fn blocks(rows: u32, block_rows: u32) -> u32 {
    rows.div_ceil(block_rows.max(1))
}

impl<'a> Placed<'a> {
    /// The chunks in which rows with a key may stand; almost always one. Malformed if they are more than a key can have rows in.
    #[inline]
    pub(super) fn chunks(&self, files: &Files, key: u64) -> Result<Range<usize>, LookupError> {
        if self.group.rows == 0 {
            return Ok(0..0);
        }
        let (first, last) = self.site.chunks;
        // In the first chunk another group may stand before this one, so its first key says nothing.
        let end = files.partition(first + 1..last + 1, key);
        let begin = match self.group.steps {
            Steps::Any => key.checked_sub(1).map_or(first + 1, |below| files.partition(first + 1..last + 1, below)),
            Steps::Rising | Steps::Bits => end,
        };
        let chunks = begin - 1..end;
        let count = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        if self.rows_of(count) > self.most_rows() { Err(LookupError::Malformed) } else { Ok(chunks) }
    }

    /// How many rows the blocks have in which a key can stand, the one before its first row included.
    fn most_rows(&self) -> u32 {
        MOST_OF_A_KEY + self.rows_of(2)
    }

    fn rows_of(&self, blocks: u32) -> u32 {
        blocks.saturating_mul(self.block_rows.into())
    }

    /// Reads the row with a key; if several have it, the one of this product kind. Without one, `into` is left empty.
    #[cfg_attr(module, optimize(speed))]
    pub(super) fn find<'f>(
        &self,
        files: &'f Files,
        key: u64,
        product: Option<u16>,
        into: &mut Option<Hit<'f>>,
    ) -> Result<(), LookupError>
    where
        'a: 'f,
    {
        let mut left = self.most_rows();
        for chunk in self.chunks(files, key)? {
            self.find_in(files.open(chunk)?, key, product, &mut left, into)?;
            if into.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// As [`find`](Self::find), in one chunk and at most `left` rows.
    #[cfg_attr(module, optimize(speed))]
    pub(super) fn find_in<'f>(
        &self,
        open: Open<'f>,
        key: u64,
        product: Option<u16>,
        left: &mut u32,
        into: &mut Option<Hit<'f>>,
    ) -> Result<(), LookupError>
    where
        'a: 'f,
    {
        let own = self.within(&open);
        let last = open.index.partition(open.bytes, own.start, own.end, key);
        let first = match self.group.steps {
            Steps::Any => {
                key.checked_sub(1).map_or(own.start, |below| open.index.partition(open.bytes, own.start, last, below))
            }
            Steps::Rising | Steps::Bits => last,
        };
        let first = first.saturating_sub(1).max(own.start);
        *left = left.checked_sub(self.rows_of(last.saturating_sub(first))).ok_or(LookupError::Malformed)?;
        for place in first..last {
            let block = self.block(&open, place).ok_or(LookupError::Malformed)?;
            self.find_in_block(&block, key, product, into);
            if into.is_some() {
                break;
            }
        }
        Ok(())
    }

    #[cfg_attr(module, optimize(speed))]
    fn find_in_block<'f>(&self, block: &Block<'f>, key: u64, product: Option<u16>, into: &mut Option<Hit<'f>>)
    where
        'a: 'f,
    {
        let mut keys = Keys::new(self.group, block);
        let Some(mut place) = keys.seek(key) else {
            return;
        };
        let rows = self.rows(block);
        // Of rows with the same serial, the one of the product kind.
        let product = product.filter(|_| self.group.numbering.order == Order::Serial);
        let hit = into.insert(Hit { key, ..Hit::default() });
        loop {
            hit.place = block.before + place;
            if rows.row(place, product, &mut hit.row) {
                return;
            }
            place += 1;
            if self.group.steps != Steps::Any || keys.next() != Some(key) {
                *into = None;
                return;
            }
        }
    }

    /// Visits all rows, in order. A block whose columns and keys do not fill it is malformed, and so are rows that a look-up would
    /// not find.
    pub(super) fn each<'f>(
        &self,
        files: &'f Files,
        mut visit: impl FnMut(Hit<'f>) -> Result<(), LookupError>,
    ) -> Result<(), LookupError>
    where
        'a: 'f,
    {
        let mut last: Option<(u64, u16)> = None;
        for number in self.site.first_block..self.site.end_block {
            let open = files.open(files.with_block(self.site.chunks.0, number))?;
            let block = self.block(&open, number - open.first_block).ok_or(LookupError::Malformed)?;
            let mut keys = Keys::new(self.group, &block);
            let rows = self.rows(&block);
            for place in 0..block.rows {
                let key = if place == 0 { Some(block.first_key) } else { keys.next() };
                let key = key.ok_or(LookupError::Malformed)?;
                let mut hit = Hit { place: block.before + place, key, row: Row::default() };
                rows.row(place, None, &mut hit.row);
                let product = hit.row.product;
                let ascends = last.is_none_or(|(before, last_product)| {
                    before < key || before == key && self.group.steps == Steps::Any && last_product < product
                });
                if !ascends {
                    return Err(LookupError::Malformed);
                }
                last = Some((key, product));
                visit(hit)?;
            }
            if !keys.begin().is_some_and(|begin| rows.fill(begin)) {
                return Err(LookupError::Malformed);
            }
        }
        Ok(())
    }

    /// The group's blocks within a chunk, counted from the chunk's first.
    #[inline]
    fn within(&self, open: &Open<'_>) -> Range<u32> {
        let place = |block: u32| block.saturating_sub(open.first_block).min(open.blocks);
        place(self.site.first_block)..place(self.site.end_block)
    }

    fn block<'f>(&self, open: &Open<'f>, place: u32) -> Option<Block<'f>> {
        let (begin, end, entry) = open.index.block(open.bytes, place)?;
        let number = open.first_block.checked_add(place)?;
        let before = number.checked_sub(self.site.first_block)?.checked_mul(self.block_rows.into())?;
        let rows = self.group.rows.checked_sub(before)?.min(self.block_rows.into());
        let [day, parties, middle] = entry.own;
        let first_issue = self.site.first_working_day.wrapping_add(day);
        let parties = u32::try_from(parties).ok().filter(|parties| *parties <= rows)?;
        let middle = end.checked_sub(usize::try_from(middle).ok()?).filter(|middle| *middle >= begin)?;
        Some(Block { bytes: open.bytes, begin, middle, end, first_key: entry.key, first_issue, rows, parties, before })
    }

    #[inline]
    fn rows<'f>(&self, block: &Block<'f>) -> Rows<'f>
    where
        'a: 'f,
    {
        Rows {
            bytes: block.bytes,
            begin: block.begin,
            middle: block.middle,
            count: block.rows,
            parties: block.parties,
            tables: self.tables,
            order: self.group.numbering.order,
            frame: self.frame,
            first_day: self.site.first_day,
            first_issue: block.first_issue,
        }
    }
}

/// The keys of a block, read one after the other.
struct Keys<'a> {
    bits: Backward<'a>,
    /// The block's first bit.
    begin: usize,
    rice: u32,
    steps: Steps,
    /// The key that was reached, and how many rows follow.
    key: u64,
    left: u32,
}

impl<'a> Keys<'a> {
    #[inline]
    fn new(group: &Group, block: &Block<'a>) -> Self {
        let left = block.rows.saturating_sub(1);
        let bits = Backward::new(block.bytes, block.end);
        Self { bits, begin: block.begin, rice: u32::from(group.rice), steps: group.steps, key: block.first_key, left }
    }

    /// Goes on to the first row whose key is not below this one. Says its place if it has the key.
    #[inline]
    fn seek(&mut self, key: u64) -> Option<u32> {
        let count = self.left;
        if self.key < key {
            match self.steps {
                Steps::Bits => self.seek_bit(key)?,
                Steps::Any | Steps::Rising => {
                    let more = u64::from(self.steps == Steps::Rising);
                    self.key = self.bits.rice_sum(self.rice, more, self.key, key, &mut self.left)?;
                }
            }
        }
        (self.key == key).then_some(count - self.left)
    }

    /// Goes on to the row with a key above the one that was reached, if there is one.
    #[inline]
    fn seek_bit(&mut self, key: u64) -> Option<()> {
        let mut steps = key - self.key;
        if steps > u64::try_from(self.bits.place().checked_sub(self.begin)?).ok()? {
            return None;
        }
        self.key = key;
        loop {
            let now = u32::try_from(steps).unwrap_or(u32::MAX).min(WINDOW);
            let bits = Backward::front(self.bits.word(), now);
            self.bits.skip(now);
            self.left = self.left.checked_sub(bits.count_ones())?;
            steps -= u64::from(now);
            if steps == 0 {
                return (bits & 1 == 1).then_some(());
            }
        }
    }

    /// Goes on to the next row. None after the last one.
    fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        let step = match self.steps {
            Steps::Any => self.bits.rice(self.rice),
            Steps::Rising => self.bits.rice(self.rice).wrapping_add(1),
            Steps::Bits => {
                let mut step = 1;
                while self.bits.take(1) == 0 {
                    if self.bits.place() <= self.begin {
                        return None;
                    }
                    step += 1;
                }
                step
            }
        };
        self.key = self.key.wrapping_add(step);
        Some(self.key)
    }

    /// The bit from which they were read, if all were.
    fn begin(&self) -> Option<usize> {
        (self.left == 0).then(|| self.bits.place())
    }
}
