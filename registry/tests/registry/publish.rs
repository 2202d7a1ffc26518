use crate::support::{Temporary, VALID, cccheck, now, pin, small_register, stderr, stdout};
use cccheck::snapshot::Snapshot;
use cccheck::trust::{Head, Refusal, RoleName, Seen};
use cccheck::{CccNumber, Found, Instant, Register, Status};
use cccheck_registry::publish::{Done, Publisher};
use cccheck_registry::{Error, Home, Store, clock, home, keys, reference};
use std::fs;
use std::time::{Duration, SystemTime};

fn publisher(home: &Home) -> Publisher {
    Publisher::new(home.clone(), reference::load().unwrap()).unwrap()
}

/// Opens what a home publishes as a client does.
fn open(home: &Home, seen: Option<&Seen>) -> Result<Snapshot, Refusal> {
    let head = fs::read(home::head(&home.public())).unwrap();
    let head = Head::verify(&head, &pin(home), seen, now())?;
    let file = fs::read(home::snapshots(&home.public()).join(cccheck::hex(&head.snapshot().sha256))).unwrap();
    Snapshot::open(head, file)
}

#[test]
fn a_published_register_opens_with_the_pin() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let output = cccheck(&home, &["publish", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&answer["sequence"], &answer["certificates"]), (&1.into(), &2.into()));

    let snapshot = open(&home, None).unwrap();
    assert_eq!(snapshot.len(), 2);
    let standing = snapshot.standing(now());
    assert_eq!((standing.origin.as_str(), standing.synthetic, standing.sequence), ("demo.test.example", true, 1));
    assert!(snapshot.reference().catalogue.knows(703));
    assert_eq!(snapshot.reference().body(90).unwrap().name_en, "Demo body 90 (synthetic)");
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
    assert!(matches!(snapshot.find(number), Ok(Found::Record(record)) if record.status == Status::Revoked));
    let seen = snapshot.head().seen();
    fs::write(home::head(&home.public()), before).unwrap();
    assert_eq!(open(&home, Some(&seen)).unwrap_err(), Refusal::Rollback { lowest: 2, offered: 1 });
    assert!(matches!(publish(), Done::Published(edition) if edition.sequence == 3), "an old head is replaced");
}

fn in_hours(hours: i64) -> Result<Instant, Error> {
    clock::now().map(|now| now.plus_seconds(hours * 3_600))
}

#[test]
fn freshness_and_editions_are_renewed_before_they_expire() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = publisher(&home);
    publisher.publish(clock::now, |_| {}).unwrap();
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

#[test]
fn the_snapshots_of_the_last_five_editions_stay_and_young_ones_too() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = publisher(&home);
    let number = CccNumber::from_digits(VALID).unwrap();
    let mut names = Vec::new();
    for step in 0..7 {
        let mut store = Store::open(&home).unwrap();
        let since = now().legal_day().plus_days(-step);
        store.set_status(number, Status::Suspended, Some(since), "test", now()).unwrap();
        names.push(publisher.publish(clock::now, |_| {}).unwrap().sha256);
    }
    let directory = home::snapshots(&home.public());
    let there = || names.iter().map(|name| directory.join(name).exists()).collect::<Vec<bool>>();
    assert_eq!(there(), [true; 7], "a client may be on its way to a young one");
    for entry in fs::read_dir(&directory).unwrap() {
        let file = fs::File::options().write(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3_600)).unwrap();
    }
    publisher.publish(clock::now, |_| {}).unwrap();
    assert_eq!(there(), [false, false, false, true, true, true, true], "with the newest they are five");
    assert!(!directory.join(&names[0]).with_extension("br").exists());
    assert!(fs::read_dir(&directory).unwrap().all(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        home::is_snapshot_name(name.trim_end_matches(".br"))
    }));
}

#[test]
fn what_cannot_be_signed_leaves_the_edition_before_it() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = publisher(&home);
    publisher.publish(clock::now, |_| {}).unwrap();
    let head = fs::read(home::head(&home.public())).unwrap();
    let content = &pin(&home).keys.content.keys[0];
    fs::write(keys::file(&home, RoleName::Content, content), "gone").unwrap();
    let output = cccheck(&home, &["publish"]);
    assert_eq!(output.status.code(), Some(66));
    assert_eq!(fs::read(home::head(&home.public())).unwrap(), head);
    assert_eq!(open(&home, None).unwrap().len(), 2);
}

#[test]
fn a_home_without_keys_or_register_is_said_so() {
    let temporary = Temporary::new();
    let home = temporary.home();
    Store::open_or_create(&home).unwrap();
    let output = cccheck(&home, &["publish"]);
    assert_eq!(output.status.code(), Some(66));
    assert!(stderr(&output).contains("cccheck keys new"));
}
