//! What later writers may write, and what no writer does, in a directory or a part of a delta that is signed as it is.

use super::world::{Draft, Victim, now};
use crate::apart::{Chunk, Directory, Group, PartHead, packed, unpacked};
use crate::fixture::{self, Edition, edition, edition_of, options, reference};
use cccheck::snapshot::{Blob, Content, PartFile, Snapshot};
use cccheck::trust::{FileRef, Manifest, Refusal, RowKey, Section};
use cccheck::{Claim, Decision, Found, Provenance, Record, Register as _, Status, Wanted, check};

const DIRECTORY: Refusal = Refusal::Malformed { part: "directory" };
const DELTA: Refusal = Refusal::Malformed { part: "delta" };

/// The fixture with this directory in place of its own.
fn with_directory(directory: Vec<u8>) -> Edition {
    let mut edition = edition();
    edition.written.directory = directory;
    edition
}

fn changed(change: impl FnOnce(&mut Directory)) -> Edition {
    let mut directory = Directory::of(&edition().written.directory);
    change(&mut directory);
    with_directory(directory.bytes())
}

fn opened(edition: &Edition) -> Result<Snapshot, Refusal> {
    edition.open(Victim::new().verify(&Draft::of(3, edition).bytes()).unwrap())
}

/// The same, file by file: begun, and given every part.
fn begun(edition: &Edition) -> Result<Snapshot, Refusal> {
    begun_as(edition, Draft::of(3, edition).manifest)
}

fn begun_as(edition: &Edition, manifest: Manifest) -> Result<Snapshot, Refusal> {
    let blob = |bytes: &Vec<u8>| Blob::new(bytes.clone());
    let head = Victim::new().verify(&Draft { manifest, ..Draft::of(3, edition) }.bytes()).unwrap();
    let mut snapshot = Snapshot::lazy(head, blob(&edition.reference), blob(&edition.written.directory))?;
    edition.parts.iter().try_for_each(|part| snapshot.supply(blob(&part.bytes)))?;
    Ok(snapshot)
}

#[track_caller]
fn is_refused(edition: &Edition, refusal: &Refusal) {
    assert_eq!(opened(edition).unwrap_err(), *refusal);
    assert_eq!(begun(edition).unwrap_err(), *refusal);
}

/// It is read, and says all that the fixture says.
#[track_caller]
fn says_the_same(other: &Edition) {
    let snapshot = opened(other).unwrap();
    snapshot.audit().unwrap();
    assert_eq!(snapshot.content(), opened(&edition()).unwrap().content());
    begun(other).unwrap();
}

fn section(tag: u16, critical: bool) -> Section {
    Section { tag, critical, bytes: b"new".to_vec() }
}

#[test]
fn what_is_taken_apart_is_put_together_as_it_was() {
    let edition = edition();
    assert_eq!(Directory::of(&edition.written.directory).bytes(), edition.written.directory);
    let (head, chunk) = PartHead::of(&edition.parts[0].bytes);
    assert_eq!(head.bytes(chunk), edition.parts[0].bytes);
    for codes in [head.codes, Directory::of(&edition.written.directory).codes] {
        let all = [codes.states, codes.issues, codes.days, codes.products].concat();
        assert!(all.iter().all(|code| packed(&unpacked(code)) == *code));
    }
}

#[test]
fn an_unknown_section_of_a_directory_is_refused_if_it_is_critical_and_ignored_if_not() {
    says_the_same(&changed(|directory| directory.sections = vec![section(7, false), section(9, false)]));
    let refusal = Refusal::UnknownSection { tag: 9 };
    is_refused(&changed(|directory| directory.sections = vec![section(7, false), section(9, true)]), &refusal);
    assert_eq!(refusal.code(), "trust.unsupported_format");
    assert!(!refusal.to_string().contains("manifest"), "{refusal}");
}

#[test]
fn sections_of_a_directory_have_one_order() {
    for tags in [[9, 7], [7, 7]] {
        is_refused(&changed(|directory| directory.sections = tags.map(|tag| section(tag, false)).into()), &DIRECTORY);
    }
}

#[test]
fn groups_of_a_directory_have_one_order() {
    is_refused(&changed(|directory| directory.groups.swap(0, 1)), &DIRECTORY);
    let twice = |directory: &mut Directory| {
        directory.groups.insert(0, Group { rows: 0, ..directory.groups[0].clone() });
    };
    is_refused(&changed(twice), &DIRECTORY);
}

/// The fixture with one more group that has no rows.
fn with_group(change: impl FnOnce(&mut Group)) -> Edition {
    changed(|directory| {
        let last = Group {
            space: 99,
            year: 9_999,
            complete: false,
            lapsed_since: None,
            order: 0,
            start: 999_999,
            rows: 0,
            rice: 47,
            steps: 1,
            model: 0,
        };
        let mut group = Group { model: u16::try_from(directory.models.len() - 1).unwrap(), ..last };
        change(&mut group);
        let place = directory.groups.partition_point(|other| other.space < group.space);
        directory.groups.insert(place, group);
    })
}

#[test]
fn groups_are_within_their_limits() {
    for fits in [|_: &mut Group| (), |group: &mut Group| (group.rice, group.steps) = (0, 2)] {
        assert_eq!(opened(&with_group(fits)).and_then(|snapshot| snapshot.audit()), Ok(()));
    }
    let beyond: [fn(&mut Group); 8] = [
        |group| group.model += 1,
        |group| group.start = 1_000_000,
        |group| group.year = 10_000,
        |group| group.rice = 48,
        |group| (group.rice, group.steps) = (1, 2),
        |group| group.order = 1,
        |group| (group.order, group.start) = (2, 0),
        |group| (group.space, group.year, group.start) = (101, 0, 0),
    ];
    for change in beyond {
        is_refused(&with_group(change), &DIRECTORY);
    }
}

#[test]
fn chunks_have_the_blocks_of_the_groups() {
    type Change = fn(&mut Directory);
    let more: [Change; 4] = [
        |directory| directory.chunks[0].blocks += 1,
        |directory| directory.chunks[0].blocks -= 1,
        |directory| directory.holder_chunks[0].blocks += 1,
        |directory| directory.chunks.push(Chunk { blocks: 0, first_key: 0, file: FileRef::of(b"") }),
    ];
    for change in more {
        is_refused(&changed(change), &DIRECTORY);
    }
    // One that stands in another chunk than the directory says.
    let moved = changed(|directory| {
        directory.chunks[0].blocks += 1;
        directory.chunks[1].blocks -= 1;
    });
    assert_eq!(opened(&moved).unwrap_err(), Refusal::Malformed { part: "snapshot" });
}

#[test]
fn blocks_can_be_counted_in_32_bits() {
    // With 2^32 blocks, or so many fewer: 16 groups of as many rows as can be would have them alone.
    let with = |fewer: u32| {
        changed(|directory| {
            let of_rows: u32 = directory.chunks.iter().map(|chunk| chunk.blocks).sum();
            let others: u32 = of_rows + directory.holder_chunks.iter().map(|chunk| chunk.blocks).sum::<u32>() + fewer;
            let group = |year: u16| {
                let rows = u32::MAX - if year == 0 { others * 16 } else { 0 };
                Group { space: 99, year, order: 0, start: 0, rows, rice: 0, steps: 1, ..directory.groups[0].clone() }
            };
            let groups: Vec<Group> = (0..16).map(group).collect();
            let place = directory.groups.partition_point(|group| group.space < 99);
            directory.groups.splice(place..place, groups);
            let (blocks, file) = (u32::MAX - others + 1, FileRef::of(b""));
            directory.chunks.push(Chunk { blocks, first_key: 0, file });
        })
    };
    is_refused(&with(0), &DIRECTORY);
    begun(&with(1)).unwrap();
}

#[test]
fn a_newer_directory_or_part_is_named_as_such() {
    for version in [0, 3, 5, u8::MAX] {
        let refusal = |part| Refusal::UnsupportedFormat { part, version: version.into() };
        let mut newer = edition();
        newer.written.directory[7] = version;
        is_refused(&newer, &refusal("directory"));
        let mut newer = edition();
        newer.parts[1].bytes[7] = version;
        is_refused(&newer, &refusal("delta"));
    }
}

#[test]
fn a_directory_has_room_for_64_tables() {
    let with = |count| {
        changed(|directory| {
            let more = count - directory.codes.count();
            let code = directory.codes.days[0].clone();
            directory.codes.days.extend(vec![code; more]);
        })
    };
    says_the_same(&with(64));
    is_refused(&with(65), &DIRECTORY);
}

#[test]
fn a_group_in_a_part_that_no_look_up_asks_for_it_is_refused_by_an_audit() {
    let mut edition = edition();
    let stray = Directory::of(&edition.written.directory).groups.remove(0);
    let last = edition.parts.last_mut().unwrap();
    let (mut head, chunk) = PartHead::of(&last.bytes);
    assert!((stray.space, stray.year) < (head.groups[0].space, head.groups[0].year));
    // It says what the directory says, so no look-up and no coverage is wrong.
    head.groups.insert(0, Group { rows: 0, ..stray });
    last.bytes = head.bytes(chunk);
    let snapshot = opened(&edition).unwrap();
    assert_eq!(snapshot.coverage(), opened(&fixture::edition()).unwrap().coverage());
    assert_eq!(snapshot.audit(), Err(Refusal::Malformed { part: "snapshot" }));
}

#[test]
fn a_part_has_room_for_6_tables() {
    let with = |count| {
        with_part(false, |head| {
            let more = count - head.codes.count();
            let code = head.codes.days[0].clone();
            head.codes.days.extend(vec![code; more]);
        })
    };
    says_the_same(&with(6));
    is_refused(&with(7), &DELTA);
}

/// The fixture's second part, or an empty one after the last, with this in its fields.
fn with_part(is_empty: bool, change: impl FnOnce(&mut PartHead)) -> Edition {
    let mut edition = edition();
    let (mut head, chunk) = PartHead::of(&edition.parts[1].bytes);
    if is_empty {
        (head.groups, head.changes) = (Vec::new(), 0);
        change(&mut head);
        let from = RowKey { body: u8::MAX, year: 0, key: 0 };
        edition.parts.push(PartFile { from, bytes: head.bytes(&[0; 15]) });
    } else {
        change(&mut head);
        edition.parts[1].bytes = head.bytes(chunk);
    }
    edition
}

#[test]
fn changes_of_a_part_are_within_their_limits() {
    for is_empty in [false, true] {
        says_the_same(&with_part(is_empty, |_| ()));
        opened(&with_part(is_empty, |head| head.rice = 47)).unwrap();
        is_refused(&with_part(is_empty, |head| head.rice = 48), &DELTA);
    }
    // Where nothing is changed, nothing needs its tables.
    is_refused(&with_part(false, |head| head.model.state = u16::MAX), &DELTA);
    says_the_same(&with_part(true, |head| head.model.state = u16::MAX));
}

#[test]
fn chunks_make_up_the_signed_size() {
    // Twice half of all numbers comes round to 0.
    let half = u64::MAX / 2 + 1;
    for more in [[half, half], [1, 0], [0, u64::MAX]] {
        let edition = changed(|directory| {
            for (chunk, more) in directory.chunks.iter_mut().zip(more) {
                chunk.file.size = chunk.file.size.wrapping_add(more);
            }
        });
        assert_eq!(begun(&edition).unwrap_err(), DIRECTORY, "{more:?}");
    }
    // A file that goes on after its last chunk, and one that ends before.
    let mut longer = edition();
    longer.written.chunks.push(vec![0]);
    is_refused(&longer, &DIRECTORY);
    let mut shorter = edition();
    shorter.written.chunks.pop();
    assert_eq!(opened(&shorter).unwrap_err(), Refusal::Malformed { part: "snapshot" });
    assert_eq!(begun(&shorter).unwrap_err(), DIRECTORY);
}

/// A register of valid certificates that are quoted from nowhere, with this added to every state in its prefix codes.
fn with_states(add: u32) -> Edition {
    let valid = |record: &Record| record.status == Status::Valid && record.provenance != Provenance::Quoted;
    let records = fixture::records().into_iter().filter(valid);
    let records = records.map(|record| Record { provenance: Provenance::Register, ..record }).collect();
    let content = Content { records, coverage: fixture::coverage(), ..Content::default() };
    let mut edition = edition_of(&content, reference(), &options());
    let mut directory = Directory::of(&edition.written.directory);
    for code in &mut directory.codes.states {
        let mut symbols = unpacked(code);
        let escape = symbols.pop().unwrap();
        assert!(symbols.iter().all(|(state, _)| state & 63 == 0), "valid, and from the register");
        symbols.iter_mut().for_each(|(state, _)| *state += add);
        symbols.push(escape);
        *code = packed(&symbols);
    }
    edition.written.directory = directory.bytes();
    edition
}

#[test]
fn values_that_are_not_known_here_are_for_a_person_to_look_at() {
    let number = fixture::number("2020900201000001");
    let claim = Claim { number: Some(number.to_string()), ..Claim::default() };
    let learn = |status: u32, provenance: u32| {
        let snapshot = opened(&with_states(status | provenance << 4)).unwrap();
        let Ok(Found::Record(record)) = snapshot.find(number, Wanted::Standing) else { panic!("{number} is there") };
        let alike = |other: &Record| (other.status, other.provenance) == (record.status, record.provenance);
        assert!(snapshot.content().unwrap().records.iter().all(alike));
        let verdict = check(&claim, Ok(&snapshot), &Default::default(), now());
        (record.status, record.provenance, verdict.decision)
    };
    assert_eq!(learn(0, 0), (Status::Valid, Provenance::Register, Decision::Accept));
    assert_eq!(learn(0, 3), (Status::Valid, Provenance::Quoted, Decision::Review));
    for status in 6..16 {
        assert_eq!(learn(status, 0), (Status::Unknown, Provenance::Register, Decision::Review), "status {status}");
        assert_eq!(learn(status, 3), (Status::Unknown, Provenance::Quoted, Decision::Review), "status {status}");
    }
}
