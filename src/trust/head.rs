//! The head: small, mutable, and all that leads to the immutable files.

use super::sign::{MAX_SIGNATURES, decode};
use super::{Domain, FileRef, KeyId, Keys, Manifest, Pin, PublicKey, Refusal, Role, RoleName, Signed, SigningKey};
use super::{chain, verify_one};
use crate::date::Instant;
use crate::digest::sha256;
use crate::hex;
use crate::json::json_struct;
use crate::register::Freshness;
use crate::wire::{self, wire_struct};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use ed25519_dalek::Signer;

/// The format version of heads.
pub const HEAD_VERSION: u16 = 2;
/// The most bytes that a head may have.
pub const MAX_HEAD: usize = 16_384;
/// How far a signer's clock may be ahead of a client's, in seconds.
pub const CLOCK_SKEW_SECONDS: i64 = 300;

/// The head as it is served: who may sign, what is published, that it is still the newest, and who else has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The [`Keys`] documents after the first, ascending by version without gaps.
    pub chain: Vec<Signed>,
    /// A [`Manifest`], signed by the content keys.
    pub manifest: Signed,
    /// A [`Freshening`], signed by the freshness keys.
    pub freshness: Signed,
    /// What witnesses signed, ascending by key.
    pub witnesses: Vec<Cosignature>,
}

wire_struct!(Head { chain, manifest, freshness, witnesses });

/// States that a manifest was still the newest at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshening {
    /// SHA-256 of the manifest document.
    pub manifest: [u8; 32],
    /// Rises with every statement.
    pub counter: u64,
    /// When it was made.
    pub time: Instant,
    /// The last instant at which it may be relied on.
    pub expires: Instant,
}

wire_struct!(Freshening { manifest, counter, time, expires });

/// A witness's word that it saw this manifest, and no other, under its sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// Whose.
    pub key: KeyId,
    /// When.
    pub time: Instant,
    /// The 64 bytes of an Ed25519 signature.
    pub bytes: Vec<u8>,
}

wire_struct!(Cosignature { key, time, bytes });

/// What a witness signs.
struct Cosigned {
    origin: String,
    sequence: u64,
    manifest: [u8; 32],
    time: Instant,
}

wire_struct!(Cosigned { origin, sequence, manifest, time });

/// The newest edition that a client has accepted, or the newest key document alone; the host keeps it between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The version of the newest key document, under which the edition was accepted.
    pub keys_version: u32,
    /// SHA-256 of that document, in hexadecimal.
    pub keys: String,
    /// The edition's sequence; 0 if none was accepted under that document yet.
    pub sequence: u64,
    /// SHA-256 of its manifest, in hexadecimal; of no account where there is none.
    pub manifest: String,
}

json_struct!(Seen { keys_version, keys, sequence, manifest } read open all);

/// A head whose keys, signatures, origin and sequence were checked; the only way to open a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedHead {
    manifest: Box<Manifest>,
    manifest_hash: [u8; 32],
    keys: Arc<Keys>,
    keys_hash: String,
    witnesses: u8,
    first_seen: bool,
    /// The freshness statement's.
    counter: u64,
    earliest: Instant,
    last: Instant,
}

impl Head {
    /// The head's bytes, as they are served.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if it is larger than clients accept.
    pub fn encode(&self) -> Result<Vec<u8>, Refusal> {
        let bytes = wire::encode(self);
        is_head_size(&bytes).map(|()| bytes)
    }

    /// Reads a head without checking who signed it, for those who publish and witness it.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if it is not in the format.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        is_head_size(bytes)?;
        decode(bytes, "head")
    }

    /// Adds a witness's cosignature, in its place; a witness that has signed already signs anew.
    ///
    /// # Errors
    /// [`Refusal`] if the manifest cannot be read.
    pub fn cosign(&mut self, key: &SigningKey, time: Instant) -> Result<(), Refusal> {
        let manifest: Manifest = self.manifest.peek(Domain::Manifest)?;
        let message = cosigned(&manifest, self.manifest_hash(), time);
        let id = PublicKey::of(key).id();
        self.witnesses.retain(|witness| witness.key != id);
        self.witnesses.push(Cosignature { key: id, time, bytes: key.sign(&message).to_bytes().to_vec() });
        self.witnesses.sort_by_key(|witness| witness.key);
        Ok(())
    }

    /// Checks a served head against the pin and what this client has seen.
    ///
    /// An expired head is accepted only by a client that has seen it, or another under the same keys; its verdicts then say that it
    /// has expired.
    ///
    /// # Errors
    /// [`Refusal`], by the name of the attack.
    pub fn verify(bytes: &[u8], pin: &Pin, seen: Option<&Seen>, now: Instant) -> Result<VerifiedHead, Refusal> {
        let head = Self::verify_unwitnessed(bytes, pin, seen, now)?;
        let (valid, needed) = (head.witnesses, head.keys.witness.threshold);
        if valid < needed { Err(Refusal::Witnesses { valid, needed }) } else { Ok(head) }
    }

    /// As [`verify`](Self::verify), but without asking for witnesses: for who publishes, and for the witnesses themselves.
    ///
    /// # Errors
    /// [`Refusal`], by the name of the attack.
    pub fn verify_unwitnessed(
        bytes: &[u8],
        pin: &Pin,
        seen: Option<&Seen>,
        now: Instant,
    ) -> Result<VerifiedHead, Refusal> {
        let head = Self::decode(bytes)?;
        let keys = chain::newest(&pin.keys, seen, &head.chain)?;

        head.manifest.check(Domain::Manifest, RoleName::Content, &keys.content)?;
        Manifest::check_version(&head.manifest.document)?;
        let manifest: Box<Manifest> = Box::new(head.manifest.peek(Domain::Manifest)?);
        manifest.check()?;
        if manifest.origin != keys.origin {
            return Err(Refusal::WrongOrigin { expected: keys.origin.clone(), found: manifest.origin });
        }
        let freshness: Freshening = head.freshness.verify(Domain::Freshness, RoleName::Freshness, &keys.freshness)?;
        let manifest_hash = head.manifest_hash();
        if freshness.manifest != manifest_hash {
            return Err(Refusal::FreshnessMismatch);
        }
        let witnesses = head.count_witnesses(&keys.witness, &manifest)?;

        // Pin and memory bind only under their own key document: a newer one says itself where the count begins.
        let pinned = (pin.keys.version == keys.version).then_some(pin.lowest_sequence);
        let remembered = seen.filter(|seen| seen.keys_version == keys.version);
        let lowest = keys.lowest_sequence.max(pinned.unwrap_or(0)).max(remembered.map_or(0, |seen| seen.sequence));
        if manifest.sequence < lowest {
            return Err(Refusal::Rollback { lowest, offered: manifest.sequence });
        }
        let is_same = seen.is_some_and(|seen| seen.manifest == hex::encode(&manifest_hash));
        if !is_same && remembered.is_some_and(|seen| seen.sequence == manifest.sequence) {
            return Err(Refusal::Equivocation { sequence: manifest.sequence });
        }
        let verified = VerifiedHead {
            first_seen: seen.is_none_or(|seen| seen.sequence == 0) || !is_same && remembered.is_none(),
            counter: freshness.counter,
            earliest: manifest.signed_at.max(freshness.time).plus_seconds(-CLOCK_SKEW_SECONDS),
            last: manifest.expires.min(freshness.expires).min(keys.expires),
            manifest_hash,
            witnesses,
            keys_hash: chain::digest(&wire::encode(keys.as_ref())),
            keys,
            manifest,
        };
        verified.unexpired(now)?;
        Ok(verified)
    }

    fn manifest_hash(&self) -> [u8; 32] {
        sha256(&self.manifest.document)
    }

    fn count_witnesses(&self, role: &Role, manifest: &Manifest) -> Result<u8, Refusal> {
        let sorted = self.witnesses.is_sorted_by(|left, right| left.key < right.key);
        if !sorted || self.witnesses.len() > MAX_SIGNATURES {
            return Err(Refusal::Malformed { part: "cosignatures" });
        }
        let mut valid = 0;
        for witness in &self.witnesses {
            let Some(key) = role.key(witness.key) else { continue };
            if verify_one(key, &cosigned(manifest, self.manifest_hash(), witness.time), &witness.bytes) {
                valid += 1;
            }
        }
        Ok(valid)
    }
}

fn is_head_size(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.len() > MAX_HEAD { Err(Refusal::Malformed { part: "head" }) } else { Ok(()) }
}

fn cosigned(manifest: &Manifest, hash: [u8; 32], time: Instant) -> Vec<u8> {
    let Manifest { origin, sequence, .. } = manifest;
    let cosigned = Cosigned { origin: origin.clone(), sequence: *sequence, manifest: hash, time };
    Domain::Cosignature.message(&wire::encode(&cosigned))
}

impl VerifiedHead {
    /// What is published.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The newest key document, by which receipts are to be verified too.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    #[cfg(target_arch = "wasm32")]
    pub(crate) fn shared_keys(&self) -> Arc<Keys> {
        self.keys.clone()
    }

    /// How many witnesses have cosigned.
    #[must_use]
    pub fn witnesses(&self) -> u8 {
        self.witnesses
    }

    /// Whether this client remembers neither this edition nor, under this key document, an earlier one.
    #[must_use]
    pub fn first_seen(&self) -> bool {
        self.first_seen
    }

    /// The snapshot file that the head leads to.
    #[must_use]
    pub fn snapshot(&self) -> FileRef {
        self.manifest.snapshot
    }

    /// The last instant at which it may be relied on: that of manifest, freshness statement and keys that comes first.
    #[must_use]
    pub fn expires(&self) -> Instant {
        self.last
    }

    /// Whether a client may still begin with it: it may have expired while the files that it leads to were fetched.
    ///
    /// # Errors
    /// [`Refusal::KeysExpired`], and [`Refusal::Expired`] if it was [seen for the first time](Self::first_seen).
    pub fn unexpired(&self, now: Instant) -> Result<(), Refusal> {
        let expires = self.keys.expires;
        if now > expires {
            return Err(Refusal::KeysExpired { expires });
        }
        if self.first_seen && now > self.last {
            return Err(Refusal::Expired { expires: self.last });
        }
        Ok(())
    }

    /// Whether it says less than another head: it leads to the same edition under the same keys by an older freshness statement.
    pub(crate) fn is_staler(&self, other: &Self) -> bool {
        self.manifest_hash == other.manifest_hash
            && self.keys.version == other.keys.version
            && self.counter < other.counter
    }

    /// What the host should remember once the snapshot has been opened; of the key document before that, so that nobody who cuts
    /// off the files keeps a client at keys that were revoked.
    #[must_use]
    pub fn seen(&self) -> Seen {
        Seen {
            keys_version: self.keys.version,
            keys: self.keys_hash.clone(),
            sequence: self.manifest.sequence,
            manifest: hex::encode(&self.manifest_hash),
        }
    }

    pub(crate) fn freshness(&self, now: Instant) -> Freshness {
        if now < self.earliest {
            Freshness::ClockBehind
        } else if now > self.last {
            Freshness::Expired
        } else {
            Freshness::Fresh
        }
    }
}
