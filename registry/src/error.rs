//! What can go wrong: what it was, where, and what to do about it.

use crate::home::quoted;
use crate::import::{Fault, MAX_FAULTS};
use crate::publish::Moved;
use cccheck::trust::{Keys, MAX_HEAD, Refusal, RoleName};
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The code of a clock that is behind what was signed before.
pub(crate) const CLOCK_BEHIND: &str = "register.clock_behind";

/// Why a command or the server could not do its work.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The clock is set outside the supported years.
    Clock,
    /// The operating system gave no random bytes.
    Random,
    /// A file or directory could not be read or written.
    Io {
        /// What was tried, as in "could not read".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A home without keys.
    NoKeys {
        /// The home.
        home: PathBuf,
    },
    /// A home with private keys, but without a key document: the first one waits to be signed, or all are lost.
    NoDocument {
        /// The home.
        home: PathBuf,
    },
    /// A key document that is missing, though it was there: a later one is, or the pin or the published head has it.
    DocumentLost {
        /// Where it should be.
        path: PathBuf,
    },
    /// A home with key documents, but without its pin, as an interruption leaves it.
    PinLost {
        /// The home.
        home: PathBuf,
    },
    /// A pin file that is not there.
    NoPin {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A directory in which nothing is published.
    NotPublished {
        /// The directory.
        public: PathBuf,
    },
    /// A home without a register.
    NoRegister {
        /// The home.
        home: PathBuf,
    },
    /// A register with nothing in it, as a refused first import leaves it.
    EmptyRegister {
        /// The home.
        home: PathBuf,
    },
    /// Keys or a draft are there already.
    KeysExist {
        /// Where.
        path: PathBuf,
    },
    /// Keys of a real register for one that has made-up rows.
    SyntheticRows {
        /// The database file.
        path: PathBuf,
    },
    /// A name that cannot be a register's.
    Origin {
        /// The name.
        origin: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A key file that does not hold a key of the key document.
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A private key or passphrase that others can read.
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// A private key whose passphrase is missing or wrong.
    Passphrase {
        /// The file of the key.
        path: PathBuf,
        /// What is wrong.
        problem: &'static str,
    },
    /// Too few private keys of a role.
    NoPrivateKey {
        /// The role.
        role: RoleName,
        /// The home in which they were looked for.
        home: PathBuf,
        /// How many there are.
        found: usize,
        /// How many must sign.
        needed: usize,
    },
    /// A change to a role whose private keys are never made here.
    NoPublicKey {
        /// The role.
        role: RoleName,
    },
    /// A key document that has ended, so that clients refuse what is signed under it.
    KeysEnded {
        /// The home.
        home: PathBuf,
        /// Its last instant.
        expires: cccheck::Instant,
    },
    /// A change that would leave a role with too few keys, or too many.
    Role {
        /// The role.
        role: RoleName,
        /// How many keys it would have.
        keys: usize,
        /// How many of them would have to sign.
        threshold: u8,
    },
    /// A key that the key document does not name.
    UnknownKey {
        /// The home.
        home: PathBuf,
        /// Its short name.
        id: String,
    },
    /// A new count that begins below what the register itself has published, or where too little is left to count.
    Restart {
        /// Where it was to begin.
        sequence: u64,
        /// The sequence of the register's newest edition.
        newest: u64,
    },
    /// A pin file that cannot be read as one.
    PinFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Signed data that the core refuses.
    Refused {
        /// What was refused.
        what: &'static str,
        /// Why.
        refusal: Refusal,
    },
    /// A table of the reference data is not as it must be.
    Table {
        /// The table.
        table: &'static str,
        /// What is wrong, and where.
        problem: String,
    },
    /// The database failed.
    Store {
        /// The database file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// A database that another version of cccheck made, or another program.
    StoreVersion {
        /// The database file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// Rows of an imported file that cannot be taken over.
    Import {
        /// The file.
        path: PathBuf,
        /// What is wrong with its rows, in their order: at most [`MAX_FAULTS`], at which reading ends.
        faults: Vec<Fault>,
    },
    /// The snapshot cannot be written.
    Snapshot {
        /// The core's reason.
        source: cccheck::snapshot::WriteError,
    },
    /// Counts that moved further than is signed unasked.
    Counts {
        /// The home.
        home: PathBuf,
        /// Which, and how far.
        moved: Vec<Moved>,
    },
    /// A reason for a movement that there is not.
    NeedlessOverride {
        /// The body.
        body: u8,
    },
    /// A head that would be larger than clients take.
    HeadSize {
        /// The home.
        home: PathBuf,
        /// Its size in bytes.
        size: usize,
        /// How many of them are reasons of overrides; 0 if something else can be left out.
        reasons: usize,
    },
    /// An edition that does not follow the published one.
    Behind {
        /// The home.
        home: PathBuf,
        /// What those would refuse who hold the published head.
        refusal: Refusal,
    },
    /// A head that witnesses were shown, and that is not the one which this register signed last.
    OtherHead {
        /// The home.
        home: PathBuf,
        /// The file.
        path: PathBuf,
        /// The sequence that it states.
        sequence: u64,
        /// Where the register leaves what it signed.
        next: PathBuf,
    },
    /// A published file that the core refuses.
    RefusedFile {
        /// The file.
        path: PathBuf,
        /// Why.
        refusal: Refusal,
    },
    /// A head that was signed after now, by this machine's clock.
    ClockBehind {
        /// The home of the register that signed it, if that is known.
        home: Option<PathBuf>,
        /// When it was signed.
        signed_at: cccheck::Instant,
    },
    /// A clock that is behind what this register signed before.
    ClockSetBack {
        /// The home.
        home: PathBuf,
        /// What the clock says.
        now: cccheck::Instant,
        /// What was signed, as in "the newest edition was signed at".
        what: &'static str,
        /// When that was.
        signed_at: cccheck::Instant,
        /// The command that can be told that the clock is right, after `cccheck` and the home.
        command: &'static str,
    },
    /// A text that is not a certificate number.
    NotANumber {
        /// The text.
        text: String,
        /// A number that may have been meant.
        suggestion: Option<String>,
    },
    /// The register has no such certificate.
    UnknownCertificate {
        /// The number.
        number: cccheck::CccNumber,
    },
    /// The register has no such self-declaration.
    UnknownDeclaration {
        /// The number, as typed.
        number: String,
    },
    /// Two numbers of self-declarations that a snapshot cannot tell apart.
    SameKey {
        /// The one that is new.
        number: String,
        /// The one that the register has.
        other: String,
    },
    /// A status that begins in the future.
    FutureStatus {
        /// The day given.
        since: cccheck::Day,
        /// The legal day of now.
        today: cccheck::Day,
    },
    /// A demonstration was asked for in the home of another register.
    NotADemo {
        /// The home.
        home: PathBuf,
        /// The register's name.
        origin: String,
    },
    /// The address cannot be listened on.
    Listen {
        /// The address.
        address: SocketAddr,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A host name that is not an address of this machine.
    Host {
        /// The text.
        host: String,
    },
    /// A policy file that is not a policy.
    Policy {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        problem: String,
    },
    /// A value could not be written as JSON.
    Json {
        /// What it was.
        what: &'static str,
    },
}

impl Error {
    /// The process's exit code, after `sysexits.h`.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Origin { .. }
            | Self::NotANumber { .. }
            | Self::FutureStatus { .. }
            | Self::Host { .. }
            | Self::NoPublicKey { .. }
            | Self::Role { .. }
            | Self::UnknownKey { .. }
            | Self::Restart { .. }
            | Self::NeedlessOverride { .. }
            | Self::Policy { .. } => 64,
            Self::Import { .. }
            | Self::UnknownCertificate { .. }
            | Self::UnknownDeclaration { .. }
            | Self::SameKey { .. }
            | Self::Refused { .. }
            | Self::RefusedFile { .. }
            | Self::Counts { .. }
            | Self::HeadSize { .. }
            | Self::SyntheticRows { .. }
            | Self::Behind { .. }
            | Self::OtherHead { .. }
            | Self::KeysEnded { .. }
            | Self::Snapshot { .. } => 65,
            Self::NoKeys { .. }
            | Self::NoDocument { .. }
            | Self::DocumentLost { .. }
            | Self::NoPin { .. }
            | Self::PinLost { .. }
            | Self::NotPublished { .. }
            | Self::NoRegister { .. }
            | Self::EmptyRegister { .. }
            | Self::NoPrivateKey { .. }
            | Self::KeyFile { .. }
            | Self::PinFile { .. } => 66,
            Self::Exposed { .. } | Self::Passphrase { .. } => 77,
            Self::Listen { .. } => 69,
            Self::Random | Self::Clock | Self::ClockBehind { .. } | Self::ClockSetBack { .. } => 71,
            Self::Table { .. } | Self::Json { .. } => 70,
            Self::KeysExist { .. } | Self::NotADemo { .. } => 73,
            Self::Io { .. } | Self::Store { .. } | Self::StoreVersion { .. } => 74,
        }
    }

    /// Whether a private key could not be had.
    #[must_use]
    pub fn is_of_keys(&self) -> bool {
        matches!(
            self,
            Self::NoPrivateKey { .. } | Self::KeyFile { .. } | Self::Passphrase { .. } | Self::Exposed { .. }
        )
    }

    /// The stable code of what keeps a register from being published.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Behind { .. } => "register.behind",
            Self::ClockSetBack { .. } => CLOCK_BEHIND,
            Self::KeysEnded { expires, .. } => Refusal::KeysExpired { expires: *expires }.code(),
            error if error.is_of_keys() => "register.no_key",
            error => error.refusal().map_or("register.not_published", Refusal::code),
        }
    }

    /// Why the core refused what was published, if it is that.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } | Self::RefusedFile { refusal, .. } | Self::Behind { refusal, .. } => {
                Some(refusal)
            }
            _ => None,
        }
    }

    /// An [`Error::Io`], for use with `map_err`.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock => f.write_str("this machine's clock is set outside the years 1970 to 9999: set it right"),
            Self::Random => f.write_str("the operating system gave no random bytes: try again"),
            Self::Io { action, path, source } => write!(f, "{action} {}: {source}", path.display()),
            Self::NoKeys { home } => write!(
                f,
                "{home} has no keys: make them with `cccheck --dir {dir} keys new --origin NAME`, or name another home",
                home = home.display(),
                dir = quoted(home)
            ),
            Self::NoDocument { home } => write!(
                f,
                "{home} has keys, but no key document: take over its first one, once it is signed, with `cccheck --dir {dir} keys \
                 accept DRAFT`, or bring document-*.bin back from a backup; to begin anew, remove {}",
                home.join("keys").display(),
                home = home.display(),
                dir = quoted(home)
            ),
            Self::DocumentLost { path } => write!(
                f,
                "the key document {} is missing: bring it back from a backup. Clients that have seen it refuse any other in its \
                 place",
                path.display()
            ),
            Self::PinLost { home } => write!(
                f,
                "{home} has keys, but no pin.json: write it with `cccheck --dir {dir} keys pin`",
                home = home.display(),
                dir = quoted(home)
            ),
            Self::NoPin { path } => write!(
                f,
                "there is no pin at {}: name the home of a register that has one, or another pin",
                path.display()
            ),
            Self::NotPublished { public } => write!(
                f,
                "nothing is published in {}: publish the register there, or name another directory",
                public.display()
            ),
            Self::NoRegister { home } => write!(
                f,
                "{home} has no register: fill one with `cccheck --dir {dir} import FILE.csv`, or name another home",
                home = home.display(),
                dir = quoted(home)
            ),
            Self::EmptyRegister { home } => write!(
                f,
                "the register in {home} is empty, and nothing was published: fill it with `cccheck --dir {dir} import FILE.csv`",
                home = home.display(),
                dir = quoted(home)
            ),
            Self::KeysExist { path } => {
                write!(f, "{} is there already and is never overwritten: name another", path.display())
            }
            Self::Origin { origin, problem } => write!(f, "`{origin}` cannot name a register: {problem}"),
            Self::KeyFile { path, problem } => write!(f, "{}: {problem}", path.display()),
            Self::Exposed { path } => write!(
                f,
                "{path} can be read by others than its owner: run `chmod 600 {path}`, and think of who may have read it",
                path = path.display()
            ),
            Self::Passphrase { path, problem } => write!(f, "{}: {problem}", path.display()),
            Self::NoPrivateKey { role, home, found, needed } => {
                let (keys, name) = (home.join("keys"), role.as_str());
                write!(f, "of the keys of `{name}`, {needed} must sign, and {found} can in {}: ", keys.display())?;
                if *role == RoleName::Root {
                    return f.write_str("put them there, or have them sign elsewhere (docs/ceremony.md)");
                }
                let dir = quoted(home);
                write!(
                    f,
                    "put them there, or replace a lost one, which `cccheck --dir {dir} keys show` marks, with `cccheck --dir \
                     {dir} keys revoke KEY`"
                )
            }
            Self::NoPublicKey { role } => write!(
                f,
                "the private keys for `{}` are made by who holds them: name the public key with --public",
                role.as_str()
            ),
            Self::KeysEnded { home, expires } => write!(
                f,
                "the edition cannot be published: the newest key document ended at {expires}. Make another one, as with \
                 `cccheck --dir {} keys rotate content`, and publish",
                quoted(home)
            ),
            Self::Role { role, keys, .. } if *keys > Keys::MAX_KEYS => write!(
                f,
                "`{}` would have {keys} keys, and {} are the most: `keys revoke KEY` replaces one that is needed no more",
                role.as_str(),
                Keys::MAX_KEYS
            ),
            Self::Role { role, keys, threshold } => write!(
                f,
                "`{}` would have {keys} of {threshold} keys that must sign: say with --threshold how many must, at least one but for \
                 witnesses, or name another key with --public",
                role.as_str()
            ),
            Self::UnknownKey { home, id } => {
                write!(f, "the key document names no key {id}: `cccheck --dir {} keys show` lists them", quoted(home))
            }
            Self::Restart { sequence, newest } => {
                write!(
                    f,
                    "the count cannot begin anew at {sequence}: sequence {newest} is published, so name that, or a higher one up to 2^51"
                )
            }
            Self::PinFile { path, problem } => write!(f, "{} is not a pin file: {problem}", path.display()),
            Self::Refused { what, refusal } => write!(f, "{what}: {refusal}"),
            Self::Table { table, problem } => write!(f, "the built-in table {table} is not sound: {problem}"),
            Self::Store { path, source } => write!(f, "the register {} failed: {source}", path.display()),
            Self::StoreVersion { path, found } => write!(
                f,
                "{} has version {found}, which this cccheck does not know: use the cccheck that made it",
                path.display()
            ),
            Self::Import { path, faults } => match faults.as_slice() {
                [fault] => write!(f, "{}, {fault}; nothing was imported", path.display()),
                _ => {
                    let first = if faults.len() < MAX_FAULTS { "" } else { "the first " };
                    write!(f, "{}: nothing was imported, for {first}{} faults:", path.display(), faults.len())?;
                    faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
                }
            },
            Self::Snapshot { source } => write!(f, "the snapshot cannot be written: {source}"),
            Self::Counts { home, moved } => {
                f.write_str("not published, as more changed than is signed unasked: ")?;
                for (place, moved) in moved.iter().enumerate() {
                    write!(f, "{}{moved}", if place > 0 { "; " } else { "" })?;
                }
                write!(f, ". If that is right, run `cccheck --dir {} publish", quoted(home))?;
                let bodies: BTreeSet<u8> = moved.iter().map(|moved| moved.body).collect();
                bodies.iter().try_for_each(|body| write!(f, " --override {body:02}=REASON"))?;
                f.write_str("` with the reasons, beside the overrides that were given")
            }
            Self::Behind { home, refusal } => {
                write!(f, "not published, as it does not follow what is published already ({refusal}): ")?;
                match refusal {
                    Refusal::Rollback { .. } | Refusal::Equivocation { .. } => write!(
                        f,
                        "the register was restored from an older copy, or its keys were stolen (docs/ceremony.md). Bring back \
                         what was made since; if that is lost, make a newer key document with \
                         `cccheck --dir {} keys rotate freshness`: under it clients count anew",
                        quoted(home)
                    ),
                    _ => f.write_str(
                        "the keys were restored from an older copy. Bring back the key documents that were made since",
                    ),
                }
            }
            Self::OtherHead { home, path, sequence, next } => write!(
                f,
                "{}, with sequence {sequence}, is not the head that this register signed last: run `cccheck --dir {} publish`, \
                 have the witnesses cosign {}, and publish that",
                path.display(),
                quoted(home),
                next.display()
            ),
            Self::SyntheticRows { path } => write!(
                f,
                "{} has synthetic rows, and these keys are a real register's: keep it in a home whose keys were made with \
                 --synthetic, or begin with a register that has none",
                path.display()
            ),
            Self::NeedlessOverride { body } => {
                write!(f, "body {body:02} did not move beyond the bound: publish without an override for it")
            }
            Self::HeadSize { home, size, reasons } => {
                let over = size.saturating_sub(MAX_HEAD);
                write!(f, "not published, as the head would have {size} bytes, {over} more than clients take: ")?;
                match reasons {
                    0 => write!(
                        f,
                        "publish a new edition with `cccheck --dir {} publish`, which makes room for newer keys",
                        quoted(home)
                    ),
                    _ => write!(f, "shorten the reasons of --override, {reasons} bytes in all, by that"),
                }
            }
            Self::RefusedFile { path, refusal } => write!(f, "{} is refused: {refusal}", path.display()),
            Self::ClockBehind { home, signed_at } => {
                let dir = home.as_deref().map_or_else(|| "REGISTER".into(), quoted);
                write!(
                    f,
                    "the head was signed at {signed_at}, which is ahead of this machine's clock: set the clock right; if it is right, \
                     and the register's was ahead then, publish anew where its keys are: `cccheck --dir {dir} publish --clock-is-right`"
                )
            }
            Self::ClockSetBack { home, now, what, signed_at, command } => write!(
                f,
                "this machine's clock says {now}, but {what} {signed_at}: set the clock right; if it is right, and was ahead then, say \
                 so once: `cccheck --dir {} {command} --clock-is-right`",
                quoted(home)
            ),
            Self::NotANumber { text, suggestion: None } => {
                write!(f, "`{text}` is not a CCC certificate number: {} digits are expected", cccheck::CCC_LENGTH)
            }
            Self::NotANumber { text, suggestion: Some(suggestion) } => {
                write!(f, "`{text}` is not a CCC certificate number: was {suggestion} meant?")
            }
            Self::UnknownCertificate { number } => {
                write!(f, "the register has no certificate {number}: check the number, or import it first")
            }
            Self::UnknownDeclaration { number } => {
                write!(f, "the register has no self-declaration `{number}`: check the number, or import it first")
            }
            Self::SameKey { number, other } => write!(
                f,
                "the numbers `{number}` and `{other}` have the same 48 bits of a hash, by which snapshots look self-declarations up: \
                 somebody made one of them so; find out which one was issued, and leave the other out"
            ),
            Self::FutureStatus { since, today } => {
                write!(f, "{since} is after today, {today}: a status begins today or earlier")
            }
            Self::NotADemo { home, origin } => write!(
                f,
                "{home} is the home of `{origin}`, no demonstration: serve it with `cccheck --dir {dir} serve`, or name another home",
                home = home.display(),
                dir = quoted(home)
            ),
            Self::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => write!(
                f,
                "port {} on {} is in use: end the program that has it, or choose another with --port",
                address.port(),
                address.ip()
            ),
            Self::Listen { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Self::Host { host } => write!(f, "`{host}` is not an IP address of this machine, such as 127.0.0.1 or ::1"),
            Self::Policy { path, problem } => write!(f, "{} is not a policy: {problem}", path.display()),
            Self::Json { what } => write!(f, "{what} cannot be written as JSON"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } | Self::Listen { source, .. } => Some(source),
            Self::Store { source, .. } => Some(source),
            Self::Snapshot { source } => Some(source),
            _ => None,
        }
    }
}
