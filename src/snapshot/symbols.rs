//! The symbols of rows: what each says, how many plain bits follow it, and what readers count when they pass over it.

use super::bits::Stream;
use super::layout::USUAL_YEARS;
use crate::date::Day;
use core::ops::Add;

/// What a prefix code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    State,
    Issue,
    /// Expiry and status days.
    Day,
    Product,
}

impl Kind {
    /// Bits of an escaped symbol.
    pub(super) fn escaped(self) -> u32 {
        match self {
            Self::State => State::BITS,
            Self::Issue => Issue::BITS,
            Self::Day => Bucket::BITS,
            Self::Product => PRODUCT_BITS,
        }
    }

    /// Whether its codes are read backward.
    pub(super) fn is_backward(self) -> bool {
        self == Self::Product
    }

    /// How many bits follow a symbol, and what it counts, in fields of three bits: for a state, the columns in which its row
    /// stands; for an issue, the advance. None if that is said by what follows.
    pub(super) fn weight(self, symbol: u32) -> Option<(u32, u32)> {
        match self {
            Self::State => Some((0, State(symbol).columns())),
            Self::Issue => {
                let issue = Issue(symbol);
                let advance = issue.advance();
                (advance != Issue::FAR).then_some((issue.difference().width(), advance))
            }
            Self::Day => Some((Bucket(symbol).width(), 0)),
            Self::Product => Some((0, 0)),
        }
    }

    /// Passes over what follows a symbol, and says what it counts.
    pub(super) fn pass(self, symbol: u32, bits: &mut impl Stream) -> Sum {
        let (width, sum) = match self.weight(symbol) {
            Some((width, count)) => (width, Sum::of(count)),
            None => {
                let issue = Issue(symbol);
                (issue.difference().width(), Sum::of_advance(issue.advanced(bits)))
            }
        };
        bits.skip(width);
        sum
    }
}

/// A sum of what symbols count: of fields of three bits, the even ones in the lower half, the odd ones in the upper half, each
/// with six bits of room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum(u64);

impl Sum {
    const FIELDS: u32 = 0o07_07_07_07;
    /// The most rows of whose columns the fields can be summed.
    const MOST_ROWS: u32 = 63;

    /// What so much counts, at most seven in each field.
    #[inline(always)]
    pub(super) fn of(count: u32) -> Self {
        Self(u64::from(count & Self::FIELDS) | u64::from(count >> 3 & Self::FIELDS) << 32)
    }

    #[inline(always)]
    pub(super) fn of_advance(advance: u32) -> Self {
        Self(u64::from(advance))
    }

    #[inline(always)]
    pub(super) fn plus(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    /// The sum of advances, whose upper field is counted in eights.
    pub(super) fn advance(self) -> u64 {
        (self.0 & u64::from(u32::MAX)) + (self.0 >> 32) * 8
    }
}

/// What a row says of its status and of what follows, in one symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State(pub(super) u32);

/// How a row gives a day, or its companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// Not at all.
    None,
    /// As is usual: the usual last day; the day after the last day; the companies of the row before.
    Usual,
    /// In what follows.
    Coded,
    /// As in the row of the base that is changed.
    Kept,
}

impl Given {
    #[inline]
    fn from_bits(bits: u32) -> Self {
        match bits & 3 {
            0 => Self::None,
            1 => Self::Usual,
            2 => Self::Coded,
            _ => Self::Kept,
        }
    }

    pub(super) fn bits(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Usual => 1,
            Self::Coded => 2,
            Self::Kept => 3,
        }
    }
}

/// The status of a row of the base that the register no longer has.
pub(super) const REMOVED: u32 = 15;

impl State {
    /// Bits of an escaped one.
    pub(super) const BITS: u32 = 16;
    const EXPIRY: u32 = 6;
    const SINCE: u32 = 8;
    const PARTIES: u32 = 10;
    const ISSUE: u32 = 12;
    const SAME_PRODUCT: u32 = 14;
    const MODEL: u32 = 15;

    pub(super) fn new(
        status: u32,
        provenance: u32,
        [issue, expiry, since, parties]: [Given; 4],
        same_product: bool,
        model: bool,
    ) -> Self {
        Self(
            status
                | provenance << 4
                | expiry.bits() << Self::EXPIRY
                | since.bits() << Self::SINCE
                | parties.bits() << Self::PARTIES
                | issue.bits() << Self::ISSUE
                | u32::from(same_product) << Self::SAME_PRODUCT
                | u32::from(model) << Self::MODEL,
        )
    }

    pub(super) fn status(self) -> u32 {
        self.0 & 15
    }

    pub(super) fn provenance(self) -> u32 {
        self.0 >> 4 & 3
    }

    #[inline]
    pub(super) fn issue(self) -> Given {
        Given::from_bits(self.0 >> Self::ISSUE)
    }

    #[inline]
    pub(super) fn expiry(self) -> Given {
        Given::from_bits(self.0 >> Self::EXPIRY)
    }

    #[inline]
    pub(super) fn since(self) -> Given {
        Given::from_bits(self.0 >> Self::SINCE)
    }

    #[inline]
    pub(super) fn parties(self) -> Given {
        Given::from_bits(self.0 >> Self::PARTIES)
    }

    pub(super) fn same_product(self) -> bool {
        self.0 >> Self::SAME_PRODUCT & 1 == 1
    }

    #[inline]
    pub(super) fn has_model(self) -> bool {
        self.0 >> Self::MODEL & 1 == 1
    }

    /// Whether it was revoked or cancelled: then its issue day has a column of its own, as it was ended before a renewal.
    #[inline]
    pub(super) fn is_ended(self) -> bool {
        matches!(self.status(), 2 | 3)
    }

    /// Whether its row stands in one of the columns from the issue days of ended certificates to the models.
    #[inline]
    pub(super) fn has_more(self) -> bool {
        let coded = |given| given == Given::Coded;
        coded(self.expiry()) || coded(self.since()) || self.has_model() || coded(self.issue()) && self.is_ended()
    }

    /// The columns in which its row stands: 1 in the three bits of each [`Column`].
    pub(super) fn columns(self) -> u32 {
        let has_issue = self.issue() == Given::Coded;
        let columns = [
            (Column::Product, !self.same_product()),
            (Column::Running, has_issue && !self.is_ended()),
            (Column::Ended, has_issue && self.is_ended()),
            (Column::Expiry, self.expiry() == Given::Coded),
            (Column::Since, self.since() == Given::Coded),
            (Column::Parties, self.parties() == Given::Coded),
            (Column::Model, self.has_model()),
        ];
        columns.into_iter().map(|(column, stands)| u32::from(stands) << (3 * column.place())).sum()
    }
}

/// The columns of a block in which not every row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Parties,
    Product,
    /// The issue days of certificates that were not ended.
    Running,
    /// The issue days of those that were.
    Ended,
    Expiry,
    Since,
    Model,
}

impl Column {
    fn place(self) -> u32 {
        match self {
            Self::Parties => 0,
            Self::Product => 1,
            Self::Running => 2,
            Self::Ended => 3,
            Self::Expiry => 4,
            Self::Since => 5,
            Self::Model => 6,
        }
    }

    /// The column that follows, of those after the states of a block; none does after the last.
    #[inline]
    pub(super) fn next(self) -> Self {
        match self {
            Self::Parties | Self::Product | Self::Running => Self::Ended,
            Self::Ended => Self::Expiry,
            Self::Expiry => Self::Since,
            Self::Since | Self::Model => Self::Model,
        }
    }
}

/// How many rows stand in each column, each in sixteen bits: the even ones in one number, the odd ones in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stand {
    even: u64,
    odd: u64,
}

impl Stand {
    /// The most rows of which [`count`](Self::count) takes a sum.
    pub(super) const MOST: u32 = Sum::MOST_ROWS;

    /// Adds what states count.
    #[inline]
    pub(super) fn count(&mut self, Sum(sum): Sum) {
        let spread =
            |half: u64| half & 0o77 | (half & 0o77_00) << 10 | (half & 0o77_00_00) << 20 | (half >> 18 & 0o77) << 48;
        self.even = self.even.wrapping_add(spread(sum));
        self.odd = self.odd.wrapping_add(spread(sum >> 32));
    }

    #[inline(always)]
    pub(super) fn in_column(&self, column: Column) -> u32 {
        let place = column.place();
        let columns = if place & 1 == 0 { self.even } else { self.odd };
        u32::from(u16::try_from(columns >> (place / 2 * 16) & 0xffff).unwrap_or_default())
    }
}

impl Add for Stand {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { even: self.even.wrapping_add(other.even), odd: self.odd.wrapping_add(other.odd) }
    }
}

/// What a row says of its issue day, in one symbol: by how many working days the day of first issue moves on from row to row,
/// how often the certificate was renewed, and by how many working days the issue day differs from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Issue(pub(super) u32);

impl Issue {
    /// Bits of an escaped one.
    pub(super) const BITS: u32 = 14;
    /// In place of an advance: it follows in [`Self::FAR_BITS`] bits.
    pub(super) const FAR: u32 = 7;
    pub(super) const FAR_BITS: u32 = 12;
    /// The most renewals that are counted.
    pub(super) const MAX_RENEWALS: u16 = 14;
    /// In place of renewals: the difference is one of calendar days, as for a day at a weekend.
    pub(super) const CALENDAR: u16 = 15;

    pub(super) fn new(advance: u32, renewals: u16, difference: Bucket) -> Self {
        Self(advance | u32::from(renewals) << 3 | difference.0 << 7)
    }

    pub(super) fn advance(self) -> u32 {
        self.0 & 7
    }

    #[inline]
    pub(super) fn renewals(self) -> u16 {
        u16::try_from(self.0 >> 3 & 15).unwrap_or_default()
    }

    #[inline]
    pub(super) fn difference(self) -> Bucket {
        Bucket(self.0 >> 7 & 127)
    }

    /// The advance, whose bits follow if it is far.
    #[inline]
    pub(super) fn advanced(self, bits: &mut impl Stream) -> u32 {
        match self.advance() {
            Self::FAR => u32::try_from(bits.take(Self::FAR_BITS)).unwrap_or_default(),
            near => near,
        }
    }
}

/// The number of a working day (Monday to Friday), counted from Thursday 1970-01-01; of a day at a weekend that of the Friday
/// before.
pub(super) fn working_day(day: i32) -> i32 {
    let from_monday = day.saturating_add(3);
    from_monday.div_euclid(7) * 5 + from_monday.rem_euclid(7).min(4) - 3
}

/// The day of a working day's number.
pub(super) fn calendar_day(working_day: i32) -> Option<i32> {
    let from_monday = working_day.checked_add(3)?;
    from_monday.div_euclid(5).checked_mul(7)?.checked_add(from_monday.rem_euclid(5))?.checked_sub(3)
}

/// The issue day of a row: of the working day of first issue, the number of renewals, and the difference.
pub(super) fn issue_day(first_issue: i32, renewals: u16, difference: i32) -> Option<i32> {
    let first = calendar_day(first_issue)?;
    match renewals {
        Issue::CALENDAR => first.checked_add(difference),
        0 => calendar_day(first_issue.checked_add(difference)?),
        _ => {
            let first = Day::from_days(first)?.days();
            calendar_day(working_day(renewed(first, renewals)).checked_add(difference)?)
        }
    }
}

/// The order of magnitude of a signed number: 0, or sign and the two highest bits of its size; the bits below follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket(pub(super) u32);

impl Bucket {
    /// Bits of an escaped one.
    pub(super) const BITS: u32 = 7;

    /// The bucket of a number, and the bits that follow.
    pub(super) fn of(value: i32) -> (Self, u64) {
        let size = value.unsigned_abs();
        let Some(top) = size.checked_ilog2() else {
            return (Self(0), 0);
        };
        let below = top.saturating_sub(1);
        let magnitude = 2 * below + (size >> below);
        (Self(2 * magnitude - 1 + u32::from(value < 0)), u64::from(size & !(u32::MAX << below)))
    }

    #[inline]
    fn magnitude(self) -> u32 {
        self.0.div_ceil(2)
    }

    /// How many bits follow; fewer than 32.
    #[inline]
    pub(super) fn width(self) -> u32 {
        (self.magnitude() / 2).saturating_sub(1) & 31
    }

    /// The number whose lower bits are these; one out of range is the largest, which no day is near.
    #[inline]
    fn value(self, bits: u64) -> i32 {
        let (magnitude, width) = (self.magnitude(), self.width());
        let size = i32::try_from(u64::from(magnitude - 2 * width) << width | bits).unwrap_or(i32::MAX);
        if self.0 & 1 == 1 { size } else { -size }
    }

    /// The number whose lower bits follow.
    #[inline]
    pub(super) fn read(self, bits: &mut impl Stream) -> i32 {
        self.value(bits.take(self.width()))
    }
}

/// Bits of an escaped product kind.
pub(super) const PRODUCT_BITS: u32 = 14;

/// The day from which a group counts days of first issue.
pub(super) fn group_day(year: u16, base_day: Day) -> i32 {
    Day::new(year, 1, 1).unwrap_or(base_day).days()
}

/// The usual last day of a certificate; it follows from the issue day, if that is known.
pub(super) fn usual_end(issued_on: Option<Day>, group_day: i32) -> i32 {
    let from = issued_on.or_else(|| Day::from_days(group_day));
    from.map_or(group_day, |from| from.plus_years(USUAL_YEARS).plus_days(-1).days())
}

/// The issue day after so many renewals of a certificate first issued on a day, before the difference.
pub(super) fn renewed(first_issue: i32, renewals: u16) -> i32 {
    match renewals {
        0 => first_issue,
        _ => Day::from_days(first_issue).map_or(first_issue, |day| day.plus_years(renewals * USUAL_YEARS).days()),
    }
}
