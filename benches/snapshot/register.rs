//! The register to be held: seeded and synthetic, as records and as plain rows.

use cccheck::{Day, Record, Status};
use cccheck_registry::generate::Plan;
use cccheck_registry::reference;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

/// The day of the registers.
pub const TODAY: &str = "2026-11-20";
pub const SEED: u64 = 1;
/// How many bytes of a holder's tag are held: 48 bits.
pub const TAG_BYTES: usize = 6;

/// A certificate in plain numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub body: u8,
    pub year: u16,
    pub serial: u32,
    /// A place among [`Register::products`].
    pub product: usize,
    /// A place in [`Status::ALL`].
    pub status: usize,
    /// Days since 1970, as all days here.
    pub issued: i32,
    pub expires: i32,
    pub since: Option<i32>,
    /// A place among [`Register::holders`].
    pub holder: usize,
}

impl Row {
    /// The sixteen digits.
    pub fn number(&self, products: &[u16]) -> u64 {
        digits(self.year, self.body, products[self.product], self.serial)
    }
}

pub fn digits(year: u16, body: u8, product: u16, serial: u32) -> u64 {
    ((u64::from(year) * 100 + u64::from(body)) * 10_000 + u64::from(product)) * 1_000_000 + u64::from(serial)
}

pub struct Register {
    pub plan: Plan,
    pub today: Day,
    pub records: Vec<Record>,
    /// In the order of the records: by year, body, product and serial.
    pub rows: Vec<Row>,
    /// Ascending.
    pub products: Vec<u16>,
    /// Ascending tags.
    pub holders: Vec<[u8; TAG_BYTES]>,
}

impl Register {
    pub fn generate(rows: u64) -> Result<Self, Box<dyn Error>> {
        let today: Day = TODAY.parse()?;
        let plan = Plan::new(rows, SEED, today, &reference::load()?)?;
        let records: Vec<Record> = plan.certificates().flatten().map(|certificate| certificate.record).collect();
        let products: BTreeSet<u16> = records.iter().map(|record| record.number.product()).collect();
        let holders: BTreeSet<_> = records.iter().filter_map(tag).collect();
        let (products, holders) = (Vec::from_iter(products), Vec::from_iter(holders));
        let product_places: BTreeMap<u16, usize> = products.iter().copied().zip(0..).collect();
        let rows = records
            .iter()
            .map(|record| {
                let number = record.number;
                Some(Row {
                    body: number.body(),
                    year: number.year(),
                    serial: number.serial(),
                    product: *product_places.get(&number.product())?,
                    status: Status::ALL.iter().position(|status| *status == record.status)?,
                    issued: record.issued_on?.days(),
                    expires: record.expires_on?.days(),
                    since: record.status_since.map(Day::days),
                    holder: holders.binary_search(&tag(record)?).ok()?,
                })
            })
            .collect::<Option<Vec<Row>>>()
            .ok_or("a record lacks a day or a holder")?;
        Ok(Self { plan, today, records, rows, products, holders })
    }
}

fn tag(record: &Record) -> Option<[u8; TAG_BYTES]> {
    record.parties.applicant.and_then(|tag| tag.0.first_chunk().copied())
}
