//! The snapshot file: what is written is what is read, one byte string per content.

use crate::fixture::{self, AS_OF, head, instant, manifest, opened};
use cccheck::party::PartyTag;
use cccheck::snapshot::{Coverage, Snapshot, WriteError, write};
use cccheck::{CccNumber, Day, Found, Parties, Provenance, Record, Reference, Register, Status};
use proptest::prelude::*;
use std::collections::HashMap;

fn open(file: Vec<u8>) -> Snapshot {
    let bytes = head(&manifest(1, AS_OF, &file));
    opened(&bytes, file, instant(AS_OF).plus_seconds(3_600))
}

fn day() -> impl Strategy<Value = Option<Day>> {
    proptest::option::of((-700_000..2_900_000_i32).prop_map(|days| Day::from_days(days).unwrap()))
}

fn parties() -> impl Strategy<Value = Parties> {
    let tag = || proptest::option::of((0..4_u8).prop_map(|byte| PartyTag([byte; 8])));
    (tag(), tag(), tag(), tag()).prop_map(|(applicant, manufacturer, factory, credit_code)| Parties {
        applicant,
        manufacturer,
        factory,
        credit_code,
    })
}

fn record() -> impl Strategy<Value = Record> {
    let number = (2_000..2_030_u16, 0..4_u8, 0..6_u16, 0..2_000_u32)
        .prop_map(|(year, body, product, serial)| CccNumber::new(year, body, product * 1_111, serial).unwrap());
    let days = (day(), day(), day());
    let model = proptest::option::of("[A-Z0-9*见附件、]{1,40}");
    let status = proptest::sample::select(&Status::ALL);
    let provenance = proptest::sample::select(&Provenance::ALL);
    (number, status, provenance, days, model, parties()).prop_map(
        |(number, status, provenance, (status_since, issued_on, expires_on), model, parties)| Record {
            number,
            status,
            status_since,
            issued_on,
            expires_on,
            provenance,
            model,
            parties,
        },
    )
}

proptest! {
    #[test]
    fn every_record_is_found_and_nothing_else(
        drawn in proptest::collection::vec(record(), 0..600),
        probes in proptest::collection::vec(record(), 50),
    ) {
        let by_number: HashMap<CccNumber, Record> = drawn.iter().map(|record| (record.number, record.clone())).collect();
        let records: Vec<Record> = by_number.values().cloned().collect();
        let coverage: Vec<Coverage> = (2_000..2_030).map(|year| Coverage { body: 1, year, complete: true }).collect();
        let file = write(&records, &coverage, &Reference::default()).unwrap();

        let mut reversed = records.clone();
        reversed.reverse();
        prop_assert_eq!(&write(&reversed, &coverage, &Reference::default()).unwrap(), &file, "order must not matter");

        let snapshot = open(file);
        prop_assert_eq!(snapshot.len(), records.len());
        for record in &records {
            prop_assert_eq!(snapshot.find(record.number), Ok(Found::Record(record.clone())));
        }
        for probe in probes.iter().filter(|probe| !by_number.contains_key(&probe.number)) {
            let expected = if probe.number.body() == 1 { Found::Absent } else { Found::NotCovered };
            prop_assert_eq!(snapshot.find(probe.number), Ok(expected));
        }
        let mut listed: Vec<Record> = snapshot.records().collect::<Result<_, _>>().unwrap();
        let mut sorted = records;
        listed.sort_by_key(|record| record.number);
        sorted.sort_by_key(|record| record.number);
        prop_assert_eq!(listed, sorted);
    }
}

#[test]
fn an_empty_register_is_a_register() {
    let snapshot = open(write(&[], &[], &Reference::default()).unwrap());
    assert!(snapshot.is_empty());
    assert_eq!(snapshot.find(fixture::number("2020900201000001")), Ok(Found::NotCovered));
}

#[test]
fn a_model_text_beyond_the_limit_is_cut_and_marked() {
    let long = "型号、".repeat(60);
    let record = Record { model: Some(long.clone()), ..fixture::records().remove(0) };
    let snapshot = open(write(std::slice::from_ref(&record), &[], &Reference::default()).unwrap());
    let Ok(Found::Record(found)) = snapshot.find(record.number) else { panic!("{} is there", record.number) };
    let model = found.model.unwrap();
    assert!(model.len() <= 160 && long.starts_with(model.trim_end_matches('…')) && model.ends_with('…'), "{model}");
}

#[test]
fn a_number_that_stands_twice_is_an_error() {
    let records = fixture::records();
    let twice = [records.as_slice(), &records[..1]].concat();
    let number = records[0].number;
    assert_eq!(write(&twice, &[], &Reference::default()), Err(WriteError::Duplicate { number }));
}

#[test]
fn coverage_that_stands_twice_is_an_error() {
    let line = |complete| Coverage { body: 1, year: 2020, complete };
    let error = write(&[], &[line(true), line(false)], &Reference::default()).unwrap_err();
    assert!(matches!(error, WriteError::DuplicateCoverage { .. }));
}

#[test]
fn coverage_is_read_as_it_was_written() {
    let coverage: Vec<Coverage> = open(fixture::snapshot_file()).coverage().collect();
    let mut expected = fixture::coverage();
    expected.sort_unstable();
    assert_eq!(coverage, expected);
}
