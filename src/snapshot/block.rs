//! The rows of a block, as they are read: one symbol for status and what follows, one for the issue day, one for the product
//! kind, then what these announce. Nothing is allocated.

use super::bits::{WINDOW, low, window};
use super::holders;
use super::huffman::{Decoder, Escape};
use super::layout::{
    Bucket, Given, Issue, Model, NO_PRODUCT, Order, PRODUCT_ESCAPE, State, TAG_BITS, group_day, renewed, usual_end,
};
use crate::date::Day;
use crate::register::{Parties, Provenance, Status};
use alloc::string::String;
use alloc::vec::Vec;

/// The decoders of a model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tables<'a> {
    state: &'a Decoder,
    issue: [&'a Decoder; 2],
    expiry: &'a Decoder,
    since: &'a Decoder,
    product: &'a Decoder,
}

impl<'a> Tables<'a> {
    /// The decoders that a model names; none if it names one that is not there.
    pub(super) fn of(model: &Model, decoders: &'a [Decoder]) -> Option<Self> {
        let at = |place: u16| decoders.get(usize::from(place));
        let (running, ended) = model.issue;
        Some(Self {
            state: at(model.state)?,
            issue: [at(running)?, at(ended)?],
            expiry: at(model.expiry)?,
            since: at(model.since)?,
            product: at(model.product)?,
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

/// The companies of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    None,
    /// As in the row of the base.
    Kept,
    /// By place in the dictionary.
    Place(u32),
    /// In the row, from this bit on.
    Inline(usize),
}

/// A row as it stands in a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) state: State,
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

/// Reads rows forward.
#[derive(Clone, Debug)]
pub(super) struct Rows<'a> {
    bytes: &'a [u8],
    /// Where the buffer was filled, and how many of its bits are used.
    bit: usize,
    buffer: u64,
    used: u32,
    tables: Tables<'a>,
    has_product: bool,
    frame: Frame,
    first_issue: i32,
    product: u16,
    holder: Holder,
}

impl<'a> Rows<'a> {
    /// Reads from a bit on. `first_issue` is the day of first issue before the first row.
    pub(super) fn new(
        bytes: &'a [u8],
        bit: usize,
        tables: Tables<'a>,
        order: Order,
        frame: Frame,
        first_issue: i32,
    ) -> Self {
        Self {
            bytes,
            bit,
            buffer: 0,
            used: 0,
            tables,
            has_product: order != Order::Product,
            frame,
            first_issue,
            product: NO_PRODUCT,
            holder: Holder::None,
        }
    }

    /// The bit after what was read.
    pub(super) fn bit(&self) -> usize {
        self.place()
    }

    /// Passes over a row.
    #[inline]
    pub(super) fn skip(&mut self) {
        self.read::<false>();
    }

    /// Reads a row.
    pub(super) fn row(&mut self) -> Row<'a> {
        self.read::<true>()
    }

    #[inline(always)]
    fn read<const WHOLE: bool>(&mut self) -> Row<'a> {
        self.fill();
        let state = State(self.symbol(self.tables.state, State::ESCAPE));
        let mut row = Row {
            state,
            first_issue: 0,
            renewals: 0,
            issue: 0,
            expiry: 0,
            since: 0,
            product: NO_PRODUCT,
            holder: Holder::None,
            model: (0, 0),
            bytes: self.bytes,
        };
        if state.issue() == Given::Coded {
            let [running, ended] = self.tables.issue;
            let issue = Issue(self.symbol(if state.is_ended() { ended } else { running }, Issue::ESCAPE));
            let advance = match issue.advance() {
                Issue::FAR => self.take(Issue::FAR_BITS),
                near => u64::from(near),
            };
            self.first_issue = self.first_issue.wrapping_add(i32::try_from(advance).unwrap_or_default());
            row.renewals = issue.renewals();
            row.issue = self.bucket::<WHOLE>(issue.difference());
        }
        row.first_issue = self.first_issue;
        if self.has_product && !state.same_product() {
            let symbol = self.symbol(self.tables.product, PRODUCT_ESCAPE);
            self.product = u16::try_from(symbol).unwrap_or(NO_PRODUCT);
        }
        row.product = self.product;
        if state.expiry() == Given::Coded {
            let bucket = Bucket(self.symbol(self.tables.expiry, Bucket::ESCAPE));
            row.expiry = self.bucket::<WHOLE>(bucket);
        }
        if state.since() == Given::Coded {
            let bucket = Bucket(self.symbol(self.tables.since, Bucket::ESCAPE));
            row.since = self.bucket::<WHOLE>(bucket);
        }
        match state.parties() {
            Given::None => self.holder = Holder::None,
            Given::Usual => {}
            Given::Coded => self.holder = self.holder(),
            Given::Kept => self.holder = Holder::Kept,
        }
        row.holder = self.holder;
        if state.has_model() {
            let length = usize::try_from(self.take(8)).unwrap_or_default();
            row.model = (self.place(), length);
            self.jump(length * 8);
        }
        row
    }

    fn holder(&mut self) -> Holder {
        if self.frame.inline && self.take(1) == 1 {
            let place = self.place();
            self.jump(usize::try_from(TAG_BITS).unwrap_or_default());
            let own = holders::own_bits(self.bytes, self.place());
            self.jump(own);
            return Holder::Inline(place);
        }
        Holder::Place(u32::try_from(self.take(self.frame.holder_bits)).unwrap_or(u32::MAX))
    }

    fn fill(&mut self) {
        self.bit = self.place();
        self.buffer = window(self.bytes, self.bit);
        self.used = 0;
    }

    fn place(&self) -> usize {
        self.bit.saturating_add(usize::try_from(self.used).unwrap_or_default())
    }

    fn jump(&mut self, bits: usize) {
        self.bit = self.place().saturating_add(bits);
        self.buffer = window(self.bytes, self.bit);
        self.used = 0;
    }

    fn need(&mut self, width: u32) {
        if self.used + width > WINDOW {
            self.fill();
        }
    }

    fn take(&mut self, width: u32) -> u64 {
        self.need(width);
        let value = low(self.buffer >> self.used, width);
        self.used += width;
        value
    }

    #[inline(always)]
    fn symbol(&mut self, decoder: &Decoder, escape: Escape) -> u32 {
        self.need(super::huffman::MAX_LENGTH);
        let (symbol, length) = decoder.next(self.buffer >> self.used);
        self.used += length;
        if symbol == escape.symbol { u32::try_from(self.take(escape.width)).unwrap_or_default() } else { symbol }
    }

    fn bucket<const WHOLE: bool>(&mut self, bucket: Bucket) -> i32 {
        let bits = self.take(bucket.width());
        if WHOLE { bucket.value(bits) } else { 0 }
    }
}

/// What a row says beside its key and companies. `None` where it says nothing; `Some(None)` in a kept field cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) status: Status,
    pub(super) provenance: Provenance,
    pub(super) issued_on: Option<Day>,
    pub(super) expires_on: Option<Day>,
    pub(super) status_since: Option<Day>,
    pub(super) model: Option<String>,
}

impl Row<'_> {
    /// What the row says, with the days that it keeps from `base`. None if a day is out of range, the text is no text, or
    /// something is kept and there is no base.
    pub(super) fn fields(&self, year: u16, base_day: Day, base: Option<&Fields>) -> Option<Fields> {
        let from = group_day(year, base_day);
        let day = |days: i32| Day::from_days(days).map(Some);
        let state = self.state;
        let issued_on = match state.issue() {
            Given::None => None,
            Given::Coded => day(renewed(self.first_issue, self.renewals).checked_add(self.issue)?)?,
            Given::Kept => base?.issued_on,
            Given::Usual => return None,
        };
        let expires_on = match state.expiry() {
            Given::None => None,
            Given::Usual => day(usual_end(issued_on, from))?,
            Given::Coded => day(usual_end(issued_on, from).checked_sub(self.expiry)?)?,
            Given::Kept => base?.expires_on,
        };
        let status_since = match state.since() {
            Given::None => None,
            Given::Usual => day(expires_on?.days().checked_add(1)?)?,
            Given::Coded => day(base_day.days().checked_sub(self.since)?)?,
            Given::Kept => base?.status_since,
        };
        Some(Fields {
            // What a later version adds is not known here, so a person has to look.
            status: usize::try_from(state.status())
                .ok()
                .and_then(|place| Status::ALL.get(place))
                .copied()
                .unwrap_or(Status::Unknown),
            provenance: usize::try_from(state.provenance())
                .ok()
                .and_then(|place| Provenance::ALL.get(place))
                .copied()
                .unwrap_or(Provenance::Quoted),
            issued_on,
            expires_on,
            status_since,
            // An empty text in a change says that there is none any more.
            model: match state.has_model() {
                true => Some(self.model()?).filter(|model| !model.is_empty()),
                false => base.and_then(|base| base.model.clone()),
            },
        })
    }

    fn model(&self) -> Option<String> {
        let (bit, length) = self.model;
        if bit.checked_add(length * 8)? > self.bytes.len() * 8 {
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
