//! From records to the symbols of rows.

use super::spacing::Spacing;
use super::tables::Counts;
use crate::date::Day;
use crate::register::{Parties, Provenance, Status};
use crate::snapshot::bits::Bits;
use crate::snapshot::holders;
use crate::snapshot::huffman::Encoder;
use crate::snapshot::layout::{MAX_MODEL, Numbering, Order};
use crate::snapshot::symbols::{
    Bucket, Given, Issue, REMOVED, State, calendar_day, group_day, issue_day, renewed, usual_end, working_day,
};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::array;

/// An instrument, whatever its keyspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::snapshot) struct Line<'a> {
    pub(in crate::snapshot) space: u8,
    pub(in crate::snapshot) year: u16,
    /// The serial, or the hash of the number.
    pub(in crate::snapshot) serial: u64,
    pub(in crate::snapshot) product: u16,
    pub(in crate::snapshot) status: Status,
    pub(in crate::snapshot) provenance: Provenance,
    pub(in crate::snapshot) issued_on: Option<Day>,
    pub(in crate::snapshot) expires_on: Option<Day>,
    pub(in crate::snapshot) status_since: Option<Day>,
    pub(in crate::snapshot) model: Option<Cow<'a, str>>,
    pub(in crate::snapshot) parties: Parties,
}

impl Line<'_> {
    /// Its key.
    pub(in crate::snapshot) fn key(&self, numbering: Numbering) -> u64 {
        numbering.key(self.serial, self.product)
    }
}

/// As [`State::is_ended`].
fn is_ended(status: Status) -> bool {
    matches!(status, Status::Revoked | Status::Cancelled)
}

/// How far a day of first issue can move on within a group, in working days.
const FARTHEST: i32 = (1 << Issue::FAR_BITS) - 1;
/// How many symbols tables there are for a row; see [`Coded::count`].
pub(super) const CLASSES: usize = 5;

/// A row as symbols.
#[derive(Clone, Debug)]
pub(super) struct Coded<'a> {
    pub(super) key: u64,
    state: State,
    issue: Option<(Issue, u32, u64)>,
    product: Option<u16>,
    expiry: Option<(Bucket, u64)>,
    since: Option<(Bucket, u64)>,
    parties: Option<&'a Parties>,
    model: Option<&'a str>,
    /// The day of first issue before the row, counted from the group's.
    pub(super) day: i32,
}

/// The encoders of a model.
pub(super) struct Encoders<'a> {
    pub(super) classes: [&'a Encoder; CLASSES],
    pub(super) product: &'a Encoder,
}

/// Where a row's companies are to be found.
pub(super) struct Dictionary<'a> {
    /// Sorted.
    pub(super) holders: &'a [Parties],
    pub(super) inline: bool,
}

/// The working days on which certificates were first issued, one a row: never falling, so that only its steps are told. Those
/// of ended certificates, which were issued long before or after, lead nowhere.
fn first_issues(lines: &[&Line<'_>], year: u16, base_day: Day) -> Vec<i32> {
    let from = group_day(year, base_day);
    if year == 0 {
        return lines.iter().map(|_| working_day(from)).collect();
    }
    let days: Vec<Option<(u16, i32)>> = lines
        .iter()
        .map(|line| {
            let issued = line.issued_on.filter(|_| !is_ended(line.status))?.days();
            let renewals = renewals(issued, from);
            let day = issued - (renewed(from, renewals) - from);
            // Days far outside of the year say nothing about when its numbers were given out.
            (from - 100..from + 440).contains(&day).then_some((renewals, working_day(day)))
        })
        .collect();
    let paths = [
        rising(&days, |_| true),
        rising(&days, |renewals| renewals > 0),
        falling(&days, |_| true),
        falling(&days, |renewals| renewals == 0),
    ];
    let cost = |path: &Vec<i32>| -> u32 {
        let far = |(day, at): (&Option<(u16, i32)>, &i32)| {
            day.map_or(0, |(_, day)| 32 - (day - at).unsigned_abs().leading_zeros())
        };
        days.iter().zip(path).map(far).sum()
    };
    let best = paths.into_iter().min_by_key(cost).unwrap_or_default();
    let start = working_day(from - 100);
    best.into_iter().map(|day| day.clamp(start, start + FARTHEST)).collect()
}

/// The highest day so far of the rows that count.
fn rising(days: &[Option<(u16, i32)>], counts: impl Fn(u16) -> bool) -> Vec<i32> {
    let counted = |day: &Option<(u16, i32)>| day.filter(|(renewals, _)| counts(*renewals)).map(|(_, day)| day);
    let first =
        days.iter().find_map(counted).or_else(|| days.iter().flatten().next().map(|(_, day)| *day)).unwrap_or(0);
    days.iter()
        .scan(first, |highest, day| {
            *highest = counted(day).map_or(*highest, |day| day.max(*highest));
            Some(*highest)
        })
        .collect()
}

/// The lowest day from here on of the rows that count.
fn falling(days: &[Option<(u16, i32)>], counts: impl Fn(u16) -> bool) -> Vec<i32> {
    let counted = |day: &Option<(u16, i32)>| day.filter(|(renewals, _)| counts(*renewals)).map(|(_, day)| day);
    let last = days.iter().rev().find_map(counted).or_else(|| days.iter().flatten().last().map(|(_, day)| *day));
    let mut path: Vec<i32> = days
        .iter()
        .rev()
        .scan(last.unwrap_or(0), |lowest, day| {
            *lowest = counted(day).map_or(*lowest, |day| day.min(*lowest));
            Some(*lowest)
        })
        .collect();
    path.reverse();
    path
}

/// How often a certificate of the year that begins with `from` was renewed when it was issued on a day.
fn renewals(issued: i32, from: i32) -> u16 {
    const EARLY: i32 = 100;
    (1..=Issue::MAX_RENEWALS).take_while(|count| issued >= renewed(from, *count) - EARLY).last().unwrap_or(0)
}

/// The rows of a group as symbols. `restart` says how many rows a block has: its first row refers to none before it.
pub(super) fn code<'a>(
    lines: &[&'a Line<'a>],
    year: u16,
    numbering: Numbering,
    base_day: Day,
    restart: usize,
) -> Vec<Coded<'a>> {
    let path = first_issues(lines, year, base_day);
    let blocks = lines.chunks(restart).zip(path.chunks(restart));
    blocks.flat_map(|(lines, path)| code_block(lines, path, year, numbering, base_day)).collect()
}

fn code_block<'a>(
    lines: &[&'a Line<'a>],
    path: &[i32],
    year: u16,
    numbering: Numbering,
    base_day: Day,
) -> Vec<Coded<'a>> {
    let from = group_day(year, base_day);
    // What the index says of the block spares the first row that moves the day on its step.
    let moves = |line: &Line<'_>| line.issued_on.is_some() && !is_ended(line.status);
    let first = lines.iter().position(|line| moves(line)).unwrap_or(0);
    let mut at = path.get(first).copied().unwrap_or_default();
    let mut before: Option<&Line<'_>> = None;
    let mut coded = Vec::with_capacity(lines.len());
    for (line, first_issue) in lines.iter().zip(path) {
        let day = at - working_day(from);
        let issue = line.issued_on.map(|issued| {
            let advance = if moves(line) { u32::try_from(first_issue - at).unwrap_or_default() } else { 0 };
            at += advance.cast_signed();
            let renewals = if year == 0 { 0 } else { renewals(issued.days(), from) };
            let (renewals, difference) = difference(issued.days(), at, renewals);
            let (bucket, bits) = Bucket::of(difference);
            (Issue::new(advance.min(Issue::FAR), renewals, bucket), advance, bits)
        });
        let given = if issue.is_some() { Given::Coded } else { Given::None };
        let (expiry_given, expiry) = expiry(line, from);
        let (since_given, since) = since(line, base_day);
        let parties_given = match before {
            _ if line.parties == Parties::default() => Given::None,
            Some(before) if before.parties == line.parties => Given::Usual,
            _ => Given::Coded,
        };
        let has_product = numbering.order != Order::Product;
        let same_product = has_product && before.is_some_and(|before| before.product == line.product);
        let kinds = [given, expiry_given, since_given, parties_given];
        coded.push(Coded {
            key: line.key(numbering),
            state: State::new(
                position(&Status::ALL, line.status),
                position(&Provenance::ALL, line.provenance),
                kinds,
                same_product,
                line.model.is_some(),
            ),
            issue,
            product: Some(line.product).filter(|_| has_product && !same_product),
            expiry,
            since,
            parties: Some(&line.parties).filter(|_| parties_given == Given::Coded),
            model: line.model.as_deref(),
            day,
        });
        before = Some(line);
    }
    coded
}

/// By how much an issue day differs from the one expected, in working days if they lead to it, else in calendar days.
fn difference(issued: i32, first_issue: i32, renewals: u16) -> (u16, i32) {
    let first = calendar_day(first_issue).unwrap_or_default();
    let difference = working_day(issued) - working_day(renewed(first, renewals));
    if issue_day(first_issue, renewals, difference) == Some(issued) {
        (renewals, difference)
    } else {
        (Issue::CALENDAR, issued - first)
    }
}

fn expiry(line: &Line<'_>, from: i32) -> (Given, Option<(Bucket, u64)>) {
    let Some(expires_on) = line.expires_on else {
        return (Given::None, None);
    };
    match usual_end(line.issued_on, from) - expires_on.days() {
        0 => (Given::Usual, None),
        earlier => (Given::Coded, Some(Bucket::of(earlier))),
    }
}

fn since(line: &Line<'_>, base_day: Day) -> (Given, Option<(Bucket, u64)>) {
    match line.status_since {
        None => (Given::None, None),
        Some(since) if line.expires_on.is_some_and(|end| end.days() + 1 == since.days()) => (Given::Usual, None),
        Some(since) => (Given::Coded, Some(Bucket::of(base_day.days() - since.days()))),
    }
}

/// A row of the base that became `after`, told by what differs; `None` in `after`: it is no longer there.
pub(super) fn change<'a>(place: u64, before: &Line<'_>, after: Option<&'a Line<'a>>, base_day: Day) -> Coded<'a> {
    let nothing = Coded {
        key: place,
        state: State::new(REMOVED, 0, [Given::Kept; 4], false, false),
        issue: None,
        product: None,
        expiry: None,
        since: None,
        parties: None,
        model: None,
        day: 0,
    };
    let Some(line) = after else {
        return nothing;
    };
    let from = group_day(0, base_day);
    let issue = line.issued_on.filter(|_| line.issued_on != before.issued_on).map(|issued| {
        let (renewals, difference) = difference(issued.days(), working_day(from), 0);
        let (bucket, bits) = Bucket::of(difference);
        (Issue::new(0, renewals, bucket), 0, bits)
    });
    let issue_given = match (line.issued_on == before.issued_on, line.issued_on) {
        (true, _) => Given::Kept,
        (false, None) => Given::None,
        (false, Some(_)) => Given::Coded,
    };
    let (expiry_given, expiry) =
        if line.expires_on == before.expires_on { (Given::Kept, None) } else { expiry(line, from) };
    let (since_given, since) =
        if line.status_since == before.status_since { (Given::Kept, None) } else { since(line, base_day) };
    let parties_given = match line.parties == before.parties {
        true => Given::Kept,
        false if line.parties == Parties::default() => Given::None,
        false => Given::Coded,
    };
    let model = line.model.as_deref().filter(|_| line.model != before.model);
    Coded {
        state: State::new(
            position(&Status::ALL, line.status),
            position(&Provenance::ALL, line.provenance),
            [issue_given, expiry_given, since_given, parties_given],
            false,
            // An empty text says that there is none any more.
            line.model != before.model,
        ),
        issue,
        expiry,
        since,
        parties: Some(&line.parties).filter(|_| parties_given == Given::Coded),
        model: if line.model == before.model { None } else { model.or(Some("")) },
        ..nothing
    }
}

impl Coded<'_> {
    /// The symbols of the row, by table: state, issue of running and of ended ones, expiry, since.
    fn classes(&self) -> [Option<u32>; CLASSES] {
        let issue = self.issue.map(|(issue, ..)| issue.0);
        [
            Some(self.state.0),
            issue.filter(|_| !self.state.is_ended()),
            issue.filter(|_| self.state.is_ended()),
            self.expiry.map(|(bucket, _)| bucket.0),
            self.since.map(|(bucket, _)| bucket.0),
        ]
    }

    /// Counts its symbols.
    pub(super) fn count(&self, classes: &mut [Counts; CLASSES], product: &mut Counts) {
        for (counts, symbol) in classes.iter_mut().zip(self.classes()) {
            if let Some(symbol) = symbol {
                *counts.entry(symbol).or_default() += 1;
            }
        }
        if let Some(code) = self.product {
            *product.entry(u32::from(code)).or_default() += 1;
        }
    }

    fn put_issue(&self, out: &mut Bits, encoder: &Encoder) {
        if let Some((issue, advance, bits)) = self.issue {
            encoder.put(out, issue.0);
            if issue.advance() == Issue::FAR {
                out.push(u64::from(advance), Issue::FAR_BITS);
            }
            out.push(bits, issue.difference().width());
        }
    }
}

fn put_day(out: &mut Bits, encoder: &Encoder, day: Option<(Bucket, u64)>) {
    if let Some((bucket, bits)) = day {
        encoder.put(out, bucket.0);
        out.push(bits, bucket.width());
    }
}

impl Dictionary<'_> {
    fn place(&self, parties: &Parties) -> Option<u64> {
        self.holders.binary_search(parties).ok().and_then(|place| u64::try_from(place).ok())
    }

    /// Where companies are: in the dictionary, or at the end of the block.
    fn put(&self, out: &mut Bits, parties: &Parties) {
        let count = u32::try_from(self.holders.len()).unwrap_or(u32::MAX);
        let place = self.place(parties);
        if self.inline {
            out.push(u64::from(place.is_none()), 1);
        }
        out.push(place.unwrap_or_default(), holders::reference_bits(count));
    }
}

/// A block of rows, and what the index of its chunk says of it beside key and end.
pub(super) fn block(
    rows: &[Coded<'_>],
    encoders: &Encoders<'_>,
    dictionary: &Dictionary<'_>,
    keys: Spacing,
) -> (Bits, [i32; 3]) {
    let [state, running, ended, expiry, since] = encoders.classes;
    let mut out = Bits::default();
    let companies: Vec<&Parties> = rows.iter().filter_map(|row| row.parties).collect();
    companies.iter().for_each(|parties| dictionary.put(&mut out, parties));
    rows.iter().for_each(|row| state.put(&mut out, row.state.0));
    rows.iter().filter(|row| row.state.is_ended()).for_each(|row| row.put_issue(&mut out, ended));
    rows.iter().for_each(|row| put_day(&mut out, expiry, row.expiry));
    rows.iter().for_each(|row| put_day(&mut out, since, row.since));
    for model in rows.iter().filter_map(|row| row.model) {
        out.push(u64::try_from(model.len()).unwrap_or_default(), 8);
        model.bytes().for_each(|byte| out.push(u64::from(byte), 8));
    }
    let own = companies.iter().filter(|parties| dictionary.place(parties).is_none());
    own.for_each(|parties| holders::put_inline(&mut out, parties));
    let mut kinds = Bits::default();
    rows.iter().filter_map(|row| row.product).for_each(|product| encoders.product.put(&mut kinds, u32::from(product)));
    out.append_reversed(&kinds);
    let middle = out.len();

    rows.iter().filter(|row| !row.state.is_ended()).for_each(|row| row.put_issue(&mut out, running));
    out.append_reversed(&keys.put(&rows.iter().map(|row| row.key).collect::<Vec<u64>>()));
    let number = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
    let after = number(out.len() - middle);
    (out, [rows.first().map_or(0, |row| row.day), number(companies.len()), after])
}

/// Counts the symbols of rows.
pub(super) fn counts(rows: &[Coded<'_>]) -> ([Counts; CLASSES], Counts) {
    let mut classes = array::from_fn(|_| Counts::new());
    let mut product = Counts::new();
    for row in rows {
        row.count(&mut classes, &mut product);
    }
    (classes, product)
}

/// The model text within its limit; one that is cut ends in "…", so that it contradicts nothing.
pub(in crate::snapshot) fn cut(model: &str) -> Cow<'_, str> {
    const MARK: &str = "…";
    if model.len() <= MAX_MODEL {
        return Cow::Borrowed(model);
    }
    let kept = model.char_indices().map(|(start, _)| start).take_while(|start| *start <= MAX_MODEL - MARK.len()).last();
    Cow::Owned([model.get(..kept.unwrap_or(0)).unwrap_or_default(), MARK].concat())
}

fn position<T: PartialEq>(all: &[T], one: T) -> u32 {
    all.iter().position(|other| *other == one).and_then(|place| u32::try_from(place).ok()).unwrap_or_default()
}
