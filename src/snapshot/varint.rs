//! LEB128 varints in their shortest form; signed ones are zigzag coded first. As in postcard.

use alloc::vec::Vec;

pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        let [low, ..] = value.to_le_bytes();
        out.push(low | 0x80);
        value >>= 7;
    }
    let [low, ..] = value.to_le_bytes();
    out.push(low);
}

pub(super) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, (value.wrapping_shl(1) ^ (value >> 63)).cast_unsigned());
}

/// Reads a varint in its shortest form and moves past it.
pub(super) fn take(input: &mut &[u8]) -> Option<u64> {
    let mut value: u64 = 0;
    for position in 0..10 {
        let (byte, rest) = input.split_first()?;
        *input = rest;
        let part = u64::from(byte & 0x7f);
        value |= part.checked_shl(7 * position).filter(|shifted| shifted >> (7 * position) == part)?;
        if byte & 0x80 == 0 {
            let shortest = position == 0 || *byte != 0;
            return shortest.then_some(value);
        }
    }
    None
}

pub(super) fn take_signed(input: &mut &[u8]) -> Option<i64> {
    let value = take(input)?;
    Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
}
