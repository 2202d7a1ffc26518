//! Publishing: first the files that never change, then the head that leads to them. A reader at any moment finds a whole
//! edition.
//!
//! An edition is a snapshot, the base, and a delta that leads from it to the newest state. A change of the register needs a new
//! delta only, until that has grown too large or the base too old.

mod base;
mod compare;
mod current;
mod gate;
mod room;
mod shelf;
mod signers;

use crate::home::{self, Folder, write_atomic};
use crate::keys::Chain;
use crate::store::{Edition, NewEdition};
use crate::{Error, Home, Store, clock, keys, published};
use base::Base;
use cccheck::snapshot::{self, Content, Snapshot, WriteError, WriteOptions};
use cccheck::trust::{
    CLOCK_SKEW_SECONDS, DeltaRef, Domain, FileRef, HEAD_VERSION, Head, Keys, Manifest, Override, Pin, Refusal,
    RoleName, VerifiedHead,
};
use cccheck::{Instant, Reference, hex, wire};
pub use compare::Withheld;
use compare::{Compared, Gated};
use current::Current;
pub(crate) use gate::{Count, Counts, Drift};
pub use gate::{Counted, Moved, Since};
use room::Room;
use shelf::Shelf;
pub(crate) use shelf::has_sound_copy;
use signers::Signers;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

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
/// The age at which a base is replaced.
const BASE_DUE: i64 = 30 * 24 * HOUR;
/// The size of a delta at which its base is replaced, in percent of the base's: beyond what a register of the national size
/// changes in the life of a base.
const DELTA_PERCENT: u64 = 6;
/// About how many bytes a part of a delta has: what a single check fetches.
pub const PART_BYTES: usize = 8_192;

/// Whether a delta of so many bytes is too large for a base of so many, which is then replaced.
#[must_use]
pub fn outgrows(delta: u64, base: u64) -> bool {
    delta * 100 > base * DELTA_PERCENT
}

/// What was done to bring what is published up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// All was up to date.
    Nothing,
    /// The newest edition was stated to be still the newest.
    Freshened,
    /// A new edition was published.
    Published(Edition),
    /// The register moved further than is signed unasked; the edition before it stays published.
    Held(Vec<Moved>),
}

/// What people have to do for an edition that witnesses cosign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// Publish, so that there is a head to be cosigned.
    Edition,
    /// Have the head cosigned that waits for it, and publish it.
    Cosignatures,
}

/// A step of publishing, for those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The register is read.
    Reading,
    /// The files are written.
    Writing,
    /// The head is signed.
    Signing,
}

/// Publishes the register of a home.
pub struct Publisher {
    home: Home,
    /// The hash of the reference tables: other tables need a new edition.
    tables: String,
    /// The reference tables as they are published.
    encoded: Vec<u8>,
    reference: Reference,
    /// What was published last, kept open for the next delta.
    last: Mutex<Option<Snapshot>>,
    /// What the gate said last: that need not be read again, and what it was not asked about is not confirmed.
    gated: watch::Sender<Option<Gated>>,
    /// The code of what made the last attempt to bring it up to date fail.
    problem: Mutex<Option<&'static str>>,
    /// Whether the register is older than what is published.
    behind: AtomicBool,
    /// What people have to do for an edition that witnesses cosign.
    awaits: Mutex<Option<Awaited>>,
}

/// What an edition consists of, beside the reference tables.
struct Draft {
    revision: i64,
    content: [u8; 32],
    directory: FileRef,
    snapshot: FileRef,
    delta: Option<DeltaRef>,
    /// The edition that wrote the snapshot; none if it is new.
    base: Option<u64>,
}

impl Publisher {
    /// A publisher that signs these reference tables with the register.
    #[must_use]
    pub fn new(home: Home, reference: &Reference) -> Self {
        let encoded = wire::encode(reference);
        let tables = hex(&FileRef::of(&encoded).hash);
        Self {
            home,
            tables,
            encoded,
            reference: reference.clone(),
            last: Mutex::default(),
            gated: watch::Sender::default(),
            problem: Mutex::default(),
            behind: AtomicBool::new(false),
            awaits: Mutex::default(),
        }
    }

    /// Publishes a new edition. `overrides` say of bodies, ascending, why their counts rightly moved beyond the bound.
    ///
    /// # Errors
    /// [`Error::Counts`] if other bodies moved beyond it, [`Error::ClockSetBack`] if the clock is behind what was published before
    /// and the home does not [trust](Home::trusting_clock) it, otherwise [`Error`] if the register, the keys or the directory cannot
    /// be used; the edition before it then stays published.
    pub fn publish(
        &self,
        overrides: &[Override],
        clock: fn() -> Result<Instant, Error>,
        tell: fn(Step),
    ) -> Result<Edition, Error> {
        keys::pin(&self.home)?;
        // Before the lock: a person may be asked for a passphrase. Whether there are any matters once something is to be signed.
        let signers = Signers::of_editions(&self.home);
        let _lock = self.home.lock()?;
        self.publish_locked(signers, overrides, clock, tell)
    }

    /// The code of what made the last attempt to bring what is published up to date fail, if it did.
    #[must_use]
    pub fn problem(&self) -> Option<&'static str> {
        *lock(&self.problem)
    }

    /// Whether the register is older than what is published, so that nothing can be confirmed from it.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Relaxed)
    }

    /// What people have to do where witnesses cosign editions, if one is due: the register or the keys changed, or the published one
    /// is getting old.
    #[must_use]
    pub fn awaits(&self) -> Option<Awaited> {
        *lock(&self.awaits)
    }

    /// Publishes a new edition if the register or the tables changed or the newest one is getting old, else renews its
    /// freshness if that is due.
    ///
    /// # Errors
    /// As [`publish`](Self::publish).
    pub fn bring_up_to_date(&self, clock: fn() -> Result<Instant, Error>, tell: fn(Step)) -> Result<Done, Error> {
        let done = self.try_to_bring_up_to_date(clock, tell);
        *lock(&self.problem) = done.as_ref().err().map(Error::code);
        // Before the gate, the keys or witnesses stop what would show it.
        let is_behind = self.lags().unwrap_or_else(|_| self.is_behind()) || matches!(done, Err(Error::Behind { .. }));
        self.behind.store(is_behind, Ordering::Relaxed);
        done
    }

    /// Whether what is published, under the newest keys, is newer than all editions of the register: as after a restored backup.
    fn lags(&self) -> Result<bool, Error> {
        let newest = Store::open(&self.home)?.newest_edition()?.map_or(0, |edition| edition.sequence);
        let (_, pin) = keys::pin(&self.home)?;
        let chain = Chain::read(&self.home)?;
        let current = Current::read(&self.home)?.filter(|current| current.head.chain == chain.following());
        Ok(current.and_then(|current| current.verified(&pin)).is_some_and(|head| head.manifest().sequence > newest))
    }

    fn try_to_bring_up_to_date(&self, clock: fn() -> Result<Instant, Error>, tell: fn(Step)) -> Result<Done, Error> {
        let mut store = Store::open(&self.home)?;
        let now = clock()?;
        let chain = Chain::read(&self.home)?;
        let edition = store.newest_edition()?;
        let revision = store.revision()?;
        let files = edition.as_ref().map(|edition| store.files(edition)).transpose()?.unwrap_or_default();
        let is_up_to_date = |current: &Current| {
            let leads_here = |edition: &Edition| {
                current.is_of(edition) && edition.revision == revision.number && edition.tables == self.tables
            };
            edition.as_ref().is_some_and(leads_here)
                && shelf::has_all(&self.home.public(), &files)
                && current.head.chain == chain.following()
                && is_recent(current.manifest.signed_at, now, MANIFEST_DUE)
        };
        let is_shown = edition.as_ref().is_some_and(|edition| edition.revision == revision.number);
        let own = self.own(&store, &chain)?;
        let is_due = needs_witnesses(&chain) && !own.as_ref().is_some_and(is_up_to_date);
        let signed = if is_due { Current::unwitnessed(&self.home)? } else { None };
        let next = if signed.as_ref().is_some_and(is_up_to_date) { Awaited::Cosignatures } else { Awaited::Edition };
        *lock(&self.awaits) = is_due.then_some(next);
        let current = match own {
            // Witnesses are people or machines elsewhere, who are asked by hand.
            None if needs_witnesses(&chain) && is_shown => return Ok(Done::Nothing),
            Some(current) if is_up_to_date(&current) || needs_witnesses(&chain) && is_shown => current,
            current => return self.publish_or_hold(&mut store, &chain, current, clock, tell),
        };
        self.pass(revision, now, Vec::new(), &[])?;
        self.freshen(&mut store, &chain, &current, now)
    }

    /// Whether the newest edition is published with all its files, or waits for its witnesses. An interruption may leave it without its
    /// head.
    ///
    /// # Errors
    /// [`Error`] if the register or the published head cannot be read.
    pub fn is_whole(&self) -> Result<bool, Error> {
        let store = Store::open(&self.home)?;
        let Some(edition) = store.newest_edition()? else {
            return Ok(true);
        };
        let is_published = Current::read(&self.home)?.is_some_and(|current| current.is_of(&edition));
        let has_head = is_published || needs_witnesses(&Chain::read(&self.home)?);
        Ok(has_head && shelf::has_all(&self.home.public(), &store.files(&edition)?))
    }

    /// The published head, if this register knows that it published it, or the newest keys signed all of it, as what a restored
    /// backup has forgotten. Nothing is stated of another that lies there: under newer keys it may be what a thief of the older
    /// ones left.
    fn own(&self, store: &Store, chain: &Chain) -> Result<Option<Current>, Error> {
        let (_, pin) = keys::pin(&self.home)?;
        let Some(current) = Current::read(&self.home)?.filter(|current| current.verified(&pin).is_some()) else {
            return Ok(None);
        };
        let edition = store.edition(current.manifest.sequence)?;
        let is_known = edition.is_some_and(|edition| current.is_of(&edition));
        Ok(Some(current).filter(|current| is_known || current.head.chain == chain.following()))
    }

    /// Refuses to publish by a clock that is behind what was published before, unless somebody says that it is right. Which of two
    /// clocks was wrong only a person can tell.
    fn check_clock(&self, store: &Store, chain: &Chain, now: Instant) -> Result<(), Error> {
        let edition = store.newest_edition()?.map(|edition| edition.as_of);
        let head = self.own(store, chain)?.map(|head| head.manifest.signed_at.max(head.freshening.time));
        edition.max(head).map_or(Ok(()), |signed_at| self.follows_clock(now, signed_at))
    }

    /// The same, of what was signed at that instant.
    fn follows_clock(&self, now: Instant, signed_at: Instant) -> Result<(), Error> {
        match self.home.trusts_clock() {
            true => Ok(()),
            false => clock::follows(&self.home, now, "the newest edition was signed at", signed_at, "publish"),
        }
    }

    /// Publishes a new edition, unless the register moved too far or witnesses are asked by hand: then the one before it is kept
    /// fresh, and its last instant bounds for how long.
    fn publish_or_hold(
        &self,
        store: &mut Store,
        chain: &Chain,
        current: Option<Current>,
        clock: fn() -> Result<Instant, Error>,
        tell: fn(Step),
    ) -> Result<Done, Error> {
        let now = clock()?;
        let published = match self.answer_of_gate(store.revision()?, now) {
            Some(moved) if !moved.is_empty() => Err(Error::Counts { home: self.home.dir().into(), moved }),
            Some(_) if needs_witnesses(chain) => Ok(None),
            None if needs_witnesses(chain) => self.look(store, chain, current.as_ref(), now).map(|()| None),
            _ => self.publish(&[], clock, tell).map(Some),
        };
        if let Ok(Some(edition)) = published {
            return Ok(Done::Published(edition));
        }
        // Whatever stands in the way of the next edition, this one may be relied on as long as it is the newest.
        let now = clock()?;
        let freshened = current.map(|current| self.freshen(store, chain, &current, now)).transpose();
        match published {
            Err(Error::Counts { moved, .. }) => freshened.map(|_| Done::Held(moved)),
            Err(error) => Err(error),
            Ok(_) => freshened.map(|done| done.unwrap_or(Done::Nothing)),
        }
    }

    /// Asks the gate, where editions are published by hand: receipts are signed without a person there, too.
    fn look(&self, store: &mut Store, chain: &Chain, current: Option<&Current>, now: Instant) -> Result<(), Error> {
        self.check_clock(store, chain, now)?;
        let (_, pin) = keys::pin(&self.home)?;
        let Compared { revision, moved, .. } = self.compare(store, &pin, current, None, now)?;
        self.pass(revision, now, moved, &[])
    }

    /// States anew that the published edition is the newest, if that is due, or its head does not carry the newest keys: so keys
    /// that were revoked are so at once. Where these did not sign the edition, they do.
    fn freshen(&self, store: &mut Store, chain: &Chain, current: &Current, now: Instant) -> Result<Done, Error> {
        // Of what clients refuse, whatever is stated of it, nothing is: another edition is due.
        if now > current.manifest.expires || current.manifest.sequence < chain.keys().lowest_sequence {
            return Ok(Done::Nothing);
        }
        // Where witnesses are needed, they are asked by hand what may go out under newer keys.
        let has_keys = current.head.chain == chain.following() || needs_witnesses(chain);
        if has_keys && is_recent(current.freshening.time, now, FRESHNESS_DUE) {
            return Ok(Done::Nothing);
        }
        let is_signed =
            |keys: &Keys| current.head.manifest.check(Domain::Manifest, RoleName::Content, &keys.content).is_ok();
        let signers = match is_signed(chain.keys()) {
            true => Signers::of_statements(&self.home)?,
            false => Signers::of_editions(&self.home)?,
        };
        let _lock = self.home.lock()?;
        let chain = Chain::read(&self.home)?;
        self.check_clock(store, &chain, now)?;
        let signers = signers.of(&self.home, &chain)?;
        // Another process may have published an edition while this one waited for the lock.
        if Current::read(&self.home)?.is_some_and(|now| now.manifest == current.manifest) {
            let Head { manifest, witnesses, .. } = current.head.clone();
            let manifest = if is_signed(chain.keys()) { manifest } else { signers.manifest(&current.manifest) };
            let head = signers.head(&self.home, store, &chain, manifest, witnesses, now)?;
            self.replace_head(&chain, &head, now)?;
        }
        Ok(Done::Freshened)
    }

    /// Publishes the head in a file, to which witnesses have added their cosignatures.
    ///
    /// # Errors
    /// [`Error::OtherHead`] if it is not that of the newest edition, [`Error::Refused`] if clients would refuse it.
    pub fn publish_witnessed(&self, path: &Path, clock: fn() -> Result<Instant, Error>) -> Result<Edition, Error> {
        let signers = Signers::of_statements(&self.home)?;
        let _lock = self.home.lock()?;
        let mut store = Store::open(&self.home)?;
        let (_, pin) = keys::pin(&self.home)?;
        let (chain, now) = (Chain::read(&self.home)?, clock()?);
        let given = published::read_head(path).map_err(Error::io("could not read", path))?;
        let given = Current::decode(given).map_err(refused)?;
        // It comes from elsewhere: nothing is stated of a manifest that this register did not sign, nor of files that it lacks.
        let is_its_head = |edition: &Edition| given.is_of(edition);
        let edition = store.newest_edition()?.filter(is_its_head).ok_or_else(|| Error::OtherHead {
            home: self.home.dir().into(),
            path: path.into(),
            sequence: given.manifest.sequence,
            next: home::unwitnessed_head(&self.home.public()),
        })?;
        published::open_head(&self.home.public(), given.verify(&pin).map_err(refused)?)?;
        // What it replaces may have been signed by a clock that was ahead: who published this one has said so.
        self.follows_clock(now, edition.as_of.max(given.manifest.signed_at).max(given.freshening.time))?;
        let signers = signers.of(&self.home, &chain)?;
        let Head { manifest, witnesses, .. } = given.head;
        let head = signers.head(&self.home, &mut store, &chain, manifest, witnesses, now)?;
        self.replace_head(&chain, &head, now)?;
        Ok(edition)
    }

    /// Puts a head in the place of the published one; what a client would refuse, or one that holds that, is never published.
    fn replace_head(&self, chain: &Chain, head: &[u8], now: Instant) -> Result<(), Error> {
        let (_, pin) = keys::pin(&self.home)?;
        Head::verify(head, &pin, None, now).map_err(|refusal| self.refused(chain.keys(), refusal))?;
        let published = Current::read(&self.home)?.and_then(|current| current.verified(&pin));
        follows(&self.home, head, &pin, published, now)?;
        write_atomic(&home::head(&self.home.public()), head)
    }

    /// Why a head that was just signed is not published.
    fn refused(&self, keys: &Keys, refusal: Refusal) -> Error {
        let home = self.home.dir().into();
        match refusal {
            // What refuses it is the home's own pin, which has seen more.
            Refusal::Rollback { lowest, .. } if keys.lowest_sequence < lowest => Error::Behind { home, refusal },
            Refusal::KeysExpired { expires } => Error::KeysEnded { home, expires },
            refusal => refused(refusal),
        }
    }

    fn publish_locked(
        &self,
        signers: Result<Signers, Error>,
        overrides: &[Override],
        clock: fn() -> Result<Instant, Error>,
        tell: fn(Step),
    ) -> Result<Edition, Error> {
        let public = self.home.public();
        let mut store = Store::open(&self.home)?;
        let (_, pin) = keys::pin(&self.home)?;
        let chain = Chain::read(&self.home)?;
        if store.is_empty()? {
            return Err(Error::EmptyRegister { home: self.home.dir().into() });
        }
        let as_of = clock()?;
        self.check_clock(&store, &chain, as_of)?;
        let room = Room::beside(&self.home, &chain, overrides, as_of)?;
        tell(Step::Reading);
        let last = lock(&self.last).take();
        let base = Base::find(&self.home, &store, &pin, last, as_of)?;
        let mut shelf = Shelf::new(&public)?;
        let published = Current::read(&self.home)?;
        let before = store.last_counts(published.as_ref().map(|current| current.manifest.sequence))?;
        let revision = store.revision()?;
        let is_same = |base: &&Base| base.edition.revision == revision.number && base.fits(room);
        let same = base.as_ref().filter(is_same);
        let (draft, counts, drift) = match (same, &before) {
            (Some(base), Some((_, counts))) => {
                self.pass(revision, as_of, Vec::new(), overrides)?;
                (base.again(&mut shelf), counts.clone(), Drift::default())
            }
            _ => {
                let Compared { revision, content, counts, drift, moved } =
                    self.compare(&mut store, &pin, published.as_ref(), base.as_ref(), as_of)?;
                self.pass(revision, as_of, moved, overrides)?;
                tell(Step::Writing);
                (write(&mut shelf, base.as_ref(), revision.number, &content, room, as_of)?, counts, drift)
            }
        };
        let reference = shelf.put_compressed(Folder::Blob, &self.encoded)?;
        tell(Step::Signing);
        let signers = signers?.of(&self.home, &chain)?;
        let sequence = store.next_sequence(chain.keys().lowest_sequence)?;
        let delta = draft.delta.as_ref().map(|delta| hex(&delta.file.hash));
        let now = clock()?;
        let manifest = Manifest {
            version: HEAD_VERSION,
            origin: chain.keys().origin.clone(),
            sequence,
            as_of,
            signed_at: now,
            expires: now.plus_seconds(MANIFEST_SECONDS),
            fresh_for: FRESH_FOR,
            content: draft.content,
            reference,
            directory: draft.directory,
            snapshot: draft.snapshot,
            delta: draft.delta,
            overrides: overrides.to_vec(),
            sections: Vec::new(),
        };
        let manifest = signers.manifest(&manifest);
        let new = NewEdition {
            as_of,
            revision: draft.revision,
            base: draft.base,
            snapshot: hex(&draft.snapshot.hash),
            delta,
            tables: &self.tables,
            manifest: hex(&FileRef::of(&manifest.document).hash),
            files: shelf.needed(),
            counts: &counts,
            follows: published.as_ref().map(|current| current.manifest.sequence),
            drift: &drift,
            overrides,
        };
        let head = signers.head(&self.home, &mut store, &chain, manifest, Vec::new(), now)?;

        // What a client would refuse, as the files lie there now, is never published.
        let verified =
            Head::verify_unwitnessed(&head, &pin, None, now).map_err(|refusal| self.refused(chain.keys(), refusal))?;
        let opened = published::open_head(&public, verified)?;
        // Nor what those would refuse who hold a head of this home.
        follows(&self.home, &head, &pin, Current::held(&self.home, &pin)?, now)?;
        // The sequence is taken before the head gets out, so that no sequence ever has two contents.
        let edition = store.add_edition(&new, sequence)?;
        if needs_witnesses(&chain) {
            write_atomic(&home::unwitnessed_head(&public), &head)?;
        } else {
            self.replace_head(&chain, &head, now)?;
        }
        *lock(&self.last) = Some(opened);
        let leads = Current::read(&self.home)?.map_or(edition.sequence, |current| current.manifest.sequence);
        shelf.keep_only(&store.kept_files(leads, now)?)?;
        Ok(edition)
    }
}

/// The published head, if the pinned keys signed it; an edition that waits for its witnesses is not published.
pub(crate) fn published_head(home: &Home) -> Result<Option<VerifiedHead>, Error> {
    let (_, pin) = keys::pin(home)?;
    Ok(Current::read(home)?.and_then(|current| current.verified(&pin)))
}

/// Whether those take a head who hold these.
fn follows(
    home: &Home,
    head: &[u8],
    pin: &Pin,
    held: impl IntoIterator<Item = VerifiedHead>,
    now: Instant,
) -> Result<(), Error> {
    for held in held {
        Head::verify_unwitnessed(head, pin, Some(&held.seen()), now)
            .map_err(|refusal| Error::Behind { home: home.dir().into(), refusal })?;
    }
    Ok(())
}

/// Writes what differs from the base, or a new snapshot where there is none, or too much differs for it or for the head.
fn write(
    shelf: &mut Shelf<'_>,
    base: Option<&Base>,
    revision: i64,
    content: &Content,
    room: Room,
    as_of: Instant,
) -> Result<Draft, Error> {
    if let Some(base) = base
        && let Some(draft) = base.with_delta(shelf, revision, content, room)?
    {
        return Ok(draft);
    }
    let written =
        snapshot::write(content, &WriteOptions::new(as_of.legal_day(), content.rows())).map_err(unwritable)?;
    for chunk in &written.chunks {
        shelf.put(Folder::Blob, chunk)?;
    }
    Ok(Draft {
        revision,
        content: written.content,
        directory: shelf.put_compressed(Folder::Blob, &written.directory)?,
        snapshot: shelf.put(Folder::Snapshot, &written.snapshot())?,
        delta: None,
        base: None,
    })
}

/// A value that is replaced as a whole, so that nobody finds it half-written.
fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether clients refuse a head that no witness has cosigned, so that it cannot be published at once.
fn needs_witnesses(chain: &Chain) -> bool {
    chain.keys().witness.threshold > 0
}

/// Whether something was made less than so many seconds ago. What a wrong clock made in the future was not.
fn is_recent(made: Instant, now: Instant, seconds: i64) -> bool {
    (-CLOCK_SKEW_SECONDS..seconds).contains(&(now.seconds() - made.seconds()))
}

fn refused(refusal: Refusal) -> Error {
    Error::Refused { what: "the edition cannot be published", refusal }
}

fn unwritable(source: WriteError) -> Error {
    Error::Snapshot { source }
}
