use crate::support::{
    ABSENT, APPLICANT, NOT_COVERED, REVOKED, Temporary, VALID, cccheck, command, small_register, stderr, stdout,
};
use cccheck_registry::Home;
use cccheck_registry::home::{self, Folder};
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
    let snapshot = fs::read_dir(Folder::Snapshot.path(&public)).unwrap().next().unwrap().unwrap().path();

    assert_eq!(reason(&home, &["--snapshot", "nowhere"]), "register.not_loaded");
    assert_eq!(reason(&home, &["--pin", "nowhere"]), "register.not_loaded");
    assert_eq!(reason(&home, &["--pin", other.pin().to_str().unwrap()]), "trust.not_signed");
    let said = stderr(&cccheck(&home, &["check", "2020010903356994", "--pin", other.pin().to_str().unwrap()]));
    assert!(said.contains(other.pin().to_str().unwrap()), "{said}");
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

#[test]
fn holder_model_and_product_reach_the_rules() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let cases: [(&[&str], i32, &str); 9] = [
        (&["check", VALID, "--holder", APPLICANT], 0, "holder.not_contradicted"),
        (&["check", VALID, "--holder", "演示電器（有限責任公司）"], 0, "holder.not_contradicted"),
        (&["check", VALID, "--holder", "别的公司"], 2, "holder.differs"),
        (&["check", VALID, "--model", "xqb80-a2"], 0, "model.listed"),
        (&["check", VALID, "--model", "XQB90"], 2, "model.not_listed"),
        (&["check", VALID, "--product", "0705"], 2, "product.differs"),
        (&["check", VALID, "--product", "空调"], 0, "ACCEPT"),
        (&["check", "--product", "0201"], 1, "scheme.paper_missing"),
        (&["check", "--instrument", "self-declaration", "--product", "0201"], 1, "scheme.certificate_required"),
    ];
    for (arguments, code, part) in cases {
        let output = cccheck(&home, arguments);
        assert!(stdout(&output).contains(part), "{arguments:?}: {}", stdout(&output));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stdout(&output));
    }
    let wrong: [&[&str]; 4] = [
        &["check", VALID, "--instrument", "paper"],
        &["check", VALID, "--on", "2026-02-30"],
        &["requirement", "301"],
        &["check", VALID, "--colour", "red"],
    ];
    for arguments in wrong {
        assert_eq!(cccheck(&home, arguments).status.code(), Some(64), "{arguments:?}");
    }
}

#[test]
fn a_text_is_searched_from_file_and_standard_input() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let text = format!("品牌：演示 3C证书编号：{VALID}，型号 XQB80");
    let file = temporary.write("listing.txt", &text);
    let output = cccheck(&home, &["find", file.to_str().unwrap(), "--json"]);
    let found: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!((&found[0]["start"], &found[0]["end"]), (&13.into(), &29.into()));
    assert_eq!(found[0]["normalized"], VALID);
    let piped = command(&home).args(["find", "--json"]).stdin(fs::File::open(&file).unwrap()).output().unwrap();
    assert_eq!(stdout(&piped), stdout(&output));
    assert_eq!(cccheck(&home, &["find", "no such file"]).status.code(), Some(74));
}

#[test]
fn the_catalogue_answers_by_day_and_by_words() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let json = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&stdout(&cccheck(&home, arguments))).unwrap()
    };
    let ending = json(&["requirement", "0603", "--on", "2026-11-20", "--json"]);
    assert_eq!((&ending["required"], &ending["scheme"]), (&true.into(), &"self_declaration_a".into()));
    assert_eq!(ending["accepts"][0]["issuedBefore"], "2026-07-01");
    assert_eq!(ending["accepts"][0]["usableUntil"], "2026-12-31");
    assert_eq!(ending["next"][0]["from"], "2027-01-01");
    let after = json(&["requirement", "0301", "--on", "2027-01-01", "--json"]);
    assert_eq!((&after["scheme"], &after["confidence"]), (&"self_declaration_b".into(), &"likely".into()));
    assert_eq!(json(&["requirement", "9999", "--json"])["required"], serde_json::Value::Null);
    assert_eq!(json(&["candidates", "移动电源", "--json"])[0]["product"], "0914");
    let unknown = stdout(&cccheck(&home, &["requirement", "9999"]));
    assert_eq!(unknown, "9999  not in the catalogue as known here\n");
    let candidates = stdout(&cccheck(&home, &["candidates", "移动电源"]));
    assert!(candidates.contains("(移动电源: no source found)"), "{candidates}");
    let people = stdout(&cccheck(&home, &["requirement", "0603", "--on", "2026-11-20", "--lang", "zh"]));
    assert!(people.contains("自我声明（程序A）") && people.contains("2027-01-01"), "{people}");
}
