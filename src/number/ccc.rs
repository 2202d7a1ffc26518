//! The third-party certificate number (强制性产品认证证书编号): `YYYY` year of first issue, `BB` certification body, `PPPP`
//! product kind, `NNNNNN` serial set by the body. The number survives renewal, so its year says nothing about validity.

use crate::json::{ToJson, json_serialize};
use crate::text::{number, put_digits};
use alloc::string::String;
use core::fmt;

/// Digits in a CCC certificate number.
pub const LENGTH: usize = 16;

/// A well-formed CCC certificate number. Its text form is the 16 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CccNumber {
    year: u16,
    body: u8,
    product: u16,
    serial: u32,
}

impl CccNumber {
    /// A number from its parts: year 0 to 9999, body 0 to 99, product 0 to 9999, serial 0 to 999999.
    #[must_use]
    pub fn new(year: u16, body: u8, product: u16, serial: u32) -> Option<Self> {
        (year <= 9_999 && body <= 99 && product <= 9_999 && serial <= 999_999).then_some(Self {
            year,
            body,
            product,
            serial,
        })
    }

    /// Reads exactly 16 ASCII digits.
    #[must_use]
    pub fn from_digits(text: &str) -> Option<Self> {
        let digits = number(text).filter(|_| text.len() == LENGTH)?;
        Self::new(
            u16::try_from(digits / 1_000_000_000_000).ok()?,
            u8::try_from(digits / 10_000_000_000 % 100).ok()?,
            u16::try_from(digits / 1_000_000 % 10_000).ok()?,
            u32::try_from(digits % 1_000_000).ok()?,
        )
    }

    /// The year in which the certificate was first issued (首次签发年度).
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The two digits of the certification body (认证机构), 0 to 99.
    #[must_use]
    pub fn body(self) -> u8 {
        self.body
    }

    /// The four digits of the product kind (产品种类代码), 0 to 9999.
    #[must_use]
    pub fn product(self) -> u16 {
        self.product
    }

    /// The serial (流水号) that the body gave, 0 to 999999.
    #[must_use]
    pub fn serial(self) -> u32 {
        self.serial
    }

    fn put_text(self, out: &mut String) {
        put_digits(self.year.into(), 4, out);
        put_digits(self.body.into(), 2, out);
        put_digits(self.product.into(), 4, out);
        put_digits(self.serial.into(), 6, out);
    }
}

impl fmt::Display for CccNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.put_text(&mut text);
        f.write_str(&text)
    }
}

impl ToJson for CccNumber {
    fn put_json(&self, out: &mut String) {
        out.push('"');
        self.put_text(out);
        out.push('"');
    }
}

json_serialize!(CccNumber);
