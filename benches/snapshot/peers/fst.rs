//! A finite-state map from the number to the packed record; the holders' tags beside it.

use super::{Told, key};
use crate::measure::Subject;
use crate::register::{Register, Row, TAG_BYTES};
use cccheck::CccNumber;
use fst::Map;

/// 2000-01-01, from which days are counted in 14 bits.
const FIRST_DAY: i32 = 10_957;

pub struct Fst {
    map: Map<Vec<u8>>,
    tags: Vec<[u8; TAG_BYTES]>,
}

impl Fst {
    pub fn new(register: &Register) -> Result<Self, fst::Error> {
        let entries = register.rows.iter().map(|row| (row.number(&register.products).to_be_bytes(), pack(row)));
        Ok(Self { map: Map::from_iter(entries)?, tags: register.holders.clone() })
    }

    pub fn bytes(&self) -> usize {
        self.map.as_fst().size() + self.tags.len() * TAG_BYTES
    }
}

impl Subject for Fst {
    type Answer = Told;
    fn find(&self, number: CccNumber) -> Option<Told> {
        self.map.get(key(number).to_be_bytes()).map(|packed| unpack(packed, &self.tags))
    }
}

/// Small values at the low end, where the map shares most: holder, status day, expiry, issue, status.
fn pack(row: &Row) -> u64 {
    let day = |day: i32| u64::from((day - FIRST_DAY).unsigned_abs());
    let since = row.since.map_or(0, day);
    (((row.holder as u64) << 14 | since) << 14 | day(row.expires)) << 17 | day(row.issued) << 3 | row.status as u64
}

fn unpack(packed: u64, tags: &[[u8; TAG_BYTES]]) -> Told {
    let day = |shift: u32| (packed >> shift & 0x3fff) as i32 + FIRST_DAY;
    ((packed & 7) as u8, day(3), day(17), Some(day(31)).filter(|day| *day > FIRST_DAY), tags[(packed >> 45) as usize])
}
