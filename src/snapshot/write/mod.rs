//! Writing a snapshot. The same content always gives the same bytes, in whatever order it comes.

mod delta;
mod rows;
mod spacing;
mod tables;

pub use delta::{PartFile, WrittenDelta, write_delta};
pub(super) use rows::{Line, cut};

use super::Coverage;
use super::chunk::Builder;
use super::content::{Content, ContentHash};
use super::holders;
use super::huffman::{self, Encoder, Lengths};
use super::layout::{BLOCK_ROWS, Chunk, Codes, Directory, Group, MAGIC, Model, Numbering, Order, SERIALS, VERSION};
use super::symbols::Kind;
use crate::date::Day;
use crate::declaration::HASHED;
use crate::number::CccNumber;
use crate::register::Parties;
use crate::trust::FileRef;
use crate::wire;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use rows::{CLASSES, Coded, Dictionary, Encoders, block, code, counts};
use spacing::Spacing;
use tables::{Counts, cluster, lengths};

/// Content that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// Two records have the same number.
    Duplicate {
        /// The number.
        number: CccNumber,
    },
    /// Two declarations have the same key.
    DuplicateDeclaration,
    /// A body and year is covered twice.
    DuplicateCoverage {
        /// The coverage that stands twice.
        coverage: Coverage,
    },
    /// A keyspace or year that no number has.
    OddCoverage {
        /// The coverage that speaks of it.
        coverage: Coverage,
    },
    /// The content is larger than the format can hold.
    TooLarge,
    /// No delta can build on this base: it cannot be read, or has no rows, and so no codes for those of a delta.
    Base,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate { number } => write!(f, "certificate {number} stands twice in the register"),
            Self::DuplicateDeclaration => f.write_str("a self-declaration stands twice in the register"),
            Self::DuplicateCoverage { coverage } => {
                write!(f, "the coverage of body {:02} and year {} stands twice", coverage.body, coverage.year)
            }
            Self::OddCoverage { coverage } => {
                write!(
                    f,
                    "no number has body {:02} and year {}, of which the coverage speaks",
                    coverage.body, coverage.year
                )
            }
            Self::TooLarge => f.write_str("the register is larger than a snapshot can hold (4 GiB)"),
            Self::Base => {
                f.write_str("no delta can build on this snapshot, which is damaged or has no rows: publish a new one")
            }
        }
    }
}

impl core::error::Error for WriteError {}

/// How a snapshot is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// The day whose state is shown; days of status changes are counted back from it.
    pub base_day: Day,
    /// Rows in a block, 16 to 512: fewer are faster, more are smaller.
    pub block_rows: u16,
    /// About how many bytes a chunk of rows has: what a single check fetches.
    pub chunk_bytes: usize,
    /// About how many bytes a chunk of holders has.
    pub holder_chunk_bytes: usize,
}

impl WriteOptions {
    /// The usual layout for the state of a day with so many rows. Above a million, where a row takes fewer bits and what a block
    /// takes beside its rows weighs more, blocks have more rows. Chunks have 12 kB, some thousands of rows, so that none tells
    /// which number was looked up; of larger registers as much as the list of chunks in the directory, which is fetched with one.
    #[must_use]
    pub fn new(base_day: Day, rows: usize) -> Self {
        let chunk_bytes = (16 * rows.isqrt()).max(12_288);
        let block_rows = if rows <= 1_000_000 { 64 } else { 80 };
        Self { base_day, block_rows, chunk_bytes, holder_chunk_bytes: chunk_bytes / 2 }
    }
}

/// The files of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What leads to the chunks.
    pub directory: Vec<u8>,
    /// Chunks of rows, then those of holders.
    pub chunks: Vec<Vec<u8>>,
    /// The hash of the content.
    pub content: [u8; 32],
}

impl Written {
    /// The directory and all chunks, one after the other: what is read whole.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let size = self.directory.len() + self.chunks.iter().map(Vec::len).sum::<usize>();
        let mut all = Vec::with_capacity(size);
        all.extend_from_slice(&self.directory);
        self.chunks.iter().for_each(|chunk| all.extend_from_slice(chunk));
        all
    }
}

/// Writes content. A body and year without a line of coverage is written as incomplete.
///
/// # Errors
/// [`WriteError`] if a number stands twice or the files would be too large.
pub fn write(content: &Content, options: &WriteOptions) -> Result<Written, WriteError> {
    let block_rows = options.block_rows.clamp(*BLOCK_ROWS.start(), *BLOCK_ROWS.end());
    let lines = lines(content)?;
    let coverage = coverage(content, &lines)?;
    let hash = content_hash(&coverage, &lines);

    let mut holders: Vec<Parties> =
        lines.iter().map(|line| line.parties).filter(|parties| *parties != Parties::default()).collect();
    holders.sort_unstable();
    holders.dedup();
    let dictionary = Dictionary { holders: &holders, inline: false };

    let plans: Vec<Plan<'_>> =
        coverage.iter().map(|line| Plan::new(line, &lines, options.base_day, usize::from(block_rows))).collect();
    let models = Models::of(&plans);
    let mut groups = Vec::with_capacity(plans.len());
    let mut chunks = Vec::new();
    let mut chunk = Builder::default();
    for (plan, place) in plans.iter().zip(&models.of_group) {
        let encoders = models.encoders(*place).ok_or(WriteError::TooLarge)?;
        for rows in plan.rows.chunks(usize::from(block_rows)) {
            let (bits, own) = block(rows, &encoders, &dictionary, plan.spacing);
            chunk.push(&bits, rows.first().map_or(0, |row| row.key), own);
            if chunk.is_full(options.chunk_bytes) {
                chunks.push(core::mem::take(&mut chunk));
            }
        }
        groups.push(plan.group(*place)?);
    }
    if chunk.blocks() > 0 {
        chunks.push(chunk);
    }
    let (row_chunks, mut files) = finish(chunks);
    let (holder_chunks, holder_files) = finish(holders::write(&holders, options.holder_chunk_bytes));
    files.extend(holder_files);
    let directory = Directory {
        base_day: options.base_day,
        block_rows,
        codes: models.tables.pack(),
        models: models.models,
        groups,
        chunks: row_chunks,
        holders: u32::try_from(holders.len()).map_err(|_| WriteError::TooLarge)?,
        holder_chunks,
        sections: Vec::new(),
    };
    let mut head = MAGIC.to_vec();
    head.push(VERSION);
    head.extend(wire::encode(&directory));
    Ok(Written { directory: head, chunks: files, content: hash })
}

/// All lines of the content, ascending.
fn lines(content: &Content) -> Result<Vec<Line<'_>>, WriteError> {
    let mut lines: Vec<Line<'_>> = content.records.iter().map(Line::of_record).collect();
    lines.extend(content.declarations.iter().map(Line::of_declaration));
    lines.sort_unstable_by_key(Line::order);
    let repeated = lines.windows(2).find_map(|pair| match pair {
        [left, right] if left.space >= HASHED => {
            ((left.space, left.serial) == (right.space, right.serial)).then_some(left)
        }
        [left, right] => (left.order() == right.order()).then_some(left),
        _ => None,
    });
    match repeated {
        None => Ok(lines),
        Some(line) => {
            let number = u32::try_from(line.serial)
                .ok()
                .and_then(|serial| CccNumber::new(line.year, line.space, line.product, serial));
            Err(number.map_or(WriteError::DuplicateDeclaration, |number| WriteError::Duplicate { number }))
        }
    }
}

/// The coverage of all groups, ascending, with those that only have lines.
fn coverage(content: &Content, lines: &[Line<'_>]) -> Result<Vec<Coverage>, WriteError> {
    let mut all: BTreeMap<(u8, u16), Coverage> = BTreeMap::new();
    for line in &content.coverage {
        if line.year > if line.body < HASHED { 9_999 } else { 0 } {
            return Err(WriteError::OddCoverage { coverage: *line });
        }
        if all.insert((line.body, line.year), *line).is_some() {
            return Err(WriteError::DuplicateCoverage { coverage: *line });
        }
    }
    for line in lines {
        all.entry((line.space, line.year)).or_insert(Coverage {
            body: line.space,
            year: line.year,
            complete: false,
            lapsed_since: None,
        });
    }
    Ok(all.into_values().collect())
}

/// The hash of lines and coverage, both ascending.
fn content_hash(coverage: &[Coverage], lines: &[Line<'_>]) -> [u8; 32] {
    let mut hash = ContentHash::new(coverage);
    lines.iter().for_each(|line| hash.add(line));
    hash.finish()
}

/// A group with its rows as symbols.
struct Plan<'a> {
    coverage: Coverage,
    numbering: Numbering,
    rows: Vec<Coded<'a>>,
    spacing: Spacing,
}

impl<'a> Plan<'a> {
    fn new(coverage: &Coverage, lines: &'a [Line<'a>], base_day: Day, restart: usize) -> Self {
        let place = |line: &Line<'_>| (line.space, line.year);
        let own = (coverage.body, coverage.year);
        let first = lines.partition_point(|line| place(line) < own);
        let last = lines.partition_point(|line| place(line) <= own);
        let lines: Vec<&Line<'_>> = lines.get(first..last).unwrap_or_default().iter().collect();
        Self::numbered(coverage, best_numbering(&lines, coverage.body), lines, base_day, restart)
    }

    /// A group whose numbering is given.
    fn numbered(
        coverage: &Coverage,
        numbering: Numbering,
        mut lines: Vec<&'a Line<'a>>,
        base_day: Day,
        restart: usize,
    ) -> Self {
        lines.sort_by_key(|line| (line.key(numbering), line.product));
        let spacing = Spacing::best(&keys(&lines, numbering));
        let rows = code(&lines, coverage.year, numbering, base_day, restart);
        Self { coverage: *coverage, numbering, rows, spacing }
    }

    /// What the directory says of it.
    fn group(&self, model: u16) -> Result<Group, WriteError> {
        Ok(Group {
            space: self.coverage.body,
            year: self.coverage.year,
            complete: self.coverage.complete,
            lapsed_since: self.coverage.lapsed_since,
            numbering: self.numbering,
            rows: u32::try_from(self.rows.len()).map_err(|_| WriteError::TooLarge)?,
            rice: u8::try_from(self.spacing.rice).map_err(|_| WriteError::TooLarge)?,
            steps: self.spacing.steps,
            model,
        })
    }
}

fn keys(lines: &[&Line<'_>], numbering: Numbering) -> Vec<u64> {
    lines.iter().map(|line| line.key(numbering)).collect()
}

/// The numbering with which keys and product kinds take fewer bits.
fn best_numbering(lines: &[&Line<'_>], space: u8) -> Numbering {
    if space >= HASHED {
        return Numbering { order: Order::Hash, start: 0 };
    }
    let mut counts = Counts::new();
    lines.iter().for_each(|line| *counts.entry(u32::from(line.product)).or_default() += 1);
    let bits = |numbering: Numbering| {
        let mut keys = keys(lines, numbering);
        keys.sort_unstable();
        Spacing::bits(&keys)
    };
    let by_serial = Numbering { order: Order::Serial, start: start(lines) };
    let by_product = Numbering { order: Order::Product, start: 0 };
    if bits(by_product) < bits(by_serial) + tables::entropy(&counts) { by_product } else { by_serial }
}

/// The serial after the widest gap, where the running serial began.
fn start(lines: &[&Line<'_>]) -> u32 {
    let mut serials: Vec<u64> = lines.iter().map(|line| line.serial).collect();
    serials.sort_unstable();
    let (Some(first), Some(last)) = (serials.first(), serials.last()) else {
        return 0;
    };
    // Where the gap from the last to the first is the widest, nothing begins anew.
    let around = (first + SERIALS - last, 0);
    let gaps = serials.windows(2).filter_map(|pair| Some((pair.last()? - pair.first()?, *pair.last()?)));
    let (_, start) = gaps.fold(around, |widest, gap| if gap.0 > widest.0 { gap } else { widest });
    u32::try_from(start).unwrap_or_default()
}

/// The tables of all groups.
struct Models {
    tables: Tables,
    encoders: TableEncoders,
    models: Vec<Model>,
    of_group: Vec<u16>,
}

impl Models {
    /// The most sets of tables for all but product kinds, and for those: together within the limit of a directory.
    const MOST_CLASSES: usize = 8;
    const MOST_PRODUCTS: usize = 24;

    /// The tables, and which of them each group is coded with.
    fn of(plans: &[Plan<'_>]) -> Self {
        let counted: Vec<([Counts; CLASSES], Counts)> = plans.iter().map(|plan| counts(&plan.rows)).collect();
        let classes = counted.iter().map(|(classes, _)| classes.to_vec()).collect();
        let (class_of, classes) = cluster(classes, Self::MOST_CLASSES);
        let products = counted.into_iter().map(|(_, product)| Vec::from([product])).collect();
        let (product_of, products) = cluster(products, Self::MOST_PRODUCTS);
        let mut tables = Tables::default();
        let class_models: Vec<Model> = classes.iter().map(|classes| tables.class(classes)).collect();
        let product_tables: Vec<u16> = products.iter().flatten().map(|counts| tables.product(counts)).collect();
        let mut models: Vec<Model> = Vec::new();
        let of_group = class_of
            .into_iter()
            .zip(product_of)
            .map(|(class, product)| {
                let class = class_models.get(class).copied().unwrap_or_default();
                let model = Model { product: product_tables.get(product).copied().unwrap_or_default(), ..class };
                let place = models.iter().position(|other| *other == model).unwrap_or_else(|| {
                    models.push(model);
                    models.len() - 1
                });
                u16::try_from(place).unwrap_or_default()
            })
            .collect();
        Self { encoders: tables.encoders(), tables, models, of_group }
    }

    fn encoders(&self, model: u16) -> Option<Encoders<'_>> {
        self.encoders.of(self.models.get(usize::from(model))?)
    }
}

/// Tables that are being collected, by what they are for.
#[derive(Default)]
struct Tables {
    states: Vec<Lengths>,
    issues: Vec<Lengths>,
    days: Vec<Lengths>,
    products: Vec<Lengths>,
}

impl Tables {
    /// The model of these counts, but for its product kinds.
    fn class(&mut self, counts: &[Counts]) -> Model {
        let none = Counts::new();
        let of = |place: usize| counts.get(place).unwrap_or(&none);
        Model {
            state: add(&mut self.states, of(0), Kind::State),
            issue: (add(&mut self.issues, of(1), Kind::Issue), add(&mut self.issues, of(2), Kind::Issue)),
            expiry: add(&mut self.days, of(3), Kind::Day),
            since: add(&mut self.days, of(4), Kind::Day),
            product: 0,
        }
    }

    fn product(&mut self, counts: &Counts) -> u16 {
        add(&mut self.products, counts, Kind::Product)
    }

    fn pack(&self) -> Codes {
        let packed = |tables: &[Lengths]| tables.iter().map(huffman::pack).collect();
        Codes {
            states: packed(&self.states),
            issues: packed(&self.issues),
            days: packed(&self.days),
            products: packed(&self.products),
        }
    }

    fn encoders(&self) -> TableEncoders {
        let of = |tables: &[Lengths], kind| tables.iter().map(|lengths| Encoder::new(lengths, kind)).collect();
        TableEncoders {
            states: of(&self.states, Kind::State),
            issues: of(&self.issues, Kind::Issue),
            days: of(&self.days, Kind::Day),
            products: of(&self.products, Kind::Product),
        }
    }
}

/// The place of a table for these counts.
fn add(tables: &mut Vec<Lengths>, counts: &Counts, kind: Kind) -> u16 {
    let lengths = lengths(counts, kind);
    let place = tables.iter().position(|other| *other == lengths).unwrap_or_else(|| {
        tables.push(lengths);
        tables.len() - 1
    });
    u16::try_from(place).unwrap_or_default()
}

/// The encoders of tables.
struct TableEncoders {
    states: Vec<Encoder>,
    issues: Vec<Encoder>,
    days: Vec<Encoder>,
    products: Vec<Encoder>,
}

impl TableEncoders {
    /// The encoders for packed tables.
    fn unpack(codes: &Codes) -> Option<Self> {
        let of = |packed: &[Vec<u8>], kind| -> Option<Vec<Encoder>> {
            packed.iter().map(|table| Some(Encoder::new(&huffman::unpack(table, kind)?, kind))).collect()
        };
        Some(Self {
            states: of(&codes.states, Kind::State)?,
            issues: of(&codes.issues, Kind::Issue)?,
            days: of(&codes.days, Kind::Day)?,
            products: of(&codes.products, Kind::Product)?,
        })
    }

    /// Those that a model names.
    fn of(&self, model: &Model) -> Option<Encoders<'_>> {
        let (running, ended) = model.issue;
        let issue = |place: u16| self.issues.get(usize::from(place));
        let day = |place: u16| self.days.get(usize::from(place));
        Some(Encoders {
            classes: [
                self.states.get(usize::from(model.state))?,
                issue(running)?,
                issue(ended)?,
                day(model.expiry)?,
                day(model.since)?,
            ],
            product: self.products.get(usize::from(model.product))?,
        })
    }
}

/// The chunks, and what the directory says of them.
fn finish(chunks: Vec<Builder>) -> (Vec<Chunk>, Vec<Vec<u8>>) {
    chunks
        .into_iter()
        .map(|chunk| {
            let (blocks, first_key) = (chunk.blocks(), chunk.first_key());
            let bytes = chunk.into_bytes();
            (Chunk { blocks, first_key, file: FileRef::of(&bytes) }, bytes)
        })
        .unzip()
}
