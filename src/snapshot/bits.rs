//! Bits. The first bit of a byte is its lowest. They are read forward or backward: two columns that are read from one place
//! in both directions need not say where either begins.

use alloc::vec::Vec;

/// How many bits of a window are sure to be there, wherever it begins.
pub(super) const WINDOW: u32 = 57;
/// A Rice code with so many ones stands for a value in [`ESCAPED_BITS`] plain bits.
const ESCAPE_ONES: u32 = 24;
/// Bits of an escaped value, the most that a key has.
const ESCAPED_BITS: u32 = 48;

/// The lowest bits of a value; `width` is below 64.
#[inline(always)]
pub(super) fn low(value: u64, width: u32) -> u64 {
    value & !(u64::MAX << (width & 63))
}

/// The bits from a place on, the first of them lowest; zeros beyond the end.
#[inline(always)]
pub(super) fn window(bytes: &[u8], bit: usize) -> u64 {
    let begin = bit >> 3;
    let word = match bytes.get(begin..begin + 8).and_then(<[u8]>::first_chunk) {
        Some(word) => u64::from_le_bytes(*word),
        None => last_word(bytes, begin),
    };
    word >> (bit & 7)
}

/// The bits up to a place, the last of them highest; zeros beyond the beginning.
#[inline(always)]
fn window_before(bytes: &[u8], bit: usize) -> u64 {
    let end = bit.div_ceil(8);
    let word = match bytes.get(..end).and_then(<[u8]>::last_chunk) {
        Some(word) => u64::from_le_bytes(*word),
        None => first_word(bytes, end),
    };
    word << (bit.wrapping_neg() & 7)
}

#[cold]
fn last_word(bytes: &[u8], begin: usize) -> u64 {
    bytes.get(begin..).unwrap_or_default().iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cold]
fn first_word(bytes: &[u8], end: usize) -> u64 {
    let before = bytes.get(..end).unwrap_or_default();
    before.iter().take(8).fold(0, |word, byte| word >> 8 | u64::from(*byte) << 56)
}

/// Bits that are read from one end.
pub(super) trait Stream: Copy {
    /// The next [`WINDOW`] bits.
    fn word(&self) -> u64;

    /// The first bits of a word, fewer than 64. Which of them is lowest is the stream's own.
    fn front(word: u64, width: u32) -> u64;

    /// A word without its first bits; how many says the width's lowest six bits alone, as shifts look at no others.
    fn rest(word: u64, width: u32) -> u64;

    /// Bits as [`front`](Self::front) gives them, with the first of them lowest; or the other way round.
    fn turned(bits: u64, width: u32) -> u64;

    /// Passes over bits.
    fn skip(&mut self, width: u32);

    /// Reads so many bits, at most [`WINDOW`], the first of them lowest.
    fn take(&mut self, width: u32) -> u64 {
        let bits = Self::front(self.word(), width);
        self.skip(width);
        Self::turned(bits, width)
    }
}

/// Reads forward. What is beyond the end is read as zeros.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forward<'a> {
    bytes: &'a [u8],
    /// The place of the next bit.
    at: usize,
}

impl<'a> Forward<'a> {
    pub(super) fn new(bytes: &'a [u8], bit: usize) -> Self {
        Self { bytes, at: bit }
    }

    /// The place of the next bit.
    pub(super) fn place(&self) -> usize {
        self.at
    }
}

impl Stream for Forward<'_> {
    #[inline(always)]
    fn word(&self) -> u64 {
        window(self.bytes, self.at)
    }

    #[inline(always)]
    fn front(word: u64, width: u32) -> u64 {
        low(word, width)
    }

    #[inline(always)]
    fn rest(word: u64, width: u32) -> u64 {
        word >> (width & 63)
    }

    #[inline(always)]
    fn turned(bits: u64, _: u32) -> u64 {
        bits
    }

    #[inline(always)]
    fn skip(&mut self, width: u32) {
        self.at = self.at.wrapping_add(usize::try_from(width).unwrap_or_default());
    }
}

/// Reads backward. What is before the beginning is read as zeros.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backward<'a> {
    bytes: &'a [u8],
    /// The place after the next bit.
    at: usize,
}

impl<'a> Backward<'a> {
    /// How much of a word may be used before a Rice code of parameter 0, and still has all of it.
    const NEAR: u32 = WINDOW - ESCAPE_ONES - 1;

    pub(super) fn new(bytes: &'a [u8], end: usize) -> Self {
        Self { bytes, at: end }
    }

    /// The place after the next bit.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// The next value in a Rice code.
    pub(super) fn rice(&mut self, parameter: u32) -> u64 {
        let ones = self.word().leading_ones();
        if ones >= ESCAPE_ONES {
            self.skip(ESCAPE_ONES);
            return self.high(ESCAPED_BITS);
        }
        self.skip(ones + 1);
        u64::from(ones) << parameter | self.high(parameter)
    }

    /// Adds values in a Rice code to a sum while it is below a limit, each and `more`. None if there are not so many: `left` is how
    /// many there are, and then how many are left.
    #[inline]
    pub(super) fn rice_sum(&mut self, parameter: u32, more: u64, sum: u64, limit: u64, left: &mut u32) -> Option<u64> {
        let mut sum = sum;
        while sum < limit {
            let (mut word, mut used) = (self.word(), 0);
            while sum < limit && used + parameter <= Self::NEAR {
                let ones = word.leading_ones();
                if ones >= ESCAPE_ONES {
                    break;
                }
                *left = left.checked_sub(1)?;
                word <<= ones + 1;
                sum = sum.wrapping_add(u64::from(ones) << parameter | top(word, parameter)).wrapping_add(more);
                word <<= parameter;
                used += ones + 1 + parameter;
            }
            self.skip(used);
            if used == 0 {
                *left = left.checked_sub(1)?;
                sum = sum.wrapping_add(self.rice(parameter)).wrapping_add(more);
            }
        }
        Some(sum)
    }

    /// Reads so many bits, the first of them highest.
    fn high(&mut self, width: u32) -> u64 {
        let bits = top(self.word(), width);
        self.skip(width);
        bits
    }
}

impl Stream for Backward<'_> {
    #[inline(always)]
    fn word(&self) -> u64 {
        window_before(self.bytes, self.at)
    }

    #[inline(always)]
    fn front(word: u64, width: u32) -> u64 {
        top(word, width)
    }

    #[inline(always)]
    fn rest(word: u64, width: u32) -> u64 {
        word << (width & 63)
    }

    #[inline(always)]
    fn turned(bits: u64, width: u32) -> u64 {
        top(bits.reverse_bits(), width)
    }

    #[inline(always)]
    fn skip(&mut self, width: u32) {
        self.at = self.at.saturating_sub(usize::try_from(width).unwrap_or_default());
    }
}

/// The highest bits of a value; fewer than 64.
#[inline(always)]
fn top(value: u64, width: u32) -> u64 {
    value >> 1 >> (63 - width)
}

/// A string of bits that grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// Bits that do not yet fill a byte.
    open: u64,
    width: u32,
}

impl Bits {
    pub(super) fn len(&self) -> usize {
        self.bytes.len() * 8 + usize::try_from(self.width).unwrap_or_default()
    }

    /// Appends the lowest bits of a value, the lowest first.
    pub(super) fn push(&mut self, value: u64, width: u32) {
        let (now, later) = (width.min(32), width.saturating_sub(32));
        self.open |= low(value, now) << self.width;
        self.width += now;
        while self.width >= 8 {
            let [byte, ..] = self.open.to_le_bytes();
            self.bytes.push(byte);
            self.open >>= 8;
            self.width -= 8;
        }
        if later > 0 {
            self.push(value >> 32, later);
        }
    }

    /// Appends all bits of another string.
    pub(super) fn append(&mut self, other: &Self) {
        for byte in &other.bytes {
            self.push(u64::from(*byte), 8);
        }
        self.push(other.open, other.width);
    }

    /// Appends all bits of another string, the last of them first: for reading backward.
    pub(super) fn append_reversed(&mut self, other: &Self) {
        self.push(other.open.reverse_bits() >> 1 >> (63 - other.width), other.width);
        other.bytes.iter().rev().for_each(|byte| self.push(u64::from(byte.reverse_bits()), 8));
    }

    /// Appends a Rice code; its plain bits highest first.
    pub(super) fn push_rice(&mut self, value: u64, parameter: u32) {
        let ones = value >> parameter;
        if ones >= u64::from(ESCAPE_ONES) {
            self.push(!0, ESCAPE_ONES);
            self.push_high(value, ESCAPED_BITS);
        } else {
            (0..ones).for_each(|_| self.push(1, 1));
            self.push(0, 1);
            self.push_high(value, parameter);
        }
    }

    fn push_high(&mut self, value: u64, width: u32) {
        (0..width).rev().for_each(|bit| self.push(value >> bit, 1));
    }

    /// The bytes, the last one filled with zeros.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        if self.width > 0 {
            self.push(0, 8 - self.width);
        }
        self.bytes
    }
}

/// Bits that a Rice code takes.
pub(super) fn rice_bits(value: u64, parameter: u32) -> u64 {
    let ones = value >> parameter;
    if ones >= u64::from(ESCAPE_ONES) { u64::from(ESCAPE_ONES + ESCAPED_BITS) } else { ones + 1 + u64::from(parameter) }
}
