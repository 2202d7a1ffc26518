//! Writing values as JSON.

use super::from::camel_case;
use super::{ToJson, Value};
use crate::hex;
use crate::text::{Parts, put_digits};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Writes a field after those before it in its object, under its name in camel case: word by word, as it is done for every field.
pub(crate) fn field(name: &str, value: &dyn ToJson, out: &mut String) {
    divide(out);
    out.push('"');
    out.extend(camel_case(name));
    out.push_str("\":");
    value.put_json(out);
}

/// The fields of an object, in the order of their names.
pub(crate) struct Fields<'a> {
    names: Parts<'static>,
    out: &'a mut String,
}

impl<'a> Fields<'a> {
    /// Names of fields, each of which ends with a comma.
    pub(crate) fn new(names: &'static str, out: &'a mut String) -> Self {
        Self { names: Parts::new(names, b','), out }
    }

    /// Writes the next field.
    pub(crate) fn put(&mut self, value: &dyn ToJson) {
        if let Some(name) = self.names.next() {
            field(name, value, self.out);
        }
    }
}

/// Divides an item from the one before, if there is one.
fn divide(out: &mut String) {
    // No item ends like this: strings end with a quotation mark.
    if !matches!(out.as_bytes().last(), Some(b'{' | b'[')) {
        out.push(',');
    }
}

/// Writes a string.
pub(crate) fn quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = text;
    while let Some(place) = plain.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let (before, rest) = plain.split_at_checked(place).unwrap_or_default();
        out.push_str(before);
        let mut rest = rest.chars();
        escaped(rest.next().unwrap_or_default(), out);
        plain = rest.as_str();
    }
    out.push_str(plain);
    out.push('"');
}

fn escaped(character: char, out: &mut String) {
    let short = match character {
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{c}' => 'f',
        '\r' => 'r',
        '"' | '\\' => character,
        _ => {
            let code = u32::from(character);
            out.push_str("\\u00");
            out.push_str(&hex::encode(&[u8::try_from(code).unwrap_or_default()]));
            return;
        }
    };
    out.push('\\');
    out.push(short);
}

/// An entry of a map, under its name as it is.
pub(crate) fn entry(name: &str, value: &dyn ToJson, out: &mut String) {
    divide(out);
    quoted(name, out);
    out.push(':');
    value.put_json(out);
}

impl ToJson for Value {
    fn put_json(&self, out: &mut String) {
        match self {
            Self::Null => ().put_json(out),
            Self::Bool(flag) => flag.put_json(out),
            Self::Number(number) => out.push_str(number),
            Self::Text(text) => quoted(text, out),
            Self::List(values) => values.put_json(out),
            Self::Object(entries) => {
                out.push('{');
                entries.iter().for_each(|(name, value)| entry(name, value, out));
                out.push('}');
            }
        }
    }
}

impl ToJson for () {
    fn put_json(&self, out: &mut String) {
        out.push_str("null");
    }
}

impl ToJson for bool {
    fn put_json(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl ToJson for &str {
    fn put_json(&self, out: &mut String) {
        quoted(self, out);
    }
}

impl ToJson for String {
    fn put_json(&self, out: &mut String) {
        quoted(self, out);
    }
}

macro_rules! number_to_json {
    ($($type:ty),+) => {$(
        impl ToJson for $type {
            fn put_json(&self, out: &mut String) {
                put_digits(u64::try_from(*self).unwrap_or_default(), 1, out);
            }
        }
    )+};
}
number_to_json!(u16, u32, u64, usize);

impl ToJson for i64 {
    fn put_json(&self, out: &mut String) {
        if *self < 0 {
            out.push('-');
        }
        put_digits(self.unsigned_abs(), 1, out);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn put_json(&self, out: &mut String) {
        match self {
            Some(value) => value.put_json(out),
            None => ().put_json(out),
        }
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn put_json(&self, out: &mut String) {
        (**self).put_json(out);
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn put_json(&self, out: &mut String) {
        out.push('[');
        for item in self {
            divide(out);
            item.put_json(out);
        }
        out.push(']');
    }
}
