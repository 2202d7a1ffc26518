//! Reading a snapshot, whole or chunk by chunk. Look-ups decode one block, straight from the bytes.

use super::blob::Blob;
use super::block::{Decoders, Fields, Frame, Holder, Row, Tables};
use super::content::{Content, ContentHash, Coverage, Declaration, DeclarationKey};
use super::files::Files;
use super::group::{Hit, Placed, blocks};
use super::holders;
use super::layout::{
    BLOCK_ROWS, Chunk, Directory, Group, HASHED, HOLDER_ROWS, MAGIC, MAX_RICE, MAX_TABLES, NO_PRODUCT, Numbering,
    Order, SERIALS, Steps, VERSION,
};
use super::part::{DELTA, Part};
use super::symbols::{REMOVED, group_day};
use super::write::Line;
use crate::date::Instant;
use crate::number::CccNumber;
use crate::reference::Reference;
use crate::register::{Found, LookupError, Parties, Record, Register, Standing, Wanted};
use crate::trust::{FileRef, PartRef, Refusal, RowKey, VerifiedHead, decode};
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::mem;

/// A snapshot whose head was verified, with the delta that leads from it to the newest state. Every byte of it is checked
/// against what was signed before it is read.
#[derive(Clone, Debug)]
pub struct Snapshot {
    head: VerifiedHead,
    reference: Reference,
    /// Without its chunks, which `files` has.
    directory: Directory,
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

const DIRECTORY: Refusal = Refusal::Malformed { part: "directory" };
const SNAPSHOT: Refusal = Refusal::Malformed { part: "snapshot" };

impl Group {
    fn coverage(&self) -> Coverage {
        let Self { space, year, complete, lapsed_since, .. } = *self;
        Coverage { body: space, year, complete, lapsed_since }
    }

    /// Whether they ascend, name models that are there, and are within their limits.
    pub(super) fn are_sound(groups: &[Self], models: usize) -> bool {
        groups.is_sorted_by(|left, right| (left.space, left.year) < (right.space, right.year))
            && groups.iter().all(|group| usize::from(group.model) < models && group.is_sound())
    }

    fn is_sound(&self) -> bool {
        let Numbering { order, start } = self.numbering;
        let by_hash = order == Order::Hash;
        let can_start = if order == Order::Serial { u64::from(start) < SERIALS } else { start == 0 };
        by_hash == (self.space >= HASHED)
            && can_start
            && self.year <= if by_hash { 0 } else { 9_999 }
            && self.rice <= if self.steps == Steps::Bits { 0 } else { MAX_RICE }
    }
}

/// How many blocks there are; none if one of the chunks has none.
fn in_chunks(chunks: &[Chunk]) -> Option<u64> {
    let has_blocks = chunks.iter().all(|chunk| chunk.blocks > 0);
    has_blocks.then(|| chunks.iter().map(|chunk| u64::from(chunk.blocks)).sum())
}

impl Directory {
    fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let (version, rest) = bytes.strip_prefix(&MAGIC).and_then(<[u8]>::split_first).ok_or(DIRECTORY)?;
        if *version != VERSION {
            return Err(Refusal::UnsupportedFormat { part: "directory", version: u16::from(*version) });
        }
        let directory: Self = decode(rest, "directory")?;
        if let Some(section) = directory.sections.iter().find(|section| section.critical) {
            return Err(Refusal::UnknownSection { tag: section.tag });
        }
        if directory.is_sound() { Ok(directory) } else { Err(DIRECTORY) }
    }

    fn is_sound(&self) -> bool {
        let rows = u32::from(self.block_rows);
        let row_blocks: u64 = self.groups.iter().map(|group| u64::from(blocks(group.rows, rows))).sum();
        let holder_blocks = u64::from(blocks(self.holders, HOLDER_ROWS));
        BLOCK_ROWS.contains(&self.block_rows)
            && self.codes.len() <= MAX_TABLES
            && Group::are_sound(&self.groups, self.models.len())
            && self.sections.is_sorted_by(|left, right| left.tag < right.tag)
            && in_chunks(&self.chunks) == Some(row_blocks)
            && in_chunks(&self.holder_chunks) == Some(holder_blocks)
            && u32::try_from(row_blocks + holder_blocks).is_ok()
    }

    /// The place of a group.
    pub(super) fn group(&self, space: u8, year: u16) -> Option<usize> {
        self.groups.binary_search_by_key(&(space, year), |group| (group.space, group.year)).ok()
    }

    /// How the keys of the group at a place follow from numbers; in one that is not there they are the serials.
    pub(super) fn numbering(&self, group: Option<usize>, space: u8) -> Numbering {
        let order = if space >= HASHED { Order::Hash } else { Order::Serial };
        group.and_then(|place| self.groups.get(place)).map_or(Numbering { order, start: 0 }, |group| group.numbering)
    }

    fn frame(&self, inline: bool) -> Frame {
        Frame { holder_bits: holders::reference_bits(self.holders), inline }
    }
}

/// Which of the open files are those that a head leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serves {
    /// The reference tables.
    pub reference: bool,
    /// The snapshot.
    pub base: bool,
    /// The delta.
    pub delta: bool,
}

/// The reference tables in the file that was signed.
fn tables(blob: Option<Blob>, signed: FileRef) -> Result<Reference, Refusal> {
    let blob = blob.ok_or(Refusal::Size { expected: signed.size, found: 0 })?;
    let reference: Reference = decode(&blob.open(signed)?, "reference tables")?;
    reference.catalogue.check().map_err(|_| Refusal::Malformed { part: "catalogue" })?;
    Ok(reference)
}

/// What the head says of the parts of the delta.
fn part_refs(head: &VerifiedHead) -> &[PartRef] {
    head.manifest().delta.as_ref().map(|delta| delta.parts.as_slice()).unwrap_or_default()
}

/// The parts of the delta that was signed.
fn parts(head: &VerifiedHead, delta: Option<Blob>, base: &Directory) -> Result<Vec<Option<Part>>, Refusal> {
    let signed = head.manifest().delta.as_ref().map(|delta| delta.file);
    let (signed, delta) = match (signed, delta) {
        (None, None) => return Ok(Vec::new()),
        (Some(signed), Some(delta)) => (signed, delta),
        (signed, delta) => {
            let size = |file: Option<FileRef>| file.map_or(0, |file| file.size);
            return Err(Refusal::Size { expected: size(signed), found: size(delta.map(|delta| delta.file())) });
        }
    };
    let bytes = delta.open(signed)?;
    let mut rest = bytes.as_slice();
    let mut parts = Vec::new();
    for part in part_refs(head) {
        let size = usize::try_from(part.file.size).map_err(|_| DELTA)?;
        let (bytes, after) = rest.split_at_checked(size).ok_or(DELTA)?;
        parts.push(Some(Part::open(bytes.to_vec(), base)?));
        rest = after;
    }
    Ok(parts)
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
    /// Opens the files that a verified head leads to: reference tables, snapshot and, if there is one, delta.
    ///
    /// # Errors
    /// [`Refusal::Size`] and [`Refusal::Hash`] if they are not those files, [`Refusal::Malformed`],
    /// [`Refusal::UnsupportedFormat`] and [`Refusal::UnknownSection`] if the signer wrote what this reader cannot read.
    pub fn open(head: VerifiedHead, reference: Blob, snapshot: Blob, delta: Option<Blob>) -> Result<Self, Refusal> {
        Self::new(head, reference, snapshot, Some(delta))
    }

    /// Opens the reference tables and the directory that a verified head leads to. What a look-up needs beside them is said by
    /// [`needs`](Self::needs) and given by [`supply`](Self::supply).
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn lazy(head: VerifiedHead, reference: Blob, directory: Blob) -> Result<Self, Refusal> {
        Self::new(head, reference, directory, None)
    }

    /// Opens a snapshot with its delta, or without one a directory.
    fn new(head: VerifiedHead, reference: Blob, base: Blob, delta: Option<Option<Blob>>) -> Result<Self, Refusal> {
        let manifest = head.manifest();
        let signed = manifest.directory;
        let file = base.open(if delta.is_some() { manifest.snapshot } else { signed })?;
        let size = usize::try_from(signed.size).map_err(|_| SNAPSHOT)?;
        // A snapshot was signed as a whole; whether its directory has the hash that is signed for it alone is for audits.
        let mut directory = Directory::read(file.get(..size).ok_or(SNAPSHOT)?)?;
        let mut chunks = mem::take(&mut directory.chunks);
        chunks.append(&mut directory.holder_chunks);
        let mut files = Files::missing(&chunks);
        let parts = match delta {
            Some(delta) => {
                files.fill(file, size).ok_or(SNAPSHOT)?;
                parts(&head, delta, &directory)?
            }
            None => part_refs(&head).iter().map(|_| None).collect(),
        };
        let reference = tables(Some(reference), manifest.reference)?;
        // All chunks together are what was signed, so nobody holds more than that, whatever the directory repeats.
        let mut total = Some(signed.size);
        for chunk in &chunks {
            total = total.and_then(|total| total.checked_add(chunk.file.size));
        }
        if total != Some(manifest.snapshot.size) {
            return Err(DIRECTORY);
        }
        let decoders = Decoders::new(&directory.codes).ok_or(DIRECTORY)?;
        let mut models = Vec::new();
        for model in &directory.models {
            models.push(decoders.tables(model).ok_or(DIRECTORY)?);
        }
        let (mut firsts, mut spaces) = (Vec::new(), Vec::new());
        let (mut block, mut row) = (0, 0);
        for group in &directory.groups {
            let end = block + blocks(group.rows, directory.block_rows.into());
            let chunks = (files.with_block(block), files.with_block(end.saturating_sub(1)));
            firsts.push(First { block, row, chunks, day: group_day(group.year, directory.base_day) });
            spaces.push(space_and_year(group.space, group.year));
            (block, row) = (end, row + u64::from(group.rows));
        }
        Ok(Self { head, reference, directory, row_blocks: block, models, firsts, spaces, files, parts })
    }

    /// The same base under a newer head. Reference tables and delta are needed only where the head leads to other ones; of a
    /// snapshot that is read chunk by chunk, the parts of the delta are supplied like its chunks.
    ///
    /// # Errors
    /// [`Refusal::Hash`] if the head leads to another base; as [`open`](Self::open) for reference tables and delta.
    pub fn renew(mut self, head: VerifiedHead, reference: Option<Blob>, delta: Option<Blob>) -> Result<Self, Refusal> {
        self.follow(head, reference, delta).map(|()| self)
    }

    /// As [`renew`](Self::renew). After a refusal it must not be read.
    pub(crate) fn follow(
        &mut self,
        head: VerifiedHead,
        reference: Option<Blob>,
        delta: Option<Blob>,
    ) -> Result<(), Refusal> {
        let serves = self.serves(&head);
        if !serves.base {
            return Err(Refusal::Hash);
        }
        if !serves.reference {
            self.reference = tables(reference, head.manifest().reference)?;
        }
        let mut held = mem::take(&mut self.parts);
        for part in part_refs(&head) {
            let place = part_refs(&self.head).iter().position(|own| own.file == part.file);
            self.parts.push(place.and_then(|place| held.get_mut(place)?.take()));
        }
        self.head = head;
        if self.files.is_whole() && !serves.delta {
            self.parts = parts(&self.head, delta, &self.directory)?;
        }
        Ok(())
    }

    /// Which of the open files a head leads to.
    #[must_use]
    pub fn serves(&self, head: &VerifiedHead) -> Serves {
        let (own, other) = (self.head.manifest(), head.manifest());
        Serves {
            reference: own.reference == other.reference,
            base: (own.directory, own.snapshot) == (other.directory, other.snapshot),
            delta: own.delta == other.delta,
        }
    }

    /// The head through which it was opened.
    #[must_use]
    pub fn head(&self) -> &VerifiedHead {
        &self.head
    }

    /// The files that must be supplied before [`find`](Register::find) can answer for a number, as far as that can be said
    /// now: ask again when they are there, until there are none. `wanted` says whether the companies are asked for.
    #[must_use]
    pub fn needs(&self, number: CccNumber, wanted: Wanted) -> Vec<FileRef> {
        self.needs_for(&self.key(number), wanted)
    }

    /// As [`needs`](Self::needs), for [`find_declaration`](Self::find_declaration).
    #[must_use]
    pub fn needs_for_declaration(&self, key: DeclarationKey, wanted: Wanted) -> Vec<FileRef> {
        self.needs_for(&self.declaration_key(key), wanted)
    }

    /// All files that were not yet supplied, for audits.
    #[must_use]
    pub fn missing(&self) -> Vec<FileRef> {
        let parts = (0..self.parts.len()).filter_map(|part| self.needed_part(part));
        parts.chain(self.files.missing_chunks()).collect()
    }

    fn needs_for(&self, key: &Key, wanted: Wanted) -> Vec<FileRef> {
        let mut needed: Vec<FileRef> =
            self.part_of(key).and_then(|(part, _)| self.needed_part(part)).into_iter().collect();
        if let Some(placed) = key.group.and_then(|place| self.placed(place)) {
            needed.extend(placed.chunks(&self.files, key.key).filter_map(|chunk| self.files.needed(chunk)));
        }
        if needed.is_empty() && wanted == Wanted::Parties {
            needed.extend(self.holder_chunk(key).and_then(|chunk| self.files.needed(chunk)));
        }
        needed
    }

    /// The chunk of holders in which the companies behind a number stand.
    fn holder_chunk(&self, key: &Key) -> Option<usize> {
        let (base, change) = self.seek(key).ok()?;
        let holder = match (base, change) {
            (Some(base), Some(change)) if change.row.holder == Holder::Kept => base.row.holder,
            (_, Some(hit)) | (Some(hit), None) => hit.row.holder,
            (None, None) => return None,
        };
        let Holder::Place(place) = holder else {
            return None;
        };
        Some(self.files.with_block(self.row_blocks.checked_add(place / HOLDER_ROWS)?))
    }

    /// Takes a file that was needed.
    ///
    /// # Errors
    /// [`Refusal::Hash`] if no file of this size and hash was signed, [`Refusal::Malformed`] if the signer wrote what this
    /// reader cannot read.
    pub fn supply(&mut self, blob: Blob) -> Result<(), Refusal> {
        let file = blob.file();
        let bytes = blob.open(file)?;
        let mut is_part = false;
        // A file stands wherever it was signed for, or a reader would ask for it forever.
        for (slot, _) in self.parts.iter_mut().zip(part_refs(&self.head)).filter(|(_, part)| part.file == file) {
            *slot = Some(Part::open(bytes.clone(), &self.directory)?);
            is_part = true;
        }
        match self.files.supply(file, &bytes) {
            Some(true) => Ok(()),
            Some(false) => Err(Refusal::Malformed { part: "chunk" }),
            None if is_part => Ok(()),
            None => Err(Refusal::Hash),
        }
    }

    /// How many rows the snapshot has, the delta not counted.
    #[must_use]
    pub fn base_rows(&self) -> u64 {
        self.directory.groups.iter().map(|group| u64::from(group.rows)).sum()
    }

    /// How many certificates there are, the delta applied.
    ///
    /// # Errors
    /// [`LookupError::Missing`] if a part of the delta is not there.
    pub fn certificates(&self) -> Result<u64, LookupError> {
        let certificates = |groups: &[Group]| -> u64 {
            groups.iter().filter(|group| group.space < HASHED).map(|group| u64::from(group.rows)).sum()
        };
        let base = certificates(&self.directory.groups);
        let mut all = base;
        for part in self.all_parts()? {
            let mut removed = 0;
            part.each_change(self.directory.frame(true), &self.directory, |hit| {
                // The rows of certificates stand before those of declarations.
                removed += u64::from(hit.key < base && hit.row.state.status() == REMOVED);
                Ok(())
            })?;
            all = (all + certificates(part.groups())).saturating_sub(removed);
        }
        Ok(all)
    }

    /// What it claims to know, by body and year, ascending.
    ///
    /// # Errors
    /// [`LookupError::Missing`] if a part of the delta is not there.
    pub fn coverage(&self) -> Result<Vec<Coverage>, LookupError> {
        let mut all = BTreeMap::new();
        let parts: Vec<&Part> = self.all_parts()?;
        for group in self.directory.groups.iter().chain(parts.iter().flat_map(|part| part.groups())) {
            all.insert((group.space, group.year), group.coverage());
        }
        Ok(all.into_values().collect())
    }

    /// The whole content, for audits: certificates and declarations ascending by body, year, serial and product kind.
    ///
    /// # Errors
    /// [`LookupError`] if something is malformed or not there.
    pub fn content(&self) -> Result<Content, LookupError> {
        let mut content = Content { coverage: self.coverage()?, ..Content::default() };
        self.each(|line, declared| match (line, declared) {
            (Some(record), None) => content.records.push(record),
            (_, Some(declaration)) => content.declarations.push(declaration),
            (None, None) => {}
        })?;
        Ok(content)
    }

    /// Whether everything is as it was signed: the directory, every chunk and every part has its hash, and the content its.
    ///
    /// # Errors
    /// [`Refusal::Hash`] if the directory, a chunk, a part or the content differs from what was signed for it,
    /// [`Refusal::Malformed`] if something cannot be read.
    pub fn audit(&self) -> Result<(), Refusal> {
        let malformed = |_| SNAPSHOT;
        let manifest = self.head.manifest();
        let size = usize::try_from(manifest.directory.size).map_err(|_| SNAPSHOT)?;
        if self.files.is_whole() && self.files.whole().get(..size).map(FileRef::of) != Some(manifest.directory) {
            return Err(Refusal::Hash);
        }
        for (signed, open) in self.files.signed() {
            if FileRef::of(open.map_err(malformed)?.bytes) != signed {
                return Err(Refusal::Hash);
            }
        }
        for (part, signed) in self.all_parts().map_err(malformed)?.into_iter().zip(part_refs(&self.head)) {
            if FileRef::of(part.files().whole()) != signed.file {
                return Err(Refusal::Hash);
            }
        }
        if !self.holders().map_err(malformed)?.is_sorted_by(|left, right| left < right) {
            return Err(SNAPSHOT);
        }
        if self.content_hash().map_err(malformed)? != manifest.content {
            return Err(Refusal::Hash);
        }
        Ok(())
    }

    /// The hash of the content, to be compared with the manifest's.
    ///
    /// # Errors
    /// As [`content`](Self::content).
    pub fn content_hash(&self) -> Result<[u8; 32], LookupError> {
        let mut hash = ContentHash::new(&self.coverage()?);
        self.each(|record, declaration| {
            if let Some(record) = &record {
                hash.add(&Line::of_record(record));
            }
            if let Some(declaration) = &declaration {
                hash.add(&Line::of_declaration(declaration));
            }
        })?;
        Ok(hash.finish())
    }

    /// Visits every line, ascending.
    fn each(&self, mut visit: impl FnMut(Option<Record>, Option<Declaration>)) -> Result<(), LookupError> {
        let malformed = LookupError::Malformed;
        let parts = self.all_parts()?;
        let mut changes: BTreeMap<u64, (usize, Hit<'_>)> = BTreeMap::new();
        for (part, number) in parts.iter().zip(1..) {
            part.each_change(self.directory.frame(true), &self.directory, |hit| {
                changes.insert(hit.key, (number, hit)).map_or(Ok(()), |_| Err(malformed))
            })?;
        }
        for line in self.coverage()? {
            let (space, year) = (line.body, line.year);
            // Where look-ups would not see it, nothing counts: base and delta say one thing, however they are read.
            let is_seen_in = |number: usize, hit: &Hit<'_>| self.parts_before(space, year, hit.key) == number;
            let mut lines: Vec<(u64, u16, Complete)> = Vec::new();
            if let Some(place) = self.directory.group(space, year) {
                let first = self.firsts.get(place).copied().unwrap_or_default().row;
                let placed = self.placed(place).ok_or(malformed)?;
                let numbering = placed.group.numbering;
                placed.each(&self.files, |hit| {
                    let change = changes.remove(&(first + u64::from(hit.place)));
                    if change.is_some_and(|(number, _)| !is_seen_in(number, &hit)) {
                        return Err(malformed);
                    }
                    let change = change.map(|(_, change)| change);
                    lines.extend(self.complete(numbering, Some(&hit), change.as_ref(), Wanted::Parties)?);
                    Ok(())
                })?;
            }
            for (part, number) in parts.iter().zip(1..) {
                if let Some(group) = part.group(space, year) {
                    let placed = self.placed_in(part, group)?;
                    placed.each(part.files(), |hit| {
                        if !is_seen_in(number, &hit) {
                            return Err(malformed);
                        }
                        lines.extend(self.complete(group.numbering, None, Some(&hit), Wanted::Parties)?);
                        Ok(())
                    })?;
                }
            }
            lines.sort_by_key(|(serial, product, _)| (*serial, *product));
            // A declaration is looked up by its serial alone.
            let key =
                |(serial, product, _): &(u64, u16, Complete)| (*serial, if space < HASHED { *product } else { 0 });
            if !lines.is_sorted_by(|left, right| key(left) < key(right)) || !self.is_stated_alike(&parts, &line) {
                return Err(malformed);
            }
            for (serial, product, complete) in lines {
                if space >= HASHED {
                    let key = DeclarationKey::from_parts(space, serial).ok_or(LookupError::Malformed)?;
                    visit(None, Some(complete.declaration(key, product)));
                } else {
                    visit(Some(complete.record(number(space, year, serial, product)?)), None);
                }
            }
        }
        // What is left changes rows that are not there.
        if changes.is_empty() { Ok(()) } else { Err(malformed) }
    }

    /// Whether look-ups learn the same coverage of a group from every part in which its rows may stand.
    fn is_stated_alike(&self, parts: &[&Part], line: &Coverage) -> bool {
        let (space, year) = (line.body, line.year);
        let base = self.directory.group(space, year).and_then(|place| self.directory.groups.get(place));
        (self.parts_before(space, year, 0)..=self.parts_before(space, year, u64::MAX)).all(|number| {
            let part = number.checked_sub(1).and_then(|place| parts.get(place));
            let group = part.and_then(|part| part.group(space, year)).or(base);
            let none = Coverage { complete: false, lapsed_since: None, ..*line };
            group.map_or(none, Group::coverage) == *line
        })
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// What the base claims to know, its delta aside.
    pub(super) fn base_coverage(&self) -> Vec<Coverage> {
        self.directory.groups.iter().map(Group::coverage).collect()
    }

    /// The rows of the base with their places, its delta aside; ascending by body, year, serial and product kind.
    pub(super) fn base_lines(&self) -> Result<Vec<(u64, Line<'static>)>, LookupError> {
        let mut lines = Vec::new();
        for (place, group) in self.directory.groups.iter().enumerate() {
            let placed = self.placed(place).ok_or(LookupError::Malformed)?;
            let first = self.firsts.get(place).copied().unwrap_or_default().row;
            placed.each(&self.files, |hit| {
                let found = self.complete(group.numbering, Some(&hit), None, Wanted::Parties)?;
                let (serial, product, complete) = found.ok_or(LookupError::Malformed)?;
                lines.push((first + u64::from(hit.place), complete.line(group.space, group.year, serial, product)));
                Ok(())
            })?;
        }
        lines.sort_by_key(|(_, line)| line.order());
        Ok(lines)
    }

    /// The dictionary of holders.
    pub(super) fn holders(&self) -> Result<Vec<Parties>, LookupError> {
        (0..self.directory.holders).map(|place| self.holder(place)).collect()
    }

    fn all_parts(&self) -> Result<Vec<&Part>, LookupError> {
        self.parts.iter().map(|part| part.as_ref().ok_or(LookupError::Missing)).collect()
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
    fn key(&self, number: CccNumber) -> Key {
        let (space, year) = (number.body(), number.year());
        let group = self.spaces.binary_search(&space_and_year(space, year)).ok();
        let numbering = self.directory.numbering(group, space);
        let key = numbering.key(u64::from(number.serial()), number.product());
        Key { space, year, group, numbering, key, product: Some(number.product()) }
    }

    fn declaration_key(&self, key: DeclarationKey) -> Key {
        let (space, hash) = key.parts();
        let numbering = Numbering { order: Order::Hash, start: 0 };
        Key { space, year: 0, group: self.directory.group(space, 0), numbering, key: hash, product: None }
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

    fn needed_part(&self, place: usize) -> Option<FileRef> {
        if self.parts.get(place)?.is_some() {
            return None;
        }
        Some(self.head.manifest().delta.as_ref()?.parts.get(place)?.file)
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
            Some(place) => {
                let placed = self.placed(place).ok_or(LookupError::Malformed)?;
                placed.find(&self.files, key.key, key.product)?.map(|hit| (place, hit))
            }
        };
        let Some(part) = part else {
            return Ok((base.map(|(_, hit)| hit), None));
        };
        if let Some((place, hit)) = base {
            let first = self.firsts.get(place).map_or(0, |first| first.row);
            let change = part.change(first + u64::from(hit.place), self.directory.frame(true), &self.directory)?;
            if change.is_none_or(|change| change.row.state.status() != REMOVED) {
                return Ok((Some(hit), change));
            }
        }
        let Some(group) = part.group(key.space, key.year) else {
            return Ok((None, None));
        };
        Ok((None, self.placed_in(part, group)?.find(part.files(), key.key, key.product)?))
    }

    /// What is known of a key, or what the register knows of its group.
    fn look(&self, key: &Key, wanted: Wanted) -> Result<Result<(u64, u16, Complete), Found>, LookupError> {
        let (base, change) = self.seek(key)?;
        if let Some(found) = self.complete(key.numbering, base.as_ref(), change.as_ref(), wanted)? {
            return Ok(Ok(found));
        }
        let newer = self.part(key)?.and_then(|part| part.group(key.space, key.year));
        let group = newer.or(key.group.and_then(|place| self.directory.groups.get(place)));
        Ok(Err(match group {
            Some(group) if group.complete => Found::Absent { lapsed_since: group.lapsed_since },
            _ => Found::NotCovered,
        }))
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

    /// What the register says of a self-declaration or an instrument of another scheme.
    ///
    /// # Errors
    /// [`LookupError`] if it cannot answer; that is never "not found".
    pub fn find_declaration(&self, key: DeclarationKey, wanted: Wanted) -> Result<FoundDeclaration, LookupError> {
        let place = self.declaration_key(key);
        Ok(match self.look(&place, wanted)? {
            Ok((_, product, complete)) => FoundDeclaration::Declaration(complete.declaration(key, product)),
            Err(Found::Absent { .. }) => FoundDeclaration::Absent,
            Err(_) => FoundDeclaration::NotCovered,
        })
    }
}

/// What a look-up of a declaration found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundDeclaration {
    /// The declaration.
    Declaration(Declaration),
    /// The register is complete for this keyspace, and has no such number.
    Absent,
    /// The register does not claim to know this keyspace in full.
    NotCovered,
}

/// All that is known of a row beside its number.
struct Complete {
    fields: Fields,
    parties: Parties,
}

impl Complete {
    #[inline]
    fn record(self, number: CccNumber) -> Record {
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

    fn declaration(self, key: DeclarationKey, product: u16) -> Declaration {
        let Fields { status, provenance, issued_on, expires_on, status_since, model } = self.fields;
        Declaration {
            key,
            product: Some(product).filter(|product| *product < NO_PRODUCT),
            status,
            status_since,
            issued_on,
            expires_on,
            provenance,
            model,
            parties: self.parties,
        }
    }
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

    fn find(&self, number: CccNumber, wanted: Wanted) -> Result<Found, LookupError> {
        Ok(match self.look(&self.key(number), wanted)? {
            Ok((_, _, complete)) => Found::Record(complete.record(number)),
            Err(found) => found,
        })
    }
}
