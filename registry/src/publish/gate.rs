//! The gate: a register that changed more than registers do by themselves is not signed unasked. A slip of an import must not
//! reject half of a market's goods.

use crate::{Error, Home};
use cccheck::snapshot::Content;
use cccheck::trust::Override;
use cccheck::{Day, HASHED, Instrument, Reference, Scheme, Status};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How far a body's count may move from edition to edition and within a day, in percent, and how many instruments may move at
/// least.
const PERCENT: u64 = 5;
const LEAST: u64 = 20;
/// For how long after the day on which an announced change became mandatory it explains what moves: registers follow within days.
const ANNOUNCED_DAYS: i32 = 31;

/// How many instruments there are of a product kind, and how many of them are in force: valid, and between their days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) all: u64,
    pub(crate) valid: u64,
}

/// What is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// By body and product kind; declarations stand under their keyspace, and may state no product kind.
    pub(crate) kinds: BTreeMap<(u8, Option<u16>), Count>,
    /// By body, the years that are over, said to be complete, and without any certificate: every number of theirs is rejected.
    /// None where that is not known.
    pub(crate) empty_years: Option<BTreeMap<u8, u64>>,
}

/// By how much counts moved from one edition to the next, both counted on the same day; what did not move is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drift {
    /// Of all instruments and of those in force, by body and product kind.
    pub(crate) kinds: BTreeMap<(u8, Option<u16>), (i64, i64)>,
}

/// What of a body was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// All instruments.
    All,
    /// Those in force, of product kinds of which no announcement explains the change.
    Valid,
    /// Years that are said to be complete and have no certificate.
    EmptyYears,
}

/// Since when a count moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// Since the published edition.
    Edition,
    /// Since the edition of a day ago: editions that follow each other closely do not add up to more.
    Day,
}

/// A count that moved beyond the bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The certification body; from 100 on a keyspace of hashed numbers, of which 100 is that of self-declarations.
    pub body: u8,
    /// What was counted.
    pub counted: Counted,
    /// In the edition that it is compared with.
    pub before: u64,
    /// In the register.
    pub after: u64,
    /// Which edition that is.
    pub since: Since,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { body, counted, before, after, since } = self;
        if *counted == Counted::EmptyYears {
            return write!(
                f,
                "the years of body {body:02} that are said to be complete, but have no certificate, go from {before} to {after}"
            );
        }
        let which = if *counted == Counted::Valid { " valid" } else { "" };
        match *body {
            ..HASHED => write!(f, "the{which} certificates of body {body:02} go from {before} to {after}"),
            HASHED => write!(f, "the{which} self-declarations go from {before} to {after}"),
            _ => write!(f, "the{which} instruments of keyspace {body} go from {before} to {after}"),
        }?;
        f.write_str(if *since == Since::Day { " within a day" } else { "" })
    }
}

impl Counts {
    /// The counts of a day: days that an import got wrong reject goods as a wrong status does.
    pub(super) fn of(content: &Content, today: Day) -> Self {
        let mut counts = Self::default();
        let records = content.records.iter().map(|one| {
            let key = (one.number.body(), Some(one.number.product()));
            (key, one.status, one.issued_on, one.expires_on)
        });
        let declarations = content.declarations.iter().map(|one| {
            let key = (one.number.key.space(), one.number.product);
            (key, one.status, one.issued_on, one.expires_on)
        });
        for (key, status, issued_on, expires_on) in records.chain(declarations) {
            let lasts = issued_on.is_none_or(|day| day <= today) && expires_on.is_none_or(|day| today <= day);
            let count = counts.kinds.entry(key).or_default();
            count.all += 1;
            count.valid += u64::from(status == Status::Valid && lasts);
        }
        let filled: BTreeSet<(u8, u16)> =
            content.records.iter().map(|one| (one.number.body(), one.number.year())).collect();
        let is_over = |year: u16| year > 0 && year < today.year();
        let mut empty_years = BTreeMap::new();
        for line in content.coverage.iter().filter(|line| line.complete && is_over(line.year)) {
            if !filled.contains(&(line.body, line.year)) {
                *empty_years.entry(line.body).or_default() += 1;
            }
        }
        counts.empty_years = Some(empty_years);
        counts
    }

    /// How many instruments there are of the bodies that are meant.
    pub(crate) fn total(&self, is_meant: impl Fn(u8) -> bool) -> u64 {
        self.kinds.iter().filter(|((body, _), _)| is_meant(*body)).map(|(_, count)| count.all).sum()
    }

    /// By how much these are more than what was there before.
    pub(super) fn drift(&self, before: &Self) -> Drift {
        let keys: BTreeSet<_> = self.kinds.keys().chain(before.kinds.keys()).copied().collect();
        let more = |after: u64, before: u64| after.cast_signed().saturating_sub(before.cast_signed());
        let moved = |key: (u8, Option<u16>)| {
            let [after, before] = [self, before].map(|counts| counts.of_kind(key.0, key.1));
            (more(after.all, before.all), more(after.valid, before.valid))
        };
        let kinds = keys.into_iter().map(|key| (key, moved(key))).filter(|(_, moved)| *moved != (0, 0));
        Drift { kinds: kinds.collect() }
    }

    /// What was there before they drifted so, counted on the day of these. Days that pass move nothing there, either.
    pub(super) fn before(&self, drift: &Drift) -> Self {
        let mut counts = Self { empty_years: None, ..self.clone() };
        for (key, (all, valid)) in &drift.kinds {
            let count = counts.kinds.entry(*key).or_default();
            count.all = count.all.saturating_add_signed(all.saturating_neg());
            count.valid = count.valid.saturating_add_signed(valid.saturating_neg());
        }
        counts
    }

    fn bodies(&self) -> BTreeSet<u8> {
        self.kinds
            .keys()
            .map(|(body, _)| *body)
            .chain(self.empty_years.iter().flat_map(BTreeMap::keys).copied())
            .collect()
    }

    fn of_kind(&self, body: u8, product: Option<u16>) -> Count {
        self.kinds.get(&(body, product)).copied().unwrap_or_default()
    }
}

/// What of a body moved: of all instruments, and of the valid ones what no announcement explains.
fn of_body(before: &Counts, after: &Counts, body: u8, announced: &[Explained]) -> [Count; 2] {
    let kinds: BTreeSet<Option<u16>> = [before, after]
        .into_iter()
        .flat_map(|counts| counts.kinds.range((body, None)..=(body, Some(u16::MAX))))
        .map(|((_, product), _)| *product)
        .collect();
    let mut sums = [Count::default(); 2];
    for product in kinds {
        let counts = [before.of_kind(body, product), after.of_kind(body, product)];
        let [before, after] = counts.map(|count| count.valid);
        let moves = if after < before { Moves::Down } else { Moves::Up };
        let paper = instrument(body).zip(product);
        let is_explained = paper.is_some_and(|(paper, product)| announced.contains(&(paper, product, moves)));
        for (sum, count) in sums.iter_mut().zip(counts) {
            sum.all += count.all;
            sum.valid += if is_explained { before.min(after) } else { count.valid };
        }
    }
    sums
}

/// The papers that registers keep.
const PAPERS: [Instrument; 2] = [Instrument::ThirdPartyCertificate, Instrument::SelfDeclaration];

/// What stands in a keyspace; none in those of other schemes, of which no announcement speaks.
fn instrument(space: u8) -> Option<Instrument> {
    match space {
        ..HASHED => Some(Instrument::ThirdPartyCertificate),
        HASHED => Some(Instrument::SelfDeclaration),
        _ => None,
    }
}

/// In which direction a count moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moves {
    Down,
    Up,
}

/// A paper whose valid ones an announcement makes fewer or more, of a product kind.
type Explained = (Instrument, u16, Moves);

/// What announcements explain that ended or changed papers between the published edition and today: that there are fewer of what
/// ended, and more of what is asked for since.
pub(super) fn announced(reference: &Reference, published: Day, today: Day) -> Vec<Explained> {
    let since = published.min(today.plus_days(-ANNOUNCED_DAYS));
    reference
        .transitions
        .iter()
        .filter(|transition| {
            let ended = [Some(transition.mandatory_from), transition.old_cancelled_on];
            ended.into_iter().flatten().any(|day| since < day && day <= today)
        })
        .flat_map(|transition| transition.codes.iter().map(move |code| (transition, *code)))
        .flat_map(|(transition, code)| {
            let scheme = reference.catalogue.on(code, transition.mandatory_from).map(|row| row.scheme);
            PAPERS.into_iter().flat_map(move |paper| {
                let ends = transition.old_instrument == Some(paper)
                    || matches!(scheme, Some(Scheme::Removed | Scheme::Merged));
                let begins = match paper {
                    Instrument::ThirdPartyCertificate => matches!(scheme, Some(Scheme::ThirdParty | Scheme::Merged)),
                    Instrument::SelfDeclaration => scheme.is_some_and(Scheme::is_self_declaration),
                };
                let moves = [(ends, Moves::Down), (begins, Moves::Up)].into_iter().filter(|(moves, _)| *moves);
                moves.map(move |(_, moves)| (paper, code, moves))
            })
        })
        .collect()
}

/// What moved beyond the bound since the published edition, or since that of a day ago. What moved so since both is said once.
pub(super) fn moved(published: &Counts, drift: &Drift, after: &Counts, announced: &[Explained]) -> Vec<Moved> {
    let mut moved = moved_since(Since::Edition, published, after, announced);
    let of_day = moved_since(Since::Day, &published.before(drift), after, announced);
    let known: Vec<(u8, Counted)> = moved.iter().map(|one| (one.body, one.counted)).collect();
    moved.extend(of_day.into_iter().filter(|one| !known.contains(&(one.body, one.counted))));
    moved.sort_by_key(|one| one.body);
    moved
}

/// What moved beyond the bound. What appears or vanishes altogether always does, and so does a year that is empty now.
fn moved_since(since: Since, before: &Counts, after: &Counts, announced: &[Explained]) -> Vec<Moved> {
    let is_beyond = |before: u64, after: u64| {
        let by = before.abs_diff(after);
        by > 0 && (before == 0 || after == 0) || by >= LEAST && by * 100 > before * PERCENT
    };
    let bodies: BTreeSet<u8> = before.bodies().union(&after.bodies()).copied().collect();
    bodies
        .into_iter()
        .flat_map(|body| {
            let years = |counts: &Counts| Some(counts.empty_years.as_ref()?.get(&body).copied().unwrap_or_default());
            let (years_before, years_after) = (years(before).unwrap_or(u64::MAX), years(after).unwrap_or_default());
            let of = |counted, before, after| Moved { body, counted, before, after, since };
            let empty = of(Counted::EmptyYears, years_before, years_after);
            let [before, after] = of_body(before, after, body, announced);
            let all = of(Counted::All, before.all, after.all);
            let valid = of(Counted::Valid, before.valid, after.valid);
            let valid_is_beyond = before.valid.abs_diff(after.valid) >= LEAST && is_beyond(before.valid, after.valid);
            let all_is_beyond = is_beyond(before.all, after.all);
            [(all, all_is_beyond), (valid, valid_is_beyond), (empty, years_after > years_before)]
        })
        .filter_map(|(moved, beyond)| beyond.then_some(moved))
        .collect()
}

/// Lets pass what did not move, and what did for a reason that is given.
pub(super) fn pass(home: &Home, moved: Vec<Moved>, overrides: &[Override]) -> Result<(), Error> {
    let needless = overrides.iter().find(|one| moved.iter().all(|moved| moved.body != one.body));
    if let Some(Override { body, .. }) = needless {
        return Err(Error::NeedlessOverride { body: *body });
    }
    let open: Vec<Moved> =
        moved.into_iter().filter(|moved| overrides.iter().all(|one| one.body != moved.body)).collect();
    if open.is_empty() { Ok(()) } else { Err(Error::Counts { home: home.dir().into(), moved: open }) }
}
