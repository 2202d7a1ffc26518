//! The fuzz targets, and what they share: a small honest edition, keys that guard nothing, and how memory is counted.

pub mod edition;
pub mod memory;
pub mod receipts;
pub mod targets;
pub mod trust;
