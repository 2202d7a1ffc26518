//! Writing a snapshot. The same content always gives the same bytes, in whatever order it comes.

use super::layout::{
    BLOCK_ROWS, Block, Directory, Group, HAS_EXPIRES, HAS_ISSUED, HAS_MODEL, HAS_PARTY, HAS_STATUS_DAY, MAGIC,
    MAX_MODEL, PROVENANCE_SHIFT, SAME_PARTIES, VERSION, expiry_base, issue_base, put_varint, status_base, zigzag,
};
use crate::number::CccNumber;
use crate::reference::Reference;
use crate::register::{Parties, Provenance, Record, Status};
use crate::wire;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

/// What the file may claim to know of one body and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coverage {
    /// The certification body's two digits.
    pub body: u8,
    /// The year in the certificate numbers.
    pub year: u16,
    /// Whether every certificate of this body and year is among the records.
    pub complete: bool,
}

/// Content that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// Two records have the same number.
    Duplicate {
        /// The number.
        number: CccNumber,
    },
    /// A body and year is covered twice.
    DuplicateCoverage {
        /// The coverage that stands twice.
        coverage: Coverage,
    },
    /// The content is larger than the format can hold.
    TooLarge,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate { number } => write!(f, "certificate {number} stands twice in the register"),
            Self::DuplicateCoverage { coverage } => {
                write!(f, "the coverage of body {:02} and year {} stands twice", coverage.body, coverage.year)
            }
            Self::TooLarge => f.write_str("the register is larger than a snapshot can hold (4 GiB)"),
        }
    }
}

impl core::error::Error for WriteError {}

/// Writes records, in any order, with the coverage and the reference tables. A body and year without a line of coverage is
/// written as incomplete.
///
/// # Errors
/// [`WriteError`] if a number stands twice or the file would be too large.
pub fn write(records: &[Record], coverage: &[Coverage], reference: &Reference) -> Result<Vec<u8>, WriteError> {
    let mut rows: Vec<&Record> = records.iter().collect();
    rows.sort_unstable_by_key(|record| order(record.number));
    if let Some(number) = first_repeated(rows.iter().map(|record| record.number)) {
        return Err(WriteError::Duplicate { number });
    }
    let mut covered = coverage.to_vec();
    covered.sort_unstable();
    let repeated = covered.windows(2).find_map(|pair| match pair {
        [left, right] if (left.body, left.year) == (right.body, right.year) => Some(*right),
        _ => None,
    });
    if let Some(coverage) = repeated {
        return Err(WriteError::DuplicateCoverage { coverage });
    }
    let mut keys: Vec<(u8, u16)> = rows.iter().map(|record| (record.number.body(), record.number.year())).collect();
    keys.extend(covered.iter().map(|coverage| (coverage.body, coverage.year)));
    keys.sort_unstable();
    keys.dedup();

    let mut blocks = Vec::new();
    let groups = keys
        .into_iter()
        .map(|(body, year)| {
            let start = rows.partition_point(|record| (record.number.body(), record.number.year()) < (body, year));
            let end = rows.partition_point(|record| (record.number.body(), record.number.year()) <= (body, year));
            let complete = covered.iter().any(|line| (line.body, line.year, line.complete) == (body, year, true));
            group(body, year, complete, rows.get(start..end).unwrap_or_default(), &mut blocks)
        })
        .collect::<Result<Vec<_>, _>>()?;

    let reference = wire::encode(reference);
    let directory = postcard::to_allocvec(&Directory { groups }).map_err(|_| WriteError::TooLarge)?;
    let mut file = Vec::with_capacity(MAGIC.len() + 9 + reference.len() + directory.len() + blocks.len());
    file.extend_from_slice(&MAGIC);
    file.push(VERSION);
    for part in [&reference, &directory] {
        file.extend_from_slice(&u32::try_from(part.len()).map_err(|_| WriteError::TooLarge)?.to_le_bytes());
    }
    file.extend(reference);
    file.extend(directory);
    file.extend(blocks);
    Ok(file)
}

fn order(number: CccNumber) -> (u8, u16, u32, u16) {
    (number.body(), number.year(), number.serial(), number.product())
}

fn first_repeated(mut numbers: impl Iterator<Item = CccNumber>) -> Option<CccNumber> {
    let mut previous = None;
    numbers.find(|number| previous.replace(*number) == Some(*number))
}

fn group(body: u8, year: u16, complete: bool, rows: &[&Record], out: &mut Vec<u8>) -> Result<Group, WriteError> {
    let mut products: Vec<u16> = rows.iter().map(|record| record.number.product()).collect();
    products.sort_unstable();
    products.dedup();
    let blocks = rows
        .chunks(BLOCK_ROWS)
        .map(|chunk| {
            let start = out.len();
            let first_serial = chunk.first().map_or(0, |record| record.number.serial());
            let mut before = Before { serial: first_serial, parties: Parties::default() };
            for record in chunk {
                put_row(out, record, &products, &before);
                before = Before { serial: record.number.serial(), parties: record.parties };
            }
            Ok(Block {
                first_serial,
                rows: u8::try_from(chunk.len()).map_err(|_| WriteError::TooLarge)?,
                bytes: u16::try_from(out.len() - start).map_err(|_| WriteError::TooLarge)?,
            })
        })
        .collect::<Result<Vec<_>, WriteError>>()?;
    Ok(Group { body, year, complete, products, blocks })
}

/// What a row refers back to.
struct Before {
    serial: u32,
    parties: Parties,
}

fn put_row(out: &mut Vec<u8>, record: &Record, products: &[u16], before: &Before) {
    let Record { number, status, status_since, issued_on, expires_on, provenance, model, parties } = record;
    let year = number.year();
    let place = products.binary_search(&number.product()).unwrap_or_default();
    let same_parties = *parties == before.parties && *parties != Parties::default();
    let tags = parties.by_role().map(|(_, tag)| tag.filter(|_| !same_parties));
    let days = [
        (*issued_on, issue_base(year), HAS_ISSUED),
        (*expires_on, expiry_base(year, *issued_on), HAS_EXPIRES),
        (*status_since, status_base(year, *issued_on), HAS_STATUS_DAY),
    ];
    let mut flags = position(&Status::ALL, *status) | position(&Provenance::ALL, *provenance) << PROVENANCE_SHIFT;
    for (_, _, flag) in days.iter().filter(|(day, _, _)| day.is_some()) {
        flags |= flag;
    }
    for (_, flag) in tags.iter().zip(HAS_PARTY).filter(|(tag, _)| tag.is_some()) {
        flags |= flag;
    }
    if same_parties {
        flags |= SAME_PARTIES;
    }
    if model.is_some() {
        flags |= HAS_MODEL;
    }
    put_varint(out, number.serial() - before.serial);
    put_varint(out, u32::try_from(place).unwrap_or_default());
    put_varint(out, flags);
    for (day, base, _) in days {
        if let Some(day) = day {
            put_varint(out, zigzag(day.days() - base));
        }
    }
    for tag in tags.into_iter().flatten() {
        out.extend_from_slice(&tag.0);
    }
    if let Some(model) = model {
        let model = cut(model);
        put_varint(out, u32::try_from(model.len()).unwrap_or_default());
        out.extend_from_slice(model.as_bytes());
    }
}

/// The model text within its limit; one that is cut ends in "…", so that it contradicts nothing.
fn cut(model: &str) -> Cow<'_, str> {
    const MARK: &str = "…";
    if model.len() <= MAX_MODEL {
        return Cow::Borrowed(model);
    }
    let kept = model.char_indices().map(|(start, _)| start).take_while(|start| *start <= MAX_MODEL - MARK.len()).last();
    Cow::Owned([model.get(..kept.unwrap_or(0)).unwrap_or_default(), MARK].concat())
}

fn position<T: PartialEq>(all: &[T], one: T) -> u32 {
    all.iter().position(|other| *other == one).and_then(|place| u32::try_from(place).ok()).unwrap_or_default()
}
