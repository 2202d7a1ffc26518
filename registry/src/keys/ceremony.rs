//! How key documents change: the next one is proposed, signed by the root keys of the old and of the new, and taken over. Root
//! keys may sign on other machines; a file with the draft goes from one to the next.

use super::{
    Chain, LIFETIME_SECONDS, MAX_COUNT, MAX_RESTART, document, fits_rows, newest_sequence, private, refused, signing,
    stored_sequence, write_key, write_pin,
};
use crate::home::{self, Home};
use crate::passphrase::Passphrase;
use crate::{Error, clock, keys, published};
use cccheck::Instant;
use cccheck::trust::{ChainProblem, Domain, KeyId, Keys, PublicKey, Refusal, Role, RoleName, Signed, SigningKey, sign};
use std::fs;
use std::path::Path;

/// More bytes than a signed key document has.
const MAX_DRAFT: u64 = 16_384;

/// What the next key document changes.
pub enum Change {
    /// A new key for a role. It takes the place of the role's oldest one, but for receipts, which must stay verifiable.
    Rotate {
        /// The role.
        role: RoleName,
        /// Whether all keys of the role stay beside the new one.
        add: bool,
        /// How many must sign from now on, if that changes.
        threshold: Option<u8>,
    },
    /// A key is not to be trusted any more. A new one takes its place, but for witnesses.
    Revoke {
        /// The key.
        key: KeyId,
        /// The lowest sequence from now on, if the published ones do not say it.
        restart: Option<u64>,
        /// How many must sign from now on, if that changes.
        threshold: Option<u8>,
    },
}

/// A key document in the making.
pub struct Draft {
    /// The document.
    pub keys: Keys,
    /// Who has signed it.
    pub signers: Vec<KeyId>,
}

/// Makes the next key document and signs it, with root keys that are in the home.
///
/// # Errors
/// [`Error::NoPrivateKey`] if too few root keys are in the home, otherwise as [`propose`].
pub fn change(home: &Home, change: &Change, public: Option<&PublicKey>, now: Instant) -> Result<(), Error> {
    // Looked for first, so that nothing is made in vain; and before the lock, as a person may be asked for a passphrase.
    signing(home, Chain::whole(home)?.keys(), RoleName::Root)?;
    let _lock = home.lock()?;
    let chain = Chain::whole(home)?;
    let mut signers = signing(home, chain.keys(), RoleName::Root)?;
    with_next(home, &chain, change, public, now, |next| {
        signers.extend(signing(home, next, RoleName::Root)?);
        let signed = sign(Domain::Keys, next, &signers.iter().collect::<Vec<_>>());
        take_over(home, Some(&chain), signed)
    })
}

/// Makes the next key document and writes it to a new file, to be signed elsewhere.
///
/// # Errors
/// [`Error::NoPublicKey`], [`Error::UnknownKey`], [`Error::Restart`] and [`Error::Refused`] if the change makes no sense,
/// [`Error::ClockSetBack`] if the document would end before the one before it.
pub fn propose(
    home: &Home,
    change: &Change,
    public: Option<&PublicKey>,
    now: Instant,
    path: &Path,
) -> Result<(), Error> {
    if path.exists() {
        return Err(Error::KeysExist { path: path.into() });
    }
    let _lock = home.lock()?;
    with_next(home, &Chain::whole(home)?, change, public, now, |next| write_draft(path, next))
}

/// Reads a draft.
///
/// # Errors
/// [`Error::Refused`] if it is no key document that could work.
pub fn draft(path: &Path) -> Result<Draft, Error> {
    let signed = read_draft(path)?;
    let keys: Keys = signed.peek(Domain::Keys).map_err(refused)?;
    keys.check().map_err(refused)?;
    Ok(Draft { keys, signers: signed.signatures.iter().map(|signature| signature.key).collect() })
}

/// Signs a draft with a private key. Answers with that key.
///
/// # Errors
/// As [`draft`] and [`keys::read`].
pub fn sign_draft(path: &Path, key: &Path, passphrase: &Passphrase) -> Result<KeyId, Error> {
    draft(path)?;
    let mut signed = read_draft(path)?;
    let key = keys::read(key, passphrase)?;
    signed.add(Domain::Keys, &key);
    home::write_atomic(path, &signed.encode())?;
    Ok(PublicKey::of(&key).id())
}

/// Whether the signature of a key under a draft counts: those of its own root keys do, and of the root keys of the document before
/// it. None where the home does not have that document, of whose root keys it may be one.
#[must_use]
pub fn signature_counts(home: &Home, draft: &Keys, key: KeyId) -> Option<bool> {
    let is_root = |keys: &Keys| keys.root.key(key).is_some();
    if is_root(draft) || draft.version <= 1 {
        return Some(is_root(draft));
    }
    before(home, draft).map(|before| is_root(&before))
}

/// The document before a draft, if the home has it. One change leaves most keys as they are, by which it is told from that of another
/// register of the same name, as all demonstrations have.
fn before(home: &Home, draft: &Keys) -> Option<Keys> {
    let chain = Chain::read(home).ok()?;
    let place = usize::try_from(draft.version).ok()?.checked_sub(2)?;
    let before: Keys = chain.documents.get(place)?.peek(Domain::Keys).ok()?;
    let is_shared = |name: &RoleName| before.role(*name).keys.iter().any(|key| draft.role(*name).keys.contains(key));
    (before.origin == draft.origin && RoleName::ALL.iter().any(is_shared)).then_some(before)
}

/// Takes over a draft that enough root keys have signed: as the first key document of its home, or as the next one. Of one that
/// was taken over already, only what an interruption left undone is done.
///
/// # Errors
/// [`Error::Refused`] if it does not follow, or too few have signed.
pub fn accept(home: &Home, path: &Path) -> Result<(), Error> {
    let _lock = home.lock()?;
    let signed = read_draft(path)?;
    let chain = match Chain::whole(home) {
        Err(Error::NoDocument { .. }) => None,
        chain => Some(chain?),
    };
    match chain {
        Some(chain) if chain.ends_with(&signed) => finish(home, &chain),
        chain => take_over(home, chain.as_ref(), signed),
    }
}

/// Makes a private key in a new file, for a machine that has no home: a root key's, or a witness's.
///
/// # Errors
/// [`Error::Io`] if the file is there already or cannot be written.
pub fn make(path: &Path, passphrase: Option<&Passphrase>) -> Result<PublicKey, Error> {
    let key = private::random()?;
    private::write(path, &key, passphrase)?;
    Ok(PublicKey::of(&key))
}

pub(super) fn write_draft(path: &Path, keys: &Keys) -> Result<(), Error> {
    let unsigned = sign(Domain::Keys, keys, &[]);
    home::write_private(path, &unsigned.encode())
}

fn read_draft(path: &Path) -> Result<Signed, Error> {
    let bytes = published::read(path, MAX_DRAFT).map_err(Error::io("could not read", path))?;
    Signed::decode(&bytes).map_err(refused)
}

fn take_over(home: &Home, chain: Option<&Chain>, signed: Signed) -> Result<(), Error> {
    let is_first = chain.is_none();
    let version = signed.peek::<Keys>(Domain::Keys).map_err(refused)?.version;
    // Clients skip what a chain has before the document that they pin, so one that does not rise would pass as following.
    if chain.map_or(0, |chain| chain.keys().version).checked_add(1) != Some(version) {
        return Err(refused(Refusal::Chain { version, problem: ChainProblem::Order }));
    }
    let mut documents = chain.map_or(Vec::new(), |chain| chain.documents.clone());
    let bytes = signed.encode();
    documents.push(signed);
    let path = document(home, documents.len());
    let chain = Chain::new(documents).map_err(refused)?;
    if is_first {
        // What was imported before it was said whose register it is.
        fits_rows(home, chain.keys().synthetic)?;
    }
    home::write_atomic(&path, &bytes)?;
    finish(home, &chain)
}

/// Writes the pin of a home whose documents are there, if it has none yet.
fn finish(home: &Home, chain: &Chain) -> Result<(), Error> {
    if keys::exist(home) {
        return Ok(());
    }
    fits_rows(home, chain.keys().synthetic)?;
    write_pin(&home.pin(), &chain.pin(chain.keys().lowest_sequence)?)
}

/// Whether a root key of the newest document is in the home.
fn has_root(home: &Home, chain: &Chain) -> bool {
    chain.keys().root.keys.iter().any(|key| keys::file(home, RoleName::Root, key).exists())
}

/// The lowest sequence under the next document. Nothing that was published before it may come back under it, so the count goes on
/// from the newest published sequence, unless somebody says where it begins; a head that a thief signed does not bind them. What
/// lies beyond a count that can go on is never proposed, unless the register itself is there.
fn lowest_sequence(home: &Home, chain: &Chain, change: &Change) -> Result<u64, Error> {
    let newest = stored_sequence(home)?;
    let Change::Revoke { restart: Some(sequence), .. } = *change else {
        return Ok(chain.keys().lowest_sequence.max(newest_sequence(home, chain)?).min(MAX_COUNT).max(newest));
    };
    if (newest..=newest.max(MAX_RESTART)).contains(&sequence) {
        Ok(sequence)
    } else {
        Err(Error::Restart { sequence, newest })
    }
}

/// The last instant of the next document, which never is before that of the newest: clients refuse what has ended.
fn expires(home: &Home, chain: &Chain, now: Instant) -> Result<Instant, Error> {
    let newest = chain.keys().expires;
    if !home.trusts_clock() {
        clock::follows(
            home,
            now,
            "the newest key document, by its end, was made at",
            newest.plus_seconds(-LIFETIME_SECONDS),
            "keys ...",
        )?;
    }
    Ok(newest.max(now.plus_seconds(LIFETIME_SECONDS)))
}

/// Makes the document after the newest, with its new private key, for `finish` to sign or to write. If that fails, the key goes,
/// too: one that no document names must not stay behind.
fn with_next(
    home: &Home,
    chain: &Chain,
    change: &Change,
    public: Option<&PublicKey>,
    now: Instant,
    finish: impl FnOnce(&Keys) -> Result<(), Error>,
) -> Result<(), Error> {
    let (keys, made) = next(home, chain, change, public, now)?;
    let Some((name, key)) = made else {
        return finish(&keys);
    };
    write_key(home, &home.keys(), name, &key)?;
    finish(&keys).inspect_err(|_| {
        let public = PublicKey::of(&key);
        let is_named = |chain: Chain| chain.keys().role(name).key(public.id()).is_some();
        if Chain::read(home).is_ok_and(|chain| !is_named(chain)) {
            let _ = fs::remove_file(keys::file(home, name, &public));
        }
    })
}

/// The document after the newest, and the private key that is new in it.
fn next(
    home: &Home,
    chain: &Chain,
    change: &Change,
    public: Option<&PublicKey>,
    now: Instant,
) -> Result<(Keys, Option<(RoleName, SigningKey)>), Error> {
    let mut keys = chain.keys().clone();
    keys.version += 1;
    keys.expires = expires(home, chain, now)?;
    keys.lowest_sequence = lowest_sequence(home, chain, change)?;

    let (name, needs_key) = match change {
        Change::Rotate { role, add, threshold } => {
            let changed = keys.role_mut(*role);
            if !add && *role != RoleName::Receipt && !changed.keys.is_empty() {
                changed.keys.remove(0);
            }
            changed.threshold = threshold.unwrap_or(changed.threshold);
            (*role, true)
        }
        Change::Revoke { key, threshold, .. } => {
            let unknown = || Error::UnknownKey { home: home.dir().into(), id: cccheck::hex(key) };
            let role =
                RoleName::ALL.into_iter().find(|name| keys.role(*name).key(*key).is_some()).ok_or_else(unknown)?;
            let changed = keys.role_mut(role);
            changed.keys.retain(|other| other.id() != *key);
            changed.threshold = threshold.unwrap_or(changed.threshold);
            (role, role != RoleName::Witness)
        }
    };
    let made = match public {
        Some(public) => {
            keys.role_mut(name).keys.push(public.clone());
            None
        }
        None if !needs_key => None,
        // Nor is a root key made where the others are not: it would be on a machine that is online.
        None if name == RoleName::Witness || name == RoleName::Root && !has_root(home, chain) => {
            return Err(Error::NoPublicKey { role: name });
        }
        None => {
            let key: SigningKey = private::random()?;
            keys.role_mut(name).keys.push(PublicKey::of(&key));
            Some((name, key))
        }
    };
    let Role { threshold, keys: own } = keys.role(name);
    let least = u8::from(name != RoleName::Witness);
    if own.len() > Keys::MAX_KEYS || usize::from(*threshold) > own.len() || *threshold < least {
        return Err(Error::Role { role: name, keys: own.len(), threshold: *threshold });
    }
    keys.check().map_err(refused)?;
    Ok((keys, made))
}
