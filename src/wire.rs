//! The binary form of what is signed: the wire format of postcard 1.x, in far less code than a general decoder.
//!
//! There is one byte string for each value. [`Wire::take`] accepts exactly what [`Wire::put`] writes, so nothing needs to be
//! encoded again to be sure of that.

use alloc::string::String;
use alloc::vec::Vec;
use core::convert::identity;

/// A value with a binary form.
pub trait Wire: Sized {
    /// Writes the value at the end.
    fn put(&self, out: &mut Vec<u8>);
    /// Takes the value from the front; nothing if that is not exactly what [`put`](Self::put) writes.
    fn take(input: &mut &[u8]) -> Option<Self>;
}

/// The value's one byte string.
#[must_use]
pub fn encode<T: Wire>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    value.put(&mut out);
    out
}

/// The value with this byte string, if there is one.
#[must_use]
pub fn decode<T: Wire>(mut bytes: &[u8]) -> Option<T> {
    let value = T::take(&mut bytes)?;
    bytes.is_empty().then_some(value)
}

/// The form of a struct: these fields in this order.
macro_rules! wire_struct {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::wire::Wire for $type {
            fn put(&self, out: &mut alloc::vec::Vec<u8>) {
                let Self { $($field),+ } = self;
                $($crate::wire::Wire::put($field, out);)+
            }
            fn take(input: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: $crate::wire::Wire::take(input)?),+ })
            }
        }
    };
}
pub(crate) use wire_struct;

/// The form of an enum: the variant's number, then what it holds, if anything.
macro_rules! wire_enum {
    ($type:ident { $($number:literal = $variant:ident $(($held:ident))?),+ $(,)? }) => {
        impl $crate::wire::Wire for $type {
            fn put(&self, out: &mut alloc::vec::Vec<u8>) {
                match self {
                    $(Self::$variant $(($held))? => {
                        $crate::wire::put_varint($number, out);
                        $($crate::wire::Wire::put($held, out);)?
                    })+
                }
            }
            fn take(input: &mut &[u8]) -> Option<Self> {
                match $crate::wire::take_varint(input)? {
                    $($number => Some(Self::$variant $(({
                        let $held = $crate::wire::Wire::take(input)?;
                        $held
                    }))?),)+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use wire_enum;

/// A LEB128 varint: seven bits a byte, the lowest first, the top bit set in all but the last byte.
pub(crate) fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while let Ok(low) = u8::try_from(value & 0x7f)
        && value > 0x7f
    {
        out.push(low | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or_default());
}

/// Takes a varint in its shortest form.
pub(crate) fn take_varint(input: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = u8::take(input)?;
        let part = u64::from(byte & 0x7f);
        value |= part << shift;
        if value >> shift != part {
            return None;
        }
        if byte & 0x80 == 0 {
            return (shift == 0 || byte != 0).then_some(value);
        }
    }
    None
}

/// Signed numbers by their distance from zero, so that small ones are short.
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

impl Wire for u8 {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        input.split_off_first().copied()
    }
}

macro_rules! wire_number {
    ($($type:ty: $to:expr, $from:expr;)+) => {$(
        impl Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_varint($to((*self).into()), out);
            }
            fn take(input: &mut &[u8]) -> Option<Self> {
                $from(take_varint(input)?).try_into().ok()
            }
        }
    )+};
}
wire_number! {
    u16: identity::<u64>, identity::<u64>;
    u32: identity::<u64>, identity::<u64>;
    u64: identity::<u64>, identity::<u64>;
    i32: zigzag, unzigzag;
    i64: zigzag, unzigzag;
}

impl Wire for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        match u8::take(input)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        self.iter().for_each(|value| value.put(out));
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        if bool::take(input)? { T::take(input).map(Some) } else { Some(None) }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        self.iter().for_each(|value| value.put(out));
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        let length = usize::try_from(u32::take(input)?).ok()?;
        // A length alone must not make room for what is not there: each value takes a byte or more.
        let mut values = Self::with_capacity(length.min(input.len()));
        for _ in 0..length {
            values.push(T::take(input)?);
        }
        Some(values)
    }
}

impl Wire for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        out.extend_from_slice(self.as_bytes());
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        let length = usize::try_from(u32::take(input)?).ok()?;
        core::str::from_utf8(input.split_off(..length)?).ok().map(Self::from)
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        let (bytes, rest) = input.split_first_chunk()?;
        *input = rest;
        Some(*bytes)
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        Some((A::take(input)?, B::take(input)?))
    }
}

fn put_length(length: usize, out: &mut Vec<u8>) {
    put_varint(u64::try_from(length).unwrap_or(u64::MAX), out);
}
