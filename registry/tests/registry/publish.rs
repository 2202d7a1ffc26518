use crate::support::{
    Server, Temporary, VALID, cccheck, find, generated, hint, manifest, now, pin, small_register, stderr, stdout,
    within,
};
use cccheck::snapshot::{self, Content, Snapshot, WriteOptions};
use cccheck::trust::{Domain, Freshening, Head, Refusal, RoleName, Seen, SigningKey, sign};
use cccheck::{CccNumber, DeclarationKey, Found, Freshness, Instant, Provenance, Record, Register, Status, Wanted};
use cccheck_registry::home::{self, Folder};
use cccheck_registry::keys::Chain;
use cccheck_registry::publish::{Done, Publisher};
use cccheck_registry::store::{Certificate, Loader, Names};
use cccheck_registry::{Error, Home, Store, clock, keys, published, reference};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

fn publisher(home: &Home) -> Publisher {
    Publisher::new(home.clone(), &reference::load().unwrap())
}

/// Opens what a home publishes as a client does.
fn open(home: &Home, seen: Option<&Seen>) -> Result<Snapshot, Refusal> {
    let head = fs::read(home::head(&home.public())).unwrap();
    let head = Head::verify(&head, &pin(home), seen, now())?;
    Ok(published::open_head(&home.public(), head).unwrap())
}

fn certificates(snapshot: &Snapshot) -> usize {
    snapshot.content().unwrap().records.len()
}

#[test]
fn a_published_register_opens_with_the_pin() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let output = cccheck(&home, &["publish", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&answer["sequence"], &answer["certificates"]), (&1.into(), &2.into()));
    assert_eq!(answer["declarations"], 0);

    let snapshot = open(&home, None).unwrap();
    assert_eq!(certificates(&snapshot), 2);
    let standing = snapshot.standing(now());
    assert_eq!((standing.origin.as_str(), standing.synthetic, standing.sequence), ("demo.test.example", true, 1));
    assert!(snapshot.reference().catalogue.knows(703));
    assert_eq!(snapshot.reference().body(90).unwrap().name_en, "Demo body 90 (synthetic)");
}

#[test]
fn what_a_refused_first_import_leaves_is_not_signed() {
    let temporary = Temporary::new();
    let home = Home::new(temporary.path().join("a home"));
    let file = temporary.write("bad.csv", "number\n1\n");
    let made = cccheck(&home, &["keys", "new", "--origin", "register.example"]);
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    assert_eq!(cccheck(&home, &["import", file.to_str().unwrap()]).status.code(), Some(65));
    let output = cccheck(&home, &["publish"]);
    assert_eq!(output.status.code(), Some(66));
    let hint = format!("`cccheck --dir '{}' import FILE.csv`", home.dir().display());
    assert!(stderr(&output).contains(&hint), "{}", stderr(&output));
    assert!(!home::head(&home.public()).exists());
}

#[test]
fn what_to_run_next_is_said_for_the_home_that_was_given() {
    let temporary = Temporary::new();
    fs::rename(small_register(&temporary).dir(), temporary.path().join("a home")).unwrap();
    let home = Home::new(temporary.path().join("a home"));
    let publish = || publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    publish();
    let copy = temporary.path().join("copy.sqlite");
    fs::copy(home.store(), &copy).unwrap();
    let older = temporary.write("older", fs::read(home::head(&home.public())).unwrap());
    publish();
    let says = |arguments: &[&str], command: &str| {
        let dir = ["--dir", home.dir().to_str().unwrap()];
        let output = cccheck(&temporary.home(), &[&dir, arguments].concat());
        assert!(!output.status.success() && stderr(&output).contains(&hint(&home, command)), "{}", stderr(&output));
    };
    says(&["publish", "--witnessed", older.to_str().unwrap()], "publish");
    says(&["keys", "revoke", "0123456789abcdef"], "keys show");
    fs::copy(&copy, home.store()).unwrap();
    let number = CccNumber::from_digits(VALID).unwrap();
    Store::open(&home).unwrap().set_status(number, Status::Revoked, None, "test", now()).unwrap();
    says(&["publish"], "keys rotate freshness");
}

#[test]
fn a_publication_without_its_keys_takes_no_sequence() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let keys = Chain::read(&home).unwrap().keys().clone();
    for role in [RoleName::Content, RoleName::Freshness] {
        let file = keys::file(&home, role, keys.role(role).keys.last().unwrap());
        let away = temporary.path().join("away.key");
        fs::rename(&file, &away).unwrap();
        let output = cccheck(&home, &["publish"]);
        assert_eq!(output.status.code(), Some(66), "{}", stderr(&output));
        fs::rename(&away, &file).unwrap();
    }
    let edition = publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    assert_eq!(edition.sequence, 1);
}

#[test]
fn a_publication_that_clients_would_refuse_takes_no_sequence() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let pinned = fs::read_to_string(home.pin()).unwrap();
    fs::write(home.pin(), pinned.replace("\"lowestSequence\":1", "\"lowestSequence\":7")).unwrap();
    assert_ne!(fs::read_to_string(home.pin()).unwrap(), pinned);
    let refused = publisher(&home).publish(&[], clock::now, |_| {});
    assert!(matches!(refused, Err(Error::Behind { refusal: Refusal::Rollback { .. }, .. })), "{refused:?}");
    fs::write(home.pin(), pinned).unwrap();
    assert_eq!(publisher(&home).publish(&[], clock::now, |_| {}).unwrap().sequence, 1);
}

#[test]
fn a_register_that_was_restored_from_an_older_copy_is_not_published_over_the_newer_one() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let set = |status| {
        let number = CccNumber::from_digits(VALID).unwrap();
        Store::open(&home).unwrap().set_status(number, status, None, "test", now()).unwrap();
    };
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let copy = temporary.path().join("copy.sqlite");
    fs::copy(home.store(), &copy).unwrap();
    set(Status::Revoked);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let head = fs::read(home::head(&home.public())).unwrap();

    // The copy goes on from the first edition, with other content.
    fs::copy(&copy, home.store()).unwrap();
    for status in [Status::Suspended, Status::Cancelled] {
        set(status);
        let refused = publisher(&home).publish(&[], clock::now, |_| {});
        assert!(
            matches!(refused, Err(Error::Behind { refusal: Refusal::Equivocation { sequence: 2 }, .. })),
            "{refused:?}"
        );
    }
    assert_eq!(fs::read(home::head(&home.public())).unwrap(), head);
    let server = Server::start(&home, &["serve"]);
    assert_eq!(server.get("/head").body, head);
    let failing = || Some(server.get("/healthz").json()).filter(|health| health["status"] == "failing");
    assert_eq!(within(Duration::from_secs(10), failing).expect("failing")["sequence"], 2);
    // What was revoked and is valid in the older copy is not confirmed to be valid.
    let body = format!(r#"{{"claim":{{"number":"{VALID}"}},"nonce":"0123456789abcdef"}}"#);
    let json = [("content-type", "application/json")];
    let confirmed = server.request("POST", "/v1/confirm", &json, body.as_bytes());
    assert_eq!((confirmed.status, &confirmed.json()["error"]["code"]), (503, &"register.behind".into()));
    drop(server);

    // Neither is it from a register that is made anew, whatever stops that before it is signed.
    let kept = temporary.path().join("kept.sqlite");
    fs::copy(home.store(), &kept).unwrap();
    let elsewhere = Temporary::new();
    drop(Store::open_or_create(&elsewhere.home()).unwrap());
    fs::copy(elsewhere.home().store(), home.store()).unwrap();
    let emptied = publisher(&home);
    assert!(matches!(emptied.bring_up_to_date(clock::now, |_| {}), Err(Error::EmptyRegister { .. })));
    assert!(emptied.is_behind());
    fs::copy(&kept, home.store()).unwrap();

    // What is lost is given up under a newer key document, which those follow who hold the head.
    let seen = open(&home, None).unwrap().head().seen();
    assert_eq!(cccheck(&home, &["keys", "rotate", "freshness"]).status.code(), Some(0));
    assert_eq!(Chain::read(&home).unwrap().keys().lowest_sequence, 2, "the published head tells what the copy forgot");
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let Found::Record(record) = find(&open(&home, Some(&seen)).unwrap(), VALID) else { panic!("found") };
    assert_eq!(record.status, Status::Cancelled);
}

#[test]
fn a_restored_copy_goes_on_counting_after_the_statement_that_is_published() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let copy = temporary.path().join("copy.sqlite");
    fs::copy(home.store(), &copy).unwrap();
    let counter = || {
        let head = Head::decode(&fs::read(home::head(&home.public())).unwrap()).unwrap();
        head.freshness.peek::<Freshening>(Domain::Freshness).unwrap().counter
    };
    let freshen = |clock| assert_eq!(publisher(&home).bring_up_to_date(clock, |_| {}).unwrap(), Done::Freshened);
    freshen(|| in_hours(13));
    freshen(|| in_hours(26));
    assert_eq!(counter(), 3);
    fs::copy(&copy, home.store()).unwrap();
    freshen(|| in_hours(39));
    assert_eq!(counter(), 4, "clients ignore a lower one for the same edition");

    // It is kept where the head is lost.
    fs::remove_file(home::head(&home.public())).unwrap();
    publisher(&home).publish(&[], || in_hours(40), |_| {}).unwrap();
    assert_eq!(counter(), 5);

    // A thief's last one stops nothing.
    let mut head = Head::decode(&fs::read(home::head(&home.public())).unwrap()).unwrap();
    let mut statement: Freshening = head.freshness.peek(Domain::Freshness).unwrap();
    statement.counter = u64::MAX;
    let key = keys::signing_one(&home, &pin(&home).keys, RoleName::Freshness).unwrap();
    head.freshness = sign(Domain::Freshness, &statement, &[&key]);
    fs::write(home::head(&home.public()), head.encode().unwrap()).unwrap();
    freshen(|| in_hours(53));
}

#[test]
fn freshness_is_stated_without_the_content_keys() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let keys = Chain::read(&home).unwrap().keys().clone();
    fs::remove_file(keys::file(&home, RoleName::Content, &keys.content.keys[0])).unwrap();
    let later = || Ok(now().plus_seconds(13 * 3_600));
    assert_eq!(publisher(&home).bring_up_to_date(later, |_| {}).unwrap(), Done::Freshened);

    // Also where the next edition waits for them.
    let number = CccNumber::from_digits(VALID).unwrap();
    Store::open(&home).unwrap().set_status(number, Status::Suspended, None, "test", now()).unwrap();
    let head = fs::read(home::head(&home.public())).unwrap();
    let later = || Ok(now().plus_seconds(26 * 3_600));
    let refused = publisher(&home).bring_up_to_date(later, |_| {});
    assert!(matches!(refused, Err(Error::NoPrivateKey { .. })), "{refused:?}");
    assert_ne!(fs::read(home::head(&home.public())).unwrap(), head);
}

#[test]
fn what_is_missing_of_the_base_comes_back() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let publisher = publisher(&home);
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    assert_eq!(publisher.bring_up_to_date(clock::now, |_| {}).unwrap(), Done::Nothing);
    let files = || fs::read_dir(Folder::Blob.path(&home.public())).unwrap().map(|entry| entry.unwrap().path());
    let gone: Vec<_> = files().filter(|path| path.extension().is_none()).take(3).collect();
    gone.iter().for_each(|path| fs::remove_file(path).unwrap());
    assert!(matches!(publisher.bring_up_to_date(clock::now, |_| {}).unwrap(), Done::Published(_)));
    assert_eq!(cccheck(&home, &["verify"]).status.code(), Some(0));

    // A compressed copy that is none would be served for a year, whoever made it.
    let snapshot = Folder::Snapshot.file(&home.public(), &manifest(&home).snapshot);
    let foreign = |path: &PathBuf| path.extension().is_none() && !path.with_extension("br").exists();
    let foreign = [files().find(foreign).unwrap(), snapshot].map(|path| path.with_extension("br"));
    let copies = files().filter(|path| path.extension().is_some()).chain(foreign);
    for copy in copies.collect::<Vec<_>>() {
        fs::write(&copy, "damaged").unwrap();
        assert_eq!(cccheck(&home, &["verify"]).status.code(), Some(65), "{}", copy.display());
        publisher.publish(&[], clock::now, |_| {}).unwrap();
        let verified = cccheck(&home, &["verify"]);
        assert_eq!(verified.status.code(), Some(0), "{}: {}", copy.display(), stderr(&verified));
    }
}

#[test]
fn what_a_clock_in_the_future_signed_is_replaced() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let next_year = || Ok(now().plus_seconds(365 * 86_400));
    publisher(&home).publish(&[], next_year, |_| {}).unwrap();
    let head = fs::read(home::head(&home.public())).unwrap();
    // Whether this clock is wrong or that one was, a person has to say, once.
    let refused = publisher(&home).bring_up_to_date(clock::now, |_| {});
    assert!(matches!(refused, Err(Error::ClockSetBack { .. })), "{refused:?}");
    let refused = cccheck(&home, &["publish"]);
    assert_eq!(refused.status.code(), Some(71));
    assert!(stderr(&refused).contains(&hint(&home, "publish --clock-is-right")), "{}", stderr(&refused));
    assert_eq!(fs::read(home::head(&home.public())).unwrap(), head);
    let server = Server::start(&home, &["serve"]);
    let health = || server.get("/healthz").json();
    let failing = (health()["status"].clone(), health()["problem"].clone());
    assert_eq!(failing, ("failing".into(), "register.clock_behind".into()));
    assert_eq!(server.get("/head").body, head, "what is published stays");
    let body = format!(r#"{{"claim":{{"number":"{VALID}"}},"nonce":"0123456789abcdef"}}"#);
    let json = [("content-type", "application/json")];
    let confirmed = server.request("POST", "/v1/confirm", &json, body.as_bytes());
    assert_eq!((confirmed.status, &confirmed.json()["error"]["code"]), (503, &"register.clock_behind".into()));

    let published = cccheck(&home, &["publish", "--clock-is-right"]);
    assert_eq!(published.status.code(), Some(0), "{}", stderr(&published));
    let edition = Store::open(&home).unwrap().newest_edition().unwrap().unwrap();
    assert_eq!((edition.sequence, edition.base), (2, 2));
    assert_eq!(open(&home, None).unwrap().standing(now()).freshness, Freshness::Fresh);
    let ok = || Some(health()).filter(|health| health["status"] == "ok");
    assert!(within(Duration::from_secs(10), ok).is_some_and(|health| health["problem"].is_null()), "{}", health());
}

#[test]
fn a_clock_that_was_set_back_publishes_nothing() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = publisher(&home);
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    assert_eq!(publisher.bring_up_to_date(|| in_hours(13), |_| {}).unwrap(), Done::Freshened);
    let head = || fs::read(home::head(&home.public())).unwrap();
    let fresh = head();
    let is_set_back = |done: Result<(), Error>| {
        assert!(matches!(done, Err(Error::ClockSetBack { .. })), "{done:?}");
        assert_eq!(head(), fresh);
    };
    // Behind the freshness statement, and behind the edition.
    for clock in [|| in_hours(12), || in_hours(-2_400)] {
        is_set_back(publisher.publish(&[], clock, |_| {}).map(drop));
        is_set_back(publisher.bring_up_to_date(clock, |_| {}).map(drop));
        is_set_back(publisher.publish_witnessed(&home::head(&home.public()), clock).map(drop));
        assert_eq!(publisher.problem(), Some("register.clock_behind"));
    }
    assert_eq!(Store::open(&home).unwrap().newest_edition().unwrap().unwrap().sequence, 1, "nor is a sequence taken");
    // Nor where the head is lost, and where what is due is freshness alone.
    fs::remove_file(home::head(&home.public())).unwrap();
    let lost = publisher.publish(&[], || in_hours(-1), |_| {});
    assert!(matches!(lost, Err(Error::ClockSetBack { .. })), "{lost:?}");
    fs::write(home::head(&home.public()), &fresh).unwrap();
    fs::remove_file(keys::file(&home, RoleName::Content, &pin(&home).keys.content.keys[0])).unwrap();
    is_set_back(publisher.bring_up_to_date(|| in_hours(-2_400), |_| {}).map(drop));
    // As far as clocks of signers and clients may differ, they may.
    let a_little_behind = || in_hours(13).map(|now| now.plus_seconds(-200));
    assert_eq!(publisher.bring_up_to_date(a_little_behind, |_| {}).unwrap(), Done::Nothing);
    // Others who write to what is published cannot hold it up.
    let mut other = Head::decode(&fresh).unwrap();
    let mut statement: Freshening = other.freshness.peek(Domain::Freshness).unwrap();
    statement.time = statement.time.plus_seconds(365 * 86_400);
    other.freshness = sign(Domain::Freshness, &statement, &[&SigningKey::from_bytes(&[5; 32])]);
    fs::write(home::head(&home.public()), other.encode().unwrap()).unwrap();
    let held_up = publisher.publish(&[], clock::now, |_| {});
    assert!(matches!(held_up, Err(Error::NoPrivateKey { .. })), "{held_up:?}");
}

#[test]
fn a_change_raises_the_sequence_and_nothing_else_does() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = publisher(&home);
    let publish = || publisher.bring_up_to_date(clock::now, |_| {}).unwrap();
    assert!(matches!(publish(), Done::Published(edition) if edition.sequence == 1));
    assert_eq!(publish(), Done::Nothing);

    let seen = open(&home, None).unwrap().head().seen();
    let before = fs::read(home::head(&home.public())).unwrap();
    let mut store = Store::open(&home).unwrap();
    let number = CccNumber::from_digits(VALID).unwrap();
    store.set_status(number, Status::Revoked, Some(now().legal_day()), "test", now()).unwrap();
    assert!(matches!(publish(), Done::Published(edition) if edition.sequence == 2));

    let snapshot = open(&home, Some(&seen)).unwrap();
    assert!(matches!(find(&snapshot, VALID), Found::Record(record) if record.status == Status::Revoked));
    let seen = snapshot.head().seen();
    fs::write(home::head(&home.public()), before).unwrap();
    assert_eq!(open(&home, Some(&seen)).unwrap_err(), Refusal::Rollback { lowest: 2, offered: 1 });
    assert!(matches!(publish(), Done::Published(edition) if edition.sequence == 3), "an old head is replaced");
    // So is what nobody can read to its end: publishing does not wait for it.
    fs::remove_file(home::head(&home.public())).unwrap();
    assert!(Command::new("mkfifo").arg(home::head(&home.public())).status().unwrap().success());
    assert!(matches!(publish(), Done::Published(edition) if edition.sequence == 4));
}

fn in_hours(hours: i64) -> Result<Instant, Error> {
    clock::now().map(|now| now.plus_seconds(hours * 3_600))
}

#[test]
fn freshness_and_editions_are_renewed_before_they_expire() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = publisher(&home);
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    let read = || fs::read(home::head(&home.public())).unwrap();
    let verify = |at: Instant| Head::verify(&read(), &pin(&home), None, at).map(|head| head.seen());
    let seen = verify(now()).unwrap();
    assert!(matches!(verify(in_hours(25).unwrap()), Err(Refusal::Expired { .. })));

    assert_eq!(publisher.bring_up_to_date(|| in_hours(11), |_| {}).unwrap(), Done::Nothing);
    assert_eq!(publisher.bring_up_to_date(|| in_hours(13), |_| {}).unwrap(), Done::Freshened);
    assert_eq!(verify(in_hours(25).unwrap()).unwrap(), seen, "the same edition, still the newest");
    assert_eq!(publisher.bring_up_to_date(|| in_hours(14), |_| {}).unwrap(), Done::Nothing);
    assert!(
        matches!(publisher.bring_up_to_date(|| in_hours(49), |_| {}).unwrap(), Done::Published(edition) if edition.sequence == 2)
    );
}

/// Suspends the first certificates of the register that are valid.
fn suspend(home: &Home, count: usize) {
    let content = Store::open(home).unwrap().contents().unwrap().content;
    let mut store = Store::open(home).unwrap();
    let valid = content.records.iter().filter(|record| record.status == Status::Valid);
    for record in valid.take(count) {
        store.set_status(record.number, Status::Suspended, Some(now().legal_day()), "test", now()).unwrap();
    }
}

/// Gives the first certificates of the register another model each.
fn rename(home: &Home, count: usize) {
    let mut store = Store::open(home).unwrap();
    let content = store.contents().unwrap().content;
    let renamed = |loader: &mut Loader<'_>| {
        for (place, record) in content.records.into_iter().take(count).enumerate() {
            let record = Record { model: Some(format!("KFR-{place}")), ..record };
            loader.put(&Certificate::new(record, Names::default()), "test", now())?;
        }
        Ok(())
    };
    store.load(renamed).unwrap();
}

#[test]
fn a_change_is_published_as_a_delta_to_the_same_snapshot() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let publisher = publisher(&home);
    let publish = |publisher: &Publisher| publisher.publish(&[], clock::now, |_| {}).unwrap();
    let first = publish(&publisher);
    assert_eq!((first.base, &first.delta), (1, &None));
    suspend(&home, 3);
    let second = publish(&publisher);
    assert_eq!((second.base, &second.snapshot), (1, &first.snapshot));
    assert!(second.delta.is_some() && second.certificates == first.certificates);

    let opened = open(&home, None).unwrap();
    opened.audit().unwrap();
    let expected = Store::open(&home).unwrap().contents().unwrap().content;
    let suspended = |content: &Content| content.records.iter().filter(|one| one.status == Status::Suspended).count();
    assert_eq!(suspended(&opened.content().unwrap()), suspended(&expected));
    let fresh = snapshot::write(&expected, &WriteOptions::new(now().legal_day(), expected.rows())).unwrap();
    assert_eq!(opened.head().manifest().content, fresh.content, "base and delta are what a new snapshot would be");

    // Another process has nothing in memory, and deltas tell all since the base.
    suspend(&home, 3);
    let third = publish(&self::publisher(&home));
    assert_eq!(third.base, 1);
    assert_ne!(third.delta, second.delta);
    let again = publish(&self::publisher(&home));
    assert_eq!((again.sequence, again.base, &again.delta), (4, 1, &third.delta), "nothing changed but the signature");
    open(&home, None).unwrap().audit().unwrap();
}

#[test]
fn self_declarations_are_counted_beside_the_certificates() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publish = |arguments: &[&str]| {
        let output = cccheck(&home, &[&["publish"], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    let none = publish(&[]);
    assert!(none.contains(": 2 certificates, ") && !none.contains("self-declaration"), "{none}");
    let header = "number,product,status,status_since,issued_on,expires_on,provenance";
    let rows = "DEMO-1,0704,valid,,,,synthetic\nDEMO-2,,cancelled,,,,synthetic\n";
    let file = temporary.write("declarations.csv", format!("{header}\n{rows}"));
    assert!(cccheck(&home, &["import", "--declarations", file.to_str().unwrap()]).status.success());
    let english = publish(&["--override", "100=the first ones"]);
    assert!(english.contains(": 2 certificates, 2 self-declarations, "), "{english}");
    // Of the same register once more, too.
    let chinese = publish(&["--lang", "zh"]);
    assert!(chinese.contains("：2 张证书，2 份自我声明，"), "{chinese}");
    let json: serde_json::Value = serde_json::from_str(&publish(&["--json"])).unwrap();
    assert_eq!((&json["certificates"], &json["declarations"]), (&2.into(), &2.into()));
}

#[test]
fn self_declarations_are_published_by_the_hash_of_their_number() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 100);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let snapshot = open(&home, None).unwrap();
    let declarations = snapshot.content().unwrap().declarations;
    assert!((200..1_000).contains(&declarations.len()), "{}", declarations.len());
    assert!(declarations.iter().all(|one| one.provenance == Provenance::Synthetic));
    let one = declarations.into_iter().find(|one| one.status == Status::Valid).unwrap();
    assert!(one.parties.applicant.is_some());
    let found = snapshot.find(one.number.key, Wanted::Parties).unwrap();
    assert_eq!(found, Found::Record(one.into()));
    let absent = DeclarationKey::self_declaration("DEMO-0000").unwrap();
    assert_eq!(snapshot.find(absent, Wanted::Standing), Ok(Found::Absent { lapsed_since: None }));
}

#[test]
fn a_snapshot_is_replaced_when_too_much_differs_or_it_is_old_or_damaged() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let publisher = publisher(&home);
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    let old = publisher.publish(&[], || in_hours(30 * 24), |_| {}).unwrap();
    assert_eq!((old.sequence, old.base), (2, 2), "30 days");
    rename(&home, 500);
    let large = publisher.publish(&[], || in_hours(30 * 24 + 1), |_| {}).unwrap();
    assert_eq!((large.base, large.delta), (3, None), "more than a twentieth");
    let snapshot = Folder::Snapshot.path(&home.public()).join(&large.snapshot);
    fs::write(&snapshot, b"damaged").unwrap();
    // On the same legal day, as days of status count from it.
    let mended = self::publisher(&home).publish(&[], || in_hours(30 * 24 + 1), |_| {}).unwrap();
    assert_eq!((mended.base, mended.snapshot), (4, large.snapshot));
    assert_ne!(fs::read(&snapshot).unwrap(), b"damaged");
}

#[test]
fn damaged_pieces_are_made_again() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    for name in names(&home, Folder::Blob) {
        let path = Folder::Blob.path(&home.public()).join(name);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(cccheck(&home, &["verify"]).status.code(), Some(65));
    publisher(&home).publish(&[], clock::now, |_| {}).unwrap();
    let verified = cccheck(&home, &["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", stderr(&verified));
}

/// The names of all files in a folder.
fn names(home: &Home, folder: Folder) -> BTreeSet<String> {
    let entries = fs::read_dir(folder.path(&home.public())).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn files_stay_as_long_as_a_reader_may_be_on_the_way_to_them() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = publisher(&home);
    let number = CccNumber::from_digits(VALID).unwrap();
    let mut snapshots = Vec::new();
    for step in 0..7 {
        let mut store = Store::open(&home).unwrap();
        let since = now().legal_day().plus_days(-step);
        store.set_status(number, Status::Suspended, Some(since), "test", now()).unwrap();
        snapshots.push(publisher.publish(&[], clock::now, |_| {}).unwrap().snapshot);
    }
    let there = || snapshots.iter().map(|name| names(&home, Folder::Snapshot).contains(name)).collect::<Vec<bool>>();
    assert_eq!(there(), [true; 7], "each was the newest within the last ten minutes");
    let temporary_name = format!("{}.1.tmp", "0".repeat(64));
    fs::write(Folder::Blob.path(&home.public()).join(&temporary_name), b"half").unwrap();
    fs::write(Folder::Blob.path(&home.public()).join("README"), b"not ours").unwrap();
    let before = names(&home, Folder::Blob);

    publisher.publish(&[], || in_hours(1), |_| {}).unwrap();
    assert_eq!(there(), [false, false, false, true, true, true, true], "with the newest they are five");
    let after = names(&home, Folder::Blob);
    assert!(after.len() < before.len() && after.contains("README") && !after.contains(&temporary_name));
    open(&home, None).unwrap().audit().unwrap();
    for name in names(&home, Folder::Snapshot) {
        assert!(home::is_file_name(&name), "{name}");
    }
}

#[test]
fn the_files_of_a_base_stay_with_the_deltas_that_build_on_it() {
    let temporary = Temporary::new();
    let home = generated(&temporary, 4_000);
    let publisher = publisher(&home);
    let first = publisher.publish(&[], clock::now, |_| {}).unwrap();
    let of_base = names(&home, Folder::Blob);
    let mut deltas = Vec::new();
    for _ in 0..7 {
        suspend(&home, 1);
        deltas.push(publisher.publish(&[], clock::now, |_| {}).unwrap().delta.unwrap());
    }
    let last = publisher.publish(&[], || in_hours(1), |_| {}).unwrap();
    assert_eq!((last.base, &last.snapshot), (first.sequence, &first.snapshot));
    assert!(names(&home, Folder::Blob).is_superset(&of_base));
    let kept: BTreeSet<String> = deltas[3..].iter().cloned().collect();
    assert_eq!(names(&home, Folder::Delta), kept);
}

#[test]
fn what_cannot_be_signed_leaves_the_edition_before_it() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = publisher(&home);
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    let head = fs::read(home::head(&home.public())).unwrap();
    let content = &pin(&home).keys.content.keys[0];
    fs::write(keys::file(&home, RoleName::Content, content), "gone").unwrap();
    let output = cccheck(&home, &["publish"]);
    assert_eq!(output.status.code(), Some(66));
    assert_eq!(fs::read(home::head(&home.public())).unwrap(), head);
    assert_eq!(certificates(&open(&home, None).unwrap()), 2);
}

#[test]
fn a_home_without_keys_or_register_is_said_so() {
    let temporary = Temporary::new();
    let home = temporary.home();
    Store::open_or_create(&home).unwrap();
    let output = cccheck(&home, &["publish"]);
    assert_eq!(output.status.code(), Some(66));
    assert!(stderr(&output).contains("keys new --origin"));
}
