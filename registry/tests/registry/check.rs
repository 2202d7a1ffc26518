use crate::support::{
    ABSENT, NOT_COVERED, REVOKED, Temporary, VALID, cccheck, command, small_register, stderr, stdout,
};
use cccheck_registry::{Home, home};
use std::fs;

fn published(temporary: &Temporary) -> Home {
    let home = small_register(temporary);
    assert!(cccheck(&home, &["publish"]).status.success());
    home
}

#[test]
fn the_exit_code_is_the_decision() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let policy = temporary.write("policy.json", r#"{"overrides":{"status.revoked":"review"}}"#);
    let policy = policy.to_str().unwrap();
    let cases: [(&[&str], i32, &str); 8] = [
        (&["check", VALID], 0, "ACCEPT"),
        (&["check", "2021 9007 0300 0001"], 0, "ACCEPT"),
        (&["check", REVOKED], 1, "The certificate is revoked"),
        (&["check", ABSENT], 1, "The register has no such number"),
        (&["check", NOT_COVERED], 2, "not covered"),
        (&["check", REVOKED, "--policy", policy], 2, "REVIEW"),
        (&["check", "12345"], 1, "has 5 digits"),
        (&["check", REVOKED, "--lang", "zh"], 1, "证书已撤销"),
    ];
    for (arguments, code, part) in cases {
        let output = cccheck(&home, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stdout(&output).contains(part), "{arguments:?}: {}", stdout(&output));
    }
}

#[test]
fn json_is_the_verdict_in_one_line() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let output = cccheck(&home, &["check", VALID, "--json"]);
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 1);
    let verdict: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(verdict["outcome"], "checked");
    assert_eq!(verdict["decision"], "accept");
    assert_eq!(verdict["record"]["number"], VALID);
    assert_eq!(verdict["register"]["origin"], "demo.test.example");
    let now = verdict["checkedAt"].as_str().unwrap();
    let again = cccheck(&home, &["check", VALID, "--json", "--now", now]);
    assert_eq!(stdout(&again), text, "the same instant gives the same bytes");
}

#[test]
fn days_and_instant_reach_the_rules() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let cancelled = ["status", VALID, "cancelled", "--since", "2025-06-01", "--reason", "x"];
    assert!(cccheck(&home, &cancelled).status.success());
    assert!(cccheck(&home, &["publish"]).status.success());
    assert_eq!(cccheck(&home, &["check", VALID]).status.code(), Some(1));
    for day in ["--released-on", "--imported-on"] {
        assert_eq!(cccheck(&home, &["check", VALID, day, "2025-05-31"]).status.code(), Some(2), "{day}");
    }
    let output = cccheck(&home, &["check", VALID, "--on", "2025-05-01"]);
    assert_eq!(output.status.code(), Some(2));
    let output = cccheck(&home, &["check", VALID, "--now", "2099-01-01T00:00:00Z"]);
    assert_eq!(output.status.code(), Some(3), "an expired head is refused");
}

/// The reason that the verdict gives, after the exit code and what people read were looked at.
#[track_caller]
fn reason(home: &Home, arguments: &[&str]) -> String {
    let arguments = [&["check", VALID], arguments].concat();
    let output = cccheck(home, &arguments);
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    assert!(stdout(&output).contains("COULD NOT BE CHECKED"));
    assert!(stderr(&output).starts_with("cccheck: "), "{}", stderr(&output));
    let output = cccheck(home, &[&arguments[..], &["--json"]].concat());
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(3), ""));
    let verdict: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&verdict["outcome"], &verdict["decision"]), (&"unavailable".into(), &"review".into()));
    verdict["findings"][0]["values"]["reason"].as_str().unwrap().into()
}

#[test]
fn what_cannot_be_trusted_is_never_an_accept() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let other = Temporary::new();
    let other = published(&other);
    let public = home.public();
    let head = fs::read(home::head(&public)).unwrap();
    let snapshot = fs::read_dir(home::snapshots(&public)).unwrap().map(|entry| entry.unwrap().path());
    let snapshot = snapshot.into_iter().find(|path| path.extension().is_none()).unwrap();

    assert_eq!(reason(&home, &["--snapshot", "nowhere"]), "register.not_loaded");
    assert_eq!(reason(&home, &["--pin", "nowhere"]), "register.not_loaded");
    assert_eq!(reason(&home, &["--pin", other.pin().to_str().unwrap()]), "trust.not_signed");
    assert_eq!(reason(&home, &["--snapshot", other.public().to_str().unwrap()]), "trust.not_signed");

    let mut bytes = fs::read(&snapshot).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&snapshot, &bytes).unwrap();
    assert_eq!(reason(&home, &[]), "trust.hash");
    bytes.push(0);
    fs::write(&snapshot, &bytes).unwrap();
    assert_eq!(reason(&home, &[]), "trust.size");
    fs::write(home::head(&public), &head[..head.len() - 1]).unwrap();
    assert_eq!(reason(&home, &[]), "trust.malformed");
}

#[test]
fn wrong_use_is_64() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let broken = temporary.write("policy.json", r#"{"base":"harsh"}"#);
    let cases: [&[&str]; 7] = [
        &[],
        &["chek"],
        &["check"],
        &["check", VALID, "--on", "2025-02-30"],
        &["check", VALID, "--now", "today"],
        &["check", VALID, "--policy", broken.to_str().unwrap()],
        &["check", VALID, "--policy", "nowhere"],
    ];
    for arguments in cases {
        let output = cccheck(&home, arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
    assert_eq!(cccheck(&home, &["check", "--help"]).status.code(), Some(0));
}

#[test]
fn parse_reads_what_sellers_type() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let output = cccheck(&home, &["parse", "CCC证书编号：２０２１９００７０３０００００１", "--json"]);
    let reading: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&reading["kind"], &reading["normalized"]), (&"ccc".into(), &VALID.into()));
    let output = cccheck(&home, &["parse", "not a number"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("no kind of number"));
    let output =
        command(&home).args(["parse", "12345"]).env("LANG", "zh_CN.UTF-8").env_remove("LC_ALL").output().unwrap();
    assert!(stdout(&output).contains("编号有5位数字"), "{}", stdout(&output));
}
