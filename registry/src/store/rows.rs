//! Between rows of the database and the values that they stand for.

use super::{Certificate, Change, Edition, Names, Revision};
use crate::reference;
use cccheck::party::PartyTag;
use cccheck::snapshot::Coverage;
use cccheck::{CccNumber, Parties, Provenance, Record, Status};
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};
use std::collections::HashMap;
use std::str::FromStr;

/// The columns that [`certificate`] reads.
pub(super) const COLUMNS: &str = "number, status, status_since, issued_on, expires_on, provenance, model, applicant, manufacturer, factory, credit_code";
/// The columns that [`edition`] reads.
pub(super) const EDITION: &str =
    "sequence, as_of, revision, base, snapshot, delta, tables, certificates, declarations, manifest";

/// The 16 digits as one integer.
pub(super) fn key(number: CccNumber) -> i64 {
    let high = (i64::from(number.year()) * 100 + i64::from(number.body())) * 10_000 + i64::from(number.product());
    high * 1_000_000 + i64::from(number.serial())
}

pub(super) fn certificate(row: &Row<'_>) -> rusqlite::Result<Certificate> {
    let names =
        Names { applicant: row.get(7)?, manufacturer: row.get(8)?, factory: row.get(9)?, credit_code: row.get(10)? };
    Ok(Certificate { record: Record { parties: names.tags(), ..record(row)? }, names })
}

/// The tags of names met before: a register has far fewer companies than certificates.
#[derive(Default)]
pub(super) struct Tags(HashMap<String, Option<PartyTag>>);

impl Tags {
    /// The record of a row of [`COLUMNS`].
    pub(super) fn record(&mut self, row: &Row<'_>) -> rusqlite::Result<Record> {
        let mut tag = |column: usize| -> rusqlite::Result<Option<PartyTag>> {
            let Some(name) = row.get_ref(column)?.as_str_or_null()? else {
                return Ok(None);
            };
            Ok(match self.0.get(name) {
                Some(tag) => *tag,
                None => *self.0.entry(name.into()).or_insert(reference::tag(name)),
            })
        };
        let parties = Parties { applicant: tag(7)?, manufacturer: tag(8)?, factory: tag(9)?, credit_code: tag(10)? };
        Ok(Record { parties, ..record(row)? })
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        number: number(row, 0)?,
        status: named(row, 1, Status::from_text)?,
        status_since: optional(row, 2)?,
        issued_on: optional(row, 3)?,
        expires_on: optional(row, 4)?,
        provenance: named(row, 5, Provenance::from_text)?,
        model: row.get(6)?,
        parties: Parties::default(),
    })
}

pub(super) fn coverage(row: &Row<'_>) -> rusqlite::Result<Coverage> {
    Ok(Coverage { body: row.get(0)?, year: row.get(1)?, complete: row.get(2)?, lapsed_since: optional(row, 3)? })
}

pub(super) fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    Ok(Change {
        id: row.get(0)?,
        time: named(row, 1, |text| text.parse().ok())?,
        number: number(row, 2)?,
        old: named(row, 3, Status::from_text)?,
        new: named(row, 4, Status::from_text)?,
        since: optional(row, 5)?,
        reason: row.get(6)?,
    })
}

/// The columns `revision` and `token`, which come first.
pub(super) fn revision(row: &Row<'_>) -> rusqlite::Result<Revision> {
    Ok(Revision { number: row.get(0)?, token: row.get(1)? })
}

pub(super) fn edition(row: &Row<'_>) -> rusqlite::Result<Edition> {
    Ok(Edition {
        sequence: unsigned(row, 0)?,
        as_of: named(row, 1, |text| text.parse().ok())?,
        revision: row.get(2)?,
        base: unsigned(row, 3)?,
        snapshot: row.get(4)?,
        delta: row.get(5)?,
        tables: row.get(6)?,
        certificates: unsigned(row, 7)?,
        declarations: unsigned(row, 8)?,
        manifest: row.get(9)?,
    })
}

pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<CccNumber> {
    let value: i64 = row.get(column)?;
    CccNumber::from_digits(&format!("{value:016}")).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// A text that stands for a value; another text is an error that names the column.
pub(super) fn named<T>(row: &Row<'_>, column: usize, read: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    read(text).ok_or_else(|| {
        let unknown = FromSqlError::Other(format!("`{text}` is not a known value").into());
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(unknown))
    })
}

pub(super) fn optional<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)?.as_str_or_null()? {
        None => Ok(None),
        Some(_) => named(row, column, |text| text.parse().ok()).map(Some),
    }
}
