//! The attacks on updates, by their TUF names. Each is a refusal of its own.

use crate::fixture::{self, AS_OF, LIFETIME, head, head_signed_by, instant, key, keys, manifest, pin, snapshot_file};
use cccheck::snapshot::{Snapshot, write};
use cccheck::trust::{Domain, Freshening, Head, Manifest, Pin, Refusal, Seen, VerifiedHead, sign};
use cccheck::{Claim, Decision, Found, Freshness, Instant, Outcome, Policy, Reference, Register, check};
use sha2::{Digest, Sha256};

fn now() -> Instant {
    instant(AS_OF).plus_seconds(3_600)
}

fn verify(bytes: &[u8], seen: Option<&Seen>) -> Result<VerifiedHead, Refusal> {
    Head::verify(bytes, &pin(), seen, now())
}

fn seen(manifest: &Manifest) -> Seen {
    verify(&head(manifest), None).unwrap().seen()
}

#[test]
fn an_honest_head_leads_to_its_snapshot() {
    let file = snapshot_file();
    let verified = verify(&head(&manifest(3, AS_OF, &file)), None).unwrap();
    let snapshot = Snapshot::open(verified, file).unwrap();
    let standing = snapshot.standing(now());
    assert_eq!((standing.sequence, standing.freshness, standing.age_seconds), (3, Freshness::Fresh, 3_600));
    assert!(standing.first_seen, "no memory was given");
    assert_eq!(snapshot.len(), fixture::records().len());
}

#[test]
fn forged_content_keys_are_refused() {
    let bytes = head_signed_by(&manifest(3, AS_OF, b""), &[&key("somebody else")], &key("freshness"));
    let refusal = verify(&bytes, None).unwrap_err();
    assert_eq!(refusal.code(), "trust.not_signed");
    assert!(matches!(refusal, Refusal::NotSigned { valid: 0, needed: 1, .. }), "{refusal:?}");
}

#[test]
fn a_stolen_freshness_key_cannot_sign_content() {
    let bytes = head_signed_by(&manifest(3, AS_OF, b""), &[&key("freshness")], &key("freshness"));
    assert!(matches!(verify(&bytes, None), Err(Refusal::NotSigned { .. })));
}

#[test]
fn a_forged_freshness_statement_is_refused() {
    let bytes = head_signed_by(&manifest(3, AS_OF, b""), &[&key("content")], &key("content"));
    assert!(matches!(verify(&bytes, None), Err(Refusal::NotSigned { .. })));
}

#[test]
fn a_threshold_counts_different_keys_only() {
    let mut pin = pin();
    pin.keys.content = fixture::role(2, &["content", "content 2"]);
    let manifest = manifest(3, AS_OF, b"");
    let once = head_signed_by(&manifest, &[&key("content"), &key("content")], &key("freshness"));
    assert!(matches!(Head::verify(&once, &pin, None, now()), Err(Refusal::NotSigned { valid: 1, needed: 2, .. })));
    let twice = head_signed_by(&manifest, &[&key("content"), &key("content 2")], &key("freshness"));
    assert!(Head::verify(&twice, &pin, None, now()).is_ok());
}

#[test]
fn a_threshold_of_zero_admits_nobody() {
    let mut pin = pin();
    pin.keys.content.threshold = 0;
    let bytes = head(&manifest(3, AS_OF, b""));
    assert!(matches!(Head::verify(&bytes, &pin, None, now()), Err(Refusal::NotSigned { .. })));
}

#[test]
fn a_signature_for_one_purpose_fits_no_other() {
    let mut wrong = manifest(3, AS_OF, b"");
    wrong.fresh_for += 1;
    let as_keys = sign(Domain::Keys, &wrong, &[&key("content")]).unwrap();
    let honest: Head = postcard::from_bytes(&head(&wrong)).unwrap();
    let bytes = Head { manifest: as_keys, ..honest }.encode().unwrap();
    assert!(matches!(verify(&bytes, None), Err(Refusal::NotSigned { .. })));
}

#[test]
fn keys_that_their_root_did_not_sign_are_refused() {
    let with = |signers: &[&str]| {
        let signers: Vec<_> = signers.iter().map(|word| key(word)).collect();
        let signed = sign(Domain::Keys, &keys(), &signers.iter().collect::<Vec<_>>()).unwrap();
        Pin::new(&postcard::to_allocvec(&signed).unwrap(), 1)
    };
    assert!(with(&["root 1", "root 2"]).is_ok());
    assert!(matches!(with(&["root 1"]), Err(Refusal::NotSigned { valid: 1, needed: 2, .. })));
    assert!(matches!(with(&["root 1", "content"]), Err(Refusal::NotSigned { valid: 1, needed: 2, .. })));
}

#[test]
fn rollback_is_refused_by_memory_and_by_pin() {
    let newer = seen(&manifest(4, AS_OF, b""));
    let older = head(&manifest(3, AS_OF, b""));
    assert_eq!(verify(&older, Some(&newer)).unwrap_err(), Refusal::Rollback { lowest: 4, offered: 3 });
    let mut pin = pin();
    pin.lowest_sequence = 4;
    assert_eq!(Head::verify(&older, &pin, None, now()).unwrap_err(), Refusal::Rollback { lowest: 4, offered: 3 });
}

#[test]
fn equivocation_is_refused() {
    let memory = seen(&manifest(3, AS_OF, b"one"));
    let other = head(&manifest(3, AS_OF, b"two"));
    assert_eq!(verify(&other, Some(&memory)).unwrap_err(), Refusal::Equivocation { sequence: 3 });
    assert!(verify(&head(&manifest(3, AS_OF, b"one")), Some(&memory)).is_ok());
}

#[test]
fn freshness_of_another_manifest_is_refused() {
    let old: Head = postcard::from_bytes(&head(&manifest(3, AS_OF, b"one"))).unwrap();
    let new: Head = postcard::from_bytes(&head(&manifest(4, AS_OF, b"two"))).unwrap();
    let bytes = Head { freshness: new.freshness, ..old }.encode().unwrap();
    assert_eq!(verify(&bytes, None).unwrap_err(), Refusal::FreshnessMismatch);
}

#[test]
fn another_origin_is_refused() {
    let mut other = manifest(3, AS_OF, b"");
    other.origin = "other.cccheck.example".into();
    assert_eq!(verify(&head(&other), None).unwrap_err().code(), "trust.wrong_origin");
}

#[test]
fn a_newer_format_is_named_as_such() {
    let mut other = manifest(3, AS_OF, b"");
    other.version = 3;
    let refusal = verify(&head(&other), None).unwrap_err();
    assert_eq!(refusal, Refusal::UnsupportedFormat { part: "manifest", version: 3 });
}

#[test]
fn a_frozen_head_is_refused_without_memory_and_degrades_with_it() {
    let file = snapshot_file();
    let manifest = manifest(3, AS_OF, &file);
    let bytes = head(&manifest);
    let late = instant(AS_OF).plus_seconds(LIFETIME + 1);
    assert_eq!(Head::verify(&bytes, &pin(), None, late).unwrap_err(), Refusal::Expired { expires: manifest.expires });
    let verified = Head::verify(&bytes, &pin(), Some(&seen(&manifest)), late).unwrap();
    let snapshot = Snapshot::open(verified, file).unwrap();
    assert_eq!(snapshot.standing(late).freshness, Freshness::Expired);
}

#[test]
fn a_freshness_statement_ends_before_its_manifest() {
    let file = snapshot_file();
    let manifest = manifest(3, AS_OF, &file);
    let signed = sign(Domain::Manifest, &manifest, &[&key("content")]).unwrap();
    let statement = Freshening {
        manifest: Sha256::digest(&signed.document).into(),
        counter: 1,
        time: manifest.signed_at,
        expires: instant(AS_OF).plus_seconds(1_800),
    };
    let freshness = sign(Domain::Freshness, &statement, &[&key("freshness")]).unwrap();
    let bytes = Head { chain: Vec::new(), manifest: signed, freshness, witnesses: Vec::new() }.encode().unwrap();
    assert!(matches!(verify(&bytes, None), Err(Refusal::Expired { .. })));
}

#[test]
fn expired_keys_are_refused() {
    let mut pin = pin();
    pin.keys.expires = instant(AS_OF);
    let refusal = Head::verify(&head(&manifest(3, AS_OF, b"")), &pin, None, now()).unwrap_err();
    assert_eq!(refusal, Refusal::KeysExpired { expires: instant(AS_OF) });
}

#[test]
fn endless_truncated_and_swapped_files_are_refused() {
    let file = snapshot_file();
    let verified = verify(&head(&manifest(3, AS_OF, &file)), None).unwrap();
    let mut longer = file.clone();
    longer.push(0);
    let mut swapped = file.clone();
    swapped[100] ^= 1;
    let size = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap();
    let shorter = file[..file.len() - 1].to_vec();
    let (expected, found) = (size(&file), size(&longer));
    assert_eq!(Snapshot::open(verified.clone(), longer).unwrap_err(), Refusal::Size { expected, found });
    let found = size(&shorter);
    assert_eq!(Snapshot::open(verified.clone(), shorter).unwrap_err(), Refusal::Size { expected, found });
    assert_eq!(Snapshot::open(verified, swapped).unwrap_err(), Refusal::Hash);
}

#[test]
fn an_oversized_head_is_refused_before_it_is_read() {
    assert_eq!(verify(&vec![0; 1_000_000], None).unwrap_err(), Refusal::Malformed { part: "head" });
}

#[test]
fn every_flipped_bit_and_every_truncation_of_a_head_is_refused() {
    let bytes = head(&manifest(3, AS_OF, b""));
    assert!(verify(&bytes, None).is_ok());
    for length in 0..bytes.len() {
        assert!(verify(&bytes[..length], None).is_err(), "cut at {length}");
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(verify(&flipped, None).is_err(), "bit {bit}");
    }
}

#[test]
fn what_a_signer_wrote_wrongly_never_panics() {
    let records: Vec<_> = fixture::records().into_iter().step_by(6).collect();
    let file = write(&records, &fixture::coverage(), &Reference::default()).unwrap();
    for bit in 0..file.len() * 8 {
        let mut damaged = file.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let bytes = head(&manifest(3, AS_OF, &damaged));
        if let Ok(snapshot) = Snapshot::open(verify(&bytes, None).unwrap(), damaged) {
            let listed = snapshot.records().filter(Result::is_ok).count();
            assert!(listed <= snapshot.len(), "bit {bit}");
            assert!(records.iter().all(|record| {
                !matches!(snapshot.find(record.number), Ok(Found::Record(found)) if found.number != record.number)
            }));
        }
    }
}

#[test]
fn without_a_snapshot_nothing_is_accepted() {
    let claim = Claim { number: Some("2020900201000001".into()), ..Claim::default() };
    let verdict = check::<Snapshot>(&claim, Err("trust.rollback"), &Policy::default(), now());
    assert_eq!((verdict.outcome, verdict.decision), (Outcome::Unavailable, Decision::Review));
    assert_eq!(verdict.findings[0].values.get("reason"), Some("trust.rollback"));
}
