//! The snapshot as published, opened with full verification.

use crate::measure::Subject;
use crate::register::Register;
use cccheck::snapshot::{Content, Snapshot, WriteOptions};
use cccheck::{CccNumber, Found, Instant, Paper, Parties, Record, Register as _, Wanted};
use cccheck_benches::Published;
use cccheck_registry::reference;
use std::error::Error;

pub struct Ours {
    pub published: Published,
    pub snapshot: Snapshot,
}

/// The usual layout.
pub fn options(register: &Register) -> WriteOptions {
    WriteOptions::new(register.today, register.records.len())
}

/// All that is published of a register.
pub fn content(register: &Register, records: Vec<Record>) -> Content {
    Content { records, coverage: register.plan.coverage().collect(), declarations: Vec::new() }
}

/// Number, product, status, issue and expiry alone: what the yardstick measures.
pub fn without_holders(record: &Record) -> Record {
    Record { status_since: None, parties: Parties::default(), ..record.clone() }
}

impl Ours {
    pub fn new(register: &Register, records: Vec<Record>, options: &WriteOptions) -> Result<Self, Box<dyn Error>> {
        let now: Instant = format!("{}T04:00:00Z", register.today).parse()?;
        let published = Published::new(&content(register, records), &reference::load()?, options, now)?;
        Ok(Self { snapshot: published.open()?, published })
    }

    pub fn bytes(&self) -> usize {
        self.published.snapshot().len()
    }
}

impl Subject for Ours {
    type Answer = Record<Paper>;
    fn find(&self, number: CccNumber) -> Option<Record<Paper>> {
        match self.snapshot.find(number, Wanted::Parties) {
            Ok(Found::Record(record)) => Some(record),
            _ => None,
        }
    }
}
