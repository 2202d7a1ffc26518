//! The home: one directory that holds a register, its keys and what it publishes.
//!
//! ```text
//! register.sqlite     the register
//! keys/               private keys, for nobody else to read, and the signed key documents from the first to the newest
//! pin.json            what clients ship with
//! public/head         the newest head
//! public/head.next    a head that waits for its witnesses, where the key document asks for them
//! public/blob/…       what is fetched piece by piece, by hash: reference tables, directories, chunks, parts of deltas
//! public/snapshot/…   snapshots whole, by hash
//! public/delta/…      deltas whole, by hash
//! ```

use crate::Error;
use crate::passphrase::Passphrase;
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::hex;
use cccheck::trust::{FileRef, Pin};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// More bytes than a private key or a passphrase has.
const MAX_PRIVATE: usize = 4_096;

/// Where a register lives.
#[derive(Clone, Debug)]
pub struct Home {
    dir: PathBuf,
    passphrase: Arc<Passphrase>,
    encrypt: bool,
    trusts_clock: bool,
}

/// What clients ship with, as text: `pin.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PinFile {
    /// The signed key document in base64url.
    pub keys: String,
    /// The lowest sequence that a client accepts.
    pub lowest_sequence: u64,
    /// The register's name, for people.
    pub origin: String,
    /// Whether the register is made up, for people.
    pub synthetic: bool,
}

impl PinFile {
    /// Reads a pin file.
    ///
    /// # Errors
    /// [`Error::NoPin`], [`Error::Io`] or [`Error::PinFile`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => Error::NoPin { path: path.into() },
            _ => Error::Io { action: "could not read", path: path.into(), source },
        })?;
        serde_json::from_slice(&text).map_err(|error| Error::PinFile { path: path.into(), problem: error.to_string() })
    }

    /// The pin itself, its root signatures checked.
    ///
    /// # Errors
    /// [`Error::Refused`] if the key document is malformed or not signed by its root keys.
    pub fn pin(&self) -> Result<Pin, Error> {
        let refused = |refusal| Error::Refused { what: "the pinned keys cannot be used", refusal };
        let keys = Base64UrlUnpadded::decode_vec(&self.keys)
            .map_err(|_| refused(cccheck::trust::Refusal::Malformed { part: "key document" }))?;
        Pin::new(&keys, self.lowest_sequence).map_err(refused)
    }
}

impl Home {
    /// The home in this directory, whether it exists or not.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), passphrase: Arc::default(), encrypt: false, trusts_clock: false }
    }

    /// The same home, whose private keys have this passphrase.
    #[must_use]
    pub fn with_passphrase(self, passphrase: Passphrase) -> Self {
        Self { encrypt: passphrase.is_at_hand(), passphrase: Arc::new(passphrase), ..self }
    }

    /// The same home, new private keys of which are encrypted even if the passphrase must be asked for.
    #[must_use]
    pub fn encrypting(self) -> Self {
        Self { encrypt: true, ..self }
    }

    /// The same home, of somebody who says that the clock is right, though it is behind what was signed before: it was ahead then.
    #[must_use]
    pub fn trusting_clock(self) -> Self {
        Self { trusts_clock: true, ..self }
    }

    /// Whether somebody has said so.
    pub(crate) fn trusts_clock(&self) -> bool {
        self.trusts_clock
    }

    /// The passphrase of its private keys.
    #[must_use]
    pub fn passphrase(&self) -> &Passphrase {
        &self.passphrase
    }

    /// The passphrase with which new private keys are encrypted, if they are.
    #[must_use]
    pub fn encrypts(&self) -> Option<&Passphrase> {
        Some(self.passphrase()).filter(|_| self.encrypt)
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.dir.join("register.sqlite")
    }

    /// The private keys and the signed key document.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.dir.join("keys")
    }

    /// What clients ship with.
    #[must_use]
    pub fn pin(&self) -> PathBuf {
        self.dir.join("pin.json")
    }

    /// What is published.
    #[must_use]
    pub fn public(&self) -> PathBuf {
        self.dir.join("public")
    }

    /// Waits until no other process publishes or changes keys, and keeps others out as long as the answer lives.
    ///
    /// # Errors
    /// [`Error::Io`] if the lock file cannot be made.
    pub fn lock(&self) -> Result<File, Error> {
        let lock = lock(&self.dir.join("publish.lock"))?;
        self.clear_keys();
        Ok(lock)
    }

    /// Removes what a process that was interrupted left of private keys: whole ones, maybe, that nobody looks for. Only who has the
    /// lock writes keys there.
    fn clear_keys(&self) {
        for path in fs::read_dir(self.keys()).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.contains(".key.") && name.ends_with("tmp") {
                // What cannot be removed now is there the next time.
                let _ = fs::remove_file(&path);
            }
        }
    }
}

/// Waits until no other process has this lock file, and keeps others out as long as the answer lives.
pub(crate) fn lock(path: &Path) -> Result<File, Error> {
    let lock = || -> io::Result<File> {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok(file)
    };
    lock().map_err(Error::io("could not lock", path))
}

/// A path as a word for a shell.
#[must_use]
pub fn quoted(path: &Path) -> String {
    let word = path.display().to_string();
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./+:@".contains(character);
    if word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The head in a directory of published files.
#[must_use]
pub fn head(public: &Path) -> PathBuf {
    public.join("head")
}

/// A head that waits for its witnesses, in a directory of published files.
#[must_use]
pub fn unwitnessed_head(public: &Path) -> PathBuf {
    public.join("head.next")
}

/// A folder of published files that never change; their names are their hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    /// What is fetched piece by piece: reference tables, directories, chunks, parts of deltas.
    Blob,
    /// Snapshots, whole.
    Snapshot,
    /// Deltas, whole.
    Delta,
}

impl Folder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Blob, Self::Snapshot, Self::Delta];

    /// Its name, in directories and in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Snapshot => "snapshot",
            Self::Delta => "delta",
        }
    }

    /// Its place in a directory of published files.
    #[must_use]
    pub fn path(self, public: &Path) -> PathBuf {
        public.join(self.as_str())
    }

    /// The place of a file in a directory of published files.
    #[must_use]
    pub fn file(self, public: &Path, file: &FileRef) -> PathBuf {
        self.path(public).join(hex(&file.hash))
    }
}

/// Whether this can be the name of a file that never changes: a hash in lower-case hexadecimal.
#[must_use]
pub fn is_file_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Makes a directory and those above it.
pub(crate) fn make_dir(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(Error::io("could not make", path))
}

/// Writes a file that readers see either as it was or whole.
pub(crate) fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let temporary = temporary(path, &format!("{}.tmp", std::process::id()));
    let write = || -> io::Result<()> {
        write_whole(File::options().create(true).truncate(true), &temporary, bytes)?;
        fs::rename(&temporary, path)?;
        sync_parent(path);
        Ok(())
    };
    write().map_err(|source| {
        // The reason for the failure counts, not whether the rest could be cleared away.
        let _ = fs::remove_file(&temporary);
        Error::Io { action: "could not write", path: path.into(), source }
    })
}

/// Where a file is written before it gets its name.
fn temporary(path: &Path, extension: &str) -> PathBuf {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".");
    temporary.push(extension);
    temporary.into()
}

fn write_whole(options: &mut OpenOptions, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = options.write(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a name last that a file just got: a loss of power may take it back, or bring the old file back. Where a file system cannot
/// do it, the file is there all the same.
pub(crate) fn sync_parent(path: &Path) {
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let _ = File::open(parent).and_then(|parent| parent.sync_all());
    }
}

/// Makes a directory that nobody else may enter.
pub(crate) fn make_private_dir(path: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(Error::io("could not make", path))
}

/// Reads a file that nobody else may read: a private key, or a passphrase.
pub(crate) fn read_private(path: &Path) -> Result<Zeroizing<String>, Error> {
    let failed = || Error::io("could not read", path);
    let file = File::open(path).map_err(failed())?;
    #[cfg(unix)]
    {
        let metadata = file.metadata().map_err(failed())?;
        if std::os::unix::fs::MetadataExt::mode(&metadata) & 0o077 != 0 {
            return Err(Error::Exposed { path: path.into() });
        }
    }
    let mut text = Zeroizing::new(String::with_capacity(MAX_PRIVATE));
    file.take(MAX_PRIVATE as u64).read_to_string(&mut text).map_err(failed())?;
    Ok(text)
}

/// Makes an empty file that nobody else may read, if there is none.
pub(crate) fn make_private_file(path: &Path) -> Result<(), Error> {
    match private_options().write(true).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(Error::io("could not make", path)(error)),
        _ => Ok(()),
    }
}

/// Writes a new file that nobody else may read: whole, or not at all, so that a full disk leaves nothing in the way of the next try.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    // One name for all processes, so that what one leaves that is interrupted is found.
    let temporary = temporary(path, "tmp");
    let _ = fs::remove_file(&temporary);
    let write = || -> io::Result<()> {
        write_whole(&mut private_options(), &temporary, bytes)?;
        take_name(&temporary, path)?;
        sync_parent(path);
        Ok(())
    };
    let written = write();
    // What was written of it, or its other name.
    let _ = fs::remove_file(&temporary);
    written.map_err(Error::io("could not write", path))
}

/// How a file is made that was not there, and that nobody else may read.
fn private_options() -> OpenOptions {
    let mut options = File::options();
    options.create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Gives a file a name that no other has.
fn take_name(file: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(file, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            // Some media have no links: an empty file takes the name there, in whose place the whole one is put.
            write_whole(&mut private_options(), path, &[])?;
            fs::rename(file, path).inspect_err(|_| drop(fs::remove_file(path)))
        }
        linked => linked,
    }
}
