//! `cccheck cosign`

use super::json;
use crate::output::{Style, line};
use cccheck_registry::{Error, Home, clock, keys};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// The head, as the register published or sent it; the cosignature is added to the file
    #[arg(value_name = "HEAD")]
    head: PathBuf,
    /// The witness's private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The pin of the register
    #[arg(long, value_name = "FILE")]
    pin: PathBuf,
    /// The witness's memory, made on first use: what it cosigned last. Without it a witness would cosign anything
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<(), Error> {
    let Arguments { head, key, pin, state, .. } = arguments;
    let verified = keys::cosign(head, key, pin, state, home.passphrase(), clock::now()?)?;
    let manifest = verified.manifest();
    if arguments.json {
        line(&json(&json!({ "origin": manifest.origin, "sequence": manifest.sequence, "asOf": manifest.as_of }))?);
    } else {
        let cosigned = style.lang.pick("已联署", "Cosigned");
        line(&format!("{cosigned} {} #{}, {}", manifest.origin, manifest.sequence, manifest.as_of));
    }
    Ok(())
}
