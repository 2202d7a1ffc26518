//! Words to the person or program that called.

use cccheck_registry::publish::Step;
use cccheck_registry::texts::Lang;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::{env, process};

/// What the process ends with when its answer cannot be written, after `sysexits.h`.
const NOT_WRITTEN: i32 = 74;

/// Writes a line to stdout. A reader that went away is no error; where an answer gets lost otherwise, the process ends with one.
pub(crate) fn line(text: &str) {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            warn(&format!("could not write the answer: {error}"));
            process::exit(NOT_WRITTEN);
        }
        _ => {}
    }
}

/// Writes a line to stderr.
pub(crate) fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "cccheck: {text}");
}

/// The English word for one or for many.
pub(crate) fn counted(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// Says which step of publishing begins.
pub(crate) fn publishing(step: Step) {
    warn(match step {
        Step::Reading => "publishing: reading the register",
        Step::Writing => "publishing: writing what changed",
        Step::Signing => "publishing: signing the head",
    });
}

/// How to write for this person.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) lang: Lang,
    colour: bool,
}

/// What a colour is for: refusal, consent, doubt.
#[derive(Clone, Copy)]
pub(crate) enum Colour {
    Red,
    Green,
    Yellow,
}

impl Style {
    /// The language asked for, or that of the environment; colours only on a terminal, and never with `NO_COLOR`.
    pub(crate) fn new(lang: Option<Lang>) -> Self {
        let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { lang: lang.unwrap_or_else(lang_of_environment), colour: io::stdout().is_terminal() && !no_colour }
    }

    /// A text in a colour.
    pub(crate) fn coloured(self, text: &str, colour: Colour) -> String {
        if !self.colour {
            return text.into();
        }
        let number = match colour {
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
        };
        format!("\x1b[1;{number}m{text}\x1b[0m")
    }
}

fn lang_of_environment() -> Lang {
    let mut set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| env::var(name).ok());
    match set.find(|value| !value.is_empty()) {
        Some(value) if value.starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}
