//! What the fuzzers found, and the honest inputs that they began with, once more and without them.

use cccheck_fuzz::targets::{chunk, delta, directory, find, head, holder, keys, parse, receipt, reference};
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::str::from_utf8;

type Run = fn(&[u8]);

const TARGETS: [(&str, Run); 10] = [
    ("chunk", chunk::run),
    ("delta", delta::run),
    ("directory", directory::run),
    ("find", |bytes| text(bytes, find::run)),
    ("head", head::run),
    ("holder", |bytes| text(bytes, holder::run)),
    ("keys", keys::run),
    ("parse", |bytes| text(bytes, parse::run)),
    ("receipt", |bytes| text(bytes, receipt::run)),
    ("reference", reference::run),
];

/// As libFuzzer does, which gives a target for texts nothing else.
fn text(bytes: &[u8], run: fn(&str)) {
    if let Ok(text) = from_utf8(bytes) {
        run(text);
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

// One test, as what an input may take is counted for the whole process.
#[test]
fn no_input_that_is_kept_breaks_its_target() {
    let mut broken = Vec::new();
    for folder in
        ["seeds", "corpora"].iter().flat_map(|name| entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name)))
    {
        let name = folder.file_name().unwrap();
        let (_, run) = TARGETS.iter().find(|(target, _)| *target == name).expect("a target for each folder");
        let inputs = entries(&folder);
        assert!(!inputs.is_empty(), "{}", folder.display());
        broken.extend(inputs.into_iter().filter(|path| {
            let bytes = fs::read(path).unwrap();
            catch_unwind(|| run(&bytes)).is_err()
        }));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
