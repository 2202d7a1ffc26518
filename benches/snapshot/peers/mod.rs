//! Other ways to hold the same records.

mod clubcard;
mod fst;
mod json;
mod memory;
mod sqlite;

use crate::measure::{BINARY_SEARCH, Line, Times};
use crate::ours::Ours;
use crate::probes::Probes;
use crate::progress;
use crate::register::{Register, TAG_BYTES, digits};
use cccheck::CccNumber;
use std::error::Error;

/// What a peer tells of a certificate, as the snapshot does: status, issue, expiry, status day and the holder's tag.
type Told = (u8, i32, i32, Option<i32>, [u8; TAG_BYTES]);

fn key(number: CccNumber) -> u64 {
    digits(number.year(), number.body(), number.product(), number.serial())
}

/// All peers.
pub fn all(register: &Register, ours: &Ours, probes: &Probes) -> Result<Vec<Line>, Box<dyn Error>> {
    let mut lines = Vec::new();
    progress("JSON and brotli");
    let json = json::text(register);
    lines.push(Line { name: "JSON", bytes: json.len(), times: None });
    lines.push(Line { name: "JSON, brotli 9", bytes: json::brotli(&json)?, times: None });
    drop(json);
    progress("SQLite");
    let sqlite = sqlite::Sqlite::new(register)?;
    lines.push(Line { name: "SQLite", bytes: sqlite.file()?.len(), times: Some(Times::of(&sqlite, ours, probes)?) });
    progress("SQLite and zstd");
    let bytes = sqlite::zstd(&sqlite.file()?)?;
    lines.push(Line { name: "SQLite, zstd 19", bytes, times: None });
    progress("fst, clubcard, memory");
    let fst = fst::Fst::new(register)?;
    lines.push(Line { name: "fst map", bytes: fst.bytes(), times: Some(Times::of(&fst, ours, probes)?) });
    lines.push(Line { name: "clubcard, valid or not alone", bytes: clubcard::bytes(register)?, times: None });
    let columns = memory::Columns::new(register);
    let (turns, alone) = (Times::of(&columns, ours, probes)?, Times::alone(&columns, ours, probes)?);
    lines.push(Line { name: "sorted columns, binary search", bytes: columns.bytes(), times: Some(turns) });
    lines.push(Line { name: BINARY_SEARCH, bytes: columns.bytes(), times: Some(alone) });
    let map = memory::Map::new(register);
    lines.push(Line {
        name: "HashMap (bytes: its entries)",
        bytes: map.bytes(),
        times: Some(Times::of(&map, ours, probes)?),
    });
    Ok(lines)
}
