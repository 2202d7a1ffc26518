//! Times look-ups, and prints who needs how much.

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

/// The line of the snapshot, and that of the peer beside which its look-ups have limits.
pub const OURS: &str = "snapshot";
pub const BINARY_SEARCH: &str = "sorted columns, binary search";

/// A line of the table: a way to hold the register.
pub struct Line {
    pub name: &'static str,
    /// As published, or in memory.
    pub bytes: usize,
    pub times: Option<Times>,
}

/// Nanoseconds for a look-up.
#[derive(Clone, Copy)]
pub struct Times {
    pub hit: f64,
    pub miss: f64,
}

impl Times {
    /// The least of nine runs each, as what disturbs a run only adds to it; if every answer is right.
    pub fn of<S: Subject>(subject: &S, probes: &Probes) -> Result<Self, &'static str> {
        let right = probes.hits.iter().all(|number| subject.find(*number).is_some())
            && probes.misses.iter().all(|number| subject.find(*number).is_none());
        let least = |numbers: &[CccNumber]| {
            let runs = [0; 9].map(|_| {
                let begun = Instant::now();
                for number in numbers {
                    black_box(subject.find(black_box(*number)));
                }
                begun.elapsed().as_secs_f64() * 1e9 / numbers.len() as f64
            });
            runs.into_iter().fold(f64::INFINITY, f64::min)
        };
        if right { Ok(Self { hit: least(&probes.hits), miss: least(&probes.misses) }) } else { Err("a wrong answer") }
    }
}

/// Prints the lines. Each ratio is what ours, the first line, needs for one of theirs.
pub fn table(rows: usize, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let ours = lines.first();
    let times = ours.and_then(|line| line.times);
    println!(
        "{:<34}{:>12}{:>9}{:>7}{:>9}{:>7}{:>9}{:>7}",
        "", "bytes", "bits/row", "ratio", "hit ns", "ratio", "miss ns", "ratio"
    );
    for line in lines {
        let ratio = |ours: Option<f64>, theirs: f64| ours.map_or(String::new(), |ours| format!("{:.2}", ours / theirs));
        let bytes = line.bytes as f64;
        let size_ratio = ratio(ours.map(|ours| ours.bytes as f64), bytes);
        let time = line.times.map_or(String::new(), |Times { hit, miss }| {
            let (hit_ratio, miss_ratio) =
                (ratio(times.map(|times| times.hit), hit), ratio(times.map(|times| times.miss), miss));
            format!("{hit:>9.0}{hit_ratio:>7}{miss:>9.0}{miss_ratio:>7}")
        });
        let bits = bytes * 8.0 / rows as f64;
        let limits = match (line.name, times, line.times) {
            (OURS, ..) => judged("bits a record", bits)?,
            (BINARY_SEARCH, Some(ours), Some(theirs)) => {
                judged("hit to binary search", ours.hit / theirs.hit)?
                    + &judged("miss to binary search", ours.miss / theirs.miss)?
            }
            _ => String::new(),
        };
        println!("{:<34}{:>12}{bits:>9.2}{size_ratio:>7}{time}{limits}", line.name, line.bytes);
    }
    Ok(())
}
