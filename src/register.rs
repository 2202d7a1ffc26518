//! The register of certificates as the rules see it, whether it is a snapshot or a database.

use crate::date::{Day, Instant};
use crate::declaration::{DeclarationId, DeclarationKey};
use crate::finding::Confidence;
use crate::json::{ToJson, json_enum, json_serialize, json_struct};
use crate::number::CccNumber;
use crate::party::PartyTag;
use crate::reference::Reference;
use alloc::string::String;

/// What the register says of a certificate's standing (证书状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// 有效
    Valid,
    /// 暂停
    Suspended,
    /// 撤销
    Revoked,
    /// 注销
    Cancelled,
    /// 过期失效
    Expired,
    /// The register gives no status, or one that is not known here.
    Unknown,
}

impl Status {
    /// Every status, in the order of its number in files.
    pub const ALL: [Self; 6] =
        [Self::Valid, Self::Suspended, Self::Revoked, Self::Cancelled, Self::Expired, Self::Unknown];
}

json_enum!(Status {
    Valid = "valid",
    Suspended = "suspended",
    Revoked = "revoked",
    Cancelled = "cancelled",
    Expired = "expired",
    Unknown = "unknown",
});

/// Where a record comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// From the register itself.
    Register,
    /// As quoted on a public listing, not verified with the register.
    Quoted,
    /// Made up for demonstration.
    Synthetic,
}

impl Provenance {
    /// Every provenance, in the order of its number in files.
    pub const ALL: [Self; 3] = [Self::Register, Self::Quoted, Self::Synthetic];

    /// How far a record of this provenance is to be believed. A synthetic register is a world of its own, whose records
    /// are true in it.
    #[must_use]
    pub fn confidence(self) -> Confidence {
        match self {
            Self::Register | Self::Synthetic => Confidence::Confirmed,
            Self::Quoted => Confidence::Unsure,
        }
    }
}

json_enum!(Provenance { Register = "register", Quoted = "quoted", Synthetic = "synthetic" });

/// What the register says of one instrument: of a certificate, where `N` is not given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record<N = CccNumber> {
    /// What identifies it: a certificate's number.
    pub number: N,
    /// Its standing.
    pub status: Status,
    /// Since when it has that standing, if the register says.
    pub status_since: Option<Day>,
    /// When the current certificate was issued (发证日期), which renewals move, or the declaration was made.
    pub issued_on: Option<Day>,
    /// The last day of validity (有效期至), inclusive.
    pub expires_on: Option<Day>,
    /// Where the record comes from.
    pub provenance: Provenance,
    /// The models (规格型号) as far as the register gives them; often cut off, wildcarded or "见附件".
    pub model: Option<String>,
    /// Tags of the companies that the register names, by role.
    pub parties: Parties,
}

/// A self-declaration (自我声明), or an instrument of another scheme.
pub type Declaration = Record<DeclarationId>;

/// Which instrument a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Paper {
    /// A certificate.
    Certificate(CccNumber),
    /// A self-declaration.
    Declaration(DeclarationId),
}

impl Paper {
    /// The product kind, which not every declaration states.
    #[must_use]
    pub fn product(self) -> Option<u16> {
        match self {
            Self::Certificate(number) => Some(number.product()),
            Self::Declaration(declared) => declared.product,
        }
    }
}

/// The number of a certificate. A register knows that of a declaration by its hash only.
impl ToJson for Paper {
    fn put_json(&self, out: &mut String) {
        match self {
            Self::Certificate(number) => number.put_json(out),
            Self::Declaration(_) => ().put_json(out),
        }
    }
}

json_serialize!(Paper);

impl From<Record> for Record<Paper> {
    fn from(record: Record) -> Self {
        let paper = Paper::Certificate(record.number);
        record.under(paper)
    }
}

impl From<Declaration> for Record<Paper> {
    fn from(declaration: Declaration) -> Self {
        let paper = Paper::Declaration(declaration.number);
        declaration.under(paper)
    }
}

impl<N> Record<N> {
    fn under<M>(self, number: M) -> Record<M> {
        let Self { number: _, status, status_since, issued_on, expires_on, provenance, model, parties } = self;
        Record { number, status, status_since, issued_on, expires_on, provenance, model, parties }
    }
}

type PaperRecord = Record<Paper>;
json_struct!(PaperRecord { number, status, status_since, issued_on, expires_on, provenance, model });

/// The companies behind a certificate or self-declaration, as tags of their normalised names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parties {
    /// The applicant or holder (认证委托人).
    pub applicant: Option<PartyTag>,
    /// The manufacturer (生产者、制造商).
    pub manufacturer: Option<PartyTag>,
    /// The factory (生产企业).
    pub factory: Option<PartyTag>,
    /// The applicant's credit code (统一社会信用代码).
    pub credit_code: Option<PartyTag>,
}

impl Parties {
    /// The tags with the names of their roles.
    #[must_use]
    pub fn by_role(&self) -> [(&'static str, Option<PartyTag>); 4] {
        [
            ("applicant", self.applicant),
            ("manufacturer", self.manufacturer),
            ("factory", self.factory),
            ("credit_code", self.credit_code),
        ]
    }
}

/// Under what an instrument is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sought {
    /// The number of a certificate.
    Certificate(CccNumber),
    /// The hashed number of a self-declaration, or of an instrument of another scheme.
    Declaration(DeclarationKey),
}

impl Sought {
    /// The certification body's two digits, or the keyspace of the hashed number.
    #[must_use]
    pub fn space(self) -> u8 {
        match self {
            Self::Certificate(number) => number.body(),
            Self::Declaration(key) => key.space(),
        }
    }
}

impl From<CccNumber> for Sought {
    fn from(number: CccNumber) -> Self {
        Self::Certificate(number)
    }
}

impl From<DeclarationKey> for Sought {
    fn from(key: DeclarationKey) -> Self {
        Self::Declaration(key)
    }
}

/// What a look-up found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The certificate or declaration.
    Record(Record<Paper>),
    /// The register is complete for this body and year or for declarations, and has no such number.
    Absent {
        /// The first day of which lapsed instruments are there; all if missing.
        lapsed_since: Option<Day>,
    },
    /// The register does not claim to know this body and year, or declarations, in full.
    NotCovered,
}

/// Which part of a record is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All but the companies.
    Standing,
    /// The companies too.
    Parties,
}

/// The register could not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// What it has is damaged.
    Malformed,
    /// It does not yet have what the answer stands in.
    Missing,
}

impl LookupError {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "snapshot.malformed",
            Self::Missing => "snapshot.not_supplied",
        }
    }
}

/// How recent the register's word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// The live register.
    Live,
    /// Within the time for which it was signed.
    Fresh,
    /// Past that time: only recorded revocation and cancellation still stand.
    Expired,
    /// The clock is earlier than the signing, so nothing can be said.
    ClockBehind,
}

json_enum!(Freshness { Live = "live", Fresh = "fresh", Expired = "expired", ClockBehind = "clock_behind" });

/// Which register was asked, and how fresh it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The name that the keys were made for.
    pub origin: String,
    /// Whether the register is made up for demonstration.
    pub synthetic: bool,
    /// The number of this edition; it never falls.
    pub sequence: u64,
    /// The instant whose state it shows.
    pub as_of: Instant,
    /// Seconds from there to the check; negative if the clock is behind.
    pub age_seconds: i64,
    /// How recent its word is.
    pub freshness: Freshness,
    /// Whether this client remembers neither this edition nor, under the newest keys, an earlier one.
    pub first_seen: bool,
}

json_struct!(Standing { origin, synthetic, sequence, as_of, age_seconds, freshness, first_seen });

/// A register that can be asked.
pub trait Register {
    /// Its name, edition and freshness at this instant.
    fn standing(&self, now: Instant) -> Standing;
    /// The reference tables.
    fn reference(&self) -> &Reference;
    /// What it says of the number of a certificate or declaration. Companies that are not wanted may be left out.
    ///
    /// # Errors
    /// [`LookupError`] if it cannot answer; that is never "not found".
    fn find(&self, sought: impl Into<Sought>, wanted: Wanted) -> Result<Found, LookupError>;
}
