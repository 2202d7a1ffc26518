//! An open snapshot and its look-ups, which decode one block, straight from the bytes.

mod audit;
mod open;

pub use open::Serves;

use super::block::{Fields, Holder, Row, Tables};
use super::files::Files;
use super::group::{Hit, Placed};
use super::holders;
use super::layout::{Directory, Group, HOLDER_ROWS, NO_PRODUCT, Numbering};
use super::part::Part;
use super::symbols::REMOVED;
use super::write::Line;
use crate::date::Instant;
use crate::declaration::{DeclarationId, DeclarationKey};
use crate::number::CccNumber;
use crate::reference::Reference;
use crate::register::{Found, LookupError, Paper, Parties, Record, Register, Sought, Standing, Wanted};
use crate::trust::{PartRef, Refusal, RowKey, VerifiedHead};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A snapshot whose head was verified, with the delta that leads from it to the newest state. Every byte of it is checked
/// against what was signed before it is read.
#[derive(Clone, Debug)]
pub struct Snapshot {
    head: VerifiedHead,
    reference: Box<Reference>,
    /// Without its chunks, which `files` has.
    directory: Box<Directory>,
    /// How many blocks of rows there are before those of holders.
    row_blocks: u32,
    /// The decoders of each model.
    models: Vec<Tables>,
    /// Where each group begins.
    firsts: Vec<First>,
    /// Keyspace and year of each group, as one number.
    spaces: Vec<u32>,
    /// Chunks of rows, then chunks of holders.
    files: Files,
    parts: Vec<Option<Part>>,
}

/// Where a group begins: its first block, its first row, the first and the last chunk with rows of it, and its first day.
#[derive(Clone, Copy, Debug, Default)]
struct First {
    block: u32,
    row: u64,
    chunks: (usize, usize),
    /// The day from which it counts.
    day: i32,
}

const SNAPSHOT: Refusal = Refusal::Malformed { part: "snapshot" };

/// What the head says of the parts of the delta.
fn part_refs(head: &VerifiedHead) -> &[PartRef] {
    head.manifest().delta.as_ref().map(|delta| delta.parts.as_slice()).unwrap_or_default()
}

/// The key of a number in a group.
struct Key {
    space: u8,
    year: u16,
    /// The place of its group in the directory, if the base has it.
    group: Option<usize>,
    numbering: Numbering,
    key: u64,
    product: Option<u16>,
}

impl Snapshot {
    pub(super) fn directory(&self) -> &Directory {
        &self.directory
    }

    #[inline]
    fn placed(&self, place: usize) -> Option<Placed<'_>> {
        let (group, first) = (self.directory.groups.get(place)?, self.firsts.get(place)?);
        Some(Placed {
            group,
            first_block: first.block,
            chunks: first.chunks,
            tables: self.tables(group)?,
            frame: self.directory.frame(false),
            block_rows: u32::from(self.directory.block_rows),
            first_day: first.day,
        })
    }

    fn placed_in<'a>(&'a self, part: &'a Part, group: &'a Group) -> Result<Placed<'a>, LookupError> {
        let tables = self.tables(group).ok_or(LookupError::Malformed)?;
        Ok(part.placed(group, tables, self.directory.frame(true), &self.directory))
    }

    #[inline]
    fn tables(&self, group: &Group) -> Option<&Tables> {
        self.models.get(usize::from(group.model))
    }

    #[inline]
    #[cfg_attr(module, optimize(speed))]
    fn key(&self, sought: Sought) -> Key {
        let (space, year, serial, product) = match sought {
            Sought::Certificate(number) => {
                (number.body(), number.year(), u64::from(number.serial()), Some(number.product()))
            }
            Sought::Declaration(key) => (key.space(), 0, key.hash(), None),
        };
        let group = self.spaces.binary_search(&space_and_year(space, year)).ok();
        let numbering = self.directory.numbering(group, space);
        let key = numbering.key(serial, product.unwrap_or(NO_PRODUCT));
        Key { space, year, group, numbering, key, product }
    }

    /// How the keys of a group follow from numbers.
    pub(super) fn numbering(&self, space: u8, year: u16) -> Numbering {
        self.directory.numbering(self.directory.group(space, year), space)
    }

    /// How many parts begin at or before a row; the last of them may change it.
    fn parts_before(&self, space: u8, year: u16, key: u64) -> usize {
        let row = RowKey { body: space, year, key };
        part_refs(&self.head).partition_point(|part| part.from <= row)
    }

    /// The part that may change a key: its place, and the part if it is there.
    #[inline]
    fn part_of(&self, key: &Key) -> Option<(usize, Option<&Part>)> {
        let place = self.parts_before(key.space, key.year, key.key).checked_sub(1)?;
        Some((place, self.parts.get(place)?.as_ref()))
    }

    /// The part that may change a key, if there is one.
    #[inline]
    fn part(&self, key: &Key) -> Result<Option<&Part>, LookupError> {
        match self.part_of(key) {
            None => Ok(None),
            Some((_, Some(part))) => Ok(Some(part)),
            Some((_, None)) => Err(LookupError::Missing),
        }
    }

    /// The row of the base with a key, and what the delta says of it: what it made of the row, or the row that it adds. What it
    /// removed is as if it had never been there.
    #[cfg_attr(module, optimize(speed))]
    fn seek(&self, key: &Key) -> Result<(Option<Hit<'_>>, Option<Hit<'_>>), LookupError> {
        let part = self.part(key)?;
        let base = match key.group {
            None => None,
            Some(place) => self.placed(place).ok_or(LookupError::Malformed)?.find(&self.files, key.key, key.product)?,
        };
        let Some(part) = part else {
            return Ok((base, None));
        };
        if let Some(hit) = &base {
            let first = key.group.and_then(|place| self.firsts.get(place)).ok_or(LookupError::Malformed)?;
            let change = part.change(first.row + u64::from(hit.place), self.directory.frame(true), &self.directory)?;
            if change.is_none_or(|change| change.row.state.status() != REMOVED) {
                return Ok((base, change));
            }
        }
        let Some(group) = part.group(key.space, key.year) else {
            return Ok((None, None));
        };
        Ok((None, self.placed_in(part, group)?.find(part.files(), key.key, key.product)?))
    }

    /// Serial, product kind and all else of a row of the base, of one that the delta changed, or of one that it added. None if
    /// there is neither, or the delta removed it.
    fn complete(
        &self,
        numbering: Numbering,
        base: Option<&Hit<'_>>,
        change: Option<&Hit<'_>>,
        wanted: Wanted,
    ) -> Result<Option<(u64, u16, Complete)>, LookupError> {
        let base_day = self.directory.base_day;
        let fields = |row: &Row<'_>, base: Option<&Fields>| row.fields(base_day, base).ok_or(LookupError::Malformed);
        let (hit, fields, row) = match (base, change) {
            (None, None) => return Ok(None),
            (Some(base), Some(change)) => {
                if change.row.state.status() == REMOVED {
                    return Ok(None);
                }
                let before = fields(&base.row, None)?;
                let after = fields(&change.row, Some(&before))?;
                (base, after, if change.row.holder == Holder::Kept { &base.row } else { &change.row })
            }
            (Some(hit), None) | (None, Some(hit)) => (hit, fields(&hit.row, None)?, &hit.row),
        };
        let parties = match wanted {
            Wanted::Standing => Parties::default(),
            Wanted::Parties => self.parties(row)?,
        };
        let (serial, product) = numbering.number(hit.key, hit.row.product).ok_or(LookupError::Malformed)?;
        Ok(Some((serial, product, Complete { fields, parties })))
    }

    #[inline]
    fn parties(&self, row: &Row<'_>) -> Result<Parties, LookupError> {
        match row.holder {
            Holder::None => Ok(Parties::default()),
            Holder::Kept => Err(LookupError::Malformed),
            Holder::Inline(_) => row.inline_parties().ok_or(LookupError::Malformed),
            Holder::Place(place) => self.holder(place),
        }
    }

    fn holder(&self, place: u32) -> Result<Parties, LookupError> {
        let number = place / HOLDER_ROWS;
        let first = self.row_blocks;
        let block = first.checked_add(number).filter(|block| *block < self.files.blocks());
        let open = self.files.open(self.files.with_block(block.ok_or(LookupError::Malformed)?))?;
        let first_block = open.first_block.saturating_sub(first);
        let block = number.saturating_sub(first_block);
        let holders = self.directory.holders;
        holders::find(open.bytes, open.index, block, first_block, holders, place % HOLDER_ROWS)
            .ok_or(LookupError::Malformed)
    }
}

/// All that is known of a row beside its number.
struct Complete {
    fields: Fields,
    parties: Parties,
}

impl Complete {
    #[inline]
    fn record<N>(self, number: N) -> Record<N> {
        let Fields { status, provenance, issued_on, expires_on, status_since, model } = self.fields;
        Record { number, status, status_since, issued_on, expires_on, provenance, model, parties: self.parties }
    }

    fn line(self, space: u8, year: u16, serial: u64, product: u16) -> Line<'static> {
        let Fields { status, provenance, issued_on, expires_on, status_since, model } = self.fields;
        Line {
            space,
            year,
            serial,
            product,
            status,
            provenance,
            issued_on,
            expires_on,
            status_since,
            model: model.map(Cow::Owned),
            parties: self.parties,
        }
    }
}

/// A row's product kind, if it has one.
fn declared(key: DeclarationKey, product: u16) -> DeclarationId {
    DeclarationId { key, product: Some(product).filter(|product| *product < NO_PRODUCT) }
}

fn space_and_year(space: u8, year: u16) -> u32 {
    u32::from(space) << 16 | u32::from(year)
}

fn number(space: u8, year: u16, serial: u64, product: u16) -> Result<CccNumber, LookupError> {
    let serial = u32::try_from(serial).ok();
    serial.and_then(|serial| CccNumber::new(year, space, product, serial)).ok_or(LookupError::Malformed)
}

impl Register for Snapshot {
    fn standing(&self, now: Instant) -> Standing {
        let manifest = self.head.manifest();
        Standing {
            origin: manifest.origin.clone(),
            synthetic: self.head.keys().synthetic,
            sequence: manifest.sequence,
            as_of: manifest.as_of,
            age_seconds: now.seconds() - manifest.as_of.seconds(),
            freshness: self.head.freshness(now),
            first_seen: self.head.first_seen(),
        }
    }

    fn reference(&self) -> &Reference {
        &self.reference
    }

    fn find(&self, sought: impl Into<Sought>, wanted: Wanted) -> Result<Found, LookupError> {
        let sought = sought.into();
        let key = &self.key(sought);
        // By reference: in WebAssembly rows that are moved are copied.
        let rows = &self.seek(key);
        let (base, change) = rows.as_ref().map_err(|error| *error)?;
        if let Some((_, product, found)) = self.complete(key.numbering, base.as_ref(), change.as_ref(), wanted)? {
            let paper = match sought {
                Sought::Certificate(number) => Paper::Certificate(number),
                Sought::Declaration(key) => Paper::Declaration(declared(key, product)),
            };
            return Ok(Found::Record(found.record(paper)));
        }
        let newer = self.part(key)?.and_then(|part| part.group(key.space, key.year));
        let group = newer.or(key.group.and_then(|place| self.directory.groups.get(place)));
        Ok(match group {
            Some(group) if group.complete => Found::Absent { lapsed_since: group.lapsed_since },
            _ => Found::NotCovered,
        })
    }
}
