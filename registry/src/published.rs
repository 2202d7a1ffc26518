//! Reading what is published as clients do: nothing is believed that the pinned keys did not sign.

use crate::Error;
use crate::home::{self, Folder, PinFile};
use cccheck::Instant;
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{FileRef, Head, MAX_HEAD, Pin, Refusal, VerifiedHead};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
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
    Head::verify(&head(public)?, pin, None, now).map_err(refused)
}

/// The head in a directory of published files, whoever signed it.
///
/// # Errors
/// [`Error::NotPublished`] if there is none, [`Error::Io`] if it cannot be read.
pub fn head(public: &Path) -> Result<Vec<u8>, Error> {
    let path = home::head(public);
    read_head(&path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::NotPublished { public: public.into() },
        _ => Error::Io { action: "could not read", path, source },
    })
}

/// Opens the files that a verified head leads to.
///
/// # Errors
/// As [`open`].
pub fn open_head(public: &Path, head: VerifiedHead) -> Result<Snapshot, Error> {
    let blob = |folder: Folder, file: &FileRef| blob(public, folder, file);
    let manifest = head.manifest();
    let reference = blob(Folder::Blob, &manifest.reference)?;
    let snapshot = blob(Folder::Snapshot, &manifest.snapshot)?;
    let delta = manifest.delta.as_ref().map(|delta| blob(Folder::Delta, &delta.file)).transpose()?;
    Snapshot::open(head, reference, snapshot, delta).map_err(refused)
}

/// A file that was signed; no more of it is read than that.
///
/// # Errors
/// [`Error::Io`] if it cannot be read, [`Error::RefusedFile`] if it is another.
pub fn blob(public: &Path, folder: Folder, signed: &FileRef) -> Result<Blob, Error> {
    let path = &folder.file(public, signed);
    let refused = |refusal| Error::RefusedFile { path: path.into(), refusal };
    let found = size(path).map_err(Error::io("could not read", path))?;
    if found != signed.size {
        return Err(refused(Refusal::Size { expected: signed.size, found }));
    }
    let blob = Blob::new(read(path, signed.size).map_err(Error::io("could not read", path))?);
    if blob.file() == *signed { Ok(blob) } else { Err(refused(Refusal::Hash)) }
}

/// Reads a head, but no more than one byte beyond what a head may have.
pub(crate) fn read_head(path: &Path) -> io::Result<Vec<u8>> {
    read(path, u64::try_from(MAX_HEAD).unwrap_or(u64::MAX))
}

/// Reads a file, but no more than one byte beyond the limit: it may come from a mirror, and never end.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    size(path)?;
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The size of a file. A pipe is none: who opens it waits for what writes to it.
fn size(path: &Path) -> io::Result<u64> {
    match fs::metadata(path)? {
        file if file.is_file() => Ok(file.len()),
        _ => Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file")),
    }
}

fn refused(refusal: Refusal) -> Error {
    Error::Refused { what: "the snapshot is refused", refusal }
}
