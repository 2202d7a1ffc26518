//! A reader of receipts written a second time, each defence of which can be left out.

use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::receipt::Request;
use cccheck::trust::{Keys, RoleName};
use cccheck::{Instant, hex};
use ed25519_dalek::VerifyingKey;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What a reader must not do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defence {
    Size,
    /// What is signed and how it is signed is written in one way only.
    OneForm,
    /// A header brings nothing along, such as a key.
    PlainHeader,
    /// A receipt does not choose how it is verified.
    Algorithm,
    /// What else a receipt key signed is no receipt.
    Type,
    /// What a stranger signed is not signed.
    KnownKey,
    /// A key signs for its own role only.
    ReceiptRole,
    Signature,
    Origin,
    Nonce,
    Claim,
    IssuedByNow,
    KeysExpire,
}

/// Which defences a reader has.
#[derive(Clone, Copy)]
pub struct Reader {
    without: Option<Defence>,
}

impl Reader {
    /// A reader with every defence.
    pub fn whole() -> Self {
        Self { without: None }
    }

    /// A reader that lacks one defence.
    pub fn without(defence: Defence) -> Self {
        Self { without: Some(defence) }
    }

    fn demand(self, defence: Defence, holds: bool) -> Result<(), Defence> {
        if holds || self.without == Some(defence) { Ok(()) } else { Err(defence) }
    }

    /// The payload of a receipt, as far as this reader's defences let it through.
    pub fn read(self, receipt: &str, keys: &Keys, request: &Request, now: Instant) -> Result<Value, Defence> {
        use Defence::*;
        self.demand(Size, receipt.len() <= 65_536)?;
        let parts: Vec<&str> = receipt.split('.').collect();
        let bytes: Vec<Vec<u8>> = parts.iter().map(|part| in_any_form(part)).collect();
        self.demand(
            OneForm,
            parts.iter().zip(&bytes).all(|(part, bytes)| Base64UrlUnpadded::encode_string(bytes) == *part),
        )?;
        let [header, payload, signature] = &*bytes else { panic!("three parts") };

        let header: Value = serde_json::from_slice(header).unwrap();
        self.demand(PlainHeader, header.as_object().unwrap().len() == 3)?;
        self.demand(Algorithm, header["alg"] == "EdDSA")?;
        self.demand(Type, header["typ"] == "cccheck-receipt+jwt")?;
        let known = RoleName::ALL
            .iter()
            .flat_map(|name| keys.role(*name).keys.iter().map(move |key| (*name, key)))
            .find(|(_, key)| hex(&key.id()) == header["kid"]);
        self.demand(KnownKey, known.is_some())?;
        self.demand(ReceiptRole, known.is_none_or(|(name, _)| name == RoleName::Receipt))?;
        let brought = header["jwk"]["x"].as_str().map(in_any_form);
        let key = brought.or(known.map(|(_, key)| key.bytes.clone()));
        let input = receipt.rsplit_once('.').unwrap().0.as_bytes();
        self.demand(Signature, key.is_none_or(|key| is_signed(&header["alg"], &key, input, signature)))?;

        let payload: Value = serde_json::from_slice(payload).unwrap();
        self.demand(Origin, payload["iss"] == keys.origin)?;
        self.demand(Nonce, payload["nonce"] == request.nonce)?;
        self.demand(Claim, said(&payload["claim"]) == said(&json!(request.claim)))?;
        let issued = payload["iat"].as_i64().unwrap();
        self.demand(IssuedByNow, issued <= now.seconds() + 300)?;
        self.demand(KeysExpire, issued <= keys.expires.seconds())?;
        Ok(payload)
    }
}

/// By every algorithm that a general verifier knows.
fn is_signed(algorithm: &Value, key: &[u8], input: &[u8], signature: &[u8]) -> bool {
    match algorithm.as_str() {
        Some("none") => true,
        Some("HS256") => hs256(key, input) == signature,
        _ => {
            let key = VerifyingKey::from_bytes(key.try_into().unwrap()).unwrap();
            key.verify_strict(input, &signature.try_into().unwrap()).is_ok()
        }
    }
}

/// HMAC with SHA-256, whose secret has no more than 64 bytes.
pub fn hs256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let padded = |with: u8| -> Vec<u8> {
        let zeros = std::iter::repeat(&0);
        secret.iter().chain(zeros).take(64).map(|byte| byte ^ with).collect()
    };
    let inner = Sha256::digest([&*padded(0x36), message].concat());
    Sha256::digest([&*padded(0x5c), &inner].concat()).to_vec()
}

/// The bytes of base64, be it padded, of either alphabet, or with bits that nobody needs.
fn in_any_form(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    let digit = |character| DIGITS.iter().position(|digit| *digit == character).unwrap();
    let bits: Vec<u8> = text
        .bytes()
        .map(digit)
        .flat_map(|digit| (0..6).rev().map(move |bit| u8::from(digit >> bit & 1 == 1)))
        .collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect()
}

/// The members of a claim that say something.
fn said(claim: &Value) -> Vec<(&String, &Value)> {
    claim.as_object().unwrap().iter().filter(|(_, value)| !value.is_null() && **value != json!([])).collect()
}
