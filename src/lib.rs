//! Checks product-certification claims, offline, against a signed snapshot of the certificate register.
//!
//! The crate is pure: no clock, no input or output, no randomness, no global state, no panic on any input. "Now" is an
//! argument. A claim goes in with a register and a policy, a verdict comes out:
//!
//! ```text
//! signed keys ─▶ Pin ─▶ Head::verify ─▶ Snapshot::open ─▶ check(claim, snapshot, policy, now) ─▶ Verdict
//! ```
#![no_std]
#![cfg_attr(module, feature(optimize_attribute))]
#![deny(
    missing_docs,
    unreachable_pub,
    clippy::alloc_instead_of_core,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]

extern crate alloc;

mod base64;
mod catalogue;
mod claim;
mod date;
mod declaration;
mod digest;
mod finding;
mod hex;
pub mod json;
mod number;
pub mod party;
mod policy;
pub mod receipt;
mod reference;
mod register;
mod rules;
pub mod snapshot;
mod sorted;
pub mod tables;
mod text;
mod texts;
pub mod trust;
mod verdict;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
pub mod wire;

pub use catalogue::{
    Accepted, Catalogue, CatalogueError, CatalogueRow, Change, Instrument, Limit, MAX_PRODUCTS, ProductCandidate,
    ReleasedEarlier, Requirement, Scheme, Scope, ScopeRow, Transition, candidates, product_code, requirement,
};
pub use claim::Claim;
pub use date::{DateError, Day, Instant};
pub use declaration::{DeclarationId, DeclarationKey, HASHED};
pub use digest::PIECE;
pub use finding::{ALL_CODES, Code, Confidence, Evidence, Finding, Problem, Severity, Values};
pub use hex::encode as hex;
pub use number::{
    ALL_KINDS, CCC_LENGTH, Candidate, CccNumber, Cut, Kind, MAX_CANDIDATES, MAX_FIND, MAX_STEPS_PER_CHARACTER,
    MAX_TEXT, Reading, Search, Strength, find, parse, search,
};
pub use policy::{Base, Overrides, Policy};
pub use reference::{Alert, AlertKind, Attribute, Body, Extension, Issuer, Reference};
pub use register::{
    Declaration, Found, Freshness, LookupError, Paper, Parties, Provenance, Record, Register, Sought, Standing, Status,
    Wanted,
};
pub use rules::check;
pub use text::narrow_lower;
pub use texts::Texts;
pub use verdict::{Decision, Outcome, Verdict};
