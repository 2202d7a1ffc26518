//! The binary form of what is signed: the wire format of postcard 1.x, in far less code than a general decoder.
//!
//! There is one byte string for each value. [`decode`] accepts exactly what [`encode`] writes, so nothing needs to be encoded
//! again to be sure of that.

use alloc::string::String;
use alloc::vec::Vec;
use core::convert::identity;

/// A value with a binary form.
pub trait Wire: Sized {
    /// Writes the value at the end.
    fn put(&self, out: &mut Vec<u8>);
    /// Reads the value from the front. Of an input that fails here or failed before, what is read means nothing.
    fn read(input: &mut Input<'_>) -> Self;

    /// Reads a list of such values.
    fn read_list(input: &mut Input<'_>) -> Vec<Self> {
        let mut values = Vec::new();
        input.items(&mut |input| values.push(Self::read(input)));
        values
    }

    /// Takes the value from the front; nothing if that is not exactly what [`put`](Self::put) writes.
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let mut input = Input { rest: bytes, has_failed: false };
        let value = Self::read(&mut input);
        *bytes = input.rest;
        (!input.has_failed).then_some(value)
    }
}

/// Bytes that are read. Whether they were as they must be is asked once, at the end: to ask after each field is far more code.
#[derive(Debug)]
pub struct Input<'a> {
    rest: &'a [u8],
    has_failed: bool,
}

impl<'a> Input<'a> {
    /// Nothing is left to be read.
    pub(crate) fn fail(&mut self) {
        (self.rest, self.has_failed) = (&[], true);
    }

    fn or_fail<T>(&mut self, value: Option<T>, otherwise: T) -> T {
        value.unwrap_or_else(|| {
            self.fail();
            otherwise
        })
    }

    #[cfg_attr(module, inline(never))]
    fn byte(&mut self) -> u8 {
        let byte = self.rest.split_off_first().copied();
        self.or_fail(byte, 0)
    }

    fn bytes(&mut self, length: usize) -> &'a [u8] {
        let bytes = self.rest.split_off(..length);
        self.or_fail(bytes, &[])
    }

    /// As many bytes as are said first.
    pub(crate) fn counted(&mut self) -> &'a [u8] {
        let length = usize::try_from(self.length()).unwrap_or(usize::MAX);
        self.bytes(length)
    }

    #[cfg_attr(module, inline(never))]
    pub(crate) fn text(&mut self) -> &'a str {
        let text = core::str::from_utf8(self.counted()).ok();
        self.or_fail(text, "")
    }

    /// The items of a list, one by one: a length alone must not make room for what is not there.
    #[cfg_attr(module, inline(never))]
    pub(crate) fn items(&mut self, item: &mut dyn FnMut(&mut Self)) {
        let mut left = self.length();
        while left > 0 && !self.has_failed {
            item(self);
            left -= 1;
        }
    }

    /// A varint in its shortest form.
    pub(crate) fn varint(&mut self) -> u64 {
        let (mut value, mut shift, mut rest) = (0, 0, self.rest);
        while let Some(byte) = rest.split_off_first() {
            let part = u64::from(byte & 0x7f);
            value |= part << shift;
            // More than fits, or a zero that adds nothing.
            if value >> shift != part || *byte == 0 && shift > 0 {
                break;
            }
            if byte & 0x80 == 0 {
                self.rest = rest;
                return value;
            }
            shift += 7;
            if shift >= u64::BITS {
                break;
            }
        }
        self.fail();
        0
    }

    #[cfg_attr(module, inline(never))]
    fn length(&mut self) -> u32 {
        let length = self.varint().try_into().ok();
        self.or_fail(length, 0)
    }
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
    T::take(&mut bytes).filter(|_| bytes.is_empty())
}

/// The form of a struct: these fields in this order.
macro_rules! wire_struct {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::wire::Wire for $type {
            fn put(&self, out: &mut alloc::vec::Vec<u8>) {
                let Self { $($field),+ } = self;
                $($crate::wire::Wire::put($field, out);)+
            }
            fn read(input: &mut $crate::wire::Input<'_>) -> Self {
                Self { $($field: $crate::wire::Wire::read(input)),+ }
            }
        }
    };
}
pub(crate) use wire_struct;

/// The form of an enum: the variant's number, then what it holds, if anything.
macro_rules! wire_enum {
    (
        $type:ident {
            $first_number:literal = $first:ident $(($first_held:ident))?
            $(, $number:literal = $variant:ident $(($held:ident))?)* $(,)?
        }
    ) => {
        impl $crate::wire::Wire for $type {
            fn put(&self, out: &mut alloc::vec::Vec<u8>) {
                match self {
                    Self::$first $(($first_held))? => {
                        $crate::wire::put_varint($first_number, out);
                        $($crate::wire::Wire::put($first_held, out);)?
                    }
                    $(Self::$variant $(($held))? => {
                        $crate::wire::put_varint($number, out);
                        $($crate::wire::Wire::put($held, out);)?
                    })*
                }
            }
            #[cfg_attr(module, inline(never))]
            fn read(input: &mut $crate::wire::Input<'_>) -> Self {
                match input.varint() {
                    $($number => Self::$variant $(({
                        let $held = $crate::wire::Wire::read(input);
                        $held
                    }))?,)*
                    number => {
                        if number != $first_number {
                            input.fail();
                        }
                        Self::$first $(({
                            let $first_held = $crate::wire::Wire::read(input);
                            $first_held
                        }))?
                    }
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

    fn read(input: &mut Input<'_>) -> Self {
        input.byte()
    }

    /// All at once: one by one they would take most of the time that a head takes.
    #[cfg_attr(module, inline(never))]
    fn read_list(input: &mut Input<'_>) -> Vec<Self> {
        input.counted().to_vec()
    }
}

macro_rules! wire_number {
    ($($type:ty: $to:expr, $from:expr;)+) => {$(
        impl Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_varint($to((*self).into()), out);
            }
            #[cfg_attr(module, inline(never))]
            fn read(input: &mut Input<'_>) -> Self {
                let number = $from(input.varint()).try_into().ok();
                input.or_fail(number, 0)
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

    #[cfg_attr(module, inline(never))]
    fn read(input: &mut Input<'_>) -> Self {
        let byte = input.byte();
        if byte > 1 {
            input.fail();
        }
        byte == 1
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        self.iter().for_each(|value| value.put(out));
    }

    #[cfg_attr(module, inline(never))]
    fn read(input: &mut Input<'_>) -> Self {
        bool::read(input).then(|| T::read(input))
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        self.iter().for_each(|value| value.put(out));
    }

    fn read(input: &mut Input<'_>) -> Self {
        T::read_list(input)
    }
}

impl Wire for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        out.extend_from_slice(self.as_bytes());
    }

    #[cfg_attr(module, inline(never))]
    fn read(input: &mut Input<'_>) -> Self {
        input.text().into()
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn read(input: &mut Input<'_>) -> Self {
        input.bytes(N).try_into().unwrap_or([0; N])
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn read(input: &mut Input<'_>) -> Self {
        (A::read(input), B::read(input))
    }
}

pub(crate) fn put_length(length: usize, out: &mut Vec<u8>) {
    put_varint(u64::try_from(length).unwrap_or(u64::MAX), out);
}
