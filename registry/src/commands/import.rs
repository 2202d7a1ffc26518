//! `cccheck import`

use super::json;
use crate::output::{Style, line};
use cccheck_registry::{Error, Home, Store, clock, import};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
#[command(after_help = "\
FILE has the columns number,status,status_since,issued_on,expires_on,provenance; the coverage has body,year,complete.
Days are YYYY-MM-DD or empty; a number that is there already is updated, and the log says so.")]
pub(super) struct Arguments {
    /// The certificates, in CSV
    file: PathBuf,
    /// For which bodies and years the register is complete, in CSV
    #[arg(long, value_name = "FILE")]
    coverage: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<(), Error> {
    let mut store = Store::open_or_create(home)?;
    let done = import::import(&mut store, &arguments.file, arguments.coverage.as_deref(), clock::now()?)?;
    if arguments.json {
        line(&json(&json!({
            "added": done.added,
            "updated": done.updated,
            "unchanged": done.unchanged,
            "coverage": done.coverage,
        }))?);
        return Ok(());
    }
    let counts = [
        ("新增", "added", done.added),
        ("更新", "updated", done.updated),
        ("未变", "unchanged", done.unchanged),
        ("覆盖范围", "lines of coverage", done.coverage),
    ];
    let words: Vec<String> =
        counts.iter().map(|(zh, en, count)| format!("{count} {}", style.lang.pick(zh, en))).collect();
    line(&words.join(", "));
    Ok(())
}
