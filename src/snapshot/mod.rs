//! The snapshot: the register in one immutable file, exact record by record. SPEC.md describes it byte by byte.

mod layout;
mod read;
mod write;

pub use read::Snapshot;
pub use write::{Coverage, WriteError, write};
