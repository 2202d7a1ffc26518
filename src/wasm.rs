//! The JavaScript face, and nothing but the face. The npm package wraps it in types; nobody else should call it.
//!
//! Instants are BigInt seconds since 1970-01-01T00:00:00Z. Answers that may fail are `{ value }` or `{ error: { code,
//! message } }`; only a claim or policy of the wrong shape throws, a `TypeError`.

use crate::catalogue::{self, product_code};
use crate::claim::Claim;
use crate::date::{DateError, Day, Instant};
use crate::json::{FromJson, ToJson, Value, json_struct};
use crate::policy::Policy;
use crate::receipt::{self, Request};
use crate::register::{Register, Standing};
use crate::snapshot::{Blob, Snapshot};
use crate::trust::{FileRef, Head, Keys, Pin, Refusal, Seen, VerifiedHead};
use crate::{hex, json, number, rules};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::hint::black_box;
use core::mem;
use js_sys::{Array, JSON, Object, TypeError};
use wasm_bindgen::prelude::*;

/// A third of the code of the standard library's allocator, and as good for what lives as long as a snapshot.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Why a check cannot answer before a snapshot was opened.
const NOT_LOADED: &str = "register.not_loaded";
/// For so many bytes the memory grows at once before files are opened: each growth takes a browser 0.15 ms.
const ROOM: usize = 1 << 20;
/// How deep plain data may nest; a request with its claim's attributes nests three deep.
const MAX_NESTING: u8 = 4;

struct Failure {
    code: &'static str,
    message: String,
}

json_struct!(Failure { code, message });

impl From<&Refusal> for Failure {
    fn from(refusal: &Refusal) -> Self {
        Self { code: refusal.code(), message: refusal.to_string() }
    }
}

/// A file by its name and size.
struct File {
    name: String,
    size: u64,
}

json_struct!(File { name, size });

impl From<FileRef> for File {
    fn from(file: FileRef) -> Self {
        Self { name: hex::encode(&file.sha256), size: file.size }
    }
}

/// The files that a head leads to. Those that are open need not be fetched.
struct Located {
    reference: File,
    directory: File,
    snapshot: File,
    delta: Option<File>,
    has_reference: bool,
    has_base: bool,
    has_delta: bool,
}

json_struct!(Located { reference, directory, snapshot, delta, has_reference, has_base, has_delta });

struct Opened {
    seen: Seen,
    standing: Standing,
    certificates: Option<u64>,
}

json_struct!(Opened { seen, standing, certificates });

impl Opened {
    fn new(snapshot: &Snapshot, now: Instant) -> Self {
        Self {
            seen: snapshot.head().seen(),
            standing: snapshot.standing(now),
            certificates: snapshot.certificates().ok(),
        }
    }
}

/// Reads one certificate number: a `Reading`.
#[wasm_bindgen]
#[must_use]
pub fn parse(text: &str) -> JsValue {
    to_js(&number::parse(text))
}

/// The certificate numbers in a text: `{ candidates, cut }`, each candidate with `start` and `end` in UTF-16 units. `cut` says
/// what was left out: `"text"`, `"candidates"` or `null`.
#[wasm_bindgen]
#[must_use]
pub fn find(text: &str) -> JsValue {
    to_js(&number::search(text))
}

/// A file in this module's memory, where nobody else changes it.
#[wasm_bindgen]
pub struct Held {
    bytes: Vec<u8>,
    sha256: Option<[u8; 32]>,
}

#[wasm_bindgen]
impl Held {
    /// Takes the bytes of a file.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, sha256: None }
    }

    /// Where the bytes begin in the memory.
    #[must_use]
    pub fn address(&self) -> usize {
        self.bytes.as_ptr().addr()
    }

    /// Takes the SHA-256 that the host computed of these bytes, in this memory. It is believed; without it, it is computed here.
    ///
    /// # Errors
    /// A `TypeError` if it is not 32 bytes long.
    pub fn vouch(&mut self, sha256: &[u8]) -> Result<(), JsValue> {
        self.sha256 = Some(sha256.try_into().map_err(|_| type_error("sha256: 32 bytes are expected"))?);
        Ok(())
    }
}

impl From<Held> for Blob {
    fn from(Held { bytes, sha256 }: Held) -> Self {
        match sha256 {
            Some(sha256) => Self::with_digest(bytes, sha256),
            None => Self::new(bytes),
        }
    }
}

/// Holds the pinned keys, the newest ones that a head led to and, once opened, a snapshot.
#[wasm_bindgen]
pub struct Checker {
    pin: Pin,
    newest: Keys,
    located: Option<VerifiedHead>,
    snapshot: Result<Snapshot, String>,
}

#[wasm_bindgen]
impl Checker {
    /// A checker that trusts these signed keys and no sequence below `lowest_sequence`.
    ///
    /// # Errors
    /// A `TypeError` if the keys are malformed or not signed by their own root keys.
    #[wasm_bindgen(constructor)]
    pub fn new(signed_keys: &[u8], lowest_sequence: u64) -> Result<Self, JsValue> {
        let pin = Pin::new(signed_keys, lowest_sequence)
            .map_err(|refusal| type_error(&["the pinned keys cannot be used: ", &refusal.to_string()].concat()))?;
        Ok(Self { newest: pin.keys.clone(), pin, located: None, snapshot: Err(NOT_LOADED.into()) })
    }

    /// Checks a head, keeps it for what is opened next, and says which files it leads to, and which of them are open.
    ///
    /// # Errors
    /// A `TypeError` if `seen` has another shape or `now` is out of range.
    pub fn locate(&mut self, head: &[u8], seen: &JsValue, now: i64) -> Result<JsValue, JsValue> {
        let (seen, now) = (optional(seen, "seen")?, instant(now)?);
        self.located = None;
        let located = Head::verify(head, &self.pin, seen.as_ref(), now).map(|head| {
            let head = self.located.insert(head);
            let serves = self.snapshot.as_ref().ok().map(|snapshot| snapshot.serves(head));
            let manifest = head.manifest();
            Located {
                reference: manifest.reference.into(),
                directory: manifest.directory.into(),
                snapshot: manifest.snapshot.into(),
                delta: manifest.delta.as_ref().map(|delta| delta.file.into()),
                has_reference: serves.is_some_and(|serves| serves.reference),
                has_base: serves.is_some_and(|serves| serves.base),
                has_delta: serves.is_some_and(|serves| serves.delta),
            }
        });
        Ok(answer(located.as_ref().map(|located| -> &dyn ToJson { located }).map_err(Failure::from)))
    }

    /// Opens files under the head that was located last: reference tables, snapshot and delta to read everything, reference
    /// tables and directory to read chunk by chunk; without snapshot and directory the open base stays, and with it the reference
    /// tables and the delta that are not given. After a refusal there is no snapshot, and every check says why.
    ///
    /// # Errors
    /// A `TypeError` if no head was located since the last opening or `now` is out of range.
    pub fn open(
        &mut self,
        reference: Option<Held>,
        directory: Option<Held>,
        snapshot: Option<Held>,
        delta: Option<Held>,
        now: i64,
    ) -> Result<JsValue, JsValue> {
        let now = instant(now)?;
        let head = self.located.take().ok_or_else(|| type_error("head: none was located"))?;
        // What is given back at once would not be taken at all, if the compiler saw it.
        drop(black_box(Vec::<u8>::with_capacity(ROOM)));
        let [reference, directory, snapshot, delta] =
            [reference, directory, snapshot, delta].map(|file| file.map(Blob::from));
        let before = mem::replace(&mut self.snapshot, Err(NOT_LOADED.into()));
        let opened = head.unexpired(now).and_then(|head| match (reference, directory, snapshot) {
            (Some(reference), _, Some(snapshot)) => Snapshot::open(head, reference, snapshot, delta),
            (Some(reference), Some(directory), None) => Snapshot::lazy(head, reference, directory),
            (reference, _, _) => renewed(before, head, reference, delta),
        });
        Ok(self.keep(opened, now))
    }

    /// The files that must be supplied before a claim can be checked, as far as that can be said now: an array of `{ name,
    /// size }`. Ask again once they are supplied, until it is empty.
    ///
    /// # Errors
    /// A `TypeError` if the claim has another shape.
    pub fn needs(&self, claim: &JsValue) -> Result<JsValue, JsValue> {
        let claim: Claim = from_js(claim, "claim")?;
        let number = number::parse(claim.number.as_deref().unwrap_or_default()).ccc;
        let needed = match (&self.snapshot, number) {
            (Ok(snapshot), Some(number)) => snapshot.needs(number, claim.wanted()),
            _ => Vec::new(),
        };
        Ok(to_js(&needed.into_iter().map(File::from).collect::<Vec<_>>()))
    }

    /// Takes a file that was needed. After a refusal there is no snapshot, and every check says why.
    #[must_use]
    pub fn supply(&mut self, file: Held) -> JsValue {
        let supplied = match &mut self.snapshot {
            Ok(snapshot) => snapshot.supply(file.into()),
            Err(_) => Err(Refusal::Hash),
        };
        if let Err(refusal) = &supplied {
            self.snapshot = Err(refusal.code().into());
        }
        answer(supplied.as_ref().map(|()| -> &dyn ToJson { &() }).map_err(Failure::from))
    }

    /// The standing of the open snapshot, or `null`.
    ///
    /// # Errors
    /// A `TypeError` if `now` is out of range.
    pub fn standing(&self, now: i64) -> Result<JsValue, JsValue> {
        let now = instant(now)?;
        Ok(self.snapshot.as_ref().map_or(JsValue::NULL, |snapshot| to_js(&snapshot.standing(now))))
    }

    /// Lets go of the snapshot; checks then give `reason` for not being able to answer.
    pub fn close(&mut self, reason: String) {
        self.snapshot = Err(reason);
    }

    /// Checks a claim: a `Verdict`.
    ///
    /// # Errors
    /// A `TypeError` if the claim or policy has another shape or `now` is out of range.
    pub fn check(&self, claim: &JsValue, policy: &JsValue, now: i64) -> Result<JsValue, JsValue> {
        let claim: Claim = from_js(claim, "claim")?;
        let policy: Policy = if policy.is_undefined() { Policy::default() } else { from_js(policy, "policy")? };
        let register = self.snapshot.as_ref().map_err(String::as_str);
        Ok(to_js(&rules::check(&claim, register, &policy, instant(now)?)))
    }

    /// What the catalogue asks of a product kind (four digits) on a day (`YYYY-MM-DD`): a `Requirement`, or `null` without a
    /// snapshot.
    ///
    /// # Errors
    /// A `TypeError` if the code or day is malformed.
    pub fn requirement(&self, product: &str, on: &str) -> Result<JsValue, JsValue> {
        let code = product_code(product).ok_or_else(|| type_error("product: four digits are expected"))?;
        let on = day(on)?;
        Ok(self
            .snapshot
            .as_ref()
            .map_or(JsValue::NULL, |snapshot| to_js(&catalogue::requirement(snapshot.reference(), code, on))))
    }

    /// The product kinds that words may mean, on a day: an array of `ProductCandidate`, or `null` without a snapshot.
    ///
    /// # Errors
    /// A `TypeError` if the day is malformed.
    pub fn candidates(&self, text: &str, on: &str) -> Result<JsValue, JsValue> {
        let on = day(on)?;
        Ok(self
            .snapshot
            .as_ref()
            .map_or(JsValue::NULL, |snapshot| to_js(&catalogue::candidates(snapshot.reference(), text, on))))
    }

    /// Verifies a receipt by the newest known keys against the request that it answers.
    ///
    /// # Errors
    /// A `TypeError` if the request has another shape or `now` is out of range.
    #[wasm_bindgen(js_name = verifyReceipt)]
    pub fn verify_receipt(&self, receipt: &str, request: &JsValue, now: i64) -> Result<JsValue, JsValue> {
        let request: Request = from_js(request, "request")?;
        Ok(match receipt::verify(receipt, &self.newest, &request, instant(now)?) {
            Ok(receipt) => answer(Ok(&receipt)),
            Err(error) => answer(Err(Failure { code: error.code(), message: error.to_string() })),
        })
    }
}

impl Checker {
    fn keep(&mut self, opened: Result<Snapshot, Refusal>, now: Instant) -> JsValue {
        let answer = match &opened {
            Ok(snapshot) => answer(Ok(&Opened::new(snapshot, now))),
            Err(refusal) => answer(Err(refusal.into())),
        };
        if let Some(head) =
            opened.as_ref().ok().map(Snapshot::head).filter(|head| head.keys().version > self.newest.version)
        {
            self.newest = head.keys().clone();
        }
        self.snapshot = opened.map_err(|refusal| refusal.code().into());
        answer
    }
}

/// The open base under another head. A function of its own, as a page's first opening does without: an engine compiles what is
/// first called.
#[inline(never)]
fn renewed(
    before: Result<Snapshot, String>,
    head: VerifiedHead,
    reference: Option<Blob>,
    delta: Option<Blob>,
) -> Result<Snapshot, Refusal> {
    before.map_err(|_| Refusal::Hash)?.renew(head, reference, delta)
}

/// `{ value }` or `{ error }`.
fn answer(result: Result<&dyn ToJson, Failure>) -> JsValue {
    let mut out = String::from("{");
    match result {
        Ok(value) => json::field("value", value, &mut out),
        Err(failure) => json::field("error", &failure, &mut out),
    }
    out.push('}');
    from_json(&out)
}

fn to_js(value: &dyn ToJson) -> JsValue {
    from_json(&json::write(value))
}

fn from_json(json: &str) -> JsValue {
    JSON::parse(json).unwrap_or(JsValue::NULL)
}

fn from_js<T: FromJson>(value: &JsValue, what: &str) -> Result<T, JsValue> {
    let value = plain(value, MAX_NESTING).ok_or_else(|| type_error(&[what, ": plain data is expected"].concat()))?;
    T::take_json(&value).map_err(|error| type_error(&[what, ": ", &error.to_string()].concat()))
}

fn optional<T: FromJson>(value: &JsValue, what: &str) -> Result<Option<T>, JsValue> {
    if value.is_undefined() || value.is_null() { Ok(None) } else { from_js(value, what).map(Some) }
}

/// The value as plain data, if it is that. Unlike `JSON.stringify` it leaves nothing out and turns nothing into something else: a
/// misspelt field or a wrong value must not be overlooked.
fn plain(value: &JsValue, nesting: u8) -> Option<Value> {
    if value.is_undefined() || value.is_null() {
        return Some(Value::Null);
    }
    if let Some(text) = value.as_string() {
        return Some(Value::Text(text));
    }
    if let Some(flag) = value.as_bool() {
        return Some(Value::Bool(flag));
    }
    if value.as_f64().is_some_and(f64::is_finite) {
        return JSON::stringify(value).ok().map(|number| Value::Number(number.into()));
    }
    let object = value.dyn_ref::<Object>().filter(|object| !object.is_function())?;
    let nesting = nesting.checked_sub(1)?;
    let mut entries = Vec::new();
    for entry in Object::entries(object).iter() {
        let entry: &Array = entry.unchecked_ref();
        entries.push((entry.get(0).as_string().unwrap_or_default(), plain(&entry.get(1), nesting)?));
    }
    Some(if Array::is_array(object) {
        Value::List(entries.into_iter().map(|(_, value)| value).collect())
    } else {
        Value::Object(entries)
    })
}

fn day(text: &str) -> Result<Day, JsValue> {
    text.parse().map_err(|error: DateError| type_error(&["on: ", &error.to_string()].concat()))
}

fn instant(seconds: i64) -> Result<Instant, JsValue> {
    Instant::from_seconds(seconds).ok_or_else(|| type_error("now: out of range"))
}

fn type_error(message: &str) -> JsValue {
    TypeError::new(message).into()
}
