//! A made-up register for demonstrations, under body codes that no real body has. Seeded: the same seed, size and day give
//! the same records. What is known of real numbers shapes it: one running serial per body across products and years, numbers
//! that survive renewal, few popular products, holders that take several numbers in a row, statuses with their days.

use crate::progress::Progress;
use crate::samples::Quoted;
use crate::store::{Certificate, Names};
use crate::{Error, Store};
use cccheck::snapshot::Coverage;
use cccheck::{CccNumber, Day, Instant, Parties, Provenance, Record, Reference, Scheme, Status};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The most certificates that can be asked for.
pub const MAX_ROWS: u64 = 5_000_000;
/// The seed of the demonstration.
pub const DEMO_SEED: u64 = 20_200_421;

/// The certification bodies that exist in demonstrations only, the most popular first.
const BODIES: RangeInclusive<u8> = 90..=99;
const FIRST_YEAR: u16 = 2010;
/// How many certificates in a thousand are still in the register, by the number's age in years; older ones as the last.
/// Every fifth year is one of renewal, in which many are given up. About 40 % of all issued in the end.
const KEPT: [u64; 17] = [820, 760, 700, 640, 580, 420, 380, 340, 310, 280, 200, 180, 160, 150, 140, 100, 90];
/// How many serials there are before a body begins anew at 0.
const SERIALS: u64 = 1_000_000;
/// Statuses with their weights.
const STATUSES: [(Status, u32); 5] = [
    (Status::Valid, 810),
    (Status::Suspended, 29),
    (Status::Revoked, 40),
    (Status::Cancelled, 79),
    (Status::Expired, 39),
];
/// In how many cases of 100 a certificate runs for the usual years to the day.
const USUAL_END: u32 = 85;
const USUAL_YEARS: u16 = 5;
/// The usual years in days, leap days and all.
const TERM_DAYS: i32 = 5 * 365 + 2;
/// The shortest time for which a certificate is given.
const SHORTEST_DAYS: i32 = 30;
/// In how many cases of 100 the next number goes to the same holder for the same product.
const BURST: u32 = 25;
/// How many companies hold certificates.
const HOLDERS: u32 = 50_000;
/// How many times rarer a kind is that no longer needs a certificate.
const FADED: u64 = 10;

/// Fills an empty register with a demonstration: generated certificates, and the real numbers quoted on public listings.
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

/// A product kind, with how often it is certified.
struct Kind {
    code: u16,
    weight: u64,
    /// The years in which it was certified.
    years: Vec<u16>,
    /// The day on which it left the catalogue.
    removed: Option<Day>,
}

impl Plan {
    /// Plans so many certificates, at most [`MAX_ROWS`].
    ///
    /// # Errors
    /// [`Error::Table`] if the table of samples is not as it must be.
    pub fn new(rows: u64, seed: u64, today: Day, reference: &Reference) -> Result<Self, Error> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let kinds = kinds(reference, today, &mut random)?;
        Ok(Self { seed, today, groups: groups(rows.min(MAX_ROWS), today, &mut random), kinds })
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
        let products = Products::of(&self.kinds, group.year);
        let mut certificates = Vec::new();
        let mut previous: Option<(&Kind, u32)> = None;
        let mut wanted = group.kept;
        for slot in 0..group.issued {
            // Each serial is kept with the chance that leaves exactly `kept` of them.
            if random.random_range(0..group.issued - slot) >= wanted {
                continue;
            }
            wanted -= 1;
            let same_holder = random.random_range(0..100) < BURST;
            let repeated = previous.filter(|_| same_holder);
            let drawn = random.random_range(0..HOLDERS);
            let Some((kind, holder)) = repeated.or_else(|| Some((products.pick(&mut random)?, drawn))) else {
                continue;
            };
            previous = Some((kind, holder));
            let serial = u32::try_from((group.first_serial + slot) % SERIALS).unwrap_or_default();
            let place = u64::try_from(days.len()).unwrap_or_default() * slot / group.issued;
            let first_issue = usize::try_from(place).ok().and_then(|place| days.get(place));
            if let (Some(number), Some(first_issue)) =
                (CccNumber::new(group.year, group.body, kind.code, serial), first_issue)
            {
                let life = Life { first_issue: *first_issue, removed: kind.removed, today: self.today };
                let applicant = Some(format!("演示企业{holder:05}有限公司"));
                let names = Names { applicant, ..Names::default() };
                certificates.push(Certificate::new(life.record(number, &mut random), names));
            }
        }
        certificates.sort_unstable_by_key(|certificate| certificate.record.number);
        certificates
    }
}

/// Shares the rows among bodies and years, and gives each body its running serials.
fn groups(rows: u64, today: Day, random: &mut ChaCha8Rng) -> Vec<Group> {
    let last_year = today.year();
    let years: Vec<u16> = (FIRST_YEAR.min(last_year)..=last_year).collect();
    let kept = |year: u16| KEPT.get(usize::from(last_year - year)).or(KEPT.last()).copied().unwrap_or(1);
    let mut shares = Vec::new();
    for (rank, body) in (1_u64..).zip(BODIES) {
        for (growth, year) in (0_u64..).zip(&years) {
            let issued_a_day = 70 + 3 * growth;
            let days = u64::try_from(working_days(*year, today).len()).unwrap_or_default();
            shares.push((body, *year, kept(*year) * issued_a_day * days * 1_000 / (rank * rank)));
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

/// The product kinds, the most popular first: those that real listings quote most, then the others by chance.
fn kinds(reference: &Reference, today: Day, random: &mut ChaCha8Rng) -> Result<Vec<Kind>, Error> {
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
    let kinds = (1_u64..).zip(ranked).map(|(rank, (_, _, code))| {
        let now = catalogue.on(code, today);
        let removed = now.as_ref().filter(|row| row.scheme == Scheme::Removed).map(|row| row.effective_from);
        let faded = now.is_none_or(|row| row.scheme != Scheme::ThirdParty);
        let years = (FIRST_YEAR.min(today.year())..=today.year())
            .filter(|year| Day::new(*year, 12, 31).is_some_and(|last| certified(code, last.min(today))))
            .collect();
        Kind { code, weight: 1_000_000 / rank / if faded { FADED } else { 1 }, years, removed }
    });
    Ok(kinds.collect())
}

/// The kinds that are certified in a year, for picking by weight.
struct Products<'a> {
    kinds: Vec<&'a Kind>,
    /// The sum of the weights up to each kind.
    sums: Vec<u64>,
}

impl<'a> Products<'a> {
    fn of(kinds: &'a [Kind], year: u16) -> Self {
        let kinds: Vec<&Kind> = kinds.iter().filter(|kind| kind.years.contains(&year)).collect();
        let sums = kinds
            .iter()
            .scan(0, |sum, kind| {
                *sum += kind.weight;
                Some(*sum)
            })
            .collect();
        Self { kinds, sums }
    }

    fn pick(&self, random: &mut ChaCha8Rng) -> Option<&'a Kind> {
        let point = random.random_range(0..*self.sums.last().filter(|sum| **sum > 0)?);
        self.kinds.get(self.sums.partition_point(|sum| *sum <= point)).copied()
    }
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

/// What bounds a certificate's days.
struct Life {
    first_issue: Day,
    /// When its kind left the catalogue.
    removed: Option<Day>,
    today: Day,
}

impl Life {
    fn record(&self, number: CccNumber, random: &mut ChaCha8Rng) -> Record {
        let status = self.possible(draw(random));
        // Renewal is granted some days before the end.
        let lead = random.random_range(0..=60);
        let (issued_on, expires_on, status_since) = match status {
            Status::Revoked | Status::Cancelled => self.ended(status, lead, random),
            Status::Expired => self.expired(lead, random),
            Status::Valid | Status::Suspended | Status::Unknown => self.running(status, lead, random),
        };
        Record {
            number,
            status,
            status_since,
            issued_on: Some(issued_on),
            expires_on: Some(expires_on),
            provenance: Provenance::Synthetic,
            model: None,
            parties: Parties::default(),
        }
    }

    /// The last day on which something can have happened to the certificate.
    fn last(&self) -> Day {
        self.removed.map_or(self.today, |removed| removed.min(self.today))
    }

    /// The status drawn, or the nearest that a certificate of this age and kind can have.
    fn possible(&self, drawn: Status) -> Status {
        let age = self.last().days() - self.first_issue.days();
        let running = if self.removed.is_some() { Status::Cancelled } else { Status::Valid };
        match drawn {
            Status::Valid | Status::Unknown => running,
            Status::Suspended if self.removed.is_some() => Status::Cancelled,
            Status::Expired if age < SHORTEST_DAYS + 2 => running,
            Status::Suspended | Status::Revoked | Status::Cancelled if age < 2 => running,
            status => status,
        }
    }

    /// The day of issue of the certificate that was in force on a day: the first, or the latest renewal.
    fn issued_before(&self, day: Day, lead: i32) -> Day {
        let renewals = day.year().saturating_sub(self.first_issue.year()) / USUAL_YEARS + 1;
        (1..=renewals)
            .rev()
            .map(|renewal| working_day(self.first_issue.plus_years(renewal * USUAL_YEARS).plus_days(-lead)))
            .find(|issued| *issued <= day)
            .unwrap_or(self.first_issue)
    }

    fn running(&self, status: Status, lead: i32, random: &mut ChaCha8Rng) -> (Day, Day, Option<Day>) {
        let suspended = status == Status::Suspended;
        let issued = self.issued_before(self.today.plus_days(-i32::from(suspended)), lead);
        let since = || between(issued.plus_days(1).max(self.today.plus_days(-365)), self.today, random);
        let since = suspended.then(since);
        (issued, end(issued, self.today.plus_days(1), random), since)
    }

    /// Revoked or cancelled on some day, or cancelled when the kind left the catalogue.
    fn ended(&self, status: Status, lead: i32, random: &mut ChaCha8Rng) -> (Day, Day, Option<Day>) {
        let since = match self.removed {
            Some(removed) if status == Status::Cancelled => removed,
            _ => between(self.first_issue.plus_days(1), self.last(), random),
        };
        let issued = self.issued_before(since.plus_days(-1), lead);
        (issued, end(issued, since, random), Some(since))
    }

    /// Run out without renewal: after the usual term, or a young one after a short term.
    fn expired(&self, lead: i32, random: &mut ChaCha8Rng) -> (Day, Day, Option<Day>) {
        let yesterday = self.last().plus_days(-1);
        let a_term_ago = yesterday.plus_days(-TERM_DAYS);
        let (issued, expires) = if self.first_issue <= a_term_ago {
            let issued = self.issued_before(a_term_ago, lead);
            (issued, end(issued, issued.plus_days(SHORTEST_DAYS), random))
        } else {
            (self.first_issue, between(self.first_issue.plus_days(SHORTEST_DAYS), yesterday, random))
        };
        (issued, expires, Some(expires.plus_days(1)))
    }
}

/// The usual last day, or sometimes an earlier one; not before `earliest`, unless that is beyond the longest term.
fn end(issued: Day, earliest: Day, random: &mut ChaCha8Rng) -> Day {
    let usual = issued.plus_years(USUAL_YEARS).plus_days(-1);
    let last = if random.random_range(0..100) < USUAL_END { usual } else { between(earliest, usual, random) };
    last.max(earliest).min(issued.plus_years(USUAL_YEARS))
}

/// A day from `first` to `last`; `last` if there is none.
fn between(first: Day, last: Day, random: &mut ChaCha8Rng) -> Day {
    if first >= last { last } else { last.plus_days(-random.random_range(0..=last.days() - first.days())) }
}

/// The day itself, or the Friday before a weekend.
fn working_day(day: Day) -> Day {
    day.plus_days(-(weekday(day) - 4).max(0))
}

fn draw(random: &mut ChaCha8Rng) -> Status {
    let mut point = random.random_range(0..STATUSES.iter().map(|(_, weight)| weight).sum::<u32>());
    for (status, weight) in STATUSES {
        match point.checked_sub(weight) {
            Some(rest) => point = rest,
            None => return status,
        }
    }
    Status::Valid
}
