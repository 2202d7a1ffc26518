//! The claim: what a seller states about a product.

use crate::date::Day;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What a seller states. Every field may be missing; unknown fields are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Claim {
    /// The certificate number as typed.
    pub number: Option<String>,
    /// The day on which the goods left the factory (出厂).
    pub released_on: Option<Day>,
    /// The day on which the goods were imported (进口).
    pub imported_on: Option<Day>,
    /// The day whose law is asked about; the legal day of "now" if missing. The evidence stays today's.
    pub on: Option<Day>,
}
