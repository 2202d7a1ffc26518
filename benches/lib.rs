//! What the measurements share.

mod limits;
mod published;

pub use limits::judged;
pub use published::{Published, folder};
