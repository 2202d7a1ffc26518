//! The shared vectors through the JavaScript face, compiled to WebAssembly and run in a browser.
#![cfg(target_arch = "wasm32")]

use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::Instant;
use cccheck::json::{self, Value};
use cccheck::wasm::{Checker, Held, find, parse};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const REFERENCE: &[u8] = include_bytes!("vectors/reference");
const SNAPSHOT: &[u8] = include_bytes!("vectors/snapshot");
const DELTA: &[u8] = include_bytes!("vectors/delta");
const HEADS: [(&str, &[u8]); 4] = [
    ("head", include_bytes!("vectors/head")),
    ("head-2026-06-30", include_bytes!("vectors/head-2026-06-30")),
    ("head-2026-12-31", include_bytes!("vectors/head-2026-12-31")),
    ("head-2027-01-01", include_bytes!("vectors/head-2027-01-01")),
];

/// What an answer or a vector says.
fn said(json: &str) -> Value {
    json::parse(json).unwrap()
}

/// A field; `null` if it is missing.
fn get<'a>(value: &'a Value, name: &str) -> &'a Value {
    let Value::Object(fields) = value else { return &Value::Null };
    fields.iter().find(|(field, _)| field == name).map_or(&Value::Null, |(_, value)| value)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    let Value::Text(text) = get(value, name) else { panic!("{name} is a text") };
    text
}

fn number(value: &Value, name: &str) -> usize {
    let Value::Number(number) = get(value, name) else { panic!("{name} is a number") };
    number.parse().unwrap()
}

fn list(json: &str) -> Vec<Value> {
    let Value::List(values) = said(json) else { panic!("a list") };
    values
}

/// The code of the error in an answer.
fn refusal(answer: &str) -> String {
    text(get(&said(answer), "error"), "code").into()
}

/// The reason for which a verdict's register is unavailable.
fn reason(verdict: &Value) -> String {
    let Value::List(findings) = get(verdict, "findings") else { panic!("findings") };
    text(get(findings.first().unwrap(), "values"), "reason").into()
}

/// The value in an answer, as JSON.
fn value(answer: &str) -> String {
    json::write(get(&said(answer), "value"))
}

fn is_misuse(answer: &str) -> bool {
    *get(&said(answer), "misuse") != Value::Null
}

fn head(name: &str) -> &'static [u8] {
    HEADS.iter().find(|(other, _)| *other == name).unwrap().1
}

fn checker() -> Checker {
    let pin = said(include_str!("vectors/pin.json"));
    let mut checker = Checker::new(1);
    assert!(!is_misuse(&checker.pin(&Base64UrlUnpadded::decode_vec(text(&pin, "keys")).unwrap())));
    checker
}

/// The memory of a client that saw an earlier edition.
const SEEN: &str = r#"{"keysVersion":1,"keys":"","sequence":1,"manifest":""}"#;
/// A claim of which nothing is wrong.
const CLAIM: &str = r#"{"number":"2020900201000001"}"#;
/// The policy of a marketplace.
const POLICY: &str = "{}";

fn held(bytes: &[u8]) -> Held {
    bytes.to_vec().into()
}

/// Opens everything, with a snapshot that may have been altered.
fn open(checker: &mut Checker, head: &[u8], snapshot: &[u8], now: i64) -> String {
    let located = checker.locate(head, SEEN, now);
    assert!(!is_misuse(&located));
    checker.open(Some(held(REFERENCE)), directory(&located, snapshot), Some(held(snapshot)), Some(held(DELTA)), now)
}

/// What a snapshot begins with.
fn directory(located: &str, snapshot: &[u8]) -> Option<Held> {
    let size = number(get(&said(&value(located)), "directory"), "size");
    Some(held(&snapshot[..size.min(snapshot.len())]))
}

/// Checks a claim, for which the checker is given what it needs of the snapshot.
fn check(checker: &mut Checker, snapshot: &[u8], claim: &str, policy: &str, now: i64) -> String {
    loop {
        let needed = list(&value(&checker.needs(claim)));
        if needed.is_empty() {
            return checker.check(claim, policy, now);
        }
        for file in needed {
            let (at, size) = (number(&file, "at"), number(&file, "size"));
            let _ = checker.supply(held(&snapshot[at..at + size]));
        }
    }
}

/// Opens a newer head over the files that are open.
fn renew(checker: &mut Checker, head: &[u8], now: i64) -> String {
    assert!(!is_misuse(&checker.locate(head, SEEN, now)));
    checker.open(None, None, None, None, now)
}

#[wasm_bindgen_test]
fn every_head_is_accepted_or_refused_as_committed() {
    let lines: Vec<&str> = include_str!("vectors/heads.jsonl").lines().collect();
    assert!(!lines.is_empty());
    for line in lines {
        let case = said(line);
        let head = Base64UrlUnpadded::decode_vec(text(&case, "head")).unwrap();
        let now: Instant = text(&case, "now").parse().unwrap();
        let located = checker().locate(&head, &json::write(get(&case, "seen")), now.seconds());
        let code = if value(&located) == "null" { refusal(&located) } else { "accepted".into() };
        assert_eq!(code, text(&case, "expect"), "{}", text(&case, "name"));
    }
}

#[wasm_bindgen_test]
fn every_snapshot_says_what_is_committed() {
    for line in include_str!("vectors/snapshots.jsonl").lines() {
        let case = said(line);
        let bytes = |field| Base64UrlUnpadded::decode_vec(text(&case, field)).unwrap();
        let now = text(&case, "now").parse::<Instant>().unwrap().seconds();
        let mut checker = checker();
        let located = checker.locate(&bytes("head"), "null", now);
        assert!(!is_misuse(&located));
        let snapshot = bytes("snapshot");
        // Who reads everything brings the delta that the head names, be it none.
        let has_delta = *get(&said(&value(&located)), "delta") != Value::Null;
        let delta = if let Value::Text(_) = get(&case, "delta") { bytes("delta") } else { Vec::new() };
        let delta = has_delta.then(|| held(&delta));
        let directory = directory(&located, &snapshot);
        let opened = checker.open(Some(held(REFERENCE)), directory, Some(held(&snapshot)), delta, now);
        // Asks for the companies, too.
        let claim = format!(r#"{{"number":"{}","holder":"somebody"}}"#, text(&case, "number"));
        let verdict = said(&value(&check(&mut checker, &snapshot, &claim, POLICY, now)));
        let expect = text(&case, "expect");
        if expect.starts_with("trust.") {
            // A chunk is refused when it is read.
            let is_open = *get(&said(&opened), "error") == Value::Null;
            let code = if is_open { reason(&verdict) } else { refusal(&opened) };
            assert_eq!(code, expect, "{}", text(&case, "name"));
        }
        let answers = matches!(expect, "found" | "not_found" | "not_covered");
        assert_eq!(text(&verdict, "outcome") == "unavailable", !answers, "{}", text(&case, "name"));
        match (get(&case, "record"), get(&verdict, "record")) {
            (Value::Object(fields), record) => {
                fields.iter().for_each(|(name, value)| assert_eq!(get(record, name), value, "{name}"));
            }
            (_, record) => assert!(matches!(record, Value::Null), "{}", text(&case, "name")),
        }
    }
}

#[wasm_bindgen_test]
fn every_receipt_is_accepted_or_refused_as_committed() {
    for line in include_str!("vectors/receipts.jsonl").lines() {
        let case = said(line);
        let now: Instant = text(&case, "now").parse().unwrap();
        let request = json::write(get(&case, "request"));
        let verified = checker().verify_receipt(text(&case, "receipt"), &request, 0, now.seconds());
        let code = if value(&verified) == "null" { refusal(&verified) } else { "accepted".into() };
        assert_eq!(code, text(&case, "expect"), "{}", text(&case, "name"));
    }
}

#[wasm_bindgen_test]
fn every_verdict_is_the_committed_one_byte_for_byte() {
    let cases = list(include_str!("vectors/cases.json"));
    let expected: Vec<&str> = include_str!("vectors/verdicts.jsonl").lines().collect();
    assert_eq!(cases.len(), expected.len());
    let mut checker = checker();
    for (case, expected) in cases.iter().zip(expected) {
        let now: Instant = text(case, "now").parse().unwrap();
        let name = if *get(case, "head") == Value::Null { "head" } else { text(case, "head") };
        let opened = open(&mut checker, head(name), SNAPSHOT, now.seconds());
        assert_ne!(value(&opened), "null", "{opened}");
        let policy = match get(case, "policy") {
            Value::Null => POLICY.into(),
            policy => json::write(policy),
        };
        let verdict = check(&mut checker, SNAPSHOT, &json::write(get(case, "claim")), &policy, now.seconds());
        assert_eq!(verdict, format!(r#"{{"value":{expected}}}"#), "{}", text(case, "name"));
    }
}

/// Runs a function over the texts of a vector file and compares each answer with the committed line.
fn compare(cases: &str, expected: &str, answer: impl Fn(&str) -> String) {
    let cases = list(cases);
    assert_eq!(cases.len(), expected.lines().count());
    for (case, expected) in cases.iter().zip(expected.lines()) {
        assert_eq!(answer(text(case, "text")), expected, "{}", text(case, "name"));
    }
}

#[wasm_bindgen_test]
fn every_reading_is_the_committed_one_byte_for_byte() {
    compare(include_str!("vectors/numbers.json"), include_str!("vectors/readings.jsonl"), parse);
}

#[wasm_bindgen_test]
fn every_candidate_is_the_committed_one_byte_for_byte() {
    let candidates = |text: &str| json::write(get(&said(&find(text)), "candidates"));
    compare(include_str!("vectors/texts.json"), include_str!("vectors/candidates.jsonl"), candidates);
}

#[wasm_bindgen_test]
fn a_refused_snapshot_leaves_nothing_to_accept() {
    let now = "2026-11-20T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let verdict = |checker: &mut Checker| said(&value(&check(checker, SNAPSHOT, CLAIM, POLICY, now)));
    let mut checker = checker();
    open(&mut checker, head("head"), SNAPSHOT, now);
    assert_eq!(text(&verdict(&mut checker), "decision"), "accept");
    let mut tampered = SNAPSHOT.to_vec();
    tampered[100] ^= 1;
    let refused = open(&mut checker, head("head"), &tampered, now);
    assert_eq!(refusal(&refused), "trust.hash");
    let verdict = verdict(&mut checker);
    assert_eq!((text(&verdict, "outcome"), text(&verdict, "decision")), ("unavailable", "review"));
}

#[wasm_bindgen_test]
fn nothing_opens_but_under_the_head_that_was_accepted_last() {
    let now = "2026-11-20T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let mut checker = checker();
    let opens = |checker: &mut Checker| !is_misuse(&checker.open(None, None, None, None, now));
    assert!(!opens(&mut checker), "before any head");
    open(&mut checker, head("head"), SNAPSHOT, now);
    assert!(!opens(&mut checker), "twice under one head");
    assert!(!is_misuse(&checker.locate(head("head"), SEEN, now)));
    assert_eq!(refusal(&checker.locate(&head("head")[1..], SEEN, now)), "trust.malformed");
    assert!(!opens(&mut checker), "after a refused head");
    let verdict = said(&value(&check(&mut checker, SNAPSHOT, CLAIM, POLICY, now)));
    assert_eq!(text(&verdict, "outcome"), "checked", "what is open stays");
}

#[wasm_bindgen_test]
fn a_head_that_expired_while_its_files_came_opens_nothing() {
    let now = "2026-11-20T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let year = 365 * 86_400;
    for (seen, later, code) in [("null", year, "trust.expired"), (SEEN, 100 * year, "trust.keys_expired")] {
        let mut checker = checker();
        let located = checker.locate(head("head"), seen, now);
        let [reference, snapshot, delta] = [REFERENCE, SNAPSHOT, DELTA].map(|file| Some(held(file)));
        let refused = checker.open(reference, directory(&located, SNAPSHOT), snapshot, delta, now + later);
        assert_eq!(refusal(&refused), code);
    }
}

#[wasm_bindgen_test]
fn a_hash_that_the_host_vouches_for_is_of_the_right_file() {
    let now = "2026-11-20T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let mut checker = checker();
    let located = checker.locate(head("head"), SEEN, now);
    let mut snapshot = held(SNAPSHOT);
    snapshot.vouch(&[0; 32]);
    let directory = directory(&located, SNAPSHOT);
    let refused = checker.open(Some(held(REFERENCE)), directory, Some(snapshot), Some(held(DELTA)), now);
    assert_eq!(refusal(&refused), "trust.hash");
}

#[wasm_bindgen_test]
fn a_hash_that_is_none_is_computed() {
    let now = "2026-11-20T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let tampered = [&SNAPSHOT[..SNAPSHOT.len() - 1], &[0xff]].concat();
    for (bytes, opens) in [(SNAPSHOT, true), (tampered.as_slice(), false)] {
        let mut checker = checker();
        let located = checker.locate(head("head"), SEEN, now);
        let mut snapshot = held(bytes);
        snapshot.vouch(&[0; 31]);
        let directory = directory(&located, bytes);
        let answered = checker.open(Some(held(REFERENCE)), directory, Some(snapshot), Some(held(DELTA)), now);
        assert_eq!(*get(&said(&answered), "error") == Value::Null, opens);
    }
}

#[wasm_bindgen_test]
fn a_newer_head_over_the_same_file_needs_no_file() {
    let now = "2026-12-31T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let mut checker = checker();
    open(&mut checker, head("head"), SNAPSHOT, now);
    let renewed = renew(&mut checker, head("head-2026-12-31"), now);
    assert_eq!(*get(&said(&renewed), "error"), Value::Null);
    let standing = said(&value(&checker.standing(now)));
    assert_eq!((text(&standing, "asOf"), text(&standing, "freshness")), ("2026-12-31T02:00:00Z", "fresh"));
    let mut without = self::checker();
    let refused = renew(&mut without, head("head"), now);
    assert_eq!(refusal(&refused), "trust.hash");
}

#[wasm_bindgen_test]
fn nobody_is_believed_before_keys_are_pinned() {
    let mut checker = Checker::new(1);
    assert!(is_misuse(&checker.pin(&[1, 2, 3])));
    assert!(is_misuse(&checker.locate(head("head"), SEEN, 0)));
}

#[wasm_bindgen_test]
fn a_misspelt_field_is_an_error() {
    let answer = checker().check(r#"{"number":"2020900201000001","releasedon":"2026-01-01"}"#, POLICY, 0);
    assert_eq!(text(&said(&answer), "misuse"), "claim: unknown field `releasedon`");
}

#[wasm_bindgen_test]
fn what_is_no_claim_is_an_error_not_a_panic() {
    for claim in ["null", "3", "[1]", r#""x""#, "", "{"] {
        assert!(is_misuse(&checker().check(claim, POLICY, 0)), "{claim}");
    }
    assert!(is_misuse(&checker().check("{}", "null", 0)));
    assert!(is_misuse(&checker().check("{}", POLICY, i64::MAX)));
}

#[wasm_bindgen_test]
fn a_number_is_read() {
    let reading = said(&parse("3C证书编号：２０２０９００２０１００００01"));
    assert_eq!(text(&reading, "normalized"), "2020900201000001");
    assert_eq!(text(&reading, "kind"), "ccc");
}
