//! Body and year of each group, and the serials in it: each but the first as how many serials after the one before are
//! missing, with one learnt probability for each group that the next serial is missing.

use super::adaptive::Unary;
use super::coder::Coder;

pub const SERIALS: u32 = 1_000_000;

/// The certificates of one body and year, as far as known before the first is read.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Group {
    pub body: u8,
    pub year: u16,
    pub rows: u32,
    /// From the first serial to the last, in their running order.
    pub span: u32,
}

impl Group {
    pub fn code(self, coder: &mut impl Coder) -> Self {
        Self {
            body: coder.uniform(u64::from(self.body), 100) as u8,
            year: coder.uniform(u64::from(self.year), 10_000) as u16,
            rows: coder.uniform(u64::from(self.rows), 1 << 32) as u32,
            span: coder.uniform(u64::from(self.span), u64::from(SERIALS)) as u32,
        }
    }
}

/// The serials of one group.
#[derive(Default)]
pub struct Serials {
    missing: Unary,
    previous: Option<u32>,
}

impl Serials {
    pub fn code(&mut self, coder: &mut impl Coder, serial: u32) -> u32 {
        let serial = match self.previous {
            None => coder.uniform(u64::from(serial), u64::from(SERIALS)) as u32,
            Some(previous) => {
                let missing = (serial + SERIALS - previous - 1) % SERIALS;
                (previous + 1 + self.missing.code(coder, u64::from(missing)) as u32) % SERIALS
            }
        };
        self.previous = Some(serial);
        serial
    }
}
