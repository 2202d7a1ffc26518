//! The passphrase of private keys: from a file, or from the person at the terminal. It is asked for once and never shown.

use crate::{Error, home};
use std::fmt;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use zeroize::Zeroizing;

/// Where the passphrase comes from, and the passphrase once it was needed.
#[derive(Default)]
pub struct Passphrase {
    file: Option<PathBuf>,
    known: OnceLock<Zeroizing<String>>,
    /// Whether nobody is asked any more.
    closed: AtomicBool,
}

impl Passphrase {
    /// A passphrase that is the first line of this file, or else asked for at the terminal.
    #[must_use]
    pub fn new(file: Option<PathBuf>) -> Self {
        Self { file, ..Self::default() }
    }

    /// Whether a file was named: then new keys are encrypted unasked.
    #[must_use]
    pub fn is_at_hand(&self) -> bool {
        self.file.is_some()
    }

    /// From now on nobody is asked: a server that answers must not wait for a person.
    pub fn ask_no_more(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// The passphrase of a key that is there.
    pub(crate) fn existing(&self, key: &Path) -> Result<&str, Error> {
        self.get(key, || ask("Passphrase / 口令: "))
    }

    /// The passphrase of a key to be made; at a terminal it is asked for twice.
    pub(crate) fn chosen(&self, key: &Path) -> Result<&str, Error> {
        self.get(key, || {
            let first = ask("New passphrase / 新口令: ")?;
            Ok(if ask("Again / 再次输入: ")? == first { first } else { Zeroizing::default() })
        })
    }

    fn get(&self, key: &Path, ask: impl FnOnce() -> io::Result<Zeroizing<String>>) -> Result<&str, Error> {
        if let Some(known) = self.known.get() {
            return Ok(known);
        }
        let problem = |problem| Error::Passphrase { path: key.into(), problem };
        let text = match &self.file {
            Some(file) => first_line(home::read_private(file)?),
            None if io::stdin().is_terminal() && !self.closed.load(Ordering::Relaxed) => {
                ask().map_err(Error::io("could not ask for the passphrase of", key))?
            }
            None => return Err(problem("it needs a passphrase: name a file that holds it with --passphrase-file")),
        };
        if text.is_empty() {
            return Err(problem("the passphrase is empty, or was not repeated as it was typed"));
        }
        Ok(self.known.get_or_init(|| text))
    }
}

fn ask(prompt: &str) -> io::Result<Zeroizing<String>> {
    rpassword::prompt_password(prompt).map(Zeroizing::new)
}

fn first_line(text: Zeroizing<String>) -> Zeroizing<String> {
    Zeroizing::new(text.lines().next().unwrap_or_default().into())
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passphrase").field("file", &self.file).finish_non_exhaustive()
    }
}
