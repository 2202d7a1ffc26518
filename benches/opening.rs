//! How long opening with full verification takes: of what `snapshot` has saved, in a process of its own, the allocations of
//! which are not counted. Its argument is the instant.

use cccheck::Instant;
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{FileRef, Head, Pin};
use cccheck_benches::{folder, judged};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant as Moment;

/// Openings of which the first, the least and the median are reported.
const RUNS: usize = 99;

/// The four files: keys, head, reference tables, snapshot.
type Files = [Vec<u8>; 4];

fn main() -> Result<(), Box<dyn Error>> {
    let now = std::env::args().nth(1).ok_or("an instant is missing")?.parse()?;
    let read = |name: &str| Ok::<_, Box<dyn Error>>(std::fs::read(folder()?.join(name))?);
    let files = [read("keys")?, read("head")?, read("reference")?, read("snapshot")?];
    let first = opening(files.clone(), now)?;
    let mut runs = vec![first];
    let mut hashing = f64::INFINITY;
    while runs.len() < RUNS {
        let [.., snapshot] = &files;
        let begun = Moment::now();
        black_box(FileRef::of(snapshot));
        hashing = hashing.min(milliseconds(begun));
        runs.push(opening(files.clone(), now)?);
    }
    runs.sort_by(f64::total_cmp);
    println!(
        "open with full verification         {:>9.2} ms, median {:.2}, most {:.2}, first {first:.2}{}",
        runs[0],
        runs[RUNS / 2],
        runs[RUNS - 1],
        judged("ms to open", runs[0])?
    );
    println!("  SHA-256 of the file alone         {hashing:>9.2} ms, {:.2} of it", hashing / runs[0]);
    Ok(())
}

/// Opens what is at hand, as what was fetched is: milliseconds.
fn opening([keys, head, reference, snapshot]: Files, now: Instant) -> Result<f64, Box<dyn Error>> {
    let begun = Moment::now();
    let head = Head::verify(&head, &Pin::new(&keys, 1)?, None, now)?;
    let opened = Snapshot::open(head, Blob::new(reference), Blob::new(snapshot), None)?;
    let passed = milliseconds(begun);
    drop(opened);
    Ok(passed)
}

fn milliseconds(begun: Moment) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}
