//! The editions published from the register, and which files they consist of.

use super::Store;
use super::rows::{EDITION, edition, named, unsigned};
use crate::Error;
use crate::publish::{Count, Counts, Drift};
use cccheck::trust::Override;
use cccheck::{HASHED, Instant};
use rusqlite::{OptionalExtension, Row, Transaction, TransactionBehavior, params};

/// For how many editions their files are kept, for readers that hold an earlier head.
const KEPT: i64 = 5;
/// For how many seconds the files of an edition are kept at least, once another has followed it.
const KEPT_SECONDS: i64 = 600;

/// How long ago an edition may be, of which it is known by how much counts moved, in seconds.
const DAY: i64 = 86_400;

/// A published edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Its sequence.
    pub sequence: u64,
    /// The instant whose state it shows.
    pub as_of: Instant,
    /// The number of the revision that it shows.
    pub revision: i64,
    /// The sequence of the edition that wrote its snapshot.
    pub base: u64,
    /// The name of its snapshot.
    pub snapshot: String,
    /// The name of its delta, if it has one.
    pub delta: Option<String>,
    /// The name of its reference tables.
    pub tables: String,
    /// How many certificates it has.
    pub certificates: u64,
    /// How many self-declarations.
    pub declarations: u64,
    /// SHA-256 of its manifest; none if it was made before that was kept.
    pub manifest: Option<String>,
}

/// An [`Edition`] that has no sequence yet.
pub(crate) struct NewEdition<'a> {
    pub(crate) as_of: Instant,
    pub(crate) revision: i64,
    /// The edition that wrote its snapshot; none if it has a new one.
    pub(crate) base: Option<u64>,
    pub(crate) snapshot: String,
    pub(crate) delta: Option<String>,
    pub(crate) tables: &'a str,
    /// SHA-256 of its manifest.
    pub(crate) manifest: String,
    /// What it consists of, beside the files of its base.
    pub(crate) files: &'a [String],
    pub(crate) counts: &'a Counts,
    /// The sequence of the edition that is published until then, if any is.
    pub(crate) follows: Option<u64>,
    /// By how much its counts moved since that.
    pub(crate) drift: &'a Drift,
    /// Why counts that moved beyond the bound are signed.
    pub(crate) overrides: &'a [Override],
}

impl Store {
    /// The newest edition, if any was published.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn newest_edition(&self) -> Result<Option<Edition>, Error> {
        let sql = format!("SELECT {EDITION} FROM editions ORDER BY sequence DESC LIMIT 1");
        self.wrap(self.db.query_row(&sql, [], edition).optional())
    }

    /// The edition with a sequence.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn edition(&self, sequence: u64) -> Result<Option<Edition>, Error> {
        let sql = format!("SELECT {EDITION} FROM editions WHERE sequence = ?1");
        self.wrap(self.db.query_row(&sql, [signed(sequence)], edition).optional())
    }

    /// The sequence that is taken next: the one after the newest, or the lowest one if that is higher.
    pub(crate) fn next_sequence(&self, lowest: u64) -> Result<u64, Error> {
        Ok(self.newest_edition()?.map_or(lowest, |newest| lowest.max(newest.sequence.saturating_add(1))))
    }

    /// Notes an edition under a sequence that no other has. From then on it is taken, whether its head gets out or not.
    pub(crate) fn add_edition(&mut self, new: &NewEdition<'_>, sequence: u64) -> Result<Edition, Error> {
        let sql = format!(
            "INSERT INTO editions ({EDITION}) VALUES (?1, ?2, ?3, coalesce(?4, ?1), ?5, ?6, ?7, ?8, ?9, ?10) RETURNING {EDITION}"
        );
        let values = params![
            signed(sequence),
            new.as_of.to_string(),
            new.revision,
            new.base.map(signed),
            new.snapshot,
            new.delta,
            new.tables,
            signed(new.counts.total(|body| body < HASHED)),
            signed(new.counts.total(|body| body == HASHED)),
            new.manifest,
        ];
        let added = self.db.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
            let added = transaction.query_row(&sql, values, edition)?;
            note(&transaction, sequence, new)?;
            transaction.commit()?;
            Ok(added)
        });
        self.wrap(added)
    }

    /// The names of the files of an edition and its base.
    pub(crate) fn files(&self, edition: &Edition) -> Result<Vec<String>, Error> {
        let sql = "SELECT DISTINCT name FROM files WHERE edition IN (?1, ?2)";
        let read = || {
            let mut statement = self.db.prepare_cached(sql)?;
            statement.query_map([signed(edition.sequence), signed(edition.base)], |row| row.get(0))?.collect()
        };
        self.wrap(read())
    }

    /// When the published edition was made, or the newest one up to it whose counts are known, and its counts.
    pub(crate) fn last_counts(&self, published: Option<u64>) -> Result<Option<(Instant, Counts)>, Error> {
        let newest = "SELECT sequence, as_of FROM editions
                      WHERE sequence = (SELECT max(edition) FROM counts WHERE edition <= ?1)";
        let counts = "SELECT body, product, total, valid FROM counts WHERE edition = ?1";
        let read = || {
            let newest = self.db.query_row(newest, [published.map_or(i64::MAX, signed)], |row| {
                Ok((row.get::<_, i64>(0)?, named(row, 1, |text| text.parse().ok())?))
            });
            let Some((sequence, as_of)) = newest.optional()? else {
                return Ok(None);
            };
            let mut statement = self.db.prepare_cached(counts)?;
            let count = |row: &Row<'_>| {
                let count = Count { all: unsigned(row, 2)?, valid: unsigned(row, 3)? };
                Ok(((row.get(0)?, row.get(1)?), count))
            };
            let kinds = statement.query_map([sequence], count)?.collect::<rusqlite::Result<_>>()?;
            Ok(Some((as_of, Counts { kinds, empty_years: None })))
        };
        self.wrap(read())
    }

    /// By how much counts moved up to the published edition within a day: of each body since the last edition in which somebody said
    /// why it moves.
    pub(crate) fn drift(&self, published: Option<u64>, now: Instant) -> Result<Drift, Error> {
        // What a wrong clock made in the future is not of this day.
        let sql = "SELECT body, product, sum(total), sum(valid) FROM drifts
                   JOIN editions ON sequence = edition
                   WHERE edition <= ?1 AND as_of > ?2 AND as_of < ?3 AND NOT EXISTS (
                       SELECT 1 FROM overrides
                       WHERE overrides.body = drifts.body AND overrides.edition BETWEEN drifts.edition AND ?1)
                   GROUP BY body, product";
        let [since, until] = [-DAY, DAY].map(|seconds| now.plus_seconds(seconds).to_string());
        let read = || {
            let mut statement = self.db.prepare_cached(sql)?;
            let moved = |row: &Row<'_>| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?)));
            let kinds = statement.query_map(params![published.map_or(i64::MAX, signed), since, until], moved)?;
            Ok(Drift { kinds: kinds.collect::<rusqlite::Result<_>>()? })
        };
        self.wrap(read())
    }

    /// The names of the files that the last editions, those that were the newest within the last minutes, and the one whose head
    /// is published consist of; what others consisted of is forgotten.
    pub(crate) fn kept_files(&mut self, published: u64, now: Instant) -> Result<Vec<String>, Error> {
        let first = "SELECT min(
                coalesce((SELECT min(sequence) FROM (SELECT sequence FROM editions ORDER BY sequence DESC LIMIT ?1)), 0),
                coalesce((SELECT max(sequence) FROM editions WHERE as_of < ?2), 0))";
        let forget = "DELETE FROM files WHERE edition < ?1 AND edition <> ?2 AND edition NOT IN
                (SELECT base FROM editions WHERE sequence >= ?1 OR sequence = ?2)";
        let kept = self.db.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
            let since = now.plus_seconds(-KEPT_SECONDS).to_string();
            let first: i64 = transaction.query_row(first, params![KEPT, since], |row| row.get(0))?;
            transaction.execute(forget, params![first, signed(published)])?;
            let forget = "DELETE FROM counts WHERE edition < ?1 AND edition <> ?2";
            transaction.execute(forget, params![first, signed(published)])?;
            let forget = "DELETE FROM drifts WHERE (SELECT as_of FROM editions WHERE sequence = edition) < ?1";
            transaction.execute(forget, [now.plus_seconds(-DAY).to_string()])?;
            let names = transaction
                .prepare("SELECT DISTINCT name FROM files")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            transaction.commit()?;
            Ok(names)
        });
        self.wrap(kept)
    }
}

/// Notes what belongs to an edition that was added.
fn note(transaction: &Transaction<'_>, sequence: u64, new: &NewEdition<'_>) -> rusqlite::Result<()> {
    let sequence = signed(sequence);
    let mut statement = transaction.prepare("INSERT OR IGNORE INTO files (edition, name) VALUES (?1, ?2)")?;
    for name in new.files {
        statement.execute(params![sequence, name])?;
    }
    let sql = "INSERT INTO counts (edition, body, product, total, valid) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = transaction.prepare(sql)?;
    for ((body, product), count) in &new.counts.kinds {
        statement.execute(params![sequence, body, product, signed(count.all), signed(count.valid)])?;
    }
    // What was signed since the published edition will not be published any more.
    let sql = "DELETE FROM drifts WHERE edition > ?1";
    transaction.execute(sql, [new.follows.map_or(i64::MAX, signed)])?;
    let sql = "INSERT INTO drifts (edition, body, product, total, valid) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = transaction.prepare(sql)?;
    for ((body, product), (total, valid)) in &new.drift.kinds {
        statement.execute(params![sequence, body, product, total, valid])?;
    }
    let sql = "INSERT INTO overrides (edition, time, body, reason) VALUES (?1, ?2, ?3, ?4)";
    let mut statement = transaction.prepare(sql)?;
    for Override { body, reason } in new.overrides {
        statement.execute(params![sequence, new.as_of.to_string(), body, reason])?;
    }
    Ok(())
}

/// A number of ours as SQLite has it; none of them comes near the limit.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
