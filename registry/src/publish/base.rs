//! What the next edition can build on: the published snapshot.

use super::current::Current;
use super::room::Room;
use super::shelf::{self, Shelf};
use super::{BASE_DUE, Counts, Draft, PART_BYTES, is_recent, outgrows, unwritable};
use crate::home::Folder;
use crate::store::Edition;
use crate::{Error, Home, Store};
use cccheck::snapshot::{self, Content, Snapshot, WriteError};
use cccheck::trust::{DeltaRef, FileRef, Manifest, PartRef, Pin};
use cccheck::{Day, Instant};

/// The published edition, opened as a client opens it: nothing is signed anew that was not signed before.
pub(super) struct Base {
    pub(super) edition: Edition,
    snapshot: Snapshot,
}

impl Base {
    /// None if nothing sound is published, or its snapshot is due to be replaced. `last` is what this process published.
    pub(super) fn find(
        home: &Home,
        store: &Store,
        pin: &Pin,
        last: Option<Snapshot>,
        now: Instant,
    ) -> Result<Option<Self>, Error> {
        let Some(current) = Current::read(home)? else {
            return Ok(None);
        };
        let Some(edition) = store.edition(current.manifest.sequence)?.filter(|edition| current.is_of(edition)) else {
            return Ok(None);
        };
        let is_young = |base: &Edition| is_recent(base.as_of, now, BASE_DUE);
        if !store.edition(edition.base)?.is_some_and(|base| is_young(&base)) {
            return Ok(None);
        }
        // A new snapshot brings back what lazy readers would miss of this one.
        let is_whole = shelf::are_sound(&home.public(), &store.files(&edition)?)
            && shelf::has_sound_copy(&home.public(), Folder::Blob, &current.manifest.directory);
        if !is_whole {
            return Ok(None);
        }
        let last = last.filter(|last| *last.head().manifest() == current.manifest);
        let opened = last.or_else(|| current.open(&home.public(), pin));
        Ok(opened.map(|snapshot| Self { edition, snapshot }))
    }

    fn manifest(&self) -> &Manifest {
        self.snapshot.head().manifest()
    }

    /// When it was made, and its counts of a day; none if it is damaged.
    pub(super) fn counts(&self, today: Day) -> Option<(Instant, Counts)> {
        Some((self.manifest().as_of, Counts::of(&self.snapshot.content().ok()?, today)))
    }

    /// Whether the next head has room for the parts of its delta.
    pub(super) fn fits(&self, room: Room) -> bool {
        room.has(self.manifest().delta.as_ref())
    }

    /// The same edition once more.
    pub(super) fn again(&self, shelf: &mut Shelf<'_>) -> Draft {
        let delta = self.manifest().delta.clone();
        if let Some(delta) = &delta {
            shelf.need(Folder::Delta, &delta.file);
            delta.parts.iter().for_each(|part| shelf.need(Folder::Blob, &part.file));
        }
        self.draft(self.edition.revision, self.manifest().content, delta)
    }

    /// The base with a delta to another content; none if the delta or the list of its parts would be too large, or the base
    /// is damaged or has no rows.
    pub(super) fn with_delta(
        &self,
        shelf: &mut Shelf<'_>,
        revision: i64,
        content: &Content,
        room: Room,
    ) -> Result<Option<Draft>, Error> {
        let written = match snapshot::write_delta(&self.snapshot, content, PART_BYTES) {
            Ok(written) => written,
            Err(WriteError::Base) => return Ok(None),
            Err(error) => return Err(unwritable(error)),
        };
        let whole: Vec<u8> = written.parts.iter().flat_map(|part| &part.bytes).copied().collect();
        let file = FileRef::of(&whole);
        let parts = written.parts.iter().map(|part| PartRef { from: part.from, file: FileRef::of(&part.bytes) });
        let delta = DeltaRef { file, parts: parts.collect() };
        let delta = Some(delta).filter(|delta| !delta.parts.is_empty());
        if outgrows(file.size, self.manifest().snapshot.size) || !room.has(delta.as_ref()) {
            return Ok(None);
        }
        for part in &written.parts {
            shelf.put(Folder::Blob, &part.bytes)?;
        }
        if delta.is_some() {
            shelf.put(Folder::Delta, &whole)?;
        }
        Ok(Some(self.draft(revision, written.content, delta)))
    }

    fn draft(&self, revision: i64, content: [u8; 32], delta: Option<DeltaRef>) -> Draft {
        let Manifest { directory, snapshot, .. } = *self.manifest();
        Draft { revision, content, directory, snapshot, delta, base: Some(self.edition.base) }
    }
}
