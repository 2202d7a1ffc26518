//! The commands, one a file.

mod check;
mod cosign;
mod demo;
mod find;
mod import;
mod inspect;
mod keys;
mod parse;
mod publish;
mod requirement;
mod serve;
mod status;
mod verify;

use crate::output::Style;
use cccheck_registry::passphrase::Passphrase;
use cccheck_registry::serve::{HOST, PORT};
use cccheck_registry::texts::Lang;
use cccheck_registry::{Error, Home};
use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// The longest reason, in characters.
const MAX_REASON: usize = 200;

/// Checks product-certification claims (CCC first) against a signed snapshot of the register, and runs such a register.
#[derive(Parser)]
#[command(name = "cccheck", version, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    /// The home: the directory with the register, its keys and what it publishes
    #[arg(long, global = true, env = "CCCHECK_DIR", default_value = "var/demo", value_name = "DIR")]
    dir: PathBuf,
    /// The passphrase of private keys: the first line of this file [default: asked for at the terminal]
    #[arg(long, global = true, env = "CCCHECK_PASSPHRASE_FILE", value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The language of what people read [default: from LANG, else en]
    #[arg(long, global = true, value_enum)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a synthetic register on first use, and serve it with the pages
    Demo(demo::Arguments),
    /// Make, replace, revoke and show the keys of a register
    #[command(subcommand)]
    Keys(keys::Command),
    /// Say as a witness that this head, and no other, was seen under its sequence
    Cosign(cosign::Arguments),
    /// Take certificates, self-declarations and coverage over from CSV files: all of their rows, or none
    Import(import::Arguments),
    /// Publish the register as it is now: a signed snapshot
    Publish(publish::Arguments),
    /// Serve what is published, confirmations and the pages
    Serve(serve::Arguments),
    /// Show what a snapshot holds: counts, bits, files, signatures, age
    Inspect(inspect::Arguments),
    /// Verify all that is published: signatures, hashes, contents, freshness
    Verify(verify::Arguments),
    /// Check a certificate number, offline, against a snapshot
    Check(check::Arguments),
    /// Read a certificate number as sellers type it
    Parse(parse::Arguments),
    /// Find the certificate numbers in a text
    Find(find::Arguments),
    /// What the catalogue asks of a product kind on a day
    Requirement(requirement::Requirement),
    /// The product kinds that words may mean
    Candidates(requirement::Candidates),
    /// Change the status of one certificate or self-declaration in the register
    Status(status::Arguments),
}

/// Where the server answers.
#[derive(Args)]
struct Address {
    /// The port to serve on; 0 takes any free one
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// The IP address to serve on; 0.0.0.0 lets other machines in
    #[arg(long, default_value = HOST, value_name = "IP")]
    host: String,
}

impl CommandLine {
    pub(crate) fn run(self) -> Result<ExitCode, Error> {
        let home = Home::new(self.dir).with_passphrase(Passphrase::new(self.passphrase_file));
        let style = Style::new(self.lang);
        match self.command {
            Command::Demo(arguments) => demo::run(&home, style, arguments),
            Command::Keys(command) => keys::run(home, style, command),
            Command::Cosign(arguments) => cosign::run(&home, style, &arguments),
            Command::Import(arguments) => import::run(&home, style, &arguments),
            Command::Publish(arguments) => publish::run(&home, style, &arguments),
            Command::Serve(arguments) => serve::run(&home, style, arguments),
            Command::Inspect(arguments) => inspect::run(&home, style, &arguments),
            Command::Verify(arguments) => return verify::run(&home, style, &arguments),
            Command::Check(arguments) => return check::run(&home, style, &arguments),
            Command::Parse(arguments) => parse::run(style, &arguments),
            Command::Find(arguments) => find::run(style, &arguments),
            Command::Requirement(arguments) => requirement::requirement(style, &arguments),
            Command::Candidates(arguments) => requirement::candidates(style, &arguments),
            Command::Status(arguments) => status::run(&home, style, &arguments),
        }
        .map(|()| ExitCode::SUCCESS)
    }
}

/// A reason that is worth logging and signing.
fn reason(text: &str) -> Result<String, &'static str> {
    let reason = text.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON || reason.contains(char::is_control) {
        return Err("a reason of 1 to 200 characters is expected, on one line and without control characters");
    }
    Ok(reason.into())
}

/// A value as one line of JSON.
fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Error::Json { what: "the answer" })
}
