//! Attacks on files by whoever serves them. A host that vouches for every hash is the reader without the defence: there each
//! attack deceives.

use super::base::first_standings;
use super::reader::Defence;
use super::world::{Draft, HOUR, OLD_ROOT, Victim, after, now, signed};
use crate::fixture::{AS_OF, Edition, LIFETIME, edition_of, instant, keys, options};
use cccheck::snapshot::{Blob, Content, PartFile, Snapshot, WriteOptions, write_delta};
use cccheck::trust::{FileRef, Refusal, RoleName};
use cccheck::{
    CccNumber, Claim, Found, Freshness, LookupError, Outcome, Parties, Policy, Provenance, Record, Reference, Register,
    Status, Wanted, check,
};
use std::collections::HashMap;

/// Whether the host compares hashes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Hashes,
    Vouches,
}

fn number(serial: u32) -> CccNumber {
    CccNumber::new(2_020, 1, 1_101, serial).unwrap()
}

/// Certificates with these serials, one of them revoked. Which one changes no size.
fn register(serials: std::ops::Range<u32>, revoked: Option<u32>) -> Content {
    let record = |serial| Record {
        number: number(serial),
        status: if revoked == Some(serial) { Status::Revoked } else { Status::Valid },
        status_since: None,
        issued_on: Some(instant(AS_OF).legal_day()),
        expires_on: None,
        provenance: Provenance::Synthetic,
        model: None,
        parties: Parties::default(),
    };
    Content { records: serials.map(record).collect(), ..Content::default() }
}

fn edition(content: &Content) -> Edition {
    let options = WriteOptions { block_rows: 16, chunk_bytes: 40, ..options() };
    edition_of(content, &Reference::default(), &options)
}

/// The same base with the delta to a content.
fn with_delta(base: &Edition, content: &Content) -> Edition {
    let head = Victim::new().verify(&Draft::of(1, base).bytes()).unwrap();
    let delta = write_delta(&base.open(head).unwrap(), content, 1_000).unwrap();
    Edition { parts: delta.parts, content: delta.content, ..base.clone() }
}

fn files(edition: &Edition) -> Vec<Vec<u8>> {
    let parts = edition.parts.iter().map(|part| part.bytes.clone());
    [edition.reference.clone(), edition.written.directory.clone()]
        .into_iter()
        .chain(edition.written.chunks.clone())
        .chain(parts)
        .collect()
}

/// Serves the files of `shown` in the places of those of `signed`, and every other file by its hash.
fn mirror(signed: &Edition, shown: &Edition) -> impl Fn(FileRef) -> Vec<u8> {
    let of = |edition: &Edition| -> HashMap<[u8; 32], Vec<u8>> {
        files(edition).into_iter().map(|bytes| (FileRef::of(&bytes).hash, bytes)).collect()
    };
    let mut served = of(shown);
    served.extend(files(signed).iter().zip(files(shown)).map(|(own, other)| (FileRef::of(own).hash, other)));
    move |file| served.get(&file.hash).cloned().unwrap_or_default()
}

/// The status of a number as a client learns it that fetches file by file.
fn learn(
    signed: &Edition,
    host: Host,
    mirror: impl Fn(FileRef) -> Vec<u8>,
    serial: u32,
) -> Result<Option<Status>, Refusal> {
    let fetch = |file: FileRef| match host {
        Host::Hashes => Blob::new(mirror(file)),
        Host::Vouches => Blob::with_hash(mirror(file), file.hash),
    };
    let head = Victim::new().verify(&Draft::of(3, signed).bytes())?;
    let (reference, directory) = (head.manifest().reference, head.manifest().directory);
    let mut snapshot = Snapshot::lazy(head, fetch(reference), fetch(directory))?;
    while let Some(file) = snapshot.needs(number(serial), Wanted::Standing).first() {
        snapshot.supply(fetch(*file))?;
    }
    Ok(match snapshot.find(number(serial), Wanted::Standing) {
        Ok(Found::Record(record)) => Some(record.status),
        _ => None,
    })
}

/// The revoked certificate is shown as valid where nobody compares hashes, and the file refused where somebody does.
#[track_caller]
fn deceives_without_hashes(signed: &Edition, shown: &Edition) {
    let sizes = |edition: &Edition| files(edition).iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(signed), sizes(shown), "by size alone they must not differ");
    assert_eq!(learn(signed, Host::Hashes, mirror(signed, signed), 7), Ok(Some(Status::Revoked)));
    assert_eq!(learn(signed, Host::Vouches, mirror(signed, shown), 7), Ok(Some(Status::Valid)));
    assert_eq!(learn(signed, Host::Hashes, mirror(signed, shown), 7), Err(Refusal::Hash));
}

#[test]
fn the_directory_of_another_snapshot_is_refused() {
    deceives_without_hashes(&edition(&register(0..40, Some(7))), &edition(&register(0..40, Some(9))));
}

#[test]
fn a_chunk_of_another_edition_is_refused() {
    let (signed, shown) = (edition(&register(0..40, Some(7))), edition(&register(0..40, Some(9))));
    let mut mixed = signed.clone();
    mixed.written.chunks.clone_from(&shown.written.chunks);
    deceives_without_hashes(&signed, &mixed);
}

#[test]
fn an_older_delta_under_a_newer_head_is_refused() {
    let base = edition(&register(0..40, None));
    let (older, newer) = (with_delta(&base, &register(0..40, Some(9))), with_delta(&base, &register(0..40, Some(7))));
    deceives_without_hashes(&newer, &older);

    let head = Victim::new().verify(&Draft::of(3, &newer).bytes()).unwrap();
    let mixed = Edition { parts: older.parts, ..newer };
    assert_eq!(mixed.open(head).unwrap_err(), Refusal::Hash, "read whole, it is refused too");
}

#[test]
fn a_delta_of_another_base_is_refused() {
    let signed = with_delta(&edition(&register(0..40, None)), &register(0..40, Some(7)));
    let other = with_delta(&edition(&register(1..41, None)), &register(1..41, Some(7)));
    let mixed = Edition { parts: other.parts, ..signed.clone() };
    deceives_without_hashes(&signed, &mixed);
}

#[test]
fn arbitrary_content_is_refused() {
    let signed = edition(&register(0..40, Some(7)));
    let forged = (0..signed.written.chunks[0].len() * 8).find_map(|bit| {
        let mut forged = signed.clone();
        forged.written.chunks[0][bit / 8] ^= 1 << (bit % 8);
        let learnt = learn(&signed, Host::Vouches, mirror(&signed, &forged), 7);
        (learnt == Ok(Some(Status::Valid))).then_some(forged)
    });
    deceives_without_hashes(&signed, &forged.expect("some bit makes the certificate valid"));
}

/// The standing of a certificate as a client has it that reads file by file, and to which a part of the delta that does not come
/// says that nothing has changed.
fn learn_carelessly(snapshot: &Snapshot, signed: &Edition, serial: u32) -> Status {
    match snapshot.find(number(serial), Wanted::Standing) {
        Ok(Found::Record(record)) => record.status,
        // Here every serial has a row.
        Err(LookupError::Missing) => {
            let place = usize::try_from(serial).unwrap();
            first_standings(&signed.written.directory, &signed.written.chunks[0])[place]
        }
        other => panic!("the chunks are there: {other:?}"),
    }
}

#[test]
fn a_withheld_delta_leaves_the_question_open() {
    let signed = with_delta(&edition(&register(0..40, None)), &register(0..40, Some(7)));
    let blob = |bytes: &[u8]| Blob::new(bytes.to_vec());
    let head = Victim::new().verify(&Draft::of(3, &signed).bytes()).unwrap();
    let lazy = |parts: &[PartFile]| {
        let mut snapshot =
            Snapshot::lazy(head.clone(), blob(&signed.reference), blob(&signed.written.directory)).unwrap();
        let parts = parts.iter().map(|part| &part.bytes);
        signed.written.chunks.iter().chain(parts).for_each(|file| snapshot.supply(blob(file)).unwrap());
        snapshot
    };
    let (given, withheld) = (lazy(&signed.parts), lazy(&[]));
    assert_eq!(learn_carelessly(&given, &signed, 7), Status::Revoked);
    assert_eq!(learn_carelessly(&withheld, &signed, 7), Status::Valid, "the same head, and every file but the delta");

    assert_eq!(withheld.find(number(7), Wanted::Standing), Err(LookupError::Missing));
    let claim = Claim { number: Some(number(7).to_string()), ..Claim::default() };
    assert_eq!(check(&claim, Ok(&withheld), &Policy::default(), now()).outcome, Outcome::Unavailable);

    let expected = signed.parts.iter().map(|part| u64::try_from(part.bytes.len()).unwrap()).sum();
    let whole = Snapshot::open(head, blob(&signed.reference), blob(&signed.snapshot()), None);
    assert_eq!(whole.unwrap_err(), Refusal::Size { expected, found: 0 });
}

#[test]
fn the_careless_reader_of_a_snapshot_reads_it() {
    for revoked in [0, 7, 15] {
        let edition = edition(&register(0..40, Some(revoked)));
        let standings = first_standings(&edition.written.directory, &edition.written.chunks[0]);
        let expected: Vec<Status> = register(0..16, Some(revoked)).records.iter().map(|record| record.status).collect();
        assert_eq!(standings, expected);
    }
}

/// Who reads all that comes reads for ever; that the readers of files and of HTTP stop one byte beyond what is signed is for
/// their own tests. That byte says here that it is too much.
#[test]
fn a_file_that_goes_on_beyond_its_end_is_refused() {
    let signed = with_delta(&edition(&register(0..40, None)), &register(0..40, Some(7)));
    let head = Victim::new().verify(&Draft::of(3, &signed).bytes()).unwrap();
    let blob = |bytes: &[u8]| Blob::new(bytes.to_vec());
    let begun = || Snapshot::lazy(head.clone(), blob(&signed.reference), blob(&signed.written.directory)).unwrap();
    // What is signed for each file is known before it is fetched.
    let manifest = head.manifest();
    for file in [manifest.reference, manifest.directory].into_iter().chain(begun().missing()) {
        let own = files(&signed).into_iter().find(|bytes| FileRef::of(bytes) == file).unwrap();
        let bytes = [own.as_slice(), &[0]].concat();
        // Even where the hash is vouched for, the size is compared.
        for more in [Blob::new(bytes.clone()), Blob::with_hash(bytes, file.hash)] {
            let size = Refusal::Size { expected: file.size, found: file.size + 1 };
            let (refused, refusal) = if file == manifest.reference {
                (Snapshot::lazy(head.clone(), more, blob(&signed.written.directory)).err(), size)
            } else if file == manifest.directory {
                (Snapshot::lazy(head.clone(), blob(&signed.reference), more).err(), size)
            } else {
                (begun().supply(more).err(), Refusal::Hash)
            };
            assert_eq!(refused, Some(refusal), "{file:?}");
        }
    }
}

#[test]
fn a_stolen_freshness_key_can_freeze_but_never_alter() {
    let (old, new) = (edition(&register(0..40, Some(9))), edition(&register(0..40, Some(7))));
    let late = instant(AS_OF).plus_seconds(LIFETIME);
    let restated = |draft: Draft| draft.stated(late.plus_seconds(-HOUR), 1_000 * HOUR);

    // Freeze: whoever never saw the newer edition believes in the old one, until its manifest ends.
    let frozen = restated(Draft::of(3, &old));
    let head = Victim::new().at(late).verify(&frozen.bytes()).unwrap();
    let snapshot = old.open(head).unwrap();
    assert_eq!(snapshot.standing(late).freshness, Freshness::Fresh);
    assert_eq!(snapshot.standing(late.plus_seconds(1)).freshness, Freshness::Expired);
    let refusal = Refusal::Expired { expires: frozen.manifest.expires };
    Victim::new().at(late.plus_seconds(1)).refuses(&frozen.bytes(), Defence::Expiry, refusal);
    let victim = Victim::that_saw(&Draft::of(4, &new).bytes()).at(late);
    victim.refuses(&frozen.bytes(), Defence::SeenSequence, Refusal::Rollback { lowest: 4, offered: 3 });

    // Alter: neither a manifest of the thief's nor other files under the honest one.
    let forged = restated(Draft::of(5, &old)).content(&["freshness"]).bytes();
    let refusal = Refusal::NotSigned { role: RoleName::Content, valid: 0, needed: 1 };
    victim.refuses(&forged, Defence::Roles, refusal);
    let head = victim.verify(&restated(Draft::of(4, &new)).bytes()).unwrap();
    assert_eq!(new.open_with(head, old.snapshot()).unwrap_err(), Refusal::Hash);
}

#[test]
fn an_older_freshness_statement_changes_nothing() {
    let (edition, other) = (edition(&register(0..40, None)), edition(&register(0..40, Some(7))));
    let of = |sequence, edition: &Edition| Draft::of(sequence, edition);
    let stated =
        |draft: Draft, counter, hours| draft.counted(counter).stated(now().plus_seconds(hours * HOUR), 24 * HOUR);
    let newest = stated(of(3, &edition), 9, 20).bytes();
    let late = now().plus_seconds(25 * HOUR);
    let victim = Victim::that_saw(&of(3, &edition).bytes()).at(late);
    let verified = |head: &[u8]| victim.verify(head).unwrap();
    let freshness = |snapshot: &Snapshot| snapshot.standing(late).freshness;
    let opened = edition.open(verified(&newest)).unwrap();
    assert_eq!(freshness(&opened), Freshness::Fresh);

    let older = stated(of(3, &edition), 8, 0).bytes();
    let careless = edition.open(verified(&older)).unwrap();
    assert_eq!(freshness(&careless), Freshness::Expired, "who takes every head that is signed is set back");
    let renewed = opened.clone().renew(verified(&older), None, None).unwrap();
    assert_eq!(freshness(&renewed), Freshness::Fresh);

    // Of two with one count, the one that came last is taken.
    let as_new = stated(of(3, &edition), 9, 0).bytes();
    let renewed = opened.clone().renew(verified(&as_new), None, None).unwrap();
    assert_eq!(freshness(&renewed), Freshness::Expired);

    // A count is only one's own: that of another edition, or under other keys, begins anew.
    let newer_edition = stated(of(4, &edition), 1, 0).bytes();
    let renewed = opened.clone().renew(verified(&newer_edition), None, None).unwrap();
    assert_eq!((freshness(&renewed), renewed.standing(late).sequence), (Freshness::Expired, 4));
    let keys = signed(&after(&keys(), |_| ()), &OLD_ROOT);
    let newer_keys = stated(of(3, &edition), 1, 19).chain(&[keys]).bytes();
    let renewed = opened.clone().renew(verified(&newer_keys), None, None).unwrap();
    assert_eq!((freshness(&renewed), renewed.head().keys().version), (Freshness::Fresh, 2));
    assert_eq!(opened.renew(verified(&of(4, &other).bytes()), None, None).unwrap_err(), Refusal::Hash);
}
