//! Private keys in files: for their owner alone to read, and encrypted if there is a passphrase.

use crate::passphrase::Passphrase;
use crate::{Error, home};
use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::trust::SigningKey;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use std::path::Path;
use zeroize::Zeroizing;

/// How an encrypted key begins. The word stands for Argon2id with the parameters below and ChaCha20-Poly1305; a base64url text
/// of salt and ciphertext follows. A key that is not encrypted is its 32 bytes in base64url alone.
const ENCRYPTED: &str = "cccheck-encrypted-key-1 ";
const MEMORY_KIB: u32 = 64 * 1_024;
const PASSES: u32 = 3;
const SALT: usize = 16;

/// A private key that nobody has had before.
pub(super) fn random() -> Result<SigningKey, Error> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|_| Error::Random)?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Writes a private key to a new file, encrypted if there is a passphrase.
pub(super) fn write(path: &Path, key: &SigningKey, passphrase: Option<&Passphrase>) -> Result<(), Error> {
    let seed = Zeroizing::new(key.to_bytes());
    let mut text = Zeroizing::new(String::new());
    match passphrase {
        None => text.push_str(&Base64UrlUnpadded::encode_string(&*seed)),
        Some(passphrase) => {
            let mut salt = [0; SALT];
            getrandom::fill(&mut salt).map_err(|_| Error::Random)?;
            let cipher = cipher(path, passphrase.chosen(path)?, &salt)?;
            // The salt makes a key of its own for each file, so the nonce is never used twice.
            let encrypted = cipher.encrypt(&Nonce::default(), seed.as_slice()).map_err(|_| Error::Random)?;
            text.push_str(ENCRYPTED);
            text.push_str(&Base64UrlUnpadded::encode_string(&[salt.as_slice(), &encrypted].concat()));
        }
    }
    text.push('\n');
    home::write_private(path, text.as_bytes())
}

/// Whether a private key is encrypted.
pub(super) fn is_encrypted(path: &Path) -> Result<bool, Error> {
    Ok(home::read_private(path)?.starts_with(ENCRYPTED))
}

/// Reads a private key.
///
/// # Errors
/// [`Error::Exposed`] if others can read it, [`Error::Passphrase`] if it is encrypted and cannot be decrypted,
/// [`Error::KeyFile`] if it is no key.
pub fn read(path: &Path, passphrase: &Passphrase) -> Result<SigningKey, Error> {
    let text = home::read_private(path)?;
    let damaged =
        || Error::KeyFile { path: path.into(), problem: "this is not a private key: restore it from your copy".into() };
    let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).map(Zeroizing::new).map_err(|_| damaged());
    let seed = match text.trim_end().strip_prefix(ENCRYPTED) {
        None => decode(text.trim_end())?,
        Some(encrypted) => {
            let bytes = decode(encrypted)?;
            let (salt, encrypted) = bytes.split_first_chunk::<SALT>().ok_or_else(damaged)?;
            let cipher = cipher(path, passphrase.existing(path)?, salt)?;
            let wrong =
                |_| Error::Passphrase { path: path.into(), problem: "the passphrase is not the one of this key" };
            Zeroizing::new(cipher.decrypt(&Nonce::default(), encrypted).map_err(wrong)?)
        }
    };
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed.as_slice()).map_err(|_| damaged())?);
    Ok(SigningKey::from_bytes(&seed))
}

fn cipher(path: &Path, passphrase: &str, salt: &[u8; SALT]) -> Result<ChaCha20Poly1305, Error> {
    let mut key = Zeroizing::new([0; 32]);
    let derived = Params::new(MEMORY_KIB, PASSES, 1, Some(key.len())).and_then(|params| {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
            passphrase.as_bytes(),
            salt,
            &mut *key,
        )
    });
    let problem = "no key can be derived from this passphrase";
    derived.map_err(|_| Error::Passphrase { path: path.into(), problem })?;
    Ok(ChaCha20Poly1305::new((&*key).into()))
}
