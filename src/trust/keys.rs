//! The key document: which keys may do what, signed by the root keys that it names.

use super::sign::{decode, key_id};
use super::{Domain, KeyId, Refusal, Signed, SigningKey, chain};
use crate::date::Instant;
use crate::wire::wire_struct;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use ed25519_dalek::VerifyingKey;

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
    /// Cosigns heads, so that a register cannot show different ones to different clients unseen.
    Witness,
}

impl RoleName {
    /// All roles, in the order of the key document.
    pub const ALL: [Self; 5] = [Self::Root, Self::Content, Self::Freshness, Self::Receipt, Self::Witness];

    /// The name in messages and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Content => "content",
            Self::Freshness => "freshness",
            Self::Receipt => "receipt",
            Self::Witness => "witness",
        }
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Which algorithm; keys of unknown algorithms verify nothing.
    pub algorithm: u8,
    /// The key in that algorithm's form.
    pub bytes: Vec<u8>,
}

wire_struct!(PublicKey { algorithm, bytes });

impl PublicKey {
    /// An Ed25519 key.
    #[must_use]
    pub fn ed25519(bytes: [u8; 32]) -> Self {
        Self { algorithm: ED25519, bytes: bytes.to_vec() }
    }

    /// The public side of a private key.
    #[must_use]
    pub fn of(key: &SigningKey) -> Self {
        Self::ed25519(key.verifying_key().to_bytes())
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// How many different keys must have signed; 0 is refused, but for witnesses, where it means that none is needed.
    pub threshold: u8,
    /// The keys.
    pub keys: Vec<PublicKey>,
}

wire_struct!(Role { threshold, keys });

impl Role {
    /// The key with this id, if the role has it.
    #[must_use]
    pub fn key(&self, id: KeyId) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.id() == id)
    }
}

/// The key document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The register's name; a demonstration's begins with `demo.`.
    pub origin: String,
    /// Whether these keys sign made-up data.
    pub synthetic: bool,
    /// Rises by one with every new document.
    pub version: u32,
    /// The lowest sequence under this document. It begins the count anew after an attacker with stolen keys drove it up.
    pub lowest_sequence: u64,
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
    /// Cosigns heads; with threshold 0 nobody must.
    pub witness: Role,
}

wire_struct!(Keys { origin, synthetic, version, lowest_sequence, expires, root, content, freshness, receipt, witness });

impl Keys {
    /// The most keys that a role may have.
    pub const MAX_KEYS: usize = 16;

    /// The role of this name.
    #[must_use]
    pub fn role(&self, name: RoleName) -> &Role {
        match name {
            RoleName::Root => &self.root,
            RoleName::Content => &self.content,
            RoleName::Freshness => &self.freshness,
            RoleName::Receipt => &self.receipt,
            RoleName::Witness => &self.witness,
        }
    }

    /// The role of this name, to be changed.
    #[must_use]
    pub fn role_mut(&mut self, name: RoleName) -> &mut Role {
        match name {
            RoleName::Root => &mut self.root,
            RoleName::Content => &mut self.content,
            RoleName::Freshness => &mut self.freshness,
            RoleName::Receipt => &mut self.receipt,
            RoleName::Witness => &mut self.witness,
        }
    }

    /// Checks that every threshold can be reached, and that no key stands twice: one that had two roles would join what the
    /// roles keep apart, and one that stood twice in a role would count for two.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] otherwise.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut ids = Vec::new();
        for name in RoleName::ALL {
            let Role { threshold, keys } = self.role(name);
            let is_reachable = usize::from(*threshold) <= keys.len() && keys.len() <= Self::MAX_KEYS;
            let repeats = keys.iter().any(|key| {
                let id = key.id();
                let repeats = ids.contains(&id);
                ids.push(id);
                repeats
            });
            if !is_reachable || repeats || *threshold == 0 && name != RoleName::Witness {
                return Err(Refusal::Malformed { part: "key document" });
            }
        }
        Ok(())
    }
}

/// What a client ships with and never fetches beside the snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The key document, whose root signature was checked.
    pub keys: Arc<Keys>,
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
        let signed: Signed = decode(signed_keys, "key document")?;
        let keys: Arc<Keys> = Arc::new(signed.peek(Domain::Keys)?);
        signed.check(Domain::Keys, RoleName::Root, &keys.root)?;
        keys.check()?;
        Ok(Self { keys, lowest_sequence })
    }

    /// The newest keys that a chain of later documents leads to.
    ///
    /// # Errors
    /// [`Refusal`] if the chain does not follow on from the pinned document.
    pub fn newest(&self, chain: &[Signed]) -> Result<Arc<Keys>, Refusal> {
        chain::newest(&self.keys, None, chain)
    }
}
