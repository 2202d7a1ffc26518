//! Keys: made once for a home, read by who signs. Private keys are never shown or logged.

use crate::Error;
use crate::home::{self, Home, PinFile};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::trust::{Domain, Keys, Pin, PublicKey, Role, RoleName, SigningKey, sign};
use cccheck::{Instant, hex};
use std::fs;
use std::path::{Path, PathBuf};

/// How long a new key document may be used, in seconds: three years.
const LIFETIME_SECONDS: i64 = 3 * 365 * 86_400;
/// The longest name of a register.
const MAX_ORIGIN: usize = 128;
/// How the name of a demonstration begins.
const DEMO_PREFIX: &str = "demo.";

/// The roles of a new key document: how many keys, and how many of them must sign.
const ROLES: [(RoleName, u8, u8); 5] = [
    (RoleName::Root, 3, 2),
    (RoleName::Content, 1, 1),
    (RoleName::Freshness, 1, 1),
    (RoleName::Receipt, 1, 1),
    (RoleName::Witness, 0, 0),
];

/// Makes the keys of a home, its signed key document and its pin.
///
/// # Errors
/// [`Error::KeysExist`] if there are any, [`Error::Origin`] if the name is no name.
pub fn create(home: &Home, origin: &str, synthetic: bool, now: Instant) -> Result<PinFile, Error> {
    check_origin(origin, synthetic)?;
    for path in [home.keys(), home.pin()] {
        if path.exists() {
            return Err(Error::KeysExist { path });
        }
    }
    home::make_dir(home.dir())?;
    // The directory gets its name once all is in it, so that an interruption leaves no half-made keys.
    let draft = home.dir().join(format!("keys.{}.tmp", std::process::id()));
    home::make_private_dir(&draft)?;
    let made = fill(&draft, origin, synthetic, now).and_then(|signed| {
        fs::rename(&draft, home.keys()).map_err(Error::io("could not make", home.keys()))?;
        Ok(signed)
    });
    let signed = made.inspect_err(|_| drop(fs::remove_dir_all(&draft)))?;
    let pin = PinFile {
        keys: Base64UrlUnpadded::encode_string(&signed),
        lowest_sequence: 1,
        origin: origin.into(),
        synthetic,
    };
    let text = serde_json::to_vec(&pin).map_err(|_| Error::Json { what: "the pin" })?;
    home::write_atomic(&home.pin(), &text)?;
    Ok(pin)
}

/// Whether the home has keys.
#[must_use]
pub fn exist(home: &Home) -> bool {
    home.pin().exists()
}

/// The pin of a home that must have keys.
///
/// # Errors
/// [`Error::NoKeys`] if it has none, otherwise as [`PinFile::read`] and [`PinFile::pin`].
pub fn pin(home: &Home) -> Result<(PinFile, Pin), Error> {
    if !exist(home) {
        return Err(Error::NoKeys { home: home.dir().into() });
    }
    let file = PinFile::read(&home.pin())?;
    let pin = file.pin()?;
    Ok((file, pin))
}

/// The file of a role's key, by its place in the key document.
#[must_use]
pub fn file(home: &Home, name: RoleName, place: usize) -> PathBuf {
    home.keys().join(file_name(name, place))
}

/// All roles, in the order of the key document.
pub fn roles() -> impl Iterator<Item = RoleName> {
    ROLES.into_iter().map(|(name, ..)| name)
}

/// As many private keys of a role as must sign.
///
/// # Errors
/// [`Error::Io`] or [`Error::KeyFile`] if one cannot be used.
pub fn signing(home: &Home, keys: &Keys, name: RoleName) -> Result<Vec<SigningKey>, Error> {
    let role = keys.role(name);
    role.keys
        .iter()
        .take(usize::from(role.threshold))
        .enumerate()
        .map(|(place, public)| read(&file(home, name, place), public))
        .collect()
}

/// The private key with which a role that needs only one signs.
///
/// # Errors
/// As [`signing`], and [`Error::NoKeys`] if the role has no key.
pub fn signing_one(home: &Home, keys: &Keys, name: RoleName) -> Result<SigningKey, Error> {
    let first = signing(home, keys, name)?.into_iter().next();
    first.ok_or_else(|| Error::NoKeys { home: home.dir().into() })
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

fn file_name(name: RoleName, place: usize) -> String {
    format!("{}-{}.key", name.as_str(), place + 1)
}

/// Fills a directory with keys and their signed document, and returns the document.
fn fill(dir: &Path, origin: &str, synthetic: bool, now: Instant) -> Result<Vec<u8>, Error> {
    let [root, content, freshness, receipt, witness] = ROLES.map(|(name, count, _)| make(dir, name, count));
    let root = root?;
    let role = |name: RoleName, made: &[SigningKey]| Role {
        threshold: ROLES.iter().find(|(other, ..)| *other == name).map_or(1, |(.., threshold)| *threshold),
        keys: made.iter().map(|key| PublicKey::ed25519(key.verifying_key().to_bytes())).collect(),
    };
    let keys = Keys {
        origin: origin.into(),
        synthetic,
        version: 1,
        lowest_sequence: 1,
        expires: now.plus_seconds(LIFETIME_SECONDS),
        root: role(RoleName::Root, &root),
        content: role(RoleName::Content, &content?),
        freshness: role(RoleName::Freshness, &freshness?),
        receipt: role(RoleName::Receipt, &receipt?),
        witness: role(RoleName::Witness, &witness?),
    };
    let refused = |refusal| Error::Refused { what: "the key document cannot be signed", refusal };
    let signed = sign(Domain::Keys, &keys, &root.iter().collect::<Vec<_>>()).map_err(refused)?;
    let bytes = signed.encode().map_err(refused)?;
    Pin::new(&bytes, 1).map_err(refused)?;
    home::write_private(&dir.join("keys.bin"), &bytes)?;
    Ok(bytes)
}

fn make(dir: &Path, name: RoleName, count: u8) -> Result<Vec<SigningKey>, Error> {
    (0..usize::from(count))
        .map(|place| {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(|_| Error::Random)?;
            let text = Base64UrlUnpadded::encode_string(&seed) + "\n";
            home::write_private(&dir.join(file_name(name, place)), text.as_bytes())?;
            Ok(SigningKey::from_bytes(&seed))
        })
        .collect()
}

fn read(path: &Path, public: &PublicKey) -> Result<SigningKey, Error> {
    let problem = |problem| Error::KeyFile { path: path.into(), problem };
    let text = fs::read_to_string(path).map_err(Error::io("could not read", path))?;
    let mut seed = [0; 32];
    match Base64UrlUnpadded::decode(text.trim_end(), &mut seed) {
        Ok(bytes) if bytes.len() == 32 => {}
        _ => return Err(problem("this is not a private key of 32 bytes in base64url: restore it from your copy")),
    }
    let key = SigningKey::from_bytes(&seed);
    if PublicKey::ed25519(key.verifying_key().to_bytes()) != *public {
        return Err(problem("this private key is not the one that the key document names: restore it from your copy"));
    }
    Ok(key)
}

/// The short name of a public key, in hexadecimal.
#[must_use]
pub fn key_id(key: &PublicKey) -> String {
    hex(&key.id())
}
