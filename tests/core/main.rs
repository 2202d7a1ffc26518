//! The core through its public face.

mod fixture;
mod number;
mod receipt;
mod rules;
mod snapshot;
mod trust;
mod vectors;
