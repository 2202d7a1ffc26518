//! The edition on which the package rehearses an opening: a few certificates, a few rows of every table, small enough to carry.
//!
//! `CCCHECK_WRITE_VECTORS=1 cargo test --test core vectors` writes it anew.

use crate::fixture::{self, AS_OF, Edition, committed, edition_of, head, instant, opened, pin, signed_keys};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::snapshot::{Content, WriteOptions, write_delta};
use cccheck::trust::Head;
use cccheck::{Catalogue, Claim, Decision, Policy, Record, Reference, Status, check};
use serde_json::json;

const VALID: &str = "2021900201000012";
/// Valid in the snapshot, revoked in its delta.
const REVOKED: &str = "2021900201000013";

/// Something of every table that is not empty, without long texts; all that the product kind and the body have.
fn tables() -> Reference {
    let mut tables = fixture::reference().clone();
    let number = fixture::number(VALID);
    let rows = tables.catalogue.rows().filter(|row| row.code == number.product()).collect();
    tables.catalogue = Catalogue::new(rows).unwrap();
    tables.scope = tables.scope.rows().filter(|row| row.limit.is_some()).take(1).collect();
    tables.transitions.truncate(1);
    tables.units.truncate(1);
    tables.bodies.retain(|body| body.code == number.body());
    tables.alerts.truncate(1);
    tables.attributes.truncate(1);
    tables.traditional.truncate(2);
    let texts = (tables.transitions.iter_mut().flat_map(|row| [&mut row.zh, &mut row.en, &mut row.source]))
        .chain(tables.alerts.iter_mut().flat_map(|row| [&mut row.zh, &mut row.en, &mut row.source]))
        .chain(tables.attributes.iter_mut().flat_map(|row| [&mut row.zh, &mut row.en, &mut row.source]));
    texts.for_each(String::clear);
    tables
}

fn records() -> Vec<Record> {
    let held = fixture::records().into_iter().find(|record| record.parties.applicant.is_some()).unwrap();
    let record = |digits, status| Record {
        number: fixture::number(digits),
        status,
        status_since: (status != Status::Valid).then(|| "2026-03-15".parse().unwrap()),
        ..held.clone()
    };
    vec![record(VALID, Status::Valid), record(REVOKED, Status::Revoked)]
}

fn edition() -> Edition {
    let number = fixture::number(VALID);
    let coverage: Vec<_> = fixture::coverage()
        .into_iter()
        .filter(|line| (line.body, line.year) == (number.body(), number.year()))
        .collect();
    let now = Content { records: records(), coverage, declarations: Vec::new() };
    let mut before = now.clone();
    before.records.iter_mut().for_each(|record| (record.status, record.status_since) = (Status::Valid, None));
    let options = WriteOptions::new(instant(AS_OF).legal_day(), before.records.len());
    let base = edition_of(&before, &tables(), &options);
    let verified = Head::verify(&head(&base.manifest(1, AS_OF)), &pin(), None, instant(AS_OF)).unwrap();
    let delta = write_delta(&base.open(verified).unwrap(), &now, 1000).unwrap();
    Edition { parts: delta.parts, content: delta.content, ..base }
}

#[test]
fn the_vectors_have_a_rehearsal_that_is_small_and_says_what_it_must() {
    let edition = edition();
    let head = head(&edition.manifest(2, AS_OF));
    let text = Base64UrlUnpadded::encode_string;
    let made = json!({
        "keys": text(&signed_keys()),
        "head": text(&head),
        "reference": text(&edition.reference),
        "snapshot": text(&edition.snapshot()),
        "delta": text(&edition.delta().unwrap()),
        "now": AS_OF,
        "accepted": VALID,
        "rejected": REVOKED,
    });
    let made = format!("{made}\n").into_bytes();
    assert_eq!(committed("rehearsal.json", &made), made);
    assert!(made.len() < 5000, "{} bytes", made.len());

    let snapshot = opened(&head, &edition, instant(AS_OF));
    for (number, decision) in [(VALID, Decision::Accept), (REVOKED, Decision::Reject)] {
        let claim = Claim { number: Some(number.into()), ..Claim::default() };
        let verdict = check(&claim, Ok(&snapshot), &Policy::default(), instant(AS_OF));
        assert_eq!(verdict.decision, decision, "{verdict:?}");
    }
}
