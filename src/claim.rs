//! The claim: what a seller states about a product.

use crate::catalogue::Instrument;
use crate::date::Day;
use crate::declaration::DeclarationKey;
use crate::json::json_struct;
use crate::number::{CccNumber, Reading};
use crate::register::{Sought, Wanted};
use alloc::string::String;
use alloc::vec::Vec;

/// What a seller states. Every field may be missing; unknown fields are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The number of the certificate or self-declaration, as typed.
    pub number: Option<String>,
    /// Which paper it is; a certificate if missing.
    pub instrument: Option<Instrument>,
    /// The day on which the paper says it was issued or declared (发证日期、声明日期).
    pub issued_on: Option<Day>,
    /// What is sold: the four digits of its kind, or a shop category or title in words.
    pub product: Option<String>,
    /// Attributes of the product that decide its scheme, such as `class_iii`.
    pub attributes: Vec<String>,
    /// The holder of the certificate (持证人), by name or credit code: applicant, manufacturer or factory.
    pub holder: Option<String>,
    /// The model (型号) sold.
    pub model: Option<String>,
    /// The day on which the goods were made (生产日期). A later day than a change proves a later release; an earlier one
    /// proves nothing.
    pub made_on: Option<Day>,
    /// The day on which the goods left the factory (出厂).
    pub released_on: Option<Day>,
    /// The day on which the goods were imported (进口).
    pub imported_on: Option<Day>,
    /// The day whose law is asked about; the legal day of "now" if missing. The evidence stays today's.
    pub on: Option<Day>,
}

json_struct!(Claim {
    number, instrument, issued_on, product, attributes, holder, model, made_on, released_on, imported_on, on,
} read strict);

impl Claim {
    /// The holder, if one is named.
    #[must_use]
    pub fn named_holder(&self) -> Option<&str> {
        self.holder.as_deref().filter(|holder| !holder.trim().is_empty())
    }

    /// Under what the register is asked for its paper, by its number as it was read: by that of a certificate, also one that is
    /// called or labelled a self-declaration, then by that of a self-declaration.
    #[must_use]
    pub fn sought(&self, reading: &Reading) -> [Option<Sought>; 3] {
        let declared = self.number.as_deref().filter(|_| self.instrument == Some(Instrument::SelfDeclaration));
        let [typed, read] = declared.map_or([None; 2], |number| DeclarationKey::typed(number, reading));
        let labelled = declared.and_then(|_| CccNumber::from_digits(&reading.normalized));
        let certificate = reading.ccc.or(labelled);
        [certificate.map(Sought::Certificate), typed.map(Sought::Declaration), read.map(Sought::Declaration)]
    }

    /// Which part of a record its check looks at.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        if self.named_holder().is_some() { Wanted::Parties } else { Wanted::Standing }
    }
}
