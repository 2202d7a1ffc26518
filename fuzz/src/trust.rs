//! Keys made from words, and heads signed with them. A target that signs what the fuzzer made plays a signer who wrote nonsense.

use cccheck::Instant;
use cccheck::trust::{
    Domain, FileRef, Freshening, HEAD_VERSION, Head, Keys, Manifest, Pin, PublicKey, Role, Seen, Signed, SigningKey,
    VerifiedHead, sign,
};
use std::sync::LazyLock;

pub const ORIGIN: &str = "fuzz.cccheck.example";
/// The root keys of the pinned document, and those of the documents after it.
pub const ROOTS: [&str; 3] = ["root 1", "root 2", "root 3"];

pub fn now() -> Instant {
    "2026-11-20T02:00:00Z".parse().unwrap()
}

pub fn key(word: &str) -> SigningKey {
    SigningKey::from_bytes(&FileRef::of(word.as_bytes()).hash)
}

fn role(threshold: u8, words: &[&str]) -> Role {
    Role { threshold, keys: words.iter().map(|word| PublicKey::of(&key(word))).collect() }
}

pub fn keys() -> Keys {
    Keys {
        origin: ORIGIN.into(),
        synthetic: true,
        version: 1,
        lowest_sequence: 1,
        expires: now().plus_seconds(1_000_000_000),
        root: role(2, &ROOTS),
        content: role(1, &["content"]),
        freshness: role(1, &["freshness"]),
        receipt: role(1, &["receipt"]),
        witness: role(0, &["witness"]),
    }
}

/// The document after the first, which demands a witness.
pub fn next_keys() -> Keys {
    Keys { version: 2, lowest_sequence: 3, witness: role(1, &["witness"]), ..keys() }
}

/// Signed by the root keys.
pub fn signed_keys(keys: &Keys) -> Signed {
    let roots = ROOTS.map(key);
    sign(Domain::Keys, keys, &roots.each_ref())
}

pub fn pin() -> &'static Pin {
    static PIN: LazyLock<Pin> = LazyLock::new(|| Pin::new(&signed_keys(&keys()).encode(), 1).unwrap());
    &PIN
}

/// A manifest whose files are all empty.
pub fn manifest() -> Manifest {
    let file = FileRef::of(b"");
    Manifest {
        version: HEAD_VERSION,
        origin: ORIGIN.into(),
        sequence: 3,
        as_of: now(),
        signed_at: now(),
        expires: now().plus_seconds(1_000_000),
        fresh_for: 86_400,
        content: file.hash,
        reference: file,
        directory: file,
        snapshot: file,
        delta: None,
        overrides: Vec::new(),
        sections: Vec::new(),
    }
}

/// Signed by the content and freshness keys.
pub fn head(manifest: &Manifest) -> Head {
    let manifest = sign(Domain::Manifest, manifest, &[&key("content")]);
    let statement = Freshening {
        manifest: FileRef::of(&manifest.document).hash,
        counter: 1,
        time: now(),
        expires: now().plus_seconds(1_000_000),
    };
    let freshness = sign(Domain::Freshness, &statement, &[&key("freshness")]);
    Head { chain: Vec::new(), manifest, freshness, witnesses: Vec::new() }
}

pub fn verified(manifest: &Manifest) -> VerifiedHead {
    let seen: Option<&Seen> = None;
    Head::verify(&head(manifest).encode().unwrap(), pin(), seen, now()).unwrap()
}
