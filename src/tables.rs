//! The reference data in its source form, for whoever builds a register from it. Nothing in the rules reads these texts.

/// Every finding: code, weight, law, texts.
pub const FINDINGS: &str = include_str!("../data/findings.csv");
/// The CCC catalogue by code and period.
pub const CATALOGUE: &str = include_str!("../data/catalogue.csv");
/// The certification bodies by the two digits in certificate numbers.
pub const BODIES: &str = include_str!("../data/bodies.csv");
/// Real certificate numbers, as quoted on public listings.
pub const SAMPLES: &str = include_str!("../data/samples.csv");
/// What announcements changed, and what becomes of older papers and goods.
pub const TRANSITIONS: &str = include_str!("../data/transitions.csv");
/// The kinds of the catalogue's editions, with all codes of each.
pub const KINDS: &str = include_str!("../data/kinds.csv");
/// Limits, exclusions and shop words of the product kinds.
pub const SCOPE: &str = include_str!("../data/scope.csv");
/// Certificates whose expiry an announcement put off.
pub const EXTENSIONS: &str = include_str!("../data/extensions.csv");
/// Issuers that one should be wary of.
pub const ALERTS: &str = include_str!("../data/alerts.csv");
/// Attributes of a product that decide its scheme.
pub const ATTRIBUTES: &str = include_str!("../data/attributes.csv");
/// The kinds of numbers that are told apart, in words.
pub const NUMBER_KINDS: &str = include_str!("../data/number-kinds.csv");
