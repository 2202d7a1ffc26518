//! Witnessing: who cosigns a head says that it saw this one, and no other, under its sequence.

use crate::Error;
use crate::home::{self, PinFile};
use crate::keys;
use crate::passphrase::Passphrase;
use crate::published;
use cccheck::Instant;
use cccheck::trust::{Head, PublicKey, Refusal, RoleName, Seen, VerifiedHead};
use std::fs;
use std::io;
use std::path::Path;

/// Cosigns the head in a file, if it follows on from the one that this witness cosigned last, which the state file remembers.
///
/// # Errors
/// [`Error::Refused`] if a client with this pin and memory would refuse the head, or it has expired, [`Error::KeyFile`] if the key is
/// not a witness's.
pub fn cosign(
    head: &Path,
    key: &Path,
    pin: &Path,
    state: &Path,
    passphrase: &Passphrase,
    now: Instant,
) -> Result<VerifiedHead, Error> {
    let refused = |refusal: Refusal| Error::Refused { what: "the head is not cosigned", refusal };
    let pin = PinFile::read(pin)?.pin()?;
    // Before the lock: a person may be asked for a passphrase.
    let signer = keys::read(key, passphrase)?;
    let mut lock = state.as_os_str().to_owned();
    lock.push(".lock");
    let _lock = home::lock(Path::new(&lock))?;
    let seen = read_state(state)?;
    // As published heads, it comes from elsewhere.
    let bytes = published::read_head(head).map_err(Error::io("could not read", head))?;
    let verified = Head::verify_unwitnessed(&bytes, &pin, seen.as_ref(), now).map_err(refused)?;
    if now > verified.expires() {
        return Err(refused(Refusal::Expired { expires: verified.expires() }));
    }
    if verified.keys().role(RoleName::Witness).key(PublicKey::of(&signer).id()).is_none() {
        let problem = "the key document does not name this key as a witness's".into();
        return Err(Error::KeyFile { path: key.into(), problem });
    }
    // Remembered before the signature gets out, so that no sequence is ever cosigned with two manifests.
    let text = serde_json::to_vec(&verified.seen()).map_err(|_| Error::Json { what: "what was seen" })?;
    home::write_atomic(state, &text)?;
    let mut cosigned = Head::decode(&bytes).map_err(refused)?;
    cosigned.cosign(&signer, now).map_err(refused)?;
    home::write_atomic(head, &cosigned.encode().map_err(refused)?)?;
    Ok(verified)
}

fn read_state(path: &Path) -> Result<Option<Seen>, Error> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| Error::KeyFile {
            path: path.into(),
            problem: format!("this is not a witness's memory ({error}): restore it from your copy"),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io { action: "could not read", path: path.into(), source }),
    }
}
