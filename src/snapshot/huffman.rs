//! Prefix codes: canonical, at most [`MAX_LENGTH`] bits, complete. A table states its symbols with their lengths; the codes
//! follow from them.

use super::bits::{Bits, Forward, low, window};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// The longest code.
pub(super) const MAX_LENGTH: u32 = 12;
/// Codes up to this length are found by one look into a table.
const NEAR: u32 = 10;
const NEAR_SIZE: usize = 1 << NEAR;
const FAR_SIZE: usize = 1 << (MAX_LENGTH - NEAR);
/// In place of a length: the code is longer, its entries are in `far`.
const LONGER: u32 = 15;
/// The last symbol of every table: another one follows in plain bits. So tables meet what they were not made for.
pub(super) const ESCAPE: u32 = 1 << 16;

/// A table as it is written: symbols, ascending, with the lengths of their codes.
pub(super) type Lengths = Vec<(u32, u32)>;

/// A table for reading: entries of symbol and length by the next bits.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    near: Box<[u32; NEAR_SIZE]>,
    far: Vec<u32>,
}

impl Decoder {
    /// A decoder for a complete code of two symbols or more.
    pub(super) fn new(lengths: &Lengths) -> Option<Self> {
        let mut near = Box::new([0; NEAR_SIZE]);
        let mut far = Vec::new();
        for (symbol, code, length) in codes(lengths)? {
            let entry = symbol << 4 | length;
            let code = usize::try_from(code).ok()?;
            if length <= NEAR && symbol != ESCAPE {
                near.iter_mut().skip(code).step_by(1 << length).for_each(|slot| *slot = entry);
                continue;
            }
            // All near entries that begin with the code lead to far ones; of a long code that is one.
            for slot in near.iter_mut().skip(code & (NEAR_SIZE - 1)).step_by(1 << length.min(NEAR)) {
                if *slot == 0 {
                    *slot = u32::try_from(far.len()).ok()? << 4 | LONGER;
                    far.resize(far.len() + FAR_SIZE, 0);
                }
                let start = usize::try_from(*slot >> 4).ok()?;
                let rest = far.get_mut(start..start + FAR_SIZE)?;
                let step = 1 << length.saturating_sub(NEAR);
                rest.iter_mut().skip(code >> NEAR).step_by(step).for_each(|slot| *slot = entry);
            }
        }
        Some(Self { near, far })
    }

    /// Reads a symbol; an escaped one has so many bits.
    #[inline(always)]
    pub(super) fn read(&self, bits: &mut Forward<'_>, escaped: u32) -> u32 {
        let next = bits.peek(MAX_LENGTH);
        let place = usize::try_from(low(next, NEAR)).unwrap_or_default();
        let entry = self.near.get(place).copied().unwrap_or_default();
        let (symbol, length) = (entry >> 4, entry & 15);
        if length == LONGER {
            let (symbol, after) = self.read_far(symbol, *bits, escaped);
            *bits = after;
            return symbol;
        }
        bits.pass(length);
        symbol
    }

    #[cold]
    fn read_far<'a>(&self, start: u32, mut bits: Forward<'a>, escaped: u32) -> (u32, Forward<'a>) {
        let next = bits.peek(MAX_LENGTH) >> NEAR;
        let place = u64::from(start) + low(next, MAX_LENGTH - NEAR);
        let entry = usize::try_from(place).ok().and_then(|place| self.far.get(place)).copied().unwrap_or_default();
        bits.pass(entry & 15);
        let symbol = match entry >> 4 {
            ESCAPE => u32::try_from(bits.take(escaped)).unwrap_or_default(),
            symbol => symbol,
        };
        (symbol, bits)
    }
}

/// The codes of a table, as they are read, first bit lowest; none unless they are complete.
fn codes(lengths: &Lengths) -> Option<Vec<(u32, u32, u32)>> {
    let full = 1_u32 << MAX_LENGTH;
    let mut next = 0_u32;
    let mut codes = Vec::with_capacity(lengths.len());
    for length in 1..=MAX_LENGTH {
        for (symbol, _) in lengths.iter().filter(|(_, other)| *other == length) {
            if next >= full {
                return None;
            }
            codes.push((*symbol, next.reverse_bits() >> (32 - MAX_LENGTH), length));
            next += full >> length;
        }
    }
    // A length that no code has leaves its symbol out.
    (next == full && codes.len() == lengths.len()).then_some(codes)
}

/// A table for writing.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    /// Symbol, code, length; by ascending symbol.
    codes: Vec<(u32, u32, u32)>,
}

impl Encoder {
    pub(super) fn new(lengths: &Lengths) -> Self {
        let mut codes = codes(lengths).unwrap_or_default();
        codes.sort_unstable();
        Self { codes }
    }

    /// Appends the code of a symbol, or where it has none the escape and the symbol in so many bits.
    pub(super) fn put(&self, out: &mut Bits, symbol: u32, escaped: u32) {
        if let Some((code, length)) = self.code(symbol) {
            out.push(u64::from(code), length);
        } else if let Some((code, length)) = self.code(ESCAPE) {
            out.push(u64::from(code), length);
            out.push(u64::from(symbol), escaped);
        }
    }

    fn code(&self, symbol: u32) -> Option<(u32, u32)> {
        let place = self.codes.binary_search_by_key(&symbol, |(symbol, ..)| *symbol).ok()?;
        self.codes.get(place).map(|(_, code, length)| (*code, *length))
    }
}

/// The lengths of the best code within [`MAX_LENGTH`] for symbols with these counts (package-merge). Symbols ascend; there are
/// two or more, and at most 4096.
pub(super) fn best(counts: &[(u32, u64)]) -> Lengths {
    let mut leaves: Vec<(u64, Vec<usize>)> =
        counts.iter().enumerate().map(|(place, (_, count))| ((*count).max(1), vec![place])).collect();
    leaves.sort_by_key(|(weight, _)| *weight);
    let mut row: Vec<(u64, Vec<usize>)> = Vec::new();
    for _ in 0..MAX_LENGTH {
        let mut packages: Vec<(u64, Vec<usize>)> = Vec::new();
        let mut before = row.into_iter();
        while let (Some(mut left), Some(right)) = (before.next(), before.next()) {
            left.0 += right.0;
            left.1.extend(right.1);
            packages.push(left);
        }
        row = leaves.clone();
        row.extend(packages);
        row.sort_by_key(|(weight, _)| *weight);
    }
    let mut lengths = vec![0_u32; counts.len()];
    for (_, members) in row.iter().take(2 * counts.len().saturating_sub(1)) {
        for place in members {
            if let Some(length) = lengths.get_mut(*place) {
                *length += 1;
            }
        }
    }
    counts.iter().zip(lengths).map(|((symbol, _), length)| (*symbol, length)).collect()
}

/// Writes a table: for each symbol the length of its code in four bits and the step from the symbol before in a gamma code.
pub(super) fn pack(lengths: &Lengths) -> Vec<u8> {
    let mut out = Bits::default();
    let mut next = 0;
    for (symbol, length) in lengths {
        let step = symbol - next + 1;
        let width = 31 - step.leading_zeros();
        out.push(u64::from(*length), 4);
        out.push(1 << width, width + 1);
        out.push(u64::from(step), width);
        next = symbol + 1;
    }
    out.push(0, 4);
    out.into_bytes()
}

/// Reads what [`pack`] wrote; no other bytes are accepted.
pub(super) fn unpack(bytes: &[u8]) -> Option<Lengths> {
    let mut lengths = Lengths::new();
    let mut bit = 0_usize;
    let mut next = 0_u32;
    while bit < bytes.len() * 8 {
        let bits = window(bytes, bit);
        let length = u32::try_from(low(bits, 4)).ok()?;
        if length == 0 {
            return (pack(&lengths) == bytes).then_some(lengths);
        }
        let width = (bits >> 4).trailing_zeros().min(24);
        let step = 1_u32 << width | u32::try_from(low(bits >> (5 + width), width)).ok()?;
        let symbol = next.checked_add(step - 1).filter(|symbol| *symbol <= ESCAPE)?;
        lengths.push((symbol, length));
        next = symbol + 1;
        bit += usize::try_from(5 + 2 * width).ok()?;
    }
    None
}
