//! What a snapshot is made of, whatever its layout, and the hash by which two of them are compared.

use super::layout::{HASHED, MAX_KEY, NO_PRODUCT};
use super::write::Line;
use crate::date::Day;
use crate::register::{Parties, Provenance, Record, Status};
use crate::text::{half_width, is_compared, lower};
use alloc::borrow::Cow;
use alloc::string::String;
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
    /// The certification body's two digits; from [`HASHED`] on the keyspace of a [`DeclarationKey`].
    pub body: u8,
    /// The year in the certificate numbers; 0 for hashed keyspaces.
    pub year: u16,
    /// Whether every instrument in force is among the records.
    pub complete: bool,
    /// The first day of which lapsed instruments (expired, cancelled, revoked) are there; all if missing.
    pub lapsed_since: Option<Day>,
}

/// The number of an instrument that has no known grammar, as it is looked up: hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclarationKey {
    space: u8,
    hash: u64,
}

impl DeclarationKey {
    /// The key of a self-declaration (自我声明) by its number, however it is written; none if nothing is left of it.
    #[must_use]
    pub fn self_declaration(number: &str) -> Option<Self> {
        Self::of(HASHED, number)
    }

    /// The key of a number in a keyspace from [`HASHED`] on: the first 48 bits of SHA-256 over the number in half width
    /// and lower case, as far as texts are compared, after a heading and the keyspace.
    #[must_use]
    pub fn of(space: u8, number: &str) -> Option<Self> {
        const LONGEST: usize = 100;
        let plain: String = number
            .chars()
            .map(|character| lower(half_width(character)))
            .filter(|character| is_compared(*character))
            .take(LONGEST)
            .collect();
        if plain.is_empty() || space < HASHED {
            return None;
        }
        let digest =
            Sha256::new().chain_update(b"cccheck/3/number\n").chain_update([space]).chain_update(plain).finalize();
        let hash = digest.iter().take(6).fold(0, |hash, byte| hash << 8 | u64::from(*byte));
        Some(Self { space, hash })
    }

    /// The 48 bits by which it is looked up in its keyspace.
    #[must_use]
    pub fn hash(self) -> u64 {
        self.hash
    }

    pub(super) fn parts(self) -> (u8, u64) {
        (self.space, self.hash)
    }

    pub(super) fn from_parts(space: u8, hash: u64) -> Option<Self> {
        (space >= HASHED && hash <= MAX_KEY).then_some(Self { space, hash })
    }
}

/// A self-declaration, or an instrument of another scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its hashed number.
    pub key: DeclarationKey,
    /// The product kind, if it states one.
    pub product: Option<u16>,
    /// Its standing.
    pub status: Status,
    /// Since when.
    pub status_since: Option<Day>,
    /// When it was made.
    pub issued_on: Option<Day>,
    /// Its last day, if it has one.
    pub expires_on: Option<Day>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The models, as far as they are given.
    pub model: Option<String>,
    /// The companies behind it.
    pub parties: Parties,
}

impl<'a> Line<'a> {
    pub(super) fn of_record(record: &'a Record) -> Self {
        let number = record.number;
        Self {
            space: number.body(),
            year: number.year(),
            serial: u64::from(number.serial()),
            product: number.product(),
            status: record.status,
            provenance: record.provenance,
            issued_on: record.issued_on,
            expires_on: record.expires_on,
            status_since: record.status_since,
            model: text(record.model.as_deref()),
            parties: record.parties,
        }
    }

    pub(super) fn of_declaration(declaration: &'a Declaration) -> Self {
        Self {
            space: declaration.key.space,
            year: 0,
            serial: declaration.key.hash,
            product: declaration.product.unwrap_or(NO_PRODUCT),
            status: declaration.status,
            provenance: declaration.provenance,
            issued_on: declaration.issued_on,
            expires_on: declaration.expires_on,
            status_since: declaration.status_since,
            model: text(declaration.model.as_deref()),
            parties: declaration.parties,
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
