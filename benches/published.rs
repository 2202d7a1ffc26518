//! A register as it is published, signed with keys that anyone can make.

use cccheck::snapshot::{Blob, Content, PartFile, Snapshot, WriteOptions, Written, write, write_delta};
use cccheck::trust::{
    DeltaRef, Domain, FileRef, Freshening, HEAD_VERSION, Head, Keys, Manifest, PartRef, Pin, PublicKey, Role,
    SigningKey, sign,
};
use cccheck::{Instant, Reference, wire};
use std::error::Error;
use std::path::{Path, PathBuf};

/// The files of an edition, and what a client needs to open them.
#[derive(Clone)]
pub struct Published {
    pub keys: Vec<u8>,
    pub head: Vec<u8>,
    pub reference: Vec<u8>,
    pub written: Written,
    pub parts: Vec<PartFile>,
    pub now: Instant,
}

impl Published {
    /// An edition without a delta.
    pub fn new(
        content: &Content,
        reference: &Reference,
        options: &WriteOptions,
        now: Instant,
    ) -> Result<Self, Box<dyn Error>> {
        let written = write(content, options)?;
        let reference = wire::encode(reference);
        let mut published = Self { keys: Vec::new(), head: Vec::new(), reference, written, parts: Vec::new(), now };
        published.sign(published.written.content)?;
        Ok(published)
    }

    /// The edition that shows another content by a delta to the same snapshot.
    pub fn with_delta(&self, content: &Content, part_bytes: usize) -> Result<Self, Box<dyn Error>> {
        let delta = write_delta(&self.open()?, content, part_bytes)?;
        let mut published = Self { parts: delta.parts, ..self.clone() };
        published.sign(delta.content)?;
        Ok(published)
    }

    fn sign(&mut self, content: [u8; 32]) -> Result<(), Box<dyn Error>> {
        let expires = self.now.plus_seconds(86_400);
        let [root, signer, freshness, receipt] = [1, 2, 3, 4].map(|seed| SigningKey::from_bytes(&[seed; 32]));
        let role = |key| Role { threshold: 1, keys: vec![PublicKey::of(key)] };
        let keys = Keys {
            origin: "bench.cccheck.example".into(),
            synthetic: true,
            version: 1,
            lowest_sequence: 1,
            expires,
            root: role(&root),
            content: role(&signer),
            freshness: role(&freshness),
            receipt: role(&receipt),
            witness: Role { threshold: 0, keys: Vec::new() },
        };
        let parts: Vec<PartRef> =
            self.parts.iter().map(|part| PartRef { from: part.from, file: FileRef::of(&part.bytes) }).collect();
        let manifest = Manifest {
            version: HEAD_VERSION,
            origin: keys.origin.clone(),
            sequence: 1,
            as_of: self.now,
            signed_at: self.now,
            expires,
            fresh_for: 43_200,
            content,
            reference: FileRef::of(&self.reference),
            directory: FileRef::of(&self.written.directory),
            snapshot: FileRef::of(&self.snapshot()),
            delta: self.delta().map(|delta| DeltaRef { file: FileRef::of(&delta), parts }),
            overrides: Vec::new(),
            sections: Vec::new(),
        };
        let manifest = sign(Domain::Manifest, &manifest, &[&signer]);
        let statement =
            Freshening { manifest: FileRef::of(&manifest.document).hash, counter: 1, time: self.now, expires };
        let freshness = sign(Domain::Freshness, &statement, &[&freshness]);
        self.keys = sign(Domain::Keys, &keys, &[&root]).encode();
        self.head = Head { chain: Vec::new(), manifest, freshness, witnesses: Vec::new() }.encode()?;
        Ok(())
    }

    pub fn snapshot(&self) -> Vec<u8> {
        self.written.snapshot()
    }

    pub fn delta(&self) -> Option<Vec<u8>> {
        (!self.parts.is_empty()).then(|| self.parts.iter().flat_map(|part| part.bytes.iter().copied()).collect())
    }

    pub fn pin(&self) -> Result<Pin, Box<dyn Error>> {
        Ok(Pin::new(&self.keys, 1)?)
    }

    /// Opens everything with full verification.
    pub fn open(&self) -> Result<Snapshot, Box<dyn Error>> {
        let head = Head::verify(&self.head, &self.pin()?, None, self.now)?;
        let delta = self.delta().map(Blob::new);
        Ok(Snapshot::open(head, Blob::new(self.reference.clone()), Blob::new(self.snapshot()), delta)?)
    }

    /// Opens what a client that reads chunk by chunk begins with.
    pub fn open_lazily(&self) -> Result<Snapshot, Box<dyn Error>> {
        let head = Head::verify(&self.head, &self.pin()?, None, self.now)?;
        let directory = Blob::new(self.written.directory.clone());
        Ok(Snapshot::lazy(head, Blob::new(self.reference.clone()), directory)?)
    }

    /// Leaves the files where the measurements in Node and Chromium find them.
    pub fn save(&self) -> Result<(), Box<dyn Error>> {
        let snapshot = self.snapshot();
        for (name, bytes) in
            [("keys", &self.keys), ("head", &self.head), ("reference", &self.reference), ("snapshot", &snapshot)]
        {
            std::fs::write(folder()?.join(name), bytes)?;
        }
        Ok(())
    }
}

/// Where measurements leave what others read.
pub fn folder() -> Result<PathBuf, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
