//! How long a generated certificate lives, and what becomes of it.

use super::working_day;
use cccheck::{CccNumber, Day, Parties, Provenance, Record, Status};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

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
/// What bounds a certificate's days.
pub(super) struct Life {
    pub(super) first_issue: Day,
    /// When its kind left the catalogue.
    pub(super) removed: Option<Day>,
    pub(super) today: Day,
}

impl Life {
    pub(super) fn record(&self, number: CccNumber, random: &mut ChaCha8Rng) -> Record {
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
