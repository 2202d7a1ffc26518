//! The chain of key documents: how a client follows it, and how it cannot be led astray.

use super::reader::Defence;
use super::world::{Draft, OLD_ROOT, Victim, after, now, pinned, signed};
use crate::fixture::{keys, role};
use cccheck::trust::{ChainProblem, Keys, PublicKey, Refusal, Role, RoleName, Signed};
use std::sync::Arc;

const NEW_ROOT: [&str; 2] = ["new root 1", "new root 2"];
const BOTH_ROOTS: [&str; 4] = ["root 1", "root 2", "new root 1", "new root 2"];

/// A document with a new root, as the honest register makes it: version 2.
fn handed_over() -> Keys {
    after(&keys(), |keys| keys.root = role(2, &NEW_ROOT))
}

/// Then new content keys: version 3.
fn changed() -> Keys {
    after(&handed_over(), |keys| keys.content = role(1, &["content 3"]))
}

fn chain() -> [Signed; 2] {
    [signed(&handed_over(), &BOTH_ROOTS), signed(&changed(), &NEW_ROOT)]
}

fn head(chain: &[Signed], content: &'static str) -> Vec<u8> {
    Draft::new(3, b"").chain(chain).content(&[content]).bytes()
}

fn not_signed(valid: u8) -> Refusal {
    Refusal::NotSigned { role: RoleName::Root, valid, needed: 2 }
}

fn broken(version: u32, problem: ChainProblem) -> Refusal {
    Refusal::Chain { version, problem }
}

#[test]
fn every_pin_finds_its_way_to_the_newest_keys() {
    let bytes = head(&chain(), "content 3");
    for (keys, words) in
        [(keys(), OLD_ROOT.as_slice()), (handed_over(), BOTH_ROOTS.as_slice()), (changed(), NEW_ROOT.as_slice())]
    {
        let mut victim = Victim::new();
        victim.pin = pinned(&keys, words);
        assert_eq!(victim.accept(&bytes).keys(), &changed(), "from version {}", keys.version);
        assert_eq!(victim.seen.as_ref().unwrap().keys_version, 3);
        victim.accept(&bytes);
    }
}

#[test]
fn a_newer_pin_outranks_an_older_memory() {
    let mut victim = Victim::that_saw(&Draft::new(100, b"").bytes());
    victim.pin = pinned(&handed_over(), &BOTH_ROOTS);
    assert_eq!(victim.accept(&head(&chain()[..1], "content")).manifest().sequence, 3);
    assert_eq!(victim.seen.unwrap().keys_version, 2);
}

#[test]
fn documents_in_the_middle_may_have_expired() {
    let mut pin = Victim::new().pin;
    Arc::make_mut(&mut pin.keys).expires = now().plus_seconds(-2);
    let middle = after(&pin.keys, |keys| keys.expires = now().plus_seconds(-1));
    let last = after(&middle, |keys| keys.expires = now());
    let chain = [signed(&middle, &OLD_ROOT), signed(&last, &OLD_ROOT)];
    let mut victim = Victim { pin, ..Victim::new() };
    victim.accept(&head(&chain, "content"));
    let refusal = Refusal::KeysExpired { expires: middle.expires };
    let client = Victim { seen: None, ..victim };
    client.refuses(&head(&chain[..1], "content"), Defence::KeysExpire, refusal);
}

#[test]
fn a_document_without_the_old_root_is_refused() {
    let forged = after(&keys(), |keys| {
        keys.root = role(2, &["thief 1", "thief 2"]);
        keys.content = role(1, &["thief 3"]);
    });
    let bytes = head(&[signed(&forged, &["thief 1", "thief 2"])], "thief 3");
    Victim::new().refuses(&bytes, Defence::OldRootSigns, not_signed(0));
    let one_stolen = head(&[signed(&forged, &["thief 1", "thief 2", "root 3"])], "thief 3");
    Victim::new().refuses(&one_stolen, Defence::OldRootSigns, not_signed(1));
    // Content keys are of no help.
    let forged = head(&[signed(&forged, &["thief 1", "thief 2", "content", "root 3"])], "thief 3");
    Victim::new().refuses(&forged, Defence::OldRootSigns, not_signed(1));
}

#[test]
fn a_document_without_its_own_root_is_refused() {
    let bytes = head(&[signed(&handed_over(), &OLD_ROOT)], "content");
    Victim::new().refuses(&bytes, Defence::OwnRootSigns, not_signed(0));
    let bytes = head(&[signed(&handed_over(), &["root 1", "root 2", "new root 1"])], "content");
    Victim::new().refuses(&bytes, Defence::OwnRootSigns, not_signed(1));
}

#[test]
fn root_keys_that_were_handed_over_sign_no_more() {
    let forged = after(&handed_over(), |keys| keys.content = role(1, &["thief"]));
    let bytes = head(&[chain()[0].clone(), signed(&forged, &OLD_ROOT)], "thief");
    // The forged document keeps the new root, so that both defences stand in its way.
    assert_eq!(Victim::new().verify(&bytes).unwrap_err(), not_signed(0));
    let forged = after(&handed_over(), |keys| {
        keys.root = role(2, &OLD_ROOT);
        keys.content = role(1, &["thief"]);
    });
    let bytes = head(&[chain()[0].clone(), signed(&forged, &OLD_ROOT)], "thief");
    Victim::new().refuses(&bytes, Defence::OldRootSigns, not_signed(0));
}

#[test]
fn root_keys_that_were_handed_over_cannot_lead_elsewhere() {
    let victim = Victim::that_saw(&head(&chain()[..1], "content"));
    let fork = after(&keys(), |keys| keys.content = role(1, &["thief"]));
    let bytes = head(&[signed(&fork, &OLD_ROOT)], "thief");
    let refusal = broken(2, ChainProblem::Seen);
    victim.refuses(&bytes, Defence::SeenDocument, refusal);
}

#[test]
fn a_chain_with_a_gap_is_refused() {
    let skipped = after(&after(&keys(), |_| ()), |keys| keys.content = role(1, &["content 3"]));
    let bytes = head(&[signed(&skipped, &OLD_ROOT)], "content 3");
    let refusal = broken(3, ChainProblem::Gap);
    Victim::new().refuses(&bytes, Defence::ChainWithoutGaps, refusal);

    let second = after(&keys(), |_| ());
    let fourth = Keys { version: 4, ..second.clone() };
    let bytes = head(&[signed(&second, &OLD_ROOT), signed(&fourth, &OLD_ROOT)], "content");
    Victim::new().refuses(&bytes, Defence::ChainWithoutGaps, broken(4, ChainProblem::Order));
    let bytes = head(&[signed(&second, &OLD_ROOT), signed(&second, &OLD_ROOT)], "content");
    Victim::new().refuses(&bytes, Defence::ChainWithoutGaps, broken(2, ChainProblem::Order));
}

#[test]
fn another_document_in_the_place_of_the_pinned_one_is_refused() {
    let other = Keys { lowest_sequence: 2, ..keys() };
    let bytes = head(&[signed(&other, &OLD_ROOT)], "content");
    let refusal = broken(1, ChainProblem::Pinned);
    Victim::new().refuses(&bytes, Defence::PinnedDocument, refusal);
    assert!(Victim::new().verify(&head(&[signed(&keys(), &OLD_ROOT)], "content")).is_ok(), "itself is no error");
}

#[test]
fn a_chain_keeps_its_register_and_its_kind() {
    let elsewhere = after(&keys(), |keys| keys.origin = "other.example".into());
    let mut draft = Draft::new(3, b"").chain(&[signed(&elsewhere, &OLD_ROOT)]);
    draft.manifest.origin = "other.example".into();
    let refusal = Refusal::WrongOrigin { expected: keys().origin, found: "other.example".into() };
    Victim::new().refuses(&draft.bytes(), Defence::OneOrigin, refusal);

    let real = after(&keys(), |keys| keys.synthetic = false);
    let bytes = head(&[signed(&real, &OLD_ROOT)], "content");
    let refusal = broken(2, ChainProblem::Synthetic);
    Victim::new().refuses(&bytes, Defence::SyntheticStays, refusal);
}

#[test]
fn a_document_in_the_chain_must_be_able_to_work() {
    let broken = after(&keys(), |keys| keys.freshness.threshold = 2);
    let bytes = head(&[signed(&broken, &OLD_ROOT)], "content");
    assert_eq!(Victim::new().verify(&bytes).unwrap_err(), Refusal::Malformed { part: "key document" });
}

#[test]
fn a_chain_has_an_end() {
    // Documents that sign nothing themselves are so small that a head has room for more than enough.
    let small = |keys: &mut Keys| {
        let mut place = 0;
        for role in [&mut keys.content, &mut keys.freshness, &mut keys.receipt] {
            place += 1;
            *role = Role { threshold: 1, keys: vec![PublicKey { algorithm: 9, bytes: vec![place] }] };
        }
    };
    let first = Keys { root: role(1, &["root 1"]), ..keys() };
    let pin = pinned(&first, &["root 1"]);
    let chain = |length: usize| -> Vec<Signed> {
        let mut documents = vec![first.clone()];
        while documents.len() < length {
            documents.push(after(&documents[documents.len() - 1], small));
        }
        documents.push(after(&documents[documents.len() - 1], |last| {
            let Keys { content, freshness, receipt, .. } = keys();
            (last.content, last.freshness, last.receipt) = (content, freshness, receipt);
        }));
        documents[1..].iter().map(|keys| signed(keys, &["root 1"])).collect()
    };
    let mut victim = Victim { pin, ..Victim::new() };
    let refusal = Refusal::Malformed { part: "key chain" };
    victim.refuses(&head(&chain(65), "content"), Defence::ChainLength, refusal.clone());
    victim.accept(&head(&chain(64), "content"));
    assert_eq!(victim.seen.unwrap().keys_version, 65);

    let junk = Signed { document: Vec::new(), signatures: Vec::new() };
    assert_eq!(
        Victim::new().verify(&head(&vec![junk; 65], "content")).unwrap_err(),
        refusal,
        "counted before it is read"
    );
}
