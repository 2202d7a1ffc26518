//! The reference data in its source form, for whoever builds a register from it. Nothing in the rules reads these texts.

/// Every finding: code, weight, law, texts.
pub const FINDINGS: &str = include_str!("../data/findings.csv");
/// The CCC catalogue by code and period.
pub const CATALOGUE: &str = include_str!("../data/catalogue.csv");
/// The certification bodies by the two digits in certificate numbers.
pub const BODIES: &str = include_str!("../data/bodies.csv");
/// Real certificate numbers, as quoted on public listings.
pub const SAMPLES: &str = include_str!("../data/samples.csv");
