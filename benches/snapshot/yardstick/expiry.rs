//! The last day, given issue, status and year: the usual one, five years less a day later, or five years later; else
//! anywhere between the bounds that the status sets.

use super::adaptive::{Between, Symbol};
use super::coder::Coder;
use crate::register::Row;
use cccheck::{Day, Status};

const USUAL: usize = 0;
const FULL_TERM: usize = 1;
const WITHIN: usize = 2;
const ANY: usize = 3;

pub struct Model {
    today: i32,
    kind: Symbol<2, 2>,
    within: Between,
}

impl Model {
    pub fn new(today: i32) -> Self {
        Self { today, kind: Symbol::default(), within: Between::default() }
    }

    pub fn code(&mut self, coder: &mut impl Coder, expires: i32, row: &Row) -> i32 {
        let full = Day::from_days(row.issued).map_or(row.issued, |day| day.plus_years(5).days());
        let running = [Status::Valid, Status::Suspended].contains(&Status::ALL[row.status]);
        let bounds = match Status::ALL[row.status] {
            Status::Valid | Status::Suspended => (self.today.max(row.issued + 1), full - 2),
            Status::Expired => (row.issued + 1, (self.today - 1).min(full - 2)),
            Status::Revoked | Status::Cancelled | Status::Unknown => (row.issued + 1, full - 2),
        };
        let kind = match expires - full {
            -1 => USUAL,
            0 => FULL_TERM,
            _ if (bounds.0..=bounds.1).contains(&expires) => WITHIN,
            _ => ANY,
        };
        let status = row.status as u64;
        let age = (self.today - row.issued) as u64;
        let kind = self.kind.code(coder, kind, [status << 16 | (age / 365), status << 16 | 1 << 15 | (age / 61)]);
        match kind {
            USUAL => full - 1,
            FULL_TERM => full,
            WITHIN => self.within.code(coder, expires, bounds, u64::from(running)),
            _ => super::issue::any_day(coder, expires),
        }
    }
}
