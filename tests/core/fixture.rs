//! The shared fixture: a small synthetic register, made from `tests/vectors/*.csv` with test keys that guard nothing.

use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::party::{self, PartyTag};
use cccheck::snapshot::{Blob, Content, Coverage, PartFile, Snapshot, WriteOptions, Written, write, write_delta};
use cccheck::trust::{
    DeltaRef, Domain, FileRef, Freshening, HEAD_VERSION, Head, Keys, Manifest, PartRef, Pin, PublicKey, Refusal, Role,
    Seen, SigningKey, VerifiedHead, sign,
};
use cccheck::wire;
use cccheck::{
    CccNumber, Day, Declaration, DeclarationId, DeclarationKey, Instant, Parties, Provenance, Record, Reference, Status,
};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

pub const ORIGIN: &str = "test.cccheck.example";
pub const AS_OF: &str = "2026-11-20T02:00:00Z";
/// Seconds for which heads and freshness statements of the fixture are good.
pub const LIFETIME: i64 = 3 * 86_400;

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// The committed file of the vectors, after writing it anew if asked to.
pub fn committed(name: &str, bytes: &[u8]) -> Vec<u8> {
    let path = folder().join(name);
    if std::env::var_os("CCCHECK_WRITE_VECTORS").is_some() {
        std::fs::write(&path, bytes).unwrap();
    }
    std::fs::read(path).unwrap()
}

pub fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn number(digits: &str) -> CccNumber {
    CccNumber::from_digits(digits).unwrap()
}

/// A key made from a word; anyone can make it, so it guards nothing.
pub fn key(word: &str) -> SigningKey {
    SigningKey::from_bytes(&Sha256::digest(format!("cccheck test key {word}")).into())
}

pub fn role(threshold: u8, words: &[&str]) -> Role {
    let keys = words.iter().map(|word| PublicKey::of(&key(word))).collect();
    Role { threshold, keys }
}

pub fn keys() -> Keys {
    Keys {
        origin: ORIGIN.into(),
        synthetic: true,
        version: 1,
        lowest_sequence: 1,
        expires: instant("2036-01-01T00:00:00Z"),
        root: role(2, &["root 1", "root 2", "root 3"]),
        content: role(1, &["content"]),
        freshness: role(1, &["freshness"]),
        receipt: role(1, &["receipt"]),
        witness: role(0, &[]),
    }
}

pub fn signed_keys() -> Vec<u8> {
    let signed = sign(Domain::Keys, &keys(), &[&key("root 1"), &key("root 3")]);
    wire::encode(&signed)
}

pub fn pin() -> Pin {
    Pin::new(&signed_keys(), 1).unwrap()
}

pub fn pin_json() -> String {
    let keys = Base64UrlUnpadded::encode_string(&signed_keys());
    format!("{{\"keys\":\"{keys}\",\"lowestSequence\":1,\"origin\":\"{ORIGIN}\",\"synthetic\":true}}\n")
}

pub fn reference() -> &'static Reference {
    static REFERENCE: LazyLock<Reference> = LazyLock::new(|| cccheck_registry::reference::load().unwrap());
    &REFERENCE
}

fn day(text: &str) -> Option<Day> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn tag(name: &str) -> Option<PartyTag> {
    party::tag(name, reference())
}

pub fn records() -> Vec<Record> {
    csv::Reader::from_path(folder().join("register.csv"))
        .unwrap()
        .records()
        .map(|line| {
            let line = line.unwrap();
            Record {
                number: number(&line[0]),
                status: Status::from_text(&line[1]).unwrap(),
                status_since: day(&line[2]),
                issued_on: day(&line[3]),
                expires_on: day(&line[4]),
                provenance: Provenance::from_text(&line[5]).unwrap(),
                model: (!line[6].is_empty()).then(|| line[6].to_owned()),
                parties: Parties {
                    applicant: tag(&line[7]),
                    manufacturer: tag(&line[8]),
                    factory: tag(&line[9]),
                    credit_code: tag(&line[10]),
                },
            }
        })
        .collect()
}

pub fn declarations() -> Vec<Declaration> {
    csv::Reader::from_path(folder().join("declarations.csv"))
        .unwrap()
        .records()
        .map(|line| {
            let line = line.unwrap();
            Declaration {
                number: DeclarationId {
                    key: DeclarationKey::self_declaration(&line[0]).unwrap(),
                    product: (!line[1].is_empty()).then(|| line[1].parse().unwrap()),
                },
                status: Status::from_text(&line[2]).unwrap(),
                status_since: day(&line[3]),
                issued_on: day(&line[4]),
                expires_on: day(&line[5]),
                provenance: Provenance::from_text(&line[6]).unwrap(),
                model: (!line[7].is_empty()).then(|| line[7].to_owned()),
                parties: Parties { applicant: tag(&line[8]), ..Parties::default() },
            }
        })
        .collect()
}

pub fn coverage() -> Vec<Coverage> {
    csv::Reader::from_path(folder().join("coverage.csv"))
        .unwrap()
        .deserialize()
        .map(|line| {
            let (body, year, complete, lapsed_since): (u8, u16, bool, String) = line.unwrap();
            Coverage { body, year, complete, lapsed_since: day(&lapsed_since) }
        })
        .collect()
}

/// The files of an edition.
#[derive(Clone)]
pub struct Edition {
    pub reference: Vec<u8>,
    pub written: Written,
    pub parts: Vec<PartFile>,
    pub content: [u8; 32],
}

impl Edition {
    pub fn snapshot(&self) -> Vec<u8> {
        self.written.snapshot()
    }

    pub fn delta(&self) -> Option<Vec<u8>> {
        (!self.parts.is_empty()).then(|| self.parts.iter().flat_map(|part| part.bytes.clone()).collect())
    }

    /// Opens all files under a head.
    pub fn open(&self, head: VerifiedHead) -> Result<Snapshot, Refusal> {
        self.open_with(head, self.snapshot())
    }

    /// Opens all files under a head, with another snapshot in place of its own.
    pub fn open_with(&self, head: VerifiedHead, snapshot: Vec<u8>) -> Result<Snapshot, Refusal> {
        Snapshot::open(head, Blob::new(self.reference.clone()), Blob::new(snapshot), self.delta().map(Blob::new))
    }

    pub fn manifest(&self, sequence: u64, as_of: &str) -> Manifest {
        let parts = self.parts.iter().map(|part| PartRef { from: part.from, file: FileRef::of(&part.bytes) }).collect();
        Manifest {
            content: self.content,
            reference: FileRef::of(&self.reference),
            directory: FileRef::of(&self.written.directory),
            snapshot: FileRef::of(&self.snapshot()),
            delta: self.delta().map(|delta| DeltaRef { file: FileRef::of(&delta), parts }),
            ..manifest(sequence, as_of, b"")
        }
    }
}

/// The fixture's layout: small, so that it has several of everything.
pub fn options() -> WriteOptions {
    WriteOptions { base_day: instant(AS_OF).legal_day(), block_rows: 16, chunk_bytes: 200, holder_chunk_bytes: 20 }
}

pub fn content() -> Content {
    Content { records: records(), coverage: coverage(), declarations: declarations() }
}

/// An edition of this content without a delta.
pub fn edition_of(content: &Content, reference: &Reference, options: &WriteOptions) -> Edition {
    let written = write(content, options).unwrap();
    let reference = wire::encode(reference);
    Edition { reference, content: written.content, written, parts: Vec::new() }
}

/// What the register was before: some certificates and declarations were not yet there, some not yet as they are, one was still
/// there; and the oldest year was not covered, while no year was without what had lapsed.
pub fn earlier() -> Content {
    let mut records = records();
    let mut gone = records[0].clone();
    let number = gone.number;
    gone.number = CccNumber::new(number.year(), number.body(), number.product(), 999_999).unwrap();
    records = records
        .into_iter()
        .enumerate()
        .filter(|(place, _)| place % 5 != 1)
        .map(|(place, record)| match place % 5 {
            2 => Record { status: Status::Valid, status_since: None, ..record },
            3 => Record { expires_on: None, parties: Parties::default(), model: None, ..record },
            _ => record,
        })
        .collect();
    records.push(gone);
    let mut declarations = declarations();
    declarations.pop();
    if let Some(changed) = declarations.get_mut(1) {
        *changed = Declaration { status: Status::Valid, status_since: None, ..changed.clone() };
    }
    let coverage = coverage().split_off(1).into_iter().map(|line| Coverage { lapsed_since: None, ..line }).collect();
    Content { records, coverage, declarations }
}

/// The fixture: a snapshot of what the register was, and the delta that leads to what it is.
pub fn edition() -> Edition {
    static EDITION: LazyLock<Edition> = LazyLock::new(|| {
        let base = edition_of(&earlier(), reference(), &options());
        let head = Head::verify(&head(&base.manifest(1, AS_OF)), &pin(), None, instant(AS_OF));
        let snapshot = base.open(head.unwrap()).unwrap();
        let delta = write_delta(&snapshot, &content(), 100).unwrap();
        Edition { parts: delta.parts, content: delta.content, ..base }
    });
    EDITION.clone()
}

/// A manifest whose files are all these bytes, for tests that open none.
pub fn manifest(sequence: u64, as_of: &str, file: &[u8]) -> Manifest {
    let as_of = instant(as_of);
    let file = FileRef::of(file);
    Manifest {
        version: HEAD_VERSION,
        origin: ORIGIN.into(),
        sequence,
        as_of,
        signed_at: as_of.plus_seconds(60),
        expires: as_of.plus_seconds(LIFETIME),
        fresh_for: 86_400,
        content: file.hash,
        reference: file,
        directory: file,
        snapshot: file,
        delta: None,
        overrides: Vec::new(),
        sections: Vec::new(),
    }
}

/// The head over a manifest, signed with the fixture's keys.
pub fn head(manifest: &Manifest) -> Vec<u8> {
    head_signed_by(manifest, &[&key("content")], &key("freshness"))
}

pub fn head_signed_by(manifest: &Manifest, content: &[&SigningKey], freshness: &SigningKey) -> Vec<u8> {
    let signed = sign(Domain::Manifest, manifest, content);
    let statement = Freshening {
        manifest: Sha256::digest(&signed.document).into(),
        counter: 1,
        time: manifest.signed_at,
        expires: manifest.expires,
    };
    let freshness = sign(Domain::Freshness, &statement, &[freshness]);
    Head { chain: Vec::new(), manifest: signed, freshness, witnesses: Vec::new() }.encode().unwrap()
}

/// The snapshot as a client has it that saw an earlier edition.
pub fn opened(head: &[u8], edition: &Edition, now: Instant) -> Snapshot {
    let seen = Seen { keys_version: 1, keys: String::new(), sequence: 1, manifest: String::new() };
    edition.open(Head::verify(head, &pin(), Some(&seen), now).unwrap()).unwrap()
}
