//! The core through its public face.
#![cfg(not(target_arch = "wasm32"))]

mod apart;
mod by_hand;
mod findings_page;
mod fixture;
mod hand;
mod json;
mod limits;
mod number;
mod numbers;
mod receipt;
mod receipt_reader;
mod rehearsal;
mod rules;
mod snapshot;
mod text;
mod trust;
mod varied;
mod vectors;
mod wire;
