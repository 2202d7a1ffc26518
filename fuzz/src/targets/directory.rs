//! Directories, each as the head states it whatever it says, with the honest chunks as far as it asks for them.
use crate::{edition, memory};

/// What a directory of no bytes may take: what is read of the honest files beside it.
const BESIDE: usize = 16_384;

pub fn run(bytes: &[u8]) {
    let forged = edition::Edition { directory: edition::forged(bytes), ..edition::honest().edition.clone() };
    // What is kept of heads is no matter of this input.
    forged.head();
    if let Some(snapshot) = memory::within(64 * bytes.len() + BESIDE, || forged.supplied()) {
        memory::within(1_000_000, || edition::check(&snapshot));
    }
}
