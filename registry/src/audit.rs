//! Verifying what is published, all of it: each file, read whole and piece by piece, and what they say together.

use crate::home::Folder;
use crate::publish::has_sound_copy;
use crate::{Error, published};
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{FileRef, Pin, Refusal};
use cccheck::{Freshness, Instant, Register};
use std::path::Path;

/// Checks the head against the pin, every file against its hash, and the records against the hash of the content: those of the
/// whole files, and those that a client reads chunk by chunk.
///
/// # Errors
/// [`Error`] by the first thing that is not as it was signed, or not to be relied on now.
pub fn verify(public: &Path, pin: &Pin, now: Instant) -> Result<Snapshot, Error> {
    let head = published::verify(public, pin, now)?;
    let manifest = head.manifest().clone();
    let whole = published::open_head(public, head.clone())?;
    if whole.standing(now).freshness == Freshness::ClockBehind {
        return Err(Error::ClockBehind { home: None, signed_at: manifest.signed_at });
    }
    whole.audit().map_err(refused)?;

    let blob = |file: &FileRef| -> Result<Blob, Error> { published::blob(public, Folder::Blob, file) };
    let mut lazy = Snapshot::lazy(head, blob(&manifest.reference)?, blob(&manifest.directory)?).map_err(refused)?;
    let pieces = lazy.missing();
    for file in &pieces {
        lazy.supply(blob(file)?).map_err(refused)?;
    }
    lazy.audit().map_err(refused)?;
    let delta = manifest.delta.map(|delta| (Folder::Delta, delta.file));
    let blobs = pieces.into_iter().chain([manifest.reference, manifest.directory]).map(|file| (Folder::Blob, file));
    for (folder, file) in blobs.chain([(Folder::Snapshot, manifest.snapshot)]).chain(delta) {
        if !has_sound_copy(public, folder, &file) {
            let path = folder.file(public, &file).with_extension("br");
            return Err(Error::RefusedFile { path, refusal: Refusal::Hash });
        }
    }
    Ok(whole)
}

fn refused(refusal: Refusal) -> Error {
    Error::Refused { what: "what is published is refused", refusal }
}
