//! What `cccheck verify` finds.

use crate::support::{
    ENDLESS, HUGE, PIPE, Temporary, cccheck, generated, hint, manifest, now, set_status, sign_anew, stderr, stdout,
    taken,
};
use cccheck::Status;
use cccheck::trust::{FileRef, Manifest};
use cccheck_registry::Home;
use cccheck_registry::home::{self, Folder};
use std::fs::{self, File};
use std::path::Path;

fn published(temporary: &Temporary) -> Home {
    let home = generated(temporary, 4_000);
    assert!(cccheck(&home, &["publish"]).status.success());
    set_status(&home, 3, Status::Suspended, |record| record.status == Status::Valid);
    assert!(cccheck(&home, &["publish"]).status.success());
    home
}

/// The code with which what is published is refused.
#[track_caller]
fn refused(home: &Home, arguments: &[&str], exit: i32) -> String {
    let output = cccheck(home, &[&["verify"], arguments].concat());
    assert_eq!((output.status.code(), stdout(&output)), (Some(exit), String::new()), "{}", stderr(&output));
    let text = stderr(&output);
    let code = text.trim_end().rsplit_once('[').unwrap().1.trim_end_matches(']').to_owned();
    let output = cccheck(home, &[&["verify", "--json"], arguments].concat());
    assert_eq!(output.status.code(), Some(exit));
    let said: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&said["ok"], said["code"].as_str()), (&false.into(), Some(code.as_str())));
    code
}

/// What is said while a byte of a file is another.
#[track_caller]
fn tampered(home: &Home, path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut other = bytes.clone();
    let middle = other.len() / 2;
    other[middle] ^= 1;
    fs::write(path, &other).unwrap();
    let code = refused(home, &[], 65);
    fs::write(path, bytes).unwrap();
    code
}

#[test]
fn all_is_good_in_one_line() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let output = cccheck(&home, &["verify"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("GOOD  demo.test.example (synthetic data), #2, as of "), "{}", stdout(&output));
    assert_eq!(stdout(&output).lines().count(), 1);
    let chinese = stdout(&cccheck(&home, &["verify", "--lang", "zh"]));
    assert!(chinese.contains("完好") && chinese.contains("（合成数据）"), "{chinese}");
    let json: serde_json::Value = serde_json::from_str(&stdout(&cccheck(&home, &["verify", "--json"]))).unwrap();
    assert_eq!((&json["ok"], &json["register"]["sequence"]), (&true.into(), &2.into()));
}

#[test]
fn every_file_is_looked_at() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let public = home.public();
    for folder in Folder::ALL {
        for entry in fs::read_dir(folder.path(&public)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none() {
                assert_eq!(tampered(&home, &path), "trust.hash", "{}", path.display());
            }
        }
    }
    let manifest = manifest(&home);
    let part = Folder::Blob.file(&public, &manifest.delta.unwrap().parts[0].file);
    let bytes = fs::read(&part).unwrap();
    fs::write(&part, [bytes.as_slice(), b"more"].concat()).unwrap();
    assert_eq!(refused(&home, &[], 65), "trust.size");
    fs::remove_file(&part).unwrap();
    assert_eq!(refused(&home, &[], 74), "register.not_loaded");
    fs::write(&part, bytes).unwrap();
    assert!(cccheck(&home, &["verify"]).status.success());
}

#[test]
fn a_head_that_is_altered_expired_or_from_tomorrow_is_refused() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let path = home::head(&home.public());
    let code = tampered(&home, &path);
    assert!(["trust.not_signed", "trust.malformed"].contains(&code.as_str()), "{code}");
    let at = |hours: i64| now().plus_seconds(hours * 3_600).to_string();
    assert_eq!(refused(&home, &["--now", &at(25)], 65), "trust.expired");
    assert_eq!(refused(&home, &["--now", &at(-2)], 71), "register.clock_behind");
    let says = |arguments: &[&str], command: &str| {
        let said = stderr(&cccheck(&home, &[&["verify", "--now", &at(-2)], arguments].concat()));
        assert!(said.contains("set the clock right; if it is right, ") && said.contains(command), "{said}");
    };
    says(&[], &hint(&home, "publish --clock-is-right"));
    // Whose register it is that lies elsewhere is not known here.
    says(&[home.public().to_str().unwrap()], "`cccheck --dir REGISTER publish --clock-is-right`");
    assert_eq!(refused(&home, &["--pin", "nowhere"], 66), "register.not_loaded");
    let mut pin: serde_json::Value = serde_json::from_slice(&fs::read(home.pin()).unwrap()).unwrap();
    pin["lowestSequence"] = 3.into();
    let pin = temporary.write("pin.json", pin.to_string());
    assert_eq!(refused(&home, &["--pin", pin.to_str().unwrap()], 65), "trust.rollback");
}

#[test]
fn records_that_are_not_the_signed_content_are_found() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    sign_anew(&home, |manifest| manifest.content[0] ^= 1);
    assert_eq!(refused(&home, &[], 65), "trust.hash");
    // A delta that was left out: every file is whole and signed, but the content is another.
    sign_anew(&home, |manifest| (manifest.content[0], manifest.delta) = (manifest.content[0] ^ 1, None));
    assert_eq!(refused(&home, &[], 65), "trust.hash");
}

#[test]
fn a_file_that_never_ends_is_read_no_further_than_what_was_signed() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let public = home.public();
    let refused = |path: &Path, code: &str| {
        let output = cccheck(&home, &["verify", "--json"]);
        let said: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(said["code"], code, "{}", path.display());
    };
    // `pipe` and `file` are the codes with which each is refused that does not end.
    let bounded = |path: &Path, pipe: &str, file: &str| {
        let own = fs::read(path).ok();
        File::options().create(true).truncate(false).write(true).open(path).unwrap().set_len(HUGE).unwrap();
        refused(path, file);
        fs::remove_file(path).unwrap();
        let careless = taken(path, || fs::read(path).unwrap().len());
        assert_eq!(careless, (ENDLESS, ENDLESS), "who reads what comes holds all of it");
        // Nor does anybody wait for what may never come.
        let (taken, ()) = taken(path, || refused(path, pipe));
        assert!(taken <= PIPE, "{}: {taken} bytes were taken", path.display());
        own.into_iter().for_each(|own| fs::write(path, own).unwrap());
    };
    bounded(&home::head(&public), "register.not_loaded", "trust.malformed");
    let Manifest { reference, directory, snapshot, delta, .. } = manifest(&home);
    let delta = delta.unwrap();
    let signed = [
        (Folder::Blob, reference),
        (Folder::Blob, directory),
        (Folder::Blob, delta.parts[0].file),
        (Folder::Snapshot, snapshot),
        (Folder::Delta, delta.file),
    ];
    for (folder, file) in signed {
        bounded(&folder.file(&public, &file), "register.not_loaded", "trust.size");
    }
    // Copies that a server sends in their place, which nobody signed: one ends well, and goes on.
    for file in [reference, directory] {
        bounded(&Folder::Blob.file(&public, &file).with_extension("br"), "trust.hash", "trust.hash");
    }
    assert!(cccheck(&home, &["verify"]).status.success());
    // A pipe says that it has no bytes, so the size of an empty file does not give it away.
    let empty = FileRef::of(b"");
    sign_anew(&home, |manifest| manifest.reference = empty);
    bounded(&Folder::Blob.file(&public, &empty), "register.not_loaded", "trust.size");
}
