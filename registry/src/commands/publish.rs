//! `cccheck publish`

use super::json;
use crate::output::{Style, line, publishing};
use cccheck_registry::home::unwitnessed_head;
use cccheck_registry::keys::Chain;
use cccheck_registry::publish::Publisher;
use cccheck_registry::{Error, Home, clock, reference};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// Publish this head, to which witnesses have added their cosignatures
    #[arg(long, value_name = "HEAD")]
    witnessed: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<(), Error> {
    let publisher = Publisher::new(home.clone(), &reference::load()?);
    let edition = match &arguments.witnessed {
        Some(head) => publisher.publish_witnessed(head, clock::now)?,
        None => publisher.publish(clock::now, publishing)?,
    };
    let awaits = arguments.witnessed.is_none() && Chain::read(home)?.keys().witness.threshold > 0;
    if arguments.json {
        line(&json(&json!({
            "sequence": edition.sequence,
            "asOf": edition.as_of,
            "snapshot": edition.snapshot,
            "delta": edition.delta,
            "certificates": edition.certificates,
            "awaitsWitnesses": awaits,
        }))?);
        return Ok(());
    }
    let (published, certificates) =
        (style.lang.pick("已发布，序号", "Published sequence"), style.lang.pick("张证书", "certificates"));
    line(&format!("{published} {}: {} {certificates}, {}", edition.sequence, edition.certificates, edition.as_of));
    if awaits {
        let waits = style.lang.pick("等待见证方联署：", "It waits for its witnesses in");
        line(&format!("{waits} {}", unwitnessed_head(&home.public()).display()));
    }
    Ok(())
}
