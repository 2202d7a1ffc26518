//! The issue day, given the order of the serials. The body's running serial follows a hidden **base day**, and a first
//! certificate is issued some working days after it. What is known of the base day is kept as probabilities, moved on with
//! each serial and sharpened by each issue day; how long issuing takes is learnt. A renewed certificate is issued about a
//! number of terms of five years later: that number is given status and age, the day given the weekday of the anniversary.

use super::adaptive::{Bit, Symbol};
use super::coder::Coder;
use super::number::{Group, SERIALS};
use crate::register::Row;
use cccheck::Day;

const TERM: u16 = 5;
/// How many working days issuing may take, and how many days about an anniversary a renewal.
const LAGS: usize = 48;
const ABOUT: i32 = 128;
/// How many working days from the earliest possible base day are told apart.
const WINDOW: usize = 128;
/// Any day at all, where nothing else fits.
const DAYS: u64 = 1 << 22;
const FIRST_DAY: i32 = -(1 << 21);

pub struct Model {
    today: i32,
    /// How likely each lag is, in working days.
    lags: [f64; LAGS],
    renewals: Symbol<3, 2>,
    anniversary: Symbol<8, 2>,
    escape: Bit,
}

impl Model {
    pub fn new(today: i32) -> Self {
        let lags: [f64; LAGS] = std::array::from_fn(|lag| 1.0 / (lag + 1) as f64);
        Self { today, lags, renewals: Symbol::default(), anniversary: Symbol::default(), escape: Bit::default() }
    }

    pub fn code(&mut self, coder: &mut impl Coder, issued: i32, row: &Row, base: &mut Base) -> i32 {
        base.advance(row.serial);
        let around = day_of(base.likeliest());
        let passed = (0..7).take_while(|terms| later(around, terms + 1) <= self.today).count();
        let left = (later(around, passed as u16 + 1) - self.today).min(16 * 6) / 6;
        let terms = f64::from(issued - around) / (365.25 * f64::from(TERM));
        let (status, passed, left) = (row.status as u64, passed as u64, left as u64);
        let contexts = [status << 8 | passed, status << 16 | passed << 8 | left];
        let renewals = self.renewals.code(coder, terms.round().clamp(0.0, 7.0) as usize, contexts) as u16;
        if renewals == 0 {
            self.first(coder, issued, base)
        } else {
            self.renewed(coder, issued, later(around, renewals))
        }
    }

    fn first(&mut self, coder: &mut impl Coder, issued: i32, base: &mut Base) -> i32 {
        let days = base.predict(&self.lags);
        let place = workday(issued)
            .and_then(|day| usize::try_from(day - base.start).ok())
            .filter(|place| days.is_possible(*place));
        if self.escape.code(coder, place.is_none()) {
            let issued = any_day(coder, issued);
            base.restart(issued);
            return issued;
        }
        let place = days.draw(coder, place.unwrap_or(0));
        let issued = day_of(base.start + place as i32);
        base.observe(place, &mut self.lags);
        issued
    }

    fn renewed(&mut self, coder: &mut impl Coder, issued: i32, anniversary: i32) -> i32 {
        let about = (issued - anniversary + ABOUT).clamp(0, 2 * ABOUT - 1);
        let fits = about > 0 && about < 2 * ABOUT - 1;
        let weekday = (anniversary + 3).rem_euclid(7) as u64;
        let about = self.anniversary.code(coder, if fits { about as usize } else { 0 }, [weekday, 7]) as i32;
        if about == 0 { any_day(coder, issued) } else { anniversary + about - ABOUT }
    }
}

pub fn any_day(coder: &mut impl Coder, day: i32) -> i32 {
    coder.uniform((day - FIRST_DAY) as u64, DAYS) as i32 + FIRST_DAY
}

fn later(day: i32, terms: u16) -> i32 {
    Day::from_days(day).map_or(day, |day| day.plus_years(terms * TERM).days())
}

/// Monday to Friday, counted on from 1970; none for a weekend.
fn workday(day: i32) -> Option<i32> {
    let (week, weekday) = ((day + 3).div_euclid(7), (day + 3).rem_euclid(7));
    (weekday < 5).then_some(week * 5 + weekday)
}

fn day_of(workday: i32) -> i32 {
    workday.div_euclid(5) * 7 + workday.rem_euclid(5) - 3
}

/// What is known of the base day: how likely it is each of the working days from `start` on.
pub struct Base {
    start: i32,
    likely: Vec<f64>,
    /// The last working day on which a first certificate of the group can have been issued.
    last: i32,
    days_a_serial: f64,
    serial: Option<u32>,
}

impl Base {
    pub fn new(group: &Group, today: i32) -> Self {
        let day = |month, day| Day::new(group.year, month, day).map_or(0, Day::days);
        let (first, last) = (day(1, 1), day(12, 31).min(today));
        let workday_after = |day: i32| (day..).find_map(workday).unwrap_or(0);
        let start = workday_after(first);
        let last = (0..7).find_map(|back| workday(last - back)).unwrap_or(start);
        let days_a_serial = f64::from(last - start + 1) / f64::from(group.span.max(1));
        Self { start, likely: vec![1.0], last, days_a_serial, serial: None }
    }

    fn restart(&mut self, day: i32) {
        self.start = (0..7).find_map(|back| workday(day - back)).unwrap_or(self.start);
        self.likely = vec![1.0];
    }

    fn likeliest(&self) -> i32 {
        let best = (0..self.likely.len()).max_by(|left, right| self.likely[*left].total_cmp(&self.likely[*right]));
        self.start + best.unwrap_or(0) as i32
    }

    /// Moves on with the serial: a chance to move by a day for each, in steps small enough.
    fn advance(&mut self, serial: u32) {
        let gap = self.serial.replace(serial).map_or(0, |before| (serial + SERIALS - before) % SERIALS);
        let days = (self.days_a_serial * f64::from(gap)).min(60.0);
        let steps = (days * 2.0).ceil().max(1.0);
        let chance = days / steps;
        for _ in 0..steps as usize {
            self.likely.push(0.0);
            for place in (1..self.likely.len()).rev() {
                self.likely[place] += chance * (self.likely[place - 1] - self.likely[place]);
            }
            self.likely[0] *= 1.0 - chance;
        }
        self.trim();
    }

    /// Drops what lies beyond the window or the last day, and what is all but impossible.
    fn trim(&mut self) {
        const FAINT: f64 = 1e-7;
        let room = usize::try_from(self.last - self.start + 1).unwrap_or(0).clamp(1, WINDOW - LAGS);
        self.likely.truncate(room);
        let sum: f64 = self.likely.iter().sum();
        if sum == 0.0 {
            self.likely = vec![1.0];
            return;
        }
        self.likely.iter_mut().for_each(|likely| *likely /= sum);
        let faint = |likely: &&f64| **likely < FAINT;
        let trailing = self.likely.iter().rev().take_while(faint).count();
        self.likely.truncate(self.likely.len() - trailing);
        let leading = self.likely.iter().take_while(faint).count();
        self.likely.drain(..leading);
        self.start += leading as i32;
    }

    fn predict(&self, lags: &[f64; LAGS]) -> Days {
        let mut days = [0.0; WINDOW];
        for (place, likely) in self.likely.iter().enumerate() {
            days[place..].iter_mut().zip(lags).for_each(|(day, lag)| *day += likely * lag);
        }
        let possible = usize::try_from(self.last - self.start + 1).unwrap_or(0).clamp(1, WINDOW);
        days[possible..].fill(0.0);
        Days(days)
    }

    /// Learns from a first certificate issued so many working days after the start.
    fn observe(&mut self, day: usize, lags: &mut [f64; LAGS]) {
        for (place, likely) in self.likely.iter_mut().enumerate() {
            *likely *= day.checked_sub(place).and_then(|lag| lags.get(lag)).unwrap_or(&0.0);
        }
        self.trim();
        for (place, likely) in self.likely.iter().enumerate() {
            if let Some(lag) = day.checked_sub(place).and_then(|lag| lags.get_mut(lag)) {
                *lag += likely;
            }
        }
    }
}

/// How likely each working day of the window is.
struct Days([f64; WINDOW]);

impl Days {
    fn is_possible(&self, place: usize) -> bool {
        self.0.get(place).is_some_and(|likely| *likely > 0.0)
    }

    fn draw(&self, coder: &mut impl Coder, place: usize) -> usize {
        let mut first = 0;
        let mut size = WINDOW;
        while size > 1 {
            size /= 2;
            let sum = |start: usize| self.0[start..start + size].iter().sum::<f64>();
            let (lower, upper) = (sum(first), sum(first + size));
            if upper > 0.0 && (lower == 0.0 || coder.bit(place & size != 0, upper / (lower + upper))) {
                first += size;
            }
        }
        first
    }
}
