//! What each column takes. Columns share symbols and tables, so none has bytes of its own: each is taken away in turn, and what
//! a snapshot without it is smaller is its share.

use crate::Error;
use cccheck::snapshot::{self, Content, WriteOptions};
use cccheck::{Day, Parties, Status};
use serde::Serialize;

/// What a column takes.
#[derive(Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Bits a record.
    pub bits: f64,
}

/// Takes a column away.
type TakeAway = fn(&mut Content);

/// The columns in the order in which they are taken away: those that follow from others first.
const COLUMNS: [(&str, TakeAway); 6] = [
    ("holder", |content| each(content, |fields| *fields.parties = Parties::default())),
    ("model", |content| each(content, |fields| *fields.model = None)),
    ("status_day", |content| each(content, |fields| *fields.status_since = None)),
    ("status", |content| each(content, |fields| *fields.status = Status::Valid)),
    ("expiry", |content| each(content, |fields| *fields.expires_on = None)),
    ("issue", |content| each(content, |fields| *fields.issued_on = None)),
];

/// What instruments have in common beside their numbers.
struct Fields<'a> {
    status: &'a mut Status,
    status_since: &'a mut Option<Day>,
    issued_on: &'a mut Option<Day>,
    expires_on: &'a mut Option<Day>,
    model: &'a mut Option<String>,
    parties: &'a mut Parties,
}

/// Bits a record by column; what is left is numbers with their product kinds, and the directory with its tables.
pub(super) fn measure(mut content: Content, base_day: Day) -> Result<Vec<Column>, Error> {
    let rows = content.rows();
    let bits = |bytes: usize| if rows == 0 { 0.0 } else { bytes as f64 * 8.0 / rows as f64 };
    let (directory, mut size) = sizes(&content, base_day)?;
    let mut columns = Vec::new();
    for (name, take_away) in COLUMNS {
        take_away(&mut content);
        let (_, without) = sizes(&content, base_day)?;
        columns.push(Column { name, bits: bits(size.saturating_sub(without)) });
        size = without;
    }
    columns.push(Column { name: "number", bits: bits(size) });
    columns.push(Column { name: "directory", bits: bits(directory) });
    columns.reverse();
    Ok(columns)
}

/// Bytes of the directory, and of the chunks.
fn sizes(content: &Content, base_day: Day) -> Result<(usize, usize), Error> {
    let written = snapshot::write(content, &WriteOptions::new(base_day, content.rows()))
        .map_err(|source| Error::Snapshot { source })?;
    Ok((written.directory.len(), written.chunks.iter().map(Vec::len).sum()))
}

fn each(content: &mut Content, change: fn(Fields<'_>)) {
    for one in &mut content.records {
        change(Fields {
            status: &mut one.status,
            status_since: &mut one.status_since,
            issued_on: &mut one.issued_on,
            expires_on: &mut one.expires_on,
            model: &mut one.model,
            parties: &mut one.parties,
        });
    }
    for one in &mut content.declarations {
        change(Fields {
            status: &mut one.status,
            status_since: &mut one.status_since,
            issued_on: &mut one.issued_on,
            expires_on: &mut one.expires_on,
            model: &mut one.model,
            parties: &mut one.parties,
        });
    }
}
