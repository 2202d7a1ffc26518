//! The shared vectors in native Rust. Node and a browser run the same files and must give the same bytes.
//!
//! `CCCHECK_WRITE_VECTORS=1 cargo test --test core vectors` writes the generated files anew: pin, heads, snapshot, verdicts.

use crate::fixture::{self, Edition, committed, edition, folder, head, instant, opened, pin_json};
use cccheck::{Claim, DeclarationKey, Found, Instant, Policy, Register, Wanted, check};
use serde::Deserialize;
use std::fs;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    why: String,
    claim: Claim,
    now: Instant,
    #[serde(default = "newest")]
    head: String,
    #[serde(default)]
    policy: Policy,
    expect: Expectation,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Expectation {
    outcome: String,
    decision: String,
    findings: Vec<String>,
}

fn newest() -> String {
    "head".into()
}

/// The heads of the fixture: the same snapshot as of several instants, so that both sides of a legal day can be asked.
const HEADS: [(&str, u64, &str); 4] = [
    ("head-2026-06-30", 2, "2026-06-30T02:00:00Z"),
    ("head", 4, fixture::AS_OF),
    ("head-2026-12-31", 5, "2026-12-31T02:00:00Z"),
    ("head-2027-01-01", 6, "2027-01-01T02:00:00Z"),
];

fn cases() -> Vec<Case> {
    serde_json::from_str(&fs::read_to_string(folder().join("cases.json")).unwrap()).unwrap()
}

fn verdict_line(case: &Case) -> String {
    let (_, sequence, as_of) = HEADS.into_iter().find(|(name, ..)| *name == case.head).unwrap();
    let edition = edition();
    let snapshot = opened(&head(&edition.manifest(sequence, as_of)), &edition, case.now);
    serde_json::to_string(&check(&case.claim, Ok(&snapshot), &case.policy, case.now)).unwrap()
}

#[test]
fn the_committed_fixture_is_what_its_tables_make() {
    let edition = edition();
    let files = [
        ("reference", edition.reference.clone()),
        ("snapshot", edition.snapshot()),
        ("delta", edition.delta().unwrap()),
    ];
    for (name, file) in files {
        assert!(committed(name, &file) == file, "tests/vectors/{name} is not what register.csv and data/ make");
    }
    assert_eq!(committed("pin.json", pin_json().as_bytes()), pin_json().into_bytes());
    for (name, sequence, as_of) in HEADS {
        let bytes = head(&edition.manifest(sequence, as_of));
        assert_eq!(committed(name, &bytes), bytes, "{name}");
    }
    let before = Edition { parts: Vec::new(), content: edition.written.content, ..edition };
    let bytes = head(&before.manifest(3, "2026-11-19T02:00:00Z"));
    assert_eq!(committed("head-without-delta", &bytes), bytes);
}

#[test]
fn the_committed_files_say_what_their_tables_say() {
    let snapshot = opened(&fs::read(folder().join("head")).unwrap(), &edition(), instant(fixture::AS_OF));
    for mut record in fixture::records() {
        let Ok(Found::Record(found)) = snapshot.find(record.number, Wanted::Parties) else {
            panic!("{}", record.number)
        };
        // A long list of models is cut.
        if let Some(cut) = found.model.as_deref().and_then(|model| model.strip_suffix('…')) {
            assert!(cut.len() > 150 && record.model.as_deref().is_some_and(|model| model.starts_with(cut)));
            record.model.clone_from(&found.model);
        }
        assert_eq!(found, record.into());
    }
    let declarations = fixture::declarations();
    assert_eq!(declarations.len(), 5);
    for declaration in declarations {
        let found = snapshot.find(declaration.number.key, Wanted::Parties);
        assert_eq!(found, Ok(Found::Record(declaration.into())));
    }
    let spelt = ["demo-0704-2021-0002", "ＤＥＭＯ０７０４２０２１０００２", " Demo 0704.2021.0002 "];
    for number in spelt {
        let key = DeclarationKey::self_declaration(number).unwrap();
        let found = snapshot.find(key, Wanted::Standing);
        assert!(matches!(found, Ok(Found::Record(_))), "{number}: {found:?}");
    }
    let absent = DeclarationKey::self_declaration("DEMO-0704-2021-9999").unwrap();
    assert_eq!(snapshot.find(absent, Wanted::Standing), Ok(Found::Absent { lapsed_since: None }));
}

#[test]
fn every_case_gives_what_it_expects() {
    let mut wrong = Vec::new();
    for case in cases() {
        let verdict: serde_json::Value = serde_json::from_str(&verdict_line(&case)).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let found = Expectation {
            outcome: text(&verdict["outcome"]),
            decision: text(&verdict["decision"]),
            findings: verdict["findings"].as_array().unwrap().iter().map(|finding| text(&finding["code"])).collect(),
        };
        if found != case.expect {
            wrong.push(format!("{} ({}):\n  expected {:?}\n  found    {found:?}", case.name, case.why, case.expect));
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_verdict_is_the_committed_one_byte_for_byte() {
    let lines: String = cases().iter().map(|case| verdict_line(case) + "\n").collect();
    let committed = String::from_utf8(committed("verdicts.jsonl", lines.as_bytes())).unwrap();
    for ((case, line), expected) in cases().iter().zip(lines.lines()).zip(committed.lines()) {
        assert_eq!(line, expected, "{}", case.name);
    }
    assert_eq!(lines.lines().count(), committed.lines().count());
}

#[test]
fn names_are_unique_and_every_case_says_why() {
    let mut names: Vec<String> = cases()
        .into_iter()
        .inspect(|case| assert!(!case.why.is_empty(), "{}", case.name))
        .map(|case| case.name)
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "two cases share a name");
    assert!(instant(fixture::AS_OF).legal_day().to_string() == "2026-11-20");
}
