//! Key documents and thresholds, witnesses, and what stolen keys of each role cannot do.

use super::reader::Defence;
use super::world::{Draft, HOUR, OLD_ROOT, Victim, after, now, pinned, signed};
use crate::fixture::{instant, key, keys, role};
use cccheck::receipt::{self, ReceiptError, Request};
use cccheck::trust::{Keys, Pin, PublicKey, Refusal, Role, RoleName};
use cccheck::{Claim, Policy, check};
use std::sync::Arc;

fn pin_of(keys: &Keys, words: &[&str]) -> Result<Pin, Refusal> {
    Pin::new(&signed(keys, words).encode(), 1)
}

#[test]
fn keys_that_their_root_did_not_sign_are_refused() {
    let refusal = |valid| Err(Refusal::NotSigned { role: RoleName::Root, valid, needed: 2 });
    assert!(pin_of(&keys(), &["root 1", "root 2"]).is_ok());
    assert!(pin_of(&keys(), &["root 1", "root 2", "root 3"]).is_ok());
    assert_eq!(pin_of(&keys(), &["root 1"]), refusal(1));
    assert_eq!(pin_of(&keys(), &["root 1", "content"]), refusal(1));
    assert_eq!(pin_of(&keys(), &[]), refusal(0));
}

#[test]
fn keys_that_cannot_work_are_refused() {
    let with = |change: fn(&mut Keys)| {
        let mut keys = keys();
        change(&mut keys);
        pin_of(&keys, &["root 1", "root 2"])
    };
    let malformed = Err(Refusal::Malformed { part: "key document" });
    assert_eq!(with(|keys| keys.content.threshold = 2), malformed, "a threshold out of reach");
    assert_eq!(with(|keys| keys.content.threshold = 0), malformed, "nobody has to sign");
    assert_eq!(with(|keys| keys.content.keys.push(keys.content.keys[0].clone())), malformed, "a key twice in a role");
    assert_eq!(with(|keys| keys.content = keys.freshness.clone()), malformed, "a key in two roles");
    assert!(with(|keys| keys.receipt = many(16)).is_ok(), "algorithms of the future are no error");
    assert_eq!(with(|keys| keys.receipt = many(17)), malformed, "more keys than a role may have");
}

#[test]
fn a_pin_is_small() {
    // A key of an algorithm of the future may be long.
    let with = |length: usize| {
        let keys = Keys {
            receipt: Role { threshold: 1, keys: vec![PublicKey { algorithm: 9, bytes: vec![0; length] }] },
            ..keys()
        };
        signed(&keys, &OLD_ROOT).encode()
    };
    let most = 8_192;
    let length = most - (with(most).len() - most);
    let (fits, too_large) = (with(length), with(length + 1));
    assert_eq!((fits.len(), too_large.len()), (most, most + 1));
    assert!(Pin::new(&fits, 1).is_ok());
    assert_eq!(Pin::new(&too_large, 1), Err(Refusal::Malformed { part: "key document" }));
}

/// Flips every bit of a signed key document, and cuts it everywhere. What is made of those that are taken.
fn pins_of_damaged(signed: &[u8]) -> Vec<Pin> {
    assert!(Pin::new(signed, 1).is_ok());
    let flipped = (0..signed.len() * 8).map(|bit| {
        let mut flipped = signed.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    });
    let cut = (0..signed.len()).map(|length| signed[..length].to_vec());
    flipped.chain(cut).filter_map(|bytes| Pin::new(&bytes, 1).ok()).collect()
}

#[test]
fn every_flipped_bit_and_every_truncation_of_a_pin_is_refused_or_harmless() {
    let enough = signed(&keys(), &OLD_ROOT).encode();
    assert_eq!(pins_of_damaged(&enough), [], "each of the signatures is needed");
    let more = signed(&keys(), &["root 1", "root 2", "root 3"]).encode();
    let taken = pins_of_damaged(&more);
    assert!(!taken.is_empty(), "one signature may be wrong");
    assert!(taken.iter().all(|pin| *pin == Pin::new(&more, 1).unwrap()));
}

/// So many keys of an algorithm that nobody knows yet.
fn many(count: u8) -> Role {
    Role { threshold: 1, keys: (0..count).map(|place| PublicKey { algorithm: 9, bytes: vec![place] }).collect() }
}

#[test]
fn a_threshold_counts_different_keys_only() {
    let mut victim = Victim::new();
    Arc::make_mut(&mut victim.pin.keys).content = role(2, &["content", "content 2"]);
    let not_signed = Refusal::NotSigned { role: RoleName::Content, valid: 1, needed: 2 };
    let once = Draft::new(3, b"").bytes();
    assert_eq!(victim.verify(&once).unwrap_err(), not_signed);

    let mut head = Draft::new(3, b"").head();
    let again = head.manifest.signatures[0].clone();
    head.manifest.signatures.push(again);
    let bytes = head.encode().unwrap();
    victim.refuses(&bytes, Defence::DistinctKeys, Refusal::Malformed { part: "manifest" });

    let both = Draft::new(3, b"").content(&["content", "content 2"]).bytes();
    victim.accept(&both);
}

#[test]
fn a_key_twice_in_a_role_counts_once() {
    let mut victim = Victim::new();
    Arc::make_mut(&mut victim.pin.keys).content = role(2, &["content", "content"]);
    let refusal = Refusal::NotSigned { role: RoleName::Content, valid: 1, needed: 2 };
    victim.refuses(&Draft::new(3, b"").bytes(), Defence::KeysStandOnce, refusal);

    let twice = after(&keys(), |keys| keys.content = role(2, &["content", "content"]));
    let bytes = Draft::new(3, b"").chain(&[signed(&twice, &OLD_ROOT)]).bytes();
    Victim::new().refuses(&bytes, Defence::KeysStandOnce, Refusal::Malformed { part: "key document" });
}

#[test]
fn a_threshold_of_zero_admits_nobody() {
    let mut victim = Victim::new();
    Arc::make_mut(&mut victim.pin.keys).content.threshold = 0;
    let refusal = |valid| Refusal::NotSigned { role: RoleName::Content, valid, needed: 0 };
    victim.refuses(&Draft::new(3, b"").content(&[]).bytes(), Defence::Thresholds, refusal(0));
    victim.refuses(&Draft::new(3, b"").bytes(), Defence::Thresholds, refusal(1));

    let zero = after(&keys(), |keys| keys.content.threshold = 0);
    let bytes = Draft::new(3, b"").chain(&[signed(&zero, &OLD_ROOT)]).content(&[]).bytes();
    Victim::new().refuses(&bytes, Defence::Thresholds, Refusal::Malformed { part: "key document" });
}

#[test]
fn expired_keys_are_refused() {
    let mut victim = Victim::new();
    Arc::make_mut(&mut victim.pin.keys).expires = now().plus_seconds(-1);
    let refusal = Refusal::KeysExpired { expires: victim.pin.keys.expires };
    victim.refuses(&Draft::new(3, b"").bytes(), Defence::KeysExpire, refusal);
}

#[test]
fn a_stolen_content_key_ends_with_its_revocation() {
    let rotated = after(&keys(), |keys| keys.content = role(1, &["content 2"]));
    let chain = [signed(&rotated, &OLD_ROOT)];
    let victim = Victim::that_saw(&Draft::new(3, b"").chain(&chain).content(&["content 2"]).bytes());
    let under_new = Draft::new(4, b"altered").chain(&chain).bytes();
    let not_signed = Refusal::NotSigned { role: RoleName::Content, valid: 0, needed: 1 };
    victim.refuses(&under_new, Defence::ContentSigns, not_signed);
    // Leaving the new document out is all that is left to the thief, and it shows.
    let under_old = Draft::new(4, b"altered").bytes();
    victim.refuses(&under_old, Defence::KeysNeverFall, Refusal::KeysRollback { lowest: 2, offered: 1 });
}

#[test]
fn a_stolen_receipt_or_witness_key_signs_no_head() {
    for role in [RoleName::Content, RoleName::Freshness] {
        for stolen in ["receipt", "witness 1"] {
            let mut victim = Victim::new();
            victim.pin = witnessed();
            let draft = Draft::new(3, b"altered").witnesses(&["witness 1", "witness 2"]);
            let words = if stolen == "receipt" { &["receipt"] } else { &["witness 1"] };
            let draft = if role == RoleName::Content { draft.content(words) } else { draft.freshness(words) };
            let refusal = Refusal::NotSigned { role, valid: 0, needed: 1 };
            victim.refuses(&draft.bytes(), Defence::Roles, refusal);
        }
    }
}

#[test]
fn a_revoked_receipt_key_signs_no_receipt_for_a_client_that_knows() {
    let request = Request { claim: Claim::default(), nonce: "0123456789abcdef".into() };
    let verdict = check::<cccheck::snapshot::Snapshot>(&request.claim, Err("none"), &Policy::default(), now());
    let payload = serde_json::json!({
        "iss": crate::fixture::ORIGIN, "iat": now().seconds(), "jti": "1", "nonce": request.nonce, "sequence": 3,
        "claim": request.claim, "verdict": verdict,
    });
    let forged = receipt::sign(&payload.to_string(), &key("receipt"));
    let rotated = after(&keys(), |keys| keys.receipt = role(1, &["receipt 2"]));
    let mut victim = Victim::new();
    let verified = victim.accept(&Draft::new(3, b"").chain(&[signed(&rotated, &OLD_ROOT)]).bytes());
    let verify = |keys| receipt::verify(&forged, keys, &request, now());
    assert!(verify(&victim.pin.keys).is_ok(), "by the pin alone it would pass");
    assert_eq!(verify(verified.keys()), Err(ReceiptError::UnknownKey));
}

fn witnessed() -> Pin {
    let keys = Keys { witness: role(2, &["witness 1", "witness 2", "witness 3"]), ..keys() };
    pinned(&keys, &OLD_ROOT)
}

#[test]
fn a_split_view_needs_the_witnesses() {
    let mut victim = Victim::new();
    victim.pin = witnessed();
    let needed = |valid| Refusal::Witnesses { valid, needed: 2 };
    let shown_to_one = Draft::new(3, b"shown to one client only");
    victim.refuses(&shown_to_one.bytes(), Defence::Witnesses, needed(0));
    let one = shown_to_one.clone().witnesses(&["witness 1"]).bytes();
    victim.refuses(&one, Defence::Witnesses, needed(1));
    let strangers = shown_to_one.clone().witnesses(&["witness 1", "somebody", "content"]).bytes();
    victim.refuses(&strangers, Defence::Witnesses, needed(1));

    // What witnesses signed of another manifest is of no use.
    let honest = Draft::new(3, b"for all").witnesses(&["witness 1", "witness 3"]);
    let mut mixed = shown_to_one.head();
    mixed.witnesses = honest.head().witnesses;
    victim.refuses(&mixed.encode().unwrap(), Defence::Witnesses, needed(0));
    // Nor is a time that a witness did not sign.
    let mut later = honest.head();
    later.witnesses[0].time = now().plus_seconds(HOUR);
    victim.refuses(&later.encode().unwrap(), Defence::Witnesses, needed(1));

    assert_eq!(victim.accept(&honest.bytes()).witnesses(), 2);
}

#[test]
fn one_witness_cannot_sign_for_two() {
    let mut victim = Victim::new();
    victim.pin = witnessed();
    let mut head = Draft::new(3, b"").witnesses(&["witness 1"]).head();
    let again = head.witnesses[0].clone();
    head.witnesses.push(again);
    let refusal = Refusal::Malformed { part: "cosignatures" };
    victim.refuses(&head.encode().unwrap(), Defence::DistinctWitnesses, refusal);
    head.witnesses.pop();
    head.cosign(&key("witness 1"), instant("2026-11-20T02:30:00Z")).unwrap();
    assert_eq!(head.witnesses.len(), 1, "who signs anew replaces what they signed");
}
