//! The rows of a block, as they are read: column by column, of which one says for each row in which of the others it stands. What
//! is not asked for is passed over, several symbols at once. Nothing is allocated.
//!
//! ```text
//! block = companies  states  issue days, ended  expiry  status days  models  own companies  product kinds, backward
//!       | issue days, running  keys, backward
//! ```

use super::bits::{Backward, Forward, Stream as _, low, window};
use super::holders;
use super::huffman::{self, Decoder, Entry};
use super::layout::{Codes, MAX_MODEL, Model, NO_PRODUCT, Order};
use super::symbols::{Bucket, Column, Given, Issue, Kind, Stand, State, issue_day, usual_end};
use crate::date::Day;
use crate::register::{Parties, Provenance, Status};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The decoders of prefix codes, by what they are for.
#[derive(Debug)]
pub(super) struct Decoders {
    states: Vec<Arc<Decoder<u32>>>,
    issues: Vec<Arc<Decoder<u16>>>,
    days: Vec<Arc<Decoder<u16>>>,
    products: Vec<Arc<Decoder<u16>>>,
}

impl Decoders {
    /// None if a packed code is none.
    pub(super) fn new(codes: &Codes) -> Option<Self> {
        Some(Self {
            states: Self::of(&codes.states, Kind::State)?,
            issues: Self::of(&codes.issues, Kind::Issue)?,
            days: Self::of(&codes.days, Kind::Day)?,
            products: Self::of(&codes.products, Kind::Product)?,
        })
    }

    fn of<E: Entry>(codes: &[Vec<u8>], kind: Kind) -> Option<Vec<Arc<Decoder<E>>>> {
        let decoder = |code: &Vec<u8>| Some(Arc::new(Decoder::new(&huffman::unpack(code, kind)?, kind)?));
        codes.iter().map(decoder).collect()
    }

    /// Those that a model names; none if it names one that is not there.
    pub(super) fn tables(&self, model: &Model) -> Option<Tables> {
        let (running, ended) = model.issue;
        let named = [
            (&self.issues, running),
            (&self.issues, ended),
            (&self.days, model.expiry),
            (&self.days, model.since),
            (&self.products, model.product),
        ];
        let named = named.map(|(decoders, place)| decoders.get(usize::from(place)));
        let [Some(running), Some(ended), Some(expiry), Some(since), Some(product)] = named else {
            return None;
        };
        let [running, ended, expiry, since, product] = [running, ended, expiry, since, product].map(Arc::clone);
        let state = self.states.get(usize::from(model.state))?.clone();
        Some(Tables { state, running, ended, expiry, since, product })
    }
}

/// The decoders of a model.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    state: Arc<Decoder<u32>>,
    running: Arc<Decoder<u16>>,
    ended: Arc<Decoder<u16>>,
    expiry: Arc<Decoder<u16>>,
    since: Arc<Decoder<u16>>,
    product: Arc<Decoder<u16>>,
}

impl Tables {
    #[inline]
    fn of_column(&self, column: Column) -> Option<&Decoder<u16>> {
        Some(match column {
            Column::Ended => &self.ended,
            Column::Expiry => &self.expiry,
            Column::Since => &self.since,
            Column::Parties | Column::Product | Column::Running | Column::Model => return None,
        })
    }
}

/// What the rows of a file have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Bits of a reference to a holder.
    pub(super) holder_bits: u32,
    /// Whether a row may carry companies that the dictionary does not have.
    pub(super) inline: bool,
}

impl Frame {
    /// Bits that a row has in the column of companies.
    #[inline]
    pub(super) fn width(self) -> u32 {
        u32::from(self.inline) + self.holder_bits
    }
}

/// The companies of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Holder {
    #[default]
    None,
    /// As in the row of the base.
    Kept,
    /// By place in the dictionary.
    Place(u32),
    /// In the block, from this bit on.
    Inline(usize),
}

/// A row as it stands in a block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row<'a> {
    pub(super) state: State,
    /// The day from which its group counts.
    first_day: i32,
    first_issue: i32,
    renewals: u16,
    issue: i32,
    expiry: i32,
    since: i32,
    pub(super) product: u16,
    pub(super) holder: Holder,
    /// Where the model text begins, and its bytes.
    model: (usize, usize),
    bytes: &'a [u8],
}

/// The rows of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    pub(super) bytes: &'a [u8],
    /// The block's first bit.
    pub(super) begin: usize,
    /// The bit from which product kinds are read backward, and issue days of running certificates forward.
    pub(super) middle: usize,
    pub(super) count: u32,
    /// Lines in the column of companies.
    pub(super) parties: u32,
    pub(super) tables: &'a Tables,
    pub(super) order: Order,
    pub(super) frame: Frame,
    /// The day from which the group counts.
    pub(super) first_day: i32,
    /// The working day of first issue before the first row.
    pub(super) first_issue: i32,
}

/// A row after those before it.
#[derive(Clone, Copy)]
struct Among<'a> {
    place: u32,
    state: State,
    before: Stand,
    /// Those before it and its own.
    upto: Stand,
    /// After its state.
    bits: Forward<'a>,
}

impl Among<'_> {
    #[inline]
    fn before(&self, column: Column) -> u32 {
        self.before.in_column(column)
    }

    #[inline]
    fn upto(&self, column: Column) -> u32 {
        self.upto.in_column(column)
    }

    #[inline]
    fn has(&self, column: Column) -> bool {
        self.before(column) < self.upto(column)
    }
}

/// Reads the columns after the states, as far as they are asked for.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    tables: &'a Tables,
    bits: Forward<'a>,
    /// How many rows stand in each column.
    all: Stand,
    column: Column,
    /// How many symbols of the column are left.
    left: u32,
}

impl<'a> Cursor<'a> {
    /// Passes over what is left before a column.
    #[inline]
    fn open(&mut self, column: Column) {
        while self.column < column {
            if let Some(decoder) = self.tables.of_column(self.column) {
                decoder.pass(&mut self.bits, self.left);
            }
            self.column = self.column.next();
            self.left = self.all.in_column(self.column);
        }
    }

    /// Passes over symbols of a column. The sum of their advances, if they have any.
    #[inline]
    fn pass(&mut self, column: Column, symbols: u32) -> u64 {
        self.open(column);
        self.left = self.left.saturating_sub(symbols);
        self.tables.of_column(column).map_or(0, |decoder| decoder.pass(&mut self.bits, symbols).advance())
    }

    /// Goes on after a symbol of the column that was read elsewhere.
    #[inline]
    fn go_on(&mut self, bits: Forward<'a>) {
        self.bits = bits;
        self.left = self.left.saturating_sub(1);
    }

    #[inline]
    fn day(&mut self, column: Column, before: u32) -> i32 {
        self.pass(column, before);
        let mut bits = self.bits;
        let symbol = self.tables.of_column(column).map_or(0, |decoder| decoder.read(&mut bits));
        let day = Bucket(symbol).read(&mut bits);
        self.go_on(bits);
        day
    }

    /// The first bit of a model text that has so many before it, and its bytes.
    fn model(&mut self, before: u32) -> (usize, usize) {
        self.open(Column::Model);
        for _ in 0..before {
            let length = self.bits.take(MODEL_LENGTH);
            self.bits.skip(u32::try_from(length * 8).unwrap_or_default());
        }
        let length = usize::try_from(self.bits.take(MODEL_LENGTH)).unwrap_or_default();
        (self.bits.place(), length)
    }
}

/// Bits of the length of a model text.
const MODEL_LENGTH: u32 = 8;

impl<'a> Rows<'a> {
    /// Reads the row at a place, if it has this product kind or none is given. Says whether it has.
    pub(super) fn row(&self, place: u32, product: Option<u16>, row: &mut Row<'a>) -> bool {
        let among = self.among(place);
        let own_product = self.product(&among);
        if product.is_some_and(|product| product != own_product) {
            return false;
        }
        let state = among.state;
        let mut cursor = self.cursor(&among, state.has_more());
        row.state = state;
        row.first_day = self.first_day;
        row.first_issue = self.first_issue;
        row.product = own_product;
        row.holder = self.holder(&among);
        row.bytes = self.bytes;
        if state.issue() == Given::Coded {
            let mut bits = Forward::new(self.bytes, self.middle);
            let mut advance = self.tables.running.pass(&mut bits, among.before(Column::Running)).advance();
            let mut decoder = &self.tables.running;
            if state.is_ended() {
                advance += cursor.pass(Column::Ended, among.before(Column::Ended));
                (decoder, bits) = (&self.tables.ended, cursor.bits);
            }
            let issue = Issue(decoder.read(&mut bits));
            advance += u64::from(issue.advanced(&mut bits));
            row.first_issue = row.first_issue.wrapping_add_unsigned(u32::try_from(advance).unwrap_or_default());
            row.renewals = issue.renewals();
            row.issue = issue.difference().read(&mut bits);
            if state.is_ended() {
                cursor.go_on(bits);
            }
        }
        if among.has(Column::Expiry) {
            row.expiry = cursor.day(Column::Expiry, among.before(Column::Expiry));
        }
        if among.has(Column::Since) {
            row.since = cursor.day(Column::Since, among.before(Column::Since));
        }
        if among.has(Column::Model) {
            row.model = cursor.model(among.before(Column::Model));
        }
        true
    }

    /// Whether the columns fill the block up to its keys, and none of them overlap.
    pub(super) fn fill(&self, keys: usize) -> bool {
        let Some(last) = self.count.checked_sub(1) else {
            return true;
        };
        let among = self.among(last);
        let mut kinds = Backward::new(self.bytes, self.middle);
        if self.order != Order::Product {
            self.tables.product.pass(&mut kinds, among.upto(Column::Product));
        }
        let mut running = Forward::new(self.bytes, self.middle);
        self.tables.running.pass(&mut running, among.upto(Column::Running));
        let parties = among.upto(Column::Parties);
        parties == self.parties && kinds.place() == self.own_companies(&among, parties) && running.place() == keys
    }

    /// A row after those before it.
    #[inline]
    fn among(&self, place: u32) -> Among<'a> {
        let states = self.parties.saturating_mul(self.frame.width());
        let mut bits = Forward::new(self.bytes, self.begin);
        bits.skip(states);
        let before = self.stand(&mut bits, place);
        let (state, own) = self.tables.state.read_state(&mut bits);
        let mut upto = before;
        upto.count(own);
        Among { place, state, before, upto, bits }
    }

    /// Passes over states. How many of their rows stand in each column.
    #[inline]
    #[cfg_attr(module, optimize(speed))]
    fn stand(&self, bits: &mut Forward<'a>, rows: u32) -> Stand {
        let mut stand = Stand::default();
        let mut left = rows;
        while left > 0 {
            let now = left.min(Stand::MOST);
            stand.count(self.tables.state.pass(bits, now));
            left -= now;
        }
        stand
    }

    #[inline]
    fn product(&self, among: &Among<'a>) -> u16 {
        let Some(before) = among.upto(Column::Product).checked_sub(1).filter(|_| self.order != Order::Product) else {
            return NO_PRODUCT;
        };
        let mut bits = Backward::new(self.bytes, self.middle);
        self.tables.product.pass(&mut bits, before);
        u16::try_from(self.tables.product.read(&mut bits)).unwrap_or(NO_PRODUCT)
    }

    /// The columns after the states. They begin where these end, which is found only if that is asked for.
    #[inline]
    fn cursor(&self, among: &Among<'a>, to_the_end: bool) -> Cursor<'a> {
        let (mut all, mut bits) = (among.upto, among.bits);
        if to_the_end {
            all = all + self.stand(&mut bits, self.count.saturating_sub(among.place).saturating_sub(1));
        }
        let left = all.in_column(Column::Ended);
        Cursor { tables: self.tables, bits, all, column: Column::Ended, left }
    }

    /// The companies of a row.
    #[inline]
    fn holder(&self, among: &Among<'a>) -> Holder {
        let line = among.upto(Column::Parties).checked_sub(1);
        match (among.state.parties(), line) {
            (Given::Kept, _) => Holder::Kept,
            (Given::None, _) | (_, None) => Holder::None,
            (Given::Coded | Given::Usual, Some(line)) => match self.reference(line) {
                None => Holder::Inline(self.own_companies(among, line)),
                Some(place) => Holder::Place(place),
            },
        }
    }

    /// A line in the column of companies: their place in the dictionary, if they are there.
    #[inline]
    fn reference(&self, line: u32) -> Option<u32> {
        let mut bits = Forward::new(self.bytes, self.begin);
        bits.skip(line.saturating_mul(self.frame.width()));
        if self.frame.inline && bits.take(1) == 1 {
            return None;
        }
        Some(u32::try_from(bits.take(self.frame.holder_bits)).unwrap_or(u32::MAX))
    }

    /// Where companies stand that the dictionary does not have: those of this line in the column of companies, or the first
    /// after it.
    #[cold]
    fn own_companies(&self, among: &Among<'a>, line: u32) -> usize {
        let mut cursor = self.cursor(among, true);
        cursor.open(Column::Model);
        let models = cursor.left;
        for _ in 0..models {
            let (begin, length) = cursor.model(0);
            cursor.bits = Forward::new(self.bytes, begin + length * 8);
        }
        let own = (0..line).filter(|line| self.reference(*line).is_none());
        own.fold(cursor.bits.place(), |bit, _| holders::after_inline(self.bytes, bit))
    }
}

/// What a row says beside its key and companies. `None` where it says nothing.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) status: Status,
    pub(super) provenance: Provenance,
    pub(super) issued_on: Option<Day>,
    pub(super) expires_on: Option<Day>,
    pub(super) status_since: Option<Day>,
    pub(super) model: Option<String>,
}

impl Default for Fields {
    fn default() -> Self {
        let (status, provenance) = (Status::Unknown, Provenance::Quoted);
        Self { status, provenance, issued_on: None, expires_on: None, status_since: None, model: None }
    }
}

impl Row<'_> {
    /// Writes what the row says over `fields`, which have what a row of the base says if it changes one. None if a day is out of
    /// range, the text is no text, or something is kept and there is no base.
    pub(super) fn tell(&self, base_day: Day, is_change: bool, fields: &mut Fields) -> Option<()> {
        let state = self.state;
        if !is_change && [state.issue(), state.expiry(), state.since()].contains(&Given::Kept) {
            return None;
        }
        match state.issue() {
            Given::None => fields.issued_on = None,
            Given::Coded => {
                let day = issue_day(self.first_issue, self.renewals, self.issue)?;
                fields.issued_on = Some(Day::from_days(day)?);
            }
            Given::Kept => {}
            Given::Usual => return None,
        }
        let usual = || usual_end(fields.issued_on, self.first_day);
        match state.expiry() {
            Given::None => fields.expires_on = None,
            Given::Usual => fields.expires_on = Some(Day::from_days(usual())?),
            Given::Coded => fields.expires_on = Some(Day::from_days(usual().checked_sub(self.expiry)?)?),
            Given::Kept => {}
        }
        match state.since() {
            Given::None => fields.status_since = None,
            Given::Usual => fields.status_since = Some(Day::from_days(fields.expires_on?.days().checked_add(1)?)?),
            Given::Coded => fields.status_since = Some(Day::from_days(base_day.days().checked_sub(self.since)?)?),
            Given::Kept => {}
        }
        // What a later version adds is not known here, so a person has to look.
        let status = usize::try_from(state.status()).ok().and_then(|place| Status::ALL.get(place));
        fields.status = status.copied().unwrap_or(Status::Unknown);
        let provenance = usize::try_from(state.provenance()).ok().and_then(|place| Provenance::ALL.get(place));
        fields.provenance = provenance.copied().unwrap_or(Provenance::Quoted);
        if state.has_model() {
            // An empty text in a change says that there is none any more.
            fields.model = Some(self.model()?).filter(|model| !model.is_empty());
        }
        Some(())
    }

    fn model(&self) -> Option<String> {
        let (bit, length) = self.model;
        if length > MAX_MODEL || bit.checked_add(length * 8)? > self.bytes.len() * 8 {
            return None;
        }
        let text: Vec<u8> =
            (0..length).filter_map(|place| u8::try_from(low(window(self.bytes, bit + place * 8), 8)).ok()).collect();
        String::from_utf8(text).ok()
    }

    /// The companies that the row carries itself.
    pub(super) fn inline_parties(&self) -> Option<Parties> {
        match self.holder {
            Holder::Inline(bit) => holders::inline(self.bytes, bit),
            Holder::None | Holder::Kept | Holder::Place(_) => None,
        }
    }
}
