//! Symbols out of many that come again and again: products, holders.

use super::adaptive::{Bit, Symbol};
use super::coder::Coder;
use std::collections::HashMap;

/// Codes a symbol as that of the row before, one known in this context, one known elsewhere, or a new one. Among the known
/// ones it is the likelier the more often it came: the model of Pitman and Yor, with a discount of one half.
#[derive(Default)]
pub struct Familiar {
    repeated: Symbol<1, 2>,
    here: HashMap<u64, Known>,
    anywhere: Known,
    is_known_here: HashMap<u64, Bit>,
    is_known_anywhere: HashMap<u64, Bit>,
}

impl Familiar {
    /// A symbol below `count`; `repeats` are two contexts for how likely it is that of the row before.
    pub fn code(
        &mut self,
        coder: &mut impl Coder,
        symbol: usize,
        count: usize,
        previous: Option<usize>,
        repeats: [u64; 2],
        context: u64,
    ) -> usize {
        let here = self.here.entry(context).or_default();
        let repeated =
            previous.filter(|previous| self.repeated.code(coder, usize::from(symbol == *previous), repeats) == 1);
        let symbol = repeated.unwrap_or_else(|| {
            let known_here = self.is_known_here.entry(here.maturity()).or_default();
            if known_here.code(coder, here.knows(symbol, previous)) {
                return here.code(coder, symbol, previous);
            }
            let known_anywhere = self.is_known_anywhere.entry(self.anywhere.maturity()).or_default();
            if known_anywhere.code(coder, self.anywhere.knows(symbol, previous)) {
                return self.anywhere.code(coder, symbol, previous);
            }
            coder.uniform(symbol as u64, count as u64) as usize
        });
        here.add(symbol);
        self.anywhere.add(symbol);
        symbol
    }
}

/// Symbols by how often they came.
#[derive(Default)]
struct Known {
    places: HashMap<usize, usize>,
    symbols: Vec<usize>,
    urn: Urn,
}

impl Known {
    fn knows(&self, symbol: usize, except: Option<usize>) -> bool {
        except != Some(symbol) && self.places.contains_key(&symbol)
    }

    /// A context for whether the next symbol is a known one: how many came, how many of them new.
    fn maturity(&self) -> u64 {
        let drawn = self.urn.total() + self.symbols.len() as u64;
        let new = (32 * self.symbols.len() as u64).checked_div(drawn).unwrap_or(0);
        u64::from(drawn.checked_ilog2().unwrap_or(0)) << 8 | new
    }

    /// One of the known symbols, the excepted one aside.
    fn code(&mut self, coder: &mut impl Coder, symbol: usize, except: Option<usize>) -> usize {
        let except = except.and_then(|symbol| self.places.get(&symbol)).map(|place| (*place, self.urn.weight(*place)));
        if let Some((place, weight)) = except {
            self.urn.add(place, -weight);
        }
        let place = self.urn.draw(coder, self.places.get(&symbol).copied().unwrap_or(0));
        if let Some((place, weight)) = except {
            self.urn.add(place, weight);
        }
        self.symbols[place]
    }

    fn add(&mut self, symbol: usize) {
        let place = *self.places.entry(symbol).or_insert(self.symbols.len());
        if place == self.symbols.len() {
            self.symbols.push(symbol);
            self.urn.add(place, 1);
        } else {
            self.urn.add(place, 2);
        }
    }
}

/// Weights of places, as the sums of a binary tree: node `n` has the children `2n` and `2n + 1`.
#[derive(Default)]
struct Urn {
    sums: Vec<i64>,
}

impl Urn {
    fn capacity(&self) -> usize {
        self.sums.len() / 2
    }

    fn total(&self) -> u64 {
        self.sums.get(1).map_or(0, |sum| *sum as u64)
    }

    fn weight(&self, place: usize) -> i64 {
        self.sums[self.capacity() + place]
    }

    fn add(&mut self, place: usize, weight: i64) {
        if place >= self.capacity() {
            self.grow((place + 1).next_power_of_two());
        }
        let mut node = self.capacity() + place;
        while node > 0 {
            self.sums[node] += weight;
            node /= 2;
        }
    }

    fn grow(&mut self, capacity: usize) {
        let leaves = self.sums.split_off(self.capacity());
        self.sums = vec![0; 2 * capacity];
        self.sums[capacity..capacity + leaves.len()].copy_from_slice(&leaves);
        for node in (1..capacity).rev() {
            self.sums[node] = self.sums[2 * node] + self.sums[2 * node + 1];
        }
    }

    fn draw(&self, coder: &mut impl Coder, place: usize) -> usize {
        let capacity = self.capacity();
        let (mut node, mut level) = (1, capacity);
        while node < capacity {
            level /= 2;
            let upper = self.sums[2 * node + 1] as f64 / self.sums[node].max(1) as f64;
            node = 2 * node + usize::from(coder.bit(place & level != 0, upper));
        }
        node - capacity
    }
}
