//! Reading what is published as clients do: nothing is believed that the pinned keys did not sign.

use crate::Error;
use crate::home::{self, Folder, PinFile};
use cccheck::Instant;
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{FileRef, Head, MAX_HEAD, Pin, Refusal, VerifiedHead};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Opens the newest edition in a directory of published files, if these pinned keys signed it.
///
/// # Errors
/// [`Error`] if a file cannot be read, [`Error::Refused`] if one is refused.
pub fn open(public: &Path, pin: &Path, now: Instant) -> Result<Snapshot, Error> {
    let pin = PinFile::read(pin)?.pin()?;
    open_head(public, verify(public, &pin, now)?)
}

/// The head in a directory of published files, if these pinned keys signed it.
///
/// # Errors
/// As [`open`].
pub fn verify(public: &Path, pin: &Pin, now: Instant) -> Result<VerifiedHead, Error> {
    let path = home::head(public);
    let bytes = read(&path, u64::try_from(MAX_HEAD).unwrap_or(u64::MAX))?;
    Head::verify(&bytes, pin, None, now).map_err(refused)
}

/// Opens the files that a verified head leads to.
///
/// # Errors
/// As [`open`].
pub fn open_head(public: &Path, head: VerifiedHead) -> Result<Snapshot, Error> {
    let blob = |folder: Folder, file: &FileRef| blob(&folder.file(public, file), file);
    let manifest = head.manifest();
    let reference = blob(Folder::Blob, &manifest.reference)?;
    let snapshot = blob(Folder::Snapshot, &manifest.snapshot)?;
    let delta = manifest.delta.as_ref().map(|delta| blob(Folder::Delta, &delta.file)).transpose()?;
    Snapshot::open(head, reference, snapshot, delta).map_err(refused)
}

/// A file as it is, of which no more is read than was signed.
fn blob(path: &Path, signed: &FileRef) -> Result<Blob, Error> {
    let found = std::fs::metadata(path).map_err(Error::io("could not read", path))?.len();
    if found != signed.size {
        return Err(refused(Refusal::Size { expected: signed.size, found }));
    }
    read(path, signed.size).map(Blob::new)
}

/// Reads a file, but no more than one byte beyond the limit.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(Error::io("could not read", path))?;
    Ok(bytes)
}

fn refused(refusal: Refusal) -> Error {
    Error::Refused { what: "the snapshot is refused", refusal }
}
