//! SHA-256, of bytes and of files.

use alloc::vec::Vec;
use sha2::{Digest, Sha256};

/// How many bytes are hashed at a time. A WebAssembly engine replaces its first, slow code of a function only between two
/// calls: in one call for a whole file the first file of a page takes ten times as long.
const STEP: usize = 4_096;

/// How many bytes of a file are hashed by themselves. A browser hashes a megabyte faster piece by piece, and could do so while
/// it comes.
pub const PIECE: usize = 131_072;

/// The SHA-256 of these bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    bytes.chunks(STEP).for_each(|step| hasher.update(step));
    hasher.finalize().into()
}

/// The hash of a file: its SHA-256 if it is one piece, otherwise the SHA-256 over those of its pieces.
pub(crate) fn file_hash(bytes: &[u8]) -> [u8; 32] {
    if bytes.len() <= PIECE {
        return sha256(bytes);
    }
    let mut digests = Vec::new();
    bytes.chunks(PIECE).for_each(|piece| digests.extend_from_slice(&sha256(piece)));
    sha256(&digests)
}
