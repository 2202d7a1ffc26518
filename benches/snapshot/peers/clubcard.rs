//! A clubcard, as CRLite publishes: whether a certificate is valid, for numbers that are known to exist. Of any other it says
//! something at random, and it holds nothing else, so it shows what the status alone takes. Its blocks are the years.

use crate::register::Register;
use cccheck::Status;
use clubcard::builder::{ApproximateRibbon, ClubcardBuilder, ExactRibbon};
use clubcard::{ApproximateSizeOf, AsQuery, Equation, Filterable, Membership, Queryable};
use std::collections::BTreeMap;

/// How many words of 64 bits the equations span.
const WORDS: usize = 4;

#[derive(Clone)]
struct Item {
    number: [u8; 8],
    year: [u8; 2],
    included: bool,
}

impl AsQuery<WORDS> for Item {
    fn as_query(&self, m: usize) -> Equation<WORDS> {
        let mut state = u64::from_be_bytes(self.number);
        let mut a = [0; WORDS].map(|_: u64| splitmix(&mut state));
        a[0] |= 1;
        Equation::homogeneous((splitmix(&mut state) % m.max(1) as u64) as usize, a)
    }

    fn block(&self) -> &[u8] {
        &self.year
    }

    fn discriminant(&self) -> &[u8] {
        &self.number
    }
}

impl Filterable<WORDS> for Item {
    fn included(&self) -> bool {
        self.included
    }
}

impl Queryable<WORDS> for Item {
    type UniverseMetadata = ();
    type PartitionMetadata = ();

    fn in_universe(&self, (): &()) -> bool {
        true
    }
}

/// Pseudo-random words from a seed, by the function of that name.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// Its size as the crate counts it, if it tells every certificate right.
pub fn bytes(register: &Register) -> Result<usize, &'static str> {
    let mut years: BTreeMap<u16, Vec<Item>> = BTreeMap::new();
    for row in &register.rows {
        let number = row.number(&register.products).to_be_bytes();
        let included = Status::ALL[row.status] != Status::Valid;
        years.entry(row.year).or_default().push(Item { number, year: row.year.to_be_bytes(), included });
    }
    let mut builder = ClubcardBuilder::<WORDS, Item>::new();
    let approximate = years.iter().map(|(year, items)| {
        let mut ribbon = builder.new_approx_builder(&year.to_be_bytes());
        ribbon.set_universe_size(items.len());
        items.iter().filter(|item| item.included).for_each(|item| ribbon.insert(item.clone()));
        ApproximateRibbon::from(ribbon)
    });
    let approximate = approximate.collect();
    builder.collect_approx_ribbons(approximate);
    let exact = years.iter().map(|(year, items)| {
        let mut ribbon = builder.new_exact_builder(&year.to_be_bytes());
        items.iter().for_each(|item| ribbon.insert(item.clone()));
        ExactRibbon::from(ribbon)
    });
    let exact = exact.collect();
    builder.collect_exact_ribbons(exact);
    let card = builder.build::<Item>((), ());
    let right = years.values().flatten().all(|item| {
        matches!((card.contains(item), item.included), (Membership::Member, true) | (Membership::Nonmember, false))
    });
    if right { Ok(card.approximate_size_of()) } else { Err("the clubcard is wrong of a certificate") }
}
