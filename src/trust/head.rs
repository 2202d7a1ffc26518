//! The head: small, mutable, and all that leads to the immutable files.

use super::sign::{decode_canonical, encode};
use super::{Domain, Pin, Refusal, RoleName, Signed};
use crate::date::Instant;
use crate::digest::sha256;
use crate::register::Freshness;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The format version of heads.
pub const HEAD_VERSION: u16 = 1;
/// How far a signer's clock may be ahead of a client's, in seconds.
pub const CLOCK_SKEW_SECONDS: i64 = 300;
/// The most bytes that a head may have.
const MAX_BYTES: usize = 8_192;

/// The head as it is served: the manifest and a statement that it is still the newest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// A [`Manifest`], signed by the content keys.
    pub manifest: Signed,
    /// A [`Freshening`], signed by the freshness keys.
    pub freshness: Signed,
}

/// What the register publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format version, [`HEAD_VERSION`].
    pub version: u16,
    /// The register's name.
    pub origin: String,
    /// Rises with every publication.
    pub sequence: u64,
    /// The instant whose state the snapshot shows.
    pub as_of: Instant,
    /// When it was signed.
    pub signed_at: Instant,
    /// The last instant at which its positive answers may be relied on.
    pub expires: Instant,
    /// The snapshot file.
    pub snapshot: FileRef,
}

/// A file by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256; in hexadecimal it is also the file's name.
    pub sha256: [u8; 32],
}

impl FileRef {
    /// The reference to a file with these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { size: u64::try_from(bytes.len()).unwrap_or(u64::MAX), sha256: sha256(bytes) }
    }
}

/// States that a manifest was still the newest at some time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// The newest edition that a client has accepted; the host keeps it between runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// The edition's sequence.
    pub sequence: u64,
    /// SHA-256 of its manifest, in hexadecimal.
    pub manifest: String,
}

/// A head whose signatures, origin and sequence were checked; the only way to open a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedHead {
    pub(crate) manifest: Manifest,
    pub(crate) synthetic: bool,
    pub(crate) first_seen: bool,
    manifest_hash: [u8; 32],
    earliest: Instant,
    last: Instant,
}

impl Head {
    /// The head's bytes, as they are served.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if it cannot be encoded.
    pub fn encode(&self) -> Result<Vec<u8>, Refusal> {
        encode(self, "head")
    }

    /// Checks a served head against the pin and what this client has seen.
    ///
    /// A client without memory accepts only an unexpired head; one with memory keeps what it has seen, and its verdicts say
    /// that it has expired.
    ///
    /// # Errors
    /// [`Refusal`], by the name of the attack.
    pub fn verify(bytes: &[u8], pin: &Pin, seen: Option<&Seen>, now: Instant) -> Result<VerifiedHead, Refusal> {
        if bytes.len() > MAX_BYTES {
            return Err(Refusal::Malformed { part: "head" });
        }
        let head: Self = decode_canonical(bytes, "head")?;
        let manifest: Manifest = head.manifest.verify(Domain::Manifest, RoleName::Content, &pin.keys.content)?;
        if manifest.version != HEAD_VERSION {
            return Err(Refusal::UnsupportedFormat { part: "manifest", version: manifest.version });
        }
        if manifest.origin != pin.keys.origin {
            return Err(Refusal::WrongOrigin { expected: pin.keys.origin.clone(), found: manifest.origin });
        }
        let freshness: Freshening =
            head.freshness.verify(Domain::Freshness, RoleName::Freshness, &pin.keys.freshness)?;
        let manifest_hash: [u8; 32] = Sha256::digest(&head.manifest.document).into();
        if freshness.manifest != manifest_hash {
            return Err(Refusal::FreshnessMismatch);
        }
        let lowest = seen.map_or(0, |seen| seen.sequence).max(pin.lowest_sequence);
        if manifest.sequence < lowest {
            return Err(Refusal::Rollback { lowest, offered: manifest.sequence });
        }
        if seen.is_some_and(|seen| {
            seen.sequence == manifest.sequence && seen.manifest != crate::hex::encode(&manifest_hash)
        }) {
            return Err(Refusal::Equivocation { sequence: manifest.sequence });
        }
        if now > pin.keys.expires {
            return Err(Refusal::KeysExpired { expires: pin.keys.expires });
        }
        let last = manifest.expires.min(freshness.expires).min(pin.keys.expires);
        if seen.is_none() && now > last {
            return Err(Refusal::Expired { expires: last });
        }
        Ok(VerifiedHead {
            synthetic: pin.keys.synthetic,
            first_seen: seen.is_none(),
            manifest_hash,
            earliest: manifest.signed_at.max(freshness.time).plus_seconds(-CLOCK_SKEW_SECONDS),
            last,
            manifest,
        })
    }
}

impl VerifiedHead {
    /// The snapshot file that the head leads to.
    #[must_use]
    pub fn snapshot(&self) -> FileRef {
        self.manifest.snapshot
    }

    /// What the host should remember once the snapshot has been opened.
    #[must_use]
    pub fn seen(&self) -> Seen {
        Seen { sequence: self.manifest.sequence, manifest: crate::hex::encode(&self.manifest_hash) }
    }

    /// The register's name.
    #[must_use]
    pub fn origin(&self) -> String {
        self.manifest.origin.to_string()
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
