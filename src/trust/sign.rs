//! Signatures: what is signed, under which heading, and the one verifier.

use super::{PublicKey, Refusal, Role, RoleName};
use crate::wire::{self, Wire, wire_struct};
use alloc::vec::Vec;
use ed25519_dalek::{Signature as Ed25519Signature, Signer, VerifyingKey};
use sha2::{Digest, Sha256};

pub use ed25519_dalek::SigningKey;

/// The most signatures that a document may carry.
pub(super) const MAX_SIGNATURES: usize = 16;

/// Bytes in a key id.
pub const KEY_ID_LENGTH: usize = 8;

/// The first eight bytes of SHA-256 over a key's algorithm and bytes.
pub type KeyId = [u8; KEY_ID_LENGTH];

/// What a signature is for. Its text is signed in front of the document, so that no signature fits elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// A key document.
    Keys,
    /// A content manifest.
    Manifest,
    /// A freshness statement.
    Freshness,
    /// A witness's cosignature.
    Cosignature,
}

impl Domain {
    fn heading(self) -> &'static [u8] {
        match self {
            Self::Keys => b"cccheck/2/keys\n",
            Self::Manifest => b"cccheck/2/manifest\n",
            Self::Freshness => b"cccheck/2/freshness\n",
            Self::Cosignature => b"cccheck/2/cosignature\n",
        }
    }

    fn part(self) -> &'static str {
        match self {
            Self::Keys => "key document",
            Self::Manifest => "manifest",
            Self::Freshness => "freshness statement",
            Self::Cosignature => "cosignature",
        }
    }

    pub(super) fn message(self, document: &[u8]) -> Vec<u8> {
        [self.heading(), document].concat()
    }
}

/// A document with signatures over its exact bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The document, in its binary form.
    pub document: Vec<u8>,
    /// Signatures, by ascending key id.
    pub signatures: Vec<Signature>,
}

wire_struct!(Signed { document, signatures });

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Whose.
    pub key: KeyId,
    /// The 64 bytes of an Ed25519 signature.
    pub bytes: Vec<u8>,
}

wire_struct!(Signature { key, bytes });

impl Signature {
    fn new(key: &SigningKey, message: &[u8]) -> Self {
        let id = PublicKey::of(key).id();
        Self { key: id, bytes: key.sign(message).to_bytes().to_vec() }
    }
}

/// Signs a document for a domain with all the given keys.
#[must_use]
pub fn sign<T: Wire>(domain: Domain, document: &T, keys: &[&SigningKey]) -> Signed {
    let document = wire::encode(document);
    let message = domain.message(&document);
    let mut signatures: Vec<Signature> = keys.iter().map(|key| Signature::new(key, &message)).collect();
    signatures.sort_by_key(|signature| signature.key);
    signatures.dedup_by_key(|signature| signature.key);
    Signed { document, signatures }
}

impl Signed {
    /// The document's bytes with its signatures, as they are stored and served.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        wire::encode(self)
    }

    /// Reads a document with its signatures, without checking them.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if it is not in the format.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        decode(bytes, "signed document")
    }

    /// Adds a signature, in its place; a key that has signed already signs anew.
    pub fn add(&mut self, domain: Domain, key: &SigningKey) {
        let added = Signature::new(key, &domain.message(&self.document));
        self.signatures.retain(|signature| signature.key != added.key);
        self.signatures.push(added);
        self.signatures.sort_by_key(|signature| signature.key);
    }

    /// Checks that enough keys of the role signed. Signatures by keys outside the role are ignored, and no key counts twice.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if the list is not in its one order, [`Refusal::NotSigned`] if there are too few.
    pub fn check(&self, domain: Domain, name: RoleName, role: &Role) -> Result<(), Refusal> {
        let sorted = self.signatures.is_sorted_by(|left, right| left.key < right.key);
        if !sorted || self.signatures.len() > MAX_SIGNATURES {
            return Err(Refusal::Malformed { part: domain.part() });
        }
        let message = domain.message(&self.document);
        let valid = self
            .signatures
            .iter()
            .filter(|signature| role.key(signature.key).is_some_and(|key| verify_one(key, &message, &signature.bytes)))
            .count();
        let valid = u8::try_from(valid).unwrap_or(u8::MAX);
        if role.threshold == 0 || valid < role.threshold {
            return Err(Refusal::NotSigned { role: name, valid, needed: role.threshold });
        }
        Ok(())
    }

    /// The document, if enough keys of the role signed it.
    pub(super) fn verify<T: Wire>(&self, domain: Domain, name: RoleName, role: &Role) -> Result<T, Refusal> {
        self.check(domain, name, role)?;
        self.peek(domain)
    }

    /// The document without any check of its signatures: for a key document, which says itself who must sign it.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if it is not in the format.
    pub fn peek<T: Wire>(&self, domain: Domain) -> Result<T, Refusal> {
        decode(&self.document, domain.part())
    }
}

/// Whether this one signature is good: Ed25519 by `verify_strict`, which refuses points of small order, and an R or S that is not
/// canonical.
pub(crate) fn verify_one(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let (Some(key), Ok(signature)) = (key.verifying(), Ed25519Signature::from_slice(signature)) else {
        return false;
    };
    VerifyingKey::verify_strict(&key, message, &signature).is_ok()
}

/// Decodes a value's one byte string.
pub(crate) fn decode<T: Wire>(bytes: &[u8], part: &'static str) -> Result<T, Refusal> {
    wire::decode(bytes).ok_or(Refusal::Malformed { part })
}

/// The key id of a key with this algorithm and these bytes.
pub(super) fn key_id(algorithm: u8, bytes: &[u8]) -> KeyId {
    let mut hasher = Sha256::new();
    hasher.update([algorithm]);
    hasher.update(bytes);
    let digest = hasher.finalize();
    let mut id = KeyId::default();
    id.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    id
}
