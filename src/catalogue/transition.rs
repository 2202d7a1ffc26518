//! Transitions: what an announcement changes, from which day, and what becomes of older papers and goods.

use crate::date::Day;
use crate::finding::{Confidence, Evidence};
use crate::json::json_enum;
use crate::wire::{wire_enum, wire_struct};
use alloc::string::String;
use alloc::vec::Vec;

/// The paper by which conformity is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instrument {
    /// A certificate of a designated body (认证证书).
    ThirdPartyCertificate,
    /// A self-declaration of conformity (强制性认证产品符合性自我声明).
    SelfDeclaration,
}

json_enum!(Instrument {
    ThirdPartyCertificate = "third_party_certificate",
    SelfDeclaration = "self_declaration",
});

/// What an announcement says of goods that were released or imported before the change, while their paper was good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleasedEarlier {
    /// They may still be sold.
    MaySell,
    /// They may not be sold.
    Barred,
    /// Nothing is known of it.
    Unknown,
}

json_enum!(ReleasedEarlier { MaySell = "may_sell", Barred = "barred", Unknown = "unknown" });

/// A change of the catalogue as an announcement made it. Days named "until" are inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// A stable name, such as `self-declaration-ends-2027`.
    pub id: String,
    /// The product kinds concerned, ascending.
    pub codes: Vec<u16>,
    /// Whether the kinds were outside the catalogue before.
    pub is_addition: bool,
    /// The day from which the new instrument is accepted, where that is earlier.
    pub accept_from: Option<Day>,
    /// The day from which the new rule is mandatory.
    pub mandatory_from: Day,
    /// The instrument that ends, if one does.
    pub old_instrument: Option<Instrument>,
    /// What else decides whether an old paper is concerned; a record seldom shows it.
    pub old_condition: Option<String>,
    /// Old papers made on or after this day do not count.
    pub old_made_before: Option<Day>,
    /// The last day on which old papers are good.
    pub old_usable_until: Option<Day>,
    /// The day on which old papers are cancelled.
    pub old_cancelled_on: Option<Day>,
    /// What becomes of goods released earlier.
    pub released_earlier: ReleasedEarlier,
    /// The announcement (公告).
    pub announcement: String,
    /// Where that was read.
    pub source: String,
    /// How well it is known.
    pub confidence: Confidence,
    /// What changes, in one Chinese sentence.
    pub zh: String,
    /// What changes, in one English sentence.
    pub en: String,
}

wire_enum!(Instrument { 0 = ThirdPartyCertificate, 1 = SelfDeclaration });
wire_enum!(ReleasedEarlier { 0 = MaySell, 1 = Barred, 2 = Unknown });
wire_struct!(Transition {
    id,
    codes,
    is_addition,
    accept_from,
    mandatory_from,
    old_instrument,
    old_condition,
    old_made_before,
    old_usable_until,
    old_cancelled_on,
    released_earlier,
    announcement,
    source,
    confidence,
    zh,
    en,
});

impl Transition {
    /// Whether it concerns a product kind.
    #[must_use]
    pub fn concerns(&self, code: u16) -> bool {
        self.codes.binary_search(&code).is_ok()
    }

    /// Whether it ends self-declarations for a return to certification.
    #[must_use]
    pub fn ends_declarations(&self) -> bool {
        self.old_instrument == Some(Instrument::SelfDeclaration)
    }

    /// Whether its way has begun on a day: the new instrument is accepted, or already mandatory.
    #[must_use]
    pub fn has_begun(&self, day: Day) -> bool {
        self.accept_from.unwrap_or(self.mandatory_from) <= day
    }

    /// The transition as evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence { reference: self.announcement.clone(), source: self.source.clone(), confidence: self.confidence }
    }
}
