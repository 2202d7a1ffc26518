//! What is done with each input, by libFuzzer (`fuzz_targets/`) and by the test that replays what it found.

pub mod chunk;
pub mod delta;
pub mod directory;
pub mod find;
pub mod head;
pub mod holder;
pub mod keys;
pub mod parse;
pub mod receipt;
pub mod reference;
