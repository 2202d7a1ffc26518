//! Heads: as they come, and with every document signed anew by the fixture's keys whatever it says.
use crate::trust::{ROOTS, key, now, pin};
use crate::{memory, trust};
use cccheck::trust::{Domain, Freshening, Head, Keys, MAX_HEAD, Manifest, Seen, VerifiedHead};
use cccheck::wire;

pub fn run(bytes: &[u8]) {
    if let Ok(verified) = verify(bytes, None) {
        let sequence = verified.manifest().sequence;
        let expected = Manifest { sequence, ..trust::manifest() };
        let known = *verified.manifest() == expected || !verified.manifest().sections.is_empty();
        assert!(known && sequence == 3, "nobody else can sign");
    }
    let Ok(mut head) = Head::decode(bytes) else { return };
    assert_eq!(head.encode().unwrap(), bytes);
    resign(&mut head);
    let Ok(bytes) = head.encode() else { return };
    let Ok(verified) = verify(&bytes, None) else { return };
    check(&verified, &head);

    // Once it is remembered, the same head is accepted again, and nothing older.
    let seen = verified.seen();
    assert_eq!(verify(&bytes, Some(&seen)).unwrap().manifest(), verified.manifest());
    assert!(
        verify(&bytes, Some(&Seen { sequence: seen.sequence.saturating_add(1), ..seen.clone() })).is_err()
            || seen.sequence == u64::MAX
    );
    assert!(
        verify(&bytes, Some(&Seen { keys_version: seen.keys_version.saturating_add(1), ..seen.clone() })).is_err()
            || seen.keys_version == u32::MAX
    );
    assert!(verify(&bytes, Some(&Seen { manifest: String::new(), ..seen })).is_err());
}

fn verify(bytes: &[u8], seen: Option<&Seen>) -> Result<VerifiedHead, cccheck::trust::Refusal> {
    memory::within(64 * bytes.len() + 32_768, || Head::verify(bytes, pin(), seen, now()))
}

/// Signs what the head says, and makes its statement of freshness be about its manifest.
fn resign(head: &mut Head) {
    for signed in &mut head.chain {
        signed.signatures.clear();
        ROOTS.iter().for_each(|word| signed.add(Domain::Keys, &key(word)));
    }
    head.manifest.signatures.clear();
    head.manifest.add(Domain::Manifest, &key("content"));
    if let Some(mut statement) = wire::decode::<Freshening>(&head.freshness.document) {
        statement.manifest = cccheck::trust::FileRef::of(&head.manifest.document).hash;
        head.freshness.document = wire::encode(&statement);
    }
    head.freshness.signatures.clear();
    head.freshness.add(Domain::Freshness, &key("freshness"));
    if let Some(time) = head.witnesses.first().map(|witness| witness.time) {
        let _ = head.cosign(&key("witness"), time);
    }
}

fn check(verified: &VerifiedHead, head: &Head) {
    let (manifest, keys) = (verified.manifest(), verified.keys());
    assert_eq!(wire::encode(manifest), head.manifest.document);
    assert_eq!((&manifest.origin, &keys.origin), (&pin().keys.origin, &pin().keys.origin));
    assert!(keys.synthetic && keys.version >= 1 && now() <= keys.expires && now() <= manifest.expires);
    assert!(manifest.sequence >= keys.lowest_sequence);
    assert!(manifest.sections.iter().all(|section| !section.critical));
    assert!(verified.witnesses() >= keys.witness.threshold);
    assert!(usize::from(verified.witnesses()) <= head.witnesses.len());
    let last = head.chain.last().and_then(|signed| wire::decode::<Keys>(&signed.document));
    assert_eq!(keys, last.as_ref().filter(|last| last.version > 1).unwrap_or(&pin().keys));
    if let Some(delta) = &manifest.delta {
        assert_eq!(delta.parts.iter().map(|part| part.file.size).sum::<u64>(), delta.file.size);
    }
    assert!(wire::encode(head).len() <= MAX_HEAD && verified.first_seen());
}
