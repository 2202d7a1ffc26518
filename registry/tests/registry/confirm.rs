use crate::support::{
    ABSENT, REVOKED, Response, Server, Temporary, VALID, cccheck, now, pin, small_register, stderr, within,
};
use cccheck::receipt::{ReceiptError, Request, verify};
use cccheck::snapshot::Coverage;
use cccheck::trust::{Keys, PublicKey, RoleName, SigningKey};
use cccheck::{
    Claim, Decision, Declaration, DeclarationId, DeclarationKey, HASHED, Instrument, Outcome, Parties, Provenance,
    Status,
};
use cccheck_registry::keys::Chain;
use cccheck_registry::store::{Declared, Names};
use cccheck_registry::{Store, keys};
use serde_json::json;
use std::time::Duration;

const NONCE: &str = "0123456789abcdef-_AZ";
const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

fn request(number: &str) -> Request {
    Request { claim: Claim { number: Some(number.into()), ..Claim::default() }, nonce: NONCE.into() }
}

fn post(server: &Server, body: &serde_json::Value) -> Response {
    server.request("POST", "/v1/confirm", &JSON, body.to_string().as_bytes())
}

fn receipt(server: &Server, number: &str) -> String {
    let response = post(server, &json!({ "claim": { "number": number }, "nonce": NONCE }));
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.header("access-control-allow-origin"), "*");
    assert_eq!(response.header("cache-control"), "no-store");
    response.json()["receipt"].as_str().unwrap().into()
}

#[test]
fn a_receipt_verifies_and_a_tampered_one_does_not() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    let keys = pin(&home).keys;

    let signed = receipt(&server, VALID);
    let good = verify(&signed, &keys, &request(VALID), now()).unwrap();
    assert_eq!((good.outcome, good.decision, good.sequence), (Outcome::Checked, Decision::Accept, 1));
    let payload: serde_json::Value = serde_json::from_str(&good.payload).unwrap();
    assert_eq!(payload["iss"], "demo.test.example");
    assert_eq!(payload["verdict"]["register"]["freshness"], "live");
    assert_eq!(payload["verdict"]["record"]["number"], VALID);
    assert_ne!(verify(&receipt(&server, VALID), &keys, &request(VALID), now()).unwrap().id, good.id);

    let (head, signature) = signed.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    let tampered = format!("{head}.{flipped}{}", &signature[1..]);
    assert_eq!(verify(&tampered, &keys, &request(VALID), now()), Err(ReceiptError::Signature));
    let replayed = Request { nonce: "another-nonce-of-16".into(), ..request(VALID) };
    assert_eq!(verify(&signed, &keys, &replayed, now()), Err(ReceiptError::Nonce));
    assert_eq!(verify(&signed, &keys, &request(REVOKED), now()), Err(ReceiptError::Claim));

    for (number, decision) in [(REVOKED, Decision::Reject), (ABSENT, Decision::Reject)] {
        let signed = receipt(&server, number);
        assert_eq!(verify(&signed, &keys, &request(number), now()).unwrap().decision, decision, "{number}");
    }
}

#[test]
fn a_running_server_signs_with_the_key_that_clients_learn_from_its_head() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    let run = |arguments: &[&str]| {
        let output = cccheck(&home, arguments);
        assert!(output.status.success(), "{}", stderr(&output));
    };
    let verified = |keys: &Keys, signed: &str| verify(signed, keys, &request(VALID), now()).map(drop);
    let first = pin(&home).keys;
    run(&["keys", "rotate", "receipt"]);
    let goes_over = || {
        let signed = receipt(&server, VALID);
        assert_eq!(verified(server.head(&home).keys(), &signed), Ok(()));
        verified(&first, &signed).err()
    };
    assert_eq!(within(Duration::from_secs(10), goes_over), Some(ReceiptError::UnknownKey), "the new key signs");

    let elsewhere = keys::public_text(&PublicKey::of(&SigningKey::from_bytes(&[9; 32])));
    let other = keys::public_text(&PublicKey::of(&SigningKey::from_bytes(&[10; 32])));
    let newest = || keys::key_id(Chain::read(&home).unwrap().keys().receipt.keys.last().unwrap());
    run(&["keys", "revoke", &newest(), "--public", &elsewhere]);
    run(&["keys", "revoke", &keys::key_id(&first.receipt.keys[0]), "--public", &other]);
    let ask = || post(&server, &json!({ "claim": { "number": VALID }, "nonce": NONCE }));
    let stops = || Some(ask()).filter(|response| response.status == 503);
    let stopped = within(Duration::from_secs(10), stops).expect("no receipt by a key that was revoked");
    assert_eq!(stopped.json()["error"]["code"], "receipt.no_key");
    assert_eq!(server.get("/healthz").json()["status"], "failing");
    // What is published is served all the same, also by a server that begins so.
    drop(server);
    let server = Server::start(&home, &["serve"]);
    assert_eq!((server.get("/head").status, post(&server, &json!({ "claim": {}, "nonce": NONCE })).status), (200, 503));
}

#[test]
fn a_server_that_begins_after_a_revocation_publishes_before_it_looks_for_the_key() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    assert!(cccheck(&home, &["publish"]).status.success());
    let revoked = pin(&home).keys.receipt.keys[0].clone();
    assert!(cccheck(&home, &["keys", "revoke", &keys::key_id(&revoked)]).status.success());
    std::fs::remove_file(keys::file(&home, RoleName::Receipt, &revoked)).unwrap();
    let server = Server::start(&home, &["serve"]);
    verify(&receipt(&server, VALID), server.head(&home).keys(), &request(VALID), now()).unwrap();
}

#[test]
fn receipts_go_on_under_the_published_keys_while_witnesses_are_asked() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    let witness = keys::public_text(&PublicKey::of(&SigningKey::from_bytes(&[9; 32])));
    for arguments in
        [&["keys", "rotate", "witness", "--public", &witness, "--threshold", "1"][..], &["keys", "rotate", "receipt"]]
    {
        let output = cccheck(&home, arguments);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(server.head(&home).keys().version, 1);
    verify(&receipt(&server, VALID), server.head(&home).keys(), &request(VALID), now()).unwrap();
}

#[test]
fn any_typed_text_comes_back_in_the_receipt() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    let keys = pin(&home).keys;
    let long = "九".repeat(170);
    for typed in ["", "３C：\"\\/\u{8}\u{c}\n\r\t\u{1}\u{7f}😀\u{2028}<script>", long.as_str()] {
        let signed = receipt(&server, typed);
        let verified = verify(&signed, &keys, &request(typed), now());
        assert!(verified.is_ok(), "{typed:?}: {verified:?}");
    }
}

#[test]
fn a_change_of_status_is_confirmed_at_once() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    assert!(cccheck(&home, &["status", VALID, "revoked", "--reason", "test"]).status.success());
    let signed = receipt(&server, VALID);
    let receipt = verify(&signed, &pin(&home).keys, &request(VALID), now()).unwrap();
    assert_eq!(receipt.decision, Decision::Reject);
}

#[test]
fn a_self_declaration_is_confirmed_by_its_number_however_it_is_written() {
    const NUMBER: &str = "ZM-2025-001 a";
    /// Stands for a number that was made up so that it has the key of another one.
    const OF_THE_SAME_KEY: &str = "ZM-2025-003 a";
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let declaration = Declaration {
        number: DeclarationId { key: DeclarationKey::self_declaration(NUMBER).unwrap(), product: Some(703) },
        status: Status::Valid,
        status_since: None,
        issued_on: Some(now().legal_day().plus_days(-400)),
        expires_on: None,
        provenance: Provenance::Synthetic,
        model: None,
        parties: Parties::default(),
    };
    let key = DeclarationKey::self_declaration(OF_THE_SAME_KEY).unwrap();
    let of_that_key = Declaration { number: DeclarationId { key, ..declaration.number }, ..declaration.clone() };
    let declare = |store: &mut Store| {
        store.load(|loader| {
            loader.declare(&Declared::new(NUMBER.into(), declaration, Names::default()), "test", now())?;
            loader.declare(&Declared::new("ZM-2025-004 a".into(), of_that_key, Names::default()), "test", now())?;
            loader.cover(&Coverage { body: HASHED, year: 0, complete: true, lapsed_since: None })
        })
    };
    declare(&mut Store::open(&home).unwrap()).unwrap();
    let server = Server::start(&home, &["serve"]);
    let confirmed = |number: &str| {
        let body = json!({ "claim": { "number": number, "instrument": "self_declaration" }, "nonce": NONCE });
        let response = post(&server, &body);
        assert_eq!(response.status, 200, "{}", response.text());
        let mut request = request(number);
        request.claim.instrument = Some(Instrument::SelfDeclaration);
        let signed = response.json()["receipt"].as_str().unwrap().to_owned();
        let receipt = verify(&signed, &pin(&home).keys, &request, now()).unwrap();
        let payload: serde_json::Value = serde_json::from_str(&receipt.payload).unwrap();
        payload["verdict"].clone()
    };
    let has = |verdict: &serde_json::Value, code: &str| {
        verdict["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == code)
    };

    for written in ["ｚｍ 2025/001A", "自我声明编号：ZM-2025-001 a"] {
        let record = &confirmed(written)["record"];
        assert_eq!(record["status"], "valid", "{written}: {record}");
    }
    let verdict = confirmed("ｚｍ 2025/001A");
    assert_eq!(verdict["outcome"], "checked", "{verdict}");
    assert_eq!(verdict["record"].get("number"), Some(&json!(null)), "its number is known by its hash only");
    assert!(!has(&verdict, "record.declaration_not_found"), "{verdict}");

    for absent in ["ZM-2025-002 a", OF_THE_SAME_KEY] {
        let verdict = confirmed(absent);
        assert_eq!((&verdict["outcome"], &verdict["record"]), (&"checked".into(), &json!(null)), "{verdict}");
        assert!(has(&verdict, "record.declaration_not_found"), "{verdict}");
    }
}

#[test]
fn bad_requests_are_answered_with_what_is_wrong() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    let claim = json!({ "number": VALID });
    let malformed = [
        json!({}),
        json!([]),
        json!({ "claim": claim }),
        json!({ "claim": claim, "nonce": "too-short" }),
        json!({ "claim": claim, "nonce": "x".repeat(129) }),
        json!({ "claim": claim, "nonce": "0123456789abcde " }),
        json!({ "claim": claim, "nonce": NONCE, "policy": "lenient" }),
        json!({ "claim": { "number": VALID, "colour": "2025-01-01" }, "nonce": NONCE }),
        json!({ "claim": { "on": "2025-02-30" }, "nonce": NONCE }),
        json!({ "claim": { "number": "x".repeat(513) }, "nonce": NONCE }),
    ];
    for body in malformed {
        let response = post(&server, &body);
        assert_eq!(response.status, 400, "{body}");
        assert_eq!(response.json()["error"]["code"], "request.malformed", "{body}");
        assert!(!response.json()["error"]["message"].as_str().unwrap().is_empty());
        assert_eq!(response.header("access-control-allow-origin"), "*");
    }
    let deep = "[".repeat(10_000);
    for body in [b"".as_slice(), b"\xff\xff", b"{\"claim\":", deep.as_bytes()] {
        let response = server.request("POST", "/v1/confirm", &JSON, body);
        assert_eq!((response.status, &response.json()["error"]["code"]), (400, &"request.malformed".into()));
    }
    let large = server.request("POST", "/v1/confirm", &JSON, &vec![b' '; 16 * 1024 + 1]);
    assert_eq!((large.status, &large.json()["error"]["code"]), (413, &"request.too_large".into()));
    let plain = server.request("POST", "/v1/confirm", &[("Content-Type", "text/plain")], b"{}");
    assert_eq!((plain.status, &plain.json()["error"]["code"]), (415, &"request.media_type".into()));
    let get = server.get("/v1/confirm");
    assert_eq!((get.status, get.header("allow")), (405, "POST, OPTIONS"));
    assert_eq!(get.json()["error"]["code"], "request.method");
}

#[test]
fn browsers_of_other_origins_may_ask() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    let headers = [
        ("Origin", "https://shop.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type"),
    ];
    let response = server.request("OPTIONS", "/v1/confirm", &headers, b"");
    assert!(matches!(response.status, 200 | 204), "{}", response.status);
    assert_eq!(response.header("access-control-allow-origin"), "*");
    assert!(response.header("access-control-allow-methods").contains("POST"));
    assert_eq!(response.header("access-control-allow-headers"), "content-type");
}
