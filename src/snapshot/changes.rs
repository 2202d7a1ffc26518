//! What a delta changes, told to people who look at a snapshot.

use super::read::Snapshot;
use super::write::Line;
use crate::register::LookupError;
use alloc::collections::BTreeMap;

/// How many instruments differ between a snapshot and what its delta made of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New ones.
    pub added: u64,
    /// Those of which something is different.
    pub changed: u64,
    /// Those that the register no longer has.
    pub removed: u64,
}

impl Snapshot {
    /// What the delta changes.
    ///
    /// # Errors
    /// [`LookupError`] if something is malformed or not there.
    pub fn changes(&self) -> Result<Changes, LookupError> {
        let content = self.content()?;
        let mut before: BTreeMap<_, _> = self.base_lines()?.into_iter().map(|(_, line)| (line.order(), line)).collect();
        let mut changes = Changes::default();
        let after = content.records.iter().map(Line::of_record);
        for line in after.chain(content.declarations.iter().map(Line::of_declaration)) {
            match before.remove(&line.order()) {
                None => changes.added += 1,
                Some(before) => changes.changed += u64::from(before != line),
            }
        }
        changes.removed = u64::try_from(before.len()).unwrap_or(u64::MAX);
        Ok(changes)
    }
}
