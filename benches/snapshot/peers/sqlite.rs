//! A SQLite file with the number as its row number, holders in a table of their own.

use super::{Told, key};
use crate::measure::Subject;
use crate::register::Register;
use cccheck::CccNumber;
use rusqlite::{Connection, OptionalExtension, params};
use std::error::Error;
use std::path::PathBuf;
use std::{fs, io};

pub struct Sqlite {
    path: PathBuf,
    db: Connection,
}

impl Sqlite {
    pub fn new(register: &Register) -> Result<Self, Box<dyn Error>> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        fs::create_dir_all(&folder)?;
        let path = folder.join("register.sqlite");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let mut db = Connection::open(&path)?;
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
             CREATE TABLE holders (id INTEGER PRIMARY KEY, tag BLOB NOT NULL);
             CREATE TABLE certificates (number INTEGER PRIMARY KEY, status INTEGER NOT NULL, issued INTEGER NOT NULL,
                 expires INTEGER NOT NULL, since INTEGER, holder INTEGER NOT NULL);",
        )?;
        let transaction = db.transaction()?;
        for (id, tag) in register.holders.iter().enumerate() {
            transaction.prepare_cached("INSERT INTO holders VALUES (?1, ?2)")?.execute(params![id as i64, tag])?;
        }
        for row in &register.rows {
            transaction.prepare_cached("INSERT INTO certificates VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(
                params![
                    row.number(&register.products) as i64,
                    row.status as i64,
                    row.issued,
                    row.expires,
                    row.since,
                    row.holder as i64,
                ],
            )?;
        }
        transaction.commit()?;
        db.execute_batch("VACUUM")?;
        Ok(Self { path, db })
    }

    pub fn file(&self) -> io::Result<Vec<u8>> {
        fs::read(&self.path)
    }
}

impl Subject for Sqlite {
    type Answer = Told;
    fn find(&self, number: CccNumber) -> Option<Told> {
        let sql = "SELECT status, issued, expires, since, tag FROM certificates JOIN holders ON id = holder WHERE number = ?1";
        let mut statement = self.db.prepare_cached(sql).ok()?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
        statement.query_row([key(number) as i64], read).optional().ok()?
    }
}

pub fn zstd(file: &[u8]) -> io::Result<usize> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 19)?;
    encoder.multithread(2)?;
    io::Write::write_all(&mut encoder, file)?;
    Ok(encoder.finish()?.len())
}
