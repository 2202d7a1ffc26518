//! The published files that never change: written once, removed when no edition that readers may hold leads to them.

use crate::home::{Folder, is_file_name, make_dir, write_atomic};
use crate::{Error, published};
use cccheck::hex;
use cccheck::trust::FileRef;
use std::collections::HashSet;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// How much smaller a compressed copy must be to be worth keeping, in percent.
const WORTH_PERCENT: usize = 5;
/// By how many bytes a compressed copy may be larger: one that somebody else made of what does not compress.
const COPY_SLACK: u64 = 1_024;

/// The folders of a directory of published files, and what a new edition needs of them.
pub(super) struct Shelf<'a> {
    public: &'a Path,
    needed: Vec<String>,
}

impl<'a> Shelf<'a> {
    /// The folders are made where they are missing.
    pub(super) fn new(public: &'a Path) -> Result<Self, Error> {
        for folder in Folder::ALL {
            make_dir(&folder.path(public))?;
        }
        Ok(Self { public, needed: Vec::new() })
    }

    /// Notes that the edition needs a file that is there.
    pub(super) fn need(&mut self, folder: Folder, file: &FileRef) {
        self.needed.push(name(folder, &hex(&file.hash)));
    }

    /// Puts a file where it is needed. One that is there but damaged is replaced.
    pub(super) fn put(&mut self, folder: Folder, bytes: &[u8]) -> Result<FileRef, Error> {
        let file = FileRef::of(bytes);
        let path = folder.file(self.public, &file);
        if published::read(&path, file.size).ok().as_deref() != Some(bytes) {
            write_atomic(&path, bytes)?;
        }
        self.need(folder, &file);
        Ok(file)
    }

    /// As [`put`](Self::put), with a compressed copy beside it where that saves enough.
    pub(super) fn put_compressed(&mut self, folder: Folder, bytes: &[u8]) -> Result<FileRef, Error> {
        let path = folder.file(self.public, &FileRef::of(bytes));
        if !path.exists() || !is_copy_sound(&path, bytes) {
            let params = brotli::enc::BrotliEncoderParams { size_hint: bytes.len(), ..Default::default() };
            let mut compressed = Vec::new();
            brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params)
                .map_err(Error::io("could not compress", &path))?;
            if compressed.len() * 100 <= bytes.len() * (100 - WORTH_PERCENT) {
                write_atomic(&path.with_extension("br"), &compressed)?;
            }
        }
        self.put(folder, bytes)
    }

    /// The names of what the edition needs.
    pub(super) fn needed(&self) -> &[String] {
        &self.needed
    }

    /// Removes all other files, compressed copies that are none, and what an interrupted process left half-written.
    pub(super) fn keep_only(&self, names: &[String]) -> Result<(), Error> {
        let kept: HashSet<&str> = names.iter().map(String::as_str).collect();
        for folder in Folder::ALL {
            let directory = folder.path(self.public);
            let entries = fs::read_dir(&directory).map_err(Error::io("could not read", &directory))?;
            for entry in entries.flatten() {
                let file = entry.file_name();
                let file = file.to_string_lossy();
                let (stem, _) = file.split_once('.').unwrap_or((&file, ""));
                let is_sound = !file.ends_with(".tmp") && (!file.ends_with(".br") || is_copy(&entry.path()));
                let is_kept = is_sound && kept.contains(name(folder, stem).as_str());
                if is_file_name(stem) && !is_kept {
                    fs::remove_file(entry.path()).map_err(Error::io("could not remove", entry.path()))?;
                }
            }
        }
        Ok(())
    }
}

/// Whether all files of these names are there.
pub(super) fn has_all(public: &Path, names: &[String]) -> bool {
    names.iter().all(|name| public.join(name).exists())
}

/// Whether all of them are there as they were signed.
pub(super) fn are_sound(public: &Path, names: &[String]) -> bool {
    let is_sound = |name: &str, bytes: Vec<u8>| name.ends_with(&hex(&FileRef::of(&bytes).hash));
    names.iter().all(|name| fs::read(public.join(name)).is_ok_and(|bytes| is_sound(name, bytes)))
}

/// Whether a file is there, and the compressed copy of it is one, if there is any.
pub(crate) fn has_sound_copy(public: &Path, folder: Folder, file: &FileRef) -> bool {
    let path = folder.file(public, file);
    published::read(&path, file.size).is_ok_and(|bytes| is_copy_sound(&path, &bytes))
}

/// Whether this is a compressed copy of the file beside it.
fn is_copy(path: &Path) -> bool {
    let file = path.with_extension("");
    let bytes = fs::metadata(&file).and_then(|found| published::read(&file, found.len()));
    bytes.is_ok_and(|bytes| is_copy_sound(&file, &bytes))
}

/// Whether the compressed copy beside a file is one, if there is any. It is served with the promise that it never changes, so
/// caches would keep a damaged one.
fn is_copy_sound(path: &Path, bytes: &[u8]) -> bool {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let limit = size.saturating_add(COPY_SLACK);
    let compressed = match published::read(&path.with_extension("br"), limit) {
        Ok(compressed) if u64::try_from(compressed.len()).is_ok_and(|length| length <= limit) => compressed,
        Ok(_) => return false,
        Err(error) => return error.kind() == ErrorKind::NotFound,
    };
    let mut copy = Vec::new();
    let read = brotli::Decompressor::new(&*compressed, 4_096).take(size.saturating_add(1)).read_to_end(&mut copy);
    read.is_ok() && copy == bytes
}

/// A file as it is named in the directory.
fn name(folder: Folder, file: &str) -> String {
    format!("{}/{file}", folder.as_str())
}
