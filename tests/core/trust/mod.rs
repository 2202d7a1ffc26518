//! The attacks on updates, by the names that TUF gives them. Each first succeeds against a reader without the one defence that
//! stops it, which is the proof that the test attacks at all, and is then refused by name.

mod base;
mod bytes;
mod chain;
mod every_bit;
mod files;
pub mod forged;
mod formats;
mod keys;
mod reader;
mod signatures;
mod update;
mod vectors;
mod world;
