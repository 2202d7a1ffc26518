//! Publishing: the snapshot first, then the head that leads to it. A reader at any moment finds a whole edition.

use crate::home::{self, is_snapshot_name, make_dir, snapshots, write_atomic};
use crate::store::{Contents, Edition, NewEdition};
use crate::{Error, Home, Store, keys};
use cccheck::snapshot::{self, Blob, Content, Snapshot, WriteOptions};
use cccheck::trust::{Domain, FileRef, Freshening, HEAD_VERSION, Head, Manifest, Pin, Refusal, RoleName, Signed, sign};
use cccheck::{Instant, Reference, hex, wire};
use std::fs;
use std::path::Path;
use std::time::Duration;

const HOUR: i64 = 3_600;
/// How long the positive answers of an edition may be relied on.
const MANIFEST_SECONDS: i64 = 72 * HOUR;
/// How long a freshness statement may be relied on.
const FRESHNESS_SECONDS: i64 = 24 * HOUR;
/// The age of a freshness statement at which clients should look for a newer one, in seconds.
const FRESH_FOR: u32 = 12 * 3_600;
/// The age at which an edition is published anew.
const MANIFEST_DUE: i64 = 48 * HOUR;
/// The age at which freshness is stated anew.
const FRESHNESS_DUE: i64 = 12 * HOUR;
/// For how many editions their snapshots are kept, for readers that hold an earlier head.
const EDITIONS_KEPT: u32 = 5;
/// For how long a snapshot is kept at least.
const KEPT_FOR: Duration = Duration::from_secs(600);
/// How much smaller a compressed snapshot must be to be worth keeping, in percent.
const WORTH_PERCENT: usize = 5;

/// What was done to bring what is published up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// All was up to date.
    Nothing,
    /// The newest edition was stated to be still the newest.
    Freshened,
    /// A new edition was published.
    Published(Edition),
}

/// A step of publishing, for those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The register is read.
    Reading,
    /// The snapshot is written.
    Writing,
    /// A compressed copy is made.
    Compressing,
    /// The head is signed.
    Signing,
}

/// Publishes the register of a home.
pub struct Publisher {
    home: Home,
    /// SHA-256 of the reference tables: other tables need a new edition.
    tables: String,
    /// The reference tables as they are published.
    encoded: Vec<u8>,
}

impl Publisher {
    /// A publisher that signs these reference tables with the register.
    #[must_use]
    pub fn new(home: Home, reference: &Reference) -> Self {
        let encoded = wire::encode(reference);
        Self { home, tables: hex(&FileRef::of(&encoded).sha256), encoded }
    }

    /// Publishes a new edition.
    ///
    /// # Errors
    /// [`Error`] if the register, the keys or the directory cannot be used; the edition before it then stays published.
    pub fn publish(&self, clock: fn() -> Result<Instant, Error>, tell: fn(Step)) -> Result<Edition, Error> {
        let _lock = self.home.lock()?;
        self.publish_locked(clock, tell)
    }

    /// Publishes a new edition if the register or the tables changed or the newest one is getting old, else renews its
    /// freshness if that is due.
    ///
    /// # Errors
    /// As [`publish`](Self::publish).
    pub fn bring_up_to_date(&self, clock: fn() -> Result<Instant, Error>, tell: fn(Step)) -> Result<Done, Error> {
        let store = Store::open(&self.home)?;
        let now = clock()?;
        let age = |since: Instant| now.seconds() - since.seconds();
        let current = Current::read(&self.home, &store)?;
        let Some(current) = current.filter(|current| {
            store.revision().is_ok_and(|revision| revision == current.edition.revision)
                && current.edition.tables == self.tables
                && age(current.manifest.signed_at) < MANIFEST_DUE
        }) else {
            return self.publish(clock, tell).map(Done::Published);
        };
        if age(current.freshening.time) < FRESHNESS_DUE {
            return Ok(Done::Nothing);
        }
        let _lock = self.home.lock()?;
        freshen(&self.home, store, &current, now)?;
        Ok(Done::Freshened)
    }

    fn publish_locked(&self, clock: fn() -> Result<Instant, Error>, tell: fn(Step)) -> Result<Edition, Error> {
        let mut store = Store::open(&self.home)?;
        let (_, pin) = keys::pin(&self.home)?;
        let as_of = clock()?;
        tell(Step::Reading);
        let Contents { revision, records, coverage } = store.contents()?;
        tell(Step::Writing);
        let certificates = records.len();
        let content = Content { records, coverage, declarations: Vec::new() };
        let written = snapshot::write(&content, &WriteOptions::new(as_of.legal_day()))
            .map_err(|source| Error::Snapshot { source })?;
        let (bytes, reference) = (written.snapshot(), self.encoded.clone());
        let file = FileRef::of(&bytes);
        let name = hex(&file.sha256);
        let directory = snapshots(&self.home.public());
        let blobs = home::blobs(&self.home.public());
        make_dir(&directory)?;
        make_dir(&blobs)?;
        tell(Step::Compressing);
        for blob in [&reference, &written.directory].into_iter().chain(&written.chunks) {
            let path = blobs.join(hex(&FileRef::of(blob).sha256));
            if !path.exists() {
                write_compressed(&path, blob)?;
                write_atomic(&path, blob)?;
            }
        }
        let path = directory.join(&name);
        if !path.exists() {
            write_atomic(&path, &bytes)?;
        }
        tell(Step::Signing);
        // The sequence is taken before the head gets out, so that no sequence ever has two contents.
        let edition = store.add_edition(&NewEdition {
            as_of,
            revision,
            sha256: &name,
            tables: &self.tables,
            certificates: i64::try_from(certificates).unwrap_or(i64::MAX),
        })?;
        let now = clock()?;
        let manifest = Manifest {
            version: HEAD_VERSION,
            origin: pin.keys.origin.clone(),
            sequence: edition.sequence,
            as_of,
            signed_at: now,
            expires: now.plus_seconds(MANIFEST_SECONDS),
            fresh_for: FRESH_FOR,
            content: written.content,
            reference: FileRef::of(&reference),
            directory: FileRef::of(&written.directory),
            snapshot: file,
            delta: None,
            overrides: Vec::new(),
            sections: Vec::new(),
        };
        let signers = keys::signing(&self.home, &pin.keys, RoleName::Content)?;
        let manifest = sign(Domain::Manifest, &manifest, &signers.iter().collect::<Vec<_>>()).map_err(refused)?;
        let head = sign_head(&self.home, &mut store, &pin, manifest, now)?;

        // What a client would refuse is never published.
        Head::verify(&head, &pin, None, now)
            .and_then(|head| Snapshot::open(head, Blob::new(reference), Blob::new(bytes), None))
            .map_err(refused)?;
        write_atomic(&home::head(&self.home.public()), &head)?;
        remove_old(&directory, &store)?;
        Ok(edition)
    }
}

/// The head that is published, if it is that of the newest edition.
struct Current {
    edition: Edition,
    signed: Signed,
    manifest: Manifest,
    freshening: Freshening,
}

impl Current {
    fn read(home: &Home, store: &Store) -> Result<Option<Self>, Error> {
        let path = home::head(&home.public());
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Io { action: "could not read", path, source }),
        };
        let Some(edition) = store.newest_edition()? else {
            return Ok(None);
        };
        // Own files need no check of signatures; one that is not as it was written is replaced by a new edition.
        let parts = || -> Option<Self> {
            let Head { manifest: signed, freshness, .. } = Head::decode(&bytes).ok()?;
            let manifest: Manifest = wire::decode(&signed.document)?;
            let freshening = wire::decode(&freshness.document)?;
            let newest = manifest.sequence == edition.sequence && hex(&manifest.snapshot.sha256) == edition.sha256;
            newest.then_some(Self { edition, signed, manifest, freshening })
        };
        let current = parts();
        Ok(current.filter(|current| snapshots(&home.public()).join(&current.edition.sha256).exists()))
    }
}

fn freshen(home: &Home, mut store: Store, current: &Current, now: Instant) -> Result<(), Error> {
    let (_, pin) = keys::pin(home)?;
    let bytes = sign_head(home, &mut store, &pin, current.signed.clone(), now)?;
    // Another process may have published an edition while this one waited for the lock.
    if store.newest_edition()?.is_none_or(|newest| newest.sequence != current.edition.sequence) {
        return Ok(());
    }
    write_atomic(&home::head(&home.public()), &bytes)
}

/// The head: a signed manifest and a new statement that it is the newest.
fn sign_head(home: &Home, store: &mut Store, pin: &Pin, manifest: Signed, now: Instant) -> Result<Vec<u8>, Error> {
    let freshening = Freshening {
        manifest: FileRef::of(&manifest.document).sha256,
        counter: store.next_statement()?,
        time: now,
        expires: now.plus_seconds(FRESHNESS_SECONDS),
    };
    let signers = keys::signing(home, &pin.keys, RoleName::Freshness)?;
    let freshness = sign(Domain::Freshness, &freshening, &signers.iter().collect::<Vec<_>>()).map_err(refused)?;
    Head { chain: Vec::new(), manifest, freshness, witnesses: Vec::new() }.encode().map_err(refused)
}

fn refused(refusal: Refusal) -> Error {
    Error::Refused { what: "the edition cannot be published", refusal }
}

/// Puts a compressed copy beside a file, where that saves enough.
fn write_compressed(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    // Quality 9 takes about a second for a megabyte and is within 2 % of the best.
    let params = brotli::enc::BrotliEncoderParams { quality: 9, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params).map_err(Error::io("could not compress", path))?;
    if compressed.len() * 100 > bytes.len() * (100 - WORTH_PERCENT) {
        return Ok(());
    }
    write_atomic(&compressed_path(path), &compressed)
}

fn compressed_path(path: &Path) -> std::path::PathBuf {
    path.with_extension("br")
}

/// Removes the snapshots that none of the last editions leads to, and what an interrupted process left half-written.
fn remove_old(directory: &Path, store: &Store) -> Result<(), Error> {
    let kept: Vec<String> = store.editions(EDITIONS_KEPT)?.into_iter().map(|edition| edition.sha256).collect();
    let entries = fs::read_dir(directory).map_err(Error::io("could not read", directory))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let (snapshot, rest) = name.split_once('.').unwrap_or((&name, ""));
        // A client may be on its way from an older head to its file, however fast editions follow each other.
        let is_young = entry
            .metadata()
            .and_then(|data| data.modified())
            .is_ok_and(|time| time.elapsed().is_ok_and(|age| age < KEPT_FOR));
        let wanted = (is_young || kept.iter().any(|kept| kept == snapshot)) && !rest.ends_with("tmp");
        if is_snapshot_name(snapshot) && !wanted {
            fs::remove_file(entry.path()).map_err(Error::io("could not remove", entry.path()))?;
        }
    }
    Ok(())
}
