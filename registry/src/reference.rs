//! The reference tables of `data/` as the typed tables that are signed into every snapshot.

use crate::Error;
use cccheck::{
    Alert, AlertKind, Attribute, Body, Catalogue, CatalogueRow, Confidence, Day, Extension, Instrument, Issuer, Limit,
    Reference, ReleasedEarlier, Scheme, Scope, ScopeRow, Transition, party, party::PartyTag, tables,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The reference tables as they stand in `data/`. Products whose digits are not known (`?`) have no row by code.
///
/// # Errors
/// [`Error::Table`] if a table is malformed or contradicts itself.
pub fn load() -> Result<Reference, Error> {
    let lines: Vec<CatalogueLine> = rows("catalogue.csv", tables::CATALOGUE)?;
    let scope = scope(&lines)?;
    let mut units = units(&lines)?;
    units.sort_unstable();
    units.dedup();
    Ok(Reference {
        catalogue: Catalogue::new(lines.iter().filter_map(CatalogueLine::row).collect())
            .map_err(|error| Error::Table { table: "catalogue.csv", problem: error.to_string() })?,
        transitions: typed("transitions.csv", tables::TRANSITIONS, TransitionLine::row)?,
        units,
        scope,
        bodies: typed("bodies.csv", tables::BODIES, BodyLine::row)?,
        extensions: typed("extensions.csv", tables::EXTENSIONS, ExtensionLine::row)?,
        alerts: typed("alerts.csv", tables::ALERTS, AlertLine::row)?,
        attributes: typed("attributes.csv", tables::ATTRIBUTES, AttributeLine::row)?,
        traditional: NAMES.traditional.clone(),
    })
}

/// The rows of a table that ships with the core.
pub(crate) fn rows<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<Vec<T>, Error> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .collect::<Result<_, _>>()
        .map_err(|error| Error::Table { table, problem: error.to_string() })
}

fn typed<L: DeserializeOwned, R>(table: &'static str, text: &str, row: impl Fn(L) -> R) -> Result<Vec<R>, Error> {
    Ok(rows(table, text)?.into_iter().map(row).collect())
}

/// Codes separated by blanks, ascending.
fn codes(text: &str) -> Vec<u16> {
    let mut codes: Vec<u16> = text.split_whitespace().filter_map(|code| code.parse().ok()).collect();
    codes.sort_unstable();
    codes
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

#[derive(Deserialize)]
struct CatalogueLine {
    code: String,
    product_zh: String,
    product_en: String,
    scheme: Scheme,
    effective_from: Day,
    effective_to: Option<Day>,
    accept_from: Option<Day>,
    merged_into: String,
    announcement: String,
    source: String,
    duty_confidence: Confidence,
    code_confidence: Confidence,
}

impl CatalogueLine {
    fn row(&self) -> Option<CatalogueRow<'_>> {
        Some(CatalogueRow {
            code: self.code.parse().ok()?,
            product_zh: &self.product_zh,
            product_en: &self.product_en,
            scheme: self.scheme,
            effective_from: self.effective_from,
            effective_to: self.effective_to,
            accept_from: self.accept_from,
            announcement: &self.announcement,
            source: &self.source,
            duty_confidence: self.duty_confidence,
            code_confidence: self.code_confidence,
        })
    }
}

#[derive(Deserialize)]
struct KindLine {
    codes: String,
}

/// Kinds with several codes in an edition, and kinds merged into another.
fn units(catalogue: &[CatalogueLine]) -> Result<Vec<Vec<u16>>, Error> {
    let of_editions = typed("kinds.csv", tables::KINDS, |line: KindLine| codes(&line.codes))?;
    let merged = catalogue.iter().map(|line| codes(&format!("{} {}", line.code, line.merged_into)));
    Ok(of_editions.into_iter().chain(merged).filter(|unit| unit.len() > 1).collect())
}

#[derive(Deserialize)]
struct ScopeLine {
    code: String,
    product_zh: String,
    limit_or_exclusion: String,
    limit_source: String,
    limit_confidence: Option<Confidence>,
    shop_words_zh: String,
    shop_words_en: String,
    words_confidence: Option<Confidence>,
}

/// Scope rows by kind; general notes (`*`) decide about no kind. The kind's own name counts as a word.
fn scope(catalogue: &[CatalogueLine]) -> Result<Scope, Error> {
    let english: HashMap<&str, &str> =
        catalogue.iter().map(|line| (line.code.as_str(), line.product_en.as_str())).collect();
    let lines: Vec<ScopeLine> = rows("scope.csv", tables::SCOPE)?;
    let of_kinds = lines.into_iter().filter(|line| line.code != "*");
    Ok(of_kinds
        .map(|line| {
            let product_en = english.get(line.code.as_str()).copied().unwrap_or_default().to_owned();
            let words = [line.shop_words_zh.as_str(), &line.shop_words_en, &line.product_zh, &product_en];
            let mut words: Vec<String> = words
                .iter()
                .flat_map(|words| words.split('|'))
                .map(cccheck::narrow_lower)
                .filter(|word| !word.is_empty())
                .collect();
            words.sort_by(|left, right| right.chars().count().cmp(&left.chars().count()).then(left.cmp(right)));
            words.dedup();
            ScopeRow {
                code: line.code.parse().ok(),
                product_zh: line.product_zh,
                product_en,
                words,
                words_confidence: line.words_confidence.unwrap_or(Confidence::FromMemory),
                limit: filled(line.limit_or_exclusion).map(|text| Limit {
                    text,
                    source: line.limit_source,
                    confidence: line.limit_confidence.unwrap_or(Confidence::FromMemory),
                }),
            }
        })
        .collect())
}

#[derive(Deserialize)]
struct TransitionLine {
    id: String,
    from_scheme: String,
    codes: String,
    accept_from: Option<Day>,
    mandatory_from: Day,
    old_instrument: Option<Instrument>,
    old_condition: String,
    old_made_before: Option<Day>,
    old_usable_until: Option<Day>,
    old_cancelled_on: Option<Day>,
    goods_released_earlier: ReleasedEarlier,
    announcement: String,
    source: String,
    confidence: Confidence,
    zh: String,
    en: String,
}

impl TransitionLine {
    fn row(self) -> Transition {
        Transition {
            id: self.id,
            codes: codes(&self.codes),
            is_addition: self.from_scheme == "none",
            accept_from: self.accept_from,
            mandatory_from: self.mandatory_from,
            old_instrument: self.old_instrument,
            old_condition: filled(self.old_condition),
            old_made_before: self.old_made_before,
            old_usable_until: self.old_usable_until,
            old_cancelled_on: self.old_cancelled_on,
            released_earlier: self.goods_released_earlier,
            announcement: self.announcement,
            source: self.source,
            confidence: self.confidence,
            zh: self.zh,
            en: self.en,
        }
    }
}

#[derive(Deserialize)]
struct BodyLine {
    code: u8,
    name_zh: String,
    name_en: String,
    confidence: BodyConfidence,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BodyConfidence {
    Confirmed,
    Likely,
    Unsure,
    FromMemory,
    /// A body of the demonstration: as certain as anything made up.
    Synthetic,
}

impl BodyLine {
    fn row(self) -> Body {
        let confidence = match self.confidence {
            BodyConfidence::Confirmed | BodyConfidence::Synthetic => Confidence::Confirmed,
            BodyConfidence::Likely => Confidence::Likely,
            BodyConfidence::Unsure => Confidence::Unsure,
            BodyConfidence::FromMemory => Confidence::FromMemory,
        };
        Body { code: self.code, name_zh: self.name_zh, name_en: self.name_en, confidence }
    }
}

#[derive(Deserialize)]
struct ExtensionLine {
    codes: String,
    expires_from: Day,
    expires_to: Day,
    extended_to: Day,
    announcement: String,
    source: String,
    confidence: Confidence,
}

impl ExtensionLine {
    fn row(self) -> Extension {
        Extension {
            codes: codes(&self.codes),
            expires_from: self.expires_from,
            expires_to: self.expires_to,
            extended_to: self.extended_to,
            announcement: self.announcement,
            source: self.source,
            confidence: self.confidence,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum IssuerKind {
    Body,
    NotifiedBody,
}

#[derive(Deserialize)]
struct AlertLine {
    issuer_kind: IssuerKind,
    issuer: String,
    kind: AlertKind,
    since: Option<Day>,
    zh: String,
    en: String,
    source: String,
    confidence: Confidence,
}

impl AlertLine {
    fn row(self) -> Alert {
        let issuer = match (self.issuer_kind, self.issuer.parse()) {
            (IssuerKind::Body, Ok(code)) => Issuer::Body(code),
            _ => Issuer::NotifiedBody(self.issuer),
        };
        Alert {
            issuer,
            kind: self.kind,
            since: self.since,
            zh: self.zh,
            en: self.en,
            source: self.source,
            confidence: self.confidence,
        }
    }
}

#[derive(Deserialize)]
struct AttributeLine {
    name: String,
    codes: String,
    zh: String,
    en: String,
    source: String,
    confidence: Confidence,
}

impl AttributeLine {
    fn row(self) -> Attribute {
        Attribute {
            name: self.name,
            codes: codes(&self.codes),
            zh: self.zh,
            en: self.en,
            source: self.source,
            confidence: self.confidence,
        }
    }
}

/// The tag under which a company's name or credit code is published.
#[must_use]
pub fn tag(name: &str) -> Option<PartyTag> {
    party::tag(name, &NAMES)
}

/// What normalising names reads, and nothing else.
static NAMES: LazyLock<Reference> = LazyLock::new(|| Reference { traditional: traditional(), ..Reference::default() });

/// Every traditional character of the basic plane that has another simplified form.
fn traditional() -> Vec<(u16, u16)> {
    (0x3400..=0x9fff_u16)
        .filter_map(|code| {
            let character = char::from_u32(u32::from(code))?;
            let mut simplified = fast2s::convert(character.encode_utf8(&mut [0; 4])).chars().collect::<Vec<_>>();
            let twin = u16::try_from(u32::from(simplified.pop().filter(|_| simplified.is_empty())?)).ok()?;
            (twin != code).then_some((code, twin))
        })
        .collect()
}
