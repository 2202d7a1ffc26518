//! Keeps what is published up to date while the server runs.

use super::App;
use crate::home::{quoted, unwitnessed_head};
use crate::publish::{Awaited, Done};
use crate::store::Edition;
use crate::{Error, Home, clock, keys};
use cccheck::Day;
use std::mem::discriminant;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Receiver;
use tokio::time::{sleep, timeout};

/// How often the register is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How long to wait after a failure, beside that.
const AFTER_FAILURE: Duration = Duration::from_secs(4);

/// Publishes what other processes change, and renews freshness, until the process ends: at once where an answer waits for it. A
/// failure is a line on stderr, as is an edition that waits for people, and once a day a key document that ends soon.
pub(super) async fn keep_published(app: Arc<App>, ending: Receiver<()>) {
    let mut pause = EVERY;
    let mut held = Vec::new();
    let (mut told, mut awaited, mut failure) = (None, None, None);
    loop {
        // Elapsed or woken, it is time to look.
        let _ = timeout(pause, app.changed.notified()).await;
        if ending.has_changed().is_err() {
            return;
        }
        let app_here = Arc::clone(&app);
        let done = tokio::task::spawn_blocking(move || {
            (tell_of_ending(&app_here.home, told), app_here.publisher.bring_up_to_date(clock::now, |_| {}))
        });
        let done = done.await.map(|(day, done)| {
            told = day;
            done
        });
        pause = match done {
            Ok(Ok(Done::Held(moved))) => {
                // Said once: it stays so until the register changes or somebody overrides it.
                failure = None;
                if held != moved {
                    held.clone_from(&moved);
                    line(&Error::Counts { home: app.home.dir().into(), moved }.to_string());
                }
                EVERY
            }
            Ok(Ok(done)) => {
                held.clear();
                failure = None;
                tell(&done);
                EVERY
            }
            unable => {
                // Said once, too; a task that panicked has said so itself.
                if let Ok(Err(error)) = unable {
                    // The sentence may tell the time.
                    let kind = Some((discriminant(&error), error.code()));
                    if failure != kind {
                        failed(&error);
                    }
                    failure = kind;
                }
                // Whoever waits does not make it fail more often than that.
                sleep(EVERY).await;
                AFTER_FAILURE
            }
        };
        let awaits = app.publisher.awaits();
        if let Some(awaits) = awaits.filter(|_| awaits != awaited) {
            line(&awaiting(awaits, &app.home));
        }
        awaited = awaits;
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

/// Says what is to be done for an edition that witnesses cosign.
fn awaiting(awaits: Awaited, home: &Home) -> String {
    let next = unwitnessed_head(&home.public());
    let cosigned = format!("have the witnesses cosign {}, and publish that with --witnessed", next.display());
    match awaits {
        Awaited::Edition => {
            format!("an edition is due: run `cccheck --dir {} publish`, {cosigned}", quoted(home.dir()))
        }
        Awaited::Cosignatures => format!("an edition is due, and is signed: {cosigned}"),
    }
}

fn tell(done: &Done) {
    if let Done::Published(edition) = done {
        let Edition { sequence, certificates, declarations, .. } = edition;
        line(&format!(
            "published sequence {sequence}, certificates: {certificates}, self-declarations: {declarations}"
        ));
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
