//! Writing a snapshot. The same content always gives the same bytes, in whatever order it comes.

mod delta;
mod rows;
mod tables;

pub use delta::{PartFile, WrittenDelta, write_delta};
pub(super) use rows::{Line, cut};

use super::Coverage;
use super::bits::rice_bits;
use super::chunk::Builder;
use super::content::{Content, ContentHash};
use super::holders;
use super::huffman::{self, Encoder};
use super::layout::{BLOCK_ROWS, Chunk, Directory, Group, HASHED, MAGIC, MAX_RICE, MAX_TABLES, Model, Order, VERSION};
use crate::date::Day;
use crate::number::CccNumber;
use crate::register::Parties;
use crate::trust::FileRef;
use crate::wire;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use rows::{CLASSES, Coded, Dictionary, Encoders, block, code, counts};
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
    /// The content is larger than the format can hold.
    TooLarge,
    /// The base of a delta cannot be read.
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
            Self::TooLarge => f.write_str("the register is larger than a snapshot can hold (4 GiB)"),
            Self::Base => f.write_str("the snapshot that the delta builds on is damaged: publish a new one"),
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
    /// The usual layout for the state of a day.
    #[must_use]
    pub fn new(base_day: Day) -> Self {
        Self { base_day, block_rows: 64, chunk_bytes: 12_288, holder_chunk_bytes: 6_144 }
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
    let (mut packed, models) = Models::of(&plans);
    if packed.len() > MAX_TABLES {
        return Err(WriteError::TooLarge);
    }
    let mut groups = Vec::with_capacity(plans.len());
    let mut chunks = Vec::new();
    let mut chunk = Builder::default();
    for (plan, place) in plans.iter().zip(&models.of_group) {
        let encoders = models.encoders(*place).ok_or(WriteError::TooLarge)?;
        for rows in plan.rows.chunks(usize::from(block_rows)) {
            let bits = block(rows, &encoders, &dictionary, (plan.rice, plan.step));
            chunk.push(&bits, rows.first().map_or(0, |row| row.key), rows.first().map_or(0, |row| row.day));
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
        tables: core::mem::take(&mut packed),
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
    order: Order,
    rows: Vec<Coded<'a>>,
    rice: u32,
    step: u64,
}

impl<'a> Plan<'a> {
    fn new(coverage: &Coverage, lines: &'a [Line<'a>], base_day: Day, restart: usize) -> Self {
        let place = |line: &Line<'_>| (line.space, line.year);
        let own = (coverage.body, coverage.year);
        let first = lines.partition_point(|line| place(line) < own);
        let last = lines.partition_point(|line| place(line) <= own);
        let lines: Vec<&Line<'_>> = lines.get(first..last).unwrap_or_default().iter().collect();
        Self::in_order(coverage, best_order(&lines, coverage.body), lines, base_day, restart)
    }

    /// A group whose order is given.
    fn in_order(
        coverage: &Coverage,
        order: Order,
        mut lines: Vec<&'a Line<'a>>,
        base_day: Day,
        restart: usize,
    ) -> Self {
        lines.sort_by_key(|line| (line.key(order), line.product));
        let steps: Vec<u64> = steps(&lines, order).collect();
        let step = u64::from(steps.iter().all(|step| *step > 0));
        let rows = code(&lines, coverage.year, order, base_day, restart);
        Self { coverage: *coverage, order, rows, rice: rice(&steps, step), step }
    }

    /// What the directory says of it.
    fn group(&self, model: u16) -> Result<Group, WriteError> {
        Ok(Group {
            space: self.coverage.body,
            year: self.coverage.year,
            complete: self.coverage.complete,
            lapsed_since: self.coverage.lapsed_since,
            order: self.order,
            rows: u32::try_from(self.rows.len()).map_err(|_| WriteError::TooLarge)?,
            rice: u8::try_from(self.rice).map_err(|_| WriteError::TooLarge)?,
            step: u8::try_from(self.step).map_err(|_| WriteError::TooLarge)?,
            model,
        })
    }
}

fn steps<'a>(lines: &'a [&Line<'_>], order: Order) -> impl Iterator<Item = u64> + 'a {
    lines.windows(2).map(move |pair| match pair {
        [left, right] => right.key(order).saturating_sub(left.key(order)),
        _ => 0,
    })
}

/// The parameter with which steps take the fewest bits.
fn rice(steps: &[u64], step: u64) -> u32 {
    let bits = |parameter: u32| -> u64 { steps.iter().map(|value| rice_bits(value - step, parameter)).sum() };
    let count = u64::try_from(steps.len()).unwrap_or(u64::MAX).max(1);
    let mean = steps.iter().sum::<u64>() / count;
    let guess = mean.max(1).ilog2();
    (guess.saturating_sub(2)..=(guess + 1).min(u32::from(MAX_RICE)))
        .min_by_key(|parameter| bits(*parameter))
        .unwrap_or(0)
}

/// The order in which keys and product kinds take fewer bits.
fn best_order(lines: &[&Line<'_>], space: u8) -> Order {
    if space >= HASHED {
        return Order::Hash;
    }
    let mut counts = Counts::new();
    lines.iter().for_each(|line| *counts.entry(u32::from(line.product)).or_default() += 1);
    let of = |order: Order| -> u64 {
        let mut sorted = lines.to_vec();
        sorted.sort_by_key(|line| line.key(order));
        let steps: Vec<u64> = steps(&sorted, order).collect();
        let parameter = rice(&steps, 0);
        steps.iter().map(|step| rice_bits(*step, parameter)).sum()
    };
    let by_serial = of(Order::Serial) + tables::entropy(&counts);
    if of(Order::Product) < by_serial { Order::Product } else { Order::Serial }
}

/// The tables of all groups.
struct Models {
    encoders: Vec<Encoder>,
    models: Vec<Model>,
    of_group: Vec<u16>,
}

impl Models {
    /// The tables, packed, and which of them each group is coded with.
    fn of(plans: &[Plan<'_>]) -> (Vec<Vec<u8>>, Self) {
        let counted: Vec<([Counts; CLASSES], Counts)> = plans.iter().map(|plan| counts(&plan.rows)).collect();
        let (class_of, classes) = cluster(counted.iter().map(|(classes, _)| classes.to_vec()).collect());
        let (product_of, products) = cluster(counted.into_iter().map(|(_, product)| Vec::from([product])).collect());
        let mut all = Tables::default();
        let class_tables: Vec<[u16; CLASSES]> = classes.iter().map(|classes| all.class(classes)).collect();
        let product_tables: Vec<u16> = products.iter().flatten().map(|counts| all.add(counts)).collect();
        let mut models: Vec<Model> = Vec::new();
        let of_group = class_of
            .into_iter()
            .zip(product_of)
            .map(|(class, product)| {
                let classes = class_tables.get(class).copied().unwrap_or_default();
                let model = model(classes, product_tables.get(product).copied().unwrap_or_default());
                let place = models.iter().position(|other| *other == model).unwrap_or_else(|| {
                    models.push(model);
                    models.len() - 1
                });
                u16::try_from(place).unwrap_or_default()
            })
            .collect();
        let packed = all.lengths.iter().map(huffman::pack).collect();
        let encoders = all.lengths.iter().map(Encoder::new).collect();
        (packed, Self { encoders, models, of_group })
    }

    fn encoders(&self, model: u16) -> Option<Encoders<'_>> {
        encoders(self.models.get(usize::from(model))?, &self.encoders)
    }
}

/// Tables that are being collected.
#[derive(Default)]
struct Tables {
    lengths: Vec<huffman::Lengths>,
}

impl Tables {
    fn class(&mut self, counts: &[Counts]) -> [u16; CLASSES] {
        let mut places = [0; CLASSES];
        for (place, counts) in places.iter_mut().zip(counts) {
            *place = self.add(counts);
        }
        places
    }

    fn add(&mut self, counts: &Counts) -> u16 {
        let lengths = lengths(counts);
        let place = self.lengths.iter().position(|other| *other == lengths).unwrap_or_else(|| {
            self.lengths.push(lengths);
            self.lengths.len() - 1
        });
        u16::try_from(place).unwrap_or_default()
    }
}

fn model([state, running, ended, expiry, since]: [u16; CLASSES], product: u16) -> Model {
    Model { state, issue: (running, ended), expiry, since, product }
}

/// The encoders that a model names.
fn encoders<'a>(model: &Model, encoders: &'a [Encoder]) -> Option<Encoders<'a>> {
    let at = |place: u16| encoders.get(usize::from(place));
    let (running, ended) = model.issue;
    Some(Encoders {
        classes: [at(model.state)?, at(running)?, at(ended)?, at(model.expiry)?, at(model.since)?],
        product: at(model.product)?,
    })
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
