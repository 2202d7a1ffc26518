//! The snapshot: the register in immutable files, exact record by record, and the delta that leads to the newest state. SPEC.md
//! describes them byte by byte.

mod bits;
mod blob;
mod block;
mod changes;
mod chunk;
mod content;
mod directory;
mod files;
mod group;
mod holders;
mod huffman;
mod layout;
mod part;
mod read;
mod symbols;
mod write;

pub use blob::Blob;
pub use changes::Changes;
pub use content::{Content, Coverage};
pub use read::{Serves, Snapshot};
pub use write::{PartFile, WriteError, WriteOptions, Written, WrittenDelta, write, write_delta};
