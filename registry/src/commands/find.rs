//! `cccheck find`

use super::json;
use crate::output::{Style, line, warn};
use cccheck::{Cut, MAX_FIND, search};
use cccheck_registry::Error;
use cccheck_registry::texts::word;
use clap::Args;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// More bytes than the most characters that are searched.
const MAX_BYTES: u64 = 4 * 1_000_000 + 4;

#[derive(Args)]
pub(super) struct Arguments {
    /// The file to search, in UTF-8; `-` is the standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Answer in JSON: an array of candidates, with places in UTF-16 units
    #[arg(long)]
    json: bool,
}

pub(super) fn run(style: Style, arguments: &Arguments) -> Result<(), Error> {
    let text = read(&arguments.file)?;
    let search = search(&text);
    match search.cut {
        Some(Cut::Text) => warn(&format!("the text has more than {MAX_FIND} characters; the rest was not searched")),
        Some(Cut::Candidates) => warn("there are more numbers than are listed; search the text in parts"),
        None => {}
    }
    if arguments.json {
        line(&json(&search.candidates)?);
        return Ok(());
    }
    for candidate in &search.candidates {
        let kind = word(candidate.reading.kind.as_str(), style.lang);
        line(&format!("{:>7}  {}  {kind}", candidate.start, candidate.reading.normalized));
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, Error> {
    let failed = |source| Error::Io { action: "could not read", path: file.into(), source };
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().take(MAX_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(file).map_err(failed)?.take(MAX_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    }
    // What is no UTF-8 is no number either.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
