//! SHA-256.

use sha2::{Digest, Sha256};

/// How many bytes are hashed at a time. A WebAssembly engine replaces its first, slow code of a function only between two
/// calls: in one call for a whole file the first file of a page takes ten times as long.
const STEP: usize = 4_096;

/// The SHA-256 of these bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    bytes.chunks(STEP).for_each(|step| hasher.update(step));
    hasher.finalize().into()
}
