//! The register in SQLite: certificates, coverage, an append-only log of changes, and the editions published from it.

mod declarations;
mod editions;
mod loader;
mod rows;
mod schema;

pub use declarations::Declared;
pub use editions::Edition;
pub(crate) use editions::NewEdition;
pub use loader::Loader;

use crate::{Error, reference};
use cccheck::snapshot::{Content, Coverage};
use cccheck::{CccNumber, Day, Found, Instant, Parties, Provenance, Record, Sought, Status};
use rows::{COLUMNS, Tags, change, coverage, key, unsigned};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::path::{Path, PathBuf};

/// An open register.
pub struct Store {
    path: PathBuf,
    file: Option<FileId>,
    db: Connection,
}

/// A certificate as the register keeps it: what the rules see, and the names behind the tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What the rules see; its tags follow from the names.
    pub record: Record,
    /// The companies behind it.
    pub names: Names,
}

/// The companies behind a certificate, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The applicant or holder (认证委托人).
    pub applicant: Option<String>,
    /// The manufacturer (生产者、制造商).
    pub manufacturer: Option<String>,
    /// The factory (生产企业).
    pub factory: Option<String>,
    /// The applicant's credit code (统一社会信用代码).
    pub credit_code: Option<String>,
}

impl Names {
    /// The tags under which they are published.
    #[must_use]
    pub fn tags(&self) -> Parties {
        let tag = |name: &Option<String>| name.as_deref().and_then(reference::tag);
        Parties {
            applicant: tag(&self.applicant),
            manufacturer: tag(&self.manufacturer),
            factory: tag(&self.factory),
            credit_code: tag(&self.credit_code),
        }
    }
}

impl Certificate {
    /// A certificate with its tags.
    #[must_use]
    pub fn new(record: Record, names: Names) -> Self {
        Self { record: Record { parties: names.tags(), ..record }, names }
    }
}

/// A line of the log of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its place in the log.
    pub id: i64,
    /// When it was made.
    pub time: Instant,
    /// The certificate.
    pub number: CccNumber,
    /// Its status before.
    pub old: Status,
    /// Its status after.
    pub new: Status,
    /// Since when it has that status.
    pub since: Option<Day>,
    /// Why.
    pub reason: String,
}

/// A state of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Rises with every change in one file. Another file, as a copy that was brought back, may have the same.
    pub number: i64,
    /// No other state has it, in whichever file.
    token: [u8; 16],
}

/// At which point in time a register is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Which revision it has.
    pub revision: Revision,
    /// The sequence of its newest edition, and the number of the revision that this shows.
    pub newest: Option<(u64, i64)>,
}

/// All that a snapshot shows, read at one point in time.
pub struct Contents {
    /// The revision read.
    pub revision: Revision,
    /// What it shows.
    pub content: Content,
}

/// What became of a record that was put into the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// Its number is new.
    Added,
    /// It replaced a record that differed, and of which the status was this; the log says so.
    Updated(Status),
    /// The register has it as it is.
    Unchanged,
}

impl Store {
    /// Opens a register that must be there.
    ///
    /// # Errors
    /// [`Error::NoRegister`] if there is none, [`Error::Store`] and [`Error::StoreVersion`] if it cannot be used.
    pub fn open(home: &crate::Home) -> Result<Self, Error> {
        if !home.store().exists() {
            return Err(Error::NoRegister { home: home.dir().into() });
        }
        Self::connect(&home.store(), OpenFlags::empty())
    }

    /// Opens the register of a home, or makes an empty one, which nobody else may read: it has names that are published as tags only.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Store`] and [`Error::StoreVersion`] if it cannot be used.
    pub fn open_or_create(home: &crate::Home) -> Result<Self, Error> {
        crate::home::make_dir(home.dir())?;
        crate::home::make_private_file(&home.store())?;
        Self::connect(&home.store(), OpenFlags::SQLITE_OPEN_CREATE)
    }

    fn connect(path: &Path, extra: OpenFlags) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | extra;
        let failed = |source| Error::Store { path: path.into(), source };
        // Before it is opened: of a file that takes its place in between, it is then said that another one is open.
        let file = FileId::of(path);
        let mut db = Connection::open_with_flags(path, flags).map_err(failed)?;
        match schema::prepare(&mut db).map_err(failed)? {
            schema::VERSION => Ok(Self { path: path.into(), file, db }),
            found => Err(Error::StoreVersion { path: path.into(), found }),
        }
    }

    /// Whether the file that is open is still the one at its path, as far as the system tells files apart: another may have taken its
    /// place, as when a backup is restored.
    pub(crate) fn is_in_place(&self) -> bool {
        self.file == FileId::of(&self.path)
    }

    /// What the register says of the number of a certificate or declaration.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn find(&self, sought: impl Into<Sought>) -> Result<Found, Error> {
        self.wrap(find(&self.db, sought.into(), |_| true))
    }

    /// As [`find`](Self::find), but of self-declarations only those whose number is one of these: 48 bits of a hash can be met by
    /// trial.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn find_meant(&self, sought: impl Into<Sought>, numbers: &[String]) -> Result<Found, Error> {
        self.wrap(find(&self.db, sought.into(), |declared| declared.is_one_of(numbers)))
    }

    /// Whether it has neither certificates nor declarations nor coverage.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn is_empty(&self) -> Result<bool, Error> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM certificates) AND NOT EXISTS (SELECT 1 FROM coverage)
                   AND NOT EXISTS (SELECT 1 FROM declarations)";
        self.wrap(self.db.query_row(sql, [], |row| row.get(0)))
    }

    /// Whether any of its certificates or declarations is made up.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn has_synthetic(&self) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM certificates WHERE provenance = ?1)
                   OR EXISTS (SELECT 1 FROM declarations WHERE provenance = ?1)";
        self.wrap(self.db.query_row(sql, [Provenance::Synthetic.as_str()], |row| row.get(0)))
    }

    /// How many certificates of a provenance it has.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn count(&self, provenance: Provenance) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM certificates WHERE provenance = ?1";
        self.wrap(self.db.query_row(sql, [provenance.as_str()], |row| unsigned(row, 0)))
    }

    /// Which revision it has; its number rises with every change of certificates or coverage.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn revision(&self) -> Result<Revision, Error> {
        self.wrap(revision(&self.db))
    }

    /// Reads the register as of one point in time, which `read` is told.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn view<T>(&self, read: impl FnOnce(View) -> T) -> Result<T, Error> {
        // Dropped at the end: what only reads has nothing to commit.
        let view = self.wrap(self.db.unchecked_transaction())?;
        let sql = "SELECT revision, token, sequence, shown FROM counters LEFT JOIN
                   (SELECT sequence, revision AS shown FROM editions ORDER BY sequence DESC LIMIT 1)";
        let at = || {
            view.prepare_cached(sql)?.query_row([], |row| {
                let newest = match row.get::<_, Option<i64>>(3)? {
                    Some(shown) => Some((unsigned(row, 2)?, shown)),
                    None => None,
                };
                Ok(View { revision: rows::revision(row)?, newest })
            })
        };
        Ok(read(self.wrap(at())?))
    }

    /// All certificates and the coverage, as of one point in time.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn contents(&mut self) -> Result<Contents, Error> {
        let contents = self.db.transaction().and_then(|view| {
            let revision = revision(&view)?;
            let count = view.query_row("SELECT count(*) FROM certificates", [], |row| row.get::<_, isize>(0))?;
            let mut records = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
            let mut statement = view.prepare(&format!("SELECT {COLUMNS} FROM certificates"))?;
            let mut tags = Tags::default();
            for record in statement.query_map([], |row| tags.record(row))? {
                records.push(record?);
            }
            let mut statement = view.prepare("SELECT body, year, complete, lapsed_since FROM coverage")?;
            let coverage = statement.query_map([], coverage)?.collect::<rusqlite::Result<_>>()?;
            Ok(Contents { revision, content: Content { records, declarations: declarations::all(&view)?, coverage } })
        });
        self.wrap(contents)
    }

    /// The first certificate of a query over the table `certificates`: what follows `WHERE`, and its order.
    pub(crate) fn first(&self, condition: &str) -> Result<Option<Record>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM certificates WHERE {condition} LIMIT 1");
        self.wrap(self.db.query_row(&sql, [], |row| Ok(rows::certificate(row)?.record)).optional())
    }

    /// Changes the status of one certificate and appends to the log; `None` where there is nothing to change.
    ///
    /// # Errors
    /// [`Error::UnknownCertificate`] or [`Error::Store`].
    pub fn set_status(
        &mut self,
        number: CccNumber,
        status: Status,
        since: Option<Day>,
        reason: &str,
        now: Instant,
    ) -> Result<Option<Change>, Error> {
        let changed = self.load(|loader| {
            let Some(before) = loader.certificate(number)? else {
                return Ok(None);
            };
            let old = before.record.status;
            let record = Record { status, status_since: since, ..before.record };
            let put = loader.put(&Certificate { record, names: before.names }, reason, now)?;
            Ok(Some((put, old, loader.last_change("changes")?)))
        })?;
        let (put, old, id) = changed.ok_or(Error::UnknownCertificate { number })?;
        let change = Change { id, time: now, number, old, new: status, since, reason: reason.into() };
        Ok(matches!(put, Put::Updated(_)).then_some(change))
    }

    /// The log of one certificate's changes, oldest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn changes(&self, number: CccNumber) -> Result<Vec<Change>, Error> {
        let sql = "SELECT id, time, number, old_status, new_status, since, reason
                   FROM changes WHERE number = ?1 ORDER BY id";
        let read = || {
            let mut statement = self.db.prepare_cached(sql)?;
            statement.query_map([key(number)], change)?.collect()
        };
        self.wrap(read())
    }

    /// Runs one transaction that changes certificates or coverage: all of it or nothing.
    ///
    /// # Errors
    /// Whatever `work` answers, or [`Error::Store`].
    pub fn load<T>(&mut self, work: impl FnOnce(&mut Loader<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let path = self.path.clone();
        let failed = |source| Error::Store { path: path.clone(), source };
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let mut loader = Loader { path: &path, transaction, changed: false };
        let answer = work(&mut loader)?;
        let Loader { transaction, changed, .. } = loader;
        if changed {
            transaction.execute("UPDATE counters SET revision = revision + 1", []).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        Ok(answer)
    }

    /// The number of the next freshness statement, after all that it made and the one that is published.
    pub(crate) fn next_statement(&mut self, published: u64) -> Result<u64, Error> {
        let sql = "UPDATE counters SET statements = max(statements, ?1) + 1 RETURNING statements";
        self.wrap(self.db.query_row(sql, [editions::signed(published)], |row| unsigned(row, 0)))
    }

    fn wrap<T>(&self, result: rusqlite::Result<T>) -> Result<T, Error> {
        result.map_err(|source| Error::Store { path: self.path.clone(), source })
    }
}

/// Which file it is, whatever its name; none where there is none, or the system does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).ok().map(|file| Self { device: file.dev(), inode: file.ino() })
    }

    #[cfg(not(unix))]
    fn of(_: &Path) -> Option<Self> {
        None
    }
}

fn revision(db: &Connection) -> rusqlite::Result<Revision> {
    db.prepare_cached("SELECT revision, token FROM counters")?.query_row([], rows::revision)
}

fn certificate(db: &Connection, number: CccNumber) -> rusqlite::Result<Option<Certificate>> {
    let sql = format!("SELECT {COLUMNS} FROM certificates WHERE number = ?1");
    db.prepare_cached(&sql)?.query_row([key(number)], rows::certificate).optional()
}

fn find(db: &Connection, sought: Sought, is_meant: impl Fn(&Declared) -> bool) -> rusqlite::Result<Found> {
    let (found, body, year) = match sought {
        Sought::Certificate(number) => {
            (certificate(db, number)?.map(|found| found.record.into()), number.body(), number.year())
        }
        Sought::Declaration(key) => {
            let found = declarations::find(db, key)?.filter(is_meant);
            (found.map(|found| found.declaration.into()), key.space(), 0)
        }
    };
    found.map_or_else(|| covered(db, body, year), |record| Ok(Found::Record(record)))
}

/// What the register says of a number that it does not have.
fn covered(db: &Connection, body: u8, year: u16) -> rusqlite::Result<Found> {
    let sql = "SELECT body, year, complete, lapsed_since FROM coverage WHERE body = ?1 AND year = ?2";
    let line = db.prepare_cached(sql)?.query_row(params![body, year], coverage).optional()?;
    Ok(match line {
        Some(Coverage { complete: true, lapsed_since, .. }) => Found::Absent { lapsed_since },
        _ => Found::NotCovered,
    })
}
