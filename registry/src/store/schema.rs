//! The tables of the database.

use super::declarations;
use rusqlite::{Connection, TransactionBehavior};
use std::time::Duration;

/// The version of the tables, in SQLite's `user_version`: how many of [`STEPS`] made them.
pub(super) const VERSION: i64 = STEPS.len() as i64;
/// How long one process waits for another's transaction.
const BUSY: Duration = Duration::from_secs(30);

/// How each version of the tables is made from the one before.
const STEPS: [fn(&Connection) -> rusqlite::Result<()>; 7] = [
    |db| db.execute_batch(FIRST),
    |db| db.execute_batch(SECOND),
    third,
    |db| db.execute_batch(FOURTH),
    |db| db.execute_batch(FIFTH),
    |db| db.execute_batch(SIXTH),
    |db| db.execute_batch(SEVENTH),
];

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
        tables       TEXT NOT NULL,       -- the hash of the reference tables in it
        certificates INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE counters (
        id         INTEGER PRIMARY KEY CHECK (id = 1),
        revision   INTEGER NOT NULL,      -- rises with every transaction that changes certificates or coverage
        statements INTEGER NOT NULL       -- freshness statements made
    ) STRICT;
    INSERT INTO counters VALUES (1, 0, 0);
";

/// Self-declarations; editions that build on the snapshot of an earlier one, consist of several files, and are bounded in what
/// they change.
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
    CREATE TABLE declarations (
        key          INTEGER PRIMARY KEY, -- the hash by which it is looked up
        number       TEXT NOT NULL,       -- as it was typed
        product      INTEGER,
        status       TEXT NOT NULL,
        status_since TEXT,
        issued_on    TEXT,
        expires_on   TEXT,
        provenance   TEXT NOT NULL,
        model        TEXT,
        applicant    TEXT,
        manufacturer TEXT,
        factory      TEXT,
        credit_code  TEXT
    ) STRICT;
    CREATE TABLE declaration_changes (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        time       TEXT NOT NULL,
        key        INTEGER NOT NULL,
        old_status TEXT NOT NULL,
        new_status TEXT NOT NULL,
        since      TEXT,
        reason     TEXT NOT NULL
    ) STRICT;
    CREATE INDEX declaration_changes_by_key ON declaration_changes (key);
    CREATE TRIGGER declaration_changes_stay BEFORE DELETE ON declaration_changes
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TABLE counts (                 -- how many instruments an edition has
        edition INTEGER NOT NULL,
        body    INTEGER NOT NULL,         -- 100 for self-declarations
        product INTEGER,
        total   INTEGER NOT NULL,
        valid   INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX counts_by_edition ON counts (edition);
    CREATE TABLE overrides (              -- why counts that moved beyond the bound were signed
        edition INTEGER NOT NULL,
        time    TEXT NOT NULL,
        body    INTEGER NOT NULL,
        reason  TEXT NOT NULL,
        PRIMARY KEY (edition, body)
    ) STRICT;
    CREATE TRIGGER overrides_keep BEFORE UPDATE ON overrides BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TRIGGER overrides_stay BEFORE DELETE ON overrides BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
";

/// Self-declarations by the keys that their numbers have now, in their log, too. What is published has other keys, and other tags of
/// some names, so it is due anew: clients would not find what is there.
fn third(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch("DROP TRIGGER IF EXISTS declaration_changes_keep")?;
    declarations::take_new_keys(db)?;
    db.execute_batch(
        "CREATE TRIGGER declaration_changes_keep BEFORE UPDATE ON declaration_changes
            BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
         UPDATE counters SET revision = revision + 1",
    )
}

/// Editions that are known by their manifest. Those before keep none: what can be read of theirs may have been changed since.
const FOURTH: &str = "
    ALTER TABLE editions ADD COLUMN manifest TEXT; -- SHA-256 of the document that was signed
";

/// By how much counts moved, so that several editions are bounded as one is.
const FIFTH: &str = "
    CREATE TABLE drifts (                 -- by how much an edition has more than the one that it followed, on the same day
        edition INTEGER NOT NULL,
        body    INTEGER NOT NULL,         -- 100 for self-declarations
        product INTEGER,
        total   INTEGER NOT NULL,
        valid   INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX drifts_by_edition ON drifts (edition);
";

/// Revisions that are told apart in other files, too: a copy that was brought back counts on from where it was made.
const SIXTH: &str = "
    ALTER TABLE counters ADD COLUMN token BLOB NOT NULL DEFAULT x''; -- drawn anew whenever the revision changes
    UPDATE counters SET token = randomblob(16);
    CREATE TRIGGER counters_token AFTER UPDATE OF revision ON counters BEGIN
        UPDATE counters SET token = randomblob(16);
    END;
";

/// Editions that tell how many self-declarations they have. The older ones have forgotten it.
const SEVENTH: &str = "
    ALTER TABLE editions ADD COLUMN declarations INTEGER NOT NULL DEFAULT 0;
    UPDATE editions SET declarations =
        (SELECT coalesce(sum(total), 0) FROM counts WHERE edition = sequence AND body = 100);
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
            step(&transaction)?;
        }
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    version(db)
}
