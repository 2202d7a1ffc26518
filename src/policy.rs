//! The policy: what a platform makes of each finding.

use crate::finding::{Code, Confidence, Problem};
use crate::hex;
use crate::json::{json_enum, json_read};
use crate::verdict::Decision;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use sha2::{Digest, Sha256};

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
    pub overrides: BTreeMap<Code, Decision>,
    /// How many days before its last day a certificate counts as due to expire.
    pub due_days: u16,
}

json_enum!(Base { Marketplace = "marketplace", Strict = "strict", Lenient = "lenient" });
json_read!(Policy { base, overrides, due_days } strict);

impl Default for Policy {
    fn default() -> Self {
        Self { base: Base::Marketplace, overrides: BTreeMap::new(), due_days: 90 }
    }
}

impl Policy {
    /// The decision for a problem. Without an override, a fact that is not confirmed never rejects.
    #[must_use]
    pub fn decide(&self, problem: &Problem) -> Decision {
        if let Some(decision) = self.overrides.get(&problem.code) {
            return *decision;
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
        let mut hasher = Sha256::new();
        hasher.update(format!("{:?}\n{}\n", self.base, self.due_days));
        for (code, decision) in &self.overrides {
            hasher.update(format!("{code}={decision:?}\n"));
        }
        hex::encode(&hasher.finalize())
    }
}
