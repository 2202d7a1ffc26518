//! Writing a delta: what a register's content has become since a snapshot, told by what differs. Cumulative, so that a client
//! needs one delta only, and cut into parts of rows that follow each other, so that one check needs one part.

use super::rows::{self, Coded, Dictionary, Encoders, Line};
use super::spacing::Spacing;
use super::{Plan, TableEncoders, Tables, WriteError, content_hash, coverage, lines};
use crate::register::Parties;
use crate::snapshot::chunk::Builder;
use crate::snapshot::content::{Content, Coverage};
use crate::snapshot::layout::{Group, Model, PART_MAGIC, PartHead, VERSION};
use crate::snapshot::read::Snapshot;
use crate::trust::RowKey;
use crate::wire;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

/// A part of a delta: a file, and the first row that it may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartFile {
    /// The first row; the first part begins before all rows.
    pub from: RowKey,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What a delta leads to, and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenDelta {
    /// The parts, ascending; none if nothing differs.
    pub parts: Vec<PartFile>,
    /// The hash of the content that base and delta make together.
    pub content: [u8; 32],
}

/// What became of a row, or a new one.
enum Item<'a> {
    Changed { place: u64, before: &'a Line<'a>, after: Option<&'a Line<'a>> },
    New(&'a Line<'a>),
}

impl Item<'_> {
    /// About how many bits it takes.
    fn weight(&self) -> usize {
        match self {
            Self::Changed { .. } => 24,
            Self::New(line) => 36 + line.model.as_ref().map_or(0, |model| 8 + model.len() * 8),
        }
    }
}

/// Writes what leads from the rows of `base`, its own delta aside, to a content; in parts of about so many bytes.
///
/// # Errors
/// [`WriteError`] if a number stands twice, or no delta can build on the base.
pub fn write_delta(base: &Snapshot, content: &Content, part_bytes: usize) -> Result<WrittenDelta, WriteError> {
    let after = lines(content)?;
    let covered = coverage(content, &after)?;
    let hash = content_hash(&covered, &after);
    let before = base.base_lines().map_err(|_| WriteError::Base)?;
    let changed = changed_coverage(&base.base_coverage(), &covered);
    let items = items(base, &before, &after);
    if items.is_empty() && changed.is_empty() {
        return Ok(WrittenDelta { parts: Vec::new(), content: hash });
    }
    let writer = Writer::new(base, changed, covered).ok_or(WriteError::Base)?;
    let mut parts = Vec::new();
    let mut rest = items.as_slice();
    let mut from = RowKey { body: 0, year: 0, key: 0 };
    loop {
        let (now, later) = rest.split_at(cut(rest, part_bytes));
        let end = later.first().map(|(key, _)| *key);
        parts.push(PartFile { from, bytes: writer.part(now, from, end)? });
        match end {
            None => return Ok(WrittenDelta { parts, content: hash }),
            Some(end) => (from, rest) = (end, later),
        }
    }
}

/// How many items the next part takes. Rows with the same key stay together.
fn cut(items: &[(RowKey, Item<'_>)], part_bytes: usize) -> usize {
    let mut bits = 0;
    let mut before: Option<RowKey> = None;
    for (place, (key, item)) in items.iter().enumerate() {
        if bits >= part_bytes * 8 && before != Some(*key) {
            return place;
        }
        bits += item.weight();
        before = Some(*key);
    }
    items.len()
}

/// The lines of coverage that differ, by body and year; one that is gone covers nothing.
fn changed_coverage(before: &[Coverage], after: &[Coverage]) -> Vec<Coverage> {
    let index = |lines: &[Coverage]| -> BTreeMap<(u8, u16), Coverage> {
        lines.iter().map(|line| ((line.body, line.year), *line)).collect()
    };
    let (before, after) = (index(before), index(after));
    let groups: BTreeSet<&(u8, u16)> = before.keys().chain(after.keys()).collect();
    let now = |(body, year): &(u8, u16)| {
        let gone = Coverage { body: *body, year: *year, complete: false, lapsed_since: None };
        after.get(&(*body, *year)).copied().unwrap_or(gone)
    };
    groups.into_iter().filter(|group| before.get(*group) != Some(&now(group))).map(now).collect()
}

/// All that differs, by ascending key.
fn items<'a>(base: &Snapshot, before: &'a [(u64, Line<'a>)], after: &'a [Line<'a>]) -> Vec<(RowKey, Item<'a>)> {
    let mut items: Vec<(RowKey, Item<'a>)> = Vec::new();
    let key = |line: &Line<'_>| RowKey {
        body: line.space,
        year: line.year,
        key: line.key(base.numbering(line.space, line.year)),
    };
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some((place, line)), Some(after)) if line.order() == after.order() => {
                if line != *after {
                    items.push((key(line), Item::Changed { place: *place, before: line, after: Some(after) }));
                }
                old.next();
                new.next();
            }
            (Some((place, line)), after) if after.is_none_or(|after| line.order() < after.order()) => {
                items.push((key(line), Item::Changed { place: *place, before: line, after: None }));
                old.next();
            }
            (_, Some(line)) => {
                items.push((key(line), Item::New(line)));
                new.next();
            }
            (Some(_), None) => break,
        }
    }
    items.sort_by_key(|(key, _)| *key);
    items
}

/// What all parts are written with.
struct Writer<'a> {
    base: &'a Snapshot,
    encoders: TableEncoders,
    holders: Vec<Parties>,
    /// Lines of coverage that differ.
    changed: Vec<Coverage>,
    /// All lines of coverage.
    covered: BTreeMap<(u8, u16), Coverage>,
}

impl<'a> Writer<'a> {
    fn new(base: &'a Snapshot, changed: Vec<Coverage>, covered: Vec<Coverage>) -> Option<Self> {
        let encoders = TableEncoders::unpack(&base.directory().codes)?;
        let holders = base.holders().ok()?;
        let covered = covered.into_iter().map(|line| ((line.body, line.year), line)).collect();
        Some(Self { base, encoders, holders, changed, covered })
    }

    /// The part with these items, for the rows from one key to before another.
    fn part(&self, items: &[(RowKey, Item<'_>)], from: RowKey, end: Option<RowKey>) -> Result<Vec<u8>, WriteError> {
        let directory = self.base.directory();
        let restart = usize::from(directory.block_rows);
        let dictionary = Dictionary { holders: &self.holders, inline: true };
        let mut chunk = Builder::default();

        let mut new: BTreeMap<(u8, u16), Vec<&Line<'_>>> = BTreeMap::new();
        for coverage in &self.changed {
            let (first, last) =
                (RowKey { body: coverage.body, year: coverage.year, key: 0 }, (coverage.body, coverage.year));
            let begins_before_end = end.is_none_or(|end| first < end);
            if begins_before_end && (from.body, from.year) <= last {
                new.entry(last).or_default();
            }
        }
        for (_, item) in items {
            if let Item::New(line) = item {
                new.entry((line.space, line.year)).or_default().push(line);
            }
        }
        let mut groups = Vec::with_capacity(new.len());
        for ((space, year), lines) in new {
            let gone = Coverage { body: space, year, complete: false, lapsed_since: None };
            let coverage = self.covered.get(&(space, year)).copied().unwrap_or(gone);
            let numbering = self.base.numbering(space, year);
            let plan = Plan::numbered(&coverage, numbering, lines, directory.base_day, restart);
            let (group, encoders) = self.group(&plan, space, year, &dictionary)?;
            put(&mut chunk, &plan.rows, restart, &encoders, &dictionary, plan.spacing);
            groups.push(group);
        }

        let changes: Vec<Coded<'_>> = items
            .iter()
            .filter_map(|(_, item)| match item {
                Item::Changed { place, before, after } => {
                    Some(rows::change(*place, before, *after, directory.base_day))
                }
                Item::New(_) => None,
            })
            .collect();
        let (classes, _) = rows::counts(&changes);
        let mut tables = Tables::default();
        let keys: Vec<u64> = changes.iter().map(|change| change.key).collect();
        let spacing = Spacing::rising(&keys);
        let mut change_model = Model::default();
        if !changes.is_empty() {
            change_model = tables.class(&classes);
            change_model.product = tables.product(&BTreeMap::new());
            let own = tables.encoders();
            let encoders = own.of(&change_model).ok_or(WriteError::TooLarge)?;
            put(&mut chunk, &changes, restart, &encoders, &dictionary, spacing);
        }
        if chunk.is_full(usize::MAX) {
            return Err(WriteError::TooLarge);
        }
        let head = PartHead {
            groups,
            codes: tables.pack(),
            model: change_model,
            changes: u32::try_from(changes.len()).map_err(|_| WriteError::TooLarge)?,
            rice: u8::try_from(spacing.rice).map_err(|_| WriteError::TooLarge)?,
        };
        let head = wire::encode(&head);
        let mut bytes = PART_MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend(u32::try_from(head.len()).map_err(|_| WriteError::TooLarge)?.to_le_bytes());
        bytes.extend(head);
        bytes.extend(chunk.into_bytes());
        Ok(bytes)
    }

    /// The group of new rows, with the tables of its group in the base; where that has none, with those in which the rows are
    /// shortest.
    fn group(
        &self,
        plan: &Plan<'_>,
        space: u8,
        year: u16,
        dictionary: &Dictionary<'_>,
    ) -> Result<(Group, Encoders<'_>), WriteError> {
        let models = &self.base.directory().models;
        let known = self.base.directory().groups.iter().find(|group| (group.space, group.year) == (space, year));
        let of = |place: usize| self.encoders.of(models.get(place)?);
        let place = known.map(|group| usize::from(group.model)).or_else(|| {
            (0..models.len()).filter(|place| of(*place).is_some()).min_by_key(|place| {
                of(*place).map_or(0, |encoders| rows::block(&plan.rows, &encoders, dictionary, plan.spacing).0.len())
            })
        });
        let encoders = place.and_then(of).ok_or(WriteError::Base)?;
        let place = place.and_then(|place| u16::try_from(place).ok()).ok_or(WriteError::Base)?;
        Ok((plan.group(place)?, encoders))
    }
}

fn put(
    chunk: &mut Builder,
    rows: &[Coded<'_>],
    restart: usize,
    encoders: &Encoders<'_>,
    dictionary: &Dictionary<'_>,
    keys: Spacing,
) {
    for rows in rows.chunks(restart) {
        if let Some(first) = rows.first() {
            let (bits, own) = rows::block(rows, encoders, dictionary, keys);
            chunk.push(&bits, first.key, own);
        }
    }
}
