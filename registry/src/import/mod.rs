//! Importing certificates, self-declarations and coverage from CSV: every row good, or nothing is taken over.

mod table;

use crate::progress::Progress;
use crate::store::{Certificate, Declared, Loader, Names, Put};
use crate::{Error, Store};
use cccheck::snapshot::Coverage;
use cccheck::{
    CccNumber, Declaration, DeclarationId, DeclarationKey, HASHED, Instant, Parties, Provenance, Record, Status,
};
use std::path::Path;
use table::{Columns, Lines, Row, Table};
pub use table::{Fault, MAX_FAULTS};

/// The longest number of a self-declaration, in characters.
const MAX_NUMBER: usize = 100;
/// Model, applicant, manufacturer, factory, credit code.
const TEXTS: usize = 5;
/// What a status may be.
const STATUS: &str = "valid, suspended, revoked, cancelled, expired or unknown";
/// The columns of a file of certificates: those that it must have, then those that it may have.
const CERTIFICATES: Columns = Columns {
    required: &["number", "status", "status_since", "issued_on", "expires_on", "provenance"],
    optional: &["model", "applicant", "manufacturer", "factory", "credit_code"],
};
/// The columns of a file of coverage.
const COVERAGE: Columns = Columns { required: &["body", "year", "complete"], optional: &["lapsed_since"] };
/// The columns of a file of self-declarations.
const DECLARATIONS: Columns = Columns {
    required: &["number", "product", "status", "status_since", "issued_on", "expires_on", "provenance"],
    optional: &["model", "applicant", "manufacturer", "factory", "credit_code"],
};

/// What is imported, each in a file of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'a> {
    /// Certificates.
    pub certificates: Option<&'a Path>,
    /// Self-declarations.
    pub declarations: Option<&'a Path>,
    /// What the register claims to know.
    pub coverage: Option<&'a Path>,
    /// Whether they go to the register of a real authority, which takes no synthetic rows.
    pub real: bool,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Certificates and self-declarations that are new.
    pub added: u64,
    /// Those that were there and differed; each is in the log.
    pub updated: u64,
    /// Of these, those that were suspended, revoked, cancelled or expired, and are valid again: as by an older file.
    pub reinstated: u64,
    /// Those that were there as they are in the file.
    pub unchanged: u64,
    /// Lines of coverage.
    pub coverage: u64,
}

impl Imported {
    fn count(&mut self, put: Put, status: Status) {
        match put {
            Put::Added => self.added += 1,
            Put::Updated(before) => {
                self.updated += 1;
                self.reinstated +=
                    u64::from(status == Status::Valid && !matches!(before, Status::Valid | Status::Unknown));
            }
            Put::Unchanged => self.unchanged += 1,
        }
    }
}

/// Imports files in one transaction.
///
/// # Errors
/// [`Error::Import`] with line and column of what is not good in the first file with faults; nothing is imported then.
pub fn import(store: &mut Store, files: Files<'_>, now: Instant) -> Result<Imported, Error> {
    store.load(|loader| {
        let mut done = Imported::default();
        if let Some(file) = files.certificates {
            certificates(loader, file, files.real, now, &mut done)?;
        }
        if let Some(file) = files.declarations {
            declarations(loader, file, files.real, now, &mut done)?;
        }
        if let Some(file) = files.coverage {
            cover(loader, file, &mut done)?;
        }
        Ok(done)
    })
}

fn certificates(
    loader: &mut Loader<'_>,
    file: &Path,
    real: bool,
    now: Instant,
    done: &mut Imported,
) -> Result<(), Error> {
    let mut seen = Lines::default();
    let read = |row: &Row<'_>| {
        let number = row.parsed(0, "the 16 digits of a certificate number", CccNumber::from_digits)?;
        let status = row.parsed(1, STATUS, Status::from_text)?;
        let status_since = row.past(2, now.legal_day())?;
        let (issued_on, expires_on) = row.validity(3)?;
        let record = Record {
            number,
            status,
            status_since,
            issued_on,
            expires_on,
            provenance: provenance(row, 5, real)?,
            model: row.name(6)?,
            parties: Parties::default(),
        };
        let names = names(row, 7)?;
        seen.check(number, row)?;
        Ok((record, names, stated(row, 6), status))
    };
    each(file, CERTIFICATES, read, |(mut record, mut names, stated, status), reason| {
        if stated.contains(&false)
            && let Some(Certificate { record: known, names: known_names }) = loader.certificate(record.number)?
        {
            keep(stated, texts(&mut record.model, &mut names), (known.model, known_names));
        }
        let certificate = Certificate::new(record, names);
        done.count(loader.put(&certificate, reason, now)?, status);
        Ok(())
    })
}

fn declarations(
    loader: &mut Loader<'_>,
    file: &Path,
    real: bool,
    now: Instant,
    done: &mut Imported,
) -> Result<(), Error> {
    let mut seen = Lines::default();
    let read = |row: &Row<'_>| {
        let number = row.parsed(0, "a number of 1 to 100 characters, among them letters or digits", |text| {
            let fits = text.chars().count() <= MAX_NUMBER && !text.contains(char::is_control);
            fits.then(|| text.trim().to_owned()).filter(|text| DeclarationKey::self_declaration(text).is_some())
        })?;
        let key = row.parsed(0, "a number", DeclarationKey::self_declaration)?;
        let product = row.parsed(1, "four digits of a product kind, or nothing", product)?;
        let status = row.parsed(2, STATUS, Status::from_text)?;
        let status_since = row.past(3, now.legal_day())?;
        let (issued_on, expires_on) = row.validity(4)?;
        let declaration = Declaration {
            number: DeclarationId { key, product },
            status,
            status_since,
            issued_on,
            expires_on,
            provenance: provenance(row, 6, real)?,
            model: row.name(7)?,
            parties: Parties::default(),
        };
        let names = names(row, 8)?;
        seen.check(key, row)?;
        Ok((number, declaration, names, stated(row, 7), status))
    };
    each(file, DECLARATIONS, read, |(number, mut declaration, mut names, stated, status), reason| {
        if stated.contains(&false)
            && let Some(known) = loader.declaration(declaration.number.key)?
        {
            keep(stated, texts(&mut declaration.model, &mut names), (known.declaration.model, known.names));
        }
        let declared = Declared::new(number, declaration, names);
        done.count(loader.declare(&declared, reason, now)?, status);
        Ok(())
    })
}

/// Takes over all rows of a file, with the reason that the log gives for it.
fn each<T>(
    file: &Path,
    columns: Columns,
    read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    mut take: impl FnMut(T, &str) -> Result<(), Error>,
) -> Result<(), Error> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let reason = format!("import of {name}");
    let mut progress = Progress::new(format!("importing {name}"), None);
    Table::open(file, columns)?.each(read, |value| {
        progress.advance(1);
        take(value, &reason)
    })?;
    progress.finish();
    Ok(())
}

/// Where a row is from.
fn provenance(row: &Row<'_>, column: usize, real: bool) -> Result<Provenance, Fault> {
    if !real {
        return row.parsed(column, "register, quoted or synthetic", Provenance::from_text);
    }
    let expected =
        "register or quoted (synthetic rows go to a register that was made with `cccheck keys new --synthetic`)";
    row.parsed(column, expected, |text| {
        Provenance::from_text(text).filter(|provenance| *provenance != Provenance::Synthetic)
    })
}

/// The companies in the columns from one on.
fn names(row: &Row<'_>, first: usize) -> Result<Names, Fault> {
    Ok(Names {
        applicant: row.name(first)?,
        manufacturer: row.name(first + 1)?,
        factory: row.name(first + 2)?,
        credit_code: row.name(first + 3)?,
    })
}

/// Which of model and companies, in the columns from one on, the file states. Who states one company states all: those of two
/// sources side by side would be what neither says.
fn stated(row: &Row<'_>, first: usize) -> [bool; TEXTS] {
    let companies = (first + 1..first + TEXTS).any(|column| row.has(column));
    [row.has(first), companies, companies, companies, companies]
}

/// Model and companies.
fn texts<'a>(model: &'a mut Option<String>, names: &'a mut Names) -> [&'a mut Option<String>; TEXTS] {
    let Names { applicant, manufacturer, factory, credit_code } = names;
    [model, applicant, manufacturer, factory, credit_code]
}

/// What a file has no column for stays as the register has it: a list of statuses must not take the names away.
fn keep(stated: [bool; TEXTS], own: [&mut Option<String>; TEXTS], (mut model, mut names): (Option<String>, Names)) {
    for ((is_stated, own), known) in stated.into_iter().zip(own).zip(texts(&mut model, &mut names)) {
        if !is_stated {
            *own = known.take();
        }
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[expect(clippy::option_option, reason = "text that is no product kind, against none given")]
fn product(text: &str) -> Option<Option<u16>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().filter(|_| is_digits(text, 4)).map(Some) }
}

fn cover(loader: &mut Loader<'_>, file: &Path, done: &mut Imported) -> Result<(), Error> {
    let mut seen = Lines::default();
    let read = |row: &Row<'_>| {
        let line = Coverage {
            body: row.parsed(0, "the two digits of a certification body, or 100 for self-declarations", |text| {
                text.parse().ok().filter(|body| *body == HASHED || is_digits(text, 2))
            })?,
            year: row.parsed(1, "a year of four digits; 0000 for self-declarations", |text| {
                text.parse().ok().filter(|_| is_digits(text, 4))
            })?,
            complete: row.parsed(2, "true or false", |text| text.parse().ok())?,
            lapsed_since: row.day(3)?,
        };
        if (line.body == HASHED) != (line.year == 0) {
            return Err(row.fault(Some(1), "only self-declarations, and all of them, have the year 0000".into()));
        }
        seen.check((line.body, line.year), row)?;
        Ok(line)
    };
    each(file, COVERAGE, read, |line, _| {
        done.coverage += 1;
        loader.cover(&line)
    })
}
