//! x
#![allow(warnings, missing_docs)]
use cccheck::snapshot::*;
use cccheck::*;
use cccheck_registry::{generate::Plan, reference};
fn main() {
    let now: Instant = "2026-11-20T04:00:00Z".parse().unwrap();
    let reference = reference::load().unwrap();
    let plan = Plan::new(569_000, 1, now.legal_day(), &reference).unwrap();
    let records: Vec<Record> = plan
        .certificates()
        .flatten()
        .map(|c| c.record)
        .map(|r| Record { parties: Parties::default(), status_since: None, ..r })
        .collect();
    let coverage: Vec<Coverage> = plan.coverage().collect();
    let size = |f: &dyn Fn(&Record) -> Record, br: u16| {
        let content =
            Content { records: records.iter().map(f).collect(), coverage: coverage.clone(), declarations: vec![] };
        let w = write(&content, &WriteOptions { block_rows: br, ..WriteOptions::new(now.legal_day()) }).unwrap();
        (w.snapshot().len() as f64 * 8.0 / 569000.0, w.directory.len())
    };
    for br in [32, 48, 64, 96, 128, 256, 512] {
        println!("{br}: {:?}", size(&|r| r.clone(), br));
    }
    let ne = |r: &Record| Record { expires_on: None, ..r.clone() };
    let ni = |r: &Record| Record { expires_on: None, issued_on: None, ..r.clone() };
    let ns = |r: &Record| Record { expires_on: None, issued_on: None, status: Status::Valid, ..r.clone() };
    let np = |r: &Record| Record {
        number: CccNumber::new(r.number.year(), r.number.body(), 1, r.number.serial()).unwrap(),
        expires_on: None,
        issued_on: None,
        status: Status::Valid,
        ..r.clone()
    };
    for br in [64, 512] {
        println!(
            "{br} -exp {:?} -issue {:?} -status {:?} -product {:?}",
            size(&ne, br),
            size(&ni, br),
            size(&ns, br),
            size(&np, br)
        );
    }
}
