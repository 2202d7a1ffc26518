//! Opening the files that a head leads to, whole or chunk by chunk, and going on under a newer head.

use super::{Key, Pair, SNAPSHOT, Snapshot, part_refs, space_and_year};
use crate::reference::Reference;
use crate::register::{Sought, Wanted};
use crate::snapshot::blob::Blob;
use crate::snapshot::block::{Decoders, Holder};
use crate::snapshot::directory::DIRECTORY;
use crate::snapshot::files::Files;
use crate::snapshot::group::{Site, blocks};
use crate::snapshot::layout::{Directory, HOLDER_ROWS};
use crate::snapshot::part::{DELTA, Part};
use crate::snapshot::symbols::{group_day, working_day};
use crate::trust::{FileRef, Refusal, VerifiedHead, decode};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

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
fn tables(blob: Option<Blob>, signed: FileRef) -> Result<Box<Reference>, Refusal> {
    let blob = blob.ok_or(Refusal::Size { expected: signed.size, found: 0 })?;
    let reference: Box<Reference> = Box::new(decode(&blob.open(signed)?, "reference tables")?);
    reference.catalogue.check().map_err(|_| Refusal::Malformed { part: "catalogue" })?;
    Ok(reference)
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
        let bytes = file.get(..size).ok_or(SNAPSHOT)?;
        if delta.is_some() {
            FileRef::of(bytes).check(signed)?;
        }
        let mut directory = Directory::read(bytes)?;
        let mut chunks = mem::take(&mut directory.chunks);
        let row_chunks = chunks.len();
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
        let (mut sites, mut spaces, mut first_years) = (Vec::new(), Vec::new(), Vec::new());
        let (mut first_block, mut rows) = (0, 0);
        for group in &directory.groups {
            let end_block = first_block + blocks(group.rows, directory.block_rows.into());
            let chunks = (files.with_block(0, first_block), files.with_block(0, end_block.saturating_sub(1)));
            let first_day = group_day(group.year, directory.base_day);
            let first_working_day = working_day(first_day);
            sites.push((Site { first_block, end_block, chunks, first_day, first_working_day }, rows));
            let place = u16::try_from(spaces.len()).unwrap_or(u16::MAX);
            if first_years.len() <= usize::from(group.space) {
                first_years.resize(usize::from(group.space) + 1, (group.year, place));
            }
            spaces.push(space_and_year(group.space, group.year));
            (first_block, rows) = (end_block, rows + u64::from(group.rows));
        }
        let row_blocks = first_block;
        Ok(Self {
            head,
            reference,
            directory,
            row_blocks,
            row_chunks,
            models,
            sites,
            spaces,
            first_years,
            files,
            parts,
        })
    }

    /// The same base under a newer head; where that says less than the open one, of the same edition by an older freshness
    /// statement, nothing changes. Reference tables and delta are needed only where the head leads to other ones; of a
    /// snapshot that is read chunk by chunk, the parts of the delta are supplied like its chunks.
    ///
    /// # Errors
    /// [`Refusal::Hash`] if the head leads to another base; as [`open`](Self::open) for reference tables and delta.
    pub fn renew(mut self, head: VerifiedHead, reference: Option<Blob>, delta: Option<Blob>) -> Result<Self, Refusal> {
        let lacks_delta = self.files.is_whole() && !self.serves(&head).delta;
        self.follow(head, reference)?;
        if lacks_delta {
            self.parts = parts(&self.head, delta, &self.directory)?;
        }
        Ok(self)
    }

    /// As [`renew`](Self::renew), without a delta: the parts of another one are to be supplied. After a refusal it must not be
    /// read.
    pub(crate) fn follow(&mut self, head: VerifiedHead, reference: Option<Blob>) -> Result<(), Refusal> {
        if head.is_staler(&self.head) {
            return Ok(());
        }
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
        Ok(())
    }

    /// Which of the open files a head leads to.
    #[must_use]
    pub fn serves(&self, head: &VerifiedHead) -> Serves {
        let (own, other) = (self.head.manifest(), head.manifest());
        Serves {
            reference: own.reference == other.reference,
            base: own.directory == other.directory && own.snapshot == other.snapshot,
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
    pub fn needs(&self, sought: impl Into<Sought>, wanted: Wanted) -> Vec<FileRef> {
        let key = &self.key(sought.into());
        let mut needed: Vec<FileRef> =
            self.part_of(key).and_then(|(part, _)| self.needed_part(part)).into_iter().collect();
        if let Some(placed) = key.group.and_then(|place| self.placed(place)) {
            let chunks = placed.chunks(&self.files, key.key).unwrap_or_default();
            needed.extend(chunks.filter_map(|chunk| self.files.needed(chunk)));
        }
        if needed.is_empty() && wanted == Wanted::Parties {
            needed.extend(self.holder_chunk(key).and_then(|chunk| self.files.needed(chunk)));
        }
        needed
    }

    /// All files that were not yet supplied, for audits.
    #[must_use]
    pub fn missing(&self) -> Vec<FileRef> {
        let parts = (0..self.parts.len()).filter_map(|part| self.needed_part(part));
        parts.chain(self.files.missing_chunks()).collect()
    }

    /// The chunk of holders in which the companies behind a number stand.
    fn holder_chunk(&self, key: &Key) -> Option<usize> {
        let mut pair = Pair::default();
        self.seek(key, &mut pair).ok()?;
        let holder = match &pair {
            Pair { base: Some(base), change: Some(change) } if change.row.holder == Holder::Kept => &base.row.holder,
            Pair { change: Some(hit), .. } | Pair { base: Some(hit), change: None } => &hit.row.holder,
            Pair { base: None, change: None } => return None,
        };
        let Holder::Place(place) = *holder else {
            return None;
        };
        Some(self.files.with_block(self.row_chunks, self.row_blocks.checked_add(place / HOLDER_ROWS)?))
    }

    /// Takes a file that was needed.
    ///
    /// # Errors
    /// [`Refusal::Hash`] if no file of this size and hash was signed, [`Refusal::Malformed`] if the signer wrote what this
    /// reader cannot read.
    pub fn supply(&mut self, blob: Blob) -> Result<(), Refusal> {
        let file = blob.file();
        let bytes = Arc::new(blob.open(file)?);
        let mut is_part = false;
        // A file stands wherever it was signed for, or a reader would ask for it forever.
        for (slot, _) in self.parts.iter_mut().zip(part_refs(&self.head)).filter(|(_, part)| part.file == file) {
            *slot = Some(Part::open(bytes.to_vec(), &self.directory)?);
            is_part = true;
        }
        match self.files.supply(file, &bytes) {
            Some(true) => Ok(()),
            Some(false) => Err(Refusal::Malformed { part: "chunk" }),
            None if is_part => Ok(()),
            None => Err(Refusal::Hash),
        }
    }

    /// Takes the whole delta that the head leads to, in place of its parts.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn supply_delta(&mut self, delta: Blob) -> Result<(), Refusal> {
        self.parts = parts(&self.head, Some(delta), &self.directory)?;
        Ok(())
    }

    /// Where in the snapshot file a chunk begins. None if this is none of its chunks.
    #[must_use]
    pub fn place(&self, file: FileRef) -> Option<u64> {
        self.files.place(file, self.head.manifest().directory.size)
    }

    /// The file of a part that was not yet supplied.
    fn needed_part(&self, place: usize) -> Option<FileRef> {
        if self.parts.get(place)?.is_some() {
            return None;
        }
        Some(self.head.manifest().delta.as_ref()?.parts.get(place)?.file)
    }
}
