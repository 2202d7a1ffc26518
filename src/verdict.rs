//! The verdict: what the rules say of a claim.

use crate::catalogue::Requirement;
use crate::date::{Day, Instant};
use crate::finding::{Code, Finding};
use crate::json::{json_enum, json_struct};
use crate::number::Reading;
use crate::register::{Paper, Record, Standing};
use alloc::string::String;
use alloc::vec::Vec;

/// What kind of answer this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The claim was checked; the decision says with what result.
    Checked,
    /// The product needs no certificate on that day; what the register says of the number is information only.
    NotRequired,
    /// The register at hand does not speak about this certification body and year.
    NotCovered,
    /// The claim could not be checked. Never an accept.
    Unavailable,
}

/// What a platform should do with the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// Nothing stands against the claim.
    Accept,
    /// A person has to look.
    Review,
    /// A confirmed fact stands against the claim.
    Reject,
}

/// The answer to a claim: the same claim, register, policy and instant give the same verdict, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verdict {
    /// What kind of answer this is.
    pub outcome: Outcome,
    /// What to do.
    pub decision: Decision,
    /// Whether a confirmation by the server could change the decision.
    pub confirmable: bool,
    /// The day whose law was applied.
    pub on: Day,
    /// When the check was made.
    pub checked_at: Instant,
    /// The number as it was read.
    pub number: Reading,
    /// What the catalogue asks of the product on that day.
    pub requirement: Option<Requirement>,
    /// What the register says of the number.
    pub record: Option<Record<Paper>>,
    /// What was found, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Which register was asked, and how fresh it is.
    pub register: Option<Standing>,
    /// SHA-256 of the policy, in hexadecimal.
    pub policy: String,
}

json_enum!(Outcome {
    Checked = "checked",
    NotRequired = "not_required",
    NotCovered = "not_covered",
    Unavailable = "unavailable",
});
json_enum!(Decision { Accept = "accept", Review = "review", Reject = "reject" });
json_struct!(Verdict {
    outcome,
    decision,
    confirmable,
    on,
    checked_at,
    number,
    requirement,
    record,
    findings,
    register,
    policy,
});

impl Verdict {
    /// Whether the verdict has a finding of this code.
    #[must_use]
    pub fn has(&self, code: Code) -> bool {
        self.findings.iter().any(|finding| finding.code == code)
    }
}
