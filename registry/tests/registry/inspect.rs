//! What `cccheck inspect` shows.

use crate::support::{Temporary, cccheck, day, generated, manifest, set_status, small_register, stderr, stdout};
use cccheck::snapshot::Coverage;
use cccheck::{HASHED, Status};
use cccheck_registry::{Home, Store};
use serde_json::json;
use std::collections::BTreeMap;

fn published(temporary: &Temporary) -> Home {
    let home = generated(temporary, 4_000);
    assert!(cccheck(&home, &["publish"]).status.success());
    set_status(&home, 3, Status::Suspended, |record| record.status == Status::Valid);
    assert!(cccheck(&home, &["publish"]).status.success());
    home
}

fn tallies(shown: &serde_json::Value) -> impl Iterator<Item = (String, u64)> {
    let tallies = shown.as_array().unwrap().iter();
    tallies.map(|tally| (tally["of"].as_str().unwrap().into(), tally["count"].as_u64().unwrap()))
}

fn sum(shown: &serde_json::Value) -> u64 {
    tallies(shown).map(|(_, count)| count).sum()
}

#[test]
fn json_adds_up() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let output = cccheck(&home, &["inspect", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let shown: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let content = Store::open(&home).unwrap().contents().unwrap().content;
    let all = (content.records.len() + content.declarations.len()) as u64;
    assert_eq!(shown["certificates"], content.records.len());
    for tally in ["bodies", "products", "statuses"] {
        assert_eq!(sum(&shown[tally]), all, "{tally}");
    }
    let years: BTreeMap<String, u64> = tallies(&shown["years"]).collect();
    assert_eq!(years.values().sum::<u64>(), content.records.len() as u64, "declarations state no year");
    for (year, count) in years {
        let records = content.records.iter().filter(|one| one.number.year().to_string() == year);
        assert_eq!(count, records.count() as u64, "{year}");
    }
    assert_eq!(shown["bodies"][0]["of"], "90", "the most first");
    assert_eq!((&shown["sequence"], &shown["synthetic"]), (&2.into(), &true.into()));
    assert_eq!((&shown["freshness"], &shown["delta"]["changed"]), (&"fresh".into(), &3.into()));
    assert_eq!((&shown["delta"]["added"], &shown["delta"]["removed"]), (&0.into(), &0.into()));
    let columns = shown["columns"].as_array().unwrap();
    let bits = |name: &str| columns.iter().find(|one| one["name"] == name).unwrap()["bits"].as_f64().unwrap();
    assert!(bits("number") > 4.0 && bits("issue") > 2.0 && bits("holder") > 8.0);
    let total: f64 = columns.iter().map(|one| one["bits"].as_f64().unwrap()).sum();
    let snapshot = shown["files"]["snapshot"].as_f64().unwrap() * 8.0 / all as f64;
    assert!((total / snapshot - 1.0).abs() < 0.05, "{total} {snapshot}");
    let content = &shown["keys"]["roles"][1];
    assert_eq!((&content["role"], &content["threshold"]), (&"content".into(), &1.into()));
    assert_eq!(content["signed"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_claimed_to_be_complete_is_shown_by_years_that_follow_each_other() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let since = Some(day("2020-01-01"));
    let cover = |body, year, complete, lapsed_since| Coverage { body, year, complete, lapsed_since };
    let lines = [
        cover(90, 2019, true, since),
        cover(90, 2020, true, since),
        cover(90, 2022, true, None),
        cover(90, 2024, true, None),
        cover(91, 2021, false, since),
        cover(HASHED, 0, true, None),
    ];
    Store::open(&home).unwrap().load(|loader| lines.iter().try_for_each(|line| loader.cover(line))).unwrap();
    assert!(cccheck(&home, &["publish"]).status.success());
    let shown: serde_json::Value = serde_json::from_str(&stdout(&cccheck(&home, &["inspect", "--json"]))).unwrap();
    let line = |body: u8, from: u16, to: u16, since: Option<&str>| json!({ "body": body, "from": from, "to": to, "lapsedSince": since });
    let expected = [
        line(90, 2019, 2020, Some("2020-01-01")),
        line(90, 2021, 2022, None),
        line(90, 2024, 2024, None),
        line(HASHED, 0, 0, None),
    ];
    assert_eq!(shown["complete"], json!(expected));
    let shown = stdout(&cccheck(&home, &["inspect"]));
    for line in
        ["  90  2019–2020  with what lapsed from 2020-01-01 on", "  90  2024       with all that lapsed", "  100  all"]
    {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

#[test]
fn people_read_tables_and_a_chart_in_their_language() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let public = home.public();
    let english = stdout(&cccheck(&home, &["inspect", public.to_str().unwrap()]));
    for part in [
        "demo.test.example (synthetic data), #2",
        "By body",
        "Demo body 90 (synthetic)",
        "others",
        "Bits a record",
        "█",
        "delta (1 part): 0 added, 3 changed, 0 removed",
        "freshness  1 must sign of 1: ",
    ] {
        assert!(english.contains(part), "{part}: {english}");
    }
    let cells: Vec<Vec<&str>> = english.lines().map(|line| line.split_whitespace().collect()).collect();
    let has = |row: &[&str]| cells.iter().any(|cells| cells.get(1..) == Some(row));
    assert!(has(&["100", "self-declarations"]), "{english}");
    assert!(has(&["revoked"]), "{english}");
    let chinese = stdout(&cccheck(&home, &["inspect", "--snapshot", public.to_str().unwrap(), "--lang", "zh"]));
    for part in ["（合成数据）", "认证机构", "每条记录的比特数", "有效期内"] {
        assert!(chinese.contains(part), "{part}: {chinese}");
    }
    for long_after in ["2027-12-01T00:00:00Z", "2036-12-01T00:00:00Z"] {
        let later = stdout(&cccheck(&home, &["inspect", "--now", long_after]));
        assert!(later.contains("EXPIRED"), "{later}");
    }
}

#[test]
fn the_age_follows_from_the_instant_of_looking() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let as_of = manifest(&home).as_of;
    let at = as_of.plus_seconds(9_000).to_string();
    let shown = stdout(&cccheck(&home, &["inspect", "--json", "--now", &at]));
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown["asOf"], &shown["ageSeconds"]), (&as_of.to_string().into(), &9_000.into()));
    let printed = stdout(&cccheck(&home, &["inspect", "--now", &at]));
    assert!(printed.contains(&format!("As of {as_of} (2.5 hours ago), ")), "{printed}");
}

#[test]
fn what_others_signed_is_not_shown() {
    let temporary = Temporary::new();
    let home = published(&temporary);
    let other = Temporary::new();
    let other = published(&other);
    let output = cccheck(&home, &["inspect", "--pin", other.pin().to_str().unwrap()]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(65), String::new()));
}
