//! Reading everything: what there is, row by row, and whether it is what was signed.

use super::{Complete, SNAPSHOT, Snapshot, declared, number, part_refs};
use crate::declaration::{DeclarationKey, HASHED};
use crate::register::{Declaration, LookupError, Parties, Record};
use crate::snapshot::content::{Content, ContentHash, Coverage};
use crate::snapshot::group::Hit;
use crate::snapshot::layout::Group;
use crate::snapshot::part::Part;
use crate::snapshot::symbols::REMOVED;
use crate::snapshot::write::Line;
use crate::trust::{FileRef, Refusal};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

fn certificates(groups: &[Group]) -> u64 {
    groups.iter().filter(|group| group.space < HASHED).map(|group| u64::from(group.rows)).sum()
}

/// By what a row is looked up: a declaration by its key alone.
fn looked_up(space: u8, key: u64, product: u16) -> (u64, u16) {
    (key, if space < HASHED { product } else { 0 })
}

/// Whether that can be the number of an instrument.
fn is_number(space: u8, year: u16, serial: u64, product: u16) -> bool {
    DeclarationKey::from_parts(space, serial).is_some() || number(space, year, serial, product).is_ok()
}

impl Snapshot {
    /// How many rows the snapshot has, the delta not counted.
    #[must_use]
    pub fn base_rows(&self) -> u64 {
        self.directory.groups.iter().map(|group| u64::from(group.rows)).sum()
    }

    /// How many certificates there are, the delta applied.
    ///
    /// # Errors
    /// [`LookupError::Missing`] if a part of the delta is not there.
    pub fn certificates(&self) -> Result<u64, LookupError> {
        let base = certificates(&self.directory.groups);
        let mut all = self.listed().ok_or(LookupError::Missing)?;
        for part in self.all_parts()? {
            let mut removed = 0;
            part.each_change(self.directory.frame(true), &self.directory, |hit| {
                // The rows of certificates stand before those of declarations.
                removed += u64::from(hit.key < base && hit.row.state.status() == REMOVED);
                Ok(())
            })?;
            all = all.saturating_sub(removed);
        }
        Ok(all)
    }

    /// How many certificates base and delta list; none if a part of the delta is not there. Those that the register has dropped
    /// since its base was made count still: to leave them out is [`certificates`](Self::certificates), which reads all changes.
    #[must_use]
    pub fn listed(&self) -> Option<u64> {
        let mut all = certificates(&self.directory.groups);
        for part in &self.parts {
            all += certificates(part.as_ref()?.groups());
        }
        Some(all)
    }

    /// What it claims to know, by body and year, ascending.
    ///
    /// # Errors
    /// [`LookupError::Missing`] if a part of the delta is not there.
    pub fn coverage(&self) -> Result<Vec<Coverage>, LookupError> {
        let mut all = BTreeMap::new();
        let parts: Vec<&Part> = self.all_parts()?;
        for group in self.directory.groups.iter().chain(parts.iter().flat_map(|part| part.groups())) {
            all.insert((group.space, group.year), group.coverage());
        }
        Ok(all.into_values().collect())
    }

    /// The whole content, for audits: certificates and declarations ascending by body, year, serial and product kind.
    ///
    /// # Errors
    /// [`LookupError`] if something is malformed or not there.
    pub fn content(&self) -> Result<Content, LookupError> {
        let mut content = Content { coverage: self.coverage()?, ..Content::default() };
        self.each(|line, declared| match (line, declared) {
            (Some(record), None) => content.records.push(record),
            (_, Some(declaration)) => content.declarations.push(declaration),
            (None, None) => {}
        })?;
        Ok(content)
    }

    /// Whether everything is as it was signed: every chunk and every part has its hash, and the content its.
    ///
    /// # Errors
    /// [`Refusal::Hash`] if a chunk, a part or the content differs from what was signed for it,
    /// [`Refusal::Malformed`] if something cannot be read.
    pub fn audit(&self) -> Result<(), Refusal> {
        let malformed = |_| SNAPSHOT;
        let manifest = self.head.manifest();
        for (signed, open) in self.files.signed() {
            if FileRef::of(open.map_err(malformed)?.bytes) != signed {
                return Err(Refusal::Hash);
            }
        }
        for (part, signed) in self.all_parts().map_err(malformed)?.into_iter().zip(part_refs(&self.head)) {
            if FileRef::of(part.files().whole()) != signed.file {
                return Err(Refusal::Hash);
            }
        }
        if !self.holders().map_err(malformed)?.is_sorted_by(|left, right| left < right) {
            return Err(SNAPSHOT);
        }
        if self.content_hash().map_err(malformed)? != manifest.content {
            return Err(Refusal::Hash);
        }
        Ok(())
    }

    /// The hash of the content, to be compared with the manifest's.
    ///
    /// # Errors
    /// As [`content`](Self::content).
    pub fn content_hash(&self) -> Result<[u8; 32], LookupError> {
        let mut hash = ContentHash::new(&self.coverage()?);
        self.each(|record, declaration| {
            if let Some(record) = &record {
                hash.add(&Line::of_record(record));
            }
            if let Some(declaration) = &declaration {
                hash.add(&Line::of_declaration(declaration));
            }
        })?;
        Ok(hash.finish())
    }

    /// Visits every line, ascending.
    fn each(&self, mut visit: impl FnMut(Option<Record>, Option<Declaration>)) -> Result<(), LookupError> {
        let malformed = LookupError::Malformed;
        let parts = self.all_parts()?;
        let mut changes: BTreeMap<u64, (usize, Hit<'_>)> = BTreeMap::new();
        for (part, number) in parts.iter().zip(1..) {
            part.each_change(self.directory.frame(true), &self.directory, |hit| {
                changes.insert(hit.key, (number, hit)).map_or(Ok(()), |_| Err(malformed))
            })?;
        }
        for line in self.coverage()? {
            let (space, year) = (line.body, line.year);
            // Where look-ups would not see it, nothing counts: base and delta say one thing, however they are read.
            let is_seen_in = |number: usize, hit: &Hit<'_>| self.parts_before(space, year, hit.key) == number;
            let mut lines: Vec<(u64, u16, Complete)> = Vec::new();
            if let Some(place) = self.directory.group(space, year) {
                let first = self.rows_before(place);
                let placed = self.placed(place).ok_or(malformed)?;
                let numbering = placed.group.numbering;
                let mut before = None;
                placed.each(&self.files, |hit| {
                    let change = changes.remove(&(first + u64::from(hit.place)));
                    if change.is_some_and(|(number, _)| !is_seen_in(number, &hit)) {
                        return Err(malformed);
                    }
                    // Whatever the delta makes of a row: by itself it is sound, and the only one of its number.
                    let alone = self.numbered(numbering, Some(&hit), None)?.ok_or(malformed)?;
                    let own = looked_up(space, hit.key, hit.row.product);
                    if before.replace(own) >= Some(own) || !is_number(space, year, alone.0, alone.1) {
                        return Err(malformed);
                    }
                    lines.extend(match change {
                        Some((_, change)) => self.numbered(numbering, Some(&hit), Some(&change))?,
                        None => Some(alone),
                    });
                    Ok(())
                })?;
            }
            for (part, number) in parts.iter().zip(1..) {
                if let Some(group) = part.group(space, year) {
                    let placed = self.placed_in(part, group)?;
                    placed.each(part.files(), |hit| {
                        if !is_seen_in(number, &hit) {
                            return Err(malformed);
                        }
                        lines.extend(self.numbered(group.numbering, None, Some(&hit))?);
                        Ok(())
                    })?;
                }
            }
            lines.sort_by_key(|(serial, product, _)| (*serial, *product));
            let key = |(serial, product, _): &(u64, u16, Complete)| looked_up(space, *serial, *product);
            if !lines.is_sorted_by(|left, right| key(left) < key(right)) || !self.is_stated_alike(&parts, &line) {
                return Err(malformed);
            }
            for (serial, product, complete) in lines {
                if space >= HASHED {
                    let key = DeclarationKey::from_parts(space, serial).ok_or(LookupError::Malformed)?;
                    visit(None, Some(complete.record(declared(key, product))));
                } else {
                    visit(Some(complete.record(number(space, year, serial, product)?)), None);
                }
            }
        }
        // What is left changes rows that are not there.
        if changes.is_empty() { Ok(()) } else { Err(malformed) }
    }

    /// Whether look-ups learn the same coverage of a group from every part in which its rows may stand.
    fn is_stated_alike(&self, parts: &[&Part], line: &Coverage) -> bool {
        let (space, year) = (line.body, line.year);
        let base = self.directory.group(space, year).and_then(|place| self.directory.groups.get(place));
        let asked = self.parts_before(space, year, 0)..=self.parts_before(space, year, u64::MAX);
        // What no look-up asks may not say anything.
        let is_asked = |(part, number): (&&Part, usize)| asked.contains(&number) || part.group(space, year).is_none();
        parts.iter().zip(1..).all(is_asked)
            && asked.clone().all(|number| {
                let part = number.checked_sub(1).and_then(|place| parts.get(place));
                let group = part.and_then(|part| part.group(space, year)).or(base);
                let none = Coverage { complete: false, lapsed_since: None, ..*line };
                group.map_or(none, Group::coverage) == *line
            })
    }

    /// What the base claims to know, its delta aside.
    pub(in crate::snapshot) fn base_coverage(&self) -> Vec<Coverage> {
        self.directory.groups.iter().map(Group::coverage).collect()
    }

    /// The rows of the base with their places, its delta aside; ascending by body, year, serial and product kind.
    pub(in crate::snapshot) fn base_lines(&self) -> Result<Vec<(u64, Line<'static>)>, LookupError> {
        let mut lines = Vec::new();
        for (place, group) in self.directory.groups.iter().enumerate() {
            let placed = self.placed(place).ok_or(LookupError::Malformed)?;
            let first = self.rows_before(place);
            placed.each(&self.files, |hit| {
                let found = self.numbered(group.numbering, Some(&hit), None)?;
                let (serial, product, complete) = found.ok_or(LookupError::Malformed)?;
                lines.push((first + u64::from(hit.place), complete.line(group.space, group.year, serial, product)));
                Ok(())
            })?;
        }
        lines.sort_by_key(|(_, line)| line.order());
        Ok(lines)
    }

    /// The dictionary of holders.
    pub(in crate::snapshot) fn holders(&self) -> Result<Vec<Parties>, LookupError> {
        let holder = |place| {
            let mut parties = Parties::default();
            self.holder(place, &mut parties).map(|()| parties)
        };
        (0..self.directory.holders).map(holder).collect()
    }

    fn all_parts(&self) -> Result<Vec<&Part>, LookupError> {
        self.parts.iter().map(|part| part.as_ref().ok_or(LookupError::Missing)).collect()
    }
}
