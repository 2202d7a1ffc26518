//! Chunks of rows and of holders, each as the directory states it whatever it says.
use crate::{edition, memory};

pub fn run(input: &[u8]) {
    let Some((place, bytes)) = input.split_first() else { return };
    let honest = edition::honest();
    let place = usize::from(*place) % honest.edition.chunks.len();
    let forged = edition::forged(bytes);
    let open = || honest.with_chunk(place, bytes).without(&forged);
    let mut snapshot = edition::known(place, bytes.len(), open);
    memory::within(64 * bytes.len() + 1_000_000, || {
        let _ = snapshot.supply(forged);
        edition::check(&snapshot);
    });
}
