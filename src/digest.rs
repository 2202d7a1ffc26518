//! SHA-256, of bytes and of files.

use alloc::vec::Vec;
use sha2::{Digest, Sha256};

/// How many bytes are hashed at a time. A WebAssembly engine replaces its first, slow code of a function only between two
/// calls: in one call for a whole file the first file of a page takes ten times as long.
const STEP: usize = 4_096;

/// How many bytes of a file are hashed by themselves. A browser hashes a megabyte faster piece by piece, and could do so while
/// it comes.
pub const PIECE: usize = 131_072;

/// Bytes in a SHA-256.
pub(crate) const DIGEST: usize = 32;

/// The SHA-256 of these bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    bytes.chunks(STEP).for_each(|step| hasher.update(step));
    hasher.finalize().into()
}

/// The hash of a file: its SHA-256 if it is one piece, otherwise the SHA-256 over those of its pieces.
pub(crate) fn file_hash(bytes: &[u8]) -> [u8; DIGEST] {
    if bytes.len() <= PIECE {
        return sha256(bytes);
    }
    let mut digests = Vec::new();
    bytes.chunks(PIECE).for_each(|piece| digests.extend_from_slice(&sha256(piece)));
    sha256(&digests)
}

/// The hash of a file of so many bytes by the SHA-256 of each of its pieces. None unless there is one for each.
pub(crate) fn hash_of_pieces(size: usize, digests: &[u8]) -> Option<[u8; DIGEST]> {
    if digests.len() != size.div_ceil(PIECE).max(1) * DIGEST {
        return None;
    }
    digests.try_into().ok().or_else(|| Some(sha256(digests)))
}
