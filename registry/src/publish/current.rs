//! The head that is published now.

use crate::home;
use crate::store::Edition;
use crate::{Error, Home, published};
use cccheck::hex;
use cccheck::snapshot::Snapshot;
use cccheck::trust::{Domain, FileRef, Freshening, Head, Manifest, Pin, Refusal, VerifiedHead};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The head that is published, its signatures not checked.
pub(super) struct Current {
    bytes: Vec<u8>,
    pub(super) head: Head,
    pub(super) manifest: Manifest,
    pub(super) freshening: Freshening,
}

impl Current {
    /// None if there is no head, or none that is as it was written: a new edition replaces it.
    pub(super) fn read(home: &Home) -> Result<Option<Self>, Error> {
        Self::read_file(home::head(&home.public()))
    }

    /// The head that waits for its witnesses; likewise.
    pub(super) fn unwitnessed(home: &Home) -> Result<Option<Self>, Error> {
        Self::read_file(home::unwitnessed_head(&home.public()))
    }

    /// The heads of this home that somebody may hold: the published one, and one that waits for its witnesses.
    pub(super) fn held(home: &Home, pin: &Pin) -> Result<Vec<VerifiedHead>, Error> {
        let mut all = Vec::new();
        for head in [Self::read(home)?, Self::unwitnessed(home)?] {
            all.extend(head.and_then(|current| current.verified(pin)));
        }
        Ok(all)
    }

    fn read_file(path: PathBuf) -> Result<Option<Self>, Error> {
        let bytes = match published::read_head(&path) {
            Ok(bytes) => bytes,
            // What is no regular file was not written here either.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidInput) => return Ok(None),
            Err(source) => return Err(Error::Io { action: "could not read", path, source }),
        };
        Ok(Self::decode(bytes).ok())
    }

    /// What a head says, its signatures not checked.
    pub(super) fn decode(bytes: Vec<u8>) -> Result<Self, Refusal> {
        let head = Head::decode(&bytes)?;
        let (manifest, freshening) = (head.manifest.peek(Domain::Manifest)?, head.freshness.peek(Domain::Freshness)?);
        Ok(Self { bytes, head, manifest, freshening })
    }

    /// The head, if the pinned keys signed it. It may have expired since; whose word it is does not depend on that.
    pub(super) fn verify(&self, pin: &Pin) -> Result<VerifiedHead, Refusal> {
        Head::verify_unwitnessed(&self.bytes, pin, None, self.freshening.time)
    }

    pub(super) fn verified(&self, pin: &Pin) -> Option<VerifiedHead> {
        self.verify(pin).ok()
    }

    /// What it leads to, if the pinned keys signed it and all of it is sound.
    pub(super) fn open(&self, public: &Path, pin: &Pin) -> Option<Snapshot> {
        published::open_head(public, self.verified(pin)?).ok()
    }

    /// Whether it is the head of an edition, with the very manifest that was signed. Of an edition whose manifest is not known,
    /// the files tell.
    pub(super) fn is_of(&self, edition: &Edition) -> bool {
        let Manifest { sequence, snapshot, delta, .. } = &self.manifest;
        let has_its_files = || {
            let delta = delta.as_ref().map(|delta| hex(&delta.file.hash));
            edition.snapshot == hex(&snapshot.hash) && edition.delta == delta
        };
        let manifest = FileRef::of(&self.head.manifest.document).hash;
        edition.sequence == *sequence
            && edition.manifest.as_ref().map_or_else(has_its_files, |signed| *signed == hex(&manifest))
    }
}
