//! The vectors of heads: what a second implementation must accept, and what it must refuse and by which name.

use super::signatures::admitted_heads;
use super::world::{Draft, HOUR, OLD_ROOT, Victim, after, now, signed};
use crate::fixture::{LIFETIME, committed, keys, pin, role};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::trust::{Domain, Head, Keys, MAX_SEQUENCE, Section, Signed};
use serde_json::{Value, json};

/// The chain of the vectors: new root keys, then new content keys and a count that begins at 5.
fn chain() -> [Signed; 2] {
    let second = after(&keys(), |keys| keys.root = role(2, &["root 2", "root 3", "root 4"]));
    let third = after(&second, |keys| {
        keys.content = role(2, &["content", "content 3"]);
        keys.witness = role(1, &["witness 1", "witness 2"]);
        keys.lowest_sequence = 5;
    });
    [signed(&second, &["root 1", "root 2", "root 4"]), signed(&third, &["root 2", "root 3"])]
}

/// The honest head at the end of the chain.
fn newest(sequence: u64) -> Draft {
    Draft::new(sequence, b"").chain(&chain()).content(&["content", "content 3"]).witnesses(&["witness 1"])
}

struct Case {
    name: &'static str,
    head: Vec<u8>,
    victim: Victim,
}

fn cases() -> Vec<Case> {
    let new = Victim::new;
    let saw = |draft: &Draft| Victim::that_saw(&draft.bytes());
    let draft = || Draft::new(3, b"");
    let case = |name, head: Vec<u8>, victim| Case { name, head, victim };
    let changed = |mut draft: Draft, change: fn(&mut Draft)| {
        change(&mut draft);
        draft.bytes()
    };
    let cut = |mut chain: Vec<_>, place: usize| {
        chain.remove(place);
        newest(7).chain(&chain).bytes()
    };
    let mut mixed = draft().head();
    mixed.freshness = Draft::new(4, b"").head().freshness;
    let mut unsorted = newest(7).content(&["content", "content 3"]).head();
    unsorted.manifest.signatures.reverse();
    let fork = after(&keys(), |_| ());
    let mut trailing = draft().bytes();
    trailing.push(0);
    let admitted = admitted_heads().into_iter().map(|(name, head)| Case { name, head, victim: new() });
    let odd_keys = |change: fn(&mut Keys)| draft().chain(&[signed(&after(&keys(), change), &OLD_ROOT)]).bytes();
    let own = vec![
        case("the pinned keys", draft().bytes(), new()),
        case("a chain, a threshold of two, a witness", newest(7).bytes(), new()),
        case("the same again", newest(7).bytes(), saw(&newest(7))),
        case("a lower sequence under newer keys", newest(7).bytes(), saw(&Draft::new(9, b""))),
        case("the last sequence", Draft::new(MAX_SEQUENCE, b"").bytes(), new()),
        case("a sequence beyond the last", Draft::new(MAX_SEQUENCE + 1, b"").bytes(), new()),
        case("back from the last sequence", newest(7).bytes(), saw(&Draft::new(MAX_SEQUENCE, b""))),
        case("an ignorable section", changed(draft(), |draft| draft.manifest.sections = section(false)), new()),
        case("a clock that is behind", draft().bytes(), new().at(draft().manifest.signed_at.plus_seconds(-HOUR))),
        case("expired, with memory", draft().bytes(), saw(&draft()).at(now().plus_seconds(LIFETIME))),
        case("expired, without memory", draft().bytes(), new().at(now().plus_seconds(LIFETIME))),
        case("a byte too many", trailing, new()),
        case("signatures out of order", unsorted.encode().unwrap(), new()),
        case("a stranger's manifest", draft().content(&["somebody"]).bytes(), new()),
        case("one signature of two", newest(7).content(&["content"]).bytes(), new()),
        case("the freshness key's manifest", draft().content(&["freshness"]).bytes(), new()),
        case("a manifest signed as keys", changed(draft(), |draft| draft.heading = Domain::Keys), new()),
        case("a stranger's statement", draft().freshness(&["content"]).bytes(), new()),
        case("another manifest's statement", mixed.encode().unwrap(), new()),
        case("another register", changed(draft(), |draft| draft.manifest.origin = "other.example".into()), new()),
        case("a newer format", changed(draft(), |draft| draft.manifest.version = 3), new()),
        case("a critical section", changed(draft(), |draft| draft.manifest.sections = section(true)), new()),
        case("a lower sequence than seen", draft().bytes(), saw(&Draft::new(4, b""))),
        case("a lower sequence than the keys allow", newest(4).bytes(), new()),
        case("another manifest under the sequence seen", Draft::new(3, b"other").bytes(), saw(&draft())),
        case("a chain that begins too late", cut(chain().to_vec(), 0), new()),
        case("a chain that ends too early", cut(chain().to_vec(), 1), saw(&newest(7))),
        case("keys without the old root", newest(7).chain(&unsigned(&["root 4", "content"])).bytes(), new()),
        case("keys without their own root", newest(7).chain(&unsigned(&["root 1", "root 3"])).bytes(), new()),
        case(
            "another document than the one seen",
            Draft::new(9, b"").chain(&[signed(&fork, &OLD_ROOT)]).bytes(),
            saw(&Draft::new(3, b"").chain(&chain()[..1])),
        ),
        case("no witness", newest(7).witnesses(&[]).bytes(), new()),
        case("a stranger's cosignature", newest(7).witnesses(&["somebody"]).bytes(), new()),
        case("keys expired", draft().bytes(), new().at(keys().expires.plus_seconds(HOUR))),
        case("a threshold above the number of keys", odd_keys(|keys| keys.content.threshold = 2), new()),
        case("a threshold of 0", odd_keys(|keys| keys.freshness.threshold = 0), new()),
        case("a key in two roles", odd_keys(|keys| keys.receipt = keys.content.clone()), new()),
        case("a version left out", odd_keys(|keys| keys.version += 1), new()),
    ];
    own.into_iter().chain(admitted).collect()
}

fn section(critical: bool) -> Vec<Section> {
    vec![Section { tag: 9, critical, bytes: b"later".to_vec() }]
}

/// The chain's first document, signed by these.
fn unsigned(words: &[&str]) -> [Signed; 2] {
    let [second, third] = chain();
    [signed(&second.peek(Domain::Keys).unwrap(), words), third]
}

fn line(Case { name, head, victim }: &Case) -> Value {
    let answer = Head::verify(head, &victim.pin, victim.seen.as_ref(), victim.now);
    let (expect, keys_version) = match &answer {
        Ok(head) => ("accepted", Some(head.keys().version)),
        Err(refusal) => (refusal.code(), None),
    };
    let head = Base64UrlUnpadded::encode_string(head);
    json!({ "name": name, "now": victim.now, "seen": victim.seen, "head": head, "expect": expect, "keysVersion": keys_version })
}

#[test]
fn every_head_vector_is_the_committed_one() {
    assert_eq!(Victim::new().pin, pin(), "the pin of the vectors is pin.json");
    let lines: String = cases().iter().map(|case| line(case).to_string() + "\n").collect();
    let committed = String::from_utf8(committed("heads.jsonl", lines.as_bytes())).unwrap();
    for (line, expected) in lines.lines().zip(committed.lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(lines.lines().count(), committed.lines().count());
}

#[test]
fn the_head_vectors_show_every_refusal_of_heads() {
    let shown: Vec<Value> = cases().iter().map(line).collect();
    for code in [
        "accepted",
        "trust.malformed",
        "trust.chain",
        "trust.keys_rollback",
        "trust.not_signed",
        "trust.unsupported_format",
        "trust.wrong_origin",
        "trust.freshness_mismatch",
        "trust.rollback",
        "trust.equivocation",
        "trust.keys_expired",
        "trust.expired",
        "trust.witnesses",
    ] {
        assert!(shown.iter().any(|line| line["expect"] == code), "{code}");
    }
}
