//! Findings: what the rules have to say, by stable code. The codes, their weight and their texts are rows of
//! `data/findings.csv`; nothing here holds prose.

use crate::date::Day;
use crate::json::{
    Error, FromJson, ToJson, Value, entry, json_deserialize, json_enum, json_serialize, json_struct, quoted, text_of,
};
use crate::verdict::Decision;
use crate::wire::wire_enum;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

include!(concat!(env!("OUT_DIR"), "/codes.rs"));

/// How serious a finding is for the person who reads it; the decision is the policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will need attention by some day.
    Notice,
    /// Needs a person's look.
    Warning,
    /// Stands against the claim.
    Error,
}

/// What the table says of a code.
struct Row {
    /// Where its text ends in [`CODES`]; the one before it ends where it begins. Pointers to texts would be larger.
    end: u16,
    severity: Severity,
    decisions: [Decision; 3],
    confirmable: bool,
}

impl Code {
    /// The code's text, such as `status.revoked`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let place = place(self);
        let end = |place: usize| ROWS.get(place).map_or(0, |row| usize::from(row.end));
        CODES.get(place.checked_sub(1).map_or(0, end)..end(place)).unwrap_or_default()
    }

    /// The code with this text, if there is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        ALL_CODES.iter().copied().find(|code| code.as_str() == text)
    }

    fn row(self) -> Option<&'static Row> {
        ROWS.get(place(self))
    }

    pub(crate) fn named(text: &str) -> Result<Self, Error> {
        Self::from_text(text).ok_or_else(|| Error::new("unknown finding code"))
    }

    /// How serious the finding is.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.row().map_or(Severity::Error, |row| row.severity)
    }

    /// Whether a confirmation by the server could change it.
    #[must_use]
    pub fn confirmable(self) -> bool {
        self.row().is_some_and(|row| row.confirmable)
    }

    /// The decisions of the policies marketplace, strict and lenient, in this order.
    pub(crate) fn decisions(self) -> [Decision; 3] {
        self.row().map_or([Decision::Review; 3], |row| row.decisions)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ToJson for Code {
    fn put_json(&self, out: &mut String) {
        quoted(self.as_str(), out);
    }
}

impl FromJson for Code {
    fn take_json(value: &Value) -> Result<Self, Error> {
        Self::named(text_of(value)?)
    }
}

json_serialize!(Code);
json_deserialize!(Code);
json_enum!(Severity { Info = "info", Notice = "notice", Warning = "warning", Error = "error" });
json_enum!(Confidence {
    Confirmed = "confirmed",
    Likely = "likely",
    Unsure = "unsure",
    FromMemory = "from_memory",
});
json_struct!(Evidence { reference, source, confidence });
json_struct!(Problem { code, values, evidence });
json_struct!(Finding { code, severity, decision, confirmable, values, evidence });
json_serialize!(Values);

/// How well a fact is known. Only [`Confirmed`](Confidence::Confirmed) facts support a rejection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A primary document, several independent sources, or much agreeing data.
    Confirmed,
    /// One decent source or a strong inference.
    Likely,
    /// One weak source, or a quotation that nobody checked.
    Unsure,
    /// Not found in a source.
    FromMemory,
}

wire_enum!(Confidence { 0 = Confirmed, 1 = Likely, 2 = Unsure, 3 = FromMemory });

/// Where a finding's fact comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What the fact is: a certificate number, a catalogue row, an announcement.
    pub reference: String,
    /// Who says so.
    pub source: String,
    /// How well it is known.
    pub confidence: Confidence,
}

/// The values that a finding compared, by name, in the order in which they were added. JSON: an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, String)>);

impl Values {
    /// The value with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// All names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl ToJson for Values {
    fn put_json(&self, out: &mut String) {
        out.push('{');
        self.0.iter().for_each(|(name, value)| entry(name, value, out));
        out.push('}');
    }
}

/// What a rule found, before a policy weighs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was found.
    pub code: Code,
    /// The values compared.
    pub values: Values,
    /// Where the fact comes from, if it is not the claim itself.
    pub evidence: Option<Box<Evidence>>,
}

impl Problem {
    /// A problem with no values yet.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { code, values: Values::default(), evidence: None }
    }

    /// Adds a compared value.
    #[must_use]
    pub fn value(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with(name, value.into())
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.values.0.push((name, value));
        self
    }

    /// Adds a compared day; an empty text if there is none.
    pub(crate) fn day(self, name: &'static str, day: Option<Day>) -> Self {
        self.with(name, day.map(String::from).unwrap_or_default())
    }

    /// Names the fact it rests on.
    #[inline(never)]
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = Some(Box::new(evidence));
        self
    }
}

/// A finding as a verdict states it: a [`Problem`] weighed by the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// How serious it is.
    pub severity: Severity,
    /// What the policy makes of it.
    pub decision: Decision,
    /// Whether a confirmation by the server could change it.
    pub confirmable: bool,
    /// The values compared.
    pub values: Values,
    /// Where the fact comes from, if it is not the claim itself.
    pub evidence: Option<Box<Evidence>>,
}
