//! Changing the register.

use super::rows::{COLUMNS, key};
use super::{Certificate, Put, certificate};
use crate::Error;
use cccheck::snapshot::Coverage;
use cccheck::{CccNumber, Day, Instant, Status};
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
    pub fn put(&mut self, certificate: &Certificate, reason: &str, now: Instant) -> Result<Put, Error> {
        if self.insert(certificate)? {
            return Ok(Put::Added);
        }
        match self.certificate(certificate.record.number)? {
            Some(before) if before == *certificate => Ok(Put::Unchanged),
            before => {
                let old = before.map_or(Status::Unknown, |before| before.record.status);
                let result = self.replace(certificate, old, reason, now);
                self.wrap(result)?;
                self.changed = true;
                Ok(Put::Updated(old))
            }
        }
    }

    /// Adds a record, unless its number is there already.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn insert(&mut self, certificate: &Certificate) -> Result<bool, Error> {
        let sql = format!(
            "INSERT INTO certificates ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (number) DO NOTHING"
        );
        let added = self.wrap(self.write(&sql, certificate))? == 1;
        self.changed |= added;
        Ok(added)
    }

    /// States what the register claims to know of a body and year.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn cover(&mut self, line: &Coverage) -> Result<(), Error> {
        let sql = "INSERT INTO coverage (body, year, complete, lapsed_since) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (body, year) DO UPDATE SET
                       complete = excluded.complete, lapsed_since = excluded.lapsed_since";
        let cover = || {
            self.transaction.prepare_cached(sql)?.execute(params![
                line.body,
                line.year,
                line.complete,
                text(line.lapsed_since)
            ])
        };
        self.wrap(cover())?;
        self.changed = true;
        Ok(())
    }

    /// The certificate with a number.
    pub(crate) fn certificate(&self, number: CccNumber) -> Result<Option<Certificate>, Error> {
        self.wrap(certificate(&self.transaction, number))
    }

    /// Runs a statement whose parameters are the columns, in order.
    fn write(&self, sql: &str, Certificate { record, names }: &Certificate) -> rusqlite::Result<usize> {
        self.transaction.prepare_cached(sql)?.execute(params![
            key(record.number),
            record.status.as_str(),
            text(record.status_since),
            text(record.issued_on),
            text(record.expires_on),
            record.provenance.as_str(),
            record.model,
            names.applicant,
            names.manufacturer,
            names.factory,
            names.credit_code,
        ])
    }

    fn replace(&self, certificate: &Certificate, old: Status, reason: &str, now: Instant) -> rusqlite::Result<()> {
        let record = &certificate.record;
        self.write(
            &format!("REPLACE INTO certificates ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
            certificate,
        )?;
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

    /// The newest line of a log, by its table.
    pub(super) fn last_change(&self, log: &str) -> Result<i64, Error> {
        let sql = format!("SELECT coalesce(max(id), 0) FROM {log}");
        self.wrap(self.transaction.query_row(&sql, [], |row| row.get(0)))
    }

    pub(super) fn wrap<T>(&self, result: rusqlite::Result<T>) -> Result<T, Error> {
        result.map_err(|source| Error::Store { path: self.path.into(), source })
    }
}

fn text(day: Option<Day>) -> Option<String> {
    day.map(|day| day.to_string())
}
