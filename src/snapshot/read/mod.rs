//! An open snapshot and its look-ups, which decode one block, straight from the bytes.

mod audit;
mod open;

pub use open::Serves;

use super::block::{Fields, Holder, Row, Tables};
use super::files::Files;
use super::group::{Hit, Placed, Site};
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
    /// How many chunks of rows there are before those of holders.
    row_chunks: usize,
    /// The decoders of each model.
    models: Vec<Tables>,
    /// Where each group stands, and how many rows there are before it.
    sites: Vec<(Site, u64)>,
    /// Keyspace and year of each group, as one number.
    spaces: Vec<u32>,
    /// By keyspace, the first year of it or of the next that has groups, and the place of that group. Mostly the years follow each
    /// other, so another one is looked for where it then is.
    first_years: Vec<(u16, u16)>,
    /// Chunks of rows, then chunks of holders.
    files: Files,
    parts: Vec<Option<Part>>,
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
    key: u64,
    product: Option<u16>,
}

/// What was found: the row of the base, and what the delta made of it, or the row that it adds.
#[derive(Default)]
struct Pair<'a> {
    base: Option<Hit<'a>>,
    change: Option<Hit<'a>>,
}

impl Snapshot {
    pub(super) fn directory(&self) -> &Directory {
        &self.directory
    }

    #[inline]
    fn placed(&self, place: usize) -> Option<Placed<'_>> {
        let (group, (site, _)) = (self.directory.groups.get(place)?, self.sites.get(place)?);
        let (tables, frame) = (self.tables(group)?, self.directory.frame(false));
        Some(Placed { group, site: *site, tables, frame, block_rows: self.directory.block_rows })
    }

    /// How many rows of the base there are before a group.
    fn rows_before(&self, group: usize) -> u64 {
        self.sites.get(group).map_or(0, |(_, rows)| *rows)
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
        let group = self.group(space, year);
        let numbering = self.directory.numbering(group, space);
        let key = numbering.key(serial, product.unwrap_or(NO_PRODUCT));
        Key { space, year, group, key, product }
    }

    /// The place of a group.
    #[inline]
    fn group(&self, space: u8, year: u16) -> Option<usize> {
        let (first_year, place) = self.first_years.get(usize::from(space))?;
        let likely = usize::from(place.wrapping_add(year.wrapping_sub(*first_year)));
        let sought = space_and_year(space, year);
        match self.spaces.get(likely) {
            Some(space) if *space == sought => Some(likely),
            _ => self.spaces.binary_search(&sought).ok(),
        }
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

    /// Finds the row of the base with a key, and what the delta says of it. What it removed is as if it had never been there.
    #[cfg_attr(module, optimize(speed))]
    fn seek<'a>(&'a self, key: &Key, pair: &mut Pair<'a>) -> Result<(), LookupError> {
        let part = self.part(key)?;
        if let Some(place) = key.group {
            let placed = self.placed(place).ok_or(LookupError::Malformed)?;
            placed.find(&self.files, key.key, key.product, &mut pair.base)?;
        }
        let Some(part) = part else {
            return Ok(());
        };
        if let (Some(hit), Some(place)) = (&pair.base, key.group) {
            let row = self.rows_before(place) + u64::from(hit.place);
            part.change(row, self.directory.frame(true), &self.directory, &mut pair.change)?;
            if pair.change.is_none_or(|change| change.row.state.status() != REMOVED) {
                return Ok(());
            }
        }
        *pair = Pair::default();
        if let Some(group) = part.group(key.space, key.year) {
            self.placed_in(part, group)?.find(part.files(), key.key, key.product, &mut pair.change)?;
        }
        Ok(())
    }

    /// Writes into an empty `complete` all that is said of a row of the base, of one that the delta changed, or of one that it added.
    /// Answers the row by which it is named; none if there is neither, or the delta removed it.
    #[cfg_attr(module, optimize(speed))]
    fn complete<'a, 'h>(
        &self,
        base: Option<&'a Hit<'h>>,
        change: Option<&'a Hit<'h>>,
        wanted: Wanted,
        complete: &mut Complete,
    ) -> Result<Option<&'a Hit<'h>>, LookupError> {
        let Some(hit) = base.or(change) else {
            return Ok(None);
        };
        let over = change.filter(|_| base.is_some());
        if over.is_some_and(|change| change.row.state.status() == REMOVED) {
            return Ok(None);
        }
        let base_day = self.directory.base_day;
        let Complete { fields, parties } = complete;
        hit.row.tell(base_day, false, fields).ok_or(LookupError::Malformed)?;
        let mut row = &hit.row;
        if let Some(change) = over {
            change.row.tell(base_day, true, fields).ok_or(LookupError::Malformed)?;
            if change.row.holder != Holder::Kept {
                row = &change.row;
            }
        }
        if wanted == Wanted::Parties {
            self.parties(row, parties)?;
        }
        Ok(Some(hit))
    }

    /// As [`complete`](Self::complete), with serial and product kind.
    fn numbered(
        &self,
        numbering: Numbering,
        base: Option<&Hit<'_>>,
        change: Option<&Hit<'_>>,
    ) -> Result<Option<(u64, u16, Complete)>, LookupError> {
        let mut complete = Complete::default();
        let Some(hit) = self.complete(base, change, Wanted::Parties, &mut complete)? else {
            return Ok(None);
        };
        let (serial, product) = numbering.number(hit.key, hit.row.product).ok_or(LookupError::Malformed)?;
        Ok(Some((serial, product, complete)))
    }

    #[inline]
    fn parties(&self, row: &Row<'_>, parties: &mut Parties) -> Result<(), LookupError> {
        match row.holder {
            Holder::None => {}
            Holder::Kept => return Err(LookupError::Malformed),
            Holder::Inline(_) => *parties = row.inline_parties().ok_or(LookupError::Malformed)?,
            Holder::Place(place) => self.holder(place, parties)?,
        }
        Ok(())
    }

    fn holder(&self, place: u32, parties: &mut Parties) -> Result<(), LookupError> {
        let number = place / HOLDER_ROWS;
        let block = self.row_blocks.checked_add(number).ok_or(LookupError::Malformed)?;
        let open = self.files.open(self.files.with_block(self.row_chunks, block))?;
        let first_block = open.first_block.saturating_sub(self.row_blocks);
        let block = number.saturating_sub(first_block);
        let holders = self.directory.holders;
        holders::find(open.bytes, open.index, block, first_block, holders, place % HOLDER_ROWS, parties)
            .ok_or(LookupError::Malformed)
    }
}

/// All that is known of a row beside its number.
#[derive(Default)]
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
        let pair = &mut Pair::default();
        self.seek(key, pair)?;
        let Pair { base, change } = &*pair;
        let mut complete = Complete::default();
        if let Some(hit) = self.complete(base.as_ref(), change.as_ref(), wanted, &mut complete)? {
            let paper = match sought {
                Sought::Certificate(number) => Paper::Certificate(number),
                Sought::Declaration(key) => Paper::Declaration(declared(key, hit.row.product)),
            };
            return Ok(Found::Record(complete.record(paper)));
        }
        let newer = self.part(key)?.and_then(|part| part.group(key.space, key.year));
        let group = newer.or(key.group.and_then(|place| self.directory.groups.get(place)));
        Ok(match group {
            Some(group) if group.complete => Found::Absent { lapsed_since: group.lapsed_since },
            _ => Found::NotCovered,
        })
    }
}
