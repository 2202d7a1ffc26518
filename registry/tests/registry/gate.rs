//! Counts that move further than is signed unasked.

use crate::support::{
    Response, Server, Temporary, cccheck, day, generated, hint, manifest, now, pin, set_status, sign_anew, stderr,
    stdout, within,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::snapshot::{self, Coverage, WriteOptions};
use cccheck::trust::{FileRef, Head, MAX_HEAD, Manifest, Override, PublicKey, RoleName, SigningKey};
use cccheck::{
    Catalogue, CatalogueRow, CccNumber, Declaration, DeclarationId, DeclarationKey, HASHED, Instant, Record, Reference,
    Scheme, Status, Transition,
};
use cccheck_registry::home::Folder;
use cccheck_registry::keys::Chain;
use cccheck_registry::publish::{Counted, Done, Moved, Publisher, Since, Withheld};
use cccheck_registry::{Error, Home, Store, clock, home, keys, reference};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const BODY: u8 = 90;
/// A keyspace of instruments of another scheme: the last.
const OTHER: u8 = 255;

fn publisher(home: &Home) -> Publisher {
    Publisher::new(home.clone(), &reference::load().unwrap())
}

/// A published register, of whose first body so many certificates are then cancelled.
fn cancelled(temporary: &Temporary, share: f64) -> (Home, Publisher, u64, u64) {
    let home = generated(temporary, 4_000);
    let publisher = publisher(&home);
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    let records = Store::open(&home).unwrap().contents().unwrap().content.records;
    let is_valid = |one: &Record| one.number.body() == BODY && one.status == Status::Valid;
    let valid = records.iter().filter(|one| is_valid(one)).count();
    let count = (valid as f64 * share) as usize;
    set_status(&home, count, Status::Cancelled, is_valid);
    (home, publisher, valid as u64, (valid - count) as u64)
}

#[test]
fn what_moves_within_the_bound_is_signed() {
    let temporary = Temporary::new();
    let (home, publisher, before, after) = cancelled(&temporary, 0.04);
    assert!(before - after > 20);
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    assert_eq!((manifest(&home).sequence, manifest(&home).overrides), (2, Vec::new()));
}

#[test]
fn what_moves_beyond_it_is_signed_only_with_a_reason() {
    let temporary = Temporary::new();
    let (home, publisher, before, after) = cancelled(&temporary, 0.10);
    let expected = Moved { body: BODY, counted: Counted::Valid, before, after, since: Since::Edition };
    let Err(Error::Counts { moved, .. }) = publisher.publish(&[], clock::now, |_| {}) else { panic!("signed") };
    assert_eq!(moved, vec![expected.clone()]);
    assert_eq!(publisher.bring_up_to_date(clock::now, |_| {}).unwrap(), Done::Held(vec![expected.clone()]));
    assert_eq!(publisher.held(), [expected]);
    assert_eq!(manifest(&home).sequence, 1);

    let refused = cccheck(&home, &["publish"]);
    assert_eq!(refused.status.code(), Some(65));
    let said = format!("the valid certificates of body 90 go from {before} to {after}");
    assert!(stderr(&refused).contains(&said), "{}", stderr(&refused));
    assert!(stderr(&refused).contains(&hint(&home, "publish --override 90=REASON")), "{}", stderr(&refused));
    for (wrong, code) in [("91=why", 64), ("90=", 64), ("ninety=why", 64), ("256=why", 64)] {
        assert_eq!(cccheck(&home, &["publish", "--override", wrong]).status.code(), Some(code), "{wrong}");
    }

    let published = cccheck(&home, &["publish", "--override", "90=a recall of adapters", "--json"]);
    assert_eq!(published.status.code(), Some(0), "{}", stderr(&published));
    let signed: Vec<(u8, String)> = manifest(&home).overrides.into_iter().map(|one| (one.body, one.reason)).collect();
    assert_eq!(signed, [(BODY, "a recall of adapters".into())]);
    assert_eq!(publisher.bring_up_to_date(clock::now, |_| {}).unwrap(), Done::Nothing);
    assert!(publisher.held().is_empty());
    assert_eq!(cccheck(&home, &["publish", "--override", "90=again"]).status.code(), Some(64), "nothing moves now");
    let inspected = stdout(&cccheck(&home, &["inspect"]));
    assert!(inspected.contains("body 90: a recall of adapters"), "{inspected}");
}

#[test]
fn each_keyspace_of_hashed_numbers_is_counted_by_itself() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    // Published by a home that has instruments of another scheme, too; this one knows self-declarations only.
    let mut content = Store::open(&home).unwrap().contents().unwrap().content;
    let others: Vec<Declaration> = content
        .declarations
        .iter()
        .take(3)
        .cloned()
        .zip(0..)
        .map(|(one, place)| {
            let key = DeclarationKey::of(OTHER, &format!("OTHER-{place}")).unwrap();
            Declaration { number: DeclarationId { key, product: None }, ..one }
        })
        .collect();
    content.declarations.extend(others);
    let written = snapshot::write(&content, &WriteOptions::new(now().legal_day(), content.rows())).unwrap();
    let put = |folder: Folder, bytes: &[u8]| {
        let file = FileRef::of(bytes);
        fs::write(folder.file(&home.public(), &file), bytes).unwrap();
        file
    };
    let snapshot = put(Folder::Snapshot, &written.snapshot());
    let directory = put(Folder::Blob, &written.directory);
    sign_anew(&home, |manifest| {
        *manifest = Manifest { content: written.content, snapshot, directory, ..manifest.clone() }
    });
    let inspected: serde_json::Value = serde_json::from_str(&stdout(&cccheck(&home, &["inspect", "--json"]))).unwrap();
    let body = |body: u8| {
        let (bodies, of) = (inspected["bodies"].as_array().unwrap(), body.to_string());
        bodies.iter().find(|tally| tally["of"] == of).map(|tally| tally["count"].as_u64().unwrap())
    };
    assert_eq!((body(OTHER), body(HASHED)), (Some(3), Some(content.declarations.len() as u64 - 3)));

    let Err(Error::Counts { moved, .. }) = publisher(&home).publish(&[], clock::now, |_| {}) else { panic!("signed") };
    assert_eq!(moved, [Moved { body: OTHER, counted: Counted::All, before: 3, after: 0, since: Since::Edition }]);
    let said = stderr(&cccheck(&home, &["publish"]));
    assert!(said.contains("the instruments of keyspace 255 go from 3 to 0"), "{said}");
    let wrong = cccheck(&home, &["publish", "--override", "100=why"]);
    assert_eq!(wrong.status.code(), Some(64), "self-declarations did not move");
    let published = cccheck(&home, &["publish", "--override", "255=they are kept elsewhere"]);
    assert_eq!(published.status.code(), Some(0), "{}", stderr(&published));
    assert_eq!(manifest(&home).overrides[0].body, OTHER);
}

#[test]
fn days_that_end_certificates_are_held_as_statuses_are() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    for days in ["expires_on = '2024-06-01'", "expires_on = '2039-06-01', issued_on = '2038-06-01'"] {
        let db = rusqlite::Connection::open(home.store()).unwrap();
        db.execute(&format!("UPDATE certificates SET {days} WHERE number / 10000000000 % 100 = 90"), []).unwrap();
        db.execute("UPDATE counters SET revision = revision + 1", []).unwrap();
        let Err(Error::Counts { moved, .. }) = publisher(&home).publish(&[], clock::now, |_| {}) else {
            panic!("signed")
        };
        assert_eq!((moved[0].body, moved[0].counted, moved[0].after), (BODY, Counted::Valid, 0));
    }
}

#[test]
fn days_that_pass_move_nothing() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let soon = now().legal_day().plus_days(10);
    let db = rusqlite::Connection::open(home.store()).unwrap();
    db.execute(&format!("UPDATE certificates SET expires_on = '{soon}' WHERE number / 10000000000 % 100 = 90"), [])
        .unwrap();
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let in_a_month = || Ok(now().plus_seconds(31 * 86_400));
    assert_eq!(publisher(&home).publish(&[], in_a_month, |_| {}).unwrap().sequence, 2);
}

#[test]
fn what_was_not_looked_at_is_held_before_keys_are_asked_for() {
    let temporary = Temporary::new();
    let (home, publisher, ..) = cancelled(&temporary, 0.10);
    let keys = Chain::read(&home).unwrap().keys().clone();
    fs::remove_file(keys::file(&home, RoleName::Content, &keys.content.keys[0])).unwrap();
    assert!(matches!(publisher.bring_up_to_date(clock::now, |_| {}).unwrap(), Done::Held(_)));
}

#[test]
fn a_year_that_is_said_to_be_complete_and_is_empty_is_held() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let year = now().legal_day().year();
    let cover = |year| Coverage { body: BODY, year, complete: true, lapsed_since: None };
    let claim = |line: Coverage| Store::open(&home).unwrap().load(|loader| loader.cover(&line)).unwrap();
    // The year that has just begun may be empty, and one that is not claimed to be complete.
    claim(cover(year + 1));
    claim(Coverage { complete: false, ..cover(1999) });
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    claim(cover(1999));
    let Err(Error::Counts { moved, .. }) = publisher(&home).publish(&[], clock::now, |_| {}) else { panic!("signed") };
    assert_eq!(moved, [Moved { body: BODY, counted: Counted::EmptyYears, before: 0, after: 1, since: Since::Edition }]);
    assert!(cccheck(&home, &["publish", "--override", "90=it had not begun"]).status.success());
    claim(cover(year + 2));
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
}

#[test]
fn keys_that_were_revoked_are_so_while_counts_are_held() {
    let temporary = Temporary::new();
    let (home, publisher, ..) = cancelled(&temporary, 0.10);
    let before = manifest(&home);
    let content = Chain::read(&home).unwrap().keys().content.keys[0].id();
    assert!(cccheck(&home, &["keys", "revoke", &cccheck::hex(&content)]).status.success());
    assert!(matches!(publisher.bring_up_to_date(clock::now, |_| {}).unwrap(), Done::Held(_)));
    let head = fs::read(home::head(&home.public())).unwrap();
    let verified = Head::verify(&head, &pin(&home), None, now()).unwrap();
    assert_eq!((verified.keys().version, manifest(&home)), (2, before), "the same edition under the new keys");

    // Key documents that were restored from an older copy do not take their place.
    fs::remove_file(home.keys().join("document-2.bin")).unwrap();
    assert!(matches!(publisher.bring_up_to_date(clock::now, |_| {}), Err(Error::Behind { .. })));
    assert_eq!(fs::read(home::head(&home.public())).unwrap(), head);
}

#[test]
fn the_log_of_overrides_is_append_only() {
    let temporary = Temporary::new();
    let (home, ..) = cancelled(&temporary, 0.10);
    assert!(cccheck(&home, &["publish", "--override", "90=why"]).status.success());
    let db = rusqlite::Connection::open(home.store()).unwrap();
    let row: (i64, String) =
        db.query_row("SELECT body, reason FROM overrides", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(row, (90, "why".into()));
    for sql in ["UPDATE overrides SET reason = 'other'", "DELETE FROM overrides"] {
        assert!(db.execute(sql, []).unwrap_err().to_string().contains("append-only"));
    }
}

#[test]
fn a_body_that_appears_or_vanishes_is_held() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let db = rusqlite::Connection::open(home.store()).unwrap();
    // As after a restore from the wrong copy: all of body 99 is gone, and a few of a body stand there that was not.
    db.execute("DELETE FROM certificates WHERE number / 10000000000 % 100 = 99", []).unwrap();
    db.execute(
        "INSERT INTO certificates (number, status, provenance) VALUES (2021770703000001, 'valid', 'synthetic')",
        [],
    )
    .unwrap();
    db.execute("UPDATE counters SET revision = revision + 1", []).unwrap();
    let Err(Error::Counts { moved, .. }) = publisher(&home).publish(&[], clock::now, |_| {}) else { panic!("signed") };
    let all = moved.iter().filter(|moved| moved.counted == Counted::All);
    let bodies: Vec<(u8, bool, u64)> = all.map(|moved| (moved.body, moved.before > 0, moved.after)).collect();
    assert_eq!(bodies, [(77, false, 1), (99, true, 0)]);

    // What is to be done about it is said whole, and of what is still open after a part of it.
    let said = stderr(&cccheck(&home, &["publish"]));
    assert!(said.contains(&hint(&home, "publish --override 77=REASON --override 99=REASON")), "{said}");
    let partly = ["publish", "--override", "77=a new body"];
    let said = stderr(&cccheck(&home, &partly));
    let rest = hint(&home, "publish --override 99=REASON") + " with the reasons, beside";
    assert!(said.contains(&rest), "{said}");
    let published = cccheck(&home, &[&partly[..], &["--override", "99=dissolved"]].concat());
    assert_eq!(published.status.code(), Some(0), "{}", stderr(&published));
}

/// The number of a certificate of the body.
const OF_BODY: &str = "2021900703000001";

fn confirm(server: &Server, claim: serde_json::Value) -> Response {
    let body = json!({ "claim": claim, "nonce": "0123456789abcdef" }).to_string();
    server.request("POST", "/v1/confirm", &[("content-type", "application/json")], body.as_bytes())
}

/// The day after the self-declarations end.
fn january() -> Result<Instant, Error> {
    Ok("2027-01-02T00:00:00Z".parse().unwrap())
}

#[test]
fn an_announced_change_is_expected() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let publisher = publisher(&home);
    let december = || -> Result<Instant, Error> { Ok("2026-12-31T00:00:00Z".parse().unwrap()) };
    publisher.publish(&[], december, |_| {}).unwrap();
    let reference = reference::load().unwrap();
    let ends = reference.transitions.iter().find(|one| one.id == "self-declaration-ends-2027").unwrap();
    let contents = Store::open(&home).unwrap().contents().unwrap().content;
    let concerned: Vec<Declaration> = contents
        .declarations
        .into_iter()
        .filter(|one| one.status == Status::Valid && one.number.product.is_some_and(|code| ends.concerns(code)))
        .collect();
    assert!(concerned.len() > 100, "{}", concerned.len());
    let db = rusqlite::Connection::open(home.store()).unwrap();
    let set = |status: &str, count: usize| {
        for one in &concerned[..count] {
            let sql = "UPDATE declarations SET status = ?2, status_since = '2027-01-01' WHERE key = ?1";
            let key = i64::try_from(one.number.key.hash()).unwrap();
            db.execute(sql, rusqlite::params![key, status]).unwrap();
        }
        db.execute("UPDATE counters SET revision = revision + 1", []).unwrap();
    };
    // In several editions of a day as in one.
    for (sequence, share) in [(2, 4), (3, 2), (4, 1)] {
        set("cancelled", concerned.len() / share);
        assert_eq!(publisher.publish(&[], january, |_| {}).unwrap().sequence, sequence);
    }
    set("valid", concerned.len());
    let refused = publisher.publish(&[], january, |_| {});
    assert!(matches!(refused, Err(Error::Counts { .. })), "that they come back was not announced: {refused:?}");
    set("cancelled", concerned.len());
    set_status(&home, 400, Status::Cancelled, |one| one.number.body() == BODY && one.status == Status::Valid);
    assert!(matches!(publisher.publish(&[], january, |_| {}), Err(Error::Counts { .. })), "others are still bound");
}

#[test]
fn a_server_serves_what_was_signed_and_says_that_it_holds_back() {
    let temporary = Temporary::new();
    let (home, ..) = cancelled(&temporary, 0.10);
    let server = Server::start(&home, &["serve"]);
    let held = within(Duration::from_secs(20), || {
        Some(server.get("/healthz").json()).filter(|health| health["status"] == "held")
    });
    let health = held.expect("held back");
    assert_eq!((&health["sequence"], &health["held"][0]["body"]), (&1.into(), &BODY.into()));
    assert_eq!(health["held"][0]["counted"], "valid");
    let held = confirm(&server, json!({ "number": OF_BODY }));
    assert_eq!((held.status, &held.json()["error"]["code"]), (503, &"register.held".into()), "what nobody signed");
    for claim in
        [json!({ "number": "2021910703000001" }), json!({ "number": "ZM-1", "instrument": "self_declaration" })]
    {
        assert_eq!(confirm(&server, claim.clone()).status, 200, "{claim}");
    }
    assert_eq!(server.head(&home).manifest().sequence, 1);
    assert!(cccheck(&home, &["publish", "--override", "90=why"]).status.success());
    let ok = || Some(server.get("/healthz").json()).filter(|health| health["status"] == "ok");
    assert_eq!(within(Duration::from_secs(10), ok).expect("published")["sequence"], 2);
    assert_eq!(server.head(&home).manifest().overrides[0].reason, "why");
    assert_eq!(confirm(&server, json!({ "number": OF_BODY })).status, 200);
}

#[test]
fn while_self_declarations_are_held_only_claims_of_one_are_not_confirmed() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let db = rusqlite::Connection::open(home.store()).unwrap();
    // Taken away rather than cancelled: no announcement explains that, on whichever day this runs.
    db.execute("DELETE FROM declarations WHERE key % 2 = 0", []).unwrap();
    db.execute("UPDATE counters SET revision = revision + 1", []).unwrap();
    let server = Server::start(&home, &["serve"]);
    let health = server.get("/healthz").json();
    let bodies: Vec<&serde_json::Value> =
        health["held"].as_array().unwrap().iter().map(|moved| &moved["body"]).collect();
    assert!(!bodies.is_empty() && bodies.iter().all(|body| **body == HASHED), "{health}");
    for number in ["ZM-1", OF_BODY] {
        let held = confirm(&server, json!({ "number": number, "instrument": "self_declaration" }));
        assert_eq!((held.status, &held.json()["error"]["code"]), (503, &"register.held".into()), "{number}");
        for instrument in [json!(null), json!("third_party_certificate")] {
            let claim = json!({ "number": number, "instrument": instrument });
            assert_eq!(confirm(&server, claim.clone()).status, 200, "{claim}");
        }
    }
}

/// The tables, by which a product kind leaves the catalogue at the turn of the year.
fn without(product: u16) -> Reference {
    let mut reference = reference::load().unwrap();
    let [last, first] = ["2026-12-31", "2027-01-01"].map(day);
    let mut rows: Vec<CatalogueRow<'_>> = reference.catalogue.rows().collect();
    let row = rows.iter_mut().find(|row| row.code == product && row.effective_to.is_none()).unwrap();
    row.effective_to = Some(last);
    let removed = CatalogueRow { scheme: Scheme::Removed, effective_from: first, effective_to: None, ..*row };
    rows.push(removed);
    let catalogue = Catalogue::new(rows).unwrap();
    let known = reference.transitions[0].clone();
    let transition = Transition {
        codes: vec![product],
        mandatory_from: first,
        accept_from: None,
        old_instrument: None,
        old_cancelled_on: None,
        ..known
    };
    reference.catalogue = catalogue;
    reference.transitions.push(transition);
    reference
}

#[test]
fn a_kind_that_leaves_the_catalogue_may_have_fewer_certificates_and_not_more() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let december = || -> Result<Instant, Error> { Ok("2026-12-31T00:00:00Z".parse().unwrap()) };
    publisher(&home).publish(&[], december, |_| {}).unwrap();
    let content = Store::open(&home).unwrap().contents().unwrap().content;
    let mut kinds: BTreeMap<u16, usize> = BTreeMap::new();
    let valid = |one: &&Record| one.number.body() == BODY && one.status == Status::Valid;
    for one in content.records.iter().filter(valid) {
        *kinds.entry(one.number.product()).or_default() += 1;
    }
    let (product, count) = kinds.into_iter().max_by_key(|(_, count)| *count).unwrap();
    let is_of_it = |one: &Record| one.number.body() == BODY && one.number.product() == product;
    set_status(&home, count, Status::Cancelled, |one| is_of_it(one) && one.status == Status::Valid);
    let refused = publisher(&home).publish(&[], january, |_| {});
    assert!(matches!(refused, Err(Error::Counts { .. })), "{refused:?}");
    let announced = Publisher::new(home.clone(), &without(product));
    announced.publish(&[], january, |_| {}).unwrap();
    set_status(&home, count, Status::Valid, |one| is_of_it(one) && one.status == Status::Cancelled);
    let refused = announced.publish(&[], january, |_| {});
    assert!(matches!(refused, Err(Error::Counts { .. })), "{refused:?}");
}

/// Whether nothing is signed of a claim, and by what name.
fn withheld(response: &Response) -> String {
    assert_eq!(response.status, 503, "{}", response.text());
    response.json()["error"]["code"].as_str().unwrap().into()
}

fn is_not_in_force(response: &Response) -> bool {
    let receipt = response.json()["receipt"].as_str().unwrap().to_owned();
    let payload = Base64UrlUnpadded::decode_vec(receipt.split('.').nth(1).unwrap()).unwrap();
    let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    payload["verdict"]["decision"] == "reject"
}

/// A valid certificate of a body, and a claim of it.
fn valid_of(home: &Home, body: u8) -> (CccNumber, serde_json::Value) {
    let records = Store::open(home).unwrap().contents().unwrap().content.records;
    let one = records.into_iter().find(|one| one.number.body() == body && one.status == Status::Valid).unwrap();
    (one.number, json!({ "number": one.number.to_string() }))
}

#[test]
fn nothing_is_confirmed_from_a_change_that_the_gate_was_not_asked_about() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let server = Server::start(&home, &["serve"]);
    let (number, other) = (valid_of(&home, 91).0, valid_of(&home, 92).1);
    let claim = json!({ "number": number.to_string() });
    let of_body = |one: &Record| one.number.body() == BODY && one.status == Status::Valid;
    let (_, gone) = valid_of(&home, BODY);
    let count = Store::open(&home).unwrap().contents().unwrap().content.records.into_iter().filter(of_body).count();
    assert_eq!(confirm(&server, gone.clone()).status, 200);
    set_status(&home, count, Status::Revoked, of_body);
    assert_eq!(withheld(&confirm(&server, gone.clone())), "register.held", "the first answer after the change");
    assert_eq!(confirm(&server, other.clone()).status, 200);

    // As long as the gate cannot be asked, the answer says when to ask again.
    let lock = fs::File::options().write(true).open(home.dir().join("publish.lock")).unwrap();
    lock.lock().unwrap();
    Store::open(&home).unwrap().set_status(number, Status::Suspended, None, "test", now()).unwrap();
    let answer = confirm(&server, claim.clone());
    assert_eq!((withheld(&answer).as_str(), answer.header("retry-after")), ("register.changed", "1"));
    lock.unlock().unwrap();
    assert_eq!(confirm(&server, claim).status, 200);
    assert_eq!(withheld(&confirm(&server, gone)), "register.held", "still");
}

#[test]
fn nothing_is_confirmed_from_an_older_copy_that_has_just_been_brought_back() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 100);
    let server = Server::start(&home, &["serve"]);
    let (number, claim) = valid_of(&home, BODY);
    let revoked = cccheck(&home, &["status", &number.to_string(), "revoked", "--reason", "test"]);
    assert!(revoked.status.success(), "{}", stderr(&revoked));
    let second = || Some(()).filter(|()| manifest(&home).sequence == 2);
    within(Duration::from_secs(10), second).expect("published");
    assert!(is_not_in_force(&confirm(&server, claim.clone())));
    // As by SQLite's own `.restore`, which writes into the file that is open.
    let db = rusqlite::Connection::open(home.store()).unwrap();
    let before = "BEGIN; UPDATE certificates SET status = 'valid'; DELETE FROM editions WHERE sequence = 2;
                  UPDATE counters SET revision = revision - 1; COMMIT";
    db.execute_batch(before).unwrap();
    assert_eq!(withheld(&confirm(&server, claim)), "register.behind", "the first answer after it");
}

/// A copy of the register, as a backup is made.
fn copied(temporary: &Temporary, home: &Home) -> PathBuf {
    let copy = temporary.path().join("copy.sqlite");
    let db = rusqlite::Connection::open(home.store()).unwrap();
    db.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    copy
}

/// Puts a copy in the place of the register, by its name.
fn bring_back(home: &Home, copy: &Path) {
    for rest in ["register.sqlite-wal", "register.sqlite-shm"] {
        let _ = fs::remove_file(home.dir().join(rest));
    }
    fs::rename(copy, home.store()).unwrap();
}

#[test]
fn what_the_gate_said_of_a_file_is_not_said_of_another_that_counts_the_same_revision() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let publisher = publisher(&home);
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    let copy = copied(&temporary, &home);
    let change = |count| set_status(&home, count, Status::Revoked, |one| one.status == Status::Valid);
    let read = || Store::open(&home).unwrap().view(|read| (read, publisher.withholds(read, 1, &[]))).unwrap();
    change(1_000);
    assert!(matches!(publisher.bring_up_to_date(clock::now, |_| {}).unwrap(), Done::Held(_)));
    let (slip, _) = read();
    bring_back(&home, &copy);
    change(1);
    let (right, withheld) = read();
    assert_eq!((right.revision.number, withheld), (slip.revision.number, Some(Withheld::Changed)));
    assert_ne!(right.revision, slip.revision);
    let done = publisher.bring_up_to_date(clock::now, |_| {}).unwrap();
    assert!(matches!(done, Done::Published(_)), "{done:?}");
}

#[cfg(unix)]
#[test]
fn a_file_that_took_the_place_of_another_is_read_though_its_revision_is_the_same() {
    let temporary = Temporary::new();
    let (home, witness) = witnessed(&temporary);
    let publisher = publisher(&home);
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    publisher.publish_witnessed(&cosigned(&home, &witness, now()), clock::now).unwrap();
    let server = Server::start(&home, &["serve"]);
    let ((one, claim), (other, _)) = (valid_of(&home, BODY), valid_of(&home, 91));
    let revoke = |number| Store::open(&home).unwrap().set_status(number, Status::Revoked, None, "test", now()).unwrap();
    let copy = copied(&temporary, &home);
    revoke(one);
    assert!(is_not_in_force(&confirm(&server, claim.clone())), "what passed the gate, and nobody has published");
    bring_back(&home, &copy);
    revoke(other);
    // Passed by the gate as the one before it was, and with the same number.
    assert!(!is_not_in_force(&confirm(&server, claim)), "the file that is gone is not asked");
}

#[test]
fn a_register_that_took_the_place_of_another_is_the_one_that_is_read() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 100);
    let server = Server::start(&home, &["serve"]);
    let (number, claim) = valid_of(&home, BODY);
    assert_eq!(confirm(&server, claim.clone()).status, 200);
    bring_back(&home, &copied(&temporary, &home));
    let revoked = cccheck(&home, &["status", &number.to_string(), "revoked", "--reason", "test"]);
    assert!(revoked.status.success(), "{}", stderr(&revoked));
    let confirms = || Some(confirm(&server, claim.clone())).filter(|answer| answer.status == 200);
    let rejects = || confirms().filter(is_not_in_force);
    within(Duration::from_secs(10), rejects).expect("what the register says now");
}

/// A register whose heads need a witness.
fn witnessed(temporary: &Temporary) -> (Home, SigningKey) {
    let home = generated(temporary, 4_000);
    let witness = SigningKey::from_bytes(&[9; 32]);
    let public = keys::public_text(&PublicKey::of(&witness));
    let output = cccheck(&home, &["keys", "rotate", "witness", "--public", &public, "--threshold", "1"]);
    assert!(output.status.success(), "{}", stderr(&output));
    (home, witness)
}

/// Has the witness cosign what waits for it.
fn cosigned(home: &Home, witness: &SigningKey, now: Instant) -> PathBuf {
    let next = home::unwitnessed_head(&home.public());
    let mut head = Head::decode(&fs::read(&next).unwrap()).unwrap();
    head.cosign(witness, now).unwrap();
    fs::write(&next, head.encode().unwrap()).unwrap();
    next
}

#[test]
fn where_witnesses_are_asked_receipts_pass_the_gate_too() {
    let temporary = Temporary::new();
    let (home, witness) = witnessed(&temporary);
    let run = |arguments: &[&str]| {
        let output = cccheck(&home, arguments);
        assert!(output.status.success(), "{}", stderr(&output));
    };
    let publish = |overrides: &[&str]| {
        run(&[&["publish"], overrides].concat());
        let next = cosigned(&home, &witness, now());
        move || run(&["publish", "--witnessed", next.to_str().unwrap()])
    };
    publish(&[])();
    let server = Server::start(&home, &["serve"]);
    let ((number, claim), (_, other)) = (valid_of(&home, BODY), valid_of(&home, 91));
    Store::open(&home).unwrap().set_status(number, Status::Revoked, None, "test", now()).unwrap();
    assert!(is_not_in_force(&confirm(&server, claim.clone())), "a small change, which nobody has published");
    let of_body = |one: &Record| one.number.body() == BODY && one.status == Status::Valid;
    set_status(&home, 400, Status::Revoked, of_body);
    assert_eq!(withheld(&confirm(&server, claim.clone())), "register.held");
    assert_eq!(confirm(&server, other).status, 200);
    assert_eq!(server.get("/healthz").json()["status"], "held");

    // Somebody has looked, though the witnesses have not yet.
    let published = publish(&["--override", "90=a recall"]);
    assert_eq!(manifest(&home).sequence, 1);
    assert!(is_not_in_force(&confirm(&server, claim.clone())));
    published();
    assert!(is_not_in_force(&confirm(&server, claim)));
    let ok = || Some(()).filter(|()| server.get("/healthz").json()["status"] == "ok");
    within(Duration::from_secs(10), ok).expect("ok");
}

fn tomorrow() -> Result<Instant, Error> {
    Ok(now().plus_seconds(86_400))
}

/// A register with a witness, and its first edition by a clock that is a day ahead, cosigned and not yet published.
fn of_tomorrow(temporary: &Temporary) -> (Home, SigningKey, Publisher, PathBuf) {
    let (home, witness) = witnessed(temporary);
    let publisher = publisher(&home);
    publisher.publish(&[], tomorrow, |_| {}).unwrap();
    let next = cosigned(&home, &witness, tomorrow().unwrap());
    (home, witness, publisher, next)
}

#[test]
fn a_clock_that_is_behind_asks_no_gate_and_confirms_nothing() {
    let temporary = Temporary::new();
    let (home, _, publisher, next) = of_tomorrow(&temporary);
    publisher.publish_witnessed(&next, tomorrow).unwrap();
    set_status(&home, 400, Status::Revoked, |one| one.number.body() == BODY && one.status == Status::Valid);
    let withheld = || Store::open(&home).unwrap().view(|read| publisher.withholds(read, 1, &[])).unwrap();
    assert_eq!(withheld(), Some(Withheld::Changed));
    let refused = publisher.bring_up_to_date(clock::now, |_| {});
    assert!(matches!(refused, Err(Error::ClockSetBack { .. })), "{refused:?}");
    assert_eq!((withheld(), publisher.held()), (Some(Withheld::ClockBehind), Vec::new()));
    let held = publisher.bring_up_to_date(tomorrow, |_| {});
    assert!(matches!(held, Ok(Done::Held(_))), "{held:?}");
    assert_eq!((withheld(), publisher.problem()), (None, None), "of others than what is held");
    assert!(matches!(publisher.bring_up_to_date(clock::now, |_| {}), Err(Error::ClockSetBack { .. })));
    assert_eq!(withheld(), Some(Withheld::ClockBehind), "whatever the gate let pass");
}

#[test]
fn that_the_clock_is_right_is_said_once_where_witnesses_are_asked_too() {
    let temporary = Temporary::new();
    let (home, witness, publisher, next) = of_tomorrow(&temporary);
    let refused = publisher.publish_witnessed(&next, clock::now);
    assert!(matches!(refused, Err(Error::ClockSetBack { .. })), "what is published is itself of tomorrow: {refused:?}");
    publisher.publish_witnessed(&next, tomorrow).unwrap();

    let published = cccheck(&home, &["publish", "--clock-is-right"]);
    assert!(published.status.success(), "{}", stderr(&published));
    let next = cosigned(&home, &witness, now());
    let published = cccheck(&home, &["publish", "--witnessed", next.to_str().unwrap()]);
    assert!(published.status.success(), "{}", stderr(&published));
    assert_eq!(manifest(&home).sequence, 2);
    assert_eq!(publisher.bring_up_to_date(clock::now, |_| {}).unwrap(), Done::Nothing);
}

/// The day of an edition and the next, an hour before the first of them ends and an hour after.
fn evening() -> Result<Instant, Error> {
    Ok("2027-03-01T15:00:00Z".parse().unwrap())
}

fn after_midnight() -> Result<Instant, Error> {
    Ok("2027-03-01T17:00:00Z".parse().unwrap())
}

fn next_evening() -> Result<Instant, Error> {
    Ok("2027-03-02T15:00:00Z".parse().unwrap())
}

/// Takes so many certificates of a body away.
fn take(home: &Home, body: u8, count: u64) {
    let db = rusqlite::Connection::open(home.store()).unwrap();
    let sql = "DELETE FROM certificates WHERE number IN
               (SELECT number FROM certificates WHERE number / 10000000000 % 100 = ?1 LIMIT ?2)";
    assert_eq!(db.execute(sql, [i64::from(body), count.cast_signed()]).unwrap() as u64, count);
    db.execute("UPDATE counters SET revision = revision + 1", []).unwrap();
}

/// How many certificates of a body there are.
fn count(home: &Home, body: u8) -> u64 {
    let records = Store::open(home).unwrap().contents().unwrap().content.records;
    records.iter().filter(|one| one.number.body() == body).count() as u64
}

#[test]
fn editions_of_a_day_are_bounded_as_one_is() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let publish = |clock| publisher(&home).publish(&[], clock, |_| {});
    take(&home, BODY, count(&home, BODY) - 60);
    publish(evening).unwrap();
    take(&home, BODY, 19);
    publish(evening).unwrap();
    take(&home, BODY, 19);
    for clock in [evening, after_midnight] {
        let Err(Error::Counts { moved, .. }) = publish(clock) else { panic!("signed") };
        let all = moved.into_iter().find(|one| one.counted == Counted::All);
        assert_eq!(all, Some(Moved { body: BODY, counted: Counted::All, before: 60, after: 22, since: Since::Day }));
    }
    // A day after the first edition followed the one before it, that is what there was.
    assert_eq!(publish(|| Ok(evening()?.plus_seconds(86_401))).unwrap().sequence, 3);
    take(&home, BODY, 19);
    assert!(matches!(publish(|| Ok(evening()?.plus_seconds(86_402))), Err(Error::Counts { .. })));
}

#[test]
fn what_somebody_let_pass_is_what_counts_from_then_on() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let publish = || publisher(&home).publish(&[], clock::now, |_| {});
    take(&home, BODY, count(&home, BODY) - 60);
    publish().unwrap();
    take(&home, BODY, 19);
    publish().unwrap();
    take(&home, BODY, 19);
    let said = stderr(&cccheck(&home, &["publish"]));
    assert!(said.contains("the certificates of body 90 go from 60 to 22 within a day"), "{said}");
    let published = cccheck(&home, &["publish", "--override", "90=a recall"]);
    assert!(published.status.success(), "{}", stderr(&published));
    // Another body moves, and a little of this one.
    take(&home, 91, 1);
    take(&home, BODY, 10);
    publish().unwrap();
    take(&home, BODY, 11);
    let Err(Error::Counts { moved, .. }) = publish() else { panic!("signed") };
    assert_eq!((moved[0].before, moved[0].after, moved[0].since), (22, 1, Since::Day));
}

#[test]
fn days_that_pass_between_editions_of_a_day_move_nothing() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let db = rusqlite::Connection::open(home.store()).unwrap();
    db.execute("UPDATE certificates SET expires_on = '2027-03-01' WHERE number / 10000000000 % 100 = 90", []).unwrap();
    let publish = |clock| publisher(&home).publish(&[], clock, |_| {});
    publish(evening).unwrap();
    take(&home, BODY, 1);
    publish(evening).unwrap();
    take(&home, BODY, 1);
    assert_eq!(publish(after_midnight).unwrap().sequence, 3, "all of the body ended at midnight");
    take(&home, BODY, 1);
    assert_eq!(publish(next_evening).unwrap().sequence, 4);
}

#[test]
fn what_was_signed_and_never_published_does_not_count() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let publish = || publisher(&home).publish(&[], clock::now, |_| {});
    publish().unwrap();
    let head = fs::read(home::head(&home.public())).unwrap();
    for sequence in [2, 3] {
        take(&home, BODY, if sequence == 2 { 15 } else { 1 });
        assert_eq!(publish().unwrap().sequence, sequence);
        // As where the process ended before the head got out, which another edition then follows.
        if sequence == 2 {
            fs::write(home::head(&home.public()), &head).unwrap();
        }
    }
    let db = rusqlite::Connection::open(home.store()).unwrap();
    let sum: i64 = db.query_row("SELECT sum(total) FROM drifts WHERE body = 90", [], |row| row.get(0)).unwrap();
    assert_eq!(sum, -16);
}

/// Bodies of one certificate each, beside those that are generated.
const SMALL: std::ops::Range<u8> = 50..80;

fn small_bodies(home: &Home) {
    let db = rusqlite::Connection::open(home.store()).unwrap();
    for body in SMALL {
        let number = format!("2021{body}0703000001");
        db.execute("INSERT INTO certificates (number, status, provenance) VALUES (?1, 'valid', 'synthetic')", [number])
            .unwrap();
    }
    db.execute("UPDATE counters SET revision = revision + 1", []).unwrap();
}

fn reasons(reason: &str) -> Vec<Override> {
    SMALL.map(|body| Override { body, reason: reason.into() }).collect()
}

#[test]
fn reasons_that_leave_no_room_in_the_head_are_refused_with_what_is_too_much() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    small_bodies(&home);
    let publish = |overrides: &[Override]| publisher(&home).publish(overrides, clock::now, |_| {});
    publish(&[]).unwrap();
    let published = fs::read(home::head(&home.public())).unwrap();
    SMALL.for_each(|body| take(&home, body, 1));
    let long = "召".repeat(180);
    let arguments: Vec<String> = SMALL.map(|body| format!("--override={body}={long}")).collect();
    let refused =
        cccheck(&home, &[&["publish"], arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
    assert_eq!(refused.status.code(), Some(65));
    let Err(Error::HeadSize { size, reasons: bytes, .. }) = publish(&reasons(&long)) else { panic!("signed") };
    assert_eq!(bytes, 30 * 540);
    let said = format!("{} more than clients take: shorten the reasons of --override, 16200 bytes", size - MAX_HEAD);
    assert!(stderr(&refused).contains(&said), "{}", stderr(&refused));
    assert_eq!(fs::read(home::head(&home.public())).unwrap(), published);

    // Shorter by that they have room, if the list of a delta's parts does not stand beside them.
    let mut overrides = reasons(&"x".repeat(540));
    let mut over = size - MAX_HEAD;
    for one in &mut overrides {
        let less = over.min(300);
        one.reason.truncate(540 - less);
        over -= less;
    }
    let rebased = publish(&overrides).unwrap();
    assert_eq!((rebased.sequence, rebased.base, &rebased.delta), (2, 2, &None));
    let size = fs::read(home::head(&home.public())).unwrap().len();
    assert!((MAX_HEAD - 64..=MAX_HEAD).contains(&size), "{size}");
    small_bodies(&home);
    let next = publish(&reasons("they are back")).unwrap();
    assert_eq!((next.base, next.delta.is_some()), (2, true));
}
