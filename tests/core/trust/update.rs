//! Attacks by whoever serves the files, and by whoever holds a key of one role.

use super::reader::{Defence, Reader};
use super::world::{Draft, HOUR, OLD_ROOT, Victim, after, now, signed};
use crate::fixture::{AS_OF, LIFETIME, edition, head, instant, keys, opened};
use cccheck::trust::{
    CLOCK_SKEW_SECONDS, Cosignature, DeltaRef, Domain, FileRef, Head, MAX_DECODED, MAX_SEQUENCE, PartRef, Refusal,
    RoleName, RowKey, Section, Seen,
};
use cccheck::wire;
use cccheck::{Claim, Decision, Freshness, Instant, Policy, Register, check};
use std::sync::Arc;

fn not_signed(role: RoleName) -> Refusal {
    Refusal::NotSigned { role, valid: 0, needed: 1 }
}

#[test]
fn arbitrary_installation_is_refused() {
    let forged = Draft::new(3, b"revoked becomes valid").content(&["somebody"]).bytes();
    Victim::new().refuses(&forged, Defence::ContentSigns, not_signed(RoleName::Content));
}

#[test]
fn a_stolen_freshness_key_cannot_sign_content() {
    let forged = Draft::new(3, b"altered").content(&["freshness"]).bytes();
    Victim::new().refuses(&forged, Defence::Roles, not_signed(RoleName::Content));
}

#[test]
fn a_stolen_freshness_key_can_freeze_until_the_manifest_expires() {
    let old = Draft::new(3, b"old");
    let frozen_at = |hours| old.clone().stated(now().plus_seconds(hours * HOUR), 1_000 * HOUR).bytes();
    let late = instant(AS_OF).plus_seconds(LIFETIME);
    let hours = LIFETIME / HOUR - 1;
    assert!(Victim::new().at(late).verify(&frozen_at(hours)).is_ok(), "it can state the same manifest again and again");
    let refusal = Refusal::Expired { expires: old.manifest.expires };
    Victim::new().at(late.plus_seconds(1)).refuses(&frozen_at(hours), Defence::Expiry, refusal);

    let mut victim = Victim::that_saw(&Draft::new(4, b"new").bytes());
    victim.now = late;
    let refusal = Refusal::Rollback { lowest: 4, offered: 3 };
    victim.refuses(&frozen_at(hours), Defence::SeenSequence, refusal);
}

#[test]
fn a_stolen_content_key_cannot_state_freshness() {
    let forged = Draft::new(3, b"altered").freshness(&["somebody"]).bytes();
    Victim::new().refuses(&forged, Defence::FreshnessSigns, not_signed(RoleName::Freshness));
    let forged = Draft::new(3, b"altered").freshness(&["content"]).bytes();
    Victim::new().refuses(&forged, Defence::Roles, not_signed(RoleName::Freshness));
}

#[test]
fn a_signature_for_one_purpose_fits_no_other() {
    let mut forged = Draft::new(3, b"signed as something else");
    forged.heading = Domain::Keys;
    Victim::new().refuses(&forged.bytes(), Defence::Headings, not_signed(RoleName::Content));
}

#[test]
fn endless_data_in_a_head_is_refused() {
    let padded = |count, length| {
        let mut head = Draft::new(3, b"").head();
        let junk = |place| Cosignature { key: id(place), time: now(), bytes: vec![0; length] };
        head.witnesses = (0..count).map(junk).collect();
        wire::encode(&head)
    };
    Victim::new().refuses(&padded(1, 10_000_000), Defence::HeadSize, Refusal::Malformed { part: "head" });
    Victim::new().refuses(&padded(17, 64), Defence::ListSizes, Refusal::Malformed { part: "cosignatures" });
    assert!(Victim::new().verify(&padded(16, 64)).is_ok(), "strangers' cosignatures are ignored");
}

fn id(place: usize) -> [u8; 8] {
    u64::try_from(place).unwrap().to_be_bytes()
}

#[test]
fn what_is_decoded_at_once_is_small() {
    let of_size = |place: fn(&mut Draft) -> &mut u64, size| {
        let mut draft = Draft::new(3, b"");
        let part = PartRef { from: RowKey { body: 0, year: 0, key: 0 }, file: FileRef::of(b"") };
        draft.manifest.delta = Some(DeltaRef { file: FileRef::of(b""), parts: vec![part] });
        *place(&mut draft) = size;
        let delta = draft.manifest.delta.as_mut().unwrap();
        delta.file.size = delta.parts[0].file.size;
        draft.bytes()
    };
    let places: [fn(&mut Draft) -> &mut u64; 3] = [
        |draft| &mut draft.manifest.reference.size,
        |draft| &mut draft.manifest.directory.size,
        |draft| &mut draft.manifest.delta.as_mut().unwrap().parts[0].file.size,
    ];
    for place in places {
        assert!(Victim::new().verify(&of_size(place, MAX_DECODED)).is_ok());
        let refusal = Refusal::Malformed { part: "manifest" };
        Victim::new().refuses(&of_size(place, MAX_DECODED + 1), Defence::SmallTables, refusal);
    }
}

#[test]
fn more_signatures_than_anyone_needs_are_refused() {
    let mut head = Draft::new(3, b"").head();
    let junk = head.manifest.signatures[0].clone();
    let strangers = (0..16).map(|place| cccheck::trust::Signature { key: id(place), ..junk.clone() });
    head.manifest.signatures.extend(strangers);
    head.manifest.signatures.sort_by_key(|signature| signature.key);
    let bytes = head.encode().unwrap();
    Victim::new().refuses(&bytes, Defence::ListSizes, Refusal::Malformed { part: "manifest" });
}

#[test]
fn fast_forward_ends_with_a_new_key_document() {
    let mut victim = Victim::that_saw(&Draft::new(8, b"honest").bytes());
    let stolen = |sequence| Draft::new(sequence, b"by a thief of content and freshness keys").bytes();
    for beyond in [MAX_SEQUENCE + 1, u64::MAX] {
        let refusal = Refusal::Malformed { part: "manifest" };
        victim.refuses(&stolen(beyond), Defence::CountableSequence, refusal);
    }
    let thief = stolen(MAX_SEQUENCE);
    victim.accept(&thief);
    let rotated = after(&keys(), |keys| {
        keys.content = crate::fixture::role(1, &["content 2"]);
        keys.freshness = crate::fixture::role(1, &["freshness 2"]);
        keys.lowest_sequence = 9;
    });
    let chain = [signed(&rotated, &OLD_ROOT)];
    let recovery = Draft::new(9, b"honest").chain(&chain).content(&["content 2"]).freshness(&["freshness 2"]).bytes();
    let stuck = Reader::without(Defence::CountByDocument).read(&recovery, &victim);
    assert_eq!(stuck, Err(Defence::SeenSequence), "a reader that compares sequences alone never comes back");

    let verified = victim.accept(&recovery);
    assert_eq!((verified.manifest().sequence, verified.keys().version), (9, 2));
    let refusal = Refusal::KeysRollback { lowest: 2, offered: 1 };
    victim.refuses(&thief, Defence::KeysNeverFall, refusal);
}

#[test]
fn a_new_key_document_does_not_let_old_editions_back_in() {
    let victim = Victim::that_saw(&Draft::new(8, b"new").bytes());
    let rotated = after(&keys(), |keys| keys.lowest_sequence = 8);
    let chain = [signed(&rotated, &OLD_ROOT)];
    let old = Draft::new(5, b"old").chain(&chain).bytes();
    victim.refuses(&old, Defence::DocumentSequence, Refusal::Rollback { lowest: 8, offered: 5 });
}

#[test]
fn an_indefinite_freeze_is_refused_without_memory_and_shows_with_it() {
    let edition = edition();
    let honest = Draft::of(3, &edition);
    let bytes = honest.bytes();
    let late = instant(AS_OF).plus_seconds(LIFETIME + 1);
    let refusal = Refusal::Expired { expires: honest.manifest.expires };
    Victim::new().at(late).refuses(&bytes, Defence::Expiry, refusal);

    let verified = Victim::that_saw(&bytes).at(late).verify(&bytes).unwrap();
    let snapshot = edition.open(verified).unwrap();
    assert_eq!(snapshot.standing(late).freshness, Freshness::Expired);
}

/// A newer key document begins the count anew, so that memory under an older one cannot tell how old an edition is.
#[test]
fn a_newer_key_document_does_not_revive_what_has_expired() {
    let victim = Victim::that_saw(&Draft::new(500, b"new").bytes()).at(instant(AS_OF).plus_seconds(LIFETIME + 1));
    let chain = [signed(&after(&keys(), |_| ()), &OLD_ROOT)];
    let old = Draft::new(3, b"old").chain(&chain);
    let refusal = Refusal::Expired { expires: old.manifest.expires };
    victim.refuses(&old.bytes(), Defence::MemoryByDocument, refusal);
    // Whoever has seen it goes on with it, under older keys, too: what was revoked stays so.
    for seen in [Draft::new(3, b"old"), Draft::new(2, b"older").chain(&chain)] {
        let knows = Victim::that_saw(&seen.bytes()).at(victim.now);
        assert!(Reader::whole().read(&old.bytes(), &knows).is_ok());
        assert!(!knows.verify(&old.bytes()).unwrap().first_seen());
    }
}

#[test]
fn a_freshness_statement_ends_before_its_manifest() {
    let bytes = Draft::new(3, b"").stated(instant(AS_OF), HOUR / 2).bytes();
    let refusal = Refusal::Expired { expires: instant(AS_OF).plus_seconds(HOUR / 2) };
    Victim::new().refuses(&bytes, Defence::Expiry, refusal);
}

#[test]
fn mix_and_match_of_manifest_and_freshness_is_refused() {
    let (old, new) = (Draft::new(3, b"one").head(), Draft::new(4, b"two").head());
    let bytes = Head { freshness: new.freshness, ..old }.encode().unwrap();
    Victim::new().refuses(&bytes, Defence::SameManifest, Refusal::FreshnessMismatch);
}

#[test]
fn mix_and_match_of_head_and_files_is_refused() {
    let edition = edition();
    let mut other = edition.snapshot();
    other[100] ^= 1;
    let verified = Victim::new().verify(&Draft::of(3, &edition).bytes()).unwrap();
    assert_eq!(edition.open_with(verified, other).unwrap_err(), Refusal::Hash);
}

#[test]
fn endless_and_truncated_files_are_refused() {
    let edition = edition();
    let verified = Victim::new().verify(&Draft::of(3, &edition).bytes()).unwrap();
    let size = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap();
    let file = edition.snapshot();
    let longer = [file.as_slice(), &[0]].concat();
    let shorter = file[..file.len() - 1].to_vec();
    for wrong in [longer, shorter, Vec::new()] {
        let (expected, found) = (size(&file), size(&wrong));
        assert_eq!(edition.open_with(verified.clone(), wrong).unwrap_err(), Refusal::Size { expected, found });
    }
}

#[test]
fn rollback_is_refused_by_memory_and_by_pin() {
    let old = Draft::new(3, b"old").bytes();
    let refusal = Refusal::Rollback { lowest: 4, offered: 3 };
    let victim = Victim::that_saw(&Draft::new(4, b"new").bytes());
    victim.refuses(&old, Defence::SeenSequence, refusal.clone());
    let mut victim = Victim::new();
    victim.pin.lowest_sequence = 4;
    victim.refuses(&old, Defence::PinnedSequence, refusal);
}

#[test]
fn equivocation_is_refused() {
    let one = Draft::new(3, b"one").bytes();
    let victim = Victim::that_saw(&one);
    let other = Draft::new(3, b"two").bytes();
    victim.refuses(&other, Defence::OneManifestASequence, Refusal::Equivocation { sequence: 3 });
    assert!(victim.verify(&one).is_ok());
}

#[test]
fn a_lost_store_admits_unexpired_heads_only_and_the_verdict_says_so() {
    let edition = edition();
    let mut victim = Victim::that_saw(&Draft::new(4, b"new").bytes());
    let keys_alone = victim.seen.take().map(|seen| Seen { sequence: 0, ..seen });
    for seen in [None, keys_alone] {
        victim.seen = seen;
        victim.now = now();
        let old = victim.verify(&Draft::of(3, &edition).bytes()).unwrap();
        assert!(old.first_seen());
        assert!(edition.open(old).unwrap().standing(now()).first_seen);
        victim.now = instant(AS_OF).plus_seconds(LIFETIME + 1);
        let head = Draft::of(3, &edition);
        victim.refuses(&head.bytes(), Defence::Expiry, Refusal::Expired { expires: head.manifest.expires });
    }
}

#[test]
fn a_clock_before_the_signing_accepts_nothing() {
    let edition = edition();
    let bytes = head(&edition.manifest(3, AS_OF));
    let earlier = instant(AS_OF).plus_seconds(-HOUR);
    let victim = Victim::new().at(earlier);
    assert!(Reader::without(Defence::EarliestTime).read(&bytes, &victim).is_ok());
    assert_eq!(Reader::whole().read(&bytes, &victim), Err(Defence::EarliestTime));

    // The real reader opens it, for what was revoked stays revoked, but nothing is accepted.
    let snapshot = opened(&bytes, &edition, earlier);
    assert_eq!(snapshot.standing(earlier).freshness, Freshness::ClockBehind);
    let claim = Claim { number: Some("2020900201000001".into()), ..Claim::default() };
    let decided = |now| check(&claim, Ok(&snapshot), &Policy::default(), now).decision;
    assert_eq!((decided(now()), decided(earlier)), (Decision::Accept, Decision::Review));
}

/// No time is remembered, so a clock within a head's life is believed, whatever it showed before.
#[test]
fn a_clock_set_back_revives_an_expired_head() {
    let edition = edition();
    let bytes = Draft::of(3, &edition).bytes();
    let late = instant(AS_OF).plus_seconds(LIFETIME + 1);
    let victim = Victim::that_saw(&bytes).at(late);
    let snapshot = edition.open(victim.verify(&bytes).unwrap()).unwrap();
    let freshness = |now| snapshot.standing(now).freshness;
    assert_eq!((freshness(late), freshness(now())), (Freshness::Expired, Freshness::Fresh));
    let claim = Claim { number: Some("2020900201000001".into()), ..Claim::default() };
    let decided = |now| check(&claim, Ok(&snapshot), &Policy::default(), now).decision;
    assert_eq!((decided(late), decided(now())), (Decision::Review, Decision::Accept));
    // The same without memory, in the next run.
    let refusal = Refusal::Expired { expires: instant(AS_OF).plus_seconds(LIFETIME) };
    assert_eq!(Victim::new().at(late).verify(&bytes).unwrap_err(), refusal);
    assert!(Victim::new().verify(&bytes).is_ok());
}

#[test]
fn a_manifest_or_statement_that_is_later_than_the_clock_is_not_believed() {
    let edition = edition();
    let later = now().plus_seconds(HOUR);
    let stated_later = Draft::of(3, &edition).stated(later, LIFETIME);
    assert!(stated_later.manifest.signed_at < now(), "the manifest alone would be believed");
    let mut signed_later = Draft::of(3, &edition).stated(instant(AS_OF), LIFETIME);
    signed_later.manifest.signed_at = later;
    for bytes in [stated_later, signed_later].map(|draft| draft.bytes()) {
        assert!(Reader::without(Defence::EarliestTime).read(&bytes, &Victim::new()).is_ok());
        assert_eq!(Reader::whole().read(&bytes, &Victim::new()), Err(Defence::EarliestTime));
        let snapshot = opened(&bytes, &edition, now());
        let freshness = |now| snapshot.standing(now).freshness;
        assert_eq!(freshness(now()), Freshness::ClockBehind);
        let first = later.plus_seconds(-CLOCK_SKEW_SECONDS);
        assert_eq!((freshness(first.plus_seconds(-1)), freshness(first)), (Freshness::ClockBehind, Freshness::Fresh));
        let claim = Claim { number: Some("2020900201000001".into()), ..Claim::default() };
        let decided = |now| check(&claim, Ok(&snapshot), &Policy::default(), now).decision;
        assert_eq!((decided(now()), decided(first)), (Decision::Review, Decision::Accept));
    }
}

#[test]
fn an_open_snapshot_expires_with_the_first_of_manifest_statement_and_keys() {
    let edition = edition();
    let soon = now().plus_seconds(HOUR);
    let freshness = |victim: &Victim, draft: &Draft, now| {
        let snapshot = edition.open(victim.verify(&draft.bytes()).unwrap()).unwrap();
        snapshot.standing(now).freshness
    };
    let ends = |victim: &Victim, draft: &Draft, last: Instant| {
        let around = [last, last.plus_seconds(1)].map(|now| freshness(victim, draft, now));
        assert_eq!(around, [Freshness::Fresh, Freshness::Expired]);
    };
    let long = Draft::of(3, &edition).stated(now(), LIFETIME);
    ends(&Victim::new(), &long, long.manifest.expires);
    ends(&Victim::new(), &long.clone().stated(now(), HOUR), soon);
    let mut victim = Victim::new();
    Arc::make_mut(&mut victim.pin.keys).expires = soon;
    assert!(long.manifest.expires > soon, "the keys end before the manifest");
    ends(&victim, &long, soon);
}

#[test]
fn another_register_is_refused() {
    let mut other = Draft::new(3, b"");
    other.manifest.origin = "other.cccheck.example".into();
    let refusal =
        Refusal::WrongOrigin { expected: crate::fixture::ORIGIN.into(), found: other.manifest.origin.clone() };
    Victim::new().refuses(&other.bytes(), Defence::OneOrigin, refusal);
}

#[test]
fn a_newer_format_is_named_as_such() {
    let mut other = Draft::new(3, b"");
    other.manifest.version = 3;
    let refusal = Refusal::UnsupportedFormat { part: "manifest", version: 3 };
    Victim::new().refuses(&other.bytes(), Defence::Version, refusal);
}

#[test]
fn an_unknown_section_is_refused_if_it_is_critical_and_ignored_if_not() {
    let with = |critical| {
        let mut draft = Draft::new(3, b"");
        draft.manifest.sections = vec![Section { tag: 7, critical, bytes: b"new".to_vec() }];
        draft.bytes()
    };
    assert!(Victim::new().verify(&with(false)).is_ok());
    Victim::new().refuses(&with(true), Defence::CriticalSections, Refusal::UnknownSection { tag: 7 });
    assert_eq!(Refusal::UnknownSection { tag: 7 }.code(), "trust.unsupported_format");
}
