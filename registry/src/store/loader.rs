//! Changing the register.

use super::rows::key;
use super::{Put, certificate};
use crate::Error;
use cccheck::snapshot::Coverage;
use cccheck::{CccNumber, Day, Instant, Record, Status};
use rusqlite::{Transaction, params};
use std::path::Path;

/// A transaction that changes certificates or coverage.
pub struct Loader<'a> {
    pub(super) path: &'a Path,
    pub(super) transaction: Transaction<'a>,
    pub(super) changed: bool,
}

impl Loader<'_> {
    /// Puts a record into the register; one with the same number is replaced, and the log says so.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn put(&mut self, record: &Record, reason: &str, now: Instant) -> Result<Put, Error> {
        if self.insert(record)? {
            return Ok(Put::Added);
        }
        match self.certificate(record.number)? {
            Some(before) if before == *record => Ok(Put::Unchanged),
            before => {
                let old = before.map_or(Status::Unknown, |before| before.status);
                let result = self.replace(record, old, reason, now);
                self.wrap(result)?;
                self.changed = true;
                Ok(Put::Updated)
            }
        }
    }

    /// Adds a record, unless its number is there already.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn insert(&mut self, record: &Record) -> Result<bool, Error> {
        let sql = "INSERT INTO certificates (number, status, status_since, issued_on, expires_on, provenance)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (number) DO NOTHING";
        let text = |day: Option<Day>| day.map(|day| day.to_string());
        let insert = || {
            self.transaction.prepare_cached(sql)?.execute(params![
                key(record.number),
                record.status.as_str(),
                text(record.status_since),
                text(record.issued_on),
                text(record.expires_on),
                record.provenance.as_str(),
            ])
        };
        let added = self.wrap(insert())? == 1;
        self.changed |= added;
        Ok(added)
    }

    /// States what the register claims to know of a body and year.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn cover(&mut self, line: &Coverage) -> Result<(), Error> {
        let sql = "INSERT INTO coverage (body, year, complete) VALUES (?1, ?2, ?3)
                   ON CONFLICT (body, year) DO UPDATE SET complete = excluded.complete";
        let cover = || self.transaction.prepare_cached(sql)?.execute(params![line.body, line.year, line.complete]);
        self.wrap(cover())?;
        self.changed = true;
        Ok(())
    }

    pub(super) fn certificate(&self, number: CccNumber) -> Result<Option<Record>, Error> {
        self.wrap(certificate(&self.transaction, number))
    }

    fn replace(&self, record: &Record, old: Status, reason: &str, now: Instant) -> rusqlite::Result<()> {
        let text = |day: Option<Day>| day.map(|day| day.to_string());
        let sql = "UPDATE certificates SET status = ?2, status_since = ?3, issued_on = ?4, expires_on = ?5,
                   provenance = ?6 WHERE number = ?1";
        self.transaction.prepare_cached(sql)?.execute(params![
            key(record.number),
            record.status.as_str(),
            text(record.status_since),
            text(record.issued_on),
            text(record.expires_on),
            record.provenance.as_str(),
        ])?;
        let sql = "INSERT INTO changes (time, number, old_status, new_status, since, reason)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.transaction.prepare_cached(sql)?.execute(params![
            now.to_string(),
            key(record.number),
            old.as_str(),
            record.status.as_str(),
            text(record.status_since),
            reason,
        ])?;
        Ok(())
    }

    pub(super) fn last_change(&self) -> Result<i64, Error> {
        self.wrap(self.transaction.query_row("SELECT coalesce(max(id), 0) FROM changes", [], |row| row.get(0)))
    }

    fn wrap<T>(&self, result: rusqlite::Result<T>) -> Result<T, Error> {
        result.map_err(|source| Error::Store { path: self.path.into(), source })
    }
}
