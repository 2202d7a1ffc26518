//! Reading values from the tree of a JSON text.

use super::{Error, FromJson, Value};
use crate::text::{Parts, number};
use alloc::string::String;
use alloc::vec::Vec;

/// Where a value is read to.
pub(crate) trait Place {
    /// Reads it.
    fn fill(&mut self, value: &Value) -> Result<(), Error>;
}

impl<T: FromJson> Place for T {
    fn fill(&mut self, value: &Value) -> Result<(), Error> {
        self.fill_json(value)
    }
}

/// Says what is expected rather than what was found.
pub(crate) fn expected(what: &str) -> Error {
    Error([what, " is expected"].concat())
}

pub(crate) fn unknown_value(text: &str) -> Error {
    quoting("unknown value", text)
}

fn quoting(problem: &str, name: &str) -> Error {
    Error([problem, " `", name, "`"].concat())
}

/// The name of a struct's field as JSON has it.
pub(super) fn camel_case(field: &str) -> impl Iterator<Item = char> {
    let mut is_start = false;
    field.chars().filter_map(move |character| {
        let was_start = core::mem::replace(&mut is_start, character == '_');
        (!is_start).then(|| if was_start { character.to_ascii_uppercase() } else { character })
    })
}

/// Reads the fields of an object, each at most once, to the places of their names, each of which ends with a comma.
pub(crate) fn read_object(
    value: &Value,
    names: &str,
    places: &mut [&mut dyn Place],
    is_strict: bool,
    needs_all: bool,
) -> Result<(), Error> {
    let Value::Object(entries) = value else { return Err(expected("an object")) };
    for (number, (name, value)) in entries.iter().enumerate() {
        let place = Parts::new(names, b',').position(|field| camel_case(field).eq(name.chars()));
        match place.and_then(|place| places.get_mut(place)) {
            Some(_) if entries.iter().take(number).any(|(other, _)| other == name) => {
                return Err(quoting("duplicate field", name));
            }
            Some(place) => place.fill(value).map_err(|Error(problem)| Error([name, ": ", &problem].concat()))?,
            None if is_strict => return Err(quoting("unknown field", name)),
            None => {}
        }
    }
    let is_there = |field: &str| entries.iter().any(|(name, _)| camel_case(field).eq(name.chars()));
    match Parts::new(names, b',').take(places.len()).find(|field| needs_all && !is_there(field)) {
        Some(field) => Err(quoting("missing field", &camel_case(field).collect::<String>())),
        None => Ok(()),
    }
}

pub(crate) fn text_of(value: &Value) -> Result<&str, Error> {
    if let Value::Text(text) = value { Ok(text) } else { Err(expected("a string")) }
}

fn number_of(value: &Value) -> &str {
    if let Value::Number(text) = value { text } else { "" }
}

impl FromJson for bool {
    fn take_json(value: &Value) -> Result<Self, Error> {
        if let Value::Bool(flag) = value { Ok(*flag) } else { Err(expected("a boolean")) }
    }
}

impl FromJson for String {
    fn take_json(value: &Value) -> Result<Self, Error> {
        text_of(value).map(Self::from)
    }
}

impl FromJson for i64 {
    fn take_json(value: &Value) -> Result<Self, Error> {
        let text = number_of(value);
        let whole = match text.strip_prefix('-') {
            Some(below) => number(below).and_then(|below| 0_i64.checked_sub_unsigned(below)),
            None => number(text).and_then(|number| number.try_into().ok()),
        };
        whole.ok_or_else(|| expected("a whole number"))
    }
}

macro_rules! number_from_json {
    ($($type:ty: $name:literal),+) => {$(
        impl FromJson for $type {
            fn take_json(value: &Value) -> Result<Self, Error> {
                number(number_of(value)).and_then(|number| number.try_into().ok()).ok_or_else(|| expected($name))
            }
        }
    )+};
}
number_from_json!(u16: "a whole number below 65536", u32: "a whole number below 2^32", u64: "a whole number");

impl<T: FromJson> FromJson for Option<T> {
    fn take_json(value: &Value) -> Result<Self, Error> {
        if *value == Value::Null { Ok(None) } else { T::take_json(value).map(Some) }
    }
}

/// `null` means nothing here as it does in every other field.
impl<T: FromJson> FromJson for Vec<T> {
    fn take_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::List(values) => {
                let mut list = Self::new();
                for value in values {
                    list.push(T::take_json(value)?);
                }
                Ok(list)
            }
            Value::Null => Ok(Self::new()),
            _ => Err(expected("an array")),
        }
    }
}
