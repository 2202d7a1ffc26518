//! Keeps what is published up to date while the server runs.

use crate::publish::{Done, Publisher};
use crate::{Error, Home, clock, keys};
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
    let mut today = None;
    loop {
        tokio::time::sleep(pause).await;
        if ending.has_changed().is_err() {
            return;
        }
        if let Ok(now) = clock::now()
            && today.replace(now.legal_day()) != Some(now.legal_day())
            && let Ok(Some(end)) = keys::ending(&home, now)
        {
            line(&format!("{end} is the last instant of the key document: rotate any key before"));
        }
        let publisher = Arc::clone(&publisher);
        let done = tokio::task::spawn_blocking(move || publisher.bring_up_to_date(clock::now, |_| {})).await;
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

fn tell(done: &Done) {
    if let Done::Published(edition) = done {
        line(&format!("published sequence {}: {} certificates", edition.sequence, edition.certificates));
    }
}

/// Says that publishing failed and will be tried again.
pub(super) fn failed(error: &Error) {
    line(&format!("could not publish, trying again: {error}"));
}

fn line(text: &str) {
    use std::io::Write;
    // A closed stderr must not stop the server.
    let _ = writeln!(std::io::stderr(), "cccheck: {text}");
}
