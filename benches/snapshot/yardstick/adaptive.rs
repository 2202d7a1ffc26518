//! Models that learn while they code.

use super::coder::Coder;
use std::collections::HashMap;

/// A bit whose probability is learnt: what was seen counts all the same at first, later ever the last thousand most.
#[derive(Clone, Copy)]
pub struct Bit {
    one: f64,
    seen: f64,
}

impl Default for Bit {
    fn default() -> Self {
        Self { one: 0.5, seen: 0.0 }
    }
}

impl Bit {
    const MEMORY: f64 = 1_000.0;

    pub fn code(&mut self, coder: &mut impl Coder, bit: bool) -> bool {
        let bit = coder.bit(bit, self.one);
        self.learn(bit);
        bit
    }

    fn learn(&mut self, bit: bool) {
        self.one += (f64::from(u8::from(bit)) - self.one) / (self.seen + 1.6);
        self.seen = (self.seen + 1.0).min(Self::MEMORY);
    }

    /// The logarithm of the odds of a 1.
    fn odds(&self) -> f64 {
        let one = self.one.clamp(1e-6, 1.0 - 1e-6);
        (one / (1.0 - one)).ln()
    }
}

/// A whole number from 0 on, most often small.
#[derive(Default)]
pub struct Unary {
    more: Bit,
    rest: [Bit; 32],
}

impl Unary {
    /// From here on the number of digits is coded instead.
    const LONG: u64 = 64;

    pub fn code(&mut self, coder: &mut impl Coder, value: u64) -> u64 {
        let mut short = 0;
        while short < Self::LONG && self.more.code(coder, value > short) {
            short += 1;
        }
        if short < Self::LONG {
            return short;
        }
        let rest = value.saturating_sub(Self::LONG) + 1;
        let mut digits = 0;
        while self.rest[digits].code(coder, rest >> (digits + 1) > 0) {
            digits += 1;
        }
        let top = 1 << digits;
        Self::LONG + top + coder.uniform(rest & (top - 1), top) - 1
    }
}

/// A symbol of `DEPTH` bits, under `CONTEXTS` contexts at once. Each has a tree of bits of its own, and what they say is
/// mixed in the domain of log odds, by weights that are learnt for each place in the tree.
pub struct Symbol<const DEPTH: u32, const CONTEXTS: usize> {
    forests: [Forest; CONTEXTS],
    weights: Vec<[f64; CONTEXTS]>,
}

/// A tree of bits for each value of a context.
#[derive(Default)]
struct Forest {
    places: HashMap<u64, usize>,
    trees: Vec<Vec<Bit>>,
}

impl Forest {
    fn place(&mut self, context: u64, size: usize) -> usize {
        *self.places.entry(context).or_insert_with(|| {
            self.trees.push(vec![Bit::default(); size]);
            self.trees.len() - 1
        })
    }
}

impl<const DEPTH: u32, const CONTEXTS: usize> Default for Symbol<DEPTH, CONTEXTS> {
    fn default() -> Self {
        let even = if CONTEXTS == 1 { 1.0 } else { 1.2 / CONTEXTS as f64 };
        Self { forests: std::array::from_fn(|_| Forest::default()), weights: vec![[even; CONTEXTS]; 1 << DEPTH] }
    }
}

impl<const DEPTH: u32, const CONTEXTS: usize> Symbol<DEPTH, CONTEXTS> {
    const RATE: f64 = 0.003;

    pub fn code(&mut self, coder: &mut impl Coder, symbol: usize, contexts: [u64; CONTEXTS]) -> usize {
        let mut trees = self.forests.each_mut().map(|forest| forest);
        let mut trees: Vec<&mut Vec<Bit>> = trees
            .iter_mut()
            .zip(contexts)
            .map(|(forest, context)| {
                let place = forest.place(context, 1 << DEPTH);
                &mut forest.trees[place]
            })
            .collect();
        let mut node = 1;
        for level in (0..DEPTH).rev() {
            let weights = &mut self.weights[node];
            let odds: [f64; CONTEXTS] = std::array::from_fn(|place| trees[place][node].odds());
            let mixed: f64 = odds.iter().zip(&*weights).map(|(odds, weight)| odds * weight).sum();
            let one = 1.0 / (1.0 + (-mixed).exp());
            let bit = coder.bit(symbol >> level & 1 == 1, one);
            let error = f64::from(u8::from(bit)) - one;
            if CONTEXTS > 1 {
                weights.iter_mut().zip(odds).for_each(|(weight, odds)| *weight += Self::RATE * error * odds);
            }
            trees.iter_mut().for_each(|tree| tree[node].learn(bit));
            node = node << 1 | usize::from(bit);
        }
        node & ((1 << DEPTH) - 1)
    }
}

/// A number between bounds: the sixteenth of the way in which it lies is learnt, the rest is even.
#[derive(Default)]
pub struct Between {
    sixteenth: Symbol<4, 1>,
}

impl Between {
    /// `first` and `last` may be the wrong way round; then there is nothing to choose from but `first`.
    pub fn code(&mut self, coder: &mut impl Coder, value: i32, (first, last): (i32, i32), context: u64) -> i32 {
        let count = i64::from(last) - i64::from(first) + 1;
        if count <= 1 {
            return first;
        }
        let start = |sixteenth: i64| (sixteenth * count + 15) / 16;
        let place = (i64::from(value) - i64::from(first)).clamp(0, count - 1);
        let sixteenth = self.sixteenth.code(coder, (place * 16 / count) as usize, [context]) as i64;
        let (start, end) = (start(sixteenth), start(sixteenth + 1));
        let rest = coder.uniform((place - start).max(0) as u64, (end - start).max(1) as u64);
        first + (start + rest as i64) as i32
    }
}
