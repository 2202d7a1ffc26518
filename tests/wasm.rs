//! The shared vectors through the JavaScript face, compiled to WebAssembly and run in a browser.
#![cfg(target_arch = "wasm32")]

use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::Instant;
use cccheck::wasm::{Checker, Held, find, parse};
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const REFERENCE: &[u8] = include_bytes!("vectors/reference");
const SNAPSHOT: &[u8] = include_bytes!("vectors/snapshot");
const DELTA: &[u8] = include_bytes!("vectors/delta");
const HEADS: [(&str, &[u8]); 5] = [
    ("head", include_bytes!("vectors/head")),
    ("head-2026-06-30", include_bytes!("vectors/head-2026-06-30")),
    ("head-2026-07-01", include_bytes!("vectors/head-2026-07-01")),
    ("head-2026-12-31", include_bytes!("vectors/head-2026-12-31")),
    ("head-2027-01-01", include_bytes!("vectors/head-2027-01-01")),
];

fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap()
}

fn text(value: &JsValue, name: &str) -> String {
    get(value, name).as_string().unwrap_or_else(|| panic!("{name} is a text"))
}

fn head(name: &str) -> &'static [u8] {
    HEADS.iter().find(|(other, _)| *other == name).unwrap().1
}

fn checker() -> Checker {
    let pin = JSON::parse(include_str!("vectors/pin.json")).unwrap();
    Checker::new(&Base64UrlUnpadded::decode_vec(&text(&pin, "keys")).unwrap(), 1).unwrap()
}

/// The memory of a client that saw an earlier edition.
fn seen() -> JsValue {
    JSON::parse(r#"{"keysVersion":1,"keys":"","sequence":0,"manifest":""}"#).unwrap()
}

fn held(bytes: &[u8]) -> Held {
    Held::new(bytes.to_vec())
}

/// Opens everything, with a snapshot that may have been altered.
fn open(checker: &mut Checker, head: &[u8], snapshot: &[u8], now: i64) -> JsValue {
    checker.locate(head, &seen(), now).unwrap();
    checker.open(Some(held(REFERENCE)), None, Some(held(snapshot)), Some(held(DELTA)), now).unwrap()
}

/// Opens a newer head over the files that are open.
fn renew(checker: &mut Checker, head: &[u8], now: i64) -> JsValue {
    checker.locate(head, &seen(), now).unwrap();
    checker.open(None, None, None, None, now).unwrap()
}

#[wasm_bindgen_test]
fn every_head_is_accepted_or_refused_as_committed() {
    let lines: Vec<&str> = include_str!("vectors/heads.jsonl").lines().collect();
    assert!(!lines.is_empty());
    for line in lines {
        let case = JSON::parse(line).unwrap();
        let head = Base64UrlUnpadded::decode_vec(&text(&case, "head")).unwrap();
        let now: Instant = text(&case, "now").parse().unwrap();
        let located = checker().locate(&head, &get(&case, "seen"), now.seconds()).unwrap();
        let code = get(&located, "error").is_object().then(|| text(&get(&located, "error"), "code"));
        assert_eq!(code.as_deref().unwrap_or("accepted"), text(&case, "expect"), "{}", text(&case, "name"));
    }
}

#[wasm_bindgen_test]
fn every_verdict_is_the_committed_one_byte_for_byte() {
    let cases: Array = JSON::parse(include_str!("vectors/cases.json")).unwrap().unchecked_into();
    let expected: Vec<&str> = include_str!("vectors/verdicts.jsonl").lines().collect();
    assert_eq!(usize::try_from(cases.length()).unwrap(), expected.len());
    let mut checker = checker();
    for (case, expected) in cases.iter().zip(expected) {
        let now: Instant = text(&case, "now").parse().unwrap();
        let name = get(&case, "head").as_string().unwrap_or_else(|| "head".into());
        let opened = open(&mut checker, head(&name), SNAPSHOT, now.seconds());
        assert!(get(&opened, "error").is_undefined(), "{opened:?}");
        let verdict = checker.check(&get(&case, "claim"), &get(&case, "policy"), now.seconds()).unwrap();
        assert_eq!(String::from(JSON::stringify(&verdict).unwrap()), expected, "{}", text(&case, "name"));
    }
}

/// Runs a function over the texts of a vector file and compares each answer with the committed line.
fn compare(cases: &str, expected: &str, answer: impl Fn(&str) -> JsValue) {
    let cases: Array = JSON::parse(cases).unwrap().unchecked_into();
    assert_eq!(usize::try_from(cases.length()).unwrap(), expected.lines().count());
    for (case, expected) in cases.iter().zip(expected.lines()) {
        let found = JSON::stringify(&answer(&text(&case, "text"))).unwrap();
        assert_eq!(String::from(found), expected, "{}", text(&case, "name"));
    }
}

#[wasm_bindgen_test]
fn every_reading_is_the_committed_one_byte_for_byte() {
    compare(include_str!("vectors/numbers.json"), include_str!("vectors/readings.jsonl"), parse);
}

#[wasm_bindgen_test]
fn every_candidate_is_the_committed_one_byte_for_byte() {
    let candidates = |text: &str| get(&find(text), "candidates");
    compare(include_str!("vectors/texts.json"), include_str!("vectors/candidates.jsonl"), candidates);
}

#[wasm_bindgen_test]
fn a_refused_snapshot_leaves_nothing_to_accept() {
    let now = "2026-11-20T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let claim = JSON::parse(r#"{"number":"2020900201000001"}"#).unwrap();
    let mut checker = checker();
    let decision = |checker: &Checker| text(&checker.check(&claim, &JsValue::UNDEFINED, now).unwrap(), "decision");
    open(&mut checker, head("head"), SNAPSHOT, now);
    assert_eq!(decision(&checker), "accept");
    let mut tampered = SNAPSHOT.to_vec();
    tampered[100] ^= 1;
    let refused = open(&mut checker, head("head"), &tampered, now);
    assert_eq!(text(&get(&refused, "error"), "code"), "trust.hash");
    let verdict = checker.check(&claim, &JsValue::UNDEFINED, now).unwrap();
    assert_eq!((text(&verdict, "outcome"), decision(&checker)), ("unavailable".into(), "review".into()));
}

#[wasm_bindgen_test]
fn nothing_opens_but_under_the_head_that_was_accepted_last() {
    let now = "2026-11-20T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let mut checker = checker();
    let opens = |checker: &mut Checker| checker.open(None, None, None, None, now).is_ok();
    assert!(!opens(&mut checker), "before any head");
    open(&mut checker, head("head"), SNAPSHOT, now);
    assert!(!opens(&mut checker), "twice under one head");
    checker.locate(head("head"), &seen(), now).unwrap();
    checker.locate(&head("head")[1..], &seen(), now).unwrap();
    assert!(!opens(&mut checker), "after a refused head");
    let claim = JSON::parse(r#"{"number":"2020900201000001"}"#).unwrap();
    let verdict = checker.check(&claim, &JsValue::UNDEFINED, now).unwrap();
    assert_eq!(text(&verdict, "outcome"), "checked", "what is open stays");
}

#[wasm_bindgen_test]
fn a_head_that_expired_while_its_files_came_opens_nothing() {
    let now = "2026-11-20T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let year = 365 * 86_400;
    for (seen, later, code) in [(JsValue::NULL, year, "trust.expired"), (seen(), 100 * year, "trust.keys_expired")] {
        let mut checker = checker();
        checker.locate(head("head"), &seen, now).unwrap();
        let [reference, snapshot, delta] = [REFERENCE, SNAPSHOT, DELTA].map(|file| Some(held(file)));
        let refused = checker.open(reference, None, snapshot, delta, now + later).unwrap();
        assert_eq!(text(&get(&refused, "error"), "code"), code);
    }
}

#[wasm_bindgen_test]
fn a_hash_that_the_host_vouches_for_is_32_bytes_of_the_right_file() {
    let now = "2026-11-20T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let mut checker = checker();
    checker.locate(head("head"), &seen(), now).unwrap();
    let mut snapshot = held(SNAPSHOT);
    assert!(snapshot.vouch(&[0; 31]).is_err());
    snapshot.vouch(&[0; 32]).unwrap();
    let refused = checker.open(Some(held(REFERENCE)), None, Some(snapshot), Some(held(DELTA)), now).unwrap();
    assert_eq!(text(&get(&refused, "error"), "code"), "trust.hash");
}

#[wasm_bindgen_test]
fn a_newer_head_over_the_same_file_needs_no_file() {
    let now = "2026-12-31T04:00:00Z".parse::<Instant>().unwrap().seconds();
    let mut checker = checker();
    open(&mut checker, head("head"), SNAPSHOT, now);
    let renewed = renew(&mut checker, head("head-2026-12-31"), now);
    let standing = get(&get(&renewed, "value"), "standing");
    assert_eq!(
        (text(&standing, "asOf"), text(&standing, "freshness")),
        ("2026-12-31T02:00:00Z".into(), "fresh".into())
    );
    let mut without = self::checker();
    let refused = renew(&mut without, head("head"), now);
    assert_eq!(text(&get(&refused, "error"), "code"), "trust.hash");
}

#[wasm_bindgen_test]
fn a_misspelt_field_is_an_error() {
    let claim = JSON::parse(r#"{"number":"2020900201000001","releasedon":"2026-01-01"}"#).unwrap();
    let error = checker().check(&claim, &JsValue::UNDEFINED, 0).unwrap_err();
    assert_eq!(error.unchecked_into::<js_sys::Error>().message(), "claim: unknown field `releasedon`");
}

#[wasm_bindgen_test]
fn what_is_no_claim_is_an_error_not_a_panic() {
    for claim in [JsValue::NULL, JsValue::from(3), Array::of1(&1.into()).into(), JsValue::from("x")] {
        assert!(checker().check(&claim, &JsValue::UNDEFINED, 0).is_err(), "{claim:?}");
    }
    assert!(checker().check(&Object::new(), &JsValue::UNDEFINED, i64::MAX).is_err());
}

#[wasm_bindgen_test]
fn a_number_is_read() {
    let reading = parse("3C证书编号：２０２０９００２０１００００01");
    assert_eq!(text(&reading, "normalized"), "2020900201000001");
    assert_eq!(text(&reading, "kind"), "ccc");
}
