//! Days and instants. The core never reads a clock: every "now" is an argument.

use crate::json::{Error, FromJson, ToJson, Value, json_deserialize, json_serialize, text_of};
use crate::text::{number, put_digits};
use crate::wire::{Input, Wire};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

/// Days from 1 March of the year 0 to 1970-01-01.
const MARCH_OF_YEAR_0: i32 = 719_468;
const SECONDS_PER_DAY: i64 = 86_400;
/// China keeps one time zone, UTC+8, without summer time; the legal day changes at 16:00 UTC.
const LEGAL_OFFSET_SECONDS: i64 = 8 * 3_600;

/// A calendar day (proleptic Gregorian), from 0001-01-01 to 9999-12-31. Text form `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// A UTC instant in whole seconds since 1970-01-01T00:00:00Z, within the years 1 to 9999. Text form RFC 3339 with `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// A text that is not a day or instant of the supported form and range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateError {
    /// The text as given.
    pub text: String,
    /// The form that was expected.
    pub form: &'static str,
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&["`", &*self.text, "` is not a valid ", self.form].concat())
    }
}

impl core::error::Error for DateError {}

impl Day {
    const FIRST: i32 = -719_162;
    const LAST: i32 = 2_932_896;

    /// The day with this year (1 to 9999), month and day of month, if there is one.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if !(1..=9999).contains(&year) || day < 1 || day > month_length(year, month)? {
            return None;
        }
        let shifted_year = i32::from(year) - i32::from(month <= 2);
        let shifted_month = (i32::from(month) + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + i32::from(day) - 1;
        Some(Self(first_of_march_year(shifted_year) + day_of_year))
    }

    /// The day that lies this many days after 1970-01-01, if it is in range.
    #[must_use]
    pub fn from_days(days: i32) -> Option<Self> {
        (Self::FIRST..=Self::LAST).contains(&days).then_some(Self(days))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i32 {
        self.0
    }

    /// This day moved by a number of days, kept within the supported range.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days).clamp(Self::FIRST, Self::LAST))
    }

    /// The same month and day so many years later; 29 February becomes 28 February where the year has none.
    #[must_use]
    pub fn plus_years(self, years: u16) -> Self {
        let (year, day_of_year) = self.march_year();
        let later = year.saturating_add(i32::from(years));
        let last = first_of_march_year(later + 1) - first_of_march_year(later) - 1;
        let day = Self(first_of_march_year(later) + day_of_year.min(last));
        if day.0 <= Self::LAST { day } else { self.in_year(9999) }
    }

    /// The same month and day in a year; 28 February if it has no 29th.
    fn in_year(self, year: u16) -> Self {
        let (_, month, day) = self.parts();
        Self::new(year, month, day).or_else(|| Self::new(year, month, 28)).unwrap_or(self)
    }

    /// The year that begins on 1 March, so that a leap day is its last, and the day of that year, counted from 0.
    fn march_year(self) -> (i32, i32) {
        const CENTURIES_4: u32 = 146_097;
        const YEARS_4: u32 = 1_461;
        let quarters = self.0.saturating_add(MARCH_OF_YEAR_0).unsigned_abs() * 4 + 3;
        let of_century = quarters % CENTURIES_4 / 4 * 4 + 3;
        let year = quarters / CENTURIES_4 * 100 + of_century / YEARS_4;
        (year.cast_signed(), (of_century % YEARS_4 / 4).cast_signed())
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.parts().0
    }

    /// Year, month and day of month.
    #[must_use]
    pub fn parts(self) -> (u16, u8, u8) {
        let (year, day_of_year) = self.march_year();
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year + i32::from(month <= 2);
        (u16::try_from(year).unwrap_or(0), u8::try_from(month).unwrap_or(0), u8::try_from(day).unwrap_or(0))
    }
}

/// The earlier of two days, of which either may be missing.
pub(crate) fn earlier(one: Option<Day>, other: Option<Day>) -> Option<Day> {
    one.zip(other).map_or(one.or(other), |(one, other)| Some(one.min(other)))
}

impl Instant {
    const FIRST: i64 = -62_135_596_800;
    const LAST: i64 = 253_402_300_799;

    /// The instant so many seconds after 1970-01-01T00:00:00Z, if it is in range.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        (Self::FIRST..=Self::LAST).contains(&seconds).then_some(Self(seconds))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// This instant moved by a number of seconds, kept within the supported range.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds).clamp(Self::FIRST, Self::LAST))
    }

    /// The legal day (法定日) of this instant: its date in UTC+8.
    #[must_use]
    pub fn legal_day(self) -> Day {
        let days = (self.0 + LEGAL_OFFSET_SECONDS).div_euclid(SECONDS_PER_DAY);
        Day(i32::try_from(days).unwrap_or(Day::LAST).min(Day::LAST))
    }
}

/// The day on which a year that begins in March begins, as days since 1970-01-01. Years are not negative.
fn first_of_march_year(year: i32) -> i32 {
    let years = year.unsigned_abs();
    (years * 365 + years / 4 - years / 100 + years / 400).cast_signed() - MARCH_OF_YEAR_0
}

fn month_length(year: u16, month: u8) -> Option<u8> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

/// Exactly `width` ASCII digits at the start of `text`, and what follows them.
fn digits(text: &str, width: usize) -> Option<(u16, &str)> {
    let (head, rest) = text.split_at_checked(width)?;
    Some((u16::try_from(number(head)?).ok()?, rest))
}

fn day_prefix(text: &str) -> Option<(Day, &str)> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
    Some((Day::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?, rest))
}

fn instant(text: &str) -> Option<Instant> {
    let (day, rest) = day_prefix(text)?;
    let (hour, rest) = digits(rest.strip_prefix('T')?, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 2)?;
    (rest == "Z" && hour < 24 && minute < 60 && second < 60).then_some(())?;
    let seconds = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
    Instant::from_seconds(i64::from(day.days()) * SECONDS_PER_DAY + seconds)
}

impl FromStr for Day {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        day_prefix(text)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(day, _)| day)
            .ok_or_else(|| DateError { text: text.to_string(), form: "YYYY-MM-DD" })
    }
}

impl FromStr for Instant {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        instant(text).ok_or_else(|| DateError { text: text.to_string(), form: "YYYY-MM-DDThh:mm:ssZ" })
    }
}

impl Day {
    fn put_text(self, out: &mut String) {
        let (year, month, day) = self.parts();
        put_digits(year.into(), 4, out);
        out.push('-');
        put_digits(month.into(), 2, out);
        out.push('-');
        put_digits(day.into(), 2, out);
    }
}

impl Instant {
    fn put_text(self, out: &mut String) {
        Day(i32::try_from(self.0.div_euclid(SECONDS_PER_DAY)).unwrap_or(Day::LAST)).put_text(out);
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        for (mark, part) in [('T', second / 3_600), (':', second / 60 % 60), (':', second % 60)] {
            out.push(mark);
            put_digits(part.unsigned_abs(), 2, out);
        }
        out.push('Z');
    }
}

/// What is written is the text form.
macro_rules! display_text {
    ($type:ty) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&String::from(*self))
            }
        }
        impl From<$type> for String {
            fn from(value: $type) -> Self {
                let mut text = Self::new();
                value.put_text(&mut text);
                text
            }
        }
    };
}
display_text!(Day);
display_text!(Instant);

/// The text form in JSON.
macro_rules! json_as_text {
    ($type:ty) => {
        impl ToJson for $type {
            fn put_json(&self, out: &mut String) {
                out.push('"');
                self.put_text(out);
                out.push('"');
            }
        }
        impl FromJson for $type {
            fn take_json(value: &Value) -> Result<Self, Error> {
                text_of(value)?.parse().map_err(|error: DateError| Error::new(&error.to_string()))
            }
        }
        json_serialize!($type);
        json_deserialize!($type);
    };
}
json_as_text!(Day);
json_as_text!(Instant);

/// The number behind a day or instant, which must be in range.
macro_rules! wire_as_number {
    ($type:ident, $from:path) => {
        impl Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }
            #[inline(never)]
            fn read(input: &mut Input<'_>) -> Self {
                $from(Wire::read(input)).unwrap_or_else(|| {
                    input.fail();
                    Self(0)
                })
            }
        }
    };
}
wire_as_number!(Day, Day::from_days);
wire_as_number!(Instant, Instant::from_seconds);
