//! Bits. The first bit of a byte is its lowest. A block's rows are read forward from its first bit, its keys backward from its
//! last one, so that neither needs to say where it begins.

use alloc::vec::Vec;

/// How many bits of a window are sure to be there, wherever it begins.
pub(super) const WINDOW: u32 = 57;
/// A Rice code with so many ones stands for a value in [`ESCAPED_BITS`] plain bits.
const ESCAPE_ONES: u32 = 24;
/// Bits of an escaped value, the most that a key has.
const ESCAPED_BITS: u32 = 48;

/// The lowest bits of a value; `width` is below 64.
pub(super) fn low(value: u64, width: u32) -> u64 {
    value & !(u64::MAX << (width & 63))
}

/// The bits from a place on, the first of them lowest; zeros beyond the end.
#[inline(always)]
pub(super) fn window(bytes: &[u8], bit: usize) -> u64 {
    let rest = bytes.get(bit >> 3..).unwrap_or_default();
    let word = match rest.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    word >> (bit & 7)
}

/// The bits up to a place, the last of them highest; zeros beyond the beginning.
#[inline(always)]
fn window_before(bytes: &[u8], bit: usize) -> u64 {
    let end = bit.div_ceil(8);
    let before = bytes.get(..end).unwrap_or_default();
    let word = match before.last_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => {
            before.iter().rev().fold(0, |word: u64, byte| word << 8 | u64::from(*byte))
                << ((64 - 8 * before.len()) % 64)
        }
    };
    word << (end * 8 - bit)
}

/// Reads forward. What is beyond the end is read as zeros.
///
/// What is seldom done takes a reader by value and gives it back: so it stays in registers while rows are passed over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forward<'a> {
    bytes: &'a [u8],
    /// The place of the buffer's first bit, and how many of its bits are used.
    at: usize,
    buffer: u64,
    used: u32,
}

impl<'a> Forward<'a> {
    pub(super) fn new(bytes: &'a [u8], bit: usize) -> Self {
        Self { bytes, at: bit, buffer: window(bytes, bit), used: 0 }
    }

    /// The place of the next bit.
    #[inline]
    pub(super) fn place(&self) -> usize {
        self.at.saturating_add(usize::try_from(self.used).unwrap_or_default())
    }

    #[inline(always)]
    fn refill(&mut self) {
        self.at = self.place();
        self.buffer = window(self.bytes, self.at);
        self.used = 0;
    }

    /// The next bits, at least so many of them (at most [`WINDOW`]), the first of them lowest.
    #[inline(always)]
    pub(super) fn peek(&mut self, width: u32) -> u64 {
        if self.used.saturating_add(width) > WINDOW {
            self.refill();
        }
        self.buffer >> self.used
    }

    /// Passes over bits; the next look fills the buffer, if need be.
    #[inline(always)]
    pub(super) fn pass(&mut self, width: u32) {
        self.used = self.used.saturating_add(width);
    }

    /// Reads so many bits, at most [`WINDOW`].
    #[inline]
    pub(super) fn take(&mut self, width: u32) -> u64 {
        let value = low(self.peek(width), width);
        self.used += width;
        value
    }
}

/// Reads Rice codes backward.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backward<'a> {
    bytes: &'a [u8],
    /// The place after the buffer's highest bit, and how many of its bits are used.
    at: usize,
    buffer: u64,
    used: u32,
}

impl<'a> Backward<'a> {
    /// A parameter up to which a code is read at once.
    const NEAR: u32 = WINDOW - ESCAPE_ONES - 1;

    pub(super) fn new(bytes: &'a [u8], end: usize) -> Self {
        Self { bytes, at: end, buffer: window_before(bytes, end), used: 0 }
    }

    /// The place that was reached. Beyond the beginning there are zeros, where it cannot get.
    pub(super) fn bit(&self) -> usize {
        self.at.saturating_sub(usize::try_from(self.used).unwrap_or_default())
    }

    /// The next value.
    #[inline(always)]
    pub(super) fn rice(&mut self, parameter: u32) -> u64 {
        let bits = self.peek(ESCAPE_ONES + 1 + parameter.min(Self::NEAR));
        let ones = bits.leading_ones();
        if ones >= ESCAPE_ONES || parameter > Self::NEAR {
            let (value, after) = self.far(parameter);
            *self = after;
            return value;
        }
        self.used += ones + 1 + parameter;
        u64::from(ones) << parameter | top(bits << (ones + 1), parameter)
    }

    #[cold]
    fn far(mut self, parameter: u32) -> (u64, Self) {
        let ones = self.peek(ESCAPE_ONES + 1).leading_ones().min(ESCAPE_ONES);
        let value = if ones == ESCAPE_ONES {
            self.used += ESCAPE_ONES;
            self.take(ESCAPED_BITS)
        } else {
            self.used += ones + 1;
            u64::from(ones) << parameter | self.take(parameter)
        };
        (value, self)
    }

    fn take(&mut self, width: u32) -> u64 {
        let value = top(self.peek(width), width);
        self.used += width;
        value
    }

    #[inline(always)]
    fn peek(&mut self, width: u32) -> u64 {
        if self.used + width > WINDOW {
            self.at = self.bit();
            self.buffer = window_before(self.bytes, self.at);
            self.used = 0;
        }
        self.buffer << self.used
    }
}

/// The highest bits of a value; fewer than 64.
#[inline]
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

    /// The bytes, the last one filled with zeros.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        if self.width > 0 {
            self.push(0, 8 - self.width);
        }
        self.bytes
    }
}

/// Rice codes that will be read backward: collected in the order in which they are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    bits: Vec<bool>,
}

impl Keys {
    pub(super) fn rice(&mut self, value: u64, parameter: u32) {
        let ones = value >> parameter;
        if ones >= u64::from(ESCAPE_ONES) {
            (0..ESCAPE_ONES).for_each(|_| self.bits.push(true));
            self.plain(value, ESCAPED_BITS);
        } else {
            (0..ones).for_each(|_| self.bits.push(true));
            self.bits.push(false);
            self.plain(value, parameter);
        }
    }

    fn plain(&mut self, value: u64, width: u32) {
        self.bits.extend((0..width).rev().map(|bit| value >> bit & 1 == 1));
    }

    /// Appends them to a block, the last read first.
    pub(super) fn close(&self, block: &mut Bits) {
        self.bits.iter().rev().for_each(|bit| block.push(u64::from(*bit), 1));
    }
}

/// Bits that a Rice code takes.
pub(super) fn rice_bits(value: u64, parameter: u32) -> u64 {
    let ones = value >> parameter;
    if ones >= u64::from(ESCAPE_ONES) { u64::from(ESCAPE_ONES + ESCAPED_BITS) } else { ones + 1 + u64::from(parameter) }
}
