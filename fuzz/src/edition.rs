//! A small honest edition, and files of the fuzzer's in place of its own. The digests of those are said to be right, as by a
//! host that hashes itself, so a head is signed and verified once for each combination of sizes.

use crate::trust::{manifest, now, verified};
use cccheck::party::PartyTag;
use cccheck::snapshot::{Blob, Content, Coverage, Snapshot, WriteOptions, Written, write, write_delta};
use cccheck::trust::{DeltaRef, FileRef, Manifest, PartRef, RowKey, VerifiedHead};
use cccheck::{
    CccNumber, Day, Declaration, DeclarationId, DeclarationKey, Found, HASHED, LookupError, Paper, Parties, Provenance,
    Record, Reference, Register, Status, Wanted, wire,
};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The digest that the head states for a file of the fuzzer's.
const DIGEST: [u8; 32] = [0xf; 32];

/// The files of an edition, with the digests that the head states.
#[derive(Clone)]
pub struct Edition {
    pub reference: Blob,
    pub directory: Blob,
    pub chunks: Vec<Blob>,
    pub parts: Vec<Blob>,
    pub from: Vec<RowKey>,
    pub content: [u8; 32],
}

/// The honest edition.
pub struct Honest {
    pub edition: Edition,
    /// What was written: the base, and the delta to it.
    pub written: Written,
    pub parts: Vec<Vec<u8>>,
}

/// A file of the fuzzer's.
pub fn forged(bytes: &[u8]) -> Blob {
    Blob::with_hash(bytes.to_vec(), DIGEST)
}

fn record(place: u32) -> Record {
    let body = u8::try_from(place % 3).unwrap();
    // The third body numbers each product kind by itself.
    let (product, serial) = if body == 2 { (place / 40, place % 40) } else { (place % 5, place * 7 % 900) };
    let day = |days: u32| Day::from_days(i32::try_from(18_000 + days).unwrap());
    let tag = |number: u32| Some(PartyTag([1, 2, 3, 4, 5, u8::try_from(number).unwrap()]));
    Record {
        number: CccNumber::new(
            2_019 + u16::try_from(place % 2).unwrap(),
            body,
            u16::try_from(product).unwrap(),
            serial,
        )
        .unwrap(),
        status: Status::ALL[usize::try_from(place % 7 % 6).unwrap()],
        status_since: day(place * 3).filter(|_| !place.is_multiple_of(4)),
        issued_on: day(place * 2 % 600).filter(|_| !place.is_multiple_of(11)),
        expires_on: day(2_000 + place).filter(|_| !place.is_multiple_of(5)),
        provenance: Provenance::Synthetic,
        model: place.is_multiple_of(17).then(|| format!("型号 {place}")),
        parties: Parties {
            applicant: tag(place % 20),
            manufacturer: tag(place % 3).filter(|_| !place.is_multiple_of(3)),
            factory: tag(place % 20).filter(|_| !place.is_multiple_of(7)),
            credit_code: tag(200).filter(|_| place.is_multiple_of(13)),
        },
    }
}

fn declaration(place: u32) -> Declaration {
    let Record { status, status_since, issued_on, expires_on, provenance, model, parties, .. } = record(place);
    let key = DeclarationKey::self_declaration(&format!("ZM-{place}")).unwrap();
    let product = (!place.is_multiple_of(2)).then_some(1_101);
    Declaration {
        number: DeclarationId { key, product },
        status,
        status_since,
        issued_on,
        expires_on,
        provenance,
        model,
        parties,
    }
}

/// The register as it was, and as it became.
fn content(newer: bool) -> Content {
    let changed = |place: u32| match place % 6 {
        0 if newer => None,
        1 if !newer => None,
        2 if newer => Some(Record { status: Status::Revoked, status_since: Day::from_days(19_000), ..record(place) }),
        3 if newer => Some(Record { model: None, parties: record(place + 1).parties, ..record(place) }),
        _ => Some(record(place)),
    };
    let coverage = |(body, year)| Coverage { body, year, complete: true, lapsed_since: Day::from_days(18_500) };
    Content {
        records: (0..150).filter_map(changed).collect(),
        declarations: (0..24).filter(|place| place % 4 > 0 || newer).map(declaration).collect(),
        coverage: [(0, 2_019), (1, 2_020), (7, 2_021), (HASHED, 0)].map(coverage).to_vec(),
    }
}

/// The numbers that are looked up, most of which are there.
fn numbers() -> Vec<CccNumber> {
    (0..160).map(|place| record(place).number).collect()
}

fn keys() -> Vec<DeclarationKey> {
    (0..26).map(|place| declaration(place).number.key).collect()
}

pub fn honest() -> &'static Honest {
    static HONEST: LazyLock<Honest> = LazyLock::new(|| {
        let base_day = now().legal_day();
        let options = WriteOptions { base_day, block_rows: 16, chunk_bytes: 160, holder_chunk_bytes: 60 };
        let written = write(&content(false), &options).unwrap();
        let base = Edition::new(&written);
        let delta = write_delta(&base.supplied().unwrap(), &content(true), 200).unwrap();
        let (from, parts): (_, Vec<Vec<u8>>) = delta.parts.into_iter().map(|part| (part.from, part.bytes)).unzip();
        let blobs = parts.iter().cloned().map(Blob::new).collect();
        Honest { edition: Edition { parts: blobs, from, content: delta.content, ..base }, written, parts }
    });
    &HONEST
}

impl Edition {
    fn new(written: &Written) -> Self {
        Self {
            reference: Blob::new(wire::encode(&Reference::default())),
            directory: Blob::new(written.directory.clone()),
            chunks: written.chunks.iter().cloned().map(Blob::new).collect(),
            parts: Vec::new(),
            from: Vec::new(),
            content: written.content,
        }
    }

    /// The head over these files, which is kept for others of their sizes.
    pub fn head(&self) -> VerifiedHead {
        thread_local!(static KNOWN: RefCell<HashMap<Vec<u8>, VerifiedHead>> = RefCell::default());
        let size = |files: &[Blob]| files.iter().map(|file| file.file().size).sum::<u64>();
        let file = |size| FileRef { size, hash: DIGEST };
        let parts = self.from.iter().zip(&self.parts).map(|(from, part)| PartRef { from: *from, file: part.file() });
        let delta = DeltaRef { file: file(size(&self.parts)), parts: parts.collect() };
        let manifest = Manifest {
            content: self.content,
            reference: self.reference.file(),
            directory: self.directory.file(),
            snapshot: file(self.directory.file().size + size(&self.chunks)),
            delta: Some(delta).filter(|delta| !delta.parts.is_empty()),
            ..manifest()
        };
        let known = |known: &RefCell<HashMap<Vec<u8>, VerifiedHead>>| {
            known.borrow_mut().entry(wire::encode(&manifest)).or_insert_with(|| verified(&manifest)).clone()
        };
        KNOWN.with(known)
    }

    /// Opened without chunks and parts.
    pub fn lazy(&self) -> Option<Snapshot> {
        Snapshot::lazy(self.head(), self.reference.clone(), self.directory.clone()).ok()
    }

    /// Opened, with all chunks and parts that are accepted.
    pub fn supplied(&self) -> Option<Snapshot> {
        let mut snapshot = self.lazy()?;
        for file in self.chunks.iter().chain(&self.parts) {
            let _ = snapshot.supply(file.clone());
        }
        Some(snapshot)
    }

    /// Opened, with all files but this one.
    pub fn without(&self, missing: &Blob) -> Snapshot {
        let mut snapshot = self.lazy().expect("reference tables and directory are honest");
        for file in self.chunks.iter().chain(&self.parts).filter(|file| *file != missing) {
            snapshot.supply(file.clone()).expect("the other files are honest");
        }
        snapshot
    }
}

impl Honest {
    /// The edition with another chunk in one's place, whose size and digest the directory states.
    pub fn with_chunk(&self, place: usize, bytes: &[u8]) -> Edition {
        let (mut edition, chunk) = (self.edition.clone(), forged(bytes));
        let (own, other) = (wire::encode(&edition.chunks[place].file()), wire::encode(&chunk.file()));
        let directory = &self.written.directory;
        let start = directory.windows(own.len()).position(|window| window == own).unwrap();
        edition.directory = forged(&[&directory[..start], &other, &directory[start + own.len()..]].concat());
        edition.chunks[place] = chunk;
        edition
    }

    /// The edition with another part of the delta in one's place.
    pub fn with_part(&self, place: usize, bytes: &[u8]) -> Edition {
        let mut edition = self.edition.clone();
        edition.parts[place] = forged(bytes);
        edition
    }
}

/// The snapshot that was opened for a file in this place and of this size; opening one takes longer than reading it.
pub fn known(place: usize, size: usize, open: impl FnOnce() -> Snapshot) -> Snapshot {
    const MOST: usize = 400;
    thread_local!(static KNOWN: RefCell<HashMap<(usize, usize), Snapshot>> = RefCell::default());
    KNOWN.with(|known| {
        let mut known = known.borrow_mut();
        if known.len() == MOST {
            known.clear();
        }
        known.entry((place, size)).or_insert_with(open).clone()
    })
}

/// Everything that a snapshot answers fits together, whatever its files say.
pub fn check(snapshot: &Snapshot) {
    let found = numbers().into_iter().map(|number| (number, snapshot.find(number, Wanted::Parties)));
    for (number, found) in found {
        if let Ok(Found::Record(record)) = found {
            assert_eq!(record.number, Paper::Certificate(number));
            let standing = Record { parties: Parties::default(), ..record };
            assert_eq!(snapshot.find(number, Wanted::Standing), Ok(Found::Record(standing)));
        }
    }
    for key in keys() {
        if let Ok(Found::Record(declaration)) = snapshot.find(key, Wanted::Parties) {
            assert!(matches!(declaration.number, Paper::Declaration(declared) if declared.key == key));
        }
    }
    let Ok(content) = snapshot.content() else { return };
    assert_eq!(Ok(u64::try_from(content.records.len()).unwrap()), snapshot.certificates());
    assert!(content.records.is_sorted_by(|left, right| place(left) < place(right)));
    assert!(content.declarations.is_sorted_by(|left, right| left.number.key < right.number.key));
    for number in numbers().into_iter().filter(|number| content.records.iter().all(|record| record.number != *number)) {
        let is_own = |line: &&Coverage| (line.body, line.year) == (number.body(), number.year()) && line.complete;
        let expected = content
            .coverage
            .iter()
            .find(is_own)
            .map_or(Found::NotCovered, |line| Found::Absent { lapsed_since: line.lapsed_since });
        assert_eq!(snapshot.find(number, Wanted::Standing), Ok(expected));
    }
    for record in content.records {
        assert_eq!(snapshot.find(record.number, Wanted::Parties), Ok(Found::Record(record.into())));
    }
    for declaration in content.declarations {
        let found = snapshot.find(declaration.number.key, Wanted::Parties);
        assert_eq!(found, Ok(Found::Record(declaration.into())));
    }
    assert!(matches!(snapshot.content_hash(), Ok(_) | Err(LookupError::Missing)));
}

fn place(record: &Record) -> (u8, u16, u32, u16) {
    let number = record.number;
    (number.body(), number.year(), number.serial(), number.product())
}
