use crate::support::{Temporary, cccheck, now, pin, stderr, stdout};
use cccheck::trust::{Domain, RoleName, sign};
use cccheck_registry::{Error, keys};
use std::fs;

#[test]
fn new_keys_make_a_pin_that_clients_accept() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let output = cccheck(&home, &["keys", "new", "--origin", "register.example"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    let keys = pin(&home).keys;
    assert_eq!((keys.origin.as_str(), keys.synthetic), ("register.example", false));
    assert_eq!((keys.root.threshold, keys.root.keys.len()), (2, 3));
    for role in [&keys.content, &keys.freshness, &keys.receipt] {
        assert_eq!((role.threshold, role.keys.len()), (1, 1));
    }
    let shown: serde_json::Value = serde_json::from_str(&stdout(&cccheck(&home, &["keys", "show", "--json"]))).unwrap();
    assert_eq!(shown["origin"], "register.example");
    assert_eq!(shown["roles"][0]["keys"].as_array().unwrap().len(), 3);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_private_keys() {
    use std::os::unix::fs::PermissionsExt;
    let temporary = Temporary::new();
    let home = temporary.home();
    keys::create(&home, "register.example", false, now()).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.keys()), 0o700);
    let files: Vec<_> = fs::read_dir(home.keys()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 7);
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn no_command_shows_a_private_key() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let made = cccheck(&home, &["keys", "new", "--origin", "register.example"]);
    let shown = cccheck(&home, &["keys", "show"]);
    let said = [stdout(&made), stderr(&made), stdout(&shown), stderr(&shown)].concat();
    for name in ["root-1", "root-2", "root-3", "content-1", "freshness-1", "receipt-1"] {
        let secret = fs::read_to_string(home.keys().join(name).with_extension("key")).unwrap();
        assert!(!said.contains(secret.trim()), "{name}");
    }
}

#[test]
fn keys_are_never_overwritten() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let before = keys::create(&home, "register.example", false, now()).unwrap();
    let output = cccheck(&home, &["keys", "new", "--origin", "register.example"]);
    assert_eq!(output.status.code(), Some(73));
    assert!(stderr(&output).contains("is never overwritten"));
    assert_eq!(keys::pin(&home).unwrap().0.keys, before.keys);
}

#[test]
fn a_synthetic_register_says_demo_in_its_name_and_no_other_does() {
    let temporary = Temporary::new();
    for (origin, synthetic) in [("register.example", true), ("demo.example", false), ("", false), ("A b", false)] {
        let error = keys::create(&temporary.home(), origin, synthetic, now()).unwrap_err();
        assert!(matches!(error, Error::Origin { .. }), "{origin}: {error}");
    }
    assert!(!temporary.home().dir().exists());
}

#[test]
fn a_key_that_the_document_does_not_name_is_refused() {
    let temporary = Temporary::new();
    let home = temporary.home();
    keys::create(&home, "register.example", false, now()).unwrap();
    let document = pin(&home).keys;
    let signers = keys::signing(&home, &document, RoleName::Content).unwrap();
    assert!(sign(Domain::Manifest, &"anything".to_owned(), &[&signers[0]]).is_ok());

    fs::copy(keys::file(&home, RoleName::Receipt, 0), keys::file(&home, RoleName::Content, 0)).unwrap();
    assert!(matches!(keys::signing(&home, &document, RoleName::Content), Err(Error::KeyFile { .. })));
    fs::write(keys::file(&home, RoleName::Content, 0), "not a key").unwrap();
    assert!(matches!(keys::signing(&home, &document, RoleName::Content), Err(Error::KeyFile { .. })));
}
