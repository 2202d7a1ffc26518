//! Keys: made for a home, replaced through a chain of documents, read by who signs. Private keys are never shown or logged.

mod ceremony;
mod private;
mod witness;

pub use ceremony::{Change, Draft, accept, change, draft, make, propose, sign_draft, signature_counts};
pub use private::read;
pub use witness::cosign;

use crate::home::{self, Home, PinFile};
use crate::publish::published_head;
use crate::{Error, Store};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::trust::{
    Domain, Keys, MAX_DOCUMENTS, Pin, PublicKey, Refusal, Role, RoleName, Signed, SigningKey, VerifiedHead, sign,
};
use cccheck::{Instant, hex};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How long a new key document may be used, in seconds: three years.
const LIFETIME_SECONDS: i64 = 3 * 365 * 86_400;
/// How long before its end a key document should be followed by another, in seconds.
const DUE_SECONDS: i64 = 90 * 86_400;
/// The longest name of a register.
const MAX_ORIGIN: usize = 128;
/// How the name of a demonstration begins.
const DEMO_PREFIX: &str = "demo.";
/// How many bytes of a head the chain may take. From the oldest on, documents that find no room are left out, and who pins one
/// before them needs a newer pin.
const MAX_CHAIN_BYTES: usize = 10_240;

/// The highest sequence that a register comes to: half of what clients accept. What lies beyond, a thief signed.
const MAX_COUNT: u64 = 1 << 52;
/// The highest sequence at which the count may be told to begin anew: what follows never comes to the highest one.
const MAX_RESTART: u64 = 1 << 51;

/// How many root keys are made for a new key document, and how many of them must sign.
const ROOT_KEYS: usize = 3;
const ROOT_THRESHOLD: u8 = 2;

/// All key documents of a home, from the first to the newest, each checked against the one before it.
pub struct Chain {
    documents: Vec<Signed>,
    newest: Keys,
}

impl Chain {
    /// The chain of a home that must have keys.
    ///
    /// # Errors
    /// [`Error::NoKeys`] if it has none, [`Error::NoDocument`] if they were never taken over, [`Error::DocumentLost`] if one is
    /// missing, [`Error::Refused`] if the documents do not follow from one another.
    pub fn read(home: &Home) -> Result<Self, Error> {
        let mut documents = Vec::new();
        let mut path = document(home, 1);
        while path.exists() {
            let bytes = fs::read(&path).map_err(Error::io("could not read", &path))?;
            documents.push(Signed::decode(&bytes).map_err(refused)?);
            path = document(home, documents.len() + 1);
        }
        // What follows would be replaced by another one, which clients that have seen it refuse.
        if newest_document(home).is_some_and(|newest| newest > documents.len()) {
            return Err(Error::DocumentLost { path });
        }
        if documents.is_empty() {
            return Err(no_keys(home));
        }
        Self::new(documents).map_err(refused)
    }

    /// The chain of a home that is about to grow, so that what follows takes the place of none that is lost.
    ///
    /// # Errors
    /// As [`read`](Self::read); [`Error::DocumentLost`] also if the home's pin or its published head has a later document.
    fn whole(home: &Home) -> Result<Self, Error> {
        let chain = Self::read(home)?;
        if exist(home) {
            let (_, pin) = pin(home)?;
            let published = published_head(home)?.map_or(0, |head| head.keys().version);
            if published.max(pin.keys.version) > chain.keys().version {
                return Err(Error::DocumentLost { path: document(home, chain.documents.len() + 1) });
            }
        }
        Ok(chain)
    }

    fn new(documents: Vec<Signed>) -> Result<Self, Refusal> {
        let (first, later) = documents.split_first().ok_or(Refusal::Malformed { part: "key chain" })?;
        let mut newest = Pin::new(&first.encode(), 0)?;
        // A home keeps all that it ever had, of which a head carries the last.
        for documents in later.chunks(MAX_DOCUMENTS) {
            newest.keys = newest.newest(documents)?;
        }
        Ok(Self { documents, newest: Arc::unwrap_or_clone(newest.keys) })
    }

    /// Whether its last document is this one, whoever signed it.
    fn ends_with(&self, signed: &Signed) -> bool {
        self.documents.last().is_some_and(|last| last.document == signed.document)
    }

    /// The newest document.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.newest
    }

    /// What heads carry: the documents after the first.
    #[must_use]
    pub fn following(&self) -> Vec<Signed> {
        let mut room = MAX_CHAIN_BYTES;
        let fits = |signed: &&Signed| room.checked_sub(signed.encode().len()).inspect(|left| room = *left).is_some();
        let mut following: Vec<Signed> = self.documents.iter().skip(1).rev().take_while(fits).cloned().collect();
        following.reverse();
        following
    }

    /// The pin of the newest document.
    fn pin(&self, lowest_sequence: u64) -> Result<PinFile, Error> {
        let newest = self.documents.last().ok_or(Refusal::Malformed { part: "key chain" }).map_err(refused)?;
        Ok(PinFile {
            keys: Base64UrlUnpadded::encode_string(&newest.encode()),
            lowest_sequence,
            origin: self.newest.origin.clone(),
            synthetic: self.newest.synthetic,
        })
    }
}

/// Makes the keys of a home, its signed key document and its pin.
///
/// # Errors
/// [`Error::KeysExist`] if there are any, [`Error::Origin`] if the name is no name.
pub fn create(home: &Home, origin: &str, synthetic: bool, now: Instant) -> Result<PinFile, Error> {
    let roots = (0..ROOT_KEYS).map(|_| private::random()).collect::<Result<Vec<_>, _>>()?;
    let public: Vec<PublicKey> = roots.iter().map(PublicKey::of).collect();
    let signed = begin(home, origin, synthetic, &public, now, |dir, keys| {
        for key in &roots {
            write_key(home, dir, RoleName::Root, key)?;
        }
        let signed = sign(Domain::Keys, keys, &roots.iter().collect::<Vec<_>>());
        home::write_private(&dir.join(document_name(1)), &signed.encode())?;
        Ok(signed)
    })?;
    let pin = Chain::new(vec![signed]).map_err(refused)?.pin(1)?;
    write_pin(&home.pin(), &pin)?;
    Ok(pin)
}

/// Makes the keys of a home but for its root keys, whose public sides were made elsewhere, and the document to be signed there.
///
/// # Errors
/// As [`create`].
pub fn create_draft(
    home: &Home,
    origin: &str,
    synthetic: bool,
    roots: &[PublicKey],
    now: Instant,
    path: &Path,
) -> Result<(), Error> {
    begin(home, origin, synthetic, roots, now, |_, keys| ceremony::write_draft(path, keys)).map(drop)
}

/// Makes the directory of keys, with all private keys but those of the root, and the first document.
fn begin<T>(
    home: &Home,
    origin: &str,
    synthetic: bool,
    roots: &[PublicKey],
    now: Instant,
    finish: impl FnOnce(&Path, &Keys) -> Result<T, Error>,
) -> Result<T, Error> {
    check_origin(origin, synthetic)?;
    home::make_dir(home.dir())?;
    let _lock = home.lock()?;
    fits_rows(home, synthetic)?;
    for path in [home.keys(), home.pin()] {
        if path.exists() {
            return Err(Error::KeysExist { path });
        }
    }
    // The directory gets its name once all is in it, so that an interruption leaves no half-made keys; what one left goes.
    let dir = home.dir().join("keys.tmp");
    let _ = fs::remove_dir_all(&dir);
    home::make_private_dir(&dir)?;
    let made = || -> Result<T, Error> {
        let role = |name| -> Result<Role, Error> {
            let key = private::random()?;
            write_key(home, &dir, name, &key)?;
            Ok(Role { threshold: 1, keys: vec![PublicKey::of(&key)] })
        };
        let keys = Keys {
            origin: origin.into(),
            synthetic,
            version: 1,
            lowest_sequence: 1,
            expires: now.plus_seconds(LIFETIME_SECONDS),
            // A single root key has to do alone.
            root: Role { threshold: if roots.len() > 1 { ROOT_THRESHOLD } else { 1 }, keys: roots.to_vec() },
            content: role(RoleName::Content)?,
            freshness: role(RoleName::Freshness)?,
            receipt: role(RoleName::Receipt)?,
            witness: Role { threshold: 0, keys: Vec::new() },
        };
        keys.check().map_err(refused)?;
        let answer = finish(&dir, &keys)?;
        fs::rename(&dir, home.keys()).map_err(Error::io("could not make", home.keys()))?;
        home::sync_parent(&home.keys());
        Ok(answer)
    };
    made().inspect_err(|_| drop(fs::remove_dir_all(&dir)))
}

/// Refuses keys of a real register for rows that are made up.
fn fits_rows(home: &Home, synthetic: bool) -> Result<(), Error> {
    if !synthetic && home.store().exists() && Store::open(home)?.has_synthetic()? {
        return Err(Error::SyntheticRows { path: home.store() });
    }
    Ok(())
}

/// Whether the home has keys.
#[must_use]
pub fn exist(home: &Home) -> bool {
    home.pin().exists()
}

/// The pin of a home that must have keys.
///
/// # Errors
/// [`Error::NoKeys`] if it has none, [`Error::NoDocument`] if they were never taken over, [`Error::PinLost`] if only the pin is
/// missing, otherwise as [`PinFile::read`] and [`PinFile::pin`].
pub fn pin(home: &Home) -> Result<(PinFile, Pin), Error> {
    match exist(home) {
        false if document(home, 1).exists() => return Err(Error::PinLost { home: home.dir().into() }),
        false => return Err(no_keys(home)),
        true => {}
    }
    let file = PinFile::read(&home.pin())?;
    let pin = file.pin()?;
    Ok((file, pin))
}

/// The last instant of the published key document, if that is soon or past; of the newest one, if nothing is published.
///
/// # Errors
/// [`Error`] if the key documents cannot be read.
pub fn ending(home: &Home, now: Instant) -> Result<Option<Instant>, Error> {
    let (published, chain) = (published_head(home)?, Chain::read(home)?);
    let expires = published.as_ref().map_or(chain.keys(), VerifiedHead::keys).expires;
    Ok(Some(expires).filter(|expires| *expires <= now.plus_seconds(DUE_SECONDS)))
}

/// Writes a pin of the newest key document and of the newest published sequence, for clients to ship with from now on.
///
/// # Errors
/// [`Error`] if keys or register cannot be read, or the file cannot be written.
pub fn write_new_pin(home: &Home, path: &Path) -> Result<PinFile, Error> {
    let chain = Chain::read(home)?;
    let pin = chain.pin(newest_sequence(home, &chain)?.max(chain.keys().lowest_sequence))?;
    write_pin(path, &pin)?;
    Ok(pin)
}

/// The file of a private key.
#[must_use]
pub fn file(home: &Home, name: RoleName, key: &PublicKey) -> PathBuf {
    home.keys().join(file_name(name, key))
}

/// As many private keys of a role as must sign, the newest first.
///
/// # Errors
/// [`Error::NoPrivateKey`] if there are too few in the home, otherwise as [`read`].
pub fn signing(home: &Home, keys: &Keys, name: RoleName) -> Result<Vec<SigningKey>, Error> {
    let Role { threshold, keys } = keys.role(name);
    let here: Vec<&PublicKey> = keys.iter().rev().filter(|key| file(home, name, key).exists()).collect();
    let (found, needed) = (here.len(), usize::from(*threshold));
    if found < needed {
        return Err(Error::NoPrivateKey { role: name, home: home.dir().into(), found, needed });
    }
    here.into_iter().take(needed).map(|key| read_named(home, name, key)).collect()
}

/// The private key with which a role that needs only one signs.
///
/// # Errors
/// As [`signing`].
pub fn signing_one(home: &Home, keys: &Keys, name: RoleName) -> Result<SigningKey, Error> {
    let first = signing(home, keys, name)?.into_iter().next();
    first.ok_or_else(|| Error::NoPrivateKey { role: name, home: home.dir().into(), found: 0, needed: 1 })
}

/// The short name of a public key, in hexadecimal.
#[must_use]
pub fn key_id(key: &PublicKey) -> String {
    hex(&key.id())
}

/// A public key as a text that can be carried from one machine to another: its algorithm and bytes, in base64url.
#[must_use]
pub fn public_text(key: &PublicKey) -> String {
    Base64UrlUnpadded::encode_string(&[&[key.algorithm], key.bytes.as_slice()].concat())
}

/// Reads such a text.
///
/// # Errors
/// A sentence if it is not a public key that can sign here.
pub fn public_from_text(text: &str) -> Result<PublicKey, &'static str> {
    let problem = "this is not a public key as `cccheck keys make` shows it";
    let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| problem)?;
    let (_, bytes) = bytes.split_first().ok_or(problem)?;
    let key = PublicKey::ed25519(bytes.try_into().map_err(|_| problem)?);
    if public_text(&key) == text { Ok(key) } else { Err(problem) }
}

fn check_origin(origin: &str, synthetic: bool) -> Result<(), Error> {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
    let problem = match () {
        () if origin.is_empty() || origin.len() > MAX_ORIGIN => "1 to 128 characters are expected",
        () if !origin.bytes().all(plain) => "only lower-case letters, digits, dots and hyphens are expected",
        () if synthetic && !origin.starts_with(DEMO_PREFIX) => "the name of a synthetic register begins with `demo.`",
        () if !synthetic && origin.starts_with(DEMO_PREFIX) => "`demo.` is for synthetic registers: add --synthetic",
        () => return Ok(()),
    };
    Err(Error::Origin { origin: origin.into(), problem })
}

fn document(home: &Home, version: usize) -> PathBuf {
    home.keys().join(document_name(version))
}

fn document_name(version: usize) -> String {
    format!("document-{version}.bin")
}

/// The highest version of which the home has a document, though others may be missing.
fn newest_document(home: &Home) -> Option<usize> {
    let version = |name: &str| name.strip_prefix("document-")?.strip_suffix(".bin")?.parse().ok();
    let files = fs::read_dir(home.keys()).ok()?.flatten();
    files.filter_map(|file| version(file.file_name().to_str()?)).max()
}

/// Why a home has no key document: all are lost, nobody took the first one over, or it has no keys either.
fn no_keys(home: &Home) -> Error {
    let dir = home.dir().into();
    match (exist(home), home.keys().exists()) {
        (true, _) => Error::DocumentLost { path: document(home, 1) },
        (false, true) => Error::NoDocument { home: dir },
        (false, false) => Error::NoKeys { home: dir },
    }
}

fn file_name(name: RoleName, key: &PublicKey) -> String {
    format!("{}-{}.key", name.as_str(), key_id(key))
}

/// Writes a private key under its name into a directory, encrypted if that is asked for or the home has encrypted keys.
fn write_key(home: &Home, dir: &Path, name: RoleName, key: &SigningKey) -> Result<(), Error> {
    let passphrase = match encrypted(home)? {
        Some(other) => {
            // Opened to see that it is the same passphrase: a home has one.
            private::read(&other, home.passphrase())?;
            Some(home.passphrase())
        }
        None => home.encrypts(),
    };
    private::write(&dir.join(file_name(name, &PublicKey::of(key))), key, passphrase)
}

/// Asks for the passphrase of the home, if it has encrypted keys and is not known yet.
///
/// # Errors
/// As [`read`].
pub fn unlock(home: &Home) -> Result<(), Error> {
    encrypted(home)?.map_or(Ok(()), |key| private::read(&key, home.passphrase()).map(drop))
}

/// An encrypted private key of the home, if it has one.
fn encrypted(home: &Home) -> Result<Option<PathBuf>, Error> {
    let Ok(entries) = fs::read_dir(home.keys()) else {
        return Ok(None);
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "key") && private::is_encrypted(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Reads the private key that belongs to a public one.
fn read_named(home: &Home, name: RoleName, public: &PublicKey) -> Result<SigningKey, Error> {
    let path = file(home, name, public);
    let key = private::read(&path, home.passphrase())?;
    if PublicKey::of(&key) == *public {
        return Ok(key);
    }
    let problem = "this private key is not the one that the key document names: restore it from your copy";
    Err(Error::KeyFile { path, problem: problem.into() })
}

fn write_pin(path: &Path, pin: &PinFile) -> Result<(), Error> {
    let text = serde_json::to_vec(pin).map_err(|_| Error::Json { what: "the pin" })?;
    home::write_atomic(path, &text)
}

/// The newest published sequence; 0 if nothing was published. Only its own keys can tell a home that it has published more than
/// it remembers, as after a restored backup, and only up to where a register comes: what lies beyond, a thief of these keys signed to
/// use the count up. An edition that waits for its witnesses is not published.
fn newest_sequence(home: &Home, chain: &Chain) -> Result<u64, Error> {
    let stored = stored_sequence(home)?;
    let published = if exist(home) { published_head(home)? } else { None };
    let published = published.filter(|head| *head.keys() == *chain.keys()).map(|head| head.manifest().sequence);
    let waits = chain.keys().witness.threshold > 0;
    let counts = |published: &u64| (waits || *published > stored) && *published <= stored.max(MAX_COUNT);
    Ok(published.filter(counts).unwrap_or(stored))
}

/// The sequence of the newest edition that the register itself knows of; 0 if there is none.
fn stored_sequence(home: &Home) -> Result<u64, Error> {
    match home.store().exists() {
        true => Ok(Store::open(home)?.newest_edition()?.map_or(0, |edition| edition.sequence)),
        false => Ok(0),
    }
}

fn refused(refusal: Refusal) -> Error {
    Error::Refused { what: "the key document is refused", refusal }
}
