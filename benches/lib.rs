//! What the measurements share.

mod published;

pub use published::{Published, folder};
