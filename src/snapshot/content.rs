//! What a snapshot is made of, whatever its layout, and the hash by which two of them are compared.

use super::layout::NO_PRODUCT;
use super::write::Line;
use crate::date::Day;
use crate::declaration::DeclarationId;
use crate::register::{Declaration, Provenance, Record, Status};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use sha2::{Digest, Sha256};

/// All that is published of a register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Certificates, in any order.
    pub records: Vec<Record>,
    /// Self-declarations and instruments of other schemes, in any order.
    pub declarations: Vec<Declaration>,
    /// What the register claims to know.
    pub coverage: Vec<Coverage>,
}

impl Content {
    /// How many rows they take.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.records.len() + self.declarations.len()
    }
}

/// What the file may claim to know of one keyspace and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coverage {
    /// The certification body's two digits; from [`HASHED`](crate::HASHED) on the keyspace of a [`DeclarationKey`](crate::DeclarationKey).
    pub body: u8,
    /// The year in the certificate numbers; 0 for hashed keyspaces.
    pub year: u16,
    /// Whether every instrument in force is among the records.
    pub complete: bool,
    /// The first day of which lapsed instruments (expired, cancelled, revoked) are there; all if missing.
    pub lapsed_since: Option<Day>,
}

impl<'a> Line<'a> {
    pub(super) fn of_record(record: &'a Record) -> Self {
        let number = record.number;
        Self::of(record, number.body(), number.year(), u64::from(number.serial()), number.product())
    }

    pub(super) fn of_declaration(declaration: &'a Declaration) -> Self {
        let DeclarationId { key, product } = declaration.number;
        Self::of(declaration, key.space(), 0, key.hash(), product.unwrap_or(NO_PRODUCT))
    }

    fn of<N>(record: &'a Record<N>, space: u8, year: u16, serial: u64, product: u16) -> Self {
        Self {
            space,
            year,
            serial,
            product,
            status: record.status,
            provenance: record.provenance,
            issued_on: record.issued_on,
            expires_on: record.expires_on,
            status_since: record.status_since,
            model: text(record.model.as_deref()),
            parties: record.parties,
        }
    }

    /// Its place among all lines.
    pub(super) fn order(&self) -> (u8, u16, u64, u16) {
        (self.space, self.year, self.serial, self.product)
    }

    fn hash(&self, hasher: &mut Sha256) {
        hasher.update([self.space]);
        hasher.update(self.year.to_le_bytes());
        hasher.update(self.serial.to_le_bytes());
        hasher.update(self.product.to_le_bytes());
        hasher.update([place(&Status::ALL, self.status), place(&Provenance::ALL, self.provenance)]);
        for day in [self.issued_on, self.expires_on, self.status_since] {
            hasher.update(day.map_or(i32::MIN, Day::days).to_le_bytes());
        }
        for (_, tag) in self.parties.by_role() {
            hasher.update([u8::from(tag.is_some())]);
            hasher.update(tag.unwrap_or_default().0);
        }
        let model = self.model.as_deref().unwrap_or_default();
        hasher.update([u8::try_from(model.len()).unwrap_or(u8::MAX)]);
        hasher.update(model);
    }
}

fn text(model: Option<&str>) -> Option<Cow<'_, str>> {
    model.filter(|model| !model.is_empty()).map(super::write::cut)
}

fn place<T: PartialEq>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).and_then(|place| u8::try_from(place).ok()).unwrap_or_default()
}

/// The hash of a register's content: of its coverage and of its lines, each ascending, whatever files they stand in.
pub(super) struct ContentHash(Sha256);

impl ContentHash {
    /// Begins with the coverage, ascending. A line that claims nothing is as good as none.
    pub(super) fn new(coverage: &[Coverage]) -> Self {
        let coverage: Vec<&Coverage> =
            coverage.iter().filter(|line| line.complete || line.lapsed_since.is_some()).collect();
        let mut hasher = Sha256::new().chain_update(b"cccheck/2/content\n");
        hasher.update(u32::try_from(coverage.len()).unwrap_or(u32::MAX).to_le_bytes());
        for line in coverage {
            hasher.update([line.body]);
            hasher.update(line.year.to_le_bytes());
            hasher.update([u8::from(line.complete)]);
            hasher.update(line.lapsed_since.map_or(i32::MIN, Day::days).to_le_bytes());
        }
        Self(hasher)
    }

    /// Goes on with the next line.
    pub(super) fn add(&mut self, line: &Line<'_>) {
        line.hash(&mut self.0);
    }

    pub(super) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}
