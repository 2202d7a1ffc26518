//! The key document: which keys may do what, signed by the root keys that it names.

use super::sign::{decode_canonical, key_id};
use super::{Domain, KeyId, Refusal, Signed};
use crate::date::Instant;
use alloc::string::String;
use alloc::vec::Vec;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};

/// The algorithm id of Ed25519. 2 is reserved for SM2 with SM3, 3 for ML-DSA-44.
const ED25519: u8 = 1;

/// What a key may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleName {
    /// Signs key documents and nothing else; kept offline.
    Root,
    /// Signs content manifests.
    Content,
    /// States that a manifest is still the newest; can never alter it.
    Freshness,
    /// Signs receipts.
    Receipt,
}

impl RoleName {
    /// The name in messages and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Content => "content",
            Self::Freshness => "freshness",
            Self::Receipt => "receipt",
        }
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Which algorithm; keys of unknown algorithms verify nothing.
    pub algorithm: u8,
    /// The key in that algorithm's form.
    pub bytes: Vec<u8>,
}

impl PublicKey {
    /// An Ed25519 key.
    #[must_use]
    pub fn ed25519(bytes: [u8; 32]) -> Self {
        Self { algorithm: ED25519, bytes: bytes.to_vec() }
    }

    /// The short name under which signatures refer to it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        key_id(self.algorithm, &self.bytes)
    }

    pub(super) fn verifying(&self) -> Option<VerifyingKey> {
        let bytes: [u8; 32] = self.bytes.as_slice().try_into().ok()?;
        if self.algorithm != ED25519 {
            return None;
        }
        VerifyingKey::from_bytes(&bytes).ok()
    }
}

/// The keys of a role, and how many of them must sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// How many different keys must have signed; 0 is refused.
    pub threshold: u8,
    /// The keys.
    pub keys: Vec<PublicKey>,
}

impl Role {
    /// The key with this id, if the role has it.
    #[must_use]
    pub fn key(&self, id: KeyId) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.id() == id)
    }
}

/// The key document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// The register's name; a demonstration's begins with `demo.`.
    pub origin: String,
    /// Whether these keys sign made-up data.
    pub synthetic: bool,
    /// Rises with every new document.
    pub version: u32,
    /// The last instant at which the document may be used.
    pub expires: Instant,
    /// Signs key documents.
    pub root: Role,
    /// Signs manifests.
    pub content: Role,
    /// Signs freshness statements.
    pub freshness: Role,
    /// Signs receipts.
    pub receipt: Role,
}

/// What a client ships with and never fetches beside the snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The key document, whose root signature was checked.
    pub keys: Keys,
    /// The lowest sequence that is acceptable.
    pub lowest_sequence: u64,
}

impl Pin {
    /// The most bytes that a signed key document may have.
    const MAX_BYTES: usize = 8_192;

    /// Reads a signed key document and checks that its own root keys signed it.
    ///
    /// # Errors
    /// [`Refusal`] if it is malformed or not signed by a threshold of its root keys.
    pub fn new(signed_keys: &[u8], lowest_sequence: u64) -> Result<Self, Refusal> {
        if signed_keys.len() > Self::MAX_BYTES {
            return Err(Refusal::Malformed { part: "key document" });
        }
        let signed: Signed = decode_canonical(signed_keys, "key document")?;
        let claimed: Keys = signed.peek(Domain::Keys)?;
        let keys = signed.verify(Domain::Keys, RoleName::Root, &claimed.root)?;
        Ok(Self { keys, lowest_sequence })
    }
}
