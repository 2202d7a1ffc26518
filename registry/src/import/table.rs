//! CSV files with expected columns, from sources that may be hostile.

use crate::Error;
use cccheck::Day;
use csv::StringRecord;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::hash::Hash;
use std::io::{self, BufReader, Read};
use std::mem;
use std::path::Path;

/// The longest line, in bytes; those of a register take some hundreds at most.
const MAX_LINE: usize = 4_096;
/// With so many faults a file is read no further.
pub const MAX_FAULTS: usize = 20;
/// The longest name or model text, in characters.
const MAX_NAME: usize = 500;

/// How many bytes the mark has with which some programs begin a file in UTF-8.
const MARK: usize = 3;

/// The columns of a file.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) required: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
}

impl Columns {
    fn all(self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The column, if it is about one.
    pub column: Option<&'static str>,
    /// What is wrong and what is expected.
    pub problem: String,
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { line, column, problem } = self;
        match column {
            Some(column) => write!(f, "line {line}, column {column}: {problem}"),
            None => write!(f, "line {line}: {problem}"),
        }
    }
}

/// Where each key stood, to find the one that stands twice.
pub(super) struct Lines<K>(HashMap<K, u64>);

impl<K> Default for Lines<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Lines<K> {
    pub(super) fn check(&mut self, key: K, row: &Row<'_>) -> Result<(), Fault> {
        match self.0.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(row.line);
                Ok(())
            }
            Entry::Occupied(first) => {
                Err(row.fault(Some(0), format!("the same stands in line {} already", first.get())))
            }
        }
    }
}

/// A CSV file with the expected columns, in any order.
pub(super) struct Table<'a> {
    path: &'a Path,
    reader: csv::Reader<PlainLines<BufReader<File>>>,
    columns: Columns,
    /// Where each expected column stands in the file, if it is there.
    places: Vec<Option<usize>>,
    record: StringRecord,
}

/// Why no row can be had.
enum Bad {
    /// The next ones may be better.
    Row(Fault),
    /// Nothing more can be read.
    Rest(Fault),
    /// The file cannot be read.
    File(io::Error),
}

impl<'a> Table<'a> {
    pub(super) fn open(path: &'a Path, columns: Columns) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io("could not read", path))?;
        let mut reader = csv::Reader::from_reader(PlainLines::new(BufReader::new(file)));
        let faulty = |fault| Error::Import { path: path.into(), faults: vec![fault] };
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                return Err(match bad(1, error) {
                    Bad::Row(fault) | Bad::Rest(fault) => faulty(fault),
                    Bad::File(source) => Error::io("could not read", path)(source),
                });
            }
        };
        let line = reader.get_mut().next_row();
        let places: Vec<Option<usize>> =
            columns.all().map(|column| header.iter().position(|name| name == column)).collect();
        let is_complete = places.iter().take(columns.required.len()).all(Option::is_some);
        if !is_complete || header.len() != places.iter().flatten().count() {
            let also = match columns.optional {
                [] => String::new(),
                optional => format!(" (and may name {})", optional.join(", ")),
            };
            let required = columns.required.join(", ");
            let wrong = wrong_column(&header, columns);
            let problem =
                format!("the first line must name the columns {required}{also}, each once and no others: {wrong}");
            return Err(faulty(Fault { line, column: None, problem }));
        }
        Ok(Self { path, reader, columns, places, record: StringRecord::new() })
    }

    /// Reads all rows and hands on what they say, up to the first that is not good: after it, only faults are looked for.
    ///
    /// # Errors
    /// [`Error::Import`] with the faults, and what `take` gives.
    pub(super) fn each<T>(
        &mut self,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
        mut take: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (mut faults, mut rows) = (Vec::new(), 0_u64);
        while faults.len() < MAX_FAULTS {
            match self.next() {
                Ok(None) if rows > 0 => break,
                Ok(None) => {
                    let problem = "no row follows the names of the columns".into();
                    faults.push(Fault { line: self.reader.get_ref().line, column: None, problem });
                    break;
                }
                Ok(Some(row)) => match read(&row) {
                    Ok(value) if faults.is_empty() => take(value)?,
                    Ok(_) => {}
                    Err(fault) => faults.push(fault),
                },
                Err(Bad::Row(fault)) => faults.push(fault),
                Err(Bad::Rest(fault)) => {
                    faults.push(fault);
                    break;
                }
                Err(Bad::File(source)) => return Err(Error::io("could not read", self.path)(source)),
            }
            rows += 1;
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Import { path: self.path.into(), faults }) }
    }

    fn next(&mut self) -> Result<Option<Row<'_>>, Bad> {
        let read = self.reader.read_record(&mut self.record);
        let line = self.reader.get_mut().next_row();
        let more = read.map_err(|error| bad(line, error))?;
        Ok(more.then_some(Row { table: self, line }))
    }
}

/// What is wrong with the names of columns.
fn wrong_column(header: &StringRecord, columns: Columns) -> String {
    let missing = columns.required.iter().find(|column| !header.iter().any(|name| name == **column));
    let unknown = header.iter().find(|name| !columns.all().any(|column| column == *name));
    match (missing, unknown) {
        (Some(_), Some(line)) if header.len() == 1 && line.contains([';', '\t']) => "commas divide them".into(),
        (Some(column), _) => format!("`{column}` is missing"),
        (None, Some(name)) => format!("`{}` is none of them", shown(name)),
        (None, None) => "one stands twice".into(),
    }
}

/// What stands in a hostile file, which may be long or unprintable.
fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

/// One row of a [`Table`].
pub(super) struct Row<'a> {
    table: &'a Table<'a>,
    line: u64,
}

impl Row<'_> {
    fn text(&self, column: usize) -> &str {
        let place = self.table.places.get(column).copied().flatten();
        place.and_then(|place| self.table.record.get(place)).unwrap_or_default()
    }

    /// Whether the file has a column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.table.places.get(column).copied().flatten().is_some()
    }

    pub(super) fn parsed<T>(
        &self,
        column: usize,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Fault> {
        let text = self.text(column);
        read(text).ok_or_else(|| self.fault(Some(column), format!("`{}` is not {expected}", shown(text))))
    }

    /// A name or another short text; none if the field is empty or missing.
    pub(super) fn name(&self, column: usize) -> Result<Option<String>, Fault> {
        if self.text(column).trim().is_empty() {
            return Ok(None);
        }
        self.parsed(column, "a text of at most 500 characters without control characters", |text| {
            let fits = text.chars().count() <= MAX_NAME && !text.contains(char::is_control);
            fits.then(|| Some(text.trim().to_owned()))
        })
    }

    pub(super) fn day(&self, column: usize) -> Result<Option<Day>, Fault> {
        if self.text(column).is_empty() {
            return Ok(None);
        }
        self.parsed(column, "a day of the calendar as YYYY-MM-DD", |text| text.parse().ok()).map(Some)
    }

    /// A day that is not after today.
    pub(super) fn past(&self, column: usize, today: Day) -> Result<Option<Day>, Fault> {
        match self.day(column)? {
            Some(day) if day > today => Err(self.fault(Some(column), format!("{day} is after today, {today}"))),
            day => Ok(day),
        }
    }

    /// The issue day and the last day of a paper, in a column and the next.
    pub(super) fn validity(&self, column: usize) -> Result<(Option<Day>, Option<Day>), Fault> {
        let (issued_on, expires_on) = (self.day(column)?, self.day(column + 1)?);
        match (issued_on, expires_on) {
            (Some(from), Some(to)) if to < from => {
                Err(self.fault(Some(column + 1), format!("the last day, {to}, is before the issue day, {from}")))
            }
            validity => Ok(validity),
        }
    }

    pub(super) fn fault(&self, column: Option<usize>, problem: String) -> Fault {
        let column = column.and_then(|column| self.table.columns.all().nth(column));
        Fault { line: self.line, column, problem }
    }
}

fn bad(line: u64, error: csv::Error) -> Bad {
    let fault = |line, problem| Fault { line, column: None, problem };
    match error.into_kind() {
        csv::ErrorKind::Io(error) => match error.downcast::<TooLong>() {
            Ok(TooLong { line, problem }) => Bad::Rest(fault(line, problem.to_string())),
            Err(error) => Bad::File(error),
        },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Bad::Row(fault(line, format!("{len} fields, where the first line has {expected_len}")))
        }
        csv::ErrorKind::Utf8 { .. } => Bad::Rest(fault(line, "this is not UTF-8: save the file as UTF-8".into())),
        _ => Bad::Rest(fault(line, "this is not CSV".into())),
    }
}

/// Refuses lines that no row can have, so that a hostile file cannot fill the memory: none is long, and no quotation
/// reaches beyond its line. So every line that is not empty is a row.
struct PlainLines<R> {
    inner: R,
    line: u64,
    length: usize,
    quoted: bool,
    /// The byte before, of this line.
    before: Option<u8>,
    /// Whether the last byte was a carriage return, to which a line feed may belong.
    returned: bool,
    /// The lines of the rows that were read ahead. The parser's own count is behind by what it has not yet passed over.
    rows: VecDeque<u64>,
    /// The line that was refused, after which nothing is read.
    refused: Option<TooLong>,
}

impl<R> PlainLines<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            line: 1,
            length: 0,
            quoted: false,
            before: None,
            returned: false,
            rows: VecDeque::new(),
            refused: None,
        }
    }

    /// Whether a field begins here, or a quotation has just ended, which a second mark continues.
    fn begins_field(&self) -> bool {
        matches!(self.before, None | Some(b',' | b'"')) || self.line == 1 && self.length == MARK
    }

    /// The line of the next row.
    fn next_row(&mut self) -> u64 {
        self.rows.pop_front().unwrap_or(self.line)
    }
}

/// Why [`PlainLines`] refused a line.
#[derive(Clone, Copy, Debug)]
struct TooLong {
    line: u64,
    problem: &'static str,
}

impl Display for TooLong {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for TooLong {}

impl<R: Read> Read for PlainLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(refused) = self.refused {
            return Err(io::Error::other(refused));
        }
        let count = self.inner.read(buffer)?;
        for (place, byte) in buffer.iter().take(count).enumerate() {
            let completes = mem::replace(&mut self.returned, *byte == b'\r') && *byte == b'\n';
            let problem = match byte {
                _ if completes => continue,
                b'\n' | b'\r' if self.quoted => "a quotation is not closed in its line",
                b'\n' | b'\r' => {
                    self.line += 1;
                    self.length = 0;
                    self.before = None;
                    continue;
                }
                // There the parser begins no quotation, so what it then takes for one may reach beyond the line.
                b'"' if !self.quoted && !self.begins_field() => {
                    "a quotation mark stands within a field: double it, and put the field in quotation marks"
                }
                _ if self.length == MAX_LINE => "the line is longer than 4,096 bytes, which no row is",
                _ => {
                    if self.length == 0 {
                        self.rows.push_back(self.line);
                    }
                    self.length += 1;
                    self.quoted ^= *byte == b'"';
                    self.before = Some(*byte);
                    continue;
                }
            };
            // The rows before it are still read.
            let refused = TooLong { line: self.line, problem };
            self.refused = Some(refused);
            return if place > 0 { Ok(place) } else { Err(io::Error::other(refused)) };
        }
        Ok(count)
    }
}
