//! What a client waits for and holds: opening, memory, a day's update, a single check that begins with nothing.

use crate::ours::{Ours, content};
use crate::probes::Probes;
use crate::register::Register;
use cccheck::snapshot::Blob;
use cccheck::trust::FileRef;
use cccheck::{CccNumber, Found, Record, Register as _, Wanted};
use cccheck_benches::{Published, judged};
use cccheck_registry::publish::{PART_BYTES, outgrows};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region};
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::process::{Command, Stdio};

const DAYS: usize = 30;
/// Look-ups before what a client holds is measured, and single checks of either kind.
const LOOK_UPS: usize = 10_000;
const CHECKS: usize = 500;
/// Processes that open the file, each for the first time.
const OPENINGS: usize = 25;

/// The file, opening it with full verification, and what stays in memory.
pub fn opening(register: &Register, ours: &Ours) -> Result<(), Box<dyn Error>> {
    let (published, file) = (&ours.published, ours.bytes() as f64);
    println!("snapshot, the file                {file:>11} bytes{}", judged("bytes of the national register", file)?);
    let (openings, hashing): (Vec<f64>, Vec<f64>) =
        (0..OPENINGS).map(|_| opened_once(published)).collect::<Result<_, _>>()?;
    let (middle, hashing) = (median(&openings), median(&hashing));
    println!(
        "open, first time in a process     {middle:>11.2} ms, of {OPENINGS} processes the median; {:.2} to {:.2}{}",
        openings.iter().copied().fold(f64::INFINITY, f64::min),
        openings.iter().copied().fold(0.0, f64::max),
        judged("ms to open", middle)?
    );
    println!(
        "  SHA-256 of the file alone       {hashing:>11.2} ms, {:.2} of it, {:.2} GB/s",
        hashing / middle,
        file / hashing / 1e6
    );
    let numbers = of_all_groups(register);
    let region = Region::new(&INSTRUMENTED_SYSTEM);
    let opened = published.open()?;
    let held = || region.change().bytes_allocated as f64 - region.change().bytes_deallocated as f64;
    println!("resident after opening              {:>9} bytes, {:.3} times the file", held(), held() / file);
    if numbers.iter().any(|number| !matches!(opened.find(*number, Wanted::Parties), Ok(Found::Record(_)))) {
        return Err("a certificate is not found".into());
    }
    // Decoders make their tables when they are first asked.
    println!(
        "  after {LOOK_UPS} look-ups              {:>9} bytes, {:.3} times the file{}",
        held(),
        held() / file,
        judged("memory to the file", held() / file)?
    );
    Ok(())
}

/// Milliseconds to open what is published in a process of its own, and there to hash the file.
fn opened_once(published: &Published) -> Result<(f64, f64), Box<dyn Error>> {
    let opening = std::env::current_exe()?.with_file_name("opening");
    let output = Command::new(opening).arg(published.now.to_string()).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let (opening, hashing) = text.trim().split_once(' ').ok_or("it cannot be opened")?;
    Ok((opening.parse()?, hashing.parse()?))
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Numbers that are there, as many of each body and year.
fn of_all_groups(register: &Register) -> Vec<CccNumber> {
    let mut groups: BTreeMap<(u8, u16), Vec<CccNumber>> = BTreeMap::new();
    for Record { number, .. } in &register.records {
        groups.entry((number.body(), number.year())).or_default().push(*number);
    }
    let groups: Vec<Vec<CccNumber>> = groups.into_values().collect();
    let number = |turn: usize| {
        let group = &groups[turn % groups.len()];
        group[turn / groups.len() * 7_919 % group.len()]
    };
    (0..LOOK_UPS).map(number).collect()
}

/// Deltas of one day and of thirty, and checks on the thirtieth day that begin with nothing.
pub fn days(register: &Register, ours: &Ours, probes: &Probes) -> Result<(), Box<dyn Error>> {
    let mut records = register.records.clone();
    let mut days = register.plan.days(&records);
    let mut last: Option<Published> = None;
    let mut replaced: Option<(usize, usize)> = None;
    for day in 1..=DAYS {
        days.pass(&mut records);
        let published = ours.published.with_delta(&content(register, records.clone()), PART_BYTES)?;
        let (delta, head) = (published.delta().map_or(0, |delta| delta.len()), published.head.len());
        replaced = replaced.or_else(|| outgrows(delta as u64, ours.bytes() as u64).then_some((day, delta)));
        let name = match day {
            1 => Some("bytes of the delta of a day"),
            DAYS => Some("bytes of the delta of 30 days"),
            _ => None,
        };
        if let Some(name) = name {
            println!(
                "delta after {day:>2} days, {:>2} parts          {delta:>9} bytes, {} with the head{}",
                published.parts.len(),
                delta + head,
                judged(name, delta as f64)?
            );
        }
        last = Some(published);
    }
    match replaced {
        Some((day, bytes)) => {
            println!("  a publisher replaces its base on day {day}, when the delta has {bytes} bytes, and begins anew");
        }
        None => println!("  a publisher keeps its base so long"),
    }
    let Some(published) = last else { return Ok(()) };
    published.open()?.audit()?;
    cold(&published, &records, probes)
}

/// What a check fetches beside the reference tables: the worst of many, whether the number is there or not, and the average.
fn cold(published: &Published, records: &[Record], probes: &Probes) -> Result<(), Box<dyn Error>> {
    let files: HashMap<[u8; 32], &Vec<u8>> = (published.written.chunks.iter())
        .chain(published.parts.iter().map(|part| &part.bytes))
        .map(|bytes| (FileRef::of(bytes).hash, bytes))
        .collect();
    let by_number: HashMap<CccNumber, &Record> = records.iter().map(|record| (record.number, record)).collect();
    let hits: Vec<CccNumber> = records.iter().step_by(records.len() / CHECKS).map(|record| record.number).collect();
    let is_missing = |number: &&CccNumber| !by_number.contains_key(number);
    let misses: Vec<CccNumber> = probes.misses.iter().filter(is_missing).take(CHECKS).copied().collect();
    let begin = [published.head.len(), published.written.directory.len()];
    let lazy = published.open_lazily()?;
    let (mut worst, mut requests, mut total) = (Vec::new(), 0, 0);
    for number in hits.iter().chain(&misses) {
        let mut snapshot = lazy.clone();
        let mut sizes = begin.to_vec();
        loop {
            let needed = snapshot.needs(*number, Wanted::Parties);
            if needed.is_empty() {
                break;
            }
            for file in needed {
                let bytes = files.get(&file.hash).ok_or("a file is missing")?;
                snapshot.supply(Blob::new(bytes.to_vec()))?;
                sizes.push(bytes.len());
            }
        }
        match (snapshot.find(*number, Wanted::Parties), by_number.get(number)) {
            (Ok(Found::Record(found)), Some(record)) if found == (*record).clone().into() => {}
            (Ok(Found::Absent { .. }), None) => {}
            (other, _) => return Err(format!("{number} is read as {other:?}").into()),
        }
        total += sizes.iter().sum::<usize>();
        requests = requests.max(sizes.len());
        if sizes.iter().sum::<usize>() > worst.iter().sum() {
            worst = sizes;
        }
    }
    let (bytes, count) = (worst.iter().sum::<usize>(), hits.len() + misses.len());
    let parts: Vec<String> = worst.iter().map(usize::to_string).collect();
    println!(
        "cold check on day {DAYS}, the worst       {bytes:>9} bytes: {}{}",
        parts.join(" + "),
        judged("bytes of a cold check", bytes as f64)?
    );
    println!(
        "  of {} hits and {} misses           {requests:>9} requests at most{}",
        hits.len(),
        misses.len(),
        judged("requests of a cold check", requests as f64)?
    );
    println!("cold check on day {DAYS}, on average      {:>9.0} bytes", total as f64 / count as f64);
    Ok(())
}
