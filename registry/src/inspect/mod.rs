//! What a snapshot holds, added up for people: by body, year, product and status; bits by column; signatures and age.

mod columns;

use crate::{Error, published};
use cccheck::snapshot::{Changes, Content, Coverage, Snapshot};
use cccheck::trust::{self, Domain, Head, Keys, Manifest, Override, Pin, PublicKey, Refusal, Role, RoleName};
use cccheck::{Day, Instant, LookupError, Register, Standing, hex};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

pub use columns::Column;

/// What a directory of published files holds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// Which edition, how old, how fresh.
    #[serde(flatten)]
    pub standing: Standing,
    /// When the edition was signed.
    pub signed_at: Instant,
    /// The last instant of its manifest.
    pub expires: Instant,
    /// Certificates.
    pub certificates: u64,
    /// Self-declarations and instruments of other schemes.
    pub declarations: u64,
    /// How many there are of each body, the most first.
    pub bodies: Vec<Tally>,
    /// Of each year.
    pub years: Vec<Tally>,
    /// Of each product kind.
    pub products: Vec<Tally>,
    /// Of each status.
    pub statuses: Vec<Tally>,
    /// For which bodies and years it claims to have every instrument in force, ascending.
    pub complete: Vec<Complete>,
    /// What the records take, by column.
    pub columns: Vec<Column>,
    /// Bytes of the files.
    pub files: Files,
    /// What the delta changes, if there is one.
    pub delta: Option<Delta>,
    /// Whose signatures it has.
    pub keys: Signed,
    /// Counts that moved beyond the bound, and why.
    pub overrides: Vec<Reason>,
}

/// How many there are of something.
#[derive(Debug, Serialize)]
pub struct Tally {
    /// Of what.
    pub of: String,
    /// How many.
    pub count: u64,
}

/// Years of a body of which every instrument in force is there.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Complete {
    /// The certification body; from 100 on a keyspace of hashed numbers, which has no years.
    pub body: u8,
    /// The first of the years.
    pub from: u16,
    /// The last one.
    pub to: u16,
    /// The first day of which lapsed instruments are there; all if missing.
    pub lapsed_since: Option<Day>,
}

/// Sizes in bytes.
#[derive(Debug, Serialize)]
pub struct Files {
    /// The reference tables.
    pub reference: u64,
    /// The directory of the snapshot.
    pub directory: u64,
    /// The snapshot, its directory included.
    pub snapshot: u64,
}

/// A delta and what it changes.
#[derive(Debug, Serialize)]
pub struct Delta {
    /// Its size in bytes.
    pub bytes: u64,
    /// In how many parts it can be fetched.
    pub parts: usize,
    /// New instruments.
    pub added: u64,
    /// Changed ones.
    pub changed: u64,
    /// Removed ones.
    pub removed: u64,
}

/// The key document, and who signed by it.
#[derive(Debug, Serialize)]
pub struct Signed {
    /// Its version.
    pub version: u32,
    /// Its last instant.
    pub expires: Instant,
    /// Its roles, and which of their keys signed the head.
    pub roles: Vec<Signers>,
}

/// A role and those of its keys that signed the head.
#[derive(Debug, Serialize)]
pub struct Signers {
    /// The role.
    pub role: &'static str,
    /// How many must sign.
    pub threshold: u8,
    /// How many keys it has.
    pub keys: usize,
    /// The keys that signed.
    pub signed: Vec<String>,
}

/// Why a count moved.
#[derive(Debug, Serialize)]
pub struct Reason {
    /// The certification body.
    pub body: u8,
    /// Why.
    pub reason: String,
}

/// Inspects a directory of published files. An edition that has expired, or whose keys have, is shown, and that it has.
///
/// # Errors
/// [`Error`] if the pinned keys did not sign it, or a file is not as it was signed.
pub fn inspect(public: &Path, pin: &Pin, now: Instant) -> Result<Inspection, Error> {
    let bytes = published::head(public)?;
    let head = Head::decode(&bytes).map_err(refused)?;
    let verified = match Head::verify(&bytes, pin, None, now) {
        Err(Refusal::Expired { .. } | Refusal::KeysExpired { .. }) => {
            let manifest: Manifest = head.manifest.peek(Domain::Manifest).map_err(refused)?;
            Head::verify(&bytes, pin, None, manifest.signed_at)
        }
        verified => verified,
    };
    let snapshot = published::open_head(public, verified.map_err(refused)?)?;
    let content = snapshot.content().map_err(unreadable)?;
    let manifest = snapshot.head().manifest();
    let count = |items: usize| u64::try_from(items).unwrap_or(u64::MAX);
    let delta = manifest.delta.as_ref().map(|delta| {
        let Changes { added, changed, removed } = snapshot.changes().map_err(unreadable)?;
        Ok::<_, Error>(Delta { bytes: delta.file.size, parts: delta.parts.len(), added, changed, removed })
    });
    Ok(Inspection {
        standing: snapshot.standing(now),
        signed_at: manifest.signed_at,
        expires: snapshot.head().expires(),
        certificates: count(content.records.len()),
        declarations: count(content.declarations.len()),
        bodies: by_body(&content),
        years: tally(content.records.iter().map(|one| one.number.year().to_string())),
        products: by_product(&content),
        statuses: by_status(&content),
        complete: complete(&content),
        columns: columns::measure(content, manifest.as_of.legal_day())?,
        files: Files {
            reference: manifest.reference.size,
            directory: manifest.directory.size,
            snapshot: manifest.snapshot.size,
        },
        delta: delta.transpose()?,
        keys: signers(&head, &snapshot, pin),
        overrides: manifest
            .overrides
            .iter()
            .map(|Override { body, reason }| Reason { body: *body, reason: reason.clone() })
            .collect(),
    })
}

fn complete(content: &Content) -> Vec<Complete> {
    let mut lines: Vec<Coverage> = content.coverage.iter().filter(|line| line.complete).copied().collect();
    lines.sort_unstable();
    let mut all: Vec<Complete> = Vec::new();
    for Coverage { body, year, lapsed_since, .. } in lines {
        match all.last_mut() {
            Some(last) if (last.body, last.lapsed_since) == (body, lapsed_since) && last.to + 1 == year => {
                last.to = year
            }
            _ => all.push(Complete { body, from: year, to: year, lapsed_since }),
        }
    }
    all
}

fn by_body(content: &Content) -> Vec<Tally> {
    let declarations = content.declarations.iter().map(|one| one.number.key.space().to_string());
    tally(content.records.iter().map(|one| format!("{:02}", one.number.body())).chain(declarations))
}

fn by_product(content: &Content) -> Vec<Tally> {
    let name = |product: Option<u16>| product.map_or(String::new(), |product| format!("{product:04}"));
    let declarations = content.declarations.iter().map(|one| name(one.number.product));
    tally(content.records.iter().map(|one| name(Some(one.number.product()))).chain(declarations))
}

fn by_status(content: &Content) -> Vec<Tally> {
    let declarations = content.declarations.iter().map(|one| one.status);
    tally(content.records.iter().map(|one| one.status).chain(declarations).map(|status| status.as_str().to_owned()))
}

/// How often each occurs, the most frequent first.
fn tally(items: impl Iterator<Item = String>) -> Vec<Tally> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    items.for_each(|item| *counts.entry(item).or_default() += 1);
    let mut tallies: Vec<Tally> = counts.into_iter().map(|(of, count)| Tally { of, count }).collect();
    tallies.sort_by_key(|tally| std::cmp::Reverse(tally.count));
    tallies
}

/// Whose signatures are good: anybody can put other ones beside them.
fn signers(head: &Head, snapshot: &Snapshot, pin: &Pin) -> Signed {
    let verified = snapshot.head();
    let keys: &Keys = verified.keys();
    let signers = |name: RoleName, is_good: &dyn Fn(&PublicKey, &Role) -> bool| {
        let role = keys.role(name);
        let signed = role.keys.iter().filter(|key| {
            let alone = Role { threshold: 1, keys: vec![(*key).clone()] };
            is_good(key, &alone)
        });
        let signed = signed.map(|key| hex(&key.id())).collect();
        Signers { role: name.as_str(), threshold: role.threshold, keys: role.keys.len(), signed }
    };
    let of = |name: RoleName, domain: Domain, signed: Option<&trust::Signed>| {
        signers(name, &|_, alone| signed.is_some_and(|signed| signed.check(domain, name, alone).is_ok()))
    };
    let witnessed = |key: &PublicKey, _: &Role| {
        let witnesses = head.witnesses.iter().filter(|witness| witness.key == key.id()).cloned().collect();
        let alone = Head { witnesses, ..head.clone() }.encode();
        let signed_at = verified.manifest().signed_at;
        alone
            .and_then(|head| Head::verify_unwitnessed(&head, pin, None, signed_at))
            .is_ok_and(|head| head.witnesses() == 1)
    };
    Signed {
        version: keys.version,
        expires: keys.expires,
        roles: vec![
            // The pinned document is the first; later ones come in the head with the signatures of their root keys.
            of(RoleName::Root, Domain::Keys, head.chain.last()),
            of(RoleName::Content, Domain::Manifest, Some(&head.manifest)),
            of(RoleName::Freshness, Domain::Freshness, Some(&head.freshness)),
            signers(RoleName::Witness, &witnessed),
        ],
    }
}

fn refused(refusal: Refusal) -> Error {
    Error::Refused { what: "the snapshot is refused", refusal }
}

fn unreadable(_: LookupError) -> Error {
    refused(Refusal::Malformed { part: "snapshot" })
}
