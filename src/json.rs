//! JSON, as much of it as claims, verdicts and receipts need: compact, and without fractions. Written as `serde_json` and
//! `JSON.stringify` write it.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::{self, Display, Write};
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::ser::{self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple};
use serde::{Deserialize, Deserializer, Serializer, de, forward_to_deserialize_any};

/// How deep a text may nest.
const MAX_DEPTH: usize = 32;

/// What is wrong with a text, or why a value has no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Error {}

impl ser::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Says what is expected rather than what was found: to show a found number means to carry the code that formats fractions.
impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!("{expected} is expected"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!("{expected} is expected"))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self(format!("unknown field `{field}`"))
    }

    fn unknown_variant(variant: &str, _: &'static [&'static str]) -> Self {
        Self(format!("unknown value `{variant}`"))
    }
}

/// The value as JSON.
///
/// # Errors
/// [`Error`] if the value holds fractions or bytes.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut out = String::new();
    value.serialize(Writer(&mut out))?;
    Ok(out)
}

/// The value of this JSON. Fractions are read over, never read.
///
/// # Errors
/// [`Error`] if the text is not JSON, nests deeper than 32 levels, or is of another shape.
pub fn read<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    let mut reader = Reader { rest: json, depth: 0 };
    let value = T::deserialize(&mut reader)?;
    reader.blanks();
    if reader.rest.is_empty() { Ok(value) } else { Err(malformed()) }
}

fn malformed() -> Error {
    Error("malformed JSON".into())
}

struct Writer<'a>(&'a mut String);

impl Writer<'_> {
    fn quoted(&mut self, text: &str) {
        self.0.push('"');
        let mut plain = text;
        while let Some(place) = plain.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
            let (before, rest) = plain.split_at_checked(place).unwrap_or_default();
            self.0.push_str(before);
            let mut rest = rest.chars();
            self.escaped(rest.next().unwrap_or_default());
            plain = rest.as_str();
        }
        self.0.push_str(plain);
        self.0.push('"');
    }

    fn escaped(&mut self, character: char) {
        let short = match character {
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{c}' => 'f',
            '\r' => 'r',
            '"' | '\\' => character,
            _ => {
                self.shown(format_args!("\\u{:04x}", u32::from(character)));
                return;
            }
        };
        self.0.extend(['\\', short]);
    }

    fn shown(&mut self, value: impl Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{value}");
    }
}

/// An array or object that is being written.
struct Items<'a> {
    out: &'a mut String,
    is_first: bool,
    end: char,
}

impl<'a> Items<'a> {
    fn new(Writer(out): Writer<'a>, begin: char, end: char) -> Self {
        out.push(begin);
        Self { out, is_first: true, end }
    }

    fn next(&mut self) -> Writer<'_> {
        if !core::mem::take(&mut self.is_first) {
            self.out.push(',');
        }
        Writer(self.out)
    }
}

macro_rules! number {
    ($($method:ident: $type:ty),+) => {$(
        fn $method(mut self, value: $type) -> Result<(), Error> {
            self.shown(value);
            Ok(())
        }
    )+};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeMap = Items<'a>;
    type SerializeStruct = Items<'a>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    number!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    number!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_bool: bool);

    fn serialize_f32(self, _: f32) -> Result<(), Error> {
        Err(ser::Error::custom("a fraction"))
    }

    fn serialize_f64(self, _: f64) -> Result<(), Error> {
        Err(ser::Error::custom("a fraction"))
    }

    fn serialize_char(mut self, value: char) -> Result<(), Error> {
        self.quoted(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(mut self, value: &str) -> Result<(), Error> {
        self.quoted(value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        Err(ser::Error::custom("bytes"))
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut items = self.serialize_map(None)?;
        items.serialize_entry(variant, value)?;
        SerializeMap::end(items)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Error> {
        Ok(Items::new(self, '[', ']'))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Error> {
        Ok(Items::new(self, '[', ']'))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'a>, Error> {
        Ok(Items::new(self, '{', '}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Error> {
        Ok(Items::new(self, '{', '}'))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Impossible<(), Error>, Error> {
        Err(ser::Error::custom("a tuple with a name"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Error>, Error> {
        Err(ser::Error::custom("a variant with several values"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Error>, Error> {
        Err(ser::Error::custom("a variant with fields"))
    }
}

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(self.next())
    }

    fn end(self) -> Result<(), Error> {
        self.out.push(self.end);
        Ok(())
    }
}

impl SerializeTuple for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(self.next())
    }

    fn end(self) -> Result<(), Error> {
        SerializeSeq::end(self)
    }
}

impl SerializeMap for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        key.serialize(self.next())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.out.push(':');
        value.serialize(Writer(self.out))
    }

    fn end(self) -> Result<(), Error> {
        SerializeSeq::end(self)
    }
}

impl SerializeStruct for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.serialize_entry(name, value)
    }

    fn end(self) -> Result<(), Error> {
        SerializeSeq::end(self)
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Moves past this token, if it comes next.
    fn skips(&mut self, token: &str) -> bool {
        self.blanks();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expects(&mut self, token: &str) -> Result<(), Error> {
        if self.skips(token) { Ok(()) } else { Err(malformed()) }
    }

    /// What follows an opening quotation mark.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            let end = self.rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\')?;
            let (plain, rest) = self.rest.split_at_checked(end)?;
            text.push_str(plain);
            let mut rest = rest.chars();
            let mark = rest.next()?;
            self.rest = rest.as_str();
            match mark {
                '"' => return Some(text),
                '\\' => text.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let mark = rest.next()?;
        self.rest = rest.as_str();
        Some(match mark {
            '"' | '\\' | '/' => mark,
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'u' => {
                let unit = self.unit()?;
                // Half of a character outside of the basic plane needs the other half.
                let other = if (0xd800..0xdc00).contains(&unit) {
                    self.rest = self.rest.strip_prefix("\\u")?;
                    Some(self.unit()?)
                } else {
                    None
                };
                char::decode_utf16([unit].into_iter().chain(other)).next()?.ok()?
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u16> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| are_digits)
    }

    fn digits(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches(|character: char| character.is_ascii_digit());
        let is_some = rest.len() < self.rest.len();
        self.rest = rest;
        is_some.then_some(())
    }

    /// The number that comes next, and whether it is whole.
    fn number(&mut self) -> Option<(&str, bool)> {
        let start = self.rest;
        self.rest = start.strip_prefix('-').unwrap_or(start);
        match self.rest.strip_prefix('0') {
            Some(rest) => self.rest = rest,
            None => self.digits()?,
        }
        let whole = self.rest;
        if let Some(rest) = self.rest.strip_prefix('.') {
            self.rest = rest;
            self.digits()?;
        }
        if let Some(rest) = self.rest.strip_prefix(['e', 'E']) {
            self.rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
            self.digits()?;
        }
        let text = start.get(..start.len() - self.rest.len())?;
        Some((text, whole.len() == self.rest.len()))
    }

    fn visit_number<'de, V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let (text, is_whole) = self.number().ok_or_else(malformed)?;
        if let Some(number) = text.parse().ok().filter(|_| is_whole) {
            visitor.visit_u64(number)
        } else if let Some(number) = text.parse().ok().filter(|_| is_whole) {
            visitor.visit_i64(number)
        } else {
            // Only what is read over takes this; which fraction it is matters to nobody.
            visitor.visit_f64(f64::NAN)
        }
    }

    /// Reads an array or object, all of it.
    fn nested<T>(
        &mut self,
        end: &'static str,
        visit: impl FnOnce(&mut List<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(malformed());
        }
        let mut list = List { reader: self, is_first: true, end: Some(end) };
        let value = visit(&mut list)?;
        // Who takes a number of values that he knows does not ask for one more.
        if list.has_next()? {
            return Err(malformed());
        }
        self.depth -= 1;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.skips("null") {
            visitor.visit_unit()
        } else if self.skips("true") {
            visitor.visit_bool(true)
        } else if self.skips("false") {
            visitor.visit_bool(false)
        } else if self.skips("\"") {
            visitor.visit_string(self.text().ok_or_else(malformed)?)
        } else if self.skips("[") {
            self.nested("]", |list| visitor.visit_seq(list))
        } else if self.skips("{") {
            self.nested("}", |list| visitor.visit_map(list))
        } else {
            self.visit_number(visitor)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.skips("null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// An object and nothing else: an array would give the fields by place.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.skips("{") {
            self.nested("}", |list| visitor.visit_map(list))
        } else {
            Err(de::Error::custom("an object is expected"))
        }
    }

    /// A variant without values, by its name.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let name: StringDeserializer<Error> = String::deserialize(self)?.into_deserializer();
        visitor.visit_enum(name)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct
        map identifier ignored_any
    }
}

/// An array or object that is being read.
struct List<'r, 'a> {
    reader: &'r mut Reader<'a>,
    is_first: bool,
    /// What closes it; nothing once it is closed.
    end: Option<&'static str>,
}

impl List<'_, '_> {
    fn has_next(&mut self) -> Result<bool, Error> {
        let Some(end) = self.end else { return Ok(false) };
        if self.reader.skips(end) {
            self.end = None;
        } else if !core::mem::take(&mut self.is_first) {
            self.reader.expects(",")?;
        }
        Ok(self.end.is_some())
    }
}

impl<'de> SeqAccess<'de> for &mut List<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.has_next()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut List<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if !self.has_next()? {
            return Ok(None);
        }
        self.reader.blanks();
        if !self.reader.rest.starts_with('"') {
            return Err(malformed());
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        self.reader.expects(":")?;
        seed.deserialize(&mut *self.reader)
    }
}
