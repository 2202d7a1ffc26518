//! Confirming: a claim is checked against the live register, and the answer is signed.

use crate::publish::{Publisher, Withheld, published_head};
use crate::{Error, Home, Store, keys};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::receipt::{self, Request};
use cccheck::trust::{Keys, RoleName, SigningKey, VerifiedHead};
use cccheck::{
    Claim, DeclarationKey, Found, Freshness, Instant, LookupError, Policy, Reference, Register, Sought, Standing,
    Verdict, Wanted, check,
};
use serde::Serialize;
use std::cell::Cell;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// How long a nonce may be.
const NONCE_LENGTH: std::ops::RangeInclusive<usize> = 16..=128;
/// The longest text in a claim, in bytes.
const MAX_TEXT: usize = 512;

/// The most attributes in a claim.
const MAX_ATTRIBUTES: usize = 16;

/// Why a request cannot be answered: a sentence for its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRequest(pub String);

impl fmt::Display for BadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a request, and checks its limits.
///
/// # Errors
/// [`BadRequest`], by what is wrong.
pub fn read_request(json: &[u8]) -> Result<Request, BadRequest> {
    let request: Request = serde_json::from_slice(json)
        .map_err(|error| BadRequest(format!("the body must be {{\"claim\":{{…}},\"nonce\":\"…\"}}: {error}")))?;
    let nonce = request.nonce.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !NONCE_LENGTH.contains(&nonce.len()) || !nonce.iter().all(plain) {
        return Err(BadRequest("the nonce must be 16 to 128 characters of A-Z a-z 0-9 _ -".into()));
    }
    let Claim { number, product, holder, model, attributes, .. } = &request.claim;
    for (field, text) in [("number", number), ("product", product), ("holder", holder), ("model", model)] {
        if text.as_ref().is_some_and(|text| text.len() > MAX_TEXT) {
            return Err(BadRequest(format!("claim.{field} must have at most {MAX_TEXT} bytes")));
        }
    }
    if attributes.len() > MAX_ATTRIBUTES || attributes.iter().any(|name| name.len() > MAX_TEXT) {
        return Err(BadRequest(format!("claim.attributes must be at most {MAX_ATTRIBUTES} names")));
    }
    Ok(request)
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The receipt, a compact JWS.
    Signed(String),
    /// Nothing is signed from the register as it is.
    Withheld(Withheld),
}

/// Answers requests for one register.
pub struct Confirmer {
    home: Home,
    origin: String,
    synthetic: bool,
    signer: Mutex<Option<Signer>>,
    policy: Policy,
    reference: Reference,
}

/// The key for receipts that a key document names.
struct Signer {
    /// The version of the document.
    version: u32,
    key: SigningKey,
}

#[derive(Serialize)]
struct Payload<'a> {
    iss: &'a str,
    iat: i64,
    jti: String,
    nonce: &'a str,
    sequence: u64,
    claim: &'a Claim,
    verdict: &'a Verdict,
}

impl Confirmer {
    /// Answers for the register of a home.
    ///
    /// # Errors
    /// [`Error`] if the key documents cannot be read.
    pub fn new(home: &Home, reference: Reference) -> Result<Self, Error> {
        let chain = keys::Chain::read(home)?;
        let (origin, synthetic) = (chain.keys().origin.clone(), chain.keys().synthetic);
        Ok(Self {
            home: home.clone(),
            origin,
            synthetic,
            signer: Mutex::default(),
            policy: Policy::default(),
            reference,
        })
    }

    /// Whether a key is here that the published key document names for receipts: clients know those of no newer one.
    ///
    /// # Errors
    /// [`Error`] if none can be read.
    pub fn can_sign(&self) -> Result<(), Error> {
        let published = published_head(&self.home)?;
        let chain = keys::Chain::read(&self.home)?;
        self.with_key(published.as_ref().map_or(chain.keys(), VerifiedHead::keys), |_| ())
    }

    /// Uses the newest of the keys that the published key document names and that are here. It is read anew when the document is
    /// another one.
    fn with_key<T>(&self, published: &Keys, sign: impl FnOnce(&SigningKey) -> T) -> Result<T, Error> {
        // It is replaced as a whole, so that nobody finds it half-written.
        let mut held = self.signer.lock().unwrap_or_else(PoisonError::into_inner);
        let signer = match held.take() {
            Some(signer) if signer.version == published.version => signer,
            _ => {
                Signer { version: published.version, key: keys::signing_one(&self.home, published, RoleName::Receipt)? }
            }
        };
        Ok(sign(&held.insert(signer).key))
    }

    /// The reference tables.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// Checks a claim against the register as it is now, and signs the answer, unless the publisher withholds it.
    ///
    /// # Errors
    /// [`Error::NotPublished`] before the first edition, [`Error::Store`] if the register cannot answer,
    /// [`Error::NoPrivateKey`] and the like if the key cannot be read; then nothing is signed.
    pub fn receipt(
        &self,
        store: &Store,
        publisher: &Publisher,
        request: &Request,
        now: Instant,
    ) -> Result<Answer, Error> {
        let head = published_head(&self.home)?.ok_or_else(|| Error::NotPublished { public: self.home.public() })?;
        let sequence = head.manifest().sequence;
        let reading = cccheck::parse(request.claim.number.as_deref().unwrap_or_default());
        let asked: Vec<Sought> = request.claim.sought(&reading).into_iter().flatten().collect();
        // Which revision that is and what it says are read as of one point in time: nothing changes in between.
        let verdict = store.view(|read| match publisher.withholds(read, sequence, &asked) {
            None => self.verdict(store, sequence, request, now).map(Ok),
            Some(withheld) => Ok(Err(withheld)),
        })??;
        match verdict {
            Ok(verdict) => self.sign(&head, request, &verdict, now).map(Answer::Signed),
            Err(withheld) => Ok(Answer::Withheld(withheld)),
        }
    }

    fn verdict(&self, store: &Store, sequence: u64, request: &Request, now: Instant) -> Result<Verdict, Error> {
        let typed = request.claim.number.as_deref().unwrap_or_default();
        let numbers = [typed.to_owned(), DeclarationKey::unlabelled(&cccheck::parse(typed))];
        let live = Live { confirmer: self, store, sequence, numbers, failure: Cell::new(None) };
        let verdict = check(&request.claim, Ok(&live), &self.policy, now);
        live.failure.take().map_or(Ok(verdict), Err)
    }

    fn sign(&self, head: &VerifiedHead, request: &Request, verdict: &Verdict, now: Instant) -> Result<String, Error> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| Error::Random)?;
        let payload = Payload {
            iss: &self.origin,
            iat: now.seconds(),
            jti: Base64UrlUnpadded::encode_string(&id),
            nonce: &request.nonce,
            sequence: head.manifest().sequence,
            claim: &request.claim,
            verdict,
        };
        let payload = serde_json::to_string(&payload).map_err(|_| Error::Json { what: "the receipt" })?;
        self.with_key(head.keys(), |key| receipt::sign(&payload, key))
    }
}

/// The register as it is at this moment.
struct Live<'a> {
    confirmer: &'a Confirmer,
    store: &'a Store,
    sequence: u64,
    /// The numbers of a self-declaration that may be meant by the claim.
    numbers: [String; 2],
    /// Why a look-up failed; the rules learn only that it did.
    failure: Cell<Option<Error>>,
}

impl Register for Live<'_> {
    fn standing(&self, now: Instant) -> Standing {
        Standing {
            origin: self.confirmer.origin.clone(),
            synthetic: self.confirmer.synthetic,
            sequence: self.sequence,
            as_of: now,
            age_seconds: 0,
            freshness: Freshness::Live,
            first_seen: false,
        }
    }

    fn reference(&self) -> &Reference {
        &self.confirmer.reference
    }

    fn find(&self, sought: impl Into<Sought>, _: Wanted) -> Result<Found, LookupError> {
        self.store.find_meant(sought, &self.numbers).map_err(|error| {
            self.failure.set(Some(error));
            LookupError::Malformed
        })
    }
}
