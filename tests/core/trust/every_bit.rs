//! Every single bit of a small edition flipped, and every truncation of its files: refused by its hash; and where the signer
//! signed it so, harmless at least: no panic, no record of another number, and look-ups answer as the whole content says.

use super::world::{Draft, Victim, now};
use crate::fixture::{self, Edition, edition_of, options};
use cccheck::snapshot::{Blob, Content, Snapshot, WriteOptions, write_delta};
use cccheck::trust::{DeltaRef, FileRef, Manifest, PartRef, Refusal, VerifiedHead};
use cccheck::{
    Catalogue, CccNumber, Claim, Day, Declaration, DeclarationId, DeclarationKey, Found, HASHED, Paper, Policy,
    Provenance, Record, Reference, Register, Status, Wanted, check, wire,
};
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
        parties: fixture::records()[usize::from(place) % 4].parties,
    }
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

/// Two small groups and a declaration, and a delta that changes, adds and removes.
fn small() -> &'static Edition {
    static SMALL: LazyLock<Edition> = LazyLock::new(|| {
        let content = |newer: bool| Content {
            records: (0..RECORDS)
                .filter(|place| place % 8 != u16::from(newer))
                .map(|place| Record {
                    provenance: [Provenance::Synthetic, Provenance::Quoted][usize::from(newer && place % 5 == 2)],
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
        let blob = Blob::with_digest(bytes, DIGEST);
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

fn few<T>(rows: Vec<T>) -> Vec<T> {
    rows.into_iter().take(2).collect()
}

/// A row or two of each of the real tables.
fn few_rows() -> Reference {
    let Reference { transitions, units, scope, bodies, extensions, alerts, attributes, traditional, .. } =
        fixture::reference().clone();
    let rows = fixture::reference().catalogue.rows().filter(|row| row.code == 1_101).collect();
    Reference {
        catalogue: Catalogue::new(rows).unwrap(),
        transitions: few(transitions),
        units: few(units),
        scope: few(scope),
        bodies: few(bodies),
        extensions: few(extensions),
        alerts: few(alerts),
        attributes: few(attributes),
        traditional: few(traditional),
    }
}

#[test]
fn reference_tables_that_were_signed_so_are_read_by_every_rule() {
    let open = |file| verified(Manifest { reference: file, ..manifest() });
    let claim = Claim { number: Some(number(5).to_string()), product: Some("1101".into()), ..Claim::default() };
    each(&wire::encode(&few_rows()), open, |head, blob| {
        let directory = self::blob(&small().written.directory);
        if let Ok(snapshot) = Snapshot::lazy(head.clone(), blob, directory) {
            let _ = check(&claim, Ok(&snapshot), &Policy::default(), now());
        }
    });
}

#[test]
fn a_directory_that_was_signed_so_is_harmless() {
    let edition = small();
    let size = |own: FileRef| manifest().snapshot.size - manifest().directory.size + own.size;
    let open = |file| {
        let snapshot = FileRef { size: size(file), sha256: DIGEST };
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
                FileRef { size: size - manifest().directory.size + FileRef::of(&directory).size, sha256: DIGEST };
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
    let file = FileRef { sha256: DIGEST, ..manifest().snapshot };
    let head = verified(Manifest { snapshot: file, ..manifest() });
    for bytes in damaged(&chunks) {
        let snapshot = Blob::with_digest(whole(&bytes), DIGEST);
        if let Ok(snapshot) =
            Snapshot::open(head.clone(), blob(&edition.reference), snapshot, edition.delta().map(Blob::new))
        {
            answers_fit(&snapshot);
        }
    }
    let delta =
        DeltaRef { file: FileRef { sha256: DIGEST, ..manifest().delta.unwrap().file }, ..manifest().delta.unwrap() };
    let head = verified(Manifest { delta: Some(delta), ..manifest() });
    for bytes in damaged(&edition.delta().unwrap()) {
        let delta = Some(Blob::with_digest(bytes, DIGEST));
        if let Ok(snapshot) = Snapshot::open(head.clone(), blob(&edition.reference), blob(&edition.snapshot()), delta) {
            answers_fit(&snapshot);
        }
    }
}
