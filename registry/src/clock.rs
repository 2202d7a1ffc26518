//! The one place that reads the clock.

use crate::{Error, Home};
use cccheck::Instant;
use cccheck::trust::CLOCK_SKEW_SECONDS;
use std::time::{SystemTime, UNIX_EPOCH};

/// The present instant, in whole seconds; `None` where the clock is set outside the years 1970 to 9999.
fn read() -> Option<Instant> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Instant::from_seconds(i64::try_from(since.as_secs()).ok()?)
}

/// The present instant, in whole seconds.
///
/// # Errors
/// [`Error::Clock`] where the clock is set outside the years 1970 to 9999.
pub fn now() -> Result<Instant, Error> {
    read().ok_or(Error::Clock)
}

/// Refuses to sign by a clock that is behind what was signed before: clients, whose clocks are right, would take it for expired.
/// `what` says what that was, as in "the newest edition was signed at", and `command` which one, of this home, takes it from a person
/// that the clock is right.
pub(crate) fn follows(
    home: &Home,
    now: Instant,
    what: &'static str,
    signed_at: Instant,
    command: &'static str,
) -> Result<(), Error> {
    match now < signed_at.plus_seconds(-CLOCK_SKEW_SECONDS) {
        true => Err(Error::ClockSetBack { home: home.dir().into(), now, what, signed_at, command }),
        false => Ok(()),
    }
}
