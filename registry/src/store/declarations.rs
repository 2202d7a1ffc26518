//! Self-declarations: papers whose numbers have no known grammar, kept as typed and looked up by their hash.

use super::rows::{named, optional};
use super::{Loader, Names, Put, Store};
use crate::Error;
use cccheck::{Day, Declaration, DeclarationId, DeclarationKey, Instant, Parties, Provenance, Status};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::slice;

/// The columns that [`declared`] reads; the key goes in front of them.
const COLUMNS: &str = "number, product, status, status_since, issued_on, expires_on, provenance, model, applicant, manufacturer, factory, credit_code";

/// A self-declaration as the register keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its number as it was typed.
    pub number: String,
    /// What is published of it; its tags follow from the names.
    pub declaration: Declaration,
    /// The companies behind it.
    pub names: Names,
}

impl Declared {
    /// A declaration with its tags.
    #[must_use]
    pub fn new(number: String, declaration: Declaration, names: Names) -> Self {
        Self { number, declaration: Declaration { parties: names.tags(), ..declaration }, names }
    }

    /// Whether its number is one of these, however they are written.
    pub(super) fn is_one_of(&self, numbers: &[String]) -> bool {
        let own = DeclarationKey::compared(&self.number);
        numbers.iter().any(|number| DeclarationKey::compared(number) == own)
    }
}

impl Store {
    /// The self-declaration with a number, however it is written, with a label or without.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn declaration(&self, number: &str) -> Result<Option<Declared>, Error> {
        let reading = cccheck::parse(number);
        let numbers = [number.to_owned(), DeclarationKey::unlabelled(&reading)];
        for key in DeclarationKey::typed(number, &reading).into_iter().flatten() {
            let found = self.wrap(find(&self.db, key))?;
            if let Some(declared) = found.filter(|declared| declared.is_one_of(&numbers)) {
                return Ok(Some(declared));
            }
        }
        Ok(None)
    }

    /// Changes the status of one self-declaration and appends to the log. Answers the status before, and the line in the log;
    /// none where there is nothing to change.
    ///
    /// # Errors
    /// [`Error::UnknownDeclaration`] or [`Error::Store`].
    pub fn set_declaration_status(
        &mut self,
        number: &str,
        status: Status,
        since: Option<Day>,
        reason: &str,
        now: Instant,
    ) -> Result<(Status, Option<i64>), Error> {
        let before =
            self.declaration(number)?.ok_or_else(|| Error::UnknownDeclaration { number: number.to_owned() })?;
        let old = before.declaration.status;
        let declaration = Declaration { status, status_since: since, ..before.declaration };
        let after = Declared { declaration, ..before };
        self.load(|loader| {
            let put = loader.declare(&after, reason, now)?;
            let line = loader.last_change("declaration_changes")?;
            Ok((old, matches!(put, Put::Updated(_)).then_some(line)))
        })
    }

    /// The first declaration of a query over the table `declarations`: what follows `WHERE`, and its order.
    pub(crate) fn first_declared(&self, condition: &str) -> Result<Option<Declared>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM declarations WHERE {condition} LIMIT 1");
        self.wrap(self.db.query_row(&sql, [], declared).optional())
    }

    /// The statuses that a self-declaration had and got, oldest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn declaration_changes(&self, key: DeclarationKey) -> Result<Vec<(Status, Status)>, Error> {
        let sql = "SELECT old_status, new_status FROM declaration_changes WHERE key = ?1 ORDER BY id";
        let change = |row: &Row<'_>| Ok((named(row, 0, Status::from_text)?, named(row, 1, Status::from_text)?));
        let read = || self.db.prepare_cached(sql)?.query_map([stored(key)], change)?.collect();
        self.wrap(read())
    }
}

impl Loader<'_> {
    /// The self-declaration with a key.
    pub(crate) fn declaration(&self, key: DeclarationKey) -> Result<Option<Declared>, Error> {
        self.wrap(find(&self.transaction, key))
    }

    /// Puts a self-declaration into the register; one with the same number is replaced, and the log says so.
    ///
    /// # Errors
    /// [`Error::SameKey`] if another number has its key, [`Error::Store`].
    pub fn declare(&mut self, declared: &Declared, reason: &str, now: Instant) -> Result<Put, Error> {
        let before = self.declaration(declared.declaration.number.key)?;
        if before.as_ref() == Some(declared) {
            return Ok(Put::Unchanged);
        }
        if let Some(other) = before.as_ref().filter(|other| !other.is_one_of(slice::from_ref(&declared.number))) {
            return Err(Error::SameKey { number: declared.number.clone(), other: other.number.clone() });
        }
        let old = before.map(|before| before.declaration.status);
        self.wrap(write(&self.transaction, declared, old, reason, now))?;
        self.changed = true;
        Ok(old.map_or(Put::Added, Put::Updated))
    }
}

/// All of them.
pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<Declaration>> {
    let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM declarations"))?;
    statement.query_map([], |row| Ok(declared(row)?.declaration))?.collect()
}

/// Gives each declaration the key that its number has now. Fails if a number has none, so that what made it can still read all.
pub(super) fn take_new_keys(db: &Connection) -> rusqlite::Result<()> {
    let mut statement = db.prepare("SELECT key, number FROM declarations")?;
    let keys = |row: &Row<'_>| Ok((row.get(0)?, stored(named(row, 1, DeclarationKey::self_declaration)?)));
    let all: Vec<(i64, i64)> = statement.query_map([], keys)?.collect::<Result<_, _>>()?;
    for (old, new) in all {
        db.execute("UPDATE OR REPLACE declarations SET key = ?1 WHERE key = ?2", [new, old])?;
        db.execute("UPDATE declaration_changes SET key = ?1 WHERE key = ?2", [new, old])?;
    }
    Ok(())
}

pub(super) fn find(db: &Connection, key: DeclarationKey) -> rusqlite::Result<Option<Declared>> {
    let sql = format!("SELECT {COLUMNS} FROM declarations WHERE key = ?1");
    db.prepare_cached(&sql)?.query_row([stored(key)], declared).optional()
}

fn write(
    db: &Connection,
    Declared { number, declaration, names }: &Declared,
    old: Option<Status>,
    reason: &str,
    now: Instant,
) -> rusqlite::Result<()> {
    let text = |day: Option<Day>| day.map(|day| day.to_string());
    let sql = format!(
        "REPLACE INTO declarations (key, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    );
    db.prepare_cached(&sql)?.execute(params![
        stored(declaration.number.key),
        number,
        declaration.number.product,
        declaration.status.as_str(),
        text(declaration.status_since),
        text(declaration.issued_on),
        text(declaration.expires_on),
        declaration.provenance.as_str(),
        declaration.model,
        names.applicant,
        names.manufacturer,
        names.factory,
        names.credit_code,
    ])?;
    if let Some(old) = old {
        let sql = "INSERT INTO declaration_changes (time, key, old_status, new_status, since, reason)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (new, since) = (declaration.status.as_str(), text(declaration.status_since));
        let values = params![now.to_string(), stored(declaration.number.key), old.as_str(), new, since, reason];
        db.prepare_cached(sql)?.execute(values)?;
    }
    Ok(())
}

fn declared(row: &Row<'_>) -> rusqlite::Result<Declared> {
    let key = named(row, 0, DeclarationKey::self_declaration)?;
    let declaration = Declaration {
        number: DeclarationId { key, product: row.get(1)? },
        status: named(row, 2, Status::from_text)?,
        status_since: optional(row, 3)?,
        issued_on: optional(row, 4)?,
        expires_on: optional(row, 5)?,
        provenance: named(row, 6, Provenance::from_text)?,
        model: row.get(7)?,
        parties: Parties::default(),
    };
    let names =
        Names { applicant: row.get(8)?, manufacturer: row.get(9)?, factory: row.get(10)?, credit_code: row.get(11)? };
    Ok(Declared::new(row.get(0)?, declaration, names))
}

/// A key as SQLite has it: 48 bits.
fn stored(key: DeclarationKey) -> i64 {
    i64::try_from(key.hash()).unwrap_or(i64::MAX)
}
