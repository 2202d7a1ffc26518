//! `cccheck import`

use super::json;
use crate::output::{Style, line, warn};
use cccheck_registry::import::{Files, import};
use cccheck_registry::texts::Lang;
use cccheck_registry::{Error, Home, Store, clock, keys};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
#[command(after_help = "\
FILE has the columns number,status,status_since,issued_on,expires_on,provenance, and may have
model,applicant,manufacturer,factory,credit_code; declarations have product beside them; the coverage has body,year,complete, and
may have lapsed_since: the first day of which lapsed certificates are there.
Days are YYYY-MM-DD or empty; a number that is there already is updated, and the log says so. Where a row is wrong, nothing is
imported.")]
pub(super) struct Arguments {
    /// The certificates, in CSV
    #[arg(required_unless_present_any = ["declarations", "coverage"])]
    file: Option<PathBuf>,
    /// Self-declarations, in CSV
    #[arg(long, value_name = "FILE")]
    declarations: Option<PathBuf>,
    /// For which bodies and years the register is complete, in CSV
    #[arg(long, value_name = "FILE")]
    coverage: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<(), Error> {
    let is_new = !home.store().exists();
    let mut store = Store::open_or_create(home)?;
    if is_new {
        let (zh, en) = ("新建了登记库", "a new register was made:");
        warn(&format!("{} {}", style.lang.pick(zh, en), home.store().display()));
    }
    let files = Files {
        certificates: arguments.file.as_deref(),
        declarations: arguments.declarations.as_deref(),
        coverage: arguments.coverage.as_deref(),
        real: keys::exist(home) && !keys::pin(home)?.0.synthetic,
    };
    let done = import(&mut store, files, clock::now()?)?;
    if done.reinstated > 0 {
        let (zh, en) = (
            "张原已暂停、撤销、注销或失效的重新有效：请确认文件不是旧的",
            "that were not valid are valid again: see that the file is no older one",
        );
        warn(&format!("{} {}", done.reinstated, style.lang.pick(zh, en)));
    }
    if arguments.json {
        line(&json(&json!({
            "added": done.added,
            "updated": done.updated,
            "reinstated": done.reinstated,
            "unchanged": done.unchanged,
            "coverage": done.coverage,
        }))?);
        return Ok(());
    }
    let counts = [
        ("新增", "added", done.added),
        ("更新", "updated", done.updated),
        ("未变", "unchanged", done.unchanged),
        ("覆盖范围", if done.coverage == 1 { "line of coverage" } else { "lines of coverage" }, done.coverage),
    ];
    let words = counts.iter().map(|(zh, en, count)| match style.lang {
        Lang::Zh => format!("{zh} {count}"),
        Lang::En => format!("{count} {en}"),
    });
    line(&words.collect::<Vec<_>>().join(style.lang.pick("，", ", ")));
    Ok(())
}
