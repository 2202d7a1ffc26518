//! The policy: what a platform makes of each finding.

use crate::digest::sha256;
use crate::finding::{Code, Confidence, Problem};
use crate::hex;
use crate::json::{Error, FromJson, Value, expected, json_enum, json_read};
use crate::text::digits;
use crate::verdict::Decision;
use alloc::string::String;
use alloc::vec::Vec;

/// A ready-made set of decisions; a column of `data/findings.csv`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Base {
    /// The defaults of a marketplace.
    #[default]
    Marketplace,
    /// What is not certain needs a person.
    Strict,
    /// Only what is certain stands in the way.
    Lenient,
}

/// What a platform makes of each finding. The digest of the policy is part of every verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The set of decisions to start from.
    pub base: Base,
    /// Decisions for single findings that differ from the base. They are taken as they are, whatever the confidence.
    pub overrides: Overrides,
    /// How many days before its last day a certificate counts as due to expire.
    pub due_days: u16,
}

/// Decisions by finding, each finding once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides(Vec<(Code, Decision)>);

impl Overrides {
    fn get(&self, code: Code) -> Option<Decision> {
        self.0.iter().find(|(other, _)| *other == code).map(|(_, decision)| *decision)
    }

    /// Of two decisions for a finding the later one counts.
    fn insert(&mut self, code: Code, decision: Decision) {
        let place = self.0.iter().position(|(other, _)| *other >= code).unwrap_or(self.0.len());
        match self.0.get_mut(place) {
            Some(entry) if entry.0 == code => entry.1 = decision,
            _ => self.0.insert(place, (code, decision)),
        }
    }
}

impl FromIterator<(Code, Decision)> for Overrides {
    fn from_iter<I: IntoIterator<Item = (Code, Decision)>>(decisions: I) -> Self {
        let mut overrides = Self::default();
        decisions.into_iter().for_each(|(code, decision)| overrides.insert(code, decision));
        overrides
    }
}

impl FromJson for Overrides {
    fn take_json(value: &Value) -> Result<Self, Error> {
        let Value::Object(entries) = value else { return Err(expected("a map")) };
        let mut overrides = Self::default();
        for (code, decision) in entries {
            overrides.insert(Code::named(code)?, Decision::take_json(decision)?);
        }
        Ok(overrides)
    }
}

json_enum!(Base { Marketplace = "marketplace", Strict = "strict", Lenient = "lenient" });
json_read!(Policy { base, overrides, due_days } strict);

impl Default for Policy {
    fn default() -> Self {
        Self { base: Base::Marketplace, overrides: Overrides::default(), due_days: 90 }
    }
}

impl Policy {
    /// The decision for a problem. Without an override, a fact that is not confirmed never rejects.
    #[must_use]
    pub fn decide(&self, problem: &Problem) -> Decision {
        if let Some(decision) = self.overrides.get(problem.code) {
            return decision;
        }
        let [marketplace, strict, lenient] = problem.code.decisions();
        let decision = match self.base {
            Base::Marketplace => marketplace,
            Base::Strict => strict,
            Base::Lenient => lenient,
        };
        let certain = problem.evidence.as_ref().is_none_or(|evidence| evidence.confidence == Confidence::Confirmed);
        if certain { decision } else { decision.min(Decision::Review) }
    }

    /// SHA-256 over one line per setting, in hexadecimal: base, due days, then the overrides by code.
    #[must_use]
    pub fn digest(&self) -> String {
        let due_days = digits(self.due_days, 1);
        let mut lines = [&*capitalised(self.base.as_str()), "\n", &due_days, "\n"].concat();
        for (code, decision) in &self.overrides.0 {
            lines.push_str(&[code.as_str(), "=", &capitalised(decision.as_str()), "\n"].concat());
        }
        hex::encode(&sha256(lines.as_bytes()))
    }
}

/// A name as the digest has it: with a capital.
fn capitalised(name: &str) -> String {
    let mut name = String::from(name);
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}
