//! The command `cccheck`.

mod commands;
mod output;

use clap::Parser;
use clap::error::ErrorKind;
use std::process::ExitCode;

/// A wrong call, after `sysexits.h`.
const USAGE: u8 = 64;

fn main() -> ExitCode {
    let command_line = match commands::CommandLine::try_parse() {
        Ok(command_line) => command_line,
        Err(error) => {
            // Where stdout or stderr is closed, the exit code still says it.
            let _ = error.print();
            let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked_for { ExitCode::SUCCESS } else { ExitCode::from(USAGE) };
        }
    };
    match command_line.run() {
        Ok(code) => code,
        Err(error) => {
            output::warn(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}
