//! The manifest: what an edition of the register consists of, by the hashes of its files.

use super::{HEAD_VERSION, Refusal};
use crate::date::Instant;
use crate::digest::file_hash;
use crate::wire::{Wire, wire_struct};
use alloc::string::String;
use alloc::vec::Vec;

/// The last sequence: 2^53 - 1, up to which JavaScript counts exactly. A count that a thief drove up to it begins anew under a
/// newer key document.
pub const MAX_SEQUENCE: u64 = (1 << 53) - 1;

/// The most bytes that reference tables, a directory or a part of a delta may have: what is decoded at once takes a multiple of
/// its bytes.
pub const MAX_DECODED: u64 = 1 << 20;

/// What the register publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The format version, [`HEAD_VERSION`].
    pub version: u16,
    /// The register's name.
    pub origin: String,
    /// Rises with every publication, from 1 up to [`MAX_SEQUENCE`].
    pub sequence: u64,
    /// The instant whose state the snapshot shows.
    pub as_of: Instant,
    /// When it was signed.
    pub signed_at: Instant,
    /// The last instant at which its positive answers may be relied on.
    pub expires: Instant,
    /// Seconds from the freshness statement after which a client should look for a newer head.
    pub fresh_for: u32,
    /// A hash over the logical records, the delta applied, however they are laid out in files.
    pub content: [u8; 32],
    /// The reference tables.
    pub reference: FileRef,
    /// Where the snapshot's chunks begin, and what they cover.
    pub directory: FileRef,
    /// The directory with all chunks after it, for those who read everything.
    pub snapshot: FileRef,
    /// What changed since the snapshot.
    pub delta: Option<DeltaRef>,
    /// Bodies whose counts moved beyond the bound, ascending, and why that is right.
    pub overrides: Vec<Override>,
    /// What later versions add, ascending by tag.
    pub sections: Vec<Section>,
}

wire_struct!(Manifest {
    version,
    origin,
    sequence,
    as_of,
    signed_at,
    expires,
    fresh_for,
    content,
    reference,
    directory,
    snapshot,
    delta,
    overrides,
    sections
});

/// A file by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, of a file longer than [`PIECE`](crate::PIECE) the SHA-256 over those of its pieces; in hexadecimal it is
    /// also the file's name.
    pub hash: [u8; 32],
}

wire_struct!(FileRef { size, hash });

/// All that changed since the snapshot, in parts that can be fetched singly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeltaRef {
    /// All parts in order.
    pub file: FileRef,
    /// The parts, ascending by their first row.
    pub parts: Vec<PartRef>,
}

wire_struct!(DeltaRef { file, parts });

/// A part of the delta: the changes from its first row to the next part's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRef {
    /// The first row that it may change.
    pub from: RowKey,
    /// Its bytes.
    pub file: FileRef,
}

wire_struct!(PartRef { from, file });

/// The place of a record in the order of the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The certification body.
    pub body: u8,
    /// The year in the number.
    pub year: u16,
    /// The rest of the number.
    pub key: u64,
}

wire_struct!(RowKey { body, year, key });

/// A body whose count moved further than the publisher would sign unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The certification body.
    pub body: u8,
    /// Why it is right.
    pub reason: String,
}

wire_struct!(Override { body, reason });

/// Something that this version of the format does not define.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is.
    pub tag: u16,
    /// Whether a reader that does not know it must refuse the manifest.
    pub critical: bool,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

wire_struct!(Section { tag, critical, bytes });

impl FileRef {
    /// The reference to a file with these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { size: u64::try_from(bytes.len()).unwrap_or(u64::MAX), hash: file_hash(bytes) }
    }

    /// Whether it is the file that was signed.
    pub(crate) fn check(self, signed: Self) -> Result<(), Refusal> {
        if self.size != signed.size {
            return Err(Refusal::Size { expected: signed.size, found: self.size });
        }
        if self != signed {
            return Err(Refusal::Hash);
        }
        Ok(())
    }
}

impl Manifest {
    /// The version of a manifest's bytes, which later formats put first too.
    pub(super) fn check_version(document: &[u8]) -> Result<(), Refusal> {
        match u16::take(&mut &*document) {
            Some(HEAD_VERSION) => Ok(()),
            Some(version) => Err(Refusal::UnsupportedFormat { part: "manifest", version }),
            None => Err(Refusal::Malformed { part: "manifest" }),
        }
    }

    /// Checks what the types do not say: a sequence that can be counted, tables that are not too large, each list in its one order,
    /// parts that make up their file, no unknown critical section.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let ascending = self.overrides.is_sorted_by(|left, right| left.body < right.body)
            && self.sections.is_sorted_by(|left, right| left.tag < right.tag);
        let is_small = self.reference.size.max(self.directory.size) <= MAX_DECODED;
        let is_sound = self.delta.as_ref().is_none_or(DeltaRef::is_sound);
        if !(1..=MAX_SEQUENCE).contains(&self.sequence) || !ascending || !is_small || !is_sound {
            return Err(Refusal::Malformed { part: "manifest" });
        }
        self.sections
            .iter()
            .find(|section| section.critical)
            .map_or(Ok(()), |section| Err(Refusal::UnknownSection { tag: section.tag }))
    }
}

impl DeltaRef {
    fn is_sound(&self) -> bool {
        let mut left = self.file.size;
        for part in &self.parts {
            if part.file.size > left.min(MAX_DECODED) {
                return false;
            }
            left -= part.file.size;
        }
        left == 0 && self.parts.is_sorted_by(|left, right| left.from < right.from)
    }
}
