//! Times look-ups, and prints who needs how much.

use crate::ours::Ours;
use crate::probes::Probes;
use cccheck::CccNumber;
use cccheck_benches::judged;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

/// A register in which numbers can be looked up. What it finds must hold status, days and holder.
pub trait Subject {
    type Answer;
    fn find(&self, number: CccNumber) -> Option<Self::Answer>;
}

/// The line of the snapshot, and that of the binary search beside which its look-ups have limits.
pub const OURS: &str = "snapshot";
pub const BINARY_SEARCH: &str = "  ours and it alone, not in turns";
/// How often each kind of number is looked up by either.
const TURNS: usize = 9;

/// A line of the table: a way to hold the register.
pub struct Line {
    pub name: &'static str,
    /// As published, or in memory.
    pub bytes: usize,
    pub times: Option<Times>,
}

/// Nanoseconds for a look-up, theirs and ours.
pub struct Times {
    hit: Pair,
    miss: Pair,
}

struct Pair {
    theirs: f64,
    ours: f64,
}

impl Times {
    /// The least of several runs each, as what disturbs a run only adds to it; if every answer is right. They run in turns: so
    /// neither finds its data in the processor's caches from the run before, and what else the machine does meets both.
    pub fn of<S: Subject>(theirs: &S, ours: &Ours, probes: &Probes) -> Result<Self, &'static str> {
        Self::paired(theirs, probes, |numbers| {
            let mut least = Pair { theirs: f64::INFINITY, ours: f64::INFINITY };
            for _ in 0..TURNS {
                least.ours = least.ours.min(nanoseconds(ours, numbers));
                least.theirs = least.theirs.min(nanoseconds(theirs, numbers));
            }
            least
        })
    }

    /// As [`of`](Self::of), but each by itself, with the caches to itself.
    pub fn alone<S: Subject>(theirs: &S, ours: &Ours, probes: &Probes) -> Result<Self, &'static str> {
        Self::paired(theirs, probes, |numbers| Pair { ours: least(ours, numbers), theirs: least(theirs, numbers) })
    }

    fn paired<S: Subject>(
        theirs: &S,
        probes: &Probes,
        pair: impl Fn(&[CccNumber]) -> Pair,
    ) -> Result<Self, &'static str> {
        let right = probes.hits.iter().all(|number| theirs.find(*number).is_some())
            && probes.misses.iter().all(|number| theirs.find(*number).is_none());
        if right { Ok(Self { hit: pair(&probes.hits), miss: pair(&probes.misses) }) } else { Err("a wrong answer") }
    }
}

impl Pair {
    fn ratio(&self) -> f64 {
        self.ours / self.theirs
    }
}

/// Nanoseconds for a look-up, on average.
fn nanoseconds<S: Subject>(subject: &S, numbers: &[CccNumber]) -> f64 {
    let begun = Instant::now();
    for number in numbers {
        black_box(subject.find(black_box(*number)));
    }
    begun.elapsed().as_secs_f64() * 1e9 / numbers.len() as f64
}

/// The least of as many runs as there are turns.
fn least<S: Subject>(subject: &S, numbers: &[CccNumber]) -> f64 {
    (0..TURNS).map(|_| nanoseconds(subject, numbers)).fold(f64::INFINITY, f64::min)
}

/// Prints the lines. Ratios are what ours needs for one of theirs: of bytes beside the first line, of times measured together.
pub fn table(rows: usize, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let ours = lines.first().map_or(0.0, |line| line.bytes as f64);
    println!(
        "{:<34}{:>12}{:>9}{:>7}{:>9}{:>7}{:>9}{:>7}",
        "", "bytes", "bits/row", "ratio", "hit ns", "ratio", "miss ns", "ratio"
    );
    for line in lines {
        let bytes = line.bytes as f64;
        let bits = bytes * 8.0 / rows as f64;
        let times = line.times.as_ref().map_or(String::new(), |Times { hit, miss }| {
            format!("{:>9.0}{:>7.2}{:>9.0}{:>7.2}", hit.theirs, hit.ratio(), miss.theirs, miss.ratio())
        });
        let limits = match (line.name, &line.times) {
            (OURS, _) => judged("bits a record", bits)?,
            (BINARY_SEARCH, Some(Times { hit, miss })) => {
                judged("hit to binary search", hit.ratio())? + &judged("miss to binary search", miss.ratio())?
            }
            _ => String::new(),
        };
        println!("{:<34}{:>12}{bits:>9.2}{:>7.2}{times}{limits}", line.name, line.bytes, ours / bytes);
    }
    Ok(())
}
