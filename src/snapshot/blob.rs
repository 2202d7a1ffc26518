//! Files with their hashes.

use crate::trust::{FileRef, Refusal};
use alloc::vec::Vec;

/// The bytes of a file with their hash.
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

    /// A file whose hash the host has computed with means of its own, such as WebCrypto. Whoever calls this vouches for
    /// the hash; it must never come with the bytes.
    #[must_use]
    pub fn with_hash(bytes: Vec<u8>, hash: [u8; 32]) -> Self {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { bytes, file: FileRef { size, hash } }
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
        self.file.check(signed).map(|()| self.bytes)
    }
}
