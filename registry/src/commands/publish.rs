//! `cccheck publish`

use super::json;
use crate::output::{Style, line, publishing};
use cccheck_registry::publish::Publisher;
use cccheck_registry::{Error, Home, clock, reference};
use clap::Args;
use serde_json::json;

#[derive(Args)]
pub(super) struct Arguments {
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<(), Error> {
    let edition = Publisher::new(home.clone(), &reference::load()?).publish(clock::now, publishing)?;
    if arguments.json {
        line(&json(&json!({
            "sequence": edition.sequence,
            "asOf": edition.as_of,
            "snapshot": edition.sha256,
            "certificates": edition.certificates,
        }))?);
        return Ok(());
    }
    let (published, certificates) =
        (style.lang.pick("已发布，序号", "Published sequence"), style.lang.pick("张证书", "certificates"));
    line(&format!("{published} {}: {} {certificates}, {}", edition.sequence, edition.certificates, edition.as_of));
    Ok(())
}
