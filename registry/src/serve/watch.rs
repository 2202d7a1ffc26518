//! Keeps what is published up to date while the server runs.

use crate::publish::{Done, Publisher};
use crate::{Error, Home, clock, keys};
use cccheck::Day;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Receiver;

/// How often the register is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How long to wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Publishes what other processes change, and renews freshness, until the process ends. A failure is a line on stderr, and once a
/// day so is a key document that ends soon.
pub(super) async fn keep_published(home: Home, publisher: Arc<Publisher>, ending: Receiver<()>) {
    let mut pause = EVERY;
    let mut held = Vec::new();
    let mut told = None;
    loop {
        tokio::time::sleep(pause).await;
        if ending.has_changed().is_err() {
            return;
        }
        let (publisher, home) = (Arc::clone(&publisher), home.clone());
        let done = tokio::task::spawn_blocking(move || {
            (tell_of_ending(&home, told), publisher.bring_up_to_date(clock::now, |_| {}))
        });
        let done = done.await.map(|(day, done)| {
            told = day;
            done
        });
        pause = match done {
            Ok(Ok(Done::Held(moved))) => {
                // Said once: it stays so until the register changes or somebody overrides it.
                if held != moved {
                    held.clone_from(&moved);
                    line(&Error::Counts { moved }.to_string());
                }
                EVERY
            }
            Ok(Ok(done)) => {
                held.clear();
                tell(&done);
                EVERY
            }
            Ok(Err(error)) => {
                failed(&error);
                AFTER_FAILURE
            }
            // The task panicked, which it has said itself, or the process is ending.
            Err(_) => AFTER_FAILURE,
        };
    }
}

/// Says when the key document ends, unless that was told on this day. Answers on which day it was.
fn tell_of_ending(home: &Home, told: Option<Day>) -> Option<Day> {
    let now = clock::now().ok()?;
    let today = Some(now.legal_day());
    if told == today {
        return told;
    }
    let end = keys::ending(home, now).ok()?;
    if let Some(end) = end {
        line(&format!(
            "{end} is the last instant of the published key document; clients then refuse every head: rotate any key, and publish"
        ));
    }
    today
}

fn tell(done: &Done) {
    if let Done::Published(edition) = done {
        line(&format!("published sequence {}, certificates: {}", edition.sequence, edition.certificates));
    }
}

/// Says that publishing failed and will be tried again.
pub(super) fn failed(error: &Error) {
    line(&format!("could not publish, trying again: {error}"));
}

pub(super) fn line(text: &str) {
    use std::io::Write;
    // A closed stderr must not stop the server.
    let _ = writeln!(std::io::stderr(), "cccheck: {text}");
}
