//! `cccheck publish`

use super::json;
use crate::output::{Style, counted, line, publishing, warn};
use cccheck::trust::Override;
use cccheck_registry::home::unwitnessed_head;
use cccheck_registry::keys::Chain;
use cccheck_registry::publish::Publisher;
use cccheck_registry::{Error, Home, clock, keys, reference};
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// Publish this head, to which witnesses have added their cosignatures
    #[arg(long, value_name = "HEAD")]
    witnessed: Option<PathBuf>,
    /// Why the counts of a body rightly moved beyond the bound, such as 90="bulk import"; logged and signed; may be repeated
    #[arg(long = "override", value_name = "BODY=REASON", value_parser = body_and_reason, conflicts_with = "witnessed")]
    overrides: Vec<Override>,
    /// The clock is right, though the newest edition was signed after what it says: it was ahead then
    #[arg(long)]
    clock_is_right: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<(), Error> {
    let home = &if arguments.clock_is_right { home.clone().trusting_clock() } else { home.clone() };
    let publisher = Publisher::new(home.clone(), &reference::load()?);
    let edition = match &arguments.witnessed {
        Some(head) => publisher.publish_witnessed(head, clock::now)?,
        None => publisher.publish(&by_body(&arguments.overrides), clock::now, publishing)?,
    };
    if let Some(end) = keys::ending(home, clock::now()?)? {
        let (zh, en) = (
            "为已发布密钥文件的最后时刻，之后客户端拒绝一切首部：请更换任一密钥并发布",
            "is the last instant of the published key document; clients then refuse every head: rotate any key, and publish",
        );
        warn(&format!("{end} {}", style.lang.pick(zh, en)));
    }
    let awaits = arguments.witnessed.is_none() && Chain::read(home)?.keys().witness.threshold > 0;
    if arguments.json {
        line(&json(&json!({
            "sequence": edition.sequence,
            "asOf": edition.as_of,
            "snapshot": edition.snapshot,
            "delta": edition.delta,
            "certificates": edition.certificates,
            "declarations": edition.declarations,
            "awaitsWitnesses": awaits,
        }))?);
        return Ok(());
    }
    let published = if awaits {
        style.lang.pick("已签署，尚未发布，序号", "Signed, not yet published: sequence")
    } else {
        style.lang.pick("已发布，序号", "Published sequence")
    };
    let certificates = style.lang.pick("张证书", counted(edition.certificates, "certificate", "certificates"));
    let (comma, colon) = (style.lang.pick("，", ", "), style.lang.pick("：", ": "));
    let mut counts = format!("{} {certificates}", edition.certificates);
    if edition.declarations > 0 {
        let word = counted(edition.declarations, "self-declaration", "self-declarations");
        counts += &format!("{comma}{} {}", edition.declarations, style.lang.pick("份自我声明", word));
    }
    line(&format!("{published} {}{colon}{counts}{comma}{}", edition.sequence, edition.as_of));
    if awaits {
        let waits = style.lang.pick("等待见证方联署：", "It waits for its witnesses in ");
        line(&format!("{waits}{}", unwitnessed_head(&home.public()).display()));
    }
    Ok(())
}

/// A body and a reason that is worth signing.
fn body_and_reason(text: &str) -> Result<Override, &'static str> {
    let (body, reason) = text.split_once('=').ok_or("BODY=REASON is expected")?;
    let body = body.parse();
    let body = body.map_err(
        |_| "the two digits of a body are expected, 100 for self-declarations, or another keyspace up to 255",
    )?;
    Ok(Override { body, reason: super::reason(reason)? })
}

/// By ascending body; of several reasons for one, the last.
fn by_body(overrides: &[Override]) -> Vec<Override> {
    let by_body: BTreeMap<u8, &Override> = overrides.iter().map(|one| (one.body, one)).collect();
    by_body.into_values().cloned().collect()
}
