//! Importing certificates and coverage from CSV: every row good, or nothing is taken over.

use crate::progress::Progress;
use crate::store::{Certificate, Loader, Names, Put};
use crate::{Error, Store};
use cccheck::snapshot::Coverage;
use cccheck::{CccNumber, Day, Instant, Parties, Provenance, Record, Status};
use csv::StringRecord;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::hash::Hash;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// The longest line, in bytes; those of a register take some hundreds at most.
const MAX_LINE: usize = 4_096;

/// The columns of a file of certificates: those that it must have, then those that it may have.
const CERTIFICATES: Columns = Columns {
    required: &["number", "status", "status_since", "issued_on", "expires_on", "provenance"],
    optional: &["model", "applicant", "manufacturer", "factory", "credit_code"],
};
/// The columns of a file of coverage.
const COVERAGE: Columns = Columns { required: &["body", "year", "complete"], optional: &[] };
/// The longest name or model text, in characters.
const MAX_NAME: usize = 500;

/// The columns of a file.
#[derive(Clone, Copy)]
struct Columns {
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

impl Columns {
    fn all(self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Certificates that are new.
    pub added: u64,
    /// Certificates that were there and differed; each is in the log.
    pub updated: u64,
    /// Certificates that were there as they are in the file.
    pub unchanged: u64,
    /// Lines of coverage.
    pub coverage: u64,
}

/// Imports a file of certificates and, if there is one, a file of coverage, in one transaction.
///
/// # Errors
/// [`Error::Import`] with line and column for the first row that is not good; nothing is imported then.
pub fn import(store: &mut Store, file: &Path, coverage: Option<&Path>, now: Instant) -> Result<Imported, Error> {
    store.load(|loader| {
        let mut done = Imported::default();
        certificates(loader, file, now, &mut done)?;
        if let Some(coverage) = coverage {
            cover(loader, coverage, &mut done)?;
        }
        Ok(done)
    })
}

fn certificates(loader: &mut Loader<'_>, file: &Path, now: Instant, done: &mut Imported) -> Result<(), Error> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let reason = format!("import of {name}");
    let mut progress = Progress::new(format!("importing {name}"), None);
    let mut seen = Lines::default();
    let mut table = Table::open(file, CERTIFICATES)?;
    while let Some(row) = table.next()? {
        let number = row.parsed(0, "the 16 digits of a certificate number", CccNumber::from_digits)?;
        let record = Record {
            number,
            status: row.parsed(1, "valid, suspended, revoked, cancelled, expired or unknown", Status::from_text)?,
            status_since: row.day(2)?,
            issued_on: row.day(3)?,
            expires_on: row.day(4)?,
            provenance: row.parsed(5, "register, quoted or synthetic", Provenance::from_text)?,
            model: row.name(6)?,
            parties: Parties::default(),
        };
        let names = Names {
            applicant: row.name(7)?,
            manufacturer: row.name(8)?,
            factory: row.name(9)?,
            credit_code: row.name(10)?,
        };
        seen.check(number, &row)?;
        match loader.put(&Certificate::new(record, names), &reason, now)? {
            Put::Added => done.added += 1,
            Put::Updated => done.updated += 1,
            Put::Unchanged => done.unchanged += 1,
        }
        progress.advance(1);
    }
    progress.finish();
    Ok(())
}

fn cover(loader: &mut Loader<'_>, file: &Path, done: &mut Imported) -> Result<(), Error> {
    let mut seen = Lines::default();
    let mut table = Table::open(file, COVERAGE)?;
    while let Some(row) = table.next()? {
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        let line = Coverage {
            body: row.parsed(0, "the two digits of a certification body", |text| {
                text.parse().ok().filter(|_| digits(text, 2))
            })?,
            year: row.parsed(1, "a year of four digits", |text| text.parse().ok().filter(|_| digits(text, 4)))?,
            complete: row.parsed(2, "true or false", |text| text.parse().ok())?,
            lapsed_since: None,
        };
        seen.check((line.body, line.year), &row)?;
        loader.cover(&line)?;
        done.coverage += 1;
    }
    Ok(())
}

/// Where each key stood, to find the one that stands twice.
struct Lines<K>(HashMap<K, u64>);

impl<K> Default for Lines<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Lines<K> {
    fn check(&mut self, key: K, row: &Row<'_>) -> Result<(), Error> {
        match self.0.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(row.line);
                Ok(())
            }
            Entry::Occupied(first) => Err(row.error(None, format!("the same stands in line {} already", first.get()))),
        }
    }
}

/// A CSV file with the expected columns, in any order.
struct Table<'a> {
    path: &'a Path,
    reader: csv::Reader<PlainLines<BufReader<File>>>,
    columns: Columns,
    /// Where each expected column stands in the file, if it is there.
    places: Vec<Option<usize>>,
    record: StringRecord,
}

impl<'a> Table<'a> {
    fn open(path: &'a Path, columns: Columns) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io("could not read", path))?;
        let lines = PlainLines { inner: BufReader::new(file), line: 1, length: 0, quoted: false };
        let mut reader = csv::Reader::from_reader(lines);
        let header = reader.headers().map_err(|error| unreadable(path, error))?;
        let places: Vec<Option<usize>> =
            columns.all().map(|column| header.iter().position(|name| name == column)).collect();
        let is_complete = places.iter().take(columns.required.len()).all(Option::is_some);
        if !is_complete || header.len() != places.iter().flatten().count() {
            let also = match columns.optional {
                [] => String::new(),
                optional => format!(" (and may name {})", optional.join(", ")),
            };
            let required = columns.required.join(", ");
            let problem = format!("the first line must name the columns {required}{also}, each once and no others");
            return Err(Error::Import { path: path.into(), line: 1, column: None, problem });
        }
        Ok(Self { path, reader, columns, places, record: StringRecord::new() })
    }

    fn next(&mut self) -> Result<Option<Row<'_>>, Error> {
        let more = self.reader.read_record(&mut self.record).map_err(|error| unreadable(self.path, error))?;
        let line = self.record.position().map_or(0, csv::Position::line);
        Ok(more.then_some(Row { table: self, line }))
    }
}

/// One row of a [`Table`].
struct Row<'a> {
    table: &'a Table<'a>,
    line: u64,
}

impl Row<'_> {
    fn text(&self, column: usize) -> &str {
        let place = self.table.places.get(column).copied().flatten();
        place.and_then(|place| self.table.record.get(place)).unwrap_or_default()
    }

    fn parsed<T>(&self, column: usize, expected: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
        let text = self.text(column);
        read(text).ok_or_else(|| {
            // What stands in a hostile file may be long or unprintable.
            let shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
            self.error(Some(column), format!("`{shown}` is not {expected}"))
        })
    }

    /// A name or another short text; none if the field is empty or missing.
    fn name(&self, column: usize) -> Result<Option<String>, Error> {
        if self.text(column).trim().is_empty() {
            return Ok(None);
        }
        self.parsed(column, "a text of at most 500 characters without control characters", |text| {
            let fits = text.chars().count() <= MAX_NAME && !text.contains(char::is_control);
            fits.then(|| Some(text.trim().to_owned()))
        })
    }

    fn day(&self, column: usize) -> Result<Option<Day>, Error> {
        if self.text(column).is_empty() {
            return Ok(None);
        }
        self.parsed(column, "a day of the form YYYY-MM-DD", |text| text.parse().ok()).map(Some)
    }

    fn error(&self, column: Option<usize>, problem: String) -> Error {
        let column = column.and_then(|column| self.table.columns.all().nth(column));
        Error::Import { path: self.table.path.into(), line: self.line, column, problem }
    }
}

fn unreadable(path: &Path, error: csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    let refused = |line, problem| Error::Import { path: path.into(), line, column: None, problem };
    match error.into_kind() {
        csv::ErrorKind::Io(error) => match error.downcast::<TooLong>() {
            Ok(TooLong { line, problem }) => refused(line, problem.to_string()),
            Err(source) => Error::Io { action: "could not read", path: path.into(), source },
        },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            refused(line, format!("{len} fields, where the first line has {expected_len}"))
        }
        csv::ErrorKind::Utf8 { .. } => refused(line, "this is not UTF-8: save the file as UTF-8".into()),
        _ => refused(line, "this is not CSV".into()),
    }
}

/// Refuses lines that no row can have, so that a hostile file cannot fill the memory: none is long, and no quotation
/// reaches beyond its line.
struct PlainLines<R> {
    inner: R,
    line: u64,
    length: usize,
    quoted: bool,
}

/// Why [`PlainLines`] refused a line.
#[derive(Debug)]
struct TooLong {
    line: u64,
    problem: &'static str,
}

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for TooLong {}

impl<R: Read> Read for PlainLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for byte in buffer.iter().take(count) {
            let problem = match byte {
                b'\n' if self.quoted => "a quotation mark is opened and not closed",
                b'\n' => {
                    self.line += 1;
                    self.length = 0;
                    continue;
                }
                _ if self.length == MAX_LINE => "the line is longer than 4,096 bytes, which no row is",
                _ => {
                    self.length += 1;
                    self.quoted ^= *byte == b'"';
                    continue;
                }
            };
            return Err(io::Error::other(TooLong { line: self.line, problem }));
        }
        Ok(count)
    }
}
