//! In memory: sorted columns, and a hash map.

use super::{Packed, key};
use crate::measure::Subject;
use crate::register::{Register, Row, TAG_BYTES};
use cccheck::CccNumber;
use std::collections::HashMap;

fn pack(row: &Row) -> Packed {
    (row.status as u8, row.issued, row.expires, row.since, row.holder)
}

/// Numbers ascending, and beside them what belongs to them.
pub struct Columns {
    numbers: Vec<u64>,
    status: Vec<u8>,
    issued: Vec<u16>,
    expires: Vec<u16>,
    /// 0: none.
    since: Vec<u16>,
    holder: Vec<u32>,
    tags: usize,
}

impl Columns {
    pub fn new(register: &Register) -> Self {
        let rows = || register.rows.iter();
        Self {
            numbers: rows().map(|row| row.number(&register.products)).collect(),
            status: rows().map(|row| row.status as u8).collect(),
            issued: rows().map(|row| row.issued as u16).collect(),
            expires: rows().map(|row| row.expires as u16).collect(),
            since: rows().map(|row| row.since.unwrap_or(0) as u16).collect(),
            holder: rows().map(|row| row.holder as u32).collect(),
            tags: register.holders.len() * TAG_BYTES,
        }
    }

    pub fn bytes(&self) -> usize {
        self.numbers.len() * (8 + 1 + 3 * 2 + 4) + self.tags
    }
}

impl Subject for Columns {
    type Answer = Packed;
    fn find(&self, number: CccNumber) -> Option<Packed> {
        let place = self.numbers.binary_search(&key(number)).ok()?;
        let since = Some(i32::from(self.since[place])).filter(|day| *day > 0);
        let days = (i32::from(self.issued[place]), i32::from(self.expires[place]));
        Some((self.status[place], days.0, days.1, since, self.holder[place] as usize))
    }
}

pub struct Map(HashMap<u64, Packed>);

impl Map {
    pub fn new(register: &Register) -> Self {
        Self(register.rows.iter().map(|row| (row.number(&register.products), pack(row))).collect())
    }

    pub fn bytes(&self) -> usize {
        self.0.capacity() * (size_of::<(u64, Packed)>() + 1)
    }
}

impl Subject for Map {
    type Answer = Packed;
    fn find(&self, number: CccNumber) -> Option<Packed> {
        self.0.get(&key(number)).copied()
    }
}
