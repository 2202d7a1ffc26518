//! Verifying what is published, all of it: each file, read whole and piece by piece, and what they say together.

use crate::home::Folder;
use crate::{Error, published};
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{FileRef, Pin, Refusal};
use cccheck::{CccNumber, Freshness, Instant, LookupError, Register, Wanted};
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
        return Err(Error::ClockBehind { signed_at: manifest.signed_at });
    }
    whole.audit().map_err(refused)?;

    let blob = |file: &FileRef| -> Result<Blob, Error> { published::blob(public, Folder::Blob, file) };
    let mut lazy = Snapshot::lazy(head, blob(&manifest.reference)?, blob(&manifest.directory)?).map_err(refused)?;
    for part in manifest.delta.iter().flat_map(|delta| &delta.parts) {
        lazy.supply(blob(&part.file)?).map_err(refused)?;
    }
    for number in numbers(&whole)? {
        loop {
            let needed = lazy.needs(number, Wanted::Parties);
            if needed.is_empty() {
                break;
            }
            for file in needed {
                lazy.supply(blob(&file)?).map_err(refused)?;
            }
        }
    }
    lazy.audit().map_err(refused)?;
    Ok(whole)
}

fn numbers(snapshot: &Snapshot) -> Result<Vec<CccNumber>, Error> {
    let unreadable = |_: LookupError| refused(Refusal::Malformed { part: "snapshot" });
    Ok(snapshot.content().map_err(unreadable)?.records.into_iter().map(|record| record.number).collect())
}

fn refused(refusal: Refusal) -> Error {
    Error::Refused { what: "what is published is refused", refusal }
}
