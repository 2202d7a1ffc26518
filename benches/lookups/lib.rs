//! Look-ups in a register as it is published, the same natively and through WebAssembly.

use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{Head, Pin};
use cccheck::{CccNumber, Found, Instant, Register as _, Wanted, parse};
use wasm_bindgen::prelude::wasm_bindgen;

/// An open register, and numbers to look up in it.
#[wasm_bindgen]
pub struct Lookups {
    snapshot: Snapshot,
    hits: Vec<CccNumber>,
    misses: Vec<CccNumber>,
}

#[wasm_bindgen]
impl Lookups {
    /// Opens the files with full verification, at an instant. `hits` and `misses` are lines of numbers.
    pub fn open(
        keys: &[u8],
        head: &[u8],
        reference: Vec<u8>,
        snapshot: Vec<u8>,
        now: &str,
        hits: &str,
        misses: &str,
    ) -> Result<Self, String> {
        let now: Instant = now.parse().map_err(|error| format!("{error}"))?;
        let refused = |refusal| format!("{refusal}");
        let pin = Pin::new(keys, 1).map_err(refused)?;
        let head = Head::verify(head, &pin, None, now).map_err(refused)?;
        let snapshot = Snapshot::open(head, Blob::new(reference), Blob::new(snapshot), None).map_err(refused)?;
        let numbers = |lines: &str| lines.lines().filter_map(|line| parse(line).ccc).collect();
        Ok(Self { snapshot, hits: numbers(hits), misses: numbers(misses) })
    }

    /// Looks up every number that is there, so many times: how many looked-up certificates end on which days, in one number.
    pub fn hits(&self, turns: u32) -> u64 {
        self.all(&self.hits, turns)
    }

    /// Looks up every number that is not there, likewise.
    pub fn misses(&self, turns: u32) -> u64 {
        self.all(&self.misses, turns)
    }

    /// How many numbers there are of either kind.
    pub fn numbers(&self) -> usize {
        self.hits.len().min(self.misses.len())
    }
}

impl Lookups {
    fn all(&self, numbers: &[CccNumber], turns: u32) -> u64 {
        let mut sum = 0_u64;
        for number in (0..turns).flat_map(|_| numbers) {
            let weight = match self.snapshot.find(*number, Wanted::Parties) {
                Ok(Found::Record(record)) => u64::from(record.expires_on.map_or(1, |day| day.days().unsigned_abs())),
                Ok(Found::Absent { .. }) => 0,
                Ok(Found::NotCovered) | Err(_) => u64::MAX / 2,
            };
            sum = sum.wrapping_mul(31).wrapping_add(weight);
        }
        sum
    }
}
