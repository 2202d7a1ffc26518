//! Receipts: a server's confirmation, as a compact JWS (RFC 7515) with EdDSA (RFC 8037) that anyone can verify later.

use crate::claim::Claim;
use crate::date::Instant;
use crate::json::{json_read, json_struct};
use crate::text::cut;
use crate::trust::{CLOCK_SKEW_SECONDS, KEY_ID_LENGTH, Keys, PublicKey, SigningKey, verify_one};
use crate::verdict::{Decision, Outcome};
use crate::{base64, hex, json};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use ed25519_dalek::Signer;

/// The `typ` of a receipt's header.
pub const TYPE: &str = "cccheck-receipt+jwt";
/// The most bytes that a receipt may have.
pub const MAX_BYTES: usize = 65_536;

/// What a client sent to be confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The claim.
    pub claim: Claim,
    /// At least 16 characters that were never used before; the receipt repeats them.
    pub nonce: String,
}

json_read!(Request { claim, nonce } strict all);

/// A receipt whose signature, origin, claim and nonce were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The receipt's own id.
    pub id: String,
    /// When the server answered.
    pub issued_at: Instant,
    /// What kind of answer it gave.
    pub outcome: Outcome,
    /// What it decided.
    pub decision: Decision,
    /// The newest published sequence that the server knew.
    pub sequence: u64,
    /// The payload, for display: the whole verdict as JSON.
    pub payload: String,
}

json_struct!(Receipt { id, issued_at, outcome, decision, sequence, payload });

/// Why a receipt was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Not a compact JWS of a receipt, or larger than [`MAX_BYTES`].
    Malformed,
    /// The header asks for an algorithm or type other than a receipt's.
    Algorithm,
    /// Signed by a key that the key document does not name for receipts.
    UnknownKey,
    /// The signature is not the key's over these bytes.
    Signature,
    /// Issued by another register than the pinned one.
    Origin,
    /// It answers another request: its nonce is not the one sent.
    Nonce,
    /// It answers another claim than the one sent.
    Claim,
    /// Issued in the future as this clock goes.
    IssuedInFuture,
    /// Issued after the keys' last instant.
    KeysExpired,
}

impl ReceiptError {
    /// The stable code, such as `receipt.signature`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "receipt.malformed",
            Self::Algorithm => "receipt.algorithm",
            Self::UnknownKey => "receipt.unknown_key",
            Self::Signature => "receipt.signature",
            Self::Origin => "receipt.origin",
            Self::Nonce => "receipt.nonce",
            Self::Claim => "receipt.claim",
            Self::IssuedInFuture => "receipt.issued_in_future",
            Self::KeysExpired => "receipt.keys_expired",
        }
    }
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "this is not a receipt",
            Self::Algorithm => "the receipt's header asks for another algorithm or type",
            Self::UnknownKey => "the receipt is signed by a key that is not trusted for receipts",
            Self::Signature => "the receipt's signature is wrong",
            Self::Origin => "the receipt is by another register",
            Self::Nonce => "the receipt answers another request",
            Self::Claim => "the receipt answers another claim",
            Self::IssuedInFuture => "the receipt is dated in the future: check this device's clock",
            Self::KeysExpired => "the receipt was signed after the trusted keys had expired: they must be updated",
        })
    }
}

impl core::error::Error for ReceiptError {}

#[derive(Default)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

#[derive(Default)]
struct Payload {
    iss: String,
    iat: i64,
    jti: String,
    nonce: String,
    sequence: u64,
    claim: Claim,
    verdict: VerdictHead,
}

struct VerdictHead {
    outcome: Outcome,
    decision: Decision,
}

impl Default for VerdictHead {
    fn default() -> Self {
        Self { outcome: Outcome::Unavailable, decision: Decision::Review }
    }
}

json_read!(Header { alg, typ, kid } strict all);
json_read!(Payload { iss, iat, jti, nonce, sequence, claim, verdict } open all);
json_read!(VerdictHead { outcome, decision } open all);

/// Signs a payload, a JSON object, as a compact JWS.
#[must_use]
pub fn sign(payload: &str, key: &SigningKey) -> String {
    let kid = hex::encode(&PublicKey::of(key).id());
    let header = format!(r#"{{"alg":"EdDSA","typ":"{TYPE}","kid":"{kid}"}}"#);
    let input = format!("{}.{}", base64::encode(header.as_bytes()), base64::encode(payload.as_bytes()));
    let signature = base64::encode(&key.sign(input.as_bytes()).to_bytes());
    format!("{input}.{signature}")
}

/// Verifies a receipt against the newest keys that the client knows ([`VerifiedHead::keys`](crate::trust::VerifiedHead::keys))
/// and the request that it answers.
///
/// # Errors
/// [`ReceiptError`], by what is wrong.
pub fn verify(receipt: &str, keys: &Keys, request: &Request, now: Instant) -> Result<Receipt, ReceiptError> {
    if receipt.len() > MAX_BYTES {
        return Err(ReceiptError::Malformed);
    }
    let (header, rest) = cut(receipt, b'.').ok_or(ReceiptError::Malformed)?;
    let (payload, signature) = cut(rest, b'.').ok_or(ReceiptError::Malformed)?;
    let input = receipt.get(..header.len() + 1 + payload.len()).unwrap_or_default();
    let (header_text, payload, signature) = (text(header)?, text(payload)?, decode(signature)?);

    let mut header = Header::default();
    json::fill(&header_text, &mut header).map_err(|_| ReceiptError::Malformed)?;
    if header.alg != "EdDSA" || header.typ != TYPE {
        return Err(ReceiptError::Algorithm);
    }
    let key = keys
        .receipt
        .keys
        .iter()
        .find(|key| hex::encode(&key.id()) == header.kid && header.kid.len() == 2 * KEY_ID_LENGTH)
        .ok_or(ReceiptError::UnknownKey)?;
    if !verify_one(key, input.as_bytes(), &signature) {
        return Err(ReceiptError::Signature);
    }
    let mut facts = Payload::default();
    json::fill(&payload, &mut facts).map_err(|_| ReceiptError::Malformed)?;
    let issued_at = Instant::from_seconds(facts.iat).ok_or(ReceiptError::Malformed)?;
    let checks = [
        (facts.iss == keys.origin, ReceiptError::Origin),
        (facts.nonce == request.nonce, ReceiptError::Nonce),
        (facts.claim == request.claim, ReceiptError::Claim),
        (issued_at <= now.plus_seconds(CLOCK_SKEW_SECONDS), ReceiptError::IssuedInFuture),
        (issued_at <= keys.expires, ReceiptError::KeysExpired),
    ];
    if let Some((_, error)) = checks.into_iter().find(|(holds, _)| !holds) {
        return Err(error);
    }
    Ok(Receipt {
        id: facts.jti,
        issued_at,
        outcome: facts.verdict.outcome,
        decision: facts.verdict.decision,
        sequence: facts.sequence,
        payload,
    })
}

fn decode(part: &str) -> Result<Vec<u8>, ReceiptError> {
    base64::decode(part).ok_or(ReceiptError::Malformed)
}

fn text(part: &str) -> Result<String, ReceiptError> {
    String::from_utf8(decode(part)?).map_err(|_| ReceiptError::Malformed)
}
