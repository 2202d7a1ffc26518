//! Files with their hashes.

use crate::trust::{FileRef, Refusal};
use alloc::vec::Vec;

/// The bytes of a file with their SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    bytes: Vec<u8>,
    file: FileRef,
}

impl Blob {
    /// A file whose hash is computed here.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        let file = FileRef::of(&bytes);
        Self { bytes, file }
    }

    /// A file whose SHA-256 the host has computed with means of its own, such as WebCrypto. Whoever calls this vouches for
    /// the hash; it must never come with the bytes.
    #[must_use]
    pub fn with_digest(bytes: Vec<u8>, sha256: [u8; 32]) -> Self {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { bytes, file: FileRef { size, sha256 } }
    }

    /// Its size and hash.
    #[must_use]
    pub fn file(&self) -> FileRef {
        self.file
    }

    /// The bytes, if this is the file that was signed.
    ///
    /// # Errors
    /// [`Refusal::Size`] or [`Refusal::Hash`].
    #[inline(never)]
    pub(super) fn open(self, signed: FileRef) -> Result<Vec<u8>, Refusal> {
        if self.file.size != signed.size {
            return Err(Refusal::Size { expected: signed.size, found: self.file.size });
        }
        if self.file != signed {
            return Err(Refusal::Hash);
        }
        Ok(self.bytes)
    }
}
