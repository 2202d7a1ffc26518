//! Signatures that a laxer verifier takes: by keys of small order, for which anyone can sign, and by keys of another algorithm.

use super::reader::Defence;
use super::world::{Draft, OLD_ROOT, Victim, after, now, pinned, signed};
use crate::fixture::{ORIGIN, key, keys};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::receipt::{self, Receipt, ReceiptError, Request};
use cccheck::trust::{Cosignature, FileRef, KeyId, Keys, PublicKey, Refusal, Role, RoleName, Signature};
use cccheck::{Claim, hex, wire};
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use ed25519_dalek::{Signer as _, Verifier as _, VerifyingKey};
use sha2::{Digest as _, Sha512};

/// The neutral point: once as it is written, once not reduced.
const NEUTRAL: [[u8; 32]; 2] = {
    let (mut own, mut beyond) = ([0; 32], [0xff; 32]);
    own[0] = 1;
    beyond[0] = 0xee;
    beyond[31] = 0x7f;
    [own, beyond]
};

/// The order of the base point, the lowest byte first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// What fits every message if the key is the neutral point: the base point and 1, the neutral point and 0.
fn fitting() -> [Vec<u8>; 2] {
    let mut base = [0x66; 64];
    base[0] = 0x58;
    base[32..].fill(0);
    base[32] = 1;
    let mut none = [0; 64];
    none[0] = 1;
    [base.to_vec(), none.to_vec()]
}

/// The holder's own signature whose R is the neutral point.
fn with_neutral_r(word: &str, message: &[u8]) -> Vec<u8> {
    let [r, _] = NEUTRAL;
    let secret: [u8; 64] = Sha512::digest(key(word).to_bytes()).into();
    let secret = Scalar::from_bytes_mod_order(clamp_integer(*secret.first_chunk().unwrap()));
    let bound = Sha512::new().chain_update(r).chain_update(PublicKey::of(&key(word)).bytes).chain_update(message);
    let s = Scalar::from_bytes_mod_order_wide(&bound.finalize().into()) * secret;
    [r, s.to_bytes()].concat()
}

/// A role of this one key.
fn only(key: &PublicKey) -> Role {
    Role { threshold: 1, keys: vec![key.clone()] }
}

fn not_signed(role: RoleName) -> Refusal {
    Refusal::NotSigned { role, valid: 0, needed: 1 }
}

/// For each role of a head but the root's: a victim that knows this one key for it, a head that bears in its place what `sign`
/// makes of the document, and how it is refused.
fn in_each_role(key: &PublicKey, sign: impl Fn(&str, &[u8]) -> Vec<u8>) -> Vec<(Victim, Vec<u8>, Refusal)> {
    let attack = |role: RoleName| {
        let mut keys = keys();
        *keys.role_mut(role) = only(key);
        let victim = Victim { pin: pinned(&keys, &OLD_ROOT), ..Victim::new() };
        let mut head = Draft::new(3, b"altered").head();
        let (kind, signed) = match role {
            RoleName::Content => ("manifest", &mut head.manifest),
            RoleName::Freshness => ("freshness", &mut head.freshness),
            _ => {
                let hash = FileRef::of(&head.manifest.document).hash;
                let cosigned = wire::encode(&((ORIGIN.to_string(), 3_u64), (hash, now())));
                head.witnesses =
                    vec![Cosignature { key: key.id(), time: now(), bytes: sign("cosignature", &cosigned) }];
                return (victim, head.encode().unwrap(), Refusal::Witnesses { valid: 0, needed: 1 });
            }
        };
        signed.signatures = vec![Signature { key: key.id(), bytes: sign(kind, &signed.document) }];
        (victim, head.encode().unwrap(), not_signed(role))
    };
    [RoleName::Content, RoleName::Freshness, RoleName::Witness].map(attack).into()
}

/// Heads under keys that the pinned ones admitted, each with what it is: an honest one, then such as a laxer verifier takes.
pub fn admitted_heads() -> Vec<(&'static str, Vec<u8>)> {
    let admitted = |content: &PublicKey, bytes: &dyn Fn(&[u8]) -> Vec<u8>| {
        let next = after(&keys(), |keys| keys.content = only(content));
        let mut head = Draft::new(3, b"").chain(&[signed(&next, &OLD_ROOT)]).head();
        let message = [b"cccheck/2/manifest\n".as_slice(), &head.manifest.document].concat();
        head.manifest.signatures = vec![Signature { key: content.id(), bytes: bytes(&message) }];
        head.encode().unwrap()
    };
    let signs = |message: &[u8]| key("other").sign(message).to_bytes();
    let with_s_beyond = |message: &[u8]| {
        let mut signature = signs(message);
        let mut carry = 0;
        for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        signature.to_vec()
    };
    let own = PublicKey::of(&key("other"));
    let [own_neutral, neutral_beyond] = NEUTRAL.map(PublicKey::ed25519);
    let [base, none] = fitting();
    vec![
        ("another content key", admitted(&own, &|message| signs(message).to_vec())),
        ("a key of small order", admitted(&own_neutral, &|_| base.clone())),
        ("a key and an R of small order", admitted(&own_neutral, &|_| none.clone())),
        ("an R of small order", admitted(&own, &|message| with_neutral_r("other", message))),
        ("a key of small order that is not reduced", admitted(&neutral_beyond, &|_| base.clone())),
        ("an S that is not reduced", admitted(&own, &with_s_beyond)),
        ("a key of an algorithm to come", admitted(&named(2, "other"), &|message| signs(message).to_vec())),
        ("a signature of 63 bytes", admitted(&own, &|message| signs(message)[..63].to_vec())),
    ]
}

#[test]
fn a_key_of_small_order_signs_nothing() {
    for key in NEUTRAL.map(PublicKey::ed25519) {
        for bytes in fitting() {
            for (victim, attack, refusal) in in_each_role(&key, |_, _| bytes.clone()) {
                victim.refuses(&attack, Defence::StrictPoints, refusal);
            }
        }
    }
}

#[test]
fn a_root_key_of_small_order_hands_over_to_nobody() {
    let weak = Keys { root: only(&PublicKey::ed25519(NEUTRAL[0])), ..keys() };
    let mut victim = Victim::new();
    victim.pin.keys = weak.clone().into();
    let next = after(&weak, |keys| keys.content.keys = vec![PublicKey::of(&key("thief"))]);
    for bytes in fitting() {
        let mut document = signed(&next, &[]);
        document.signatures = vec![Signature { key: weak.root.keys[0].id(), bytes }];
        let attack = Draft::new(3, b"altered").chain(&[document]).content(&["thief"]).bytes();
        victim.refuses(&attack, Defence::StrictPoints, not_signed(RoleName::Root));
    }
}

#[test]
fn an_r_of_small_order_signs_nothing() {
    let sign = |kind: &str, document: &[u8]| {
        with_neutral_r("other", &[format!("cccheck/2/{kind}\n").as_bytes(), document].concat())
    };
    for (victim, attack, refusal) in in_each_role(&PublicKey::of(&key("other")), sign) {
        victim.refuses(&attack, Defence::StrictPoints, refusal);
    }
}

/// A key of an algorithm that is not Ed25519, whose bytes are a key of it.
fn named(algorithm: u8, word: &str) -> PublicKey {
    PublicKey { algorithm, ..PublicKey::of(&key(word)) }
}

#[test]
fn a_key_of_another_algorithm_is_not_taken_for_ed25519() {
    for algorithm in [0, 2, 3, u8::MAX] {
        let sign = |kind: &str, document: &[u8]| {
            let message = [format!("cccheck/2/{kind}\n").as_bytes(), document].concat();
            key("other").sign(&message).to_bytes().to_vec()
        };
        for (victim, attack, refusal) in in_each_role(&named(algorithm, "other"), sign) {
            victim.refuses(&attack, Defence::Algorithms, refusal);
        }
    }
}

/// A receipt under a key id, with whatever signature.
fn receipt(kid: KeyId, sign: impl Fn(&[u8]) -> Vec<u8>) -> (String, Vec<u8>) {
    let header = format!(r#"{{"alg":"EdDSA","typ":"{}","kid":"{}"}}"#, receipt::TYPE, hex(&kid));
    let payload = serde_json::json!({
        "iss": ORIGIN, "iat": now().seconds(), "jti": "1", "nonce": request().nonce, "sequence": 3,
        "claim": request().claim, "verdict": {"outcome": "checked", "decision": "accept"},
    });
    let encode = Base64UrlUnpadded::encode_string;
    let input = format!("{}.{}", encode(header.as_bytes()), encode(payload.to_string().as_bytes()));
    let signature = sign(input.as_bytes());
    (format!("{input}.{}", encode(&signature)), signature)
}

fn request() -> Request {
    Request { claim: Claim::default(), nonce: "0123456789abcdef".into() }
}

fn verified(receipt: &str, key: &PublicKey) -> Result<Receipt, ReceiptError> {
    receipt::verify(receipt, &Keys { receipt: only(key), ..keys() }, &request(), now())
}

/// Whether plain Ed25519, of which no key id is asked, takes it.
fn is_taken(receipt: &str, signature: &[u8], bytes: &[u8]) -> bool {
    let input = receipt.rsplit_once('.').unwrap().0;
    let key = VerifyingKey::from_bytes(bytes.try_into().unwrap()).unwrap();
    key.verify(input.as_bytes(), &signature.try_into().unwrap()).is_ok()
}

#[test]
fn a_receipt_needs_a_key_that_can_sign_by_its_own_algorithm() {
    let own = PublicKey::of(&key("other"));
    let signs = |input: &[u8]| key("other").sign(input).to_bytes().to_vec();
    let (honest, signature) = receipt(own.id(), signs);
    assert!(is_taken(&honest, &signature, &own.bytes) && verified(&honest, &own).is_ok());
    for algorithm in [0, 2, 3, u8::MAX] {
        let key = named(algorithm, "other");
        let (forged, signature) = receipt(key.id(), signs);
        assert!(is_taken(&forged, &signature, &key.bytes));
        assert_eq!(verified(&forged, &key), Err(ReceiptError::Signature), "algorithm {algorithm}");
    }
    let (forged, signature) = receipt(own.id(), |input| with_neutral_r("other", input));
    assert!(is_taken(&forged, &signature, &own.bytes));
    assert_eq!(verified(&forged, &own), Err(ReceiptError::Signature));
    for key in NEUTRAL.map(PublicKey::ed25519) {
        for bytes in fitting() {
            let (forged, signature) = receipt(key.id(), |_| bytes.clone());
            assert!(is_taken(&forged, &signature, &key.bytes));
            assert_eq!(verified(&forged, &key), Err(ReceiptError::Signature));
        }
    }
}
