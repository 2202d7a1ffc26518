//! What is asked of memory: nothing by a look-up, and by what is read little more than it has bytes, whatever it says of itself.
#![cfg(not(target_arch = "wasm32"))]

#[path = "core/fixture.rs"]
#[expect(dead_code, reason = "the other tests need the rest")]
mod fixture;

use allocation_counter::{AllocationInfo, measure};
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{FileRef, Head, Keys, Manifest, Pin, VerifiedHead};
use cccheck::wire::{self, Wire};
use cccheck::{Catalogue, CccNumber, DeclarationKey, Found, Reference, Register as _, Scope, Sought, Texts, Wanted};
use fixture::{AS_OF, Edition, edition, instant};
use std::hint::black_box;

fn blob(bytes: &[u8]) -> Blob {
    Blob::new(bytes.to_vec())
}

fn verified(manifest: &Manifest) -> VerifiedHead {
    let now = instant(AS_OF).plus_seconds(3_600);
    Head::verify(&fixture::head(manifest), &fixture::pin(), None, now).unwrap()
}

fn lazy(edition: &Edition) -> Snapshot {
    let head = verified(&edition.manifest(1, AS_OF));
    Snapshot::lazy(head, blob(&edition.reference), blob(&edition.written.directory)).unwrap()
}

fn supplied(edition: &Edition) -> Snapshot {
    let mut snapshot = lazy(edition);
    let parts = edition.parts.iter().map(|part| &part.bytes);
    edition.written.chunks.iter().chain(parts).for_each(|file| snapshot.supply(blob(file)).unwrap());
    assert!(snapshot.missing().is_empty());
    snapshot
}

/// What a look-up takes, of which the one before made the tables.
fn taken(snapshot: &Snapshot, sought: Sought, wanted: Wanted) -> (Found, u64) {
    let mut found = snapshot.find(sought, wanted);
    let counted = measure(|| found = black_box(snapshot.find(black_box(sought), wanted)));
    (found.unwrap(), counted.count_total)
}

#[test]
fn a_look_up_allocates_nothing_but_a_model_text() {
    let edition = edition();
    let whole = edition.open(verified(&edition.manifest(1, AS_OF))).unwrap();
    let (before, after) = (fixture::earlier(), fixture::content());
    let gone = before.records.iter().map(|record| Sought::from(record.number));
    let known = after.records.iter().map(|record| Sought::from(record.number));
    let declared = after.declarations.iter().map(|declaration| Sought::from(declaration.number.key));
    let elsewhere = [1_995, 2_020].map(|year| Sought::from(CccNumber::new(year, 9, 201, 999_998).unwrap()));
    let no_declaration = Sought::from(DeclarationKey::self_declaration("ZM-no").unwrap());
    let all: Vec<Sought> = known.chain(gone).chain(declared).chain(elsewhere).chain([no_declaration]).collect();

    let old = |sought: Sought| before.records.iter().find(|record| Sought::from(record.number) == sought);
    let (mut same, mut changed, mut added, mut texts, mut with_companies) = (0, 0, 0, 0, 0);
    let (mut absent, mut not_covered) = (0, 0);
    for snapshot in [whole, supplied(&edition)] {
        for sought in &all {
            for wanted in [Wanted::Standing, Wanted::Parties] {
                let (found, count) = taken(&snapshot, *sought, wanted);
                let old = old(*sought);
                let has_text = old.is_some_and(|old| old.model.is_some());
                match found {
                    Found::Record(record) if has_text || record.model.is_some() => {
                        texts += 1;
                        assert!(count > 0, "{record:?}: the count must see a text");
                        continue;
                    }
                    Found::Record(record) => {
                        let was = old.map(|old| cccheck::Record::<cccheck::Paper>::from(old.clone()));
                        same += u32::from(was.as_ref() == Some(&record));
                        changed += u32::from(was.is_some_and(|was| was != record && wanted == Wanted::Parties));
                        added += u32::from(old.is_none());
                        with_companies += u32::from(record.parties != Default::default());
                    }
                    Found::Absent { .. } => absent += 1,
                    Found::NotCovered => not_covered += 1,
                }
                assert_eq!(count, 0, "{sought:?}, {wanted:?}");
            }
        }
    }
    let kinds = [same, changed, added, texts, with_companies, absent, not_covered];
    assert!(kinds.iter().all(|count| *count > 0), "{kinds:?}");
}

/// The form of a list that says to have more items than there are bytes in memory.
const MOST: [u8; 5] = [0xff, 0xff, 0xff, 0xff, 0x0f];
/// How many bytes of memory a byte of a file may take: a list that is empty has one, and grows by doubling.
const MULTIPLE: u64 = 64;
/// The digest that a signer states for a file of nonsense.
const DIGEST: [u8; 32] = [7; 32];

#[track_caller]
fn is_bounded(taken: AllocationInfo, bytes: usize, honest: u64) {
    let most = honest + MULTIPLE * u64::try_from(bytes).unwrap();
    assert!(taken.bytes_max <= most, "{} bytes of memory for {bytes}, at most {most}", taken.bytes_max);
}

/// A file with the length of a list that lies, in the place of each of its bytes.
fn lying(file: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..file.len()).map(|place| [&file[..place], &MOST, &file[place + 1..]].concat())
}

fn decodes_within_bounds<T: Wire>() {
    for more in [0, 1, 1_000] {
        for byte in [0, 1, 0xff] {
            let bytes = [MOST.as_slice(), &vec![byte; more]].concat();
            is_bounded(measure(|| drop(black_box(wire::decode::<T>(&bytes)))), bytes.len(), 0);
        }
    }
}

#[test]
fn a_list_takes_no_more_than_its_bytes_whatever_length_it_states() {
    decodes_within_bounds::<Vec<u8>>();
    decodes_within_bounds::<Vec<u64>>();
    decodes_within_bounds::<Vec<[u8; 32]>>();
    decodes_within_bounds::<Vec<Vec<u8>>>();
    decodes_within_bounds::<Vec<Vec<Vec<u64>>>>();
    decodes_within_bounds::<Vec<(Option<u16>, String)>>();
    decodes_within_bounds::<String>();
    decodes_within_bounds::<Texts>();
    decodes_within_bounds::<Scope>();
}

#[test]
fn a_head_or_pin_takes_no_more_than_its_bytes_whatever_lengths_it_states() {
    let edition = edition();
    let head = fixture::head(&edition.manifest(1, AS_OF));
    for bytes in lying(&head) {
        is_bounded(measure(|| drop(black_box(Head::decode(&bytes)))), bytes.len(), 0);
    }
    for bytes in lying(&wire::encode(&edition.manifest(1, AS_OF))) {
        is_bounded(measure(|| drop(black_box(wire::decode::<Manifest>(&bytes)))), bytes.len(), 0);
    }
    for bytes in lying(&wire::encode(&fixture::keys())) {
        is_bounded(measure(|| drop(black_box(wire::decode::<Keys>(&bytes)))), bytes.len(), 0);
    }
    for bytes in lying(&fixture::signed_keys()) {
        is_bounded(measure(|| drop(black_box(Pin::new(&bytes, 1)))), bytes.len(), 0);
    }
}

/// A few rows of each of the real tables.
fn few_rows() -> Reference {
    let mut few = fixture::reference().clone();
    few.catalogue = Catalogue::new(few.catalogue.rows().filter(|row| row.code == 1_101).collect()).unwrap();
    few.transitions.truncate(2);
    few.units.truncate(2);
    few.scope = few.scope.rows().take(2).collect();
    few.bodies.truncate(2);
    few.extensions.truncate(2);
    few.alerts.truncate(2);
    few.attributes.truncate(2);
    few.traditional.truncate(2);
    few
}

fn nonsense(file: &[u8]) -> FileRef {
    FileRef { size: FileRef::of(file).size + u64::try_from(MOST.len() - 1).unwrap(), hash: DIGEST }
}

#[test]
fn what_is_opened_takes_no_more_than_its_bytes_whatever_lengths_it_states() {
    let edition = Edition { reference: wire::encode(&few_rows()), ..edition() };
    let manifest = edition.manifest(1, AS_OF);
    let (reference, directory) = (&edition.reference, &edition.written.directory);
    let honest = measure(|| drop(black_box(lazy(&edition)))).bytes_max;

    let head = verified(&Manifest { reference: nonsense(reference), ..manifest.clone() });
    for bytes in lying(reference) {
        let (size, head) = (bytes.len(), head.clone());
        let (lie, directory) = (Blob::with_hash(bytes, DIGEST), blob(directory));
        is_bounded(measure(|| drop(black_box(Snapshot::lazy(head, lie, directory)))), size, honest);
    }

    let more = nonsense(directory).size - manifest.directory.size;
    let snapshot = FileRef { size: manifest.snapshot.size + more, hash: DIGEST };
    let head = verified(&Manifest { directory: nonsense(directory), snapshot, ..manifest.clone() });
    for bytes in lying(directory) {
        let size = bytes.len();
        let (lie, reference) = (Blob::with_hash(bytes.clone(), DIGEST), blob(reference));
        let own = head.clone();
        is_bounded(measure(|| drop(black_box(Snapshot::lazy(own, reference, lie)))), size, honest);
    }
    for bytes in lying(directory) {
        let whole = [bytes, edition.written.chunks.concat()].concat();
        let size = whole.len();
        let (lie, reference, delta) =
            (Blob::with_hash(whole, DIGEST), blob(&edition.reference), edition.delta().map(Blob::new));
        let own = head.clone();
        is_bounded(measure(|| drop(black_box(Snapshot::open(own, reference, lie, delta)))), size, honest);
    }

    let mut delta = manifest.delta.clone().unwrap();
    let part = &edition.parts[1].bytes;
    delta.parts[1].file = nonsense(part);
    delta.file.size += more;
    let head = verified(&Manifest { delta: Some(delta), ..manifest });
    let begun = Snapshot::lazy(head, blob(reference), blob(directory)).unwrap();
    for bytes in lying(part) {
        let size = bytes.len();
        let (mut snapshot, lie) = (begun.clone(), Blob::with_hash(bytes, DIGEST));
        is_bounded(measure(|| drop(black_box(snapshot.supply(lie)))), size, 0);
    }
}
