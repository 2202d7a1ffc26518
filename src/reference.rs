//! The tables that the rules read beside the records, signed with them: a new announcement is a new row, not new code.

use crate::catalogue::{Catalogue, Scope, Transition};
use crate::date::Day;
use crate::finding::{Confidence, Evidence};
use crate::json::json_enum;
use crate::wire::{wire_enum, wire_struct};
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// The reference tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// Which product kind needs what, on which day.
    pub catalogue: Catalogue,
    /// What announcements changed, and what becomes of older papers and goods.
    pub transitions: Vec<Transition>,
    /// Product kinds that are one unit of the catalogue, such as 0302 to 0309; each ascending.
    pub units: Vec<Vec<u16>>,
    /// How shops call the product kinds, and which limits decide.
    pub scope: Scope,
    /// The certification bodies, by code.
    pub bodies: Vec<Body>,
    /// Certificates whose expiry an announcement put off.
    pub extensions: Vec<Extension>,
    /// Issuers that one should be wary of.
    pub alerts: Vec<Alert>,
    /// Attributes of a product that decide its scheme and are not in its number.
    pub attributes: Vec<Attribute>,
    /// Traditional characters (繁体) with their simplified twins (简体), as Unicode numbers, ascending.
    pub traditional: Vec<(u16, u16)>,
}

/// A certification body (认证机构) by the two digits in certificate numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The two digits, 0 to 99.
    pub code: u8,
    /// Its Chinese name; empty if only the digits are known to be in use.
    pub name_zh: String,
    /// Its English name; empty likewise.
    pub name_en: String,
    /// How well the name is known.
    pub confidence: Confidence,
}

/// An announcement that put off the expiry of certificates (有效期延长).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The product kinds concerned, ascending; all if empty.
    pub codes: Vec<u16>,
    /// Certificates whose last day lies from this day …
    pub expires_from: Day,
    /// … to this day …
    pub expires_to: Day,
    /// … are good until this day.
    pub extended_to: Day,
    /// The announcement.
    pub announcement: String,
    /// Where that was read.
    pub source: String,
    /// How well it is known.
    pub confidence: Confidence,
}

/// Whose papers an alert is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// A certification body, by the two digits in CCC numbers.
    Body(u8),
    /// An EU notified body, by its four digits.
    NotifiedBody(String),
}

/// Why papers of an issuer deserve a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertKind {
    /// The body lost its designation (取消指定).
    DesignationLost,
    /// The issuer is on a public alert list.
    AlertList,
}

json_enum!(AlertKind { DesignationLost = "designation_lost", AlertList = "alert_list" });

/// An issuer that one should be wary of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Whose papers.
    pub issuer: Issuer,
    /// Why.
    pub kind: AlertKind,
    /// Papers issued from this day on.
    pub since: Option<Day>,
    /// What it is about, in Chinese.
    pub zh: String,
    /// What it is about, in English.
    pub en: String,
    /// Where that was read.
    pub source: String,
    /// How well it is known.
    pub confidence: Confidence,
}

/// An attribute that decides a product's scheme, such as class III devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name by which a claim states it.
    pub name: String,
    /// The product kinds concerned, ascending.
    pub codes: Vec<u16>,
    /// What it means, in Chinese.
    pub zh: String,
    /// What it means, in English.
    pub en: String,
    /// Where that was read.
    pub source: String,
    /// How well its effect is known.
    pub confidence: Confidence,
}

// The form of the tables in a snapshot: the order of the fields is the format.
wire_struct!(Reference { catalogue, transitions, units, scope, bodies, extensions, alerts, attributes, traditional });
wire_struct!(Body { code, name_zh, name_en, confidence });
wire_struct!(Extension { codes, expires_from, expires_to, extended_to, announcement, source, confidence });
wire_enum!(Issuer { 0 = Body(code), 1 = NotifiedBody(digits) });
wire_enum!(AlertKind { 0 = DesignationLost, 1 = AlertList });
wire_struct!(Alert { issuer, kind, since, zh, en, source, confidence });
wire_struct!(Attribute { name, codes, zh, en, source, confidence });

impl Reference {
    /// The body with these two digits, if it is known.
    #[must_use]
    pub fn body(&self, code: u8) -> Option<&Body> {
        self.bodies.iter().find(|body| body.code == code)
    }

    /// The transitions that concern a product kind, in the order of the table.
    pub fn transitions_of(&self, code: u16) -> impl Iterator<Item = &Transition> {
        self.transitions.iter().filter(move |transition| transition.concerns(code))
    }

    /// The transition that became mandatory for a product kind on a day.
    #[must_use]
    pub fn transition_into(&self, code: u16, day: Day) -> Option<&Transition> {
        self.transitions_of(code).find(|transition| transition.mandatory_from == day)
    }

    /// The next end of self-declaration for a product kind after a day.
    #[must_use]
    pub fn declarations_end(&self, code: u16, after: Day) -> Option<&Transition> {
        self.transitions_of(code)
            .filter(|transition| transition.ends_declarations() && transition.mandatory_from > after)
            .min_by_key(|transition| transition.mandatory_from)
    }

    /// Whether two product kinds are one unit of the catalogue, or were merged into one.
    #[must_use]
    pub fn same_unit(&self, left: u16, right: u16) -> bool {
        self.units.iter().any(|unit| unit.contains(&left) && unit.contains(&right))
    }

    /// The extension that applies to a certificate of a product kind with this last day: the surest, then the longest.
    #[must_use]
    pub fn extension(&self, code: u16, expires_on: Day) -> Option<&Extension> {
        self.extensions
            .iter()
            .filter(|extension| extension.codes.is_empty() || extension.codes.binary_search(&code).is_ok())
            .filter(|extension| (extension.expires_from..=extension.expires_to).contains(&expires_on))
            .min_by_key(|extension| (extension.confidence, Reverse(extension.extended_to)))
    }

    /// The simplified twin of a character, or the character itself.
    #[must_use]
    pub fn simplified(&self, character: char) -> char {
        u16::try_from(u32::from(character))
            .ok()
            .and_then(|code| self.traditional.binary_search_by_key(&code, |(from, _)| *from).ok())
            .and_then(|place| self.traditional.get(place))
            .and_then(|(_, to)| char::from_u32(u32::from(*to)))
            .unwrap_or(character)
    }

    /// The attribute with this name, if it decides about a product kind.
    #[must_use]
    pub fn attribute(&self, name: &str, code: u16) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name && attribute.codes.binary_search(&code).is_ok())
    }
}

impl Extension {
    /// The extension as evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence { reference: self.announcement.clone(), source: self.source.clone(), confidence: self.confidence }
    }
}
