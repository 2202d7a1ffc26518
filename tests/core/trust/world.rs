//! What the register publishes, what an attacker makes of it, and who is to be deceived.

use super::reader::{Defence, Reader};
use crate::fixture::{self, AS_OF, Edition, instant, key, manifest};
use cccheck::Instant;
use cccheck::trust::{
    Domain, Freshening, Head, Keys, Manifest, Pin, Refusal, Seen, Signed, SigningKey, VerifiedHead, sign,
};
use cccheck::wire::{self, Input, Wire};
use sha2::{Digest, Sha256};

pub const HOUR: i64 = 3_600;

pub fn now() -> Instant {
    instant(AS_OF).plus_seconds(HOUR)
}

/// A client.
#[derive(Clone)]
pub struct Victim {
    pub pin: Pin,
    pub seen: Option<Seen>,
    pub now: Instant,
}

impl Victim {
    /// One that never saw a head before.
    pub fn new() -> Self {
        Self { pin: fixture::pin(), seen: None, now: now() }
    }

    /// One that has accepted this head.
    pub fn that_saw(head: &[u8]) -> Self {
        let mut victim = Self::new();
        victim.accept(head);
        victim
    }

    pub fn verify(&self, head: &[u8]) -> Result<VerifiedHead, Refusal> {
        Head::verify(head, &self.pin, self.seen.as_ref(), self.now)
    }

    /// Accepts an honest head, as both readers must.
    pub fn accept(&mut self, head: &[u8]) -> VerifiedHead {
        Reader::whole().read(head, self).unwrap();
        let verified = self.verify(head).unwrap();
        self.seen = Some(verified.seen());
        verified
    }

    pub fn at(mut self, now: Instant) -> Self {
        self.now = now;
        self
    }

    /// The attack succeeds without the defence and is refused, by name, with it.
    #[track_caller]
    pub fn refuses(&self, attack: &[u8], defence: Defence, refusal: Refusal) {
        let deceived = Reader::without(defence).read(attack, self);
        assert!(deceived.is_ok(), "without {defence:?} the attack must succeed: {deceived:?}");
        assert!(Reader::whole().read(attack, self).is_err(), "{defence:?} must stop it");
        assert_eq!(self.verify(attack).unwrap_err(), refusal);
    }
}

/// A head in the making.
#[derive(Clone)]
pub struct Draft {
    pub chain: Vec<Signed>,
    pub manifest: Manifest,
    /// The heading under which the manifest is signed.
    pub heading: Domain,
    pub content: Vec<&'static str>,
    pub freshness: Vec<&'static str>,
    pub witnesses: Vec<&'static str>,
    /// When its freshness is stated, and for how long.
    pub stated: (Instant, i64),
    /// The number of that statement.
    pub counter: u64,
    /// What becomes of the bytes of manifest and statement before they are signed.
    pub rewrite: [Rewrite; 2],
}

pub type Rewrite = fn(&mut Vec<u8>);

/// Bytes that are signed as they are.
struct Exactly(Vec<u8>);

impl Wire for Exactly {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend(&self.0);
    }

    fn read(_: &mut Input<'_>) -> Self {
        unreachable!("only signed")
    }
}

/// A document in other bytes than it has.
fn rewritten(document: &impl Wire, rewrite: Rewrite) -> Exactly {
    let mut bytes = wire::encode(document);
    rewrite(&mut bytes);
    Exactly(bytes)
}

impl Draft {
    /// The honest head of a sequence, over a file.
    pub fn new(sequence: u64, file: &[u8]) -> Self {
        Self::over(manifest(sequence, AS_OF, file))
    }

    /// The honest head of a sequence, over the files of an edition.
    pub fn of(sequence: u64, edition: &Edition) -> Self {
        Self::over(edition.manifest(sequence, AS_OF))
    }

    fn over(manifest: Manifest) -> Self {
        Self {
            chain: Vec::new(),
            heading: Domain::Manifest,
            content: vec!["content"],
            freshness: vec!["freshness"],
            witnesses: Vec::new(),
            stated: (manifest.signed_at, fixture::LIFETIME),
            counter: 1,
            rewrite: [|_| (); 2],
            manifest,
        }
    }

    pub fn chain(mut self, chain: &[Signed]) -> Self {
        self.chain = chain.to_vec();
        self
    }

    pub fn content(mut self, words: &[&'static str]) -> Self {
        self.content = words.to_vec();
        self
    }

    pub fn freshness(mut self, words: &[&'static str]) -> Self {
        self.freshness = words.to_vec();
        self
    }

    pub fn witnesses(mut self, words: &[&'static str]) -> Self {
        self.witnesses = words.to_vec();
        self
    }

    pub fn stated(mut self, time: Instant, seconds: i64) -> Self {
        self.stated = (time, seconds);
        self
    }

    pub fn counted(mut self, counter: u64) -> Self {
        self.counter = counter;
        self
    }

    pub fn head(&self) -> Head {
        let [of_manifest, of_statement] = self.rewrite;
        let manifest = rewritten(&self.manifest, of_manifest);
        let manifest = sign(self.heading, &manifest, &signers(&self.content));
        let (time, seconds) = self.stated;
        let statement = Freshening {
            manifest: Sha256::digest(&manifest.document).into(),
            counter: self.counter,
            time,
            expires: time.plus_seconds(seconds),
        };
        let statement = rewritten(&statement, of_statement);
        let freshness = sign(Domain::Freshness, &statement, &signers(&self.freshness));
        let mut head = Head { chain: self.chain.clone(), manifest, freshness, witnesses: Vec::new() };
        self.witnesses.iter().for_each(|word| head.cosign(&key(word), self.manifest.signed_at).unwrap());
        head
    }

    pub fn bytes(&self) -> Vec<u8> {
        wire::encode(&self.head())
    }
}

/// The keys of these words, for [`sign`].
pub fn signers(words: &[&str]) -> Vec<&'static SigningKey> {
    words.iter().map(|word| &*Box::leak(Box::new(key(word)))).collect()
}

/// The root keys of the fixture that sign what follows its key document.
pub const OLD_ROOT: [&str; 2] = ["root 1", "root 2"];

/// The document after another one.
pub fn after(before: &Keys, change: impl FnOnce(&mut Keys)) -> Keys {
    let mut keys = before.clone();
    keys.version += 1;
    change(&mut keys);
    keys
}

pub fn signed(keys: &Keys, words: &[&str]) -> Signed {
    sign(Domain::Keys, keys, &signers(words))
}

/// A key document in other bytes, signed as [`signed`] does.
pub fn signed_as(keys: &Keys, words: &[&str], rewrite: Rewrite) -> Signed {
    sign(Domain::Keys, &rewritten(keys, rewrite), &signers(words))
}

/// A pin of this document.
pub fn pinned(keys: &Keys, words: &[&str]) -> Pin {
    Pin::new(&signed(keys, words).encode(), 1).unwrap()
}
