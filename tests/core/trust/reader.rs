//! A reader of heads written a second time, each defence of which can be left out.

use super::world::Victim;
use cccheck::hex;
use cccheck::trust::{
    Cosignature, Freshening, HEAD_VERSION, Head, KeyId, Keys, MAX_HEAD, Manifest, PublicKey, Role, RoleName, Seen,
    Signature, Signed,
};
use cccheck::wire;
use ed25519_dalek::{Verifier as _, VerifyingKey};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What a reader must not do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defence {
    HeadSize,
    ListSizes,
    ChainLength,
    ChainWithoutGaps,
    /// No other document in the pinned one's place.
    PinnedDocument,
    /// No other document in the place of the one seen.
    SeenDocument,
    OldRootSigns,
    OwnRootSigns,
    OneOrigin,
    SyntheticStays,
    KeysNeverFall,
    KeysExpire,
    ContentSigns,
    FreshnessSigns,
    /// A key signs for its own role only.
    Roles,
    /// A signature fits one kind of document only.
    Headings,
    /// A key counts once.
    DistinctKeys,
    /// No key stands twice in a key document.
    KeysStandOnce,
    /// Somebody has to sign.
    Thresholds,
    /// A key verifies by its own algorithm only.
    Algorithms,
    /// Points of small order sign nothing.
    StrictPoints,
    Version,
    /// Every sequence is one that all hosts can count and remember.
    CountableSequence,
    CriticalSections,
    /// What is decoded at once is small.
    SmallTables,
    SameManifest,
    Witnesses,
    /// A witness counts once.
    DistinctWitnesses,
    PinnedSequence,
    SeenSequence,
    /// Pin and memory do not bind a newer key document.
    CountByDocument,
    /// A key document says where the count begins.
    DocumentSequence,
    OneManifestASequence,
    Expiry,
    /// Only memory of an edition under the same key document lets in what has expired.
    MemoryByDocument,
    EarliestTime,
}

/// Which defences a reader has.
#[derive(Clone, Copy)]
pub struct Reader {
    without: Option<Defence>,
}

impl Reader {
    /// A reader with every defence.
    pub fn whole() -> Self {
        Self { without: None }
    }

    /// A reader that lacks one defence.
    pub fn without(defence: Defence) -> Self {
        Self { without: Some(defence) }
    }

    fn has(self, defence: Defence) -> bool {
        self.without != Some(defence)
    }

    fn demand(self, defence: Defence, holds: bool) -> Result<(), Defence> {
        if holds || !self.has(defence) { Ok(()) } else { Err(defence) }
    }

    /// The manifest of a head, as far as this reader's defences let it through.
    pub fn read(self, bytes: &[u8], victim: &Victim) -> Result<Manifest, Defence> {
        use Defence::*;
        self.demand(HeadSize, bytes.len() <= MAX_HEAD)?;
        let head: Head = wire::decode(bytes).unwrap();
        let lists = [&head.manifest, &head.freshness].map(|signed| signed.signatures.len());
        self.demand(ListSizes, lists.into_iter().chain([head.witnesses.len()]).all(|length| length <= 16))?;

        let keys = self.newest(victim, &head.chain)?;
        self.demand(KeysNeverFall, victim.seen.as_ref().is_none_or(|seen| keys.version >= seen.keys_version))?;
        self.demand(KeysExpire, victim.now <= keys.expires)?;

        self.demand(ContentSigns, self.is_signed(&head.manifest, "manifest", RoleName::Content, &keys))?;
        self.demand(FreshnessSigns, self.is_signed(&head.freshness, "freshness", RoleName::Freshness, &keys))?;
        let manifest: Manifest = wire::decode(&head.manifest.document).unwrap();
        let statement: Freshening = wire::decode(&head.freshness.document).unwrap();
        self.demand(Version, manifest.version == HEAD_VERSION)?;
        self.demand(CountableSequence, manifest.sequence < 1 << 53)?;
        self.demand(CriticalSections, manifest.sections.iter().all(|section| !section.critical))?;
        let parts = manifest.delta.iter().flat_map(|delta| &delta.parts).map(|part| part.file.size);
        let sizes = parts.chain([manifest.reference.size, manifest.directory.size]);
        self.demand(SmallTables, sizes.max().is_none_or(|size| size <= 1 << 20))?;
        self.demand(OneOrigin, manifest.origin == keys.origin)?;
        let hash: [u8; 32] = Sha256::digest(&head.manifest.document).into();
        self.demand(SameManifest, statement.manifest == hash)?;
        let binds = |version| !self.has(CountByDocument) || version == keys.version;
        let pinned = Some(victim.pin.lowest_sequence).filter(|_| binds(victim.pin.keys.version));
        self.demand(PinnedSequence, pinned.is_none_or(|lowest| manifest.sequence >= lowest))?;
        let seen = victim.seen.as_ref().filter(|seen| binds(seen.keys_version));
        self.demand(SeenSequence, seen.is_none_or(|seen| manifest.sequence >= seen.sequence))?;
        self.demand(DocumentSequence, manifest.sequence >= keys.lowest_sequence)?;
        let as_seen = |seen: &Seen| seen.sequence != manifest.sequence || seen.manifest == hex(&hash);
        self.demand(OneManifestASequence, seen.is_none_or(as_seen))?;

        let last = manifest.expires.min(statement.expires);
        let is_own = |memory: &&Seen| memory.keys_version == keys.version || memory.manifest == hex(&hash);
        let memory = victim.seen.as_ref().filter(|memory| !self.has(MemoryByDocument) || is_own(memory));
        self.demand(Expiry, memory.is_some_and(|seen| seen.sequence > 0) || victim.now <= last)?;
        let earliest = manifest.signed_at.max(statement.time).plus_seconds(-300);
        self.demand(EarliestTime, victim.now >= earliest)?;
        let witnesses =
            head.witnesses.iter().filter(|witness| self.is_witnessed(witness, &keys.witness, &manifest, hash));
        let witnesses = self.count(DistinctWitnesses, witnesses.map(|witness| witness.key));
        self.demand(Witnesses, witnesses.len() >= usize::from(keys.witness.threshold))?;
        Ok(manifest)
    }

    fn newest(self, victim: &Victim, chain: &[Signed]) -> Result<Keys, Defence> {
        use Defence::*;
        let (pinned, seen) = (&victim.pin.keys, victim.seen.as_ref());
        let mut newest = Keys::clone(pinned);
        self.can_work(&newest)?;
        self.demand(ChainLength, chain.len() <= 64)?;
        for signed in chain {
            let offered: Keys = wire::decode(&signed.document).unwrap();
            if offered.version <= pinned.version {
                self.demand(PinnedDocument, offered.version < pinned.version || offered == **pinned)?;
                continue;
            }
            let as_seen = |seen: &Seen| {
                seen.keys_version != offered.version || seen.keys == hex(&Sha256::digest(&signed.document))
            };
            self.demand(SeenDocument, seen.is_none_or(as_seen))?;
            self.demand(ChainWithoutGaps, offered.version == newest.version + 1)?;
            self.demand(OldRootSigns, self.is_signed(signed, "keys", RoleName::Root, &newest))?;
            self.demand(OwnRootSigns, self.is_signed(signed, "keys", RoleName::Root, &offered))?;
            self.demand(OneOrigin, offered.origin == newest.origin)?;
            self.demand(SyntheticStays, offered.synthetic == newest.synthetic)?;
            self.can_work(&offered)?;
            newest = offered;
        }
        Ok(newest)
    }

    fn can_work(self, keys: &Keys) -> Result<(), Defence> {
        let ids: Vec<_> = RoleName::ALL.iter().flat_map(|name| &keys.role(*name).keys).map(|key| key.id()).collect();
        self.demand(Defence::KeysStandOnce, distinct(ids.clone()).len() == ids.len())?;
        let signs = RoleName::ALL.iter().filter(|name| **name != RoleName::Witness);
        self.demand(Defence::Thresholds, signs.map(|name| keys.role(*name)).all(|role| role.threshold > 0))
    }

    fn is_signed(self, signed: &Signed, kind: &str, name: RoleName, keys: &Keys) -> bool {
        let role = keys.role(name);
        let kinds = if self.has(Defence::Headings) { vec![kind] } else { vec!["keys", "manifest", "freshness"] };
        let messages: Vec<_> = kinds
            .iter()
            .map(|kind| [format!("cccheck/2/{kind}\n").as_bytes(), signed.document.as_slice()].concat())
            .collect();
        let anyone = RoleName::ALL.iter().flat_map(|name| &keys.role(*name).keys);
        let trusted: Vec<&PublicKey> =
            if self.has(Defence::Roles) { role.keys.iter().collect() } else { anyone.collect() };
        let valid = signed.signatures.iter().filter(|Signature { key, bytes }| {
            let key = trusted.iter().find(|known| known.id() == *key);
            key.is_some_and(|key| messages.iter().any(|message| self.verify(key, message, bytes)))
        });
        let signers = self.count(Defence::DistinctKeys, valid.map(|signature| signature.key));
        let signers = if self.has(Defence::KeysStandOnce) {
            signers.len()
        } else {
            trusted.iter().filter(|key| signers.contains(&key.id())).count()
        };
        signers >= usize::from(role.threshold)
    }

    /// Those who signed, each once if that is what this reader sees to.
    fn count(self, defence: Defence, signers: impl Iterator<Item = KeyId>) -> Vec<KeyId> {
        if self.has(defence) { distinct(signers.collect()) } else { signers.collect() }
    }

    fn verify(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        if self.has(Defence::Algorithms) && key.algorithm != 1 {
            return false;
        }
        let key = VerifyingKey::from_bytes(key.bytes.as_slice().try_into().unwrap()).unwrap();
        let signature = signature.try_into().unwrap();
        let verified = if self.has(Defence::StrictPoints) {
            key.verify_strict(message, &signature)
        } else {
            key.verify(message, &signature)
        };
        verified.is_ok()
    }

    fn is_witnessed(self, witness: &Cosignature, role: &Role, manifest: &Manifest, hash: [u8; 32]) -> bool {
        #[derive(Serialize)]
        struct Cosigned<'a>(&'a str, u64, [u8; 32], i64);
        let cosigned = Cosigned(&manifest.origin, manifest.sequence, hash, witness.time.seconds());
        let message = [b"cccheck/2/cosignature\n".as_slice(), &postcard::to_allocvec(&cosigned).unwrap()].concat();
        role.key(witness.key).is_some_and(|key| self.verify(key, &message, &witness.bytes))
    }
}

fn distinct(mut keys: Vec<KeyId>) -> Vec<KeyId> {
    keys.sort_unstable();
    keys.dedup();
    keys
}
