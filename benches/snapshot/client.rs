//! What a client waits for and holds: opening, memory, a day's update, a single check that begins with nothing.

use crate::ours::{Ours, content};
use crate::register::Register;
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{FileRef, Head};
use cccheck::{Found, Register as _, Wanted};
use cccheck_benches::Published;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region};
use std::collections::HashMap;
use std::error::Error;
use std::time::Instant;

/// About how many bytes a part of a delta has, as the publisher cuts it.
const PART_BYTES: usize = 8_192;
const DAYS: usize = 30;

/// Opening with full verification: time, and what stays in memory.
pub fn opening(ours: &Ours) -> Result<(), Box<dyn Error>> {
    let mut runs = Vec::new();
    let published = &ours.published;
    for _ in 0..9 {
        // At hand before, as what was fetched is.
        let (reference, snapshot) = (published.reference.clone(), published.snapshot());
        let begun = Instant::now();
        let head = Head::verify(&published.head, &published.pin()?, None, published.now)?;
        let opened = Snapshot::open(head, Blob::new(reference), Blob::new(snapshot), None)?;
        runs.push(begun.elapsed().as_secs_f64() * 1e3);
        drop(opened);
    }
    runs.sort_by(f64::total_cmp);
    let region = Region::new(&INSTRUMENTED_SYSTEM);
    let opened = published.open()?;
    let change = region.change();
    let held = change.bytes_allocated as f64 - change.bytes_deallocated as f64;
    drop(opened);
    let file = ours.bytes();
    println!("open with full verification         {:>9.2} ms, median {:.2}, most {:.2}", runs[0], runs[4], runs[8]);
    println!("resident after opening              {held:>9.0} bytes, {:.2} times the file", held / file as f64);
    Ok(())
}

/// Deltas of one day and of thirty, and a check on the thirtieth day that begins with nothing.
pub fn days(register: &Register, ours: &Ours) -> Result<(), Box<dyn Error>> {
    let mut records = register.records.clone();
    let mut days = register.plan.days(&records);
    let mut last: Option<Published> = None;
    for day in 1..=DAYS {
        days.pass(&mut records);
        if day != 1 && day != DAYS {
            continue;
        }
        let published = ours.published.with_delta(&content(register, records.clone()), PART_BYTES)?;
        let (delta, head) = (published.delta().map_or(0, |delta| delta.len()), published.head.len());
        println!(
            "delta after {day:>2} days, {:>2} parts          {delta:>9} bytes, {} with the head",
            published.parts.len(),
            delta + head
        );
        last = Some(published);
    }
    let Some(published) = last else { return Ok(()) };
    published.open()?.audit()?;
    let (worst, total) = cold(&published, &records)?;
    println!(
        "cold check on day {DAYS}, the worst       {:>9} bytes in {} requests: {}",
        worst.bytes, worst.requests, worst.parts
    );
    println!("cold check on day {DAYS}, on average      {:>9.0} bytes", total);
    Ok(())
}

struct Cold {
    bytes: usize,
    requests: usize,
    parts: String,
}

/// What a check fetches beside the reference tables: the worst of many, and the average.
fn cold(published: &Published, records: &[cccheck::Record]) -> Result<(Cold, f64), Box<dyn Error>> {
    let files: HashMap<[u8; 32], &Vec<u8>> = (published.written.chunks.iter())
        .chain(published.parts.iter().map(|part| &part.bytes))
        .map(|bytes| (FileRef::of(bytes).sha256, bytes))
        .collect();
    let begin = [published.head.len(), published.written.directory.len()];
    let lazy = published.open_lazily()?;
    let (mut worst, mut total, mut count) = (Cold { bytes: 0, requests: 0, parts: String::new() }, 0, 0);
    for record in records.iter().step_by(records.len() / 500) {
        let mut snapshot = lazy.clone();
        let mut sizes = begin.to_vec();
        loop {
            let needed = snapshot.needs(record.number, Wanted::Parties);
            if needed.is_empty() {
                break;
            }
            for file in needed {
                let bytes = files.get(&file.sha256).ok_or("a file is missing")?;
                snapshot.supply(Blob::new(bytes.to_vec()))?;
                sizes.push(bytes.len());
            }
        }
        match snapshot.find(record.number, Wanted::Parties) {
            Ok(Found::Record(found)) if found == record.clone().into() => {}
            other => return Err(format!("{} is read as {other:?}", record.number).into()),
        }
        let bytes = sizes.iter().sum();
        (total, count) = (total + bytes, count + 1);
        if bytes > worst.bytes {
            let parts: Vec<String> = sizes.iter().map(usize::to_string).collect();
            worst = Cold { bytes, requests: sizes.len(), parts: parts.join(" + ") };
        }
    }
    Ok((worst, total as f64 / f64::from(count)))
}
