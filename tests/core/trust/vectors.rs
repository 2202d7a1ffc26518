//! The vectors of heads: what a second implementation must accept, and what it must refuse and by which name.

use super::signatures::admitted_heads;
use super::world::{Draft, HOUR, OLD_ROOT, Rewrite, Victim, after, now, signed, signed_as};
use crate::fixture::{LIFETIME, committed, keys, pin, role};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::Instant;
use cccheck::trust::{
    DeltaRef, Domain, FileRef, Head, Keys, MAX_DECODED, MAX_HEAD, MAX_SEQUENCE, Override, PartRef, PublicKey, RowKey,
    Section, Signed,
};
use cccheck::wire;
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
    let knew = |draft: &Draft| {
        let mut victim = saw(draft);
        victim.seen.as_mut().unwrap().sequence = 0;
        victim
    };
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
    let mut unsorted_witnesses = newest(7).witnesses(&["witness 1", "witness 2"]).head();
    unsorted_witnesses.witnesses.reverse();
    let outlived = draft().stated(draft().manifest.signed_at, 2 * LIFETIME);
    let mut elsewhere =
        draft().chain(&[signed(&after(&keys(), |keys| keys.origin = "other.example".into()), &OLD_ROOT)]);
    elsewhere.manifest.origin = "other.example".into();
    let fork = after(&keys(), |_| ());
    let mut trailing = draft().bytes();
    trailing.push(0);
    let admitted = admitted_heads().into_iter().map(|(name, head)| Case { name, head, victim: new() });
    let odd_keys = |change: fn(&mut Keys)| draft().chain(&[signed(&after(&keys(), change), &OLD_ROOT)]).bytes();
    let odd_document = |rewrite| draft().chain(&[signed_as(&after(&keys(), |_| ()), &OLD_ROOT, rewrite)]).bytes();
    let rewritten = |rewrite| Draft { rewrite, ..draft() }.bytes();
    let same: Rewrite = |_| ();
    let mut of_last_second = outlived.clone().stated(now(), keys().expires.seconds() - now().seconds());
    of_last_second.manifest.expires = keys().expires;
    let own = vec![
        case("the pinned keys", draft().bytes(), new()),
        case("a chain, a threshold of two, a witness", newest(7).bytes(), new()),
        case("the same again", newest(7).bytes(), saw(&newest(7))),
        case("the first under keys that were remembered alone", newest(7).bytes(), knew(&newest(9))),
        case("a lower sequence under newer keys", newest(7).bytes(), saw(&Draft::new(9, b""))),
        case("the last sequence", Draft::new(MAX_SEQUENCE, b"").bytes(), new()),
        case("a sequence beyond the last", Draft::new(MAX_SEQUENCE + 1, b"").bytes(), new()),
        case("a sequence of 0", Draft::new(0, b"").bytes(), new()),
        case("back from the last sequence", newest(7).bytes(), saw(&Draft::new(MAX_SEQUENCE, b""))),
        case("an ignorable section", changed(draft(), |draft| draft.manifest.sections = section(false)), new()),
        case("a clock that is behind", draft().bytes(), new().at(draft().manifest.signed_at.plus_seconds(-HOUR))),
        case("expired, with memory", draft().bytes(), saw(&draft()).at(now().plus_seconds(LIFETIME))),
        case("expired, without memory", draft().bytes(), new().at(now().plus_seconds(LIFETIME))),
        case(
            "expired, with memory under an older document",
            newest(7).bytes(),
            saw(&draft()).at(now().plus_seconds(LIFETIME)),
        ),
        case(
            "expired, and seen under an older document",
            draft().chain(&[signed(&after(&keys(), |_| ()), &OLD_ROOT)]).bytes(),
            saw(&draft()).at(now().plus_seconds(LIFETIME)),
        ),
        case("expired, with memory of keys alone", draft().bytes(), knew(&draft()).at(now().plus_seconds(LIFETIME))),
        case("older keys than were remembered alone", draft().bytes(), knew(&newest(7))),
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
        case("keys without the old root", newest(7).chain(&unsigned(&["root 2", "root 4"])).bytes(), new()),
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
        case("later keys of another register", elsewhere.bytes(), new()),
        case("later keys for real data", odd_keys(|keys| keys.synthetic = false), new()),
        case("the pinned document before the chain", newest(7).chain(&before_chain(keys())).bytes(), new()),
        case("another document of the pinned version", newest(7).chain(&before_chain(longer())).bytes(), new()),
        case("a manifest that ended before its statement", outlived.bytes(), new().at(later(LIFETIME))),
        case(
            "a statement that ended before its manifest",
            draft().stated(now(), HOUR).bytes(),
            new().at(later(2 * HOUR)),
        ),
        case("overrides out of order", changed(draft(), |draft| draft.manifest.overrides = overrides([91, 90])), new()),
        case(
            "an override that stands twice",
            changed(draft(), |draft| draft.manifest.overrides = overrides([90, 90])),
            new(),
        ),
        case(
            "a section that stands twice",
            changed(draft(), |draft| draft.manifest.sections = [section(false), section(false)].concat()),
            new(),
        ),
        case("parts of a delta", changed(draft(), |draft| draft.manifest.delta = delta(&[0, 5], 4, 8)), new()),
        case("parts out of order", changed(draft(), |draft| draft.manifest.delta = delta(&[5, 0], 4, 8)), new()),
        case(
            "parts that are not the delta",
            changed(draft(), |draft| draft.manifest.delta = delta(&[0, 5], 4, 9)),
            new(),
        ),
        case(
            "the largest reference tables",
            changed(draft(), |draft| draft.manifest.reference.size = MAX_DECODED),
            new(),
        ),
        case(
            "reference tables of a byte more",
            changed(draft(), |draft| draft.manifest.reference.size = MAX_DECODED + 1),
            new(),
        ),
        case("cosignatures out of order", unsorted_witnesses.encode().unwrap(), new()),
        case("sixteen signatures, of which one counts", draft().content(&CROWD[..16]).bytes(), new()),
        case("seventeen signatures", draft().content(&CROWD).bytes(), new()),
        case(
            "a directory of a byte too many",
            changed(draft(), |draft| draft.manifest.directory.size = MAX_DECODED + 1),
            new(),
        ),
        case(
            "a part of a byte too many",
            changed(draft(), |draft| draft.manifest.delta = delta(&[0], MAX_DECODED + 1, MAX_DECODED + 1)),
            new(),
        ),
        case("seventeen cosignatures", newest(7).witnesses(&[&CROWD[1..], &["witness 1"]].concat()).bytes(), new()),
        case("sixteen keys in a role", odd_keys(|keys| keys.receipt = role(1, &CROWD[1..])), new()),
        case(
            "seventeen keys in a role",
            odd_keys(|keys| keys.receipt = role(1, &[&CROWD[1..], &["q"]].concat())),
            new(),
        ),
        case(
            "a key of 31 bytes",
            odd_keys(|keys| keys.content.keys.push(PublicKey { algorithm: 1, bytes: vec![7; 31] })),
            new(),
        ),
        case("a manifest in its last second", outlived.bytes(), new().at(draft().manifest.expires)),
        case("a manifest a second after", outlived.bytes(), new().at(draft().manifest.expires.plus_seconds(1))),
        case("a statement in its last second", draft().stated(now(), HOUR).bytes(), new().at(later(HOUR))),
        case("a statement a second after", draft().stated(now(), HOUR).bytes(), new().at(later(HOUR + 1))),
        case("keys in their last second", of_last_second.bytes(), new().at(keys().expires)),
        case("keys a second after", of_last_second.bytes(), new().at(keys().expires.plus_seconds(1))),
        case("a manifest with a byte too many", rewritten([|document| document.push(0), same]), new()),
        case("a version in two bytes", rewritten([|document| drop(document.splice(..1, [0x82, 0])), same]), new()),
        case(
            "a version of more than 16 bits",
            rewritten([|document| drop(document.splice(..1, [0x82, 0x80, 4])), same]),
            new(),
        ),
        case("no version", rewritten([Vec::clear, same]), new()),
        case("an origin that is not UTF-8", rewritten([|document| document[2] = 0xff, same]), new()),
        case("an option that is neither", rewritten([|document| *before_end(document, 3) = 2, same]), new()),
        case(
            "a section that is neither critical nor not",
            changed(draft(), |draft| {
                draft.manifest.sections = section(false);
                draft.rewrite[0] = |document| *before_end(document, 7) = 2;
            }),
            new(),
        ),
        case("a state after the year 9999", rewritten([|document| in_no_year(document, 23), same]), new()),
        case("a statement with a byte too many", rewritten([same, |document| document.push(0)]), new()),
        case("a statement in no year", rewritten([same, |document| in_no_year(document, 33)]), new()),
        case("keys with a byte too many", odd_document(|document| document.push(0)), new()),
        case("keys that are neither synthetic nor not", odd_document(|document| document[21] = 2), new()),
        case("a list's length in two bytes", [&[0x80, 0], &draft().bytes()[1..]].concat(), new()),
        case("the largest head", of_size(MAX_HEAD), new()),
        case("a head of a byte more", of_size(MAX_HEAD + 1), new()),
    ];
    own.into_iter().chain(admitted).collect()
}

/// One key more than may sign; the first is the content key.
const CROWD: [&str; 17] = ["content", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"];

/// An honest head that an ignorable section makes so large.
fn of_size(bytes: usize) -> Vec<u8> {
    let filled = |filling| {
        let mut draft = Draft::new(3, b"");
        draft.manifest.sections = vec![Section { tag: 9, critical: false, bytes: vec![0; filling] }];
        draft.bytes()
    };
    const SOME: usize = 10_000;
    filled(bytes + SOME - filled(SOME).len())
}

/// The byte in this place, counted from the end.
fn before_end(document: &mut [u8], place: usize) -> &mut u8 {
    let length = document.len();
    &mut document[length - place]
}

/// Puts the first second after the year 9999 in the place of an instant of our time, which has five bytes.
fn in_no_year(document: &mut Vec<u8>, place: usize) {
    document.splice(place..place + 5, wire::encode(&253_402_300_800_i64));
}

fn later(seconds: i64) -> Instant {
    now().plus_seconds(seconds)
}

/// The pinned document, but for a later end.
fn longer() -> Keys {
    Keys { expires: keys().expires.plus_seconds(HOUR), ..keys() }
}

/// The chain after a document of the pinned version.
fn before_chain(document: Keys) -> Vec<Signed> {
    [signed(&document, &OLD_ROOT)].into_iter().chain(chain()).collect()
}

fn overrides(bodies: [u8; 2]) -> Vec<Override> {
    bodies.map(|body| Override { body, reason: "announced".into() }).into()
}

/// A delta of so many bytes, in parts of others that begin at these keys.
fn delta(keys: &[u64], of_a_part: u64, size: u64) -> Option<DeltaRef> {
    let file = |size| FileRef { size, hash: [0; 32] };
    let part = |key: &u64| PartRef { from: RowKey { body: 0, year: 0, key: *key }, file: file(of_a_part) };
    Some(DeltaRef { file: file(size), parts: keys.iter().map(part).collect() })
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
