//! The tables of the database.

use rusqlite::{Connection, TransactionBehavior};
use std::time::Duration;

/// The version of the tables, in SQLite's `user_version`: how many of [`STEPS`] made them.
pub(super) const VERSION: i64 = STEPS.len() as i64;
/// How long one process waits for another's transaction.
const BUSY: Duration = Duration::from_secs(30);

/// How each version of the tables is made from the one before.
const STEPS: [&str; 2] = [FIRST, SECOND];

const FIRST: &str = "
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

/// Editions build on the snapshot of an earlier one, and consist of several files.
const SECOND: &str = "
    ALTER TABLE editions RENAME COLUMN sha256 TO snapshot;
    ALTER TABLE editions ADD COLUMN base INTEGER NOT NULL DEFAULT 0; -- the edition that wrote this snapshot
    ALTER TABLE editions ADD COLUMN delta TEXT;                      -- the name of its delta, if it has one
    UPDATE editions SET base = sequence;
    CREATE TABLE files (                  -- what an edition consists of, beside the files of its base
        edition INTEGER NOT NULL,
        name    TEXT NOT NULL,            -- as in the directory of published files
        PRIMARY KEY (edition, name)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO files SELECT sequence, 'snapshot/' || snapshot FROM editions;
";

/// Makes the tables of an empty database, brings those of an earlier version up to date, and returns their version.
pub(super) fn prepare(db: &mut Connection) -> rusqlite::Result<i64> {
    db.busy_timeout(BUSY)?;
    let version = |db: &Connection| db.pragma_query_value(None, "user_version", |row| row.get(0));
    let found: i64 = version(db)?;
    let is_of_others = |db: &Connection, found: i64| {
        let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema)";
        Ok::<bool, rusqlite::Error>(found == 0 && db.query_row(sql, [], |row| row.get(0))?)
    };
    if !(0..VERSION).contains(&found) || is_of_others(db, found)? {
        return Ok(found);
    }
    // Readers go on while another process writes.
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited.
    let found: i64 = version(&transaction)?;
    if !is_of_others(&transaction, found)? {
        for step in STEPS.iter().skip(usize::try_from(found).unwrap_or_default()) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    version(db)
}
