//! Directories, each as the head states it whatever it says, with the honest chunks as far as it asks for them.
#![no_main]
use cccheck_fuzz::{edition, memory};

/// A packed table of few bytes becomes up to 8 kB for reading, and twice that while it is made; a directory may have 64.
const TABLES: usize = 64 * 8_192 + 16_384;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let forged = edition::Edition { directory: edition::forged(bytes), ..edition::honest().edition.clone() };
    // What is kept of heads is no matter of this input.
    forged.head();
    if let Some(snapshot) = memory::within(64 * bytes.len() + TABLES, || forged.supplied()) {
        memory::within(1_000_000, || edition::check(&snapshot));
    }
});
