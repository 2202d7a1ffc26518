//! Every single bit of a small edition flipped, and every truncation of its files: refused by its hash; and where the signer
//! signed it so, harmless at least: no panic, no record of another number, and look-ups answer as the whole content says.

use super::world::{Draft, Victim, now};
use crate::fixture::{self, Edition, edition_of, options};
use cccheck::party::{self, PartyTag};
use cccheck::snapshot::{Blob, Content, Snapshot, WriteOptions, write_delta};
use cccheck::trust::{DeltaRef, FileRef, Manifest, PartRef, Refusal, VerifiedHead};
use cccheck::{
    Catalogue, CccNumber, Claim, Confidence, Day, Declaration, DeclarationId, DeclarationKey, Extension, Found, HASHED,
    Instrument, Issuer, Outcome, Paper, Parties, Policy, Provenance, Record, Reference, Register, ScopeRow, Status,
    Transition, Wanted, check, wire,
};
use std::cell::{Cell, RefCell};
use std::sync::LazyLock;

/// The digest that a signer states for a file of nonsense.
const DIGEST: [u8; 32] = [7; 32];
const RECORDS: u16 = 36;

fn number(place: u16) -> CccNumber {
    CccNumber::new(2_020 + place % 2, 3, 1_101 + place % 3, u32::from(place) * 11).unwrap()
}

fn record(place: u16) -> Record {
    let day = |days: u16| Day::from_days(20_000 + i32::from(days));
    Record {
        number: number(place),
        status: Status::ALL[usize::from(place) % 3],
        status_since: day(place).filter(|_| place % 3 != 1),
        issued_on: day(place * 5),
        expires_on: day(1_900 + place).filter(|_| place % 4 != 1),
        provenance: Provenance::Synthetic,
        model: (place == 9).then(|| "型号".into()),
        parties: companies(place),
    }
}

/// Most have some of those of the fixture.
fn companies(place: u16) -> Parties {
    static COMPANIES: LazyLock<Vec<Parties>> = LazyLock::new(|| {
        fixture::records()
            .iter()
            .map(|record| record.parties)
            .filter(|parties| *parties != Parties::default())
            .collect()
    });
    if place.is_multiple_of(5) { Parties::default() } else { COMPANIES[usize::from(place) % COMPANIES.len()] }
}

fn declaration() -> Declaration {
    let Record { status, status_since, issued_on, expires_on, provenance, model, parties, .. } = record(1);
    let key = DeclarationKey::self_declaration("ZM-1").unwrap();
    Declaration {
        number: DeclarationId { key, product: None },
        status,
        status_since,
        issued_on,
        expires_on,
        provenance,
        model,
        parties,
    }
}

/// Two small groups, a declaration and their companies, and a delta that changes, adds and removes, with companies of its own.
fn small() -> &'static Edition {
    static SMALL: LazyLock<Edition> = LazyLock::new(|| {
        let content = |newer: bool| Content {
            records: (0..RECORDS)
                .filter(|place| place % 8 != u16::from(newer))
                .map(|place| Record {
                    provenance: [Provenance::Synthetic, Provenance::Quoted][usize::from(newer && place % 5 == 2)],
                    parties: if newer && place % 12 == 4 {
                        Parties { factory: Some(PartyTag([7; 6])), ..companies(place) }
                    } else {
                        companies(place)
                    },
                    ..record(place)
                })
                .collect(),
            declarations: if newer { vec![declaration()] } else { Vec::new() },
            coverage: vec![cccheck::snapshot::Coverage { body: HASHED, year: 0, complete: true, lapsed_since: None }],
        };
        let options = WriteOptions { block_rows: 16, chunk_bytes: 20, holder_chunk_bytes: 20, ..options() };
        let base = edition_of(&content(false), &Reference::default(), &options);
        let head = Victim::new().verify(&Draft::of(1, &base).bytes()).unwrap();
        let delta = write_delta(&base.open(head).unwrap(), &content(true), 12).unwrap();
        assert!(base.written.chunks.len() > 2 && delta.parts.len() > 1);
        Edition { parts: delta.parts, content: delta.content, ..base }
    });
    &SMALL
}

fn verified(manifest: Manifest) -> VerifiedHead {
    let draft = Draft { manifest, ..Draft::of(3, small()) };
    Victim::new().verify(&draft.bytes()).unwrap()
}

/// All flips and truncations of a file.
fn damaged(file: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let flipped = (0..file.len() * 8).map(|bit| {
        let mut flipped = file.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    });
    flipped.chain((0..file.len()).map(|length| file[..length].to_vec()))
}

/// Tries `read` with each damaged form of a file; `open` makes what it needs for files of a size, which is slow.
fn each<T>(file: &[u8], open: impl Fn(FileRef) -> T, read: impl Fn(&T, Blob)) {
    let mut known: Option<(FileRef, T)> = None;
    for bytes in damaged(file) {
        let blob = Blob::with_hash(bytes, DIGEST);
        let (_, opened) = match known.take() {
            Some(same) if same.0 == blob.file() => known.insert(same),
            _ => known.insert((blob.file(), open(blob.file()))),
        };
        read(opened, blob);
    }
}

/// Whatever the files say, it fits together.
fn answers_fit(snapshot: &Snapshot) {
    let numbers = (0..RECORDS).map(number);
    for number in numbers.clone() {
        if let Ok(Found::Record(record)) = snapshot.find(number, Wanted::Parties) {
            assert_eq!(record.number, Paper::Certificate(number));
        }
    }
    let Ok(content) = snapshot.content() else { return };
    assert_eq!(snapshot.certificates(), Ok(u64::try_from(content.records.len()).unwrap()));
    for number in numbers.filter(|number| content.records.iter().all(|record| record.number != *number)) {
        assert!(matches!(snapshot.find(number, Wanted::Standing), Ok(Found::Absent { .. } | Found::NotCovered)));
    }
    for record in content.records {
        assert_eq!(snapshot.find(record.number, Wanted::Parties), Ok(Found::Record(record.into())));
    }
    for declaration in content.declarations {
        let found = snapshot.find(declaration.number.key, Wanted::Parties);
        assert_eq!(found, Ok(Found::Record(declaration.into())));
    }
}

fn manifest() -> Manifest {
    Draft::of(3, small()).manifest
}

fn blob(bytes: &[u8]) -> Blob {
    Blob::new(bytes.to_vec())
}

/// All files are there but one.
fn without(manifest: Manifest, directory: Blob, missing: &[u8]) -> Snapshot {
    let edition = small();
    let mut snapshot = Snapshot::lazy(verified(manifest), blob(&edition.reference), directory).unwrap();
    let parts = edition.parts.iter().map(|part| &part.bytes);
    for file in edition.written.chunks.iter().chain(parts).filter(|file| *file != missing) {
        snapshot.supply(blob(file)).unwrap();
    }
    snapshot
}

#[test]
fn files_with_another_hash_are_refused() {
    let edition = small();
    let head = verified(manifest());
    let (reference, directory) = (&edition.reference, &edition.written.directory);
    for bytes in damaged(reference) {
        assert!(Snapshot::lazy(head.clone(), Blob::new(bytes), blob(directory)).is_err());
    }
    for bytes in damaged(directory) {
        assert!(Snapshot::lazy(head.clone(), blob(reference), Blob::new(bytes)).is_err());
    }
    let mut snapshot = Snapshot::lazy(head.clone(), blob(reference), blob(directory)).unwrap();
    for bytes in
        edition.written.chunks.iter().chain(edition.parts.iter().map(|part| &part.bytes)).flat_map(|file| damaged(file))
    {
        assert_eq!(snapshot.supply(Blob::new(bytes)), Err(Refusal::Hash));
    }
    for bytes in damaged(&edition.snapshot()) {
        assert!(edition.open_with(head.clone(), bytes).is_err());
    }
    for bytes in damaged(&edition.delta().unwrap()) {
        let delta = Some(Blob::new(bytes));
        assert!(Snapshot::open(head.clone(), blob(reference), blob(&edition.snapshot()), delta).is_err());
    }
    assert!(!snapshot.needs(number(0), Wanted::Standing).is_empty(), "nothing of it was taken");
}

/// A row or so of each table, all of which concern what the claims are about.
fn few_rows() -> Reference {
    let mut few = fixture::reference().clone();
    // There are many bits to flip.
    let short = || (String::from("短"), String::from("short"));
    few.catalogue = Catalogue::new(few.catalogue.rows().filter(|row| row.code == 1_101).collect()).unwrap();
    few.transitions.retain(Transition::ends_declarations);
    few.transitions.truncate(1);
    let transition = &mut few.transitions[0];
    transition.codes = vec![1_101];
    (transition.zh, transition.en) = short();
    few.units = vec![vec![1_101, 1_103]];
    let named = few.scope.rows().find(|row| !row.words.is_empty());
    few.scope = named.map(|row| ScopeRow { code: Some(1_101), ..row }).into_iter().collect();
    few.bodies.truncate(1);
    few.bodies[0].code = 3;
    let day = |days| Day::from_days(20_000 + days).unwrap();
    few.extensions = vec![Extension {
        codes: vec![1_101],
        expires_from: day(0),
        expires_to: day(3_000),
        extended_to: day(4_000),
        announcement: "1".into(),
        source: "https://example.org/".into(),
        confidence: Confidence::Likely,
    }];
    few.alerts.truncate(1);
    few.alerts[0].issuer = Issuer::Body(3);
    (few.alerts[0].zh, few.alerts[0].en) = short();
    few.attributes.truncate(1);
    few.attributes[0].codes = vec![1_101];
    (few.attributes[0].zh, few.attributes[0].en) = short();
    few.traditional = vec![(u16::try_from(u32::from('電')).unwrap(), u16::try_from(u32::from('电')).unwrap())];
    few
}

/// Claims that ask one thing of the tables each, and at the end those that name what is sold, its attributes or the holder in
/// words.
fn claims() -> [Claim; 8] {
    let of = |place| Claim { number: Some(number(place).to_string()), ..Claim::default() };
    let few = few_rows();
    let applicant = party::tag("深圳市示例电器有限公司", fixture::reference());
    let held = (0..RECORDS).find(|place| place % 8 != 1 && companies(*place).applicant == applicant).unwrap();
    [
        Claim { product: Some("1101".into()), ..of(3) },
        Claim { product: Some("1101".into()), ..of(5) },
        of(6),
        Claim { number: Some(CccNumber::new(2_020, 3, 1_101, 999).unwrap().to_string()), ..Claim::default() },
        Claim {
            number: Some("ZM-1".into()),
            instrument: Some(Instrument::SelfDeclaration),
            product: Some("1101".into()),
            ..Claim::default()
        },
        Claim { product: few.scope.rows().next().and_then(|row| row.words.first().cloned()), ..of(3) },
        Claim { attributes: vec![few.attributes[0].name.clone()], product: Some("1101".into()), ..of(3) },
        Claim { holder: Some("深圳市示例電器有限公司".into()), ..of(held) },
    ]
}

#[test]
fn reference_tables_that_were_signed_so_are_read_by_every_rule_and_change_no_record() {
    const PLAIN: usize = 5;
    let (edition, tables, claims) = (small(), few_rows(), claims());
    let file = wire::encode(&tables);
    let manifest = |reference| Manifest { reference, ..manifest() };
    let own = Edition { reference: file.clone(), ..edition.clone() };
    let honest = own.open(verified(manifest(FileRef::of(&file)))).unwrap();
    let verdicts =
        |snapshot: &Snapshot| claims.each_ref().map(|claim| check(claim, Ok(snapshot), &Policy::default(), now()));
    let expected = verdicts(&honest);
    let differs = RefCell::new([false; 9]);
    let untouched = Cell::new(0);
    each(
        &file,
        |file| verified(manifest(file)),
        |head, blob| {
            let Ok(snapshot) = honest.clone().renew(head.clone(), Some(blob), None) else { return };
            let read = snapshot.reference();
            assert_ne!(*read, tables, "no second file says the same");
            let found = verdicts(&snapshot);
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!((&found.record, &found.number), (&expected.record, &expected.number));
                assert_eq!(found.register, expected.register);
                assert_ne!(found.outcome, Outcome::Unavailable);
            }
            // Words for products and simplified characters are nothing to claims that name neither product nor company.
            let Reference { scope, traditional, .. } = tables.clone();
            if (Reference { scope, traditional, ..read.clone() }) == tables {
                assert_eq!(found[..PLAIN], expected[..PLAIN]);
                untouched.set(untouched.get() + 1);
            }
            let changed = [
                read.catalogue != tables.catalogue,
                read.transitions != tables.transitions,
                read.units != tables.units,
                read.scope != tables.scope,
                read.bodies != tables.bodies,
                read.extensions != tables.extensions,
                read.alerts != tables.alerts,
                read.attributes != tables.attributes,
                read.traditional != tables.traditional,
            ];
            // A flipped length moves what follows into other tables.
            let is_seen = found != expected && changed.iter().filter(|changed| **changed).count() == 1;
            differs.borrow_mut().iter_mut().zip(changed).for_each(|(differs, changed)| *differs |= changed && is_seen);
        },
    );
    assert!(untouched.get() > 0);
    assert_eq!(differs.into_inner(), [true; 9], "every table has a say");
}

#[test]
fn a_directory_that_was_signed_so_is_harmless() {
    let edition = small();
    let size = |own: FileRef| manifest().snapshot.size - manifest().directory.size + own.size;
    let open = |file| {
        let snapshot = FileRef { size: size(file), hash: DIGEST };
        verified(Manifest { directory: file, snapshot, ..manifest() })
    };
    each(&edition.written.directory, open, |head, directory| {
        let Ok(mut snapshot) = Snapshot::lazy(head.clone(), blob(&edition.reference), directory) else { return };
        for file in edition.written.chunks.iter().chain(edition.parts.iter().map(|part| &part.bytes)) {
            let _ = snapshot.supply(blob(file));
        }
        answers_fit(&snapshot);
    });
}

#[test]
fn a_chunk_that_was_signed_so_is_harmless() {
    let edition = small();
    for chunk in &edition.written.chunks {
        let open = |file: FileRef| {
            let (own, other) = (wire::encode(&FileRef::of(chunk)), wire::encode(&file));
            let directory = &edition.written.directory;
            let start = directory.windows(own.len()).position(|window| window == own).unwrap();
            let directory = [&directory[..start], &other, &directory[start + own.len()..]].concat();
            let size = manifest().snapshot.size - FileRef::of(chunk).size + file.size;
            let snapshot =
                FileRef { size: size - manifest().directory.size + FileRef::of(&directory).size, hash: DIGEST };
            let manifest = Manifest { directory: FileRef::of(&directory), snapshot, ..manifest() };
            without(manifest, Blob::new(directory), chunk)
        };
        each(chunk, open, |snapshot, blob| {
            let mut snapshot = snapshot.clone();
            let _ = snapshot.supply(blob);
            answers_fit(&snapshot);
        });
    }
}

#[test]
fn a_part_of_the_delta_that_was_signed_so_is_harmless() {
    let edition = small();
    for (place, part) in edition.parts.iter().enumerate() {
        let open = |file: FileRef| {
            let mut delta: DeltaRef = manifest().delta.unwrap();
            delta.parts[place] = PartRef { from: part.from, file };
            delta.file.size = delta.parts.iter().map(|part| part.file.size).sum();
            without(Manifest { delta: Some(delta), ..manifest() }, blob(&edition.written.directory), &part.bytes)
        };
        each(&part.bytes, open, |snapshot, blob| {
            let mut snapshot = snapshot.clone();
            let _ = snapshot.supply(blob);
            answers_fit(&snapshot);
        });
    }
}

#[test]
fn bundles_that_were_signed_so_are_harmless() {
    let edition = small();
    let chunks = edition.written.chunks.concat();
    let whole = |bytes: &[u8]| [edition.written.directory.as_slice(), bytes].concat();
    let file = FileRef { hash: DIGEST, ..manifest().snapshot };
    let head = verified(Manifest { snapshot: file, ..manifest() });
    for bytes in damaged(&chunks) {
        let snapshot = Blob::with_hash(whole(&bytes), DIGEST);
        if let Ok(snapshot) =
            Snapshot::open(head.clone(), blob(&edition.reference), snapshot, edition.delta().map(Blob::new))
        {
            answers_fit(&snapshot);
        }
    }
    let delta =
        DeltaRef { file: FileRef { hash: DIGEST, ..manifest().delta.unwrap().file }, ..manifest().delta.unwrap() };
    let head = verified(Manifest { delta: Some(delta), ..manifest() });
    for bytes in damaged(&edition.delta().unwrap()) {
        let delta = Some(Blob::with_hash(bytes, DIGEST));
        if let Ok(snapshot) = Snapshot::open(head.clone(), blob(&edition.reference), blob(&edition.snapshot()), delta) {
            answers_fit(&snapshot);
        }
    }
}
