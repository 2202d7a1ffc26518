//! The snapshot's files: what is written is what is read, one byte string per content, whole or chunk by chunk, and with the
//! delta exactly as without.

use crate::fixture::{self, AS_OF, Edition, edition, edition_of, head, instant, options};
use cccheck::party::PartyTag;
use cccheck::snapshot::{Blob, Content, Coverage, Snapshot, WriteError, WriteOptions, write, write_delta};
use cccheck::trust::{FileRef, Head, Refusal, VerifiedHead};
use cccheck::{
    CccNumber, Day, Declaration, DeclarationId, DeclarationKey, Found, HASHED, LookupError, Parties, Provenance,
    Record, Reference, Register, Sought, Status, Wanted,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

fn verified(edition: &Edition) -> VerifiedHead {
    let now = instant(AS_OF).plus_seconds(3_600);
    Head::verify(&head(&edition.manifest(1, AS_OF)), &fixture::pin(), None, now).unwrap()
}

fn open(edition: &Edition) -> Snapshot {
    edition.open(verified(edition)).unwrap()
}

fn edition_with(content: &Content, block_rows: u16) -> Edition {
    edition_in(content, block_rows, 200)
}

fn edition_in(content: &Content, block_rows: u16, chunk_bytes: usize) -> Edition {
    let options = WriteOptions { block_rows, chunk_bytes, holder_chunk_bytes: chunk_bytes / 3, ..options() };
    edition_of(content, &Reference::default(), &options)
}

/// The same snapshot with the delta that leads to another content.
fn with_delta(base: &Edition, content: &Content, part_bytes: usize) -> Edition {
    let delta = write_delta(&open(base), content, part_bytes).unwrap();
    Edition { parts: delta.parts, content: delta.content, ..base.clone() }
}

/// Supplies what is needed from the files of an edition, and says how many files that were.
fn supply(snapshot: &mut Snapshot, edition: &Edition, sought: impl Into<Sought>, wanted: Wanted) -> usize {
    let sought = sought.into();
    let blobs: HashMap<[u8; 32], &Vec<u8>> = (edition.written.chunks.iter())
        .chain(edition.parts.iter().map(|part| &part.bytes))
        .map(|bytes| (FileRef::of(bytes).hash, bytes))
        .collect();
    let mut count = 0;
    loop {
        let needed = snapshot.needs(sought, wanted);
        if needed.is_empty() {
            return count;
        }
        for file in needed {
            snapshot.supply(Blob::new(blobs[&file.hash].clone())).unwrap();
            count += 1;
        }
    }
}

fn lazy(edition: &Edition) -> Snapshot {
    let directory = edition.written.directory.clone();
    Snapshot::lazy(verified(edition), Blob::new(edition.reference.clone()), Blob::new(directory)).unwrap()
}

fn day() -> impl Strategy<Value = Option<Day>> {
    let near = 14_600..21_000_i32;
    let days = prop_oneof![9 => near, 1 => -700_000..2_900_000_i32];
    proptest::option::weighted(0.9, days.prop_map(|days| Day::from_days(days).unwrap()))
}

fn parties() -> impl Strategy<Value = Parties> {
    let tag = || proptest::option::of((0..4_u8).prop_map(|byte| PartyTag([byte; 6])));
    (tag(), tag(), tag(), tag()).prop_map(|(applicant, manufacturer, factory, credit_code)| Parties {
        applicant,
        manufacturer,
        factory,
        credit_code,
    })
}

fn record() -> impl Strategy<Value = Record> {
    let number = (2_010..2_026_u16, 0..4_u8, 0..6_u16, 0..2_000_u32)
        .prop_map(|(year, body, product, serial)| CccNumber::new(year, body, product * 1_111, serial).unwrap());
    let days = (day(), day(), day());
    let model = proptest::option::weighted(0.1, "[A-Z0-9*见附件、]{1,40}");
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

fn declaration() -> impl Strategy<Value = Declaration> {
    (0..300_u16, record()).prop_map(|(number, record)| Declaration {
        number: DeclarationId {
            key: DeclarationKey::of(HASHED + u8::try_from(number % 3 / 2).unwrap(), &format!("ZM-{number}")).unwrap(),
            product: (number % 3 > 0).then_some(number),
        },
        status: record.status,
        status_since: record.status_since,
        issued_on: record.issued_on,
        expires_on: record.expires_on,
        provenance: record.provenance,
        model: record.model,
        parties: record.parties,
    })
}

fn coverage_of(body: u8, year: u16) -> Coverage {
    Coverage { body, year, complete: true, lapsed_since: None }
}

fn content() -> impl Strategy<Value = Content> {
    let records = proptest::collection::vec(record(), 0..500);
    let declarations = proptest::collection::vec(declaration(), 0..80);
    let covered = proptest::collection::btree_set((0..4_u8, 2_010..2_026_u16), 0..20);
    (records, declarations, covered, day()).prop_map(|(records, declarations, covered, lapsed_since)| {
        let records: BTreeMap<CccNumber, Record> = records.into_iter().map(|record| (record.number, record)).collect();
        let declarations: BTreeMap<DeclarationKey, Declaration> =
            declarations.into_iter().map(|declaration| (declaration.number.key, declaration)).collect();
        let mut coverage: Vec<Coverage> =
            covered.into_iter().map(|(body, year)| Coverage { lapsed_since, ..coverage_of(body, year) }).collect();
        coverage.push(coverage_of(HASHED, 0));
        Content {
            records: records.into_values().collect(),
            declarations: declarations.into_values().collect(),
            coverage,
        }
    })
}

fn sorted(content: &Content) -> (Vec<Record>, Vec<Declaration>) {
    let (mut records, mut declarations) = (content.records.clone(), content.declarations.clone());
    records.sort_by_key(|record| record.number);
    declarations.sort_by_key(|declaration| declaration.number.key);
    (records, declarations)
}

/// What a register that holds a content must answer.
fn expected(content: &Content, number: CccNumber) -> Found {
    let covered = content.coverage.iter().find(|line| (line.body, line.year) == (number.body(), number.year()));
    match content.records.iter().find(|record| record.number == number) {
        Some(record) => Found::Record(record.clone().into()),
        None => covered.map_or(Found::NotCovered, |line| Found::Absent { lapsed_since: line.lapsed_since }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_found_and_nothing_else(
        content in content(),
        probes in proptest::collection::vec(record(), 60),
        block_rows in proptest::sample::select(&[16_u16, 64, 512]),
        chunk_bytes in proptest::sample::select(&[200_usize, 12_288]),
    ) {
        let edition = edition_in(&content, block_rows, chunk_bytes);
        let mut reversed = content.clone();
        reversed.records.reverse();
        reversed.declarations.reverse();
        prop_assert_eq!(&edition_in(&reversed, block_rows, chunk_bytes).written, &edition.written, "order must not matter");

        let snapshot = open(&edition);
        snapshot.audit().unwrap();
        for number in content.records.iter().chain(&probes).map(|record| record.number) {
            prop_assert_eq!(snapshot.find(number, Wanted::Parties), Ok(expected(&content, number)));
        }
        for declaration in &content.declarations {
            let found = snapshot.find(declaration.number.key, Wanted::Parties);
            prop_assert_eq!(found, Ok(Found::Record(declaration.clone().into())));
        }
        let other = DeclarationKey::self_declaration("ZM-no").unwrap();
        prop_assert_eq!(snapshot.find(other, Wanted::Parties), Ok(Found::Absent { lapsed_since: None }));
        prop_assert_eq!(sorted(&snapshot.content().unwrap()), sorted(&content));
    }

    #[test]
    fn base_and_delta_equal_a_fresh_snapshot_record_for_record(
        before in content(),
        after in content(),
        kept in 0..3_usize,
        part_bytes in 30..2_000_usize,
    ) {
        // A part of what was before stays, as it was or changed.
        let mut after = after;
        let known: Vec<CccNumber> = after.records.iter().map(|record| record.number).collect();
        let stays = before.records.iter().filter(|record| !known.contains(&record.number));
        after.records.extend(stays.enumerate().filter(|(place, _)| place % 3 <= kept).map(|(_, record)| record.clone()));

        let base = edition_with(&before, 16);
        let edition = with_delta(&base, &after, part_bytes);
        let fresh = edition_with(&after, 16);
        prop_assert_eq!(edition.content, fresh.content);
        let snapshot = open(&edition);
        snapshot.audit().unwrap();
        let (read, expected) = (sorted(&snapshot.content().unwrap()), sorted(&after));
        prop_assert_eq!(snapshot.certificates().unwrap(), u64::try_from(after.records.len()).unwrap());
        let differs = read.0.iter().zip(&expected.0).find(|(read, expected)| read != expected);
        prop_assert!(differs.is_none() && read.0.len() == expected.0.len(), "{differs:?}");
        let differs = read.1.iter().zip(&expected.1).find(|(read, expected)| read != expected);
        prop_assert!(differs.is_none() && read.1.len() == expected.1.len(), "{differs:?}");
        for number in before.records.iter().chain(&after.records).map(|record| record.number) {
            prop_assert_eq!(snapshot.find(number, Wanted::Parties).unwrap(), open(&fresh).find(number, Wanted::Parties).unwrap());
        }

        // Chunk by chunk the answers are the same, and before the files are there none is given.
        let mut in_parts = lazy(&edition);
        let certificates = after.records.iter().map(|record| Sought::from(record.number));
        let declarations = after.declarations.iter().map(|declaration| Sought::from(declaration.number.key));
        for sought in certificates.step_by(7).chain(declarations.step_by(3)) {
            let whole = snapshot.find(sought, Wanted::Parties);
            let needed = in_parts.needs(sought, Wanted::Parties);
            if !needed.is_empty() {
                prop_assert_eq!(in_parts.find(sought, Wanted::Parties), Err(LookupError::Missing));
            }
            supply(&mut in_parts, &edition, sought, Wanted::Parties);
            prop_assert_eq!(in_parts.find(sought, Wanted::Parties), whole);
        }
    }
}

#[test]
fn an_empty_register_is_a_register() {
    let snapshot = open(&edition_with(&Content::default(), 64));
    assert_eq!(snapshot.base_rows(), 0);
    let found = snapshot.find(fixture::number("2020900201000001"), Wanted::Parties);
    assert_eq!(found, Ok(Found::NotCovered));
}

#[test]
fn a_record_revoked_only_in_the_delta_is_revoked_chunk_by_chunk_and_unknown_without_the_delta() {
    let number = fixture::number("2020900201000001");
    let before = fixture::content();
    let mut after = before.clone();
    let record = after.records.iter_mut().find(|record| record.number == number).unwrap();
    (record.status, record.status_since) = (Status::Revoked, Day::new(2026, 11, 19));
    let revoked = record.clone();
    let edition = with_delta(&edition_with(&before, 64), &after, 1_000);

    let mut snapshot = lazy(&edition);
    let needed = snapshot.needs(number, Wanted::Parties);
    let parts: Vec<FileRef> = edition.parts.iter().map(|part| FileRef::of(&part.bytes)).collect();
    for file in needed.iter().filter(|file| !parts.contains(file)) {
        let chunk = edition.written.chunks.iter().find(|chunk| FileRef::of(chunk) == *file).unwrap();
        snapshot.supply(Blob::new(chunk.clone())).unwrap();
    }
    assert_eq!(snapshot.find(number, Wanted::Standing), Err(LookupError::Missing), "the delta is withheld");
    supply(&mut snapshot, &edition, number, Wanted::Parties);
    assert_eq!(snapshot.find(number, Wanted::Parties), Ok(Found::Record(revoked.into())));

    let head = verified(&edition);
    let (reference, file) = (Blob::new(edition.reference.clone()), Blob::new(edition.snapshot()));
    let found = Snapshot::open(head, reference, file, None).unwrap_err();
    assert!(matches!(found, Refusal::Size { found: 0, .. }), "{found:?}");
}

#[test]
fn what_is_read_chunk_by_chunk_keeps_its_chunks_under_a_newer_head_and_asks_for_the_delta() {
    let before = fixture::content();
    let mut after = before.clone();
    let place = before.records.iter().position(|record| record.parties.applicant.is_some()).unwrap();
    let revoked = &mut after.records[place];
    (revoked.status, revoked.status_since) = (Status::Revoked, Day::new(2026, 11, 19));
    let (number, revoked) = (revoked.number, revoked.clone());
    let base = edition_with(&before, 64);
    let newer = with_delta(&base, &after, 1_000);

    let mut snapshot = lazy(&base);
    assert_eq!(supply(&mut snapshot, &base, number, Wanted::Standing), 1, "companies that nobody asks for");
    assert_eq!(supply(&mut snapshot, &base, number, Wanted::Parties), 1, "and those that somebody does");
    assert_eq!(snapshot.find(number, Wanted::Parties), Ok(Found::Record(before.records[place].clone().into())));
    let mut snapshot = snapshot.renew(verified(&newer), None, None).unwrap();
    assert_eq!(snapshot.find(number, Wanted::Parties), Err(LookupError::Missing));
    assert_eq!(supply(&mut snapshot, &newer, number, Wanted::Parties), 1, "the part alone");
    let mut afresh = lazy(&newer);
    assert_eq!(supply(&mut afresh, &newer, number, Wanted::Parties), 3, "the companies, which the change keeps, too");
    for snapshot in [snapshot, afresh] {
        assert_eq!(snapshot.find(number, Wanted::Parties), Ok(Found::Record(revoked.clone().into())));
    }
}

#[test]
fn a_file_that_is_not_asked_for_is_refused() {
    let edition = edition();
    let mut snapshot = lazy(&edition);
    assert_eq!(snapshot.supply(Blob::new(b"something else".to_vec())), Err(Refusal::Hash));
    let mut altered = edition.written.chunks[0].clone();
    altered[30] ^= 1;
    assert_eq!(snapshot.supply(Blob::new(altered)), Err(Refusal::Hash));
}

#[test]
fn a_body_that_numbers_each_product_by_itself_gets_keys_by_product() {
    let records: Vec<Record> = (0..40_u16)
        .flat_map(|product| (1..=50).map(move |serial| (product, serial)))
        .map(|(product, serial)| Record {
            number: CccNumber::new(2024, 7, 100 + product, serial).unwrap(),
            ..fixture::records().remove(0)
        })
        .collect();
    let running: Vec<Record> = (records.iter().zip(0_u32..))
        .map(|(record, place)| {
            let product = record.number.product();
            let serial = place.wrapping_mul(7_919) % 1_000_000;
            Record { number: CccNumber::new(2024, 7, product, serial).unwrap(), ..record.clone() }
        })
        .collect();
    let size = |records: Vec<Record>| {
        let content = Content { records, ..Content::default() };
        let edition = edition_with(&content, 64);
        assert_eq!(sorted(&open(&edition).content().unwrap()), sorted(&content));
        edition.snapshot().len()
    };
    let (by_product, running) = (size(records), size(running));
    assert!(by_product * 3 < running * 2, "{by_product} and {running} bytes");
}

#[test]
fn a_chunk_with_several_groups_has_all_their_rows() {
    // The keys of the second group begin below those of the first, so the line through all keys says little of them.
    let rows = [(2_020, 500), (2_020, 90_000), (2_021, 200), (2_021, 501)];
    let records: Vec<Record> = rows
        .into_iter()
        .flat_map(|(year, first)| {
            (first..first + 16).map(move |serial| CccNumber::new(year, 1, 1_101, serial).unwrap())
        })
        .map(|number| Record { number, ..fixture::records().remove(0) })
        .collect();
    let content = Content { records, ..Content::default() };
    let snapshot = open(&edition_in(&content, 16, 12_288));
    for record in content.records {
        assert_eq!(snapshot.find(record.number, Wanted::Parties), Ok(Found::Record(record.into())));
    }
}

#[test]
fn a_serial_that_many_product_kinds_share_fills_blocks() {
    // The first serial of the group has the least key of all.
    let shared = (100..200).map(|product| CccNumber::new(2_020, 1, product, 999_990).unwrap());
    let after = (0..50).map(|serial| CccNumber::new(2_020, 1, 1_101, serial).unwrap());
    let records = shared.chain(after).map(|number| Record { number, ..fixture::records().remove(0) }).collect();
    let content = Content { records, coverage: vec![coverage_of(1, 2_020)], ..Content::default() };
    for (block_rows, chunk_bytes) in [(64, 12_288), (16, 40)] {
        let snapshot = open(&edition_in(&content, block_rows, chunk_bytes));
        for record in &content.records {
            assert_eq!(snapshot.find(record.number, Wanted::Parties), Ok(Found::Record(record.clone().into())));
        }
        let absent = snapshot.find(CccNumber::new(2_020, 1, 99, 999_990).unwrap(), Wanted::Parties);
        assert!(matches!(absent, Ok(Found::Absent { .. })), "{absent:?}");
        snapshot.audit().unwrap();
    }
}

#[test]
fn a_model_text_beyond_the_limit_is_cut_and_marked() {
    let long = "型号、".repeat(60);
    let record = Record { model: Some(long.clone()), ..fixture::records().remove(0) };
    let content = Content { records: vec![record.clone()], ..Content::default() };
    let snapshot = open(&edition_with(&content, 64));
    let Ok(Found::Record(found)) = snapshot.find(record.number, Wanted::Parties) else {
        panic!("{} is there", record.number)
    };
    let model = found.model.unwrap();
    assert!(model.len() <= 160 && long.starts_with(model.trim_end_matches('…')) && model.ends_with('…'), "{model}");
    snapshot.audit().unwrap();
}

#[test]
fn what_stands_twice_is_an_error() {
    let mut content = fixture::content();
    let first = content.records[0].clone();
    let number = first.number;
    content.records.push(first);
    assert_eq!(write(&content, &options()), Err(WriteError::Duplicate { number }));

    let line = |complete| Coverage { complete, ..coverage_of(1, 2020) };
    let content = Content { coverage: vec![line(true), line(false)], ..Content::default() };
    assert!(matches!(write(&content, &options()), Err(WriteError::DuplicateCoverage { .. })));

    for (body, year) in [(1, 10_000), (HASHED, 2_020)] {
        let content = Content { coverage: vec![coverage_of(body, year)], ..Content::default() };
        assert!(matches!(write(&content, &options()), Err(WriteError::OddCoverage { .. })));
    }
}

#[test]
fn coverage_is_read_as_it_was_written() {
    let mut expected = fixture::coverage();
    expected.sort_unstable();
    let records = fixture::records();
    let read = open(&edition()).coverage().unwrap();
    let stated = |line: &Coverage| expected.iter().any(|other| (other.body, other.year) == (line.body, line.year));
    assert_eq!(read.iter().filter(|line| stated(line)).copied().collect::<Vec<_>>(), expected);
    let held = |line: &Coverage| records.iter().any(|record| record.number.body() == line.body);
    assert!(read.iter().filter(|line| !stated(line)).all(|line| !line.complete && (held(line) || line.body < HASHED)));
}
