//! Chunks: blocks of bits, and in front of them where each block begins and with what.
//!
//! Five numbers a block: its first key, the bit after its last, and three more that its kind needs. Each is close to a straight line
//! over the chunk, so the index holds the line and what each block is above it.

use super::bits::{Bits, WINDOW, low, window};
use crate::wire::Wire;
use alloc::vec::Vec;

/// The index is followed by at most so many blocks.
const MAX_BLOCKS: u32 = 1 << 16;
/// Bits behind the point of a slope.
const POINT: u32 = 14;
/// The most bits that a block may be above its line.
const MAX_WIDTH: u32 = 52;
/// What a line begins with is below this, in either direction, as all keys are: so nothing that is made of it overflows.
const MAX_BASE: u64 = 1 << 48;
/// The most bytes of a chunk: where a number has 32 bits, it still counts the bits.
const MAX_BYTES: usize = 1 << 28;
const LINES: usize = 5;

/// A line, and how many bits each block needs above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Line {
    base: i64,
    slope: i64,
    width: u32,
}

impl Line {
    #[inline(always)]
    fn at(&self, place: u32) -> i64 {
        self.base.wrapping_add(self.slope.wrapping_mul(place.into()) >> POINT)
    }

    /// The number of a block, of which a word's first bits say how much it is above the line.
    #[inline(always)]
    fn number(&self, word: u64, place: u32) -> i64 {
        self.at(place).wrapping_add(low(word, self.width).cast_signed())
    }

    /// A place from which on it is above a number; beyond all places if it does not rise.
    #[inline(always)]
    fn reach(&self, number: u64) -> u32 {
        let places = match u64::try_from(self.slope) {
            Ok(slope) if slope > 0 => {
                let over = number.cast_signed().wrapping_sub(self.base).max(-1).wrapping_add(1).cast_unsigned();
                (over << POINT) / slope
            }
            _ => u64::MAX,
        };
        u32::try_from(places).unwrap_or(u32::MAX).saturating_add(1)
    }

    fn bits(&self) -> usize {
        usize::try_from(self.width).unwrap_or_default()
    }

    /// Whether it stays within its limits over so many blocks.
    fn is_sound(self, blocks: u32) -> bool {
        let rises = self.slope.checked_mul(i64::from(blocks)).is_some();
        rises && self.base.unsigned_abs() < MAX_BASE && self.width <= MAX_WIDTH
    }

    /// The line through the first and the last value, moved below all of them.
    fn under(values: &[i64]) -> Self {
        let first = values.first().copied().unwrap_or_default();
        let last = values.last().copied().unwrap_or_default();
        let steps = i64::try_from(values.len()).unwrap_or(i64::MAX).saturating_sub(1).max(1);
        let slope = ((last - first) << POINT).div_euclid(steps);
        let mut line = Self { base: 0, slope, width: 0 };
        let above = |line: Self| values.iter().zip(0..).map(move |(value, place)| value - line.at(place));
        line.base = above(line).min().unwrap_or_default();
        let most = above(line).max().and_then(|most| u64::try_from(most).ok()).unwrap_or_default();
        line.width = 64 - most.leading_zeros();
        line
    }
}

/// What the index says of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key of the first row.
    pub(super) key: u64,
    /// The bit after the last one, counted from the first block's first.
    pub(super) end: usize,
    /// Of rows: the day of first issue before the first one, counted from the group's day; lines in the column of companies; bits
    /// after the middle. Of holders: bits of a tag above the first one.
    pub(super) own: [i32; LINES - 2],
}

/// The index of a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index {
    /// The lines of keys, ends and what follows.
    lines: [Line; LINES],
    /// Bits of an entry.
    width: usize,
    /// The first bit of the first entry, and of the first block.
    entries: usize,
    start: usize,
    blocks: u32,
}

impl Index {
    /// Reads the index of a chunk of so many blocks, and checks that its blocks fill it.
    pub(super) fn read(chunk: &[u8], blocks: u32) -> Option<Self> {
        if blocks > MAX_BLOCKS || chunk.len() > MAX_BYTES {
            return None;
        }
        let mut lines = [Line::default(); LINES];
        let mut rest = chunk;
        for line in &mut lines {
            *line = Line { base: i64::take(&mut rest)?, slope: i64::take(&mut rest)?, width: u32::take(&mut rest)? };
            if !line.is_sound(blocks) {
                return None;
            }
        }
        let width: u32 = lines.iter().map(|line| line.width).sum();
        let width = usize::try_from(width).ok()?;
        let entries = (chunk.len() - rest.len()) * 8;
        let index = Self { lines, width, entries, start: 0, blocks };
        let entries_end = index.above(blocks);
        let index = Self { start: entries_end.next_multiple_of(8), ..index };
        let end = index.start.checked_add(blocks.checked_sub(1).map_or(0, |last| index.end(chunk, last)))?;
        let is_filled =
            |from: usize, to: usize| low(window(chunk, from), u32::try_from(to - from).unwrap_or_default()) == 0;
        let fills = end.div_ceil(8) == chunk.len() && is_filled(end, end.next_multiple_of(8));
        (fills && is_filled(entries_end, index.start)).then_some(index)
    }

    /// The first bit of what the index adds to the lines at a block.
    #[inline(always)]
    fn above(&self, place: u32) -> usize {
        self.entries + usize::try_from(place).unwrap_or_default() * self.width
    }

    /// The first key of a block.
    #[inline(always)]
    pub(super) fn key(&self, chunk: &[u8], place: u32) -> u64 {
        let [keys, ..] = &self.lines;
        u64::try_from(keys.number(window(chunk, self.above(place)), place)).unwrap_or(u64::MAX)
    }

    #[inline(always)]
    fn end(&self, chunk: &[u8], place: u32) -> usize {
        let [keys, ends, ..] = &self.lines;
        usize::try_from(ends.number(window(chunk, self.above(place) + keys.bits()), place)).unwrap_or(usize::MAX)
    }

    /// What it says of a block; none if a number is out of range.
    #[inline]
    fn entry(&self, chunk: &[u8], place: u32) -> Option<Entry> {
        let mut numbers = [0_i64; LINES];
        let mut bit = self.above(place);
        let (mut word, mut left) = (0, 0);
        for (number, line) in numbers.iter_mut().zip(&self.lines) {
            if left < line.width {
                (word, left) = (window(chunk, bit), WINDOW);
            }
            *number = line.number(word, place);
            word >>= line.width & 63;
            left -= line.width;
            bit += line.bits();
        }
        let [key, end, own @ ..] = numbers;
        let [first, second, third] = own.map(i32::try_from);
        let own = [first.ok()?, second.ok()?, third.ok()?];
        Some(Entry { key: u64::try_from(key).ok()?, end: usize::try_from(end).ok()?, own })
    }

    /// The first and the last bit of a block, counted from the chunk's, with what the index says of it.
    #[cfg_attr(module, optimize(speed))]
    pub(super) fn block(&self, chunk: &[u8], place: u32) -> Option<(usize, usize, Entry)> {
        if place >= self.blocks {
            return None;
        }
        let entry = self.entry(chunk, place)?;
        let begin = match place.checked_sub(1) {
            Some(before) => self.end(chunk, before),
            None => 0,
        };
        let (begin, end) = (self.start.checked_add(begin)?, self.start.checked_add(entry.end)?);
        (begin <= end && end <= chunk.len() * 8).then_some((begin, end, entry))
    }

    /// Where in `first..last` the blocks end that begin at or below a key; they must ascend. Mostly that is where the line of
    /// their keys reaches it, or little before: so the steps down from there begin small.
    #[cfg_attr(module, optimize(speed))]
    pub(super) fn partition(&self, chunk: &[u8], first: u32, last: u32, key: u64) -> u32 {
        let [keys, ..] = &self.lines;
        let (mut begin, mut end) = (first, keys.reach(key).min(last).max(first));
        let (mut step, mut is_passed) = (1, false);
        while begin < end {
            let place = end.saturating_sub(step).max(begin);
            if self.key(chunk, place) > key {
                end = place;
            } else {
                begin = place + 1;
                is_passed = true;
            }
            step = if is_passed { (end - begin).div_ceil(2) } else { step * 2 };
        }
        begin
    }
}

/// A chunk that is being filled.
#[derive(Clone, Debug, Default)]
pub(super) struct Builder {
    entries: Vec<Entry>,
    bits: Bits,
}

impl Builder {
    /// Appends a block with its first key and what its kind needs.
    pub(super) fn push(&mut self, block: &Bits, key: u64, own: [i32; LINES - 2]) {
        self.bits.append(block);
        self.entries.push(Entry { key, end: self.bits.len(), own });
    }

    pub(super) fn blocks(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn first_key(&self) -> u64 {
        self.entries.first().map_or(0, |entry| entry.key)
    }

    /// Whether it has about so many bytes, or nearly as much as a chunk can hold.
    pub(super) fn is_full(&self, bytes: usize) -> bool {
        self.bits.len() / 8 >= bytes.min(MAX_BYTES / 2) || self.blocks() >= MAX_BLOCKS
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut columns: [Vec<i64>; LINES] = Default::default();
        for Entry { key, end, own } in &self.entries {
            let [key, end] = [i64::try_from(*key), i64::try_from(*end)].map(Result::unwrap_or_default);
            let numbers = [key, end].into_iter().chain(own.map(i64::from));
            columns.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
        }
        let lines = columns.each_ref().map(|values| Line::under(values));
        let mut out = Vec::new();
        for line in lines {
            line.base.put(&mut out);
            line.slope.put(&mut out);
            line.width.put(&mut out);
        }
        let mut index = Bits::default();
        for (entry, place) in (0..self.entries.len()).zip(0..) {
            for (line, values) in lines.iter().zip(&columns) {
                let above = values.get(entry).map_or(0, |value| value - line.at(place));
                index.push(u64::try_from(above).unwrap_or_default(), line.width);
            }
        }
        out.extend(index.into_bytes());
        out.extend(self.bits.into_bytes());
        out
    }
}
