//! A snapshot that is written bit by bit: one group, one block, and whatever is to be said otherwise than writers do.

use crate::apart::{Chunk, Codes, Directory, Group, Model};
use crate::fixture::{AS_OF, instant};
use cccheck::trust::FileRef;
use cccheck::wire;

/// The last symbol of every code.
pub const ESCAPE: u32 = 65_536;
pub const REVOKED: u32 = 2;
pub const REMOVED: u32 = 15;
pub const SYNTHETIC: u32 = 2 << 4;
/// Choices of a state.
pub const USUAL_LAST_DAY: u32 = 1 << 6;
pub const LAST_DAY_IN_COLUMN: u32 = 2 << 6;
pub const LAST_DAY_AS_IN_BASE: u32 = 3 << 6;
pub const USUAL_STATUS_DAY: u32 = 1 << 8;
pub const STATUS_DAY_IN_COLUMN: u32 = 2 << 8;
pub const COMPANIES_IN_COLUMN: u32 = 2 << 10;
pub const ISSUE_DAY_IN_COLUMN: u32 = 2 << 12;
pub const ISSUE_DAY_AS_USUAL: u32 = 1 << 12;
pub const ISSUE_DAY_AS_IN_BASE: u32 = 3 << 12;
pub const SAME_KIND: u32 = 1 << 14;
pub const MODEL: u32 = 1 << 15;
pub const ROW: u32 = SYNTHETIC | USUAL_LAST_DAY | ISSUE_DAY_IN_COLUMN | SAME_KIND;

/// The lowest bits of a number, the lowest first.
pub fn bits(value: u32, width: usize) -> String {
    (0..width).map(|bit| if value >> bit & 1 == 1 { '1' } else { '0' }).collect()
}

pub fn bytes(bits: &str) -> Vec<u8> {
    let byte = |bits: &[u8]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | (bit - b'0'));
    bits.as_bytes().chunks(8).map(byte).collect()
}

fn reversed(bits: &str) -> String {
    bits.chars().rev().collect()
}

/// The escape of the one code that all symbols have here, and the symbol.
pub fn escaped(symbol: u32, width: usize) -> String {
    "1".to_owned() + &bits(symbol, width)
}

/// An issue day that moves the day of first issue on by so many working days, and is that day.
pub fn moving(days: u32) -> String {
    escaped(days, 14)
}

/// A prefix code, packed: symbols, ascending, with the lengths of their codes.
pub fn packed(symbols: &[(u32, u32)]) -> String {
    let mut next = 0;
    let run = |(symbol, length): &(u32, u32)| {
        let step = symbol + 1 - next;
        next = symbol + 1;
        let width = step.ilog2();
        bits(*length, 4) + &"0".repeat(width as usize) + "1" + &bits(step & !(1 << width), width as usize)
    };
    symbols.iter().map(run).collect::<String>() + "0000"
}

/// The group of a hand, without rows.
pub fn group() -> Group {
    Group {
        space: 90,
        year: 2_020,
        complete: true,
        lapsed_since: None,
        order: 0,
        start: 0,
        rows: 0,
        rice: 0,
        steps: 1,
        model: 0,
    }
}

/// The code that all columns have, where nothing else is said: everything but 0 is escaped.
pub fn code() -> String {
    packed(&[(0, 1), (ESCAPE, 1)])
}

/// Holders in one block.
pub struct Holders {
    pub block: &'static str,
    pub count: u32,
    /// In how many bits their keys are above the first one's.
    pub width: i64,
}

/// A line of a chunk: base, slope and width.
type Line = (i64, i64, u32);

/// A chunk of blocks with the numbers of these lines and of an index.
pub fn chunk_of(lines: [Line; 5], index: &[u8], blocks: &str) -> Vec<u8> {
    let line = |(base, slope, width)| [wire::encode(&base), wire::encode(&slope), wire::encode(&width)].concat();
    [&*lines.map(line).concat(), index, &bytes(blocks)].concat()
}

/// A snapshot with one group, that of body 90 and 2020, and one block in it.
pub struct Hand {
    /// The prefix codes, packed: of states, and of all else.
    pub codes: [String; 2],
    /// The working day of first issue before the first row, from that of the group's first day.
    pub first_issue: i64,
    /// The column of companies, and how many rows stand in it.
    pub companies: &'static str,
    pub with_companies: i64,
    pub states: Vec<u32>,
    /// In the place of states as they are escaped.
    pub coded_states: Option<String>,
    pub ended: String,
    /// Last days, status days and models.
    pub columns: String,
    pub running: String,
    /// The steps between keys, as they are read; each is to the next number unless something is said.
    pub keys: Option<String>,
    /// Bits that fill up the last byte of the block, before zeros.
    pub filling: &'static str,
    /// What becomes of the lines of the chunk.
    pub lines: fn(&mut [Line; 5]),
    /// What the index adds to them.
    pub index: &'static [u8],
    /// What becomes of the chunk's bytes.
    pub chunk: fn(&mut Vec<u8>),
    pub holders: Option<Holders>,
    /// What becomes of the directory, and then of its bytes.
    pub directory: fn(&mut Directory),
    pub directory_bytes: fn(&mut Vec<u8>),
}

impl Hand {
    pub const FIRST: u32 = 500_001;

    pub fn new() -> Self {
        Self {
            codes: [code(), code()],
            first_issue: 10,
            companies: "",
            with_companies: 0,
            states: vec![ROW - SAME_KIND],
            coded_states: None,
            ended: String::new(),
            columns: String::new(),
            running: moving(2),
            keys: None,
            filling: "",
            lines: |_| (),
            index: &[],
            chunk: |_| (),
            holders: None,
            directory: |_| (),
            directory_bytes: |_| (),
        }
    }

    /// The chunk of its rows.
    fn rows(&self) -> Vec<u8> {
        let escaped_states = || self.states.iter().map(|state| escaped(*state, 16)).collect();
        let states: String = self.coded_states.clone().unwrap_or_else(escaped_states);
        // Only the first row may have one of its own.
        let has_kind = self.states[0] & SAME_KIND == 0;
        let kinds = if has_kind { reversed(&escaped(702, 14)) } else { String::new() };
        let keys = reversed(&self.keys.clone().unwrap_or_else(|| "0".repeat(self.states.len() - 1)));
        let block = [self.companies, &*states, &self.ended, &self.columns, &kinds, &self.running, &keys].concat();
        let after_middle = self.running.len() + keys.len();
        let mut lines = [
            i64::from(Self::FIRST),
            block.len().try_into().unwrap(),
            self.first_issue,
            self.with_companies,
            after_middle.try_into().unwrap(),
        ]
        .map(|base| (base, 0, 0));
        (self.lines)(&mut lines);
        let mut chunk = chunk_of(lines, self.index, &(block + self.filling));
        (self.chunk)(&mut chunk);
        chunk
    }

    /// Directory and snapshot.
    pub fn files(&self) -> (Vec<u8>, Vec<u8>) {
        let chunk = self.rows();
        let of_holders = self.holders.as_ref().map(|Holders { block, width, .. }| {
            let bits = block.len().try_into().unwrap();
            chunk_of([0, bits, *width, 0, 0].map(|base| (base, 0, 0)), &[], block)
        });
        let [states, code] = self.codes.each_ref().map(|code| vec![bytes(code)]);
        let place = |chunk: &Vec<u8>| Chunk { blocks: 1, first_key: 0, file: FileRef::of(chunk) };
        let mut directory = Directory {
            base_day: instant(AS_OF).legal_day(),
            block_rows: 16,
            codes: Codes { states, issues: code.clone(), days: code.clone(), products: code },
            models: vec![Model { state: 0, issue: (0, 0), expiry: 0, since: 0, product: 0 }],
            groups: vec![Group { rows: self.states.len().try_into().unwrap(), ..group() }],
            chunks: vec![Chunk { first_key: Self::FIRST.into(), ..place(&chunk) }],
            holders: self.holders.as_ref().map_or(0, |holders| holders.count),
            holder_chunks: of_holders.iter().map(place).collect(),
            sections: Vec::new(),
        };
        (self.directory)(&mut directory);
        let mut directory = directory.bytes();
        (self.directory_bytes)(&mut directory);
        let snapshot = [&*directory, &chunk, &of_holders.unwrap_or_default()].concat();
        (directory, snapshot)
    }
}
