//! Receipts: what a server signed is believed, and nothing else.

use crate::fixture::{ORIGIN, instant, key, keys};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::receipt::{MAX_BYTES, Receipt, ReceiptError, Request, sign, verify};
use cccheck::trust::CLOCK_SKEW_SECONDS;
use cccheck::{Claim, Decision, Instant, Outcome};
use serde_json::{Value, json};

const ISSUED: &str = "2026-11-20T04:00:00Z";

fn request() -> Request {
    let claim = Claim { number: Some("编号 \"2020900201000001\"\n".into()), ..Claim::default() };
    Request { claim, nonce: "0123456789abcdef".into() }
}

fn payload() -> Value {
    json!({
        "iss": ORIGIN,
        "iat": instant(ISSUED).seconds(),
        "jti": "receipt-1",
        "nonce": request().nonce,
        "sequence": 3,
        "claim": request().claim,
        "verdict": {"outcome": "checked", "decision": "accept", "findings": [{"code": "status.revoked", "values": {"a": "\\\"中"}}]},
    })
}

fn check_at(receipt: &str, now: Instant) -> Result<Receipt, ReceiptError> {
    verify(receipt, &keys(), &request(), now)
}

fn check(receipt: &str) -> Result<Receipt, ReceiptError> {
    check_at(receipt, instant(ISSUED).plus_seconds(5))
}

fn signed(change: impl FnOnce(&mut Value)) -> String {
    let mut payload = payload();
    change(&mut payload);
    sign(&payload.to_string(), &key("receipt"))
}

#[test]
fn a_receipt_says_what_the_server_decided() {
    let receipt = check(&signed(|_| ())).unwrap();
    assert_eq!((receipt.outcome, receipt.decision, receipt.sequence), (Outcome::Checked, Decision::Accept, 3));
    assert_eq!(receipt.issued_at, instant(ISSUED));
    assert_eq!(serde_json::from_str::<Value>(&receipt.payload).unwrap(), payload());
}

#[test]
fn an_answer_to_another_request_is_refused() {
    assert_eq!(check(&signed(|payload| payload["nonce"] = "fedcba9876543210".into())), Err(ReceiptError::Nonce));
    assert_eq!(
        check(&signed(|payload| payload["claim"]["number"] = "2020900201000002".into())),
        Err(ReceiptError::Claim)
    );
    assert_eq!(check(&signed(|payload| payload["claim"]["on"] = "2026-01-01".into())), Err(ReceiptError::Claim));
    assert_eq!(check(&signed(|payload| payload["iss"] = "other.example".into())), Err(ReceiptError::Origin));
}

#[test]
fn a_key_of_another_role_cannot_sign_receipts() {
    for word in ["content", "freshness", "root 1", "somebody"] {
        assert_eq!(check(&sign(&payload().to_string(), &key(word))), Err(ReceiptError::UnknownKey), "{word}");
    }
}

#[test]
fn every_changed_character_is_refused() {
    let receipt = signed(|_| ());
    for place in 0..receipt.len() {
        let mut changed = receipt.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(check(&changed).is_err(), "character {place}");
        assert!(check(&receipt[..place]).is_err(), "cut at {place}");
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let receipt = signed(|_| ());
    let mut tried = 0;
    for bit in 0..receipt.len() * 8 {
        let mut flipped = receipt.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // The highest bit makes no text of it.
        let Ok(flipped) = String::from_utf8(flipped) else { continue };
        assert!(check(&flipped).is_err(), "bit {bit}");
        tried += 1;
    }
    assert_eq!(tried, receipt.len() * 7);
}

#[test]
fn a_header_cannot_choose_its_algorithm() {
    let receipt = signed(|_| ());
    let rest = receipt.split_once('.').unwrap().1;
    for header in [
        r#"{"alg":"none","typ":"cccheck-receipt+jwt","kid":"0011223344556677"}"#,
        r#"{"alg":"HS256","typ":"cccheck-receipt+jwt","kid":"0011223344556677"}"#,
        r#"{"alg":"EdDSA","typ":"JWT","kid":"0011223344556677"}"#,
    ] {
        let forged = format!("{}.{rest}", Base64UrlUnpadded::encode_string(header.as_bytes()));
        assert_eq!(check(&forged), Err(ReceiptError::Algorithm), "{header}");
    }
}

#[test]
fn a_receipt_from_the_future_is_refused() {
    let receipt = signed(|_| ());
    let at = |seconds| check_at(&receipt, instant(ISSUED).plus_seconds(seconds));
    assert!(at(-CLOCK_SKEW_SECONDS).is_ok());
    assert_eq!(at(-CLOCK_SKEW_SECONDS - 1), Err(ReceiptError::IssuedInFuture));
    assert!(at(10 * 365 * 86_400).is_ok(), "a receipt can be verified later");
}

#[test]
fn a_receipt_does_not_outlive_the_keys() {
    let late = keys().expires.plus_seconds(1);
    let receipt = signed(|payload| payload["iat"] = late.seconds().into());
    assert_eq!(check_at(&receipt, late), Err(ReceiptError::KeysExpired));
    let last = signed(|payload| payload["iat"] = keys().expires.seconds().into());
    assert!(check_at(&last, late).is_ok(), "what was signed in time can be verified later");
}

#[test]
fn what_is_no_receipt_is_malformed() {
    for text in ["", ".", "..", "...", "a.b.c", "e30.e30.e30", "{}", "\u{0}.\u{0}.\u{0}"] {
        assert!(matches!(check(text), Err(ReceiptError::Malformed)), "{text:?}");
    }
    assert_eq!(check(&"a".repeat(MAX_BYTES + 1)), Err(ReceiptError::Malformed));
    assert_eq!(check(&sign("[1]", &key("receipt"))), Err(ReceiptError::Malformed));
    assert_eq!(check(&signed(|payload| payload["verdict"]["decision"] = "maybe".into())), Err(ReceiptError::Malformed));
    assert_eq!(check(&signed(|payload| payload["iat"] = i64::MAX.into())), Err(ReceiptError::Malformed));
}

#[test]
fn a_receipt_is_base64url_without_padding_in_its_one_form() {
    for length in 0..5 {
        let payload = "~".repeat(length);
        let receipt = sign(&payload, &key("receipt"));
        let parts: Vec<Vec<u8>> =
            receipt.split('.').map(|part| Base64UrlUnpadded::decode_vec(part).expect("others can read it")).collect();
        assert_eq!((parts.len(), &*parts[1]), (3, payload.as_bytes()));
    }
    // The last of a signature's 86 characters has four bits too many, which must be 0.
    let receipt = signed(|_| ());
    let (rest, last) = receipt.split_at(receipt.len() - 1);
    assert!("AQgw".contains(last));
    for other in "BRhx=+/".chars() {
        assert_eq!(check(&format!("{rest}{other}")), Err(ReceiptError::Malformed), "{other}");
    }
}
