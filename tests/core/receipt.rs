//! Receipts: what a server signed is believed, and nothing else.

use crate::fixture::{ORIGIN, committed, instant, key, keys};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::receipt::{MAX_BYTES, Receipt, ReceiptError, Request, sign, verify};
use cccheck::trust::CLOCK_SKEW_SECONDS;
use cccheck::{Claim, Decision, Instant, Outcome};
use ed25519_dalek::Signer;
use serde_json::{Value, json};

const ISSUED: &str = "2026-11-20T04:00:00Z";

fn request() -> Request {
    let claim = Claim { number: Some("编号 \"2020900201000001\"\n".into()), ..Claim::default() };
    Request { claim, nonce: "000102030405060708090a0b0c0d0e0f".into() }
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
    assert_eq!(check(&sign("[1]", &key("receipt"))), Err(ReceiptError::Malformed));
    assert_eq!(check(&signed(|payload| payload["verdict"]["decision"] = "maybe".into())), Err(ReceiptError::Malformed));
    assert_eq!(check(&signed(|payload| payload["iat"] = i64::MAX.into())), Err(ReceiptError::Malformed));
}

#[test]
fn a_receipt_has_at_most_so_many_bytes() {
    let sized = |more| signed(|payload| payload["later"] = "a".repeat(more).into());
    // Three bytes are four letters, and not every length is one of base64.
    let about = (MAX_BYTES - sized(0).len()) / 4 * 3;
    let beyond = (about..).find(|more| sized(*more).len() > MAX_BYTES).unwrap();
    assert!(beyond > about && sized(beyond).len() <= MAX_BYTES + 2);
    assert_eq!(check(&sized(beyond)), Err(ReceiptError::Malformed));
    assert!(check(&sized(beyond - 1)).is_ok());
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

/// A receipt with any header and payload, by any key.
fn made(header: &[u8], payload: &[u8], word: &str) -> String {
    let input = [header, payload].map(Base64UrlUnpadded::encode_string).join(".");
    let signature = Base64UrlUnpadded::encode_string(&key(word).sign(input.as_bytes()).to_bytes());
    format!("{input}.{signature}")
}

/// A receipt of the fixture's key whose header is another one.
fn headed(change: impl FnOnce(&mut Value)) -> String {
    let receipt = signed(|_| ());
    let header = Base64UrlUnpadded::decode_vec(receipt.split('.').next().unwrap()).unwrap();
    let mut header: Value = serde_json::from_slice(&header).unwrap();
    change(&mut header);
    made(header.to_string().as_bytes(), payload().to_string().as_bytes(), "receipt")
}

/// A receipt whose payload is another text.
fn told(change: impl FnOnce(String) -> String) -> String {
    sign(&change(payload().to_string()), &key("receipt"))
}

/// Lists within each other, so many.
fn nested(lists: u32) -> Value {
    (0..lists).fold(json!(1), |inner, _| json!([inner]))
}

fn vectors() -> Vec<(&'static str, String, Instant)> {
    let (issued, expires) = (instant(ISSUED), keys().expires);
    let good = signed(|_| ());
    let (rest, signature) = good.rsplit_once('.').unwrap();
    let after = |seconds| issued.plus_seconds(seconds);
    let soon = |name, receipt: String| (name, receipt, after(5));
    let iat = |at: Instant| signed(|payload| payload["iat"] = at.seconds().into());
    let with = |field: &str, value: Value| signed(|payload| payload[field] = value);
    let replaced = |from: &str, to: &str| told(|text| text.replacen(from, to, 1));
    let unused_bits = {
        let (rest, last) = good.split_at(good.len() - 1);
        rest.to_owned() + ["B", "R", "h", "x"]["AQgw".find(last).unwrap()]
    };
    let mut foreign = payload();
    foreign["sequence"] = 4.into();
    vec![
        soon("good", good.clone()),
        ("ten years later", good.clone(), after(10 * 365 * 86_400)),
        soon(
            "members that say nothing",
            signed(|payload| {
                payload["claim"]["model"] = Value::Null;
                payload["claim"]["attributes"] = json!([]);
                payload["later"] = json!({"a": [1.5]});
            }),
        ),
        soon("a member as deep as may be", with("later", nested(31))),
        soon("a member that is deeper", with("later", nested(32))),
        soon("a header that asks for what a client does not know", headed(|header| header["crit"] = json!(["exp"]))),
        soon("nothing", String::new()),
        soon("two parts", rest.into()),
        soon("four parts", format!("{good}.")),
        soon("padding", format!("{good}==")),
        soon("unused bits", unused_bits),
        soon("a header that is no text", made(&[0xff], payload().to_string().as_bytes(), "receipt")),
        soon("a header that is no JSON", made(b"{", payload().to_string().as_bytes(), "receipt")),
        soon("a header without a type", headed(|header| drop(header.as_object_mut().unwrap().remove("typ")))),
        soon("no algorithm", headed(|header| header["alg"] = "none".into())),
        soon("another type", headed(|header| header["typ"] = "JWT".into())),
        soon("the content key", sign(&payload().to_string(), &key("content"))),
        soon(
            "a key id in capitals",
            headed(|header| header["kid"] = header["kid"].as_str().unwrap().to_uppercase().into()),
        ),
        soon("another payload's signature", {
            let other = sign(&foreign.to_string(), &key("receipt"));
            format!("{}.{signature}", other.rsplit_once('.').unwrap().0)
        }),
        soon("63 bytes of a signature", format!("{rest}.{}", Base64UrlUnpadded::encode_string(&[1; 63]))),
        soon("a payload that is no object", told(|_| "[1]".into())),
        soon("a payload without an id", signed(|payload| drop(payload.as_object_mut().unwrap().remove("jti")))),
        soon("a member twice", replaced("{", "{\"jti\":\"receipt-0\",")),
        soon("an instant with a fraction", replaced(&issued.seconds().to_string(), &format!("{}.0", issued.seconds()))),
        soon("an instant beyond the year 9999", with("iat", 253_402_300_800_i64.into())),
        soon("a member of the claim that nobody knows", signed(|payload| payload["claim"]["colour"] = "red".into())),
        soon("a decision that nobody knows", signed(|payload| payload["verdict"]["decision"] = "maybe".into())),
        soon("another register", with("iss", "other.example".into())),
        soon("another nonce", with("nonce", "0f0e0d0c0b0a09080706050403020100".into())),
        soon("another number", signed(|payload| payload["claim"]["number"] = "2020900201000002".into())),
        soon("another day", signed(|payload| payload["claim"]["on"] = "2026-01-01".into())),
        soon(
            "another register, nonce and claim",
            signed(|payload| (payload["iss"], payload["nonce"], payload["claim"]) = ("".into(), "".into(), json!({}))),
        ),
        soon(
            "another nonce and claim",
            signed(|payload| (payload["nonce"], payload["claim"]) = ("".into(), json!({}))),
        ),
        ("300 seconds ahead", good.clone(), after(-CLOCK_SKEW_SECONDS)),
        ("301 seconds ahead", good.clone(), after(-CLOCK_SKEW_SECONDS - 1)),
        ("issued at the keys' last instant", iat(expires), expires.plus_seconds(1)),
        ("issued after it", iat(expires.plus_seconds(1)), expires.plus_seconds(1)),
    ]
}

#[test]
fn every_receipt_of_the_vectors_is_the_committed_one() {
    let mut shown = Vec::new();
    let lines: String = vectors()
        .into_iter()
        .map(|(name, receipt, now)| {
            let expect = check_at(&receipt, now).map_or_else(|error| error.code(), |_| "accepted");
            shown.push(expect);
            let Request { claim, nonce } = request();
            let request = json!({ "claim": { "number": claim.number }, "nonce": nonce });
            json!({ "name": name, "receipt": receipt, "request": request, "now": now, "expect": expect }).to_string()
                + "\n"
        })
        .collect();
    assert_eq!(committed("receipts.jsonl", lines.as_bytes()), lines.into_bytes());
    for error in [
        ReceiptError::Malformed,
        ReceiptError::Algorithm,
        ReceiptError::UnknownKey,
        ReceiptError::Signature,
        ReceiptError::Origin,
        ReceiptError::Nonce,
        ReceiptError::Claim,
        ReceiptError::IssuedInFuture,
        ReceiptError::KeysExpired,
    ] {
        assert!(shown.contains(&error.code()), "{error:?}");
    }
}
