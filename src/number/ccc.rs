//! The third-party certificate number (强制性产品认证证书编号): `YYYY` year of first issue, `BB` certification body, `PPPP`
//! product kind, `NNNNNN` serial set by the body. The number survives renewal, so its year says nothing about validity.

use core::fmt;
use serde::{Serialize, Serializer};

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
        if text.len() != LENGTH || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Self::new(
            text.get(0..4)?.parse().ok()?,
            text.get(4..6)?.parse().ok()?,
            text.get(6..10)?.parse().ok()?,
            text.get(10..16)?.parse().ok()?,
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
}

impl fmt::Display for CccNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}{:02}{:04}{:06}", self.year, self.body, self.product, self.serial)
    }
}

impl Serialize for CccNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
