//! Which product kinds the bodies of a demonstration certify, and for whom.

use super::{BODIES, FIRST_YEAR, MOST_POPULAR};
use crate::Error;
use crate::samples::Quoted;
use cccheck::{Day, Reference, Scheme};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::collections::BTreeMap;
use std::ops::Range;

/// How many times rarer a kind is that no longer needs a certificate.
const FADED: u64 = 10;
/// In how many cases of 100 a body other than the most popular one certifies a kind.
const IN_SCOPE: u32 = 40;
/// In how many cases of 100 a holder certifies a kind that is not its main one.
const SIDELINE: u32 = 25;

/// A product kind, with how often it is certified.
pub(super) struct Kind {
    pub(super) code: u16,
    weight: u64,
    /// The years in which it was certified.
    years: Vec<u16>,
    /// The bodies that certify it.
    bodies: Vec<u8>,
    /// The companies whose main kind it is.
    holders: Range<u32>,
    /// The day on which it left the catalogue.
    pub(super) removed: Option<Day>,
}

/// The product kinds, the most popular first: those that real listings quote most, then the others by chance.
pub(super) fn kinds(rows: u64, reference: &Reference, today: Day, random: &mut ChaCha8Rng) -> Result<Vec<Kind>, Error> {
    let mut quotes: BTreeMap<u16, usize> = BTreeMap::new();
    for quoted in Quoted::all()? {
        *quotes.entry(quoted.certificate()?.record.number.product()).or_default() += 1;
    }
    let catalogue = &reference.catalogue;
    let floor = catalogue.rows().map(|row| row.effective_from).min();
    let mut codes: Vec<u16> = catalogue.rows().map(|row| row.code).collect();
    codes.dedup();
    let mut ranked: Vec<(usize, u32, u16)> =
        codes.into_iter().map(|code| (quotes.get(&code).copied().unwrap_or(0), random.random(), code)).collect();
    ranked.sort_unstable_by(|left, right| right.cmp(left));

    let certified = |code: u16, day: Day| match catalogue.on(code, day) {
        Some(row) => row.scheme == Scheme::ThirdParty,
        // What left the catalogue had been in it; what the first known catalogue lists may be older than that.
        None => catalogue.after(code, day).next().is_some_and(|next| match next.scheme {
            Scheme::ThirdParty => Some(next.effective_from) == floor,
            Scheme::Removed | Scheme::Merged => true,
            Scheme::SelfDeclarationA | Scheme::SelfDeclarationB | Scheme::Unresolved => false,
        }),
    };
    let mut kinds: Vec<Kind> = (1_u64..)
        .zip(ranked)
        .map(|(rank, (_, _, code))| {
            let now = catalogue.on(code, today);
            let removed = now.as_ref().filter(|row| row.scheme == Scheme::Removed).map(|row| row.effective_from);
            let faded = now.is_none_or(|row| row.scheme != Scheme::ThirdParty);
            let years = (FIRST_YEAR.min(today.year())..=today.year())
                .filter(|year| Day::new(*year, 12, 31).is_some_and(|last| certified(code, last.min(today))))
                .collect();
            let bodies =
                BODIES.filter(|body| *body == MOST_POPULAR || random.random_range(0..100) < IN_SCOPE).collect();
            Kind {
                code,
                weight: 1_000_000 / rank / if faded { FADED } else { 1 },
                years,
                bodies,
                holders: 0..1,
                removed,
            }
        })
        .collect();
    share_holders(rows, &mut kinds);
    Ok(kinds)
}

/// Gives each kind companies in proportion to its weight, numbered on from kind to kind. Larger registers know more of
/// them: about one to ten certificates in the national one, one to sixteen in one five times as large.
fn share_holders(rows: u64, kinds: &mut [Kind]) {
    let holders = 4 * rows.isqrt() * rows.isqrt().isqrt();
    let total = kinds.iter().map(|kind| kind.weight).sum::<u64>().max(1);
    let mut start = 0;
    for kind in kinds {
        let end = start + u32::try_from(holders * kind.weight / total).unwrap_or_default().max(1);
        kind.holders = start..end;
        start = end;
    }
}

/// The kinds that a body certifies in a year, for picking by weight.
pub(super) struct Products<'a> {
    kinds: Vec<&'a Kind>,
    /// The sum of the weights up to each kind.
    sums: Vec<u64>,
}

impl<'a> Products<'a> {
    pub(super) fn of(kinds: &'a [Kind], body: u8, year: u16) -> Self {
        let kinds: Vec<&Kind> =
            kinds.iter().filter(|kind| kind.years.contains(&year) && kind.bodies.contains(&body)).collect();
        let sums = kinds
            .iter()
            .scan(0, |sum, kind| {
                *sum += kind.weight;
                Some(*sum)
            })
            .collect();
        Self { kinds, sums }
    }

    pub(super) fn pick(&self, random: &mut ChaCha8Rng) -> Option<&'a Kind> {
        let point = random.random_range(0..*self.sums.last().filter(|sum| **sum > 0)?);
        self.kinds.get(self.sums.partition_point(|sum| *sum <= point)).copied()
    }

    /// A company for a kind: most often one whose main kind it is, a few companies far more often than the others.
    pub(super) fn holder(&self, kind: &Kind, random: &mut ChaCha8Rng) -> u32 {
        let sideline = random.random_range(0..100) < SIDELINE;
        let main = if sideline { self.pick(random).unwrap_or(kind) } else { kind };
        (0..3).fold(main.holders.end, |end, _| random.random_range(main.holders.start..end) + 1) - 1
    }
}
