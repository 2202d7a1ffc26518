//! The tables of the database.

use rusqlite::{Connection, TransactionBehavior};
use std::time::Duration;

/// The version of the tables below, in SQLite's `user_version`.
pub(super) const VERSION: i64 = 1;
/// How long one process waits for another's transaction.
const BUSY: Duration = Duration::from_secs(30);

const SCHEMA: &str = "
    CREATE TABLE certificates (
        number       INTEGER PRIMARY KEY, -- the 16 digits
        status       TEXT NOT NULL,
        status_since TEXT,                -- days are YYYY-MM-DD
        issued_on    TEXT,
        expires_on   TEXT,
        provenance   TEXT NOT NULL,
        model        TEXT,                -- as the register gives it
        applicant    TEXT,                -- names; what is published are their tags
        manufacturer TEXT,
        factory      TEXT,
        credit_code  TEXT
    ) STRICT;
    CREATE TABLE coverage (
        body     INTEGER NOT NULL,
        year     INTEGER NOT NULL,
        complete INTEGER NOT NULL,        -- 1: every certificate of this body and year is in the register
        lapsed_since TEXT,                -- the first day of which lapsed certificates are there; all if missing
        PRIMARY KEY (body, year)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE changes (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        time       TEXT NOT NULL,
        number     INTEGER NOT NULL,
        old_status TEXT NOT NULL,
        new_status TEXT NOT NULL,
        since      TEXT,
        reason     TEXT NOT NULL
    ) STRICT;
    CREATE INDEX changes_by_number ON changes (number);
    CREATE TRIGGER changes_keep BEFORE UPDATE ON changes BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TRIGGER changes_stay BEFORE DELETE ON changes BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TABLE editions (
        sequence     INTEGER PRIMARY KEY,
        as_of        TEXT NOT NULL,
        revision     INTEGER NOT NULL,    -- the revision that it shows
        sha256       TEXT NOT NULL,       -- the name of its snapshot
        tables       TEXT NOT NULL,       -- SHA-256 of the reference tables in it
        certificates INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE counters (
        id         INTEGER PRIMARY KEY CHECK (id = 1),
        revision   INTEGER NOT NULL,      -- rises with every transaction that changes certificates or coverage
        statements INTEGER NOT NULL       -- freshness statements made
    ) STRICT;
    INSERT INTO counters VALUES (1, 0, 0);
";

/// Makes the tables of an empty database, and returns its version.
pub(super) fn prepare(db: &mut Connection) -> rusqlite::Result<i64> {
    db.busy_timeout(BUSY)?;
    let version = |db: &Connection| db.pragma_query_value(None, "user_version", |row| row.get(0));
    let found: i64 = version(db)?;
    let is_new = |db: &Connection| {
        db.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get::<_, bool>(0))
    };
    if found != 0 || !is_new(db)? {
        return Ok(found);
    }
    // Readers go on while another process writes.
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if is_new(&transaction)? {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    version(db)
}
