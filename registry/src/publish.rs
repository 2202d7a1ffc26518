//! Publishing: the snapshot first, then the head that leads to it. A reader at any moment finds a whole edition.

use crate::home::{self, is_snapshot_name, make_dir, snapshots, write_atomic};
use crate::keys::Chain;
use crate::store::{Contents, Edition, NewEdition};
use crate::{Error, Home, Store, keys};
use cccheck::snapshot::{self, Snapshot};
use cccheck::trust::{
    Cosignature, Domain, FileRef, Freshening, HEAD_VERSION, Head, Manifest, Refusal, RoleName, Signed, sign,
};
use cccheck::{Instant, Reference, hex};
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
    reference: Reference,
    /// SHA-256 of the reference tables: other tables need a new edition.
    tables: String,
}

impl Publisher {
    /// A publisher that signs these reference tables with the register.
    ///
    /// # Errors
    /// [`Error::Table`] if the tables cannot be encoded.
    pub fn new(home: Home, reference: Reference) -> Result<Self, Error> {
        let encoded = postcard::to_allocvec(&reference)
            .map_err(|error| Error::Table { table: "catalogue.csv", problem: error.to_string() })?;
        Ok(Self { home, reference, tables: hex(&FileRef::of(&encoded).sha256) })
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
        let mut store = Store::open(&self.home)?;
        let now = clock()?;
        let age = |since: Instant| now.seconds() - since.seconds();
        let chain = Chain::read(&self.home)?;
        let edition = store.newest_edition()?;
        let revision = store.revision()?;
        let is_up_to_date = |current: &Current| {
            let leads_here = |edition: &Edition| {
                edition.sequence == current.manifest.sequence
                    && edition.sha256 == hex(&current.manifest.snapshot.sha256)
                    && edition.revision == revision
                    && edition.tables == self.tables
            };
            edition.as_ref().is_some_and(leads_here)
                && snapshots(&self.home.public()).join(hex(&current.manifest.snapshot.sha256)).exists()
                && current.head.chain == chain.following()
                && age(current.manifest.signed_at) < MANIFEST_DUE
        };
        let current = match Current::read(&self.home)? {
            Some(current) if needs_witnesses(&chain) || is_up_to_date(&current) => current,
            // Witnesses are people or machines elsewhere, who are asked by hand.
            None if needs_witnesses(&chain) => return Ok(Done::Nothing),
            _ => return self.publish(clock, tell).map(Done::Published),
        };
        if age(current.freshening.time) < FRESHNESS_DUE {
            return Ok(Done::Nothing);
        }
        let _lock = self.home.lock()?;
        // Another process may have published an edition while this one waited for the lock.
        if Current::read(&self.home)?.is_some_and(|now| now.manifest == current.manifest) {
            let head = sign_head(&self.home, &mut store, &chain, current.head.manifest, current.head.witnesses, now)?;
            self.replace_head(&head, now)?;
        }
        Ok(Done::Freshened)
    }

    /// Publishes the head in a file, to which witnesses have added their cosignatures.
    ///
    /// # Errors
    /// [`Error::Refused`] if it is not the newest edition, or clients would refuse it.
    pub fn publish_witnessed(&self, path: &Path, clock: fn() -> Result<Instant, Error>) -> Result<Edition, Error> {
        let _lock = self.home.lock()?;
        let mut store = Store::open(&self.home)?;
        let Some(edition) = store.newest_edition()? else {
            return Err(refused(Refusal::Rollback { lowest: 1, offered: 0 }));
        };
        let bytes = fs::read(path).map_err(Error::io("could not read", path))?;
        let head = Head::decode(&bytes).map_err(refused)?;
        let manifest: Manifest = head.manifest.peek(Domain::Manifest).map_err(refused)?;
        if manifest.sequence != edition.sequence {
            return Err(refused(Refusal::Rollback { lowest: edition.sequence, offered: manifest.sequence }));
        }
        let (chain, now) = (Chain::read(&self.home)?, clock()?);
        let head = sign_head(&self.home, &mut store, &chain, head.manifest, head.witnesses, now)?;
        self.replace_head(&head, now)?;
        Ok(edition)
    }

    /// Puts a head in the place of the published one; what a client would refuse is never published.
    fn replace_head(&self, head: &[u8], now: Instant) -> Result<(), Error> {
        let (_, pin) = keys::pin(&self.home)?;
        Head::verify(head, &pin, None, now).map_err(refused)?;
        write_atomic(&home::head(&self.home.public()), head)
    }

    fn publish_locked(&self, clock: fn() -> Result<Instant, Error>, tell: fn(Step)) -> Result<Edition, Error> {
        let mut store = Store::open(&self.home)?;
        let (_, pin) = keys::pin(&self.home)?;
        let chain = Chain::read(&self.home)?;
        let as_of = clock()?;
        tell(Step::Reading);
        let Contents { revision, records, coverage } = store.contents()?;
        tell(Step::Writing);
        let bytes =
            snapshot::write(&records, &coverage, &self.reference).map_err(|source| Error::Snapshot { source })?;
        let file = FileRef::of(&bytes);
        let name = hex(&file.sha256);
        let directory = snapshots(&self.home.public());
        make_dir(&directory)?;
        let path = directory.join(&name);
        if !path.exists() {
            tell(Step::Compressing);
            write_compressed(&path, &bytes)?;
            write_atomic(&path, &bytes)?;
        }
        tell(Step::Signing);
        // The sequence is taken before the head gets out, so that no sequence ever has two contents.
        let new = NewEdition {
            as_of,
            revision,
            sha256: &name,
            tables: &self.tables,
            certificates: i64::try_from(records.len()).unwrap_or(i64::MAX),
        };
        let edition = store.add_edition(&new, chain.keys().lowest_sequence)?;
        let now = clock()?;
        let manifest = Manifest {
            version: HEAD_VERSION,
            origin: chain.keys().origin.clone(),
            sequence: edition.sequence,
            as_of,
            signed_at: now,
            expires: now.plus_seconds(MANIFEST_SECONDS),
            fresh_for: FRESH_FOR,
            content: file.sha256,
            reference: file,
            directory: file,
            snapshot: file,
            delta: None,
            overrides: Vec::new(),
            sections: Vec::new(),
        };
        let signers = keys::signing(&self.home, chain.keys(), RoleName::Content)?;
        let manifest = sign(Domain::Manifest, &manifest, &signers.iter().collect::<Vec<_>>()).map_err(refused)?;
        let head = sign_head(&self.home, &mut store, &chain, manifest, Vec::new(), now)?;

        let verified = Head::verify_unwitnessed(&head, &pin, None, now).map_err(refused)?;
        Snapshot::open(verified, bytes).map_err(refused)?;
        if needs_witnesses(&chain) {
            write_atomic(&home::unwitnessed_head(&self.home.public()), &head)?;
        } else {
            self.replace_head(&head, now)?;
        }
        remove_old(&directory, &store)?;
        Ok(edition)
    }
}

/// The head that is published.
struct Current {
    head: Head,
    manifest: Manifest,
    freshening: Freshening,
}

impl Current {
    fn read(home: &Home) -> Result<Option<Self>, Error> {
        let path = home::head(&home.public());
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Io { action: "could not read", path, source }),
        };
        // Own files need no check of signatures; one that is not as it was written is replaced by a new edition.
        let parts = || -> Result<Self, Refusal> {
            let head = Head::decode(&bytes)?;
            let (manifest, freshening) =
                (head.manifest.peek(Domain::Manifest)?, head.freshness.peek(Domain::Freshness)?);
            Ok(Self { head, manifest, freshening })
        };
        Ok(parts().ok())
    }
}

/// Whether clients refuse a head that no witness has cosigned, so that it cannot be published at once.
fn needs_witnesses(chain: &Chain) -> bool {
    chain.keys().witness.threshold > 0
}

/// The head: the key documents, a signed manifest with what witnesses added, and a new statement that it is the newest.
fn sign_head(
    home: &Home,
    store: &mut Store,
    chain: &Chain,
    manifest: Signed,
    witnesses: Vec<Cosignature>,
    now: Instant,
) -> Result<Vec<u8>, Error> {
    let freshening = Freshening {
        manifest: FileRef::of(&manifest.document).sha256,
        counter: store.next_statement()?,
        time: now,
        expires: now.plus_seconds(FRESHNESS_SECONDS),
    };
    let signers = keys::signing(home, chain.keys(), RoleName::Freshness)?;
    let freshness = sign(Domain::Freshness, &freshening, &signers.iter().collect::<Vec<_>>()).map_err(refused)?;
    Head { chain: chain.following(), manifest, freshness, witnesses }.encode().map_err(refused)
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
