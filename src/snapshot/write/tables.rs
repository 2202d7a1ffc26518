//! Choosing prefix codes: groups whose symbols are alike share tables, as long as that saves more than it costs.

use crate::snapshot::huffman::{self, Lengths};
use crate::snapshot::symbols::Kind;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// How often each symbol occurs.
pub(super) type Counts = BTreeMap<u32, u64>;

/// Bits behind the point of a logarithm.
const POINT: u32 = 12;
/// What a symbol costs in a table, in bits.
const SYMBOL_BITS: u64 = 9;
/// What a table costs beside: not in the file, but in a reader's memory, which is slower the more there are.
const TABLE_BITS: u64 = 4_096;

/// The binary logarithm of a positive number, times 2^[`POINT`].
fn log2(value: u64) -> u64 {
    let whole = value.max(1).ilog2();
    let mut mantissa = value.max(1) << (63 - whole) >> 32;
    let mut result = u64::from(whole);
    for _ in 0..POINT {
        mantissa = (mantissa * mantissa) >> 31;
        result <<= 1;
        if mantissa >> 32 > 0 {
            mantissa >>= 1;
            result |= 1;
        }
    }
    result
}

/// What symbols with these counts take, in bits times 2^[`POINT`].
fn coded(counts: &Counts) -> u64 {
    let total = log2(counts.values().sum());
    counts.values().map(|count| count * (total - log2(*count))).sum()
}

/// What symbols with these counts take, in bits.
pub(super) fn entropy(counts: &Counts) -> u64 {
    coded(counts) >> POINT
}

/// What symbols with these counts take, their tables included, in bits times 2^[`POINT`].
fn cost(counts: &[Counts]) -> u64 {
    let table = |counts: &Counts| (TABLE_BITS + SYMBOL_BITS * u64::try_from(counts.len()).unwrap_or_default()) << POINT;
    counts.iter().map(|counts| coded(counts) + table(counts)).sum()
}

fn merged(left: &[Counts], right: &[Counts]) -> Vec<Counts> {
    let mut all = left.to_vec();
    for (counts, more) in all.iter_mut().zip(right) {
        for (symbol, count) in more {
            *counts.entry(*symbol).or_default() += count;
        }
    }
    all
}

/// Groups put together.
struct Cluster {
    counts: Vec<Counts>,
    cost: u64,
    members: Vec<usize>,
    /// The other cluster with which a merger saves most, and how much; less than nothing if it costs.
    best: Option<(usize, i64)>,
}

/// Puts groups together while that saves bits, or while there are more than `most`. Answers for each group which of the returned
/// counts are its own.
pub(super) fn cluster(groups: Vec<Vec<Counts>>, most: usize) -> (Vec<usize>, Vec<Vec<Counts>>) {
    let count = groups.len();
    let mut left = count;
    let mut clusters: Vec<Option<Cluster>> = groups
        .into_iter()
        .enumerate()
        .map(|(place, counts)| Some(Cluster { cost: cost(&counts), counts, members: vec![place], best: None }))
        .collect();
    for place in 0..clusters.len() {
        seek(&mut clusters, place);
    }
    while let Some((saved, first, second)) = best(&clusters)
        && (saved >= 0 || left > most)
    {
        let (Some(one), Some(other)) = (take(&mut clusters, first), take(&mut clusters, second)) else {
            break;
        };
        left -= 1;
        let counts = merged(&one.counts, &other.counts);
        let members = [one.members, other.members].concat();
        if let Some(slot) = clusters.get_mut(first) {
            *slot = Some(Cluster { cost: cost(&counts), counts, members, best: None });
        }
        let stale = |cluster: &Cluster| cluster.best.is_none_or(|(best, _)| best == first || best == second);
        let places: Vec<usize> = clusters
            .iter()
            .enumerate()
            .filter(|(_, cluster)| cluster.as_ref().is_some_and(stale))
            .map(|(place, _)| place)
            .collect();
        for place in places {
            seek(&mut clusters, place);
        }
    }
    let mut assigned = vec![0; count];
    let mut all = Vec::new();
    for cluster in clusters.into_iter().flatten() {
        for member in cluster.members {
            if let Some(slot) = assigned.get_mut(member) {
                *slot = all.len();
            }
        }
        all.push(cluster.counts);
    }
    (assigned, all)
}

fn take(clusters: &mut [Option<Cluster>], place: usize) -> Option<Cluster> {
    clusters.get_mut(place)?.take()
}

/// Notes with which later cluster a merger saves most.
fn seek(clusters: &mut [Option<Cluster>], place: usize) {
    let Some(Some(one)) = clusters.get(place) else {
        return;
    };
    let saved = |other: &Cluster| {
        i64::try_from(one.cost + other.cost).ok()?.checked_sub_unsigned(cost(&merged(&one.counts, &other.counts)))
    };
    let best = clusters
        .iter()
        .enumerate()
        .skip(place + 1)
        .filter_map(|(other, cluster)| Some((other, saved(cluster.as_ref()?)?)))
        .max_by_key(|(_, saved)| *saved);
    if let Some(Some(cluster)) = clusters.get_mut(place) {
        cluster.best = best.or(Some((usize::MAX, 0)));
    }
}

fn best(clusters: &[Option<Cluster>]) -> Option<(i64, usize, usize)> {
    let pairs = clusters.iter().enumerate().filter_map(|(place, cluster)| {
        let (other, saved) = cluster.as_ref()?.best?;
        (other != usize::MAX).then_some((saved, place, other))
    });
    pairs.max_by_key(|(saved, ..)| *saved)
}

/// The best code for symbols with these counts, with an escape for those that are not among them.
pub(super) fn lengths(counts: &Counts, kind: Kind) -> Lengths {
    // What is rare among states and days takes hardly a bit less with longer codes, and a second look.
    let longest = match kind {
        Kind::State | Kind::Day => huffman::WIDTH,
        Kind::Issue | Kind::Product => huffman::MAX_LENGTH,
    };
    let limit = (1 << longest) - 2;
    let mut kept: Vec<(u64, u32)> = counts.iter().map(|(symbol, count)| (*count, *symbol)).collect();
    kept.sort_unstable_by(|left, right| right.cmp(left));
    kept.truncate(limit);
    let mut symbols: Vec<(u32, u64)> = kept.into_iter().map(|(count, symbol)| (symbol, count)).collect();
    if symbols.is_empty() {
        symbols.push((0, 1));
    }
    symbols.push((huffman::ESCAPE, 1));
    symbols.sort_unstable();
    huffman::best(&symbols, longest)
}
