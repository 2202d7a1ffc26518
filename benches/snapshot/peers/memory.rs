//! In memory: sorted columns, and a hash map.

use super::{Told, key};
use crate::measure::Subject;
use crate::register::{Register, Row, TAG_BYTES};
use cccheck::CccNumber;
use std::collections::HashMap;

/// Numbers ascending, and beside them what belongs to them.
pub struct Columns {
    numbers: Vec<u64>,
    status: Vec<u8>,
    issued: Vec<u16>,
    expires: Vec<u16>,
    /// 0: none.
    since: Vec<u16>,
    holder: Vec<u32>,
    tags: Vec<[u8; TAG_BYTES]>,
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
            tags: register.holders.clone(),
        }
    }

    pub fn bytes(&self) -> usize {
        self.numbers.len() * (8 + 1 + 3 * 2 + 4) + self.tags.len() * TAG_BYTES
    }
}

impl Subject for Columns {
    type Answer = Told;
    fn find(&self, number: CccNumber) -> Option<Told> {
        let place = self.numbers.binary_search(&key(number)).ok()?;
        let since = Some(i32::from(self.since[place])).filter(|day| *day > 0);
        let days = (i32::from(self.issued[place]), i32::from(self.expires[place]));
        Some((self.status[place], days.0, days.1, since, self.tags[self.holder[place] as usize]))
    }
}

pub struct Map(HashMap<u64, Told>);

impl Map {
    pub fn new(register: &Register) -> Self {
        let told = |row: &Row| (row.status as u8, row.issued, row.expires, row.since, register.holders[row.holder]);
        Self(register.rows.iter().map(|row| (row.number(&register.products), told(row))).collect())
    }

    pub fn bytes(&self) -> usize {
        self.0.capacity() * (size_of::<(u64, Told)>() + 1)
    }
}

impl Subject for Map {
    type Answer = Told;
    fn find(&self, number: CccNumber) -> Option<Told> {
        self.0.get(&key(number)).copied()
    }
}
