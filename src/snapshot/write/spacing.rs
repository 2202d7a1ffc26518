//! How the keys of a group are coded: what takes the fewest bits.

use crate::snapshot::bits::{Bits, rice_bits};
use crate::snapshot::layout::{MAX_RICE, Steps};
use alloc::vec::Vec;

/// How keys are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spacing {
    pub(super) steps: Steps,
    /// The parameter of the Rice codes, if there are any.
    pub(super) rice: u32,
}

impl Spacing {
    /// For keys of which nothing is known.
    const RISING: Self = Self { steps: Steps::Rising, rice: 0 };

    /// The best for ascending keys.
    pub(super) fn best(keys: &[u64]) -> Self {
        Self::best_with_bits(keys).1
    }

    /// How many bits the best takes.
    pub(super) fn bits(keys: &[u64]) -> u64 {
        Self::best_with_bits(keys).0
    }

    fn best_with_bits(keys: &[u64]) -> (u64, Self) {
        let repeats = keys.windows(2).any(|pair| pair.first() == pair.last());
        if repeats {
            return Self::rice(Steps::Any, keys);
        }
        let (bits, rising) = Self::rice(Steps::Rising, keys);
        let span = keys.last().zip(keys.first()).map_or(0, |(last, first)| last - first);
        // Bits are counted many at once, where steps are read one by one: that is worth half a bit a row.
        let worth = u64::try_from(keys.len() / 2).unwrap_or_default();
        if span <= bits.saturating_add(worth) { (span, Self { steps: Steps::Bits, rice: 0 }) } else { (bits, rising) }
    }

    /// Where steps must be rising.
    pub(super) fn rising(keys: &[u64]) -> Self {
        Self::rice(Steps::Rising, keys).1
    }

    /// The best parameter of Rice codes, and how many bits they take.
    fn rice(steps: Steps, keys: &[u64]) -> (u64, Self) {
        let steps_between: Vec<u64> = codes(steps, keys).collect();
        let bits =
            |rice: u32| steps_between.iter().fold(0, |sum: u64, step| sum.saturating_add(rice_bits(*step, rice)));
        let count = u64::try_from(steps_between.len()).unwrap_or(u64::MAX).max(1);
        let sum = steps_between.iter().fold(0, |sum: u64, step| sum.saturating_add(*step));
        let guess = (sum / count).max(1).ilog2();
        // A few wide gaps move the mean far up, never the best parameter.
        let up_to = (guess + 1).min(u32::from(MAX_RICE));
        let best = (0..=up_to).map(|rice| (bits(rice), Self { steps, rice })).min_by_key(|(bits, _)| *bits);
        best.unwrap_or((0, Self::RISING))
    }

    /// The codes for the keys of a block, as they are read.
    pub(super) fn put(self, keys: &[u64]) -> Bits {
        let mut out = Bits::default();
        for code in codes(self.steps, keys) {
            match self.steps {
                Steps::Any | Steps::Rising => out.push_rice(code, self.rice),
                Steps::Bits => {
                    (0..code).for_each(|_| out.push(0, 1));
                    out.push(1, 1);
                }
            }
        }
        out
    }
}

/// What is coded of each step from key to key.
fn codes(steps: Steps, keys: &[u64]) -> impl Iterator<Item = u64> {
    let least = u64::from(steps != Steps::Any);
    keys.windows(2).filter_map(move |pair| Some(pair.last()? - pair.first()? - least))
}
