//! Numbers of every kind, alone and in running text: shared vectors, and what holds for any text.
//!
//! `CCCHECK_WRITE_VECTORS=1 cargo test --test core numbers` writes `readings.jsonl` and `candidates.jsonl` anew.

use crate::fixture::folder;
use cccheck::{
    ALL_KINDS, Candidate, CccNumber, Confidence, Cut, Kind, MAX_CANDIDATES, MAX_FIND, MAX_STEPS_PER_CHARACTER, Reading,
    Strength, find, parse, search,
};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<T> {
    name: String,
    why: String,
    text: String,
    expect: T,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Read {
    kind: String,
    normalized: String,
    #[serde(default)]
    also: Vec<String>,
    findings: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Place {
    start: usize,
    end: usize,
    kind: String,
    normalized: String,
}

impl From<&Reading> for Read {
    fn from(reading: &Reading) -> Self {
        Self {
            kind: reading.kind.as_str().into(),
            normalized: reading.normalized.clone(),
            also: reading.also.iter().map(|kind| kind.as_str().into()).collect(),
            findings: reading.findings.iter().map(|problem| problem.code.as_str().into()).collect(),
        }
    }
}

impl From<&Candidate> for Place {
    fn from(found: &Candidate) -> Self {
        let (kind, normalized) = (found.reading.kind.as_str().into(), found.reading.normalized.clone());
        Self { start: found.start, end: found.end, kind, normalized }
    }
}

fn cases<T: DeserializeOwned>(name: &str) -> Vec<Case<T>> {
    serde_json::from_str(&fs::read_to_string(folder().join(name)).unwrap()).unwrap()
}

/// Every case gives what it expects, and exactly the JSON in the golden file.
fn run<T, A>(vectors: &str, golden: &str, answer: impl Fn(&str) -> A, summary: impl Fn(&A) -> T)
where
    T: DeserializeOwned + PartialEq + std::fmt::Debug,
    A: Serialize,
{
    let cases = cases::<T>(vectors);
    let mut wrong = Vec::new();
    let mut lines = Vec::new();
    for case in &cases {
        let given = answer(&case.text);
        let found = summary(&given);
        if found != case.expect {
            wrong.push(format!("{} ({}):\n  expected {:?}\n  found    {found:?}", case.name, case.why, case.expect));
        }
        lines.push(serde_json::to_string(&given).unwrap());
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases.iter().all(|case| !case.why.is_empty()));
    assert_eq!(cases.iter().map(|case| &case.name).collect::<BTreeSet<_>>().len(), cases.len(), "two share a name");
    let path = folder().join(golden);
    if std::env::var_os("CCCHECK_WRITE_VECTORS").is_some() {
        fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
    let committed = fs::read_to_string(path).unwrap();
    for ((case, line), expected) in cases.iter().zip(&lines).zip(committed.lines()) {
        assert_eq!(line, expected, "{}", case.name);
    }
    assert_eq!(lines.len(), committed.lines().count());
}

#[test]
fn every_number_reads_as_the_vectors_say() {
    run("numbers.json", "readings.jsonl", parse, |reading| Read::from(reading));
    let kinds: BTreeSet<String> = cases::<Read>("numbers.json").into_iter().map(|case| case.expect.kind).collect();
    assert_eq!(kinds.len(), ALL_KINDS.len(), "every kind has a case");
}

#[test]
fn every_text_holds_what_the_vectors_say() {
    run("texts.json", "candidates.jsonl", find, |found| found.iter().map(Place::from).collect::<Vec<_>>());
}

#[test]
fn the_table_of_kinds_and_the_grammars_agree() {
    let mut table = csv::Reader::from_reader(include_str!("../../data/number-kinds.csv").as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let codes: Vec<&str> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(codes, ALL_KINDS.map(|(_, name)| name), "one row a kind, in their order");
    for row in rows {
        let label = if &row[0] == "notified_body" { "CE " } else { "" };
        let reading = parse(&format!("{label}{}", &row[4]));
        assert_eq!(reading.kind.as_str(), &row[0]);
        assert_eq!(serde_json::to_value(reading.confidence).unwrap(), row[5], "{}", &row[0]);
    }
}

#[test]
fn a_number_of_another_scheme_never_stands_against_a_claim() {
    let readings = cases::<Read>("numbers.json").into_iter().map(|case| parse(&case.text));
    for reading in readings.filter(|reading| !matches!(reading.kind, Kind::Ccc | Kind::Unknown)) {
        for problem in reading.findings {
            let code = problem.code.as_str();
            assert!(
                ["number.other_scheme", "number.check_digit", "number.check_digit_pilot"].contains(&code),
                "{code}"
            );
        }
    }
}

#[test]
fn a_label_makes_a_candidate_stronger() {
    let strength = |text: &str| find(text)[0].strength;
    assert_eq!(strength("3C证书编号：2020900201000001"), Strength::High);
    assert_eq!(strength("2020900201000001"), Strength::Medium);
    assert_eq!(strength("2020 9002 0100 0001"), Strength::Low);
    assert_eq!(strength("CCC 2020 9002 0100 0001"), Strength::High);
    assert_eq!(strength("CCC 202090020100001"), Strength::Medium, "malformed");
}

#[test]
fn a_candidate_is_a_reading_with_its_place() {
    let json = serde_json::to_value(find("😀CCC 2020900201000001(B0) ")).unwrap();
    assert_eq!(json[0]["start"], 6);
    assert_eq!(json[0]["end"], 26);
    assert_eq!(json[0]["text"], "2020900201000001(B0)");
    assert_eq!(json[0]["strength"], "high");
    assert_eq!(json[0]["kind"], "ccc");
    assert_eq!(json[0]["version"], "B0");
    assert_eq!(find("😀CCC 2020900201000001(B0) ")[0].bytes, 8..28);
}

#[test]
fn what_is_left_out_is_said() {
    let number = "2020900201000001\n";
    let many = search(&number.repeat(MAX_CANDIDATES + 1));
    assert_eq!((many.candidates.len(), many.cut), (MAX_CANDIDATES, Some(Cut::Candidates)));
    let all = search(&(number.repeat(MAX_CANDIDATES) + "and words"));
    assert_eq!((all.candidates.len(), all.cut), (MAX_CANDIDATES, None));
    // Sixteen digits of seventeen are no number, also where the seventeenth is cut off.
    let digits = number.trim();
    let beyond = search(&(" ".repeat(MAX_FIND - digits.len()) + digits + "1"));
    assert_eq!((beyond.candidates.len(), beyond.cut), (0, Some(Cut::Text)));
    let long = search(&("，".repeat(MAX_FIND) + number));
    assert_eq!((long.candidates.len(), long.cut), (0, Some(Cut::Text)));
    assert_eq!(search(&"，".repeat(MAX_FIND)).cut, None);
}

/// Texts made to keep a search busy: each beginning looks like the beginning of a number.
const HOSTILE: [&str; 15] = [
    "1 ",
    "1-",
    "111 ",
    "2020 ",
    "LB ",
    "LB-",
    "1A ",
    "A123456 ",
    "12345Q ",
    "CCRC-2021-ISMS-G-",
    "://",
    "<<<>1",
    ">1",
    "3C证书编号1 ",
    "(粤)XK",
];

#[test]
fn the_work_grows_with_the_text_and_no_faster() {
    for part in HOSTILE {
        let work = |times: usize| search(&part.repeat(times)).steps;
        let (once, tenfold) = (work(300), work(3_000));
        assert!(tenfold <= 11 * once, "{part:?}: {once} steps, then {tenfold}");
        assert!(tenfold <= MAX_STEPS_PER_CHARACTER * 3_000 * part.chars().count(), "{part:?}: {tenfold} steps");
    }
}

/// Words that say nothing of the number beside them, so that a planted number is the only one.
fn surroundings() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[一-龥]{1,6}",
        "[a-z]{1,8}",
        "[0-9]{1,3}%",
        Just("，".into()),
        Just("😀".into()),
        Just("\n\n".into()),
        Just("<br>".into()),
        Just("\u{ad}\u{202e}".into()),
        Just("价格￥99，".into()),
        Just("2026年11月20日".into()),
    ];
    proptest::collection::vec(word, 0..8).prop_map(|words| words.join(" "))
}

/// Letters, digits, signs, full-width and control characters, mixed so that numbers almost come about.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,20}",
        "[A-Z]{1,4}",
        "[０-９Ａ-Ｚ：（）]{1,8}",
        "[ \\-_/.:()<>=\\n\\t\u{200b}\u{3000}]{1,4}",
        "[\\x00-\\x1f\u{202e}〇😀粤]{1,2}",
        proptest::sample::select(vec![
            "3C证书编号：",
            "CCC",
            "有机码",
            "条码",
            "CE ",
            "LB-15-1901",
            "粤XK16-204-",
            "CNCA-R-2002",
            "00114Q26950R",
            "202090020100000",
            "://",
            "自我声明",
            "订单号",
            "(B0)",
            "/2022-06-01",
            "GF110101",
            "CQC",
            "R2_",
        ])
        .prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_planted_number_is_found_where_it_is(
        before in surroundings(),
        after in surroundings(),
        label in proptest::sample::select(vec!["", "3C证书编号：", "CCC No. ", "【证书编号】", "<b>CCC</b> "]),
        year in 2002..2099_u16,
        (body, kind, serial) in (0..=99_u8, 101..2_900_u16, 0..=999_999_u32),
        joint in proptest::sample::select(vec!["", " ", "-", "\u{3000}", "\u{200b}", "\n"]),
    ) {
        let number = CccNumber::new(year, body, kind, serial).unwrap();
        let digits = number.to_string();
        let category: u8 = digits[6..8].parse().unwrap();
        let joint = if category == 0 { "" } else { joint };
        let written = [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]].join(joint);
        let text = format!("{before} {label}{written} {after}");
        let start = format!("{before} {label}").encode_utf16().count();
        let end = start + written.encode_utf16().count();
        let found: Vec<_> = find(&text).into_iter().filter(|one| one.reading.ccc == Some(number)).collect();
        prop_assert_eq!(found.len(), 1, "{}", text);
        prop_assert_eq!((found[0].start, found[0].end), (start, end));
        prop_assert_eq!(&found[0].text, &written);
        prop_assert_eq!(&text[found[0].bytes.clone()], &written);
    }

    #[test]
    fn any_text_can_be_searched(text in prop_oneof![soup(), "\\PC{0,300}", any::<String>()]) {
        let search = search(&text);
        let units: Vec<u16> = text.encode_utf16().collect();
        prop_assert!(search.steps <= MAX_STEPS_PER_CHARACTER * text.chars().count());
        let mut last = 0;
        for found in search.candidates {
            prop_assert!(last <= found.start && found.start < found.end);
            last = found.end;
            prop_assert_eq!(String::from_utf16(&units[found.start..found.end]).unwrap(), found.text.clone());
            prop_assert_eq!(&text[found.bytes.clone()], &found.text);
            prop_assert!(found.text.chars().count() <= 64);
        }
    }

    #[test]
    fn any_text_can_be_read(text in soup()) {
        let reading = parse(&text);
        prop_assert_eq!(reading.findings.is_empty(), reading.kind == Kind::Ccc);
        prop_assert_eq!(reading.ccc.is_some(), reading.kind == Kind::Ccc);
        prop_assert!(!reading.also.contains(&reading.kind));
        if reading.kind == Kind::Unknown {
            prop_assert_eq!(reading.confidence, Confidence::FromMemory);
        } else if !matches!(reading.kind, Kind::NotifiedBody | Kind::VehicleConformity) {
            // What the register would write reads as the same number again, if it is not digits that a label explained.
            let again = parse(&reading.normalized);
            prop_assert!(again.normalized == reading.normalized);
            prop_assert!(again.kind == reading.kind || reading.normalized.bytes().any(|byte| byte.is_ascii_digit()));
        }
    }
}
