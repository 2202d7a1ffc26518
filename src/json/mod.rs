//! JSON, as much of it as claims, verdicts and receipts need: compact, and without fractions. Written as `serde_json` and
//! `JSON.stringify` write it.
//!
//! Objects are tables of fields behind `dyn`, not code for each type: the module for browsers must be small.

mod from;
mod serde;
mod text;
mod to;

pub use text::parse;

pub(crate) use self::serde::{json_deserialize, json_serialize};
pub(crate) use from::{Place, expected, read_object, text_of, unknown_value};
pub(crate) use to::{Fields, entry, field, quoted};

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What is wrong with a text or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    pub(crate) fn new(problem: &str) -> Self {
        Self(problem.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Error {}

/// What any JSON text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, in the order of the text.
    Object(Vec<(String, Value)>),
}

/// What has a JSON form.
pub trait ToJson {
    /// Writes it at the end.
    fn put_json(&self, out: &mut String);
}

/// What can be read from JSON.
pub trait FromJson: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`Error`] if the value is of another shape.
    fn take_json(value: &Value) -> Result<Self, Error>;

    /// Reads it to where another value was. A struct is read over that one, field by field.
    ///
    /// # Errors
    /// [`Error`] if the value is of another shape. Then what is read means nothing.
    fn fill_json(&mut self, value: &Value) -> Result<(), Error> {
        *self = Self::take_json(value)?;
        Ok(())
    }
}

/// The value as JSON.
#[must_use]
pub fn write(value: &dyn ToJson) -> String {
    let mut out = String::new();
    value.put_json(&mut out);
    out
}

/// The value of this JSON. Fractions are read over, never read.
///
/// # Errors
/// [`Error`] if the text is not JSON, nests deeper than 32 levels, or is of another shape.
pub fn read<T: FromJson>(json: &str) -> Result<T, Error> {
    T::take_json(&parse(json)?)
}

/// Reads a place's value from this JSON. For the module for browsers: one function, where [`read`] is one for each type.
pub(crate) fn fill(json: &str, place: &mut dyn Place) -> Result<(), Error> {
    place.fill(&parse(json)?)
}

/// An object of these fields in this order, by their names in camel case. With `read` it can be read, too: see [`json_read`].
macro_rules! json_struct {
    ($type:ident $fields:tt read $($how:ident)+) => {
        $crate::json::json_struct!($type $fields);
        $crate::json::json_read!($type $fields $($how)+);
    };
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $type {
            pub(crate) fn put_fields(&self, out: &mut alloc::string::String) {
                let mut fields = $crate::json::Fields::new(concat!($(stringify!($field), ","),+), out);
                $(fields.put(&self.$field);)+
            }
        }
        impl $crate::json::ToJson for $type {
            fn put_json(&self, out: &mut alloc::string::String) {
                out.push('{');
                self.put_fields(out);
                out.push('}');
            }
        }
        $crate::json::json_serialize!($type);
    };
}
pub(crate) use json_struct;

/// A struct is read over what stands in its place: `strict`, where unknown fields are refused, or `open`; `all`, where no field may be missing.
macro_rules! json_read {
    ($type:ident $fields:tt strict) => { $crate::json::json_read!(@ $type $fields true, false); };
    ($type:ident $fields:tt strict all) => { $crate::json::json_read!(@ $type $fields true, true); };
    ($type:ident $fields:tt open all) => { $crate::json::json_read!(@ $type $fields false, true); };
    (@ $type:ident { $($field:ident),+ $(,)? } $is_strict:literal, $needs_all:literal) => {
        impl $crate::json::FromJson for $type {
            fn take_json(value: &$crate::json::Value) -> Result<Self, $crate::json::Error> {
                let mut new = Self::default();
                new.fill_json(value)?;
                Ok(new)
            }

            fn fill_json(&mut self, value: &$crate::json::Value) -> Result<(), $crate::json::Error> {
                let places: &mut [&mut dyn $crate::json::Place] = &mut [$(&mut self.$field),+];
                $crate::json::read_object(value, concat!($(stringify!($field), ","),+), places, $is_strict, $needs_all)
            }
        }
        $crate::json::json_deserialize!($type);
    };
}
pub(crate) use json_read;

/// An enum by the names of its variants.
macro_rules! json_enum {
    ($type:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            /// The name in JSON and in tables.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The one with this name.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                [$(Self::$variant),+].into_iter().find(|variant| variant.as_str() == text)
            }
        }
        impl $crate::json::ToJson for $type {
            fn put_json(&self, out: &mut alloc::string::String) {
                $crate::json::quoted(self.as_str(), out);
            }
        }
        impl $crate::json::FromJson for $type {
            fn take_json(value: &$crate::json::Value) -> Result<Self, $crate::json::Error> {
                let text = $crate::json::text_of(value)?;
                Self::from_text(text).ok_or_else(|| $crate::json::unknown_value(text))
            }
        }
        $crate::json::json_serialize!($type);
        $crate::json::json_deserialize!($type);
    };
}
pub(crate) use json_enum;
