//! The one place that reads the clock.

use cccheck::Instant;
use std::time::{SystemTime, UNIX_EPOCH};

/// The present instant, in whole seconds; `None` where the clock is set outside the years 1970 to 9999.
fn read() -> Option<Instant> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Instant::from_seconds(i64::try_from(since.as_secs()).ok()?)
}

/// The present instant, in whole seconds.
///
/// # Errors
/// [`Error::Clock`](crate::Error::Clock) where the clock is set outside the years 1970 to 9999.
pub fn now() -> Result<Instant, crate::Error> {
    read().ok_or(crate::Error::Clock)
}
