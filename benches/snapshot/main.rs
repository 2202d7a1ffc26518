//! Measures the snapshot beside its yardstick and its peers, on seeded synthetic registers of national size and of all schemes:
//! what the columns take, what others take for the same records, and how long a look-up takes. Ratios are firmer than
//! absolute figures.

mod client;
mod measure;
mod ours;
mod peers;
mod probes;
mod register;
mod yardstick;

use cccheck::Record;
use cccheck::snapshot::WriteOptions;
use cccheck_benches::{folder, judged};
use measure::{Line, OURS, Times, table};
use ours::{Ours, options, without_holders};
use probes::Probes;
use register::Register;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::error::Error;
use std::time::Instant;
use yardstick::Column;

const NATIONAL: u64 = 569_000;
const ALL_SCHEMES: u64 = 3_020_000;

/// Sizes of blocks; the usual one depends on the register.
const BLOCKS: [(&str, u16); 6] = [
    ("  blocks of 32", 32),
    ("  blocks of 64", 64),
    ("  blocks of 80", 80),
    ("  blocks of 128", 128),
    ("  blocks of 256", 256),
    ("  blocks of 512", 512),
];

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn progress(what: &str) {
    eprintln!("· {what}");
}

fn main() -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    for rows in [NATIONAL, ALL_SCHEMES] {
        progress(&format!("generating {rows} records"));
        let register = Register::generate(rows)?;
        println!("\n{rows} certificates, {} holders", register.holders.len());
        progress("range coder");
        let sizes = yardstick::sizes(&register)?;
        columns(rows as usize, sizes);
        let probes = Probes::draw(&register);
        progress("snapshot");
        let ours = Ours::new(&register, register.records.clone(), &options(&register))?;
        let bare: Vec<Record> = register.records.iter().map(without_holders).collect();
        let measured = Ours::new(&register, bare, &options(&register))?.bytes();
        let yardstick: usize = sizes[..5].iter().sum();
        let ratio = measured as f64 / yardstick as f64;
        println!(
            "snapshot of number to expiry      {measured:>12}{:>9.3}  {ratio:.3} times the range coder{}",
            measured as f64 * 8.0 / rows as f64,
            judged("number to expiry to the range coder", ratio)?
        );
        let (tables, served) = (ours.published.reference.len(), brotli(&ours.published.reference)?);
        println!(
            "reference tables                  {tables:>12}{:>9}  {served} by brotli 11{}\n",
            "",
            judged("bytes of the reference tables as served", served as f64)?
        );
        if rows == NATIONAL {
            progress("opening, days, cold checks");
            save(&ours, &probes)?;
            client::opening(&register, &ours)?;
            client::days(&register, &ours, &probes)?;
        }
        progress("block sizes");
        let mut lines = vec![Line { name: OURS, bytes: ours.bytes(), times: Some(Times::of(&ours, &ours, &probes)?) }];
        for (name, block_rows) in BLOCKS {
            let other =
                Ours::new(&register, register.records.clone(), &WriteOptions { block_rows, ..options(&register) })?;
            lines.push(Line { name, bytes: other.bytes(), times: Some(Times::of(&other, &ours, &probes)?) });
        }
        lines.push(Line { name: "range coder, all columns", bytes: sizes.iter().sum(), times: None });
        lines.extend(peers::all(&register, &ours, &probes)?);
        table(rows as usize, &lines)?;
    }
    progress(&format!("{:.0} s", begun.elapsed().as_secs_f64()));
    Ok(())
}

/// The columns of the yardstick, with what the format is measured by: the first five, and all.
fn columns(rows: usize, sizes: [usize; Column::ALL.len()]) {
    println!("\n{:<34}{:>12}{:>9}", "adaptive range coder", "bytes", "bits/row");
    let line = |name: &str, bytes: usize| println!("{name:<34}{bytes:>12}{:>9.3}", bytes as f64 * 8.0 / rows as f64);
    for ((_, name), bytes) in Column::ALL.iter().zip(sizes) {
        line(name, bytes);
    }
    line("number to expiry", sizes[..5].iter().sum());
    line("all", sizes.iter().sum());
    println!();
}

/// Leaves the register for the measurements in Node and Chromium.
fn save(ours: &Ours, probes: &Probes) -> Result<(), Box<dyn Error>> {
    ours.published.save()?;
    for (name, numbers) in [("numbers.txt", &probes.hits), ("misses.txt", &probes.misses)] {
        let text: String = numbers.iter().take(10_000).map(|number| format!("{number}\n")).collect();
        std::fs::write(folder()?.join(name), text)?;
    }
    Ok(())
}

fn brotli(bytes: &[u8]) -> Result<usize, Box<dyn Error>> {
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &brotli::enc::BrotliEncoderParams::default())?;
    Ok(compressed.len())
}
