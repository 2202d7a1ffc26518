//! What figures are to be at most: `limits.csv` says it for all programs that measure. What they judge is noted for the summary
//! with which `scripts/bench` ends.

use crate::folder;
use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write;

const LIMITS: &str = include_str!("limits.csv");

/// The limit of a figure, as it is printed beside it, and whether it is met.
pub fn judged(name: &str, value: f64) -> Result<String, Box<dyn Error>> {
    let most = LIMITS.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(','));
    let most = most.ok_or_else(|| format!("limits.csv has no {name}"))?;
    let verdict = if value <= most.parse()? { "met" } else { "MISSED" };
    let mut file = OpenOptions::new().create(true).append(true).open(folder()?.join("judged.csv"))?;
    writeln!(file, "{name},{most},{},{verdict}", (value * 1e3).round() / 1e3)?;
    Ok(format!("  [at most {most}: {verdict}]"))
}
