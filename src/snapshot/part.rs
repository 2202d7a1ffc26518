//! A part of a delta, as it is read: groups with new rows, coded with the tables of the base, and changes of rows of the base.

use super::block::{Decoders, Frame, Tables};
use super::files::Files;
use super::group::{Hit, Placed, Site, blocks};
use super::layout::{Directory, Group, MAX_RICE, MODEL_TABLES, Numbering, Order, PART_MAGIC, PartHead, Steps, VERSION};
use super::symbols::{group_day, working_day};
use crate::register::LookupError;
use crate::trust::{Refusal, decode};
use alloc::vec::Vec;

/// A part that can be read.
#[derive(Clone, Debug)]
pub(super) struct Part {
    groups: Vec<Group>,
    /// How many blocks there are before those of each group, before the changes, and in all.
    first_blocks: Vec<u32>,
    /// The changes as a group: keys are places in the base.
    changes: Group,
    /// The decoders of the changes, if there are any.
    tables: Option<Tables>,
    /// Its one chunk.
    files: Files,
}

pub(super) const DELTA: Refusal = Refusal::Malformed { part: "delta" };

impl Part {
    /// Reads a part of a delta to a base.
    pub(super) fn open(bytes: Vec<u8>, base: &Directory) -> Result<Self, Refusal> {
        let (version, rest) = bytes.strip_prefix(&PART_MAGIC).and_then(<[u8]>::split_first).ok_or(DELTA)?;
        if *version != VERSION {
            return Err(Refusal::UnsupportedFormat { part: "delta", version: u16::from(*version) });
        }
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(DELTA)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| DELTA)?;
        let (head, chunk) = rest.split_at_checked(length).ok_or(DELTA)?;
        let head: PartHead = decode(head, "delta")?;
        if head.codes.len() > MODEL_TABLES {
            return Err(DELTA);
        }
        let decoders = Decoders::new(&head.codes).ok_or(DELTA)?;
        let known = head
            .groups
            .iter()
            .all(|group| group.numbering == base.numbering(base.group(group.space, group.year), group.space));
        let tables = decoders.tables(&head.model);
        if !Group::are_sound(&head.groups, base.models.len())
            || !known
            || head.changes > 0 && tables.is_none()
            || head.rice > MAX_RICE
        {
            return Err(DELTA);
        }
        let rows = u32::from(base.block_rows);
        let mut first_blocks = Vec::with_capacity(head.groups.len() + 2);
        let mut count = 0_u32;
        for group in &head.groups {
            first_blocks.push(count);
            count = count.checked_add(blocks(group.rows, rows)).ok_or(DELTA)?;
        }
        first_blocks.push(count);
        count = count.checked_add(blocks(head.changes, rows)).ok_or(DELTA)?;
        first_blocks.push(count);
        let start = bytes.len() - chunk.len();
        let changes = Group {
            space: 0,
            year: 0,
            complete: true,
            lapsed_since: None,
            numbering: Numbering { order: Order::Product, start: 0 },
            rows: head.changes,
            rice: head.rice,
            steps: Steps::Rising,
            model: 0,
        };
        let files = Files::only(bytes, start, count).ok_or(DELTA)?;
        Ok(Self { groups: head.groups, first_blocks, changes, tables, files })
    }

    /// What it says of a group.
    pub(super) fn group(&self, space: u8, year: u16) -> Option<&Group> {
        self.groups.get(self.place(space, year)?)
    }

    fn place(&self, space: u8, year: u16) -> Option<usize> {
        self.groups.binary_search_by_key(&(space, year), |group| (group.space, group.year)).ok()
    }

    /// Its groups.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The new rows of a group.
    pub(super) fn placed<'a>(
        &self,
        group: &'a Group,
        tables: &'a Tables,
        frame: Frame,
        base: &Directory,
    ) -> Placed<'a> {
        let site = self.site(self.place(group.space, group.year), group_day(group.year, base.base_day));
        Placed { group, site, tables, frame, block_rows: base.block_rows }
    }

    /// None if there are no tables for changes, and so no changes.
    fn placed_changes(&self, frame: Frame, base: &Directory) -> Option<Placed<'_>> {
        let tables = self.tables.as_ref()?;
        let site = self.site(Some(self.groups.len()), base.base_day.days());
        Some(Placed { group: &self.changes, site, tables, frame, block_rows: base.block_rows })
    }

    /// Where the blocks of a group stand, or after the last group those of the changes.
    fn site(&self, place: Option<usize>, first_day: i32) -> Site {
        let first = |place: usize| self.first_blocks.get(place).copied();
        let first_block = place.and_then(first).unwrap_or_default();
        let end_block = place.and_then(|place| first(place + 1)).unwrap_or_default();
        Site { first_block, end_block, chunks: (0, 0), first_day, first_working_day: working_day(first_day) }
    }

    /// What became of the row at a place in the base.
    pub(super) fn change<'a>(
        &'a self,
        place: u64,
        frame: Frame,
        base: &Directory,
        into: &mut Option<Hit<'a>>,
    ) -> Result<(), LookupError> {
        let Some(placed) = self.placed_changes(frame, base) else {
            return Ok(());
        };
        // All borrowed from the part, so the row may outlive the group that describes it.
        placed.find_in(self.files.open(0)?, place, None, &mut base.block_rows.into(), into)
    }

    /// Visits all changes, by place in the base.
    pub(super) fn each_change<'a>(
        &'a self,
        frame: Frame,
        base: &Directory,
        visit: impl FnMut(Hit<'a>) -> Result<(), LookupError>,
    ) -> Result<(), LookupError> {
        match self.placed_changes(frame, base) {
            Some(placed) => placed.each(&self.files, visit),
            None => Ok(()),
        }
    }

    /// Its chunk.
    pub(super) fn files(&self) -> &Files {
        &self.files
    }
}
