//! The register side.

pub mod reference;
