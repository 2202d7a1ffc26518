//! The rows of a block, as they are read: one symbol for status and what follows, one for the issue day, one for the product
//! kind, then what these announce. Nothing is allocated.

use super::bits::{Forward, low, window};
use super::holders;
use super::huffman::Decoder;
use super::layout::{
    Bucket, Given, Issue, Model, NO_PRODUCT, Order, PRODUCT_BITS, State, TAG_BITS, group_day, issue_day, usual_end,
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
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    bytes: &'a [u8],
    bits: Forward<'a>,
    tables: Tables<'a>,
    has_product: bool,
    frame: Frame,
    /// A working day.
    first_issue: i32,
    product: u32,
    /// How the last row that did not repeat its companies gave them, and where.
    parties: (Given, usize),
}

impl<'a> Rows<'a> {
    /// Reads from a bit on. `first_issue` is the working day of first issue before the first row.
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
            bits: Forward::new(bytes, bit),
            tables,
            has_product: order != Order::Product,
            frame,
            first_issue,
            product: u32::from(NO_PRODUCT),
            parties: (Given::None, 0),
        }
    }

    /// The bit after what was read.
    pub(super) fn bit(&self) -> usize {
        self.bits.place()
    }

    /// Passes over rows.
    pub(super) fn skip(&mut self, count: u32) {
        let mut rows = *self;
        for _ in 0..count {
            rows.read::<false>();
        }
        *self = rows;
    }

    /// Reads a row.
    pub(super) fn row(&mut self) -> Row<'a> {
        self.read::<true>()
    }

    #[inline(always)]
    fn read<const WHOLE: bool>(&mut self) -> Row<'a> {
        let state = State(self.tables.state.read(&mut self.bits, State::BITS));
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
            let issue = Issue(if state.is_ended() { ended } else { running }.read(&mut self.bits, Issue::BITS));
            let advance = match issue.advance() {
                Issue::FAR => u32::try_from(self.bits.take(Issue::FAR_BITS)).unwrap_or_default(),
                near => near,
            };
            self.first_issue = self.first_issue.wrapping_add(advance.cast_signed());
            row.renewals = issue.renewals();
            row.issue = self.bucket::<WHOLE>(issue.difference());
        }
        row.first_issue = self.first_issue;
        if self.has_product && !state.same_product() {
            self.product = self.tables.product.read(&mut self.bits, PRODUCT_BITS);
        }
        if state.expiry() == Given::Coded {
            let bucket = Bucket(self.tables.expiry.read(&mut self.bits, Bucket::BITS));
            row.expiry = self.bucket::<WHOLE>(bucket);
        }
        if state.since() == Given::Coded {
            let bucket = Bucket(self.tables.since.read(&mut self.bits, Bucket::BITS));
            row.since = self.bucket::<WHOLE>(bucket);
        }
        match state.parties() {
            Given::Usual => {}
            given => self.parties = (given, self.bits.place()),
        }
        if state.parties() == Given::Coded {
            if self.frame.inline && self.bits.take(1) == 1 {
                self.bits = self.after_inline();
            } else {
                self.bits.pass(self.frame.holder_bits);
            }
        }
        if state.has_model() {
            let length = u32::try_from(self.bits.take(8)).unwrap_or_default();
            row.model = (self.bits.place(), usize::try_from(length).unwrap_or_default());
            self.bits.pass(length * 8);
        }
        if WHOLE {
            row.product = u16::try_from(self.product).unwrap_or(NO_PRODUCT);
            row.holder = self.holder();
        }
        row
    }

    #[cold]
    fn after_inline(self) -> Forward<'a> {
        let mut bits = self.bits;
        bits.pass(TAG_BITS);
        bits.pass(holders::own_bits(self.bytes, bits.place()));
        bits
    }

    /// The companies that were given last.
    fn holder(&self) -> Holder {
        let (given, place) = self.parties;
        match given {
            Given::None | Given::Usual => Holder::None,
            Given::Kept => Holder::Kept,
            Given::Coded => {
                let mut bits = Forward::new(self.bytes, place);
                if self.frame.inline && bits.take(1) == 1 {
                    return Holder::Inline(bits.place());
                }
                Holder::Place(u32::try_from(bits.take(self.frame.holder_bits)).unwrap_or(u32::MAX))
            }
        }
    }

    #[inline(always)]
    fn bucket<const WHOLE: bool>(&mut self, bucket: Bucket) -> i32 {
        if WHOLE {
            bucket.value(self.bits.take(bucket.width()))
        } else {
            self.bits.pass(bucket.width());
            0
        }
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
            Given::Coded => day(issue_day(self.first_issue, self.renewals, self.issue)?)?,
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
