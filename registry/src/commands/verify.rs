//! `cccheck verify`

use super::json;
use crate::output::{Colour, Style, counted, line, warn};
use cccheck::trust::Refusal;
use cccheck::{Instant, Register};
use cccheck_registry::home::PinFile;
use cccheck_registry::{Error, Home, audit, clock};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
#[command(after_help = "\
Exit code: 0 all is as it was signed, 65 something is not, 66 no pin or nothing published, 71 the clock is behind, 74 a file
cannot be read.
The reason has a stable code, such as trust.hash.")]
pub(super) struct Arguments {
    /// The directory with `head`, `blob/`, `snapshot/` and `delta/` [default: public in the home]
    #[arg(value_name = "DIR")]
    public: Option<PathBuf>,
    /// The pinned keys [default: pin.json in the home]
    #[arg(long, value_name = "FILE")]
    pin: Option<PathBuf>,
    /// The instant of the check, such as 2026-07-01T08:00:00Z [default: the clock]
    #[arg(long, value_name = "INSTANT")]
    now: Option<Instant>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<ExitCode, Error> {
    let now = arguments.now.map_or_else(clock::now, Ok)?;
    let public = arguments.public.clone().unwrap_or_else(|| home.public());
    let pin = arguments.pin.clone().unwrap_or_else(|| home.pin());
    let verified = PinFile::read(&pin).and_then(|file| file.pin()).and_then(|pin| audit::verify(&public, &pin, now));
    let verified = verified.map_err(|error| match error {
        // What lies in another directory may be of another register.
        Error::ClockBehind { signed_at, .. } if arguments.public.is_none() => {
            Error::ClockBehind { home: Some(home.dir().into()), signed_at }
        }
        error => error,
    });
    let snapshot = match verified {
        Ok(snapshot) => snapshot,
        Err(error) => {
            let code = code(&error);
            if arguments.json {
                line(&json(&json!({ "ok": false, "code": code, "problem": error.to_string() }))?);
            } else {
                warn(&format!("{error} [{code}]"));
            }
            return Ok(ExitCode::from(error.exit_code()));
        }
    };
    let standing = snapshot.standing(now);
    if arguments.json {
        line(&json(&json!({ "ok": true, "register": standing }))?);
        return Ok(ExitCode::SUCCESS);
    }
    let good = style.coloured(style.lang.pick("完好", "GOOD"), Colour::Green);
    let synthetic = if standing.synthetic { style.lang.pick("（合成数据）", " (synthetic data)") } else { "" };
    let witnesses = snapshot.head().witnesses();
    let witnessed = style.lang.pick("个见证", counted(witnesses.into(), "witness", "witnesses"));
    let as_of = style.lang.pick("截至", "as of");
    let (origin, sequence) = (&standing.origin, standing.sequence);
    line(&format!("{good}  {origin}{synthetic}, #{sequence}, {as_of} {}, {witnesses} {witnessed}", standing.as_of));
    Ok(ExitCode::SUCCESS)
}

/// The stable code of what is wrong.
fn code(error: &Error) -> &'static str {
    match error {
        Error::ClockBehind { .. } => "register.clock_behind",
        error => error.refusal().map_or("register.not_loaded", Refusal::code),
    }
}
