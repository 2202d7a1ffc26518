//! A made-up register for demonstrations, under body codes that no real body has. Seeded: the same seed, size and day give
//! the same records. What is known of real numbers shapes it: one running serial per body across products and years, issue
//! within days of the serial, numbers that survive renewal, few popular products, holders with a trade of their own that take
//! several numbers in a row, statuses with their days.

mod days;
mod declarations;
mod life;
mod products;

pub use days::Days;

use crate::progress::Progress;
use crate::samples::Quoted;
use crate::store::{Certificate, Names};
use crate::{Error, Store};
use cccheck::snapshot::Coverage;
use cccheck::{CccNumber, Day, HASHED, Instant, Reference};
use life::Life;
use products::{Kind, Products, kinds};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The most certificates that can be asked for.
pub const MAX_ROWS: u64 = 5_000_000;
/// The seed of the demonstration.
pub const DEMO_SEED: u64 = 20_200_421;

/// The certification bodies that exist in demonstrations only, the most popular first.
const BODIES: RangeInclusive<u8> = MOST_POPULAR..=99;
const MOST_POPULAR: u8 = 90;
const FIRST_YEAR: u16 = 2010;
/// How many certificates in a thousand are still in the register, by the number's age in years; older ones as the last.
/// Every fifth year is one of renewal, in which many are given up. About 40 % of all issued in the end.
const KEPT: [u64; 17] = [820, 760, 700, 640, 580, 420, 380, 340, 310, 280, 200, 180, 160, 150, 140, 100, 90];
/// How many serials there are before a body begins anew at 0.
const SERIALS: u64 = 1_000_000;
/// In how many cases of 100 the next number goes to the same holder for the same product.
const BURST: u32 = 25;
/// Fills an empty register with a demonstration: generated certificates and
/// self-declarations, and the real numbers quoted on public listings.
///
/// # Errors
/// [`Error::Store`] or [`Error::Table`].
pub fn fill(store: &mut Store, rows: u64, reference: &Reference, now: Instant) -> Result<(), Error> {
    let plan = Plan::new(rows, DEMO_SEED, now.legal_day(), reference)?;
    store.load(|loader| {
        let mut progress = Progress::new("generating", Some(plan.rows()));
        for group in plan.certificates() {
            for certificate in &group {
                loader.insert(certificate)?;
            }
            progress.advance(group.len());
        }
        progress.finish();
        for line in plan.coverage() {
            loader.cover(&line)?;
        }
        for declared in declarations::declarations(DEMO_SEED, now.legal_day(), reference) {
            loader.declare(&declared, "demonstration", now)?;
        }
        loader.cover(&Coverage { body: HASHED, year: 0, complete: true, lapsed_since: None })?;
        for quoted in Quoted::all()? {
            let certificate = quoted.certificate()?;
            let number = certificate.record.number;
            loader.insert(&certificate)?;
            loader.cover(&Coverage {
                body: number.body(),
                year: number.year(),
                complete: false,
                lapsed_since: None,
            })?;
        }
        Ok(())
    })
}

/// What to generate.
pub struct Plan {
    seed: u64,
    today: Day,
    groups: Vec<Group>,
    kinds: Vec<Kind>,
}

/// The certificates of one body and year: `kept` of `issued` serials in a row.
struct Group {
    body: u8,
    year: u16,
    kept: u64,
    issued: u64,
    first_serial: u64,
}

impl Plan {
    /// Plans so many certificates, at most [`MAX_ROWS`].
    ///
    /// # Errors
    /// [`Error::Table`] if the table of samples is not as it must be.
    pub fn new(rows: u64, seed: u64, today: Day, reference: &Reference) -> Result<Self, Error> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let rows = rows.min(MAX_ROWS);
        let kinds = kinds(rows, reference, today, &mut random)?;
        Ok(Self { seed, today, groups: groups(rows, today, &mut random), kinds })
    }

    /// How many certificates it plans.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.groups.iter().map(|group| group.kept).sum()
    }

    /// How many serials were given out for them.
    #[must_use]
    pub fn issued(&self) -> u64 {
        self.groups.iter().map(|group| group.issued).sum()
    }

    /// What the register knows in full.
    pub fn coverage(&self) -> impl Iterator<Item = Coverage> {
        self.groups.iter().map(|group| Coverage {
            body: group.body,
            year: group.year,
            complete: true,
            lapsed_since: None,
        })
    }

    /// The certificates by body and year, sorted by number in each.
    pub fn certificates(&self) -> impl Iterator<Item = Vec<Certificate>> {
        self.groups.iter().map(|group| self.group(group))
    }

    fn group(&self, group: &Group) -> Vec<Certificate> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(u64::from(group.year) * 100 + u64::from(group.body));
        let days = working_days(group.year, self.today);
        let mut series = self.series(group.body, group.year, self.today);
        let mut certificates = Vec::new();
        let mut wanted = group.kept;
        for slot in 0..group.issued {
            // Each serial is kept with the chance that leaves exactly `kept` of them.
            if random.random_range(0..group.issued - slot) >= wanted {
                continue;
            }
            wanted -= 1;
            let place = u64::try_from(days.len()).unwrap_or_default() * slot / group.issued + lag(&mut random);
            let first_issue = usize::try_from(place).ok().and_then(|place| days.get(place)).or(days.last());
            certificates
                .extend(first_issue.and_then(|day| series.certificate(group.first_serial + slot, *day, &mut random)));
        }
        certificates.sort_unstable_by_key(|certificate| certificate.record.number);
        certificates
    }

    fn series(&self, body: u8, year: u16, today: Day) -> Series<'_> {
        Series { body, year, today, products: Products::of(&self.kinds, body, year), previous: None }
    }
}

/// The certificates of one body and year, in the order of their serials.
struct Series<'a> {
    body: u8,
    year: u16,
    today: Day,
    products: Products<'a>,
    previous: Option<(&'a Kind, u32)>,
}

impl Series<'_> {
    fn certificate(&mut self, serial: u64, first_issue: Day, random: &mut ChaCha8Rng) -> Option<Certificate> {
        let repeated = self.previous.filter(|_| random.random_range(0..100) < BURST);
        let (kind, holder) = repeated.or_else(|| {
            let kind = self.products.pick(random)?;
            Some((kind, self.products.holder(kind, random)))
        })?;
        self.previous = Some((kind, holder));
        let serial = u32::try_from(serial % SERIALS).ok()?;
        let number = CccNumber::new(self.year, self.body, kind.code, serial)?;
        let life = Life { first_issue, removed: kind.removed, today: self.today };
        let applicant = Some(format!("演示企业{holder:05}有限公司"));
        Some(Certificate::new(life.record(number, random), Names { applicant, ..Names::default() }))
    }
}

/// How many working days after its serial was given a certificate is issued.
fn lag(random: &mut ChaCha8Rng) -> u64 {
    match random.random_range(0..10) {
        0..6 => 0,
        6..9 => random.random_range(1..=5),
        _ => random.random_range(6..=41),
    }
}

/// How popular a body is, in parts per million of the first.
fn popularity(body: u8) -> u64 {
    let rank = u64::from(body.saturating_sub(MOST_POPULAR)) + 1;
    1_000_000 / (rank * rank)
}

/// Shares the rows among bodies and years, and gives each body its running serials.
fn groups(rows: u64, today: Day, random: &mut ChaCha8Rng) -> Vec<Group> {
    let last_year = today.year();
    let years: Vec<u16> = (FIRST_YEAR.min(last_year)..=last_year).collect();
    let kept = |year: u16| KEPT.get(usize::from(last_year - year)).or(KEPT.last()).copied().unwrap_or(1);
    let mut shares = Vec::new();
    for body in BODIES {
        for (growth, year) in (0_u64..).zip(&years) {
            let issued_a_day = 70 + 3 * growth;
            let days = u64::try_from(working_days(*year, today).len()).unwrap_or_default();
            shares.push((body, *year, kept(*year) * issued_a_day * days * popularity(body)));
        }
    }
    let total = shares.iter().map(|(.., share)| u128::from(*share)).sum::<u128>().max(1);
    let up_to = |sum: u128| u64::try_from(u128::from(rows) * sum / total).unwrap_or_default();
    let mut sum = 0;
    let mut next_serial: BTreeMap<u8, u64> = BODIES.map(|body| (body, random.random_range(0..SERIALS))).collect();
    let mut groups = Vec::new();
    for (body, year, share) in shares {
        let before = up_to(sum);
        sum += u128::from(share);
        let rows = (up_to(sum) - before).min(SERIALS);
        let issued = (rows * 1_000).div_ceil(kept(year)).min(SERIALS);
        let serial = next_serial.entry(body).or_default();
        groups.push(Group { body, year, kept: rows, issued, first_serial: *serial });
        *serial = (*serial + issued) % SERIALS;
    }
    groups.sort_by_key(|group| (group.year, group.body));
    groups
}

/// The working days of a year up to today: Monday to Friday.
fn working_days(year: u16, today: Day) -> Vec<Day> {
    let (Some(first), Some(last)) = (Day::new(year, 1, 1), Day::new(year, 12, 31)) else {
        return Vec::new();
    };
    (first.days()..=last.min(today).days()).filter_map(Day::from_days).filter(|day| weekday(*day) < 5).collect()
}

/// 0 for Monday to 6 for Sunday.
fn weekday(day: Day) -> i32 {
    (day.days() + 3).rem_euclid(7)
}

/// The day itself, or the Friday before a weekend.
fn working_day(day: Day) -> Day {
    day.plus_days(-(weekday(day) - 4).max(0))
}
