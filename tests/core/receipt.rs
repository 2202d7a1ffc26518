//! Receipts: what a server signed is believed, and nothing else. Each attack first succeeds against a reader without the one
//! defence that stops it, and is then refused by name.

use crate::fixture::{ORIGIN, committed, instant, key, keys};
use crate::receipt_reader::{Defence, Reader, hs256};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::receipt::{MAX_BYTES, Receipt, ReceiptError, Request, sign, verify};
use cccheck::trust::{CLOCK_SKEW_SECONDS, PublicKey};
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

fn soon() -> Instant {
    instant(ISSUED).plus_seconds(5)
}

fn check(receipt: &str) -> Result<Receipt, ReceiptError> {
    check_at(receipt, soon())
}

/// The attack succeeds without the defence, so that the claim is accepted, and is refused, by name, with it.
#[track_caller]
fn refuses_at(now: Instant, attack: &str, defence: Defence, error: ReceiptError) {
    let read = |reader: Reader| reader.read(attack, &keys(), &request(), now);
    let deceived = read(Reader::without(defence));
    assert!(deceived.is_ok(), "without {defence:?} the attack must succeed: {deceived:?}");
    assert_eq!(deceived.unwrap()["verdict"]["decision"], "accept");
    assert_eq!(read(Reader::whole()), Err(defence));
    assert_eq!(check_at(attack, now), Err(error));
}

#[track_caller]
fn refuses(attack: &str, defence: Defence, error: ReceiptError) {
    refuses_at(soon(), attack, defence, error);
}

fn signed(change: impl FnOnce(&mut Value)) -> String {
    let mut payload = payload();
    change(&mut payload);
    sign(&payload.to_string(), &key("receipt"))
}

#[test]
fn a_receipt_says_what_the_server_decided() {
    let honest = signed(|_| ());
    assert_eq!(Reader::whole().read(&honest, &keys(), &request(), soon()), Ok(payload()));
    let receipt = check(&honest).unwrap();
    assert_eq!((receipt.outcome, receipt.decision, receipt.sequence), (Outcome::Checked, Decision::Accept, 3));
    assert_eq!(receipt.issued_at, instant(ISSUED));
    assert_eq!(serde_json::from_str::<Value>(&receipt.payload).unwrap(), payload());
}

#[test]
fn an_answer_to_an_earlier_request_is_refused() {
    let replayed = signed(|payload| payload["nonce"] = "fedcba9876543210".into());
    refuses(&replayed, Defence::Nonce, ReceiptError::Nonce);
}

#[test]
fn an_answer_to_another_claim_is_refused() {
    for (member, value) in [("number", "2020900201000002"), ("on", "2026-01-01"), ("holder", "somebody")] {
        let other = signed(|payload| payload["claim"][member] = value.into());
        refuses(&other, Defence::Claim, ReceiptError::Claim);
    }
    refuses(&signed(|payload| payload["claim"] = json!({})), Defence::Claim, ReceiptError::Claim);
}

#[test]
fn an_answer_of_another_register_is_refused() {
    let other = signed(|payload| payload["iss"] = "other.example".into());
    refuses(&other, Defence::Origin, ReceiptError::Origin);
}

#[test]
fn a_key_of_another_role_cannot_sign_receipts() {
    for word in ["content", "freshness", "root 1"] {
        refuses(&sign(&payload().to_string(), &key(word)), Defence::ReceiptRole, ReceiptError::UnknownKey);
    }
}

#[test]
fn a_stranger_cannot_sign_receipts() {
    refuses(&sign(&payload().to_string(), &key("somebody")), Defence::KnownKey, ReceiptError::UnknownKey);
}

#[test]
fn another_verdict_under_an_honest_signature_is_refused() {
    let rejected = signed(|payload| payload["verdict"]["decision"] = "reject".into());
    let accepted = signed(|_| ());
    let forged = accepted.replace(signature_of(&accepted), signature_of(&rejected));
    refuses(&forged, Defence::Signature, ReceiptError::Signature);
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
    let asking = |algorithm: &str| {
        let header = header(|header| header["alg"] = algorithm.into());
        input(header.as_bytes(), payload().to_string().as_bytes())
    };
    let unsigned = asking("none") + ".";
    refuses(&unsigned, Defence::Algorithm, ReceiptError::Algorithm);
    // Whoever takes the public key for a secret shares it with everybody.
    let input = asking("HS256");
    let code = hs256(&PublicKey::of(&key("receipt")).bytes, input.as_bytes());
    let forged = format!("{input}.{}", Base64UrlUnpadded::encode_string(&code));
    refuses(&forged, Defence::Algorithm, ReceiptError::Algorithm);
}

#[test]
fn what_a_receipt_key_signed_as_something_else_is_no_receipt() {
    refuses(&headed(|header| header["typ"] = "JWT".into()), Defence::Type, ReceiptError::Algorithm);
}

#[test]
fn a_header_cannot_bring_its_own_key() {
    let own = Base64UrlUnpadded::encode_string(&PublicKey::of(&key("thief")).bytes);
    let header = header(|header| header["jwk"] = json!({"kty": "OKP", "crv": "Ed25519", "x": own}));
    let forged = made(header.as_bytes(), payload().to_string().as_bytes(), "thief");
    refuses(&forged, Defence::PlainHeader, ReceiptError::Malformed);
}

#[test]
fn a_receipt_from_the_future_is_refused() {
    let receipt = signed(|_| ());
    let at = |seconds| check_at(&receipt, instant(ISSUED).plus_seconds(seconds));
    assert!(at(-CLOCK_SKEW_SECONDS).is_ok());
    let early = instant(ISSUED).plus_seconds(-CLOCK_SKEW_SECONDS - 1);
    refuses_at(early, &receipt, Defence::IssuedByNow, ReceiptError::IssuedInFuture);
    assert!(at(10 * 365 * 86_400).is_ok(), "a receipt can be verified later");
}

#[test]
fn a_receipt_does_not_outlive_the_keys() {
    let late = keys().expires.plus_seconds(1);
    let receipt = signed(|payload| payload["iat"] = late.seconds().into());
    refuses_at(late, &receipt, Defence::KeysExpire, ReceiptError::KeysExpired);
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
    // Three bytes are four letters, and not every length is one of base64: a blank in the header makes up for that.
    let sized = |length: usize| {
        let of = |blanks, more| {
            let mut payload = payload();
            payload["later"] = "a".repeat(more).into();
            made((header(|_| ()) + &" ".repeat(blanks)).as_bytes(), payload.to_string().as_bytes(), "receipt")
        };
        let nearly = |blanks| (length - of(blanks, 0).len()) / 4 * 3;
        let all = (0..3).flat_map(|blanks| (0..4).map(move |more| (blanks, nearly(blanks) + more)));
        all.map(|(blanks, more)| of(blanks, more)).find(|receipt| receipt.len() == length).unwrap()
    };
    assert!(check(&sized(MAX_BYTES)).is_ok());
    refuses(&sized(MAX_BYTES + 1), Defence::Size, ReceiptError::Malformed);
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
    let receipt = (0..)
        .map(|id| signed(|payload| payload["jti"] = id.to_string().into()))
        .find(|receipt| ['-', '_'].iter().all(|sign| signature_of(receipt).contains(*sign)))
        .unwrap();
    let signature = signature_of(&receipt);
    let of_another_alphabet = receipt.replace(signature, &signature.replace('-', "+").replace('_', "/"));
    for same in [of_another_alphabet, with_unused_bits(&receipt), format!("{receipt}==")] {
        refuses(&same, Defence::OneForm, ReceiptError::Malformed);
    }
}

fn signature_of(receipt: &str) -> &str {
    receipt.rsplit_once('.').unwrap().1
}

/// The same receipt, if nobody looks at the four bits that the last of a signature's 86 characters has too many.
fn with_unused_bits(receipt: &str) -> String {
    let (rest, last) = receipt.split_at(receipt.len() - 1);
    rest.to_owned() + ["B", "R", "h", "x"]["AQgw".find(last).unwrap()]
}

/// What is signed.
fn input(header: &[u8], payload: &[u8]) -> String {
    [header, payload].map(Base64UrlUnpadded::encode_string).join(".")
}

/// A receipt with any header and payload, by any key.
fn made(header: &[u8], payload: &[u8], word: &str) -> String {
    let input = input(header, payload);
    let signature = Base64UrlUnpadded::encode_string(&key(word).sign(input.as_bytes()).to_bytes());
    format!("{input}.{signature}")
}

/// The header of the fixture's key, changed.
fn header(change: impl FnOnce(&mut Value)) -> String {
    let receipt = signed(|_| ());
    let header = Base64UrlUnpadded::decode_vec(receipt.split('.').next().unwrap()).unwrap();
    let mut header: Value = serde_json::from_slice(&header).unwrap();
    change(&mut header);
    header.to_string()
}

/// A receipt of the fixture's key whose header is another one.
fn headed(change: impl FnOnce(&mut Value)) -> String {
    made(header(change).as_bytes(), payload().to_string().as_bytes(), "receipt")
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
    let claiming = |field: &str, value: Value| signed(|payload| payload["claim"][field] = value);
    let headers = |from, to| header(|_| ()).replacen(from, to, 1);
    let of_header = |header: String| made(header.as_bytes(), payload().to_string().as_bytes(), "receipt");
    let spaced = of_header(headers("{", " { "));
    let twice_in_header = of_header(headers("{", "{\"alg\":\"EdDSA\","));
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
        soon("unused bits", with_unused_bits(&good)),
        soon("a header that is no text", made(&[0xff], payload().to_string().as_bytes(), "receipt")),
        soon("a header that is no JSON", made(b"{", payload().to_string().as_bytes(), "receipt")),
        soon("a header without a type", headed(|header| drop(header.as_object_mut().unwrap().remove("typ")))),
        soon("no algorithm", headed(|header| header["alg"] = "none".into())),
        soon("another type", headed(|header| header["typ"] = "JWT".into())),
        soon("blanks in the header", spaced),
        soon("a member of the header twice", twice_in_header),
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
        soon("a member twice, once with an escape", replaced("{", r#"{"jt\u0069":"receipt-0","#)),
        soon("an empty text that was not sent", claiming("model", "".into())),
        soon("a member of the claim twice", replaced("\"claim\":{", "\"claim\":{\"model\":null,\"model\":null,")),
        soon("a member of the verdict twice", replaced("\"verdict\":{", "\"verdict\":{\"decision\":\"accept\",")),
        soon("blanks around the payload", told(|text| format!(" \t{text}\r\n"))),
        soon("a text after the payload", told(|text| text + "{}")),
        soon("a byte order mark", told(|text| format!("\u{feff}{text}"))),
        soon("half of a surrogate pair", replaced("{", r#"{"later":"\ud800","#)),
        soon("a pair of surrogates", replaced("{", r#"{"later":"\ud83d\ude00","#)),
        soon("a control character in a text", replaced("{", "{\"later\":\"\u{1}\",")),
        soon("the last sequence", with("sequence", u64::MAX.into())),
        soon("a sequence beyond the last", replaced("\"sequence\":3", "\"sequence\":18446744073709551616")),
        soon("a sequence below 0", with("sequence", (-1).into())),
        soon("a sequence that is a text", with("sequence", "3".into())),
        soon("an id that is a number", with("jti", 1.into())),
        soon("an instant with a fraction", replaced(&issued.seconds().to_string(), &format!("{}.0", issued.seconds()))),
        soon("an instant beyond the year 9999", with("iat", 253_402_300_800_i64.into())),
        soon("a member of the claim that nobody knows", signed(|payload| payload["claim"]["colour"] = "red".into())),
        soon("a text of the claim that is a number", claiming("model", 5.into())),
        soon("a day that no calendar has", claiming("madeOn", "2026-02-30".into())),
        soon("an instrument that nobody knows", claiming("instrument", "licence".into())),
        soon("attributes that are no list", claiming("attributes", "portable".into())),
        soon("an outcome that nobody knows", signed(|payload| payload["verdict"]["outcome"] = "lost".into())),
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
            let verified = check_at(&receipt, now);
            let expect = verified.as_ref().map_or_else(|error| error.code(), |_| "accepted");
            let is_old = verified.is_ok_and(|receipt| receipt.issued_at < now.plus_seconds(-CLOCK_SKEW_SECONDS));
            let asked = if is_old { "receipt.issued_too_early" } else { expect };
            shown.push(expect);
            let Request { claim, nonce } = request();
            let request = json!({ "claim": { "number": claim.number }, "nonce": nonce });
            json!({
                "name": name, "receipt": receipt, "request": request, "now": now, "expect": expect, "asked": asked,
            })
            .to_string()
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
