//! Numbers to look up: certificates of the register, and numbers that are near but not in it.

use crate::register::{Register, SEED};
use cccheck::CccNumber;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::collections::HashSet;

pub const COUNT: usize = 100_000;

pub struct Probes {
    pub hits: Vec<CccNumber>,
    /// Three of four have a neighbouring serial, the fourth the same serial and another product.
    pub misses: Vec<CccNumber>,
}

impl Probes {
    pub fn draw(register: &Register) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(SEED);
        let mut any = || register.records[random.random_range(0..register.records.len())].number;
        let hits = (0..COUNT).map(|_| any()).collect();
        let present: HashSet<CccNumber> = register.records.iter().map(|record| record.number).collect();
        let misses = (0..).filter_map(|turn| {
            let (number, other) = (any(), any());
            let (product, serial) = match turn % 4 {
                0 => (other.product(), number.serial()),
                1 => (number.product(), number.serial().checked_sub(1)?),
                _ => (number.product(), number.serial() + 1),
            };
            CccNumber::new(number.year(), number.body(), product, serial).filter(|number| !present.contains(number))
        });
        Self { hits, misses: misses.take(COUNT).collect() }
    }
}
