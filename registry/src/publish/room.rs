//! How much room a head has: clients take it up to a size, and what it must carry beside the manifest grows.

use crate::keys::Chain;
use crate::{Error, Home};
use cccheck::Instant;
use cccheck::trust::{
    Cosignature, DeltaRef, FileRef, Freshening, HEAD_VERSION, Head, KEY_ID_LENGTH, MAX_HEAD, MAX_SEQUENCE, Manifest,
    Override, Signature, Signed,
};
use cccheck::wire::{self, Wire};

/// The bytes of an Ed25519 signature.
const SIGNATURE_LENGTH: usize = 64;
/// A file that is named by as many bytes as any.
const FILE: FileRef = FileRef { size: u64::MAX, hash: [0; 32] };

/// The bytes that are left in a head for the list of a delta's parts.
#[derive(Clone, Copy)]
pub(super) struct Room(usize);

impl Room {
    /// What is left beside all that the next head carries, its cosignatures too, before anything of it is signed.
    ///
    /// # Errors
    /// [`Error::HeadSize`] if nothing is: but for the reasons there always is room.
    pub(super) fn beside(home: &Home, chain: &Chain, overrides: &[Override], now: Instant) -> Result<Self, Error> {
        let keys = chain.keys();
        let manifest = Manifest {
            version: HEAD_VERSION,
            origin: keys.origin.clone(),
            sequence: MAX_SEQUENCE,
            as_of: now,
            signed_at: now,
            expires: now,
            fresh_for: u32::MAX,
            content: [0; 32],
            reference: FILE,
            directory: FILE,
            snapshot: FILE,
            delta: None,
            overrides: overrides.to_vec(),
            sections: Vec::new(),
        };
        let freshening = Freshening { manifest: [0; 32], counter: u64::MAX, time: now, expires: now };
        let (key, bytes) = ([0; KEY_ID_LENGTH], vec![0; SIGNATURE_LENGTH]);
        let witness = Cosignature { key, time: now, bytes };
        let head = Head {
            chain: chain.following(),
            manifest: signed(&manifest, keys.content.threshold),
            freshness: signed(&freshening, keys.freshness.threshold),
            witnesses: vec![witness; keys.witness.keys.len()],
        };
        let size = wire::encode(&head).len();
        let reasons = overrides.iter().map(|one| one.reason.len()).sum();
        MAX_HEAD.checked_sub(size).map(Self).ok_or_else(|| Error::HeadSize { home: home.dir().into(), size, reasons })
    }

    pub(super) fn has(self, delta: Option<&DeltaRef>) -> bool {
        delta.is_none_or(|delta| wire::encode(delta).len() <= self.0)
    }
}

/// A document as long as if so many keys had signed it.
fn signed(document: &impl Wire, signatures: u8) -> Signed {
    let signature = Signature { key: [0; KEY_ID_LENGTH], bytes: vec![0; SIGNATURE_LENGTH] };
    Signed { document: wire::encode(document), signatures: vec![signature; usize::from(signatures)] }
}
