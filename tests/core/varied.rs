//! One snapshot with much of what writers choose between: every order and spacing, numbers that start elsewhere, several models,
//! several blocks and chunks of holders, a section of a later version, and a delta with a part that begins within a group.

use crate::apart::{Directory, Group, Model};
use crate::fixture::{self, AS_OF, Edition, edition_of, head, instant, number, reference};
use cccheck::party::PartyTag;
use cccheck::snapshot::{Content, Coverage, WriteOptions, write_delta};
use cccheck::trust::{Head, RowKey, Section};
use cccheck::{
    CccNumber, Day, Declaration, DeclarationId, DeclarationKey, HASHED, Parties, Provenance, Record, Status,
};
use std::collections::BTreeSet;

/// What looks drawn by lot, and is the same for the same place and question.
fn lot(place: u32, question: u32, sides: u32) -> u32 {
    let mixed = (place + 1).wrapping_mul(0x9e37_79b1) ^ question.wrapping_mul(0x85eb_ca6b);
    ((mixed ^ mixed >> 15).wrapping_mul(0x2c1b_3c6d) >> 16) % sides
}

fn day(text: &str, more: u32) -> Option<Day> {
    let first: Day = text.parse().unwrap();
    Day::from_days(first.days() + i32::try_from(more).unwrap())
}

fn companies(place: u32) -> Parties {
    let tag = |of: u32| {
        let [a, b] = [lot(of, 90, 60_000), lot(of, 91, 60_000)].map(|half| u16::try_from(half).unwrap().to_be_bytes());
        Some(PartyTag([a[0], a[1], b[0], b[1], 1, u8::try_from(of).unwrap()]))
    };
    let company = lot(place, 1, 40);
    let applicant = tag(company);
    match company % 4 {
        0 => Parties { applicant, ..Parties::default() },
        1 => Parties { applicant, manufacturer: applicant, factory: applicant, credit_code: None },
        2 => Parties { applicant, manufacturer: tag(60), factory: tag(61), credit_code: tag(62 + company) },
        _ => Parties { applicant, manufacturer: tag(60), factory: tag(60), credit_code: None },
    }
}

/// Of a register that keeps what has lapsed, or of one that never does.
fn record(number: CccNumber, place: u32, is_tidy: bool) -> Record {
    let year = format!("{}-02-01", number.year());
    let issued_on = day(&year, if is_tidy { place } else { lot(place, 2, 900) });
    let lapsed = [Status::Suspended, Status::Revoked, Status::Cancelled, Status::Expired];
    let status = match lot(place, 3, 9) {
        side @ 0..4 if !is_tidy => lapsed[usize::try_from(side).unwrap()],
        _ => Status::Valid,
    };
    Record {
        number,
        status,
        status_since: (status != Status::Valid).then(|| day("2026-01-05", lot(place, 4, 300))).flatten(),
        issued_on,
        expires_on: if is_tidy {
            issued_on.map(|day| day.plus_years(5))
        } else {
            day("2026-06-01", lot(place, 5, 2_000))
        },
        provenance: Provenance::Synthetic,
        model: (lot(place, 6, 12) == 0).then(|| format!("KZ-{place}")),
        parties: if is_tidy { Parties::default() } else { companies(place) },
    }
}

/// Certificates of one body and year by serial and product kind, one after the other.
fn group(year: u16, body: u8, is_tidy: bool, numbers: impl Iterator<Item = (u32, u16)>) -> Vec<Record> {
    let certified = |(place, (serial, product))| {
        record(CccNumber::new(year, body, product, serial % 1_000_000).unwrap(), place, is_tidy)
    };
    (0..).zip(numbers).map(certified).collect()
}

fn content() -> Content {
    let kinds = [702_u16, 1_604, 907, 301];
    let kind = |place: u32| kinds[usize::try_from(lot(place, 7, 4)).unwrap()];
    let records = [
        // Serials without a gap, so that a bit each is shortest; from the end of their range on.
        group(2_020, 30, true, (999_950..1_000_070).map(|serial| (serial, kind(serial)))),
        // Serials that several kinds share.
        group(
            2_021,
            30,
            false,
            (0..60).map(|place| (9_000 + place / 2 * 7, kinds[usize::try_from(place % 2).unwrap()])),
        ),
        // Serials that begin anew for each kind.
        group(2_022, 31, true, (0..160).map(|place| (1 + place % 40, kinds[usize::try_from(place / 40).unwrap()]))),
        // Serials with gaps.
        group(2_023, 32, false, (0..100).map(|place| (100_000 + place * 500 + lot(place, 8, 400), 1_105))),
    ];
    let declared = |place: u32| {
        let Record { status, status_since, issued_on, expires_on, provenance, model, parties, .. } =
            record(CccNumber::new(2_024, 0, 0, place).unwrap(), place, false);
        let key = DeclarationKey::of(HASHED, &format!("SD-{place}")).unwrap();
        let number = DeclarationId { key, product: Some(kind(place)) };
        Declaration { number, status, status_since, issued_on, expires_on, provenance, model, parties }
    };
    Content {
        records: records.concat(),
        coverage: [(30, 2_020), (30, 2_021), (31, 2_022), (32, 2_023), (HASHED, 0)]
            .map(|(body, year)| complete(body, year))
            .into(),
        declarations: (0..30).map(declared).collect(),
    }
}

fn complete(body: u8, year: u16) -> Coverage {
    Coverage { body, year, complete: true, lapsed_since: None }
}

/// The next day's: some certificates are suspended, some are gone, some are new; a year is no longer complete, and another is.
fn next(content: &Content) -> Content {
    let mut next = content.clone();
    next.records.retain(|record| record.number.serial() % 41 != 3);
    for record in next.records.iter_mut().filter(|record| record.number.serial() % 7 == 5) {
        (record.status, record.status_since) = (Status::Suspended, day(&AS_OF[..10], 0));
    }
    next.records.extend(group(2_020, 30, true, (70..74).map(|serial| (serial, 702))));
    next.records.extend(group(2_025, 33, true, [(1, 702)].into_iter()));
    next.coverage.iter_mut().filter(|line| line.body == 31).for_each(|line| line.complete = false);
    next.coverage.push(complete(33, 2_025));
    next
}

fn edition() -> Edition {
    let options = WriteOptions { block_rows: 24, chunk_bytes: 300, holder_chunk_bytes: 200, ..fixture::options() };
    let mut base = edition_of(&content(), reference(), &options);
    let mut directory = Directory::of(&base.written.directory);
    directory.sections = vec![Section { tag: 7, critical: false, bytes: b"later".to_vec() }];
    // Writers make a second model for far more rows. That of the rows is the second; by the first they would say other things.
    let Model { state, issue: (running, ended), expiry, since, product } = directory.models[0];
    directory.models.insert(0, Model { state, issue: (ended, running), expiry: since, since: expiry, product });
    directory.groups.iter_mut().for_each(|group| group.model = 1);
    base.written.directory = directory.bytes();
    let verified = Head::verify(&head(&base.manifest(4, AS_OF)), &fixture::pin(), None, instant(AS_OF)).unwrap();
    let delta = write_delta(&base.open(verified).unwrap(), &next(&content()), 60).unwrap();
    Edition { parts: delta.parts, content: delta.content, ..base }
}

/// A record, or in what way there is none.
pub type Said = Result<Record, &'static str>;

/// The files, and numbers with what must be said of them: the ends of each group, certificates that the delta changed, added
/// and dropped, and some that never were.
pub fn varied() -> (Edition, Vec<(CccNumber, Said)>) {
    let (before, after) = (content(), next(&content()));
    let find = |number| after.records.iter().find(|record| record.number == number).cloned();
    let mut numbers = Vec::new();
    for body_year in [(30, 2_020), (30, 2_021), (31, 2_022), (32, 2_023)] {
        let is_own = |record: &&Record| (record.number.body(), record.number.year()) == body_year;
        let own: Vec<&Record> = before.records.iter().filter(is_own).collect();
        let changed = own.iter().find(|record| find(record.number).is_some_and(|after| after != ***record));
        let dropped = own.iter().find(|record| find(record.number).is_none());
        let ends = [own[0], own[own.len() / 2], own[own.len() - 1]];
        assert!(changed.is_some() && dropped.is_some(), "{body_year:?}");
        numbers.extend(ends.iter().chain(changed).chain(dropped).map(|record| record.number));
    }
    // The delta added the first two. The others are between, before and after the rows of a group, or in none.
    let added = ["2020300702000073", "2025330702000001"];
    let absent = [
        "2020300702000074",
        "2021300702009001",
        "2022310702000000",
        "2023321105099999",
        "2024321105100000",
        "2025330702000002",
    ];
    numbers.extend(added.into_iter().chain(absent).map(number));
    numbers.sort_unstable();
    numbers.dedup();
    let is_complete =
        |number: CccNumber| after.coverage.iter().any(|line| *line == complete(number.body(), number.year()));
    let none = |number| if is_complete(number) { "not_found" } else { "not_covered" };
    (edition(), numbers.into_iter().map(|number| (number, find(number).ok_or(none(number)))).collect())
}

#[test]
fn the_varied_snapshot_has_what_it_is_for() {
    let edition = edition();
    let directory = Directory::of(&edition.written.directory);
    let all = |of: fn(&Group) -> u16| directory.groups.iter().map(of).collect::<BTreeSet<u16>>();
    assert_eq!(all(|group| group.order), BTreeSet::from([0, 1, 2]));
    assert_eq!(all(|group| group.steps), BTreeSet::from([0, 1, 2]));
    assert!(directory.holders > 16 && directory.holder_chunks.len() > 1, "{:?}", directory.holder_chunks);
    assert!(directory.groups.iter().any(|group| group.rows > 24), "a group of several blocks");
    let begins_within = |from: RowKey| {
        let group = directory.groups.iter().find(|group| (group.space, group.year) == (from.body, from.year));
        from.key > 0 && group.is_some_and(|group| group.start > 0)
    };
    assert!(edition.parts.iter().any(|part| begins_within(part.from)), "{:?}", edition.parts);
    let head = Head::verify(&head(&edition.manifest(4, AS_OF)), &fixture::pin(), None, instant(AS_OF)).unwrap();
    assert_eq!(edition.open(head).unwrap().audit(), Ok(()));
    assert_eq!(edition.content, edition_of(&next(&content()), reference(), &fixture::options()).content);
}
