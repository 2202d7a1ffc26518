//! Heads and files byte by byte: what is altered is refused or harmless, and nothing panics.

use super::world::{Draft, OLD_ROOT, Victim, after, now, signed};
use crate::fixture::{self, edition, keys};
use cccheck::snapshot::Snapshot;
use cccheck::trust::{DeltaRef, FileRef, Manifest, Override, PartRef, Refusal, RowKey, Section};
use cccheck::{Claim, Decision, Freshness, Outcome, Policy, Register, check};

#[test]
fn an_honest_head_leads_to_its_snapshot() {
    let edition = edition();
    let verified = Victim::new().verify(&Draft::of(3, &edition).bytes()).unwrap();
    let snapshot = edition.open(verified).unwrap();
    let standing = snapshot.standing(now());
    assert_eq!((standing.sequence, standing.freshness, standing.age_seconds), (3, Freshness::Fresh, 3_600));
    assert!(standing.first_seen, "no memory was given");
    snapshot.audit().unwrap();
    assert_eq!(snapshot.content().unwrap().records.len(), fixture::records().len());
}

#[test]
fn a_directory_that_was_signed_otherwise_than_the_file_is_refused() {
    let edition = edition();
    let mut draft = Draft::of(3, &edition);
    draft.manifest.directory.hash[0] ^= 1;
    let head = Victim::new().verify(&draft.bytes()).unwrap();
    assert_eq!(edition.open(head).unwrap_err(), Refusal::Hash);
}

#[test]
fn every_flipped_bit_and_every_truncation_of_a_head_is_refused_or_harmless() {
    let next = after(&keys(), |keys| keys.witness = fixture::role(1, &["witness 1"]));
    let draft = Draft::new(3, b"").witnesses(&["witness 1"]);
    let victim = Victim::new();
    let without_chain = victim.verify(&draft.bytes()).unwrap();
    let bytes = draft.chain(&[signed(&next, &OLD_ROOT)]).bytes();
    assert_eq!(victim.verify(&bytes).unwrap().keys(), &next);
    for length in 0..bytes.len() {
        assert!(victim.verify(&bytes[..length]).is_err(), "cut at {length}");
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // A document that claims to be older than the pinned one is skipped, as if it had been left out.
        assert!(victim.verify(&flipped).map_or(true, |verified| verified == without_chain), "bit {bit}");
    }
}

#[test]
fn every_byte_after_a_head_is_refused() {
    let bytes = Draft::new(3, b"").bytes();
    for more in 0..=255 {
        assert!(Victim::new().verify(&[bytes.as_slice(), &[more]].concat()).is_err(), "{more}");
    }
}

#[test]
fn a_manifest_has_one_order() {
    let refused = |change: fn(&mut Manifest)| {
        let mut draft = Draft::new(3, b"");
        change(&mut draft.manifest);
        assert_eq!(Victim::new().verify(&draft.bytes()).unwrap_err(), Refusal::Malformed { part: "manifest" });
    };
    let part =
        |body, size| PartRef { from: RowKey { body, year: 2_020, key: 0 }, file: FileRef { size, ..FileRef::of(b"") } };
    let delta = move |size, parts: Vec<PartRef>| Some(DeltaRef { file: FileRef { size, ..FileRef::of(b"") }, parts });
    refused(|manifest| manifest.overrides = [2, 1].map(excuse).to_vec());
    refused(|manifest| manifest.overrides = [1, 1].map(excuse).to_vec());
    refused(|manifest| manifest.sections = [2, 1].map(section).to_vec());
    for (size, parts) in [
        (3, vec![part(2, 1), part(1, 2)]),
        (3, vec![part(1, 1), part(1, 2)]),
        (4, vec![part(1, 1), part(2, 2)]),
        (0, vec![part(1, u64::MAX), part(2, 1)]),
    ] {
        let mut draft = Draft::new(3, b"");
        draft.manifest.delta = delta(size, parts);
        assert_eq!(Victim::new().verify(&draft.bytes()).unwrap_err(), Refusal::Malformed { part: "manifest" });
    }
    let mut draft = Draft::new(3, b"");
    draft.manifest.delta = delta(3, vec![part(1, 1), part(2, 2)]);
    draft.manifest.overrides = [1, 2].map(excuse).to_vec();
    draft.manifest.sections = [1, 2].map(section).to_vec();
    assert_eq!(Victim::new().verify(&draft.bytes()).unwrap().manifest(), &draft.manifest);
}

fn excuse(body: u8) -> Override {
    Override { body, reason: "announced".into() }
}

fn section(tag: u16) -> Section {
    Section { tag, critical: false, bytes: Vec::new() }
}

#[test]
fn without_a_snapshot_nothing_is_accepted() {
    let claim = Claim { number: Some("2020900201000001".into()), ..Claim::default() };
    let verdict = check::<Snapshot>(&claim, Err("trust.rollback"), &Policy::default(), now());
    assert_eq!((verdict.outcome, verdict.decision), (Outcome::Unavailable, Decision::Review));
    assert_eq!(verdict.findings[0].values.get("reason"), Some("trust.rollback"));
}
