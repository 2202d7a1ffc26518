//! The editions published from the register, and which files they consist of.

use super::Store;
use super::rows::{EDITION, edition};
use crate::Error;
use cccheck::Instant;
use rusqlite::{OptionalExtension, params};

/// For how many editions their files are kept, for readers that hold an earlier head.
const KEPT: i64 = 5;
/// For how many seconds the files of an edition are kept at least, once another has followed it.
const KEPT_SECONDS: i64 = 600;

/// A published edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Its sequence.
    pub sequence: u64,
    /// The instant whose state it shows.
    pub as_of: Instant,
    /// The revision of the register that it shows.
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
    pub(crate) certificates: u64,
    /// What it consists of, beside the files of its base.
    pub(crate) files: &'a [String],
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

    /// Notes an edition under the next sequence, or under the lowest one if that is higher. From then on the sequence is taken,
    /// whether its head gets out or not.
    pub(crate) fn add_edition(&mut self, new: &NewEdition<'_>, lowest: u64) -> Result<Edition, Error> {
        let sql = format!(
            "INSERT INTO editions ({EDITION})
             SELECT next, ?2, ?3, coalesce(?4, next), ?5, ?6, ?7, ?8
             FROM (SELECT max(coalesce(max(sequence), 0) + 1, ?1) AS next FROM editions)
             RETURNING {EDITION}"
        );
        let added = self.db.transaction().and_then(|transaction| {
            let values = params![
                signed(lowest),
                new.as_of.to_string(),
                new.revision,
                new.base.map(signed),
                new.snapshot,
                new.delta,
                new.tables,
                signed(new.certificates),
            ];
            let added = transaction.query_row(&sql, values, edition)?;
            {
                let mut statement =
                    transaction.prepare("INSERT OR IGNORE INTO files (edition, name) VALUES (?1, ?2)")?;
                for name in new.files {
                    statement.execute(params![signed(added.sequence), name])?;
                }
            }
            transaction.commit()?;
            Ok(added)
        });
        self.wrap(added)
    }

    /// The names of the files that the last editions, those that were the newest within the last minutes, and the one whose head
    /// is published consist of; what others consisted of is forgotten.
    pub(crate) fn kept_files(&mut self, published: u64, now: Instant) -> Result<Vec<String>, Error> {
        let first = "SELECT min(
                coalesce((SELECT min(sequence) FROM (SELECT sequence FROM editions ORDER BY sequence DESC LIMIT ?1)), 0),
                coalesce((SELECT max(sequence) FROM editions WHERE as_of < ?2), 0))";
        let forget = "DELETE FROM files WHERE edition < ?1 AND edition <> ?2 AND edition NOT IN
                (SELECT base FROM editions WHERE sequence >= ?1 OR sequence = ?2)";
        let kept = self.db.transaction().and_then(|transaction| {
            let since = now.plus_seconds(-KEPT_SECONDS).to_string();
            let first: i64 = transaction.query_row(first, params![KEPT, since], |row| row.get(0))?;
            transaction.execute(forget, params![first, signed(published)])?;
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

/// A number of ours as SQLite has it; none of them comes near the limit.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
