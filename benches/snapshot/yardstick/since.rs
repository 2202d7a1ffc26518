//! Since when the status holds, given all but the holder: not at all, the day after the last, the day on which others of the
//! kind were cancelled, else anywhere between the bounds that the status sets.

use super::adaptive::{Between, Symbol};
use super::coder::Coder;
use crate::register::Row;
use cccheck::{Day, Status};
use std::collections::HashMap;

const NEVER: usize = 0;
const AFTER_THE_LAST: usize = 1;
const AS_THE_KIND: usize = 2;
const WITHIN: usize = 3;
const ANY: usize = 4;

pub struct Model {
    today: i32,
    kind: Symbol<3, 2>,
    within: Between,
    of_kind: HashMap<usize, i32>,
}

impl Model {
    pub fn new(today: i32) -> Self {
        Self { today, kind: Symbol::default(), within: Between::default(), of_kind: HashMap::new() }
    }

    pub fn code(&mut self, coder: &mut impl Coder, since: Option<i32>, row: &Row) -> Option<i32> {
        let status = Status::ALL[row.status];
        let full = Day::from_days(row.issued).map_or(row.issued, |day| day.plus_years(5).days());
        let first = row.issued + 1;
        let bounds = match status {
            Status::Suspended => (first.max(self.today - 365), self.today),
            _ => (first, self.today.min(full).min(row.expires)),
        };
        let of_kind = self.of_kind.get(&row.product).copied();
        let kind = match since {
            None => NEVER,
            Some(day) if day == row.expires + 1 => AFTER_THE_LAST,
            Some(day) if of_kind == Some(day) => AS_THE_KIND,
            Some(day) if (bounds.0..=bounds.1).contains(&day) => WITHIN,
            Some(_) => ANY,
        };
        let (context, product) = (row.status as u64, row.product as u64);
        let kind = self.kind.code(coder, kind, [context, product << 8 | context]);
        let value = since.unwrap_or(0);
        let since = match kind {
            NEVER => None,
            AFTER_THE_LAST => Some(row.expires + 1),
            AS_THE_KIND => of_kind,
            WITHIN => Some(self.within.code(coder, value, bounds, context)),
            _ => Some(super::issue::any_day(coder, value)),
        };
        if let (Status::Cancelled, Some(day)) = (status, since) {
            self.of_kind.insert(row.product, day);
        }
        since
    }
}
