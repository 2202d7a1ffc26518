//! The JavaScript face, and nothing but the face. The npm package wraps it in types; nobody else should call it.
//!
//! Texts and bytes go in, texts of JSON come out: what passes values of JavaScript is much code. Instants are BigInt seconds since
//! 1970-01-01T00:00:00Z. A [`Checker`] answers with `{ value }`, with `{ error: { code, values } }` where data is refused, or
//! with `{ misuse }`, a sentence for a `TypeError`, where an argument is not of the expected form.

use crate::catalogue::{self, product_code};
use crate::claim::Claim;
use crate::date::{DateError, Day, Instant};
use crate::json::{Place, ToJson, json_struct};
use crate::policy::Policy;
use crate::receipt::{self, ReceiptError, Request};
use crate::register::Register;
use crate::snapshot::{Blob, Snapshot};
use crate::trust::{FileRef, Head, Keys, Pin, Refusal, Seen, VerifiedHead};
use crate::{hex, json, number, rules};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;

/// A third of the code of the standard library's allocator, and as good for what lives as long as a snapshot.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Why a check cannot answer before a snapshot was opened.
const NOT_LOADED: &str = "register.not_loaded";
/// What is said to who asks before keys were pinned.
const NOT_PINNED: &str = "pin: no keys were pinned";

/// What is refused. The package has the sentences of the codes.
struct Failure {
    code: &'static str,
    values: String,
}

json_struct!(Failure { code, values });

/// A file by its name and size, and where in the snapshot a chunk stands.
struct File {
    name: String,
    size: u64,
    at: Option<u64>,
}

json_struct!(File { name, size, at });

impl File {
    fn new(file: FileRef, at: Option<u64>) -> Self {
        Self { name: hex::encode(&file.hash), size: file.size, at }
    }
}

impl ToJson for FileRef {
    fn put_json(&self, out: &mut String) {
        File::new(*self, None).put_json(out);
    }
}

/// The files that a head leads to. Those that are open need not be fetched.
struct Located {
    reference: FileRef,
    directory: FileRef,
    snapshot: FileRef,
    delta: Option<FileRef>,
    has_reference: bool,
    has_base: bool,
    has_delta: bool,
    /// What is to be remembered of it: of its key document before the files come.
    seen: Seen,
}

json_struct!(Located { reference, directory, snapshot, delta, has_reference, has_base, has_delta, seen });

/// Reads one certificate number: a `Reading`.
#[wasm_bindgen]
#[must_use]
pub fn parse(text: &str) -> String {
    json::write(&number::parse(text))
}

/// The certificate numbers in a text: `{ candidates, cut }`, each candidate with `start` and `end` in UTF-16 units. `cut` says
/// what was left out: `"text"`, `"candidates"` or `null`.
#[wasm_bindgen]
#[must_use]
pub fn find(text: &str) -> String {
    json::write(&number::search(text))
}

/// A file with what was hashed of it: in this module's memory, where nobody else changes it, or in the host's.
#[wasm_bindgen]
pub struct Held {
    size: usize,
    bytes: Vec<u8>,
    hash: Option<[u8; 32]>,
}

#[wasm_bindgen]
impl Held {
    /// A file of so many bytes. If it is to be held here, the host overwrites them by the file's before anything else.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(size: usize, here: bool) -> Self {
        Self { size, bytes: vec![0; if here { size } else { 0 }], hash: None }
    }

    /// Where the bytes begin in the memory.
    #[must_use]
    pub fn address(&self) -> usize {
        self.bytes.as_ptr().addr()
    }

    /// Takes the hash that the host computed: of a file that is held here, in this memory. It is believed; without its 32 bytes, it
    /// is computed here.
    pub fn vouch(&mut self, hash: &[u8]) {
        self.hash = hash.try_into().ok();
    }
}

impl Held {
    /// Its size and hash.
    fn file(&self) -> FileRef {
        match self.hash {
            Some(hash) => FileRef { size: u64::try_from(self.size).unwrap_or_default(), hash },
            None => FileRef::of(&self.bytes),
        }
    }
}

impl From<Vec<u8>> for Held {
    fn from(bytes: Vec<u8>) -> Self {
        Self { size: bytes.len(), bytes, hash: None }
    }
}

impl From<Held> for Blob {
    fn from(held: Held) -> Self {
        let FileRef { hash, .. } = held.file();
        Self::with_hash(held.bytes, hash)
    }
}

/// Holds the pinned keys, the newest ones that a head led to and, once opened, a snapshot.
#[wasm_bindgen]
pub struct Checker {
    lowest_sequence: u64,
    /// What is trusted, with the newest keys that a head led to.
    trusted: Option<(Pin, Arc<Keys>)>,
    located: Option<VerifiedHead>,
    snapshot: Result<Snapshot, String>,
}

#[wasm_bindgen]
impl Checker {
    /// A checker that trusts no sequence below `lowest_sequence`, and no keys yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(lowest_sequence: u64) -> Self {
        Self { lowest_sequence, trusted: None, located: None, snapshot: Err(NOT_LOADED.into()) }
    }

    /// Pins signed keys, and answers their version. It is misuse if they are malformed or not signed by their own root keys.
    #[must_use]
    pub fn pin(&mut self, signed_keys: &[u8]) -> String {
        attempt(|| {
            let pin = Pin::new(signed_keys, self.lowest_sequence).map_err(|refusal| {
                ["the pinned keys cannot be used: ", refusal.code(), " (", &refusal.values(), ")"].concat()
            })?;
            let (newest, version) = (pin.keys.clone(), pin.keys.version);
            self.trusted = Some((pin, newest));
            Ok(value(&version))
        })
    }

    /// Checks a head, keeps it for what is opened next, and says which files it leads to, and which of them are open. `seen` is
    /// `null` without memory.
    #[must_use]
    pub fn locate(&mut self, head: &[u8], seen: &str, now: i64) -> String {
        attempt(|| {
            let mut memory: Option<Seen> = None;
            argument("seen", seen, &mut memory)?;
            let now = instant(now)?;
            let (pin, newest) = self.trusted.as_mut().ok_or(NOT_PINNED)?;
            self.located = None;
            let located = Head::verify(head, pin, memory.as_ref(), now).map(|head| {
                let head = self.located.insert(head);
                // Only documents that lead from the pin say who signs, so the newest of them does whatever comes of the files.
                let keys = head.shared_keys();
                if keys.version > newest.version {
                    *newest = keys;
                }
                let serves = self.snapshot.as_ref().ok().map(|snapshot| snapshot.serves(head));
                let manifest = head.manifest();
                Located {
                    reference: manifest.reference,
                    directory: manifest.directory,
                    snapshot: manifest.snapshot,
                    delta: manifest.delta.as_ref().map(|delta| delta.file),
                    has_reference: serves.is_some_and(|serves| serves.reference),
                    has_base: serves.is_some_and(|serves| serves.base),
                    has_delta: serves.is_some_and(|serves| serves.delta),
                    seen: head.seen(),
                }
            });
            Ok(located.as_ref().map_or_else(refused, |located| value(located)))
        })
    }

    /// Opens files under the head that was located last: reference tables and directory, and where everything is read what was
    /// hashed of the snapshot, and the delta; without directory the open base stays, and with it the reference tables and the
    /// delta that are not given. Answers how many certificates it lists, or `null`. After a refusal there is no snapshot, and every
    /// check says why.
    #[must_use]
    pub fn open(
        &mut self,
        reference: Option<Held>,
        directory: Option<Held>,
        snapshot: Option<Held>,
        delta: Option<Held>,
        now: i64,
    ) -> String {
        attempt(|| {
            let now = instant(now)?;
            let head = self.located.take().ok_or("head: none was located")?;
            let [reference, directory, delta] = [reference, directory, delta].map(|file| file.map(Blob::from));
            Ok(match self.keep(head, reference, directory, snapshot, delta, now) {
                Ok(()) => value(&self.snapshot.as_ref().ok().and_then(Snapshot::listed)),
                Err(refusal) => self.refuse(&refusal),
            })
        })
    }

    /// The files that must be supplied before a claim can be checked, as far as that can be said now: an array of `{ name,
    /// size, at }`. Ask again once they are supplied, until it is empty.
    #[must_use]
    pub fn needs(&self, claim: &str) -> String {
        attempt(|| {
            let claim = claimed(claim)?;
            let reading = number::parse(claim.number.as_deref().unwrap_or_default());
            let mut needed: Vec<File> = Vec::new();
            if let Ok(snapshot) = &self.snapshot {
                for sought in claim.sought(&reading) {
                    if let Some(sought) = sought.filter(|_| needed.is_empty()) {
                        for file in snapshot.needs(sought, claim.wanted()) {
                            needed.push(File::new(file, snapshot.place(file)));
                        }
                    }
                }
            }
            Ok(value(&needed))
        })
    }

    /// Takes a file that was needed. After a refusal there is no snapshot, and every check says why.
    #[must_use]
    pub fn supply(&mut self, file: Held) -> String {
        let supplied = self.opened().and_then(|snapshot| snapshot.supply(file.into()));
        supplied.map_or_else(|refusal| self.refuse(&refusal), |()| value(&()))
    }

    /// The standing of the open snapshot, or `null`.
    #[must_use]
    pub fn standing(&self, now: i64) -> String {
        attempt(|| {
            let now = instant(now)?;
            Ok(value(&self.snapshot.as_ref().ok().map(|snapshot| snapshot.standing(now))))
        })
    }

    /// Lets go of the snapshot; checks then give `reason` for not being able to answer.
    pub fn close(&mut self, reason: String) {
        self.snapshot = Err(reason);
    }

    /// Checks a claim: a `Verdict`.
    #[must_use]
    pub fn check(&self, claim: &str, policy: &str, now: i64) -> String {
        attempt(|| {
            let claim = claimed(claim)?;
            let mut weights = Policy::default();
            argument("policy", policy, &mut weights)?;
            let register = self.snapshot.as_ref().map_err(String::as_str);
            Ok(value(&rules::check(&claim, register, &weights, instant(now)?)))
        })
    }

    /// What the catalogue asks of a product kind (four digits) on a day (`YYYY-MM-DD`): a `Requirement`, or `null` without a
    /// snapshot.
    #[must_use]
    pub fn requirement(&self, product: &str, on: &str) -> String {
        attempt(|| {
            let code = product_code(product).ok_or("product: four digits are expected")?;
            let on = day(on)?;
            let snapshot = self.snapshot.as_ref().ok();
            Ok(value(&snapshot.map(|snapshot| catalogue::requirement(snapshot.reference(), code, on))))
        })
    }

    /// The product kinds that words may mean, on a day: an array of `ProductCandidate`, or `null` without a snapshot.
    #[must_use]
    pub fn candidates(&self, text: &str, on: &str) -> String {
        attempt(|| {
            let on = day(on)?;
            let snapshot = self.snapshot.as_ref().ok();
            Ok(value(&snapshot.map(|snapshot| catalogue::candidates(snapshot.reference(), text, on))))
        })
    }

    /// Verifies a receipt by the newest known keys against the request that it answers. Where a key document of version `seen` was
    /// seen, one before it may name keys that were revoked since: they are unknown.
    #[wasm_bindgen(js_name = verifyReceipt)]
    #[must_use]
    pub fn verify_receipt(&self, receipt: &str, request: &str, seen: u32, now: i64) -> String {
        attempt(|| {
            let mut asked = Request::default();
            argument("request", request, &mut asked)?;
            let (_, newest) = self.trusted.as_ref().ok_or(NOT_PINNED)?;
            let now = instant(now)?;
            let verified = match newest.version < seen {
                true => Err(ReceiptError::UnknownKey),
                false => receipt::verify(receipt, newest, &asked, now),
            };
            Ok(match verified {
                Ok(receipt) => value(&receipt),
                Err(error) => failed(error.code(), String::new()),
            })
        })
    }
}

impl Checker {
    fn opened(&mut self) -> Result<&mut Snapshot, Refusal> {
        self.snapshot.as_mut().map_err(|_| Refusal::Hash)
    }

    fn keep(
        &mut self,
        head: VerifiedHead,
        reference: Option<Blob>,
        directory: Option<Blob>,
        snapshot: Option<Held>,
        delta: Option<Blob>,
        now: Instant,
    ) -> Result<(), Refusal> {
        head.unexpired(now)?;
        if let Some(snapshot) = snapshot {
            snapshot.file().check(head.manifest().snapshot)?;
        }
        match (reference, directory) {
            (Some(reference), Some(directory)) => self.snapshot = Ok(Snapshot::lazy(head, reference, directory)?),
            (reference, _) => self.go_on(head, reference)?,
        }
        if let Some(delta) = delta {
            self.opened()?.supply_delta(delta)?;
        }
        Ok(())
    }

    /// Goes on with the open base under another head. A function of its own, as a page's first opening does without: an engine
    /// compiles what is first called.
    #[inline(never)]
    fn go_on(&mut self, head: VerifiedHead, reference: Option<Blob>) -> Result<(), Refusal> {
        self.opened()?.follow(head, reference)
    }

    fn refuse(&mut self, refusal: &Refusal) -> String {
        self.snapshot = Err(refusal.code().into());
        refused(refusal)
    }
}

/// The answer to a call whose arguments may not be as they must be.
fn attempt(call: impl FnOnce() -> Result<String, String>) -> String {
    call().unwrap_or_else(|misuse| object("misuse", &misuse))
}

fn value(value: &dyn ToJson) -> String {
    object("value", value)
}

fn refused(refusal: &Refusal) -> String {
    failed(refusal.code(), refusal.values())
}

fn failed(code: &'static str, values: String) -> String {
    object("error", &Failure { code, values })
}

/// An object of one field.
fn object(name: &str, value: &dyn ToJson) -> String {
    let mut out = String::from("{");
    json::field(name, value, &mut out);
    out.push('}');
    out
}

/// Reads an argument to its place.
fn argument(name: &str, json: &str, place: &mut dyn Place) -> Result<(), String> {
    json::fill(json, place).map_err(|error| [name, ": ", &error.to_string()].concat())
}

fn claimed(json: &str) -> Result<Claim, String> {
    let mut claim = Claim::default();
    argument("claim", json, &mut claim)?;
    Ok(claim)
}

fn day(text: &str) -> Result<Day, String> {
    text.parse().map_err(|error: DateError| ["on: ", &error.to_string()].concat())
}

fn instant(seconds: i64) -> Result<Instant, String> {
    Instant::from_seconds(seconds).ok_or_else(|| "now: out of range".into())
}
