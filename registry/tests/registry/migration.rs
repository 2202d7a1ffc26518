//! Databases that an earlier version made.

use crate::support::{Temporary, VALID, cccheck, now, pin, small_register, stderr};
use cccheck::{CccNumber, Found, Status};
use cccheck_registry::publish::{Done, Publisher};
use cccheck_registry::{Error, Home, Store, clock, keys, published, reference};
use rusqlite::Connection;

/// The tables of version 1, with a certificate, its log and two editions.
const FIRST: &str = "
    CREATE TABLE certificates (
        number INTEGER PRIMARY KEY, status TEXT NOT NULL, status_since TEXT, issued_on TEXT, expires_on TEXT,
        provenance TEXT NOT NULL, model TEXT, applicant TEXT, manufacturer TEXT, factory TEXT, credit_code TEXT
    ) STRICT;
    CREATE TABLE coverage (
        body INTEGER NOT NULL, year INTEGER NOT NULL, complete INTEGER NOT NULL, lapsed_since TEXT, PRIMARY KEY (body, year)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE changes (
        id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, number INTEGER NOT NULL, old_status TEXT NOT NULL,
        new_status TEXT NOT NULL, since TEXT, reason TEXT NOT NULL
    ) STRICT;
    CREATE INDEX changes_by_number ON changes (number);
    CREATE TABLE editions (
        sequence INTEGER PRIMARY KEY, as_of TEXT NOT NULL, revision INTEGER NOT NULL, sha256 TEXT NOT NULL,
        tables TEXT NOT NULL, certificates INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE counters (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, statements INTEGER NOT NULL) STRICT;
    INSERT INTO certificates (number, status, provenance) VALUES (2021900703000001, 'valid', 'synthetic');
    INSERT INTO changes VALUES (1, '2026-01-01T00:00:00Z', 2021900703000001, 'suspended', 'valid', NULL, 'test');
    INSERT INTO editions VALUES (1, '2026-01-01T00:00:00Z', 1, 'aa', 'bb', 1), (7, '2026-01-02T00:00:00Z', 2, 'cc', 'bb', 1);
    INSERT INTO counters VALUES (1, 2, 9);
";

/// What leads from the newest version back to version 3.
const UNDO: &str = "DROP TRIGGER counters_token; ALTER TABLE counters DROP COLUMN token; DROP TABLE drifts;
                    ALTER TABLE editions DROP COLUMN manifest; ALTER TABLE editions DROP COLUMN declarations;";

fn made_by(temporary: &Temporary, version: i64) -> Home {
    let home = temporary.home();
    keys::create(&home, "demo.test.example", true, now()).unwrap();
    let db = Connection::open(home.store()).unwrap();
    db.execute_batch(FIRST).unwrap();
    db.pragma_update(None, "user_version", version).unwrap();
    home
}

fn tables(home: &Home) -> Vec<String> {
    let db = Connection::open(home.store()).unwrap();
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' ORDER BY name";
    let mut statement = db.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_first_version_is_brought_up_to_date_and_goes_on_counting() {
    let temporary = Temporary::new();
    let home = made_by(&temporary, 1);
    let store = Store::open(&home).unwrap();
    let number = CccNumber::from_digits(VALID).unwrap();
    assert!(matches!(store.find(number).unwrap(), Found::Record(record) if record.status == Status::Valid));
    assert_eq!(store.changes(number).unwrap().len(), 1);
    let edition = store.newest_edition().unwrap().unwrap();
    assert_eq!((edition.sequence, edition.base, edition.snapshot.as_str(), edition.delta), (7, 7, "cc", None));
    assert_eq!(edition.manifest, None);
    let new = Temporary::new();
    Store::open_or_create(&new.home()).unwrap();
    assert_eq!(tables(&home), tables(&new.home()), "as a new one");

    let publisher = Publisher::new(home.clone(), &reference::load().unwrap());
    let done = publisher.bring_up_to_date(clock::now, |_| {}).unwrap();
    assert!(matches!(done, Done::Published(edition) if (edition.sequence, edition.base) == (8, 8)));
    let head = published::verify(&home.public(), &pin(&home), now()).unwrap();
    published::open_head(&home.public(), head).unwrap().audit().unwrap();
}

#[test]
fn declarations_keep_their_log_under_the_keys_that_their_numbers_have_now() {
    let temporary = Temporary::new();
    let home = temporary.home();
    for status in ["valid", "cancelled"] {
        let line = format!("Demo ½ 7,0704,{status},,,,synthetic\n");
        let header = "number,product,status,status_since,issued_on,expires_on,provenance\n";
        let file = temporary.write("declarations.csv", format!("{header}{line}"));
        let output = cccheck(&home, &["import", "--declarations", file.to_str().unwrap()]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let keep = "CREATE TRIGGER declaration_changes_keep BEFORE UPDATE ON declaration_changes
                BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;";
    keys::create(&home, "demo.test.example", true, now()).unwrap();
    let publish = || {
        let publisher = Publisher::new(home.clone(), &reference::load().unwrap());
        publisher.bring_up_to_date(clock::now, |_| {}).unwrap()
    };
    assert!(matches!(publish(), Done::Published(_)));
    assert_eq!(publish(), Done::Nothing);
    let db = Connection::open(home.store()).unwrap();
    let older = format!(
        "DROP TRIGGER declaration_changes_keep; UPDATE declarations SET key = 42; UPDATE declaration_changes SET key = 42;
         {keep} {UNDO} PRAGMA user_version = 2;"
    );
    db.execute_batch(&older).unwrap();
    let store = Store::open(&home).unwrap();
    let newest = store.newest_edition().unwrap().unwrap();
    assert_eq!((newest.certificates, newest.declarations), (0, 1), "counted anew");
    let declared = store.declaration("DEMO7").unwrap().unwrap();
    assert_eq!((declared.number.as_str(), declared.declaration.status), ("Demo ½ 7", Status::Cancelled));
    let log = store.declaration_changes(declared.declaration.number.key).unwrap();
    assert_eq!(log, [(Status::Valid, Status::Cancelled)]);
    assert!(db.execute("UPDATE declaration_changes SET reason = ''", []).is_err(), "append-only as before");
    assert!(matches!(publish(), Done::Published(_)), "what was published has the older keys");

    let unreadable = format!("UPDATE declarations SET number = '½'; {UNDO} PRAGMA user_version = 2");
    db.execute_batch(&unreadable).unwrap();
    assert!(matches!(Store::open(&home), Err(Error::Store { .. })), "a number without a key");
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 2, "what made it can still read it");
}

#[test]
fn an_edition_whose_manifest_is_not_known_is_kept_fresh() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = Publisher::new(home.clone(), &reference::load().unwrap());
    publisher.publish(&[], clock::now, |_| {}).unwrap();
    let db = Connection::open(home.store()).unwrap();
    db.execute_batch(&format!("{UNDO} PRAGMA user_version = 3")).unwrap();
    let later = || Ok(now().plus_seconds(13 * 3_600));
    assert_eq!(publisher.bring_up_to_date(later, |_| {}).unwrap(), Done::Freshened);
    assert_eq!(Store::open(&home).unwrap().newest_edition().unwrap().unwrap().manifest, None);
}

#[test]
fn later_versions_and_other_databases_are_left_alone() {
    for (version, found) in [(8, 8), (0, 0), (-1, -1)] {
        let temporary = Temporary::new();
        let home = made_by(&temporary, version);
        let before = tables(&home);
        let refused = Store::open(&home).map(drop).unwrap_err();
        assert!(matches!(refused, Error::StoreVersion { found: is, .. } if is == found), "{refused}");
        assert_eq!(tables(&home), before);
    }
}
