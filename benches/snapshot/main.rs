//! Measures the snapshot beside its yardstick and its peers, on seeded synthetic registers of national size and of all schemes:
//! what the columns take, what others take for the same records, and how long a look-up takes. Ratios are firmer than
//! absolute figures.

mod measure;
mod ours;
mod peers;
mod probes;
mod register;
mod yardstick;

use measure::{Line, Times, table};
use ours::Ours;
use probes::Probes;
use register::Register;
use std::error::Error;
use std::time::Instant;
use yardstick::Column;

const NATIONAL: u64 = 569_000;
const ALL_SCHEMES: u64 = 3_020_000;

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
        let ours = Ours::new(&register)?;
        let times = Some(Times::of(&ours, &probes)?);
        let mut lines = vec![
            Line { name: "snapshot", bytes: ours.bytes(), times },
            Line { name: "range coder, all columns", bytes: sizes.iter().sum(), times: None },
        ];
        lines.extend(peers::all(&register, &probes, rows == NATIONAL)?);
        table(rows as usize, &lines);
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
