//! How a generated register goes on, day by day.

use super::{BODIES, Plan, SERIALS, lag, popularity, working_day, working_days};
use cccheck::{Day, Record, Status};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use std::collections::{BTreeMap, HashSet};

/// How long before the end a certificate can be renewed, in days.
const RENEWAL: i32 = 60;
/// How many of 100 changes, beside certificates that run out, are renewals.
const RENEWED: usize = 40;
/// How many serials of 100 come to nothing.
const LOST: u32 = 18;

/// The days after that of a plan. Each brings new certificates, and changes of standing and renewals of old ones, in
/// proportion to the plan: 853 and 569 in one of 569,000.
pub struct Days<'a> {
    plan: &'a Plan,
    random: ChaCha8Rng,
    day: Day,
    bodies: BTreeMap<u8, Serials>,
    taken: HashSet<(u8, u64)>,
}

/// The running serial of a body.
struct Serials {
    next: u64,
    a_day: u64,
}

impl Plan {
    /// The days that follow, for the records of [`Plan::certificates`].
    #[must_use]
    pub fn days(&self, records: &[Record]) -> Days<'_> {
        let days = u64::try_from(working_days(self.today.year(), self.today).len()).unwrap_or_default().max(1);
        let this_year = |body| self.groups.iter().rfind(|group| group.body == body);
        let serials = |body| {
            let (next, issued) =
                this_year(body).map_or((0, 0), |group| (group.first_serial + group.issued, group.issued));
            (body, Serials { next, a_day: issued / days })
        };
        Days {
            plan: self,
            random: ChaCha8Rng::seed_from_u64(self.seed.wrapping_add(1)),
            day: self.today,
            bodies: BODIES.map(serials).collect(),
            taken: records
                .iter()
                .filter(|record| record.number.year() == self.today.year())
                .map(|record| (record.number.body(), u64::from(record.number.serial())))
                .collect(),
        }
    }
}

impl Days<'_> {
    /// Lets one more day pass over the records, and says which.
    pub fn pass(&mut self, records: &mut Vec<Record>) -> Day {
        self.day = self.day.plus_days(1);
        let rows = self.plan.rows();
        let changes = usize::try_from(rows / 1_000).unwrap_or_default();
        let changes = changes.saturating_sub(self.run_out(records));
        let renewals = changes * RENEWED / 100;
        self.renew(records, renewals);
        self.change(records, changes - renewals);
        for _ in 0..rows * 3 / 2_000 {
            let added = self.add();
            records.extend(added);
        }
        self.day
    }

    /// Ends the certificates whose last day was yesterday; how many.
    fn run_out(&self, records: &mut [Record]) -> usize {
        let over = |record: &&mut Record| is_running(record) && record.expires_on.is_some_and(|last| last < self.day);
        let mut count = 0;
        for record in records.iter_mut().filter(over) {
            record.status = Status::Expired;
            record.status_since = record.expires_on.map(|last| last.plus_days(1));
            count += 1;
        }
        count
    }

    fn renew(&mut self, records: &mut [Record], count: usize) {
        let horizon = self.day.plus_days(RENEWAL);
        let mut due: Vec<&mut Record> = records
            .iter_mut()
            .filter(|record| record.status == Status::Valid && record.expires_on.is_some_and(|last| last <= horizon))
            .collect();
        let issued = working_day(self.day);
        for record in due.partial_shuffle(&mut self.random, count).0 {
            record.issued_on = Some(issued);
            record.expires_on = Some(issued.plus_years(5).plus_days(-1));
        }
    }

    fn change(&mut self, records: &mut [Record], count: usize) {
        let mut running: Vec<&mut Record> = records
            .iter_mut()
            .filter(|record| is_running(record) && record.issued_on.is_some_and(|issued| issued < self.day))
            .collect();
        for record in running.partial_shuffle(&mut self.random, count).0 {
            record.status = match (record.status, self.random.random_range(0..10)) {
                (Status::Suspended, 0..5) => Status::Valid,
                (Status::Valid, 0..3) => Status::Suspended,
                (_, 0..8) => Status::Cancelled,
                _ => Status::Revoked,
            };
            record.status_since = Some(self.day).filter(|_| record.status != Status::Valid);
        }
    }

    /// A certificate issued today, its serial from some days ago.
    fn add(&mut self) -> Option<Record> {
        let mut point = self.random.random_range(0..BODIES.map(popularity).sum());
        let body = BODIES.into_iter().find(|body| {
            let here = point < popularity(*body);
            point = point.saturating_sub(popularity(*body));
            here
        })?;
        let serials = self.bodies.get_mut(&body)?;
        let mut serial = serials.next.saturating_sub(lag(&mut self.random) * serials.a_day);
        while !self.taken.insert((body, serial % SERIALS)) {
            serial += 1;
        }
        let lost = u64::from(self.random.random_range(0..100) < LOST);
        serials.next = serials.next.max(serial + 1 + lost);
        let mut series = self.plan.series(body, self.day.year(), self.day);
        series.certificate(serial, working_day(self.day), &mut self.random).map(|certificate| certificate.record)
    }
}

fn is_running(record: &Record) -> bool {
    matches!(record.status, Status::Valid | Status::Suspended)
}
