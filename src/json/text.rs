//! Reading a JSON text as a tree.

use super::{Error, Value};
use alloc::string::String;
use alloc::vec::Vec;

/// How deep a text may nest.
const MAX_DEPTH: usize = 32;

/// What a text says.
///
/// # Errors
/// [`Error`] if it is not JSON, or nests deeper than 32 levels.
pub fn parse(json: &str) -> Result<Value, Error> {
    let mut reader = Reader { rest: json, depth: 0 };
    let value = reader.value();
    reader.blanks();
    value.filter(|_| reader.rest.is_empty()).ok_or_else(|| Error("malformed JSON".into()))
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Moves past all such characters of ASCII; whether there are any.
    fn pass(&mut self, passes: fn(u8) -> bool) -> bool {
        let length = self.rest.bytes().position(|byte| !passes(byte)).unwrap_or(self.rest.len());
        self.rest = self.rest.get(length..).unwrap_or_default();
        length > 0
    }

    fn blanks(&mut self) {
        self.pass(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Moves past this token and blanks before it, if it comes next.
    fn skips(&mut self, token: &str) -> bool {
        self.blanks();
        self.is_at(token)
    }

    /// Moves past this token, if it comes at once.
    fn is_at(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The next character.
    fn next(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let next = rest.next();
        self.rest = rest.as_str();
        next
    }

    fn value(&mut self) -> Option<Value> {
        Some(if self.skips("null") {
            Value::Null
        } else if self.skips("true") {
            Value::Bool(true)
        } else if self.skips("false") {
            Value::Bool(false)
        } else if self.skips("\"") {
            Value::Text(self.text()?)
        } else if self.skips("[") {
            let mut values = Vec::new();
            self.items("]", &mut |reader| {
                values.push(reader.value()?);
                Some(())
            })?;
            Value::List(values)
        } else if self.skips("{") {
            let mut entries = Vec::new();
            self.items("}", &mut |reader| {
                reader.skips("\"").then_some(())?;
                let name = reader.text()?;
                reader.skips(":").then_some(())?;
                entries.push((name, reader.value()?));
                Some(())
            })?;
            Value::Object(entries)
        } else {
            Value::Number(self.number()?.into())
        })
    }

    /// The items of an array or object, all of them.
    fn items(&mut self, end: &str, item: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut is_first = true;
        while !self.skips(end) {
            (core::mem::take(&mut is_first) || self.skips(",")).then_some(())?;
            item(self)?;
        }
        self.depth -= 1;
        Some(())
    }

    /// What follows an opening quotation mark.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            text.push(match self.next()? {
                '"' => return Some(text),
                '\\' => self.escaped()?,
                '\0'..' ' => return None,
                plain => plain,
            });
        }
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            mark @ ('"' | '\\' | '/') => mark,
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'u' => {
                let unit = self.unit()?;
                // Half of a character outside of the basic plane needs the other half.
                if (0xd800..0xdc00).contains(&unit) {
                    self.is_at("\\u").then_some(())?;
                    let other = self.unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                    char::from_u32(0x10000 + ((unit - 0xd800) << 10) + other)?
                } else {
                    char::from_u32(unit)?
                }
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| Some(unit << 4 | self.next()?.to_digit(16)?))
    }

    fn digits(&mut self) -> Option<()> {
        self.pass(|byte| byte.is_ascii_digit()).then_some(())
    }

    /// The number that comes next.
    fn number(&mut self) -> Option<&'a str> {
        let start = self.rest;
        self.is_at("-");
        if !self.is_at("0") {
            self.digits()?;
        }
        if self.is_at(".") {
            self.digits()?;
        }
        if self.is_at("e") || self.is_at("E") {
            let _sign = self.is_at("+") || self.is_at("-");
            self.digits()?;
        }
        start.get(..start.len() - self.rest.len())
    }
}
