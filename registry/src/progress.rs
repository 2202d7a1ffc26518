//! Progress on stderr: one line that moves on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Counts rows and shows how it goes on.
pub struct Progress {
    label: String,
    total: Option<u64>,
    count: u64,
    started: Instant,
    shown: Instant,
    every: Duration,
    terminal: bool,
}

impl Progress {
    /// Begins; `total` if it is known.
    #[must_use]
    pub fn new(label: impl Into<String>, total: Option<u64>) -> Self {
        let terminal = io::stderr().is_terminal();
        let every = if terminal { Duration::from_millis(200) } else { Duration::from_secs(3) };
        let now = Instant::now();
        Self { label: label.into(), total, count: 0, started: now, shown: now, every, terminal }
    }

    /// So many more rows are done.
    pub fn advance(&mut self, rows: usize) {
        self.count += u64::try_from(rows).unwrap_or_default();
        if self.shown.elapsed() >= self.every {
            self.shown = Instant::now();
            self.show(false);
        }
    }

    /// All is done: leaves one line that says how many rows, how fast.
    pub fn finish(self) {
        self.show(true);
    }

    fn show(&self, last: bool) {
        let seconds = self.started.elapsed().as_secs_f64();
        let per_second = (u128::from(self.count) * 1_000).checked_div(self.started.elapsed().as_millis());
        let of = self.total.filter(|_| !last).map(|total| format!(" of {total}")).unwrap_or_default();
        let speed = per_second.map(|rows| format!(", {rows} rows/s")).unwrap_or_default();
        let (begin, end) = match (self.terminal, last) {
            (true, false) => ("\r", "\x1b[K"),
            (true, true) => ("\r", "\x1b[K\n"),
            (false, _) => ("", "\n"),
        };
        // A closed stderr must not stop the work.
        let rows = if self.count == 1 && of.is_empty() { "row" } else { "rows" };
        let _ = write!(io::stderr(), "{begin}{}: {}{of} {rows}, {seconds:.1} s{speed}{end}", self.label, self.count);
    }
}
