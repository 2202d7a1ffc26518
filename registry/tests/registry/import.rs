use crate::support::{Temporary, cccheck, day, now, stderr, stdout};
use cccheck::{CccNumber, Found, Provenance, Status};
use cccheck_registry::import::{Fault, Files, MAX_FAULTS, import};
use cccheck_registry::{Error, Home, Store};
use std::path::Path;

const HEADER: &str = "number,status,status_since,issued_on,expires_on,provenance\n";
const GOOD: &str = "2021900703000001,valid,,2021-03-01,2026-02-28,register\n";

/// A file of certificates.
fn of(file: &Path) -> Files<'_> {
    Files { certificates: Some(file), ..Files::default() }
}

fn number(text: &str) -> CccNumber {
    CccNumber::from_digits(text).unwrap()
}

#[test]
fn good_files_are_taken_over_and_updates_are_logged() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let file = temporary.write(
        "a.csv",
        format!("\u{feff}{HEADER}{GOOD}\"2021900703000002\",suspended,2024-05-06,2021-03-02,,register\r\n"),
    );
    let coverage = temporary.write("coverage.csv", "\u{feff}\"body\",year,\"complete\"\n90,2021,true\n");
    let output =
        cccheck(&home, &["import", file.to_str().unwrap(), "--coverage", coverage.to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "{\"added\":2,\"coverage\":1,\"reinstated\":0,\"unchanged\":0,\"updated\":0}\n");

    let mut store = Store::open(&home).unwrap();
    let Found::Record(record) = store.find(number("2021900703000002")).unwrap() else { panic!("imported") };
    assert_eq!((record.status, record.status_since), (Status::Suspended, Some(day("2024-05-06"))));
    assert_eq!((record.expires_on, record.provenance), (None, Provenance::Register));
    assert_eq!(store.find(number("2021900703000009")).unwrap(), Found::Absent { lapsed_since: None });
    assert_eq!(store.find(number("2020900703000009")).unwrap(), Found::NotCovered);

    let again = temporary.write("b.csv", format!("{HEADER}{}", GOOD.replace("valid,", "revoked,2025-01-02")));
    let revision = store.revision().unwrap().number;
    let done = import(&mut store, of(&again), now()).unwrap();
    assert_eq!((done.added, done.updated, done.unchanged), (0, 1, 0));
    assert!(store.revision().unwrap().number > revision);
    let log = store.changes(number("2021900703000001")).unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!((log[0].old, log[0].new), (Status::Valid, Status::Revoked));
    assert_eq!(log[0].reason, "import of b.csv");

    let done = import(&mut store, of(&again), now()).unwrap();
    assert_eq!((done.updated, done.unchanged), (0, 1));

    // The older file once more.
    let output = cccheck(&home, &["import", file.to_str().unwrap()]);
    assert!(stderr(&output).contains("1 that were not valid are valid again"), "{}", stderr(&output));
    assert_eq!(stdout(&output), "0 added, 1 updated, 1 unchanged, 0 lines of coverage\n");
}

/// The line, the column and a part of the message of the one fault of a file.
#[track_caller]
fn refused(content: impl AsRef<[u8]>, line: u64, column: Option<&str>, part: &str) {
    let (faults, message) = faults(content);
    let [fault] = faults.as_slice() else { panic!("{message}") };
    assert_eq!((fault.line, fault.column), (line, column), "{message}");
    assert!(message.contains(part) && message.ends_with("; nothing was imported"), "{message}");
}

/// The faults of a file, and the message.
fn faults(content: impl AsRef<[u8]>) -> (Vec<Fault>, String) {
    let temporary = Temporary::new();
    let file = temporary.write("bad.csv", content);
    let mut store = Store::open_or_create(&temporary.home()).unwrap();
    let error = import(&mut store, of(&file), now()).unwrap_err();
    let message = error.to_string();
    assert!(store.is_empty().unwrap(), "nothing is imported: {message}");
    let Error::Import { faults, .. } = error else { panic!("{message}") };
    (faults, message)
}

#[test]
fn all_faults_of_a_file_are_named_at_once() {
    let good = |serial: u32| format!("2021900703{serial:06},valid,,,,register\n");
    let rows = [&good(1), "2021900703000002,vaild,,,,register\n", "2021900703000003,valid\n", &good(1), &good(4)];
    let (found, message) = faults(format!("{HEADER}{}", rows.concat()));
    let places: Vec<_> = found.iter().map(|fault| (fault.line, fault.column)).collect();
    assert_eq!(places, [(3, Some("status")), (4, None), (5, Some("number"))]);
    assert!(message.contains("nothing was imported, for 3 faults:\n  line 3, column status: `vaild`"), "{message}");

    let (found, message) = faults(format!("{HEADER}{}", rows[1].repeat(10_000)));
    assert_eq!(found.len(), MAX_FAULTS);
    assert!(message.contains("for the first 20 faults:\n"), "{message}");

    // Nothing is read beyond what cannot be read.
    let (found, _) = faults(format!("{HEADER}{}{}\n{}", rows[1], "9".repeat(5_000), rows[1]));
    assert_eq!(found.iter().map(|fault| fault.line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn bad_rows_are_named_by_line_and_column() {
    let row = |row: &str| format!("{HEADER}{GOOD}{row}\n");
    refused(row("202190070300000,valid,,,,register"), 3, Some("number"), "16 digits");
    refused(row("２021900703000002,valid,,,,register"), 3, Some("number"), "16 digits");
    refused(row("2021900703000002,Valid,,,,register"), 3, Some("status"), "suspended");
    refused(row("2021900703000002,revoked,2024-02-30,,,register"), 3, Some("status_since"), "YYYY-MM-DD");
    refused(row("2021900703000002,valid,,2024-1-1,,register"), 3, Some("issued_on"), "YYYY-MM-DD");
    refused(row("2021900703000002,valid,,,yesterday,register"), 3, Some("expires_on"), "YYYY-MM-DD");
    refused(row("2021900703000002,valid,,,,heaven"), 3, Some("provenance"), "quoted");
    refused(row("2021900703000002,revoked,2099-01-01,,,register"), 3, Some("status_since"), "after today");
    let backward = "2021900703000002,valid,,2024-02-29,2024-02-28,register";
    refused(row(backward), 3, Some("expires_on"), "2024-02-28, is before the issue day, 2024-02-29");
    refused(row(&backward.replace("valid", "vaild")), 3, Some("status"), "vaild");
    refused(row("2021900703000002,valid"), 3, None, "2 fields");
    refused(row("2021900703000001,revoked,,,,register"), 3, Some("number"), "line 2");
    refused([row("").trim_end().as_bytes(), b"\n\xff\xfe,valid,,,,register\n"].concat(), 3, None, "UTF-8");
}

#[test]
fn lines_are_counted_as_editors_count_them() {
    let rows = (1..=400).map(|serial| format!("2021900703{serial:06},valid,,,,register\n"));
    let text = format!("{HEADER}{}", rows.collect::<String>()).replace("000300,valid", "000300,vaild");
    for ends in ["\n", "\r\n", "\r"] {
        let file = text.replace('\n', ends);
        refused(&file, 301, Some("status"), "vaild");
        refused(format!("\u{feff}{file}"), 301, Some("status"), "vaild");
        refused(file.replace(ends, &ends.repeat(2)), 601, Some("status"), "vaild");
    }
    let again = format!("{HEADER}{GOOD}\n\n{GOOD}").replace('\n', "\r\n");
    refused(again, 5, Some("number"), "line 2");
    refused(format!("{HEADER}\n{GOOD}\n2021900703000002,valid"), 5, None, "2 fields");
}

#[test]
fn files_that_are_no_tables_are_refused_without_filling_the_memory() {
    refused("", 1, None, "number, status");
    refused(HEADER, 2, None, "no row follows");
    refused(format!("{HEADER}\n\r\n"), 4, None, "no row follows");
    refused("number,status\n", 1, None, "no others: `status_since` is missing");
    refused(HEADER.replace("issued_on", "number"), 1, None, "no others: `issued_on` is missing");
    refused(HEADER.replace("number,", "number,number,"), 1, None, "no others: one stands twice");
    refused(HEADER.replace("number,", "number,\u{1b}colour,"), 1, None, "no others: `\\u{1b}colour` is none of them");
    refused(HEADER.replace(',', ";"), 1, None, "no others: commas divide them");
    refused(format!("{HEADER}{}", "9".repeat(5_000_000)), 2, None, "longer than");
    refused(format!("{HEADER}\"{}", GOOD.repeat(1_000)), 2, None, "a quotation is not closed in its line");
    refused(format!("{HEADER}a\"b,\"c\n{}", "x\n".repeat(1_000)), 2, None, "a quotation mark stands within a field");
    refused(format!("{HEADER}忿\"b,\"c\n"), 2, None, "a quotation mark stands within a field");
    refused(format!("{HEADER}\u{1b}[31m,valid,,,,register\n"), 2, Some("number"), "\\u{1b}[31m");
}

#[test]
fn a_bad_line_of_coverage_imports_nothing() {
    for (line, column) in [("9,2021,true", "body"), ("90,21,true", "year"), ("90,2021,perhaps", "complete")] {
        let temporary = Temporary::new();
        let file = temporary.write("good.csv", format!("{HEADER}{GOOD}"));
        let coverage = temporary.write("coverage.csv", format!("body,year,complete\n{line}\n"));
        let arguments = ["import", file.to_str().unwrap(), "--coverage", coverage.to_str().unwrap()];
        let output = cccheck(&temporary.home(), &arguments);
        assert_eq!(output.status.code(), Some(65));
        assert!(stderr(&output).contains(&format!("line 2, column {column}")), "{}", stderr(&output));
        assert!(Store::open(&temporary.home()).unwrap().is_empty().unwrap());
    }
}

#[test]
fn a_file_that_is_not_there_is_said_so() {
    let temporary = Temporary::new();
    let output = cccheck(&temporary.home(), &["import", "no-such-file.csv"]);
    assert_eq!(output.status.code(), Some(74));
    assert!(stderr(&output).contains("cccheck: could not read no-such-file.csv: "));
}

#[test]
fn names_and_models_may_be_given() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let file = temporary.write(
        "certificates.csv",
        "number,status,status_since,issued_on,expires_on,provenance,applicant,model\n\
         2021900703000001,valid,,2024-01-02,2029-01-01,register,演示电器有限公司,\"KFR-35GW, KFR-26GW\"\n\
         2021900703000002,valid,,2024-01-02,2029-01-01,register,,\n",
    );
    let mut store = Store::open_or_create(&home).unwrap();
    assert_eq!(import(&mut store, of(&file), now()).unwrap().added, 2);
    let record = |store: &Store, number: &str| match store.find(CccNumber::from_digits(number).unwrap()).unwrap() {
        Found::Record(record) => record,
        other => panic!("{other:?}"),
    };
    let named = record(&store, "2021900703000001");
    assert_eq!(named.model.as_deref(), Some("KFR-35GW, KFR-26GW"));
    assert_eq!(named.parties.applicant, cccheck_registry::reference::tag("演示電器有限責任公司"));
    assert!(named.parties.applicant.is_some() && named.parties.factory.is_none());
    assert_eq!(record(&store, "2021900703000002").parties, cccheck::Parties::default());
    assert_eq!(import(&mut store, of(&file), now()).unwrap().unchanged, 2);

    // A file without the columns says nothing of them; an empty field says that there is none.
    let statuses = "2021900703000001,suspended,2026-01-02,2024-01-02,2029-01-01,register";
    let file = temporary.write("statuses.csv", format!("{HEADER}{statuses}\n"));
    assert_eq!(import(&mut store, of(&file), now()).unwrap().updated, 1);
    let after = record(&store, "2021900703000001");
    assert_eq!(after.status, Status::Suspended);
    assert_eq!((after.model, after.parties), (named.model, named.parties));
    let file = temporary.write("models.csv", format!("{},model\n{statuses},\n", HEADER.trim()));
    assert_eq!(import(&mut store, of(&file), now()).unwrap().updated, 1);
    let after = record(&store, "2021900703000001");
    assert_eq!((after.model, after.parties), (None, named.parties));
}

#[test]
fn self_declarations_are_taken_over_under_any_spelling_of_their_number() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let header = "number,product,status,status_since,issued_on,expires_on,provenance,applicant\n";
    let first = temporary.write(
        "declarations.csv",
        format!("{header}CN-2023-001 a,0401,valid,,2023-01-02,,register,演示电器有限公司\nX2,,unknown,,,,quoted,\n"),
    );
    let coverage = temporary.write("coverage.csv", "body,year,complete,lapsed_since\n100,0000,true,2024-01-01\n");
    let arguments =
        ["import", "--declarations", first.to_str().unwrap(), "--coverage", coverage.to_str().unwrap(), "--json"];
    let output = cccheck(&home, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "{\"added\":2,\"coverage\":1,\"reinstated\":0,\"unchanged\":0,\"updated\":0}\n");

    let mut store = Store::open(&home).unwrap();
    let declared = store.declaration("ＣＮ２０２３００１Ａ").unwrap().unwrap();
    assert_eq!((declared.number.as_str(), declared.declaration.number.product), ("CN-2023-001 a", Some(401)));
    assert_eq!(declared.declaration.parties.applicant, cccheck_registry::reference::tag("演示電器有限公司"));
    let content = store.contents().unwrap().content;
    assert_eq!(content.declarations.len(), 2);
    assert_eq!((content.coverage[0].body, content.coverage[0].lapsed_since), (100, Some(day("2024-01-01"))));

    let again = temporary.write("again.csv", format!("{header}cn2023001A,0401,cancelled,2025-01-02,,,register,\n"));
    let files = Files { declarations: Some(&again), ..Files::default() };
    assert_eq!(import(&mut store, files, now()).unwrap().updated, 1);
    assert_eq!(import(&mut store, files, now()).unwrap().unchanged, 1);
    let log = store.declaration_changes(declared.declaration.number.key).unwrap();
    assert_eq!(log, [(Status::Valid, Status::Cancelled)]);
    let without = header.replace(",applicant", "");
    let named =
        temporary.write("named.csv", format!("{header}CN-2023-001 a,0401,valid,,,,register,演示电器有限公司\n"));
    let bare = temporary.write("bare.csv", format!("{without}CN-2023-001 a,0401,suspended,,,,register\n"));
    for file in [&named, &bare] {
        let files = Files { declarations: Some(file), ..Files::default() };
        assert_eq!(import(&mut store, files, now()).unwrap().updated, 1);
    }
    assert_eq!(
        store.declaration("CN-2023-001 a").unwrap().unwrap().names.applicant.as_deref(),
        Some("演示电器有限公司")
    );
    for (row, column) in [
        ("--,0401,valid,,,,register,", "number"),
        ("A1,401,valid,,,,register,", "product"),
        ("A1,,good,,,,register,", "status"),
        ("X2,,valid,,,,register,\nx-2,,valid,,,,register,", "line 3, column number: the same stands in line 2"),
    ] {
        let file = temporary.write("bad.csv", format!("{header}{row}\n"));
        let output = cccheck(&home, &["import", "--declarations", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(65), "{row}");
        assert!(stderr(&output).contains(column), "{}", stderr(&output));
    }
}

#[test]
fn only_self_declarations_are_covered_without_a_year() {
    for line in ["100,2021,true", "90,0000,true", "101,0000,true"] {
        let temporary = Temporary::new();
        let coverage = temporary.write("coverage.csv", format!("body,year,complete\n{line}\n"));
        let output = cccheck(&temporary.home(), &["import", "--coverage", coverage.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(65), "{line}");
    }
}

#[test]
fn synthetic_rows_do_not_enter_a_real_register() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let made = |arguments: &[&str]| cccheck(&home, &[&["keys", "new", "--origin"], arguments].concat());
    let synthetic = temporary.write("a.csv", format!("{HEADER}{}", GOOD.replace("register", "synthetic")));
    let import = || cccheck(&home, &["import", synthetic.to_str().unwrap()]);
    assert!(import().status.success(), "whose register it is was not said yet");
    let refused = made(&["register.example"]);
    assert_eq!(refused.status.code(), Some(65));
    assert!(stderr(&refused).contains("whose keys were made with --synthetic"), "{}", stderr(&refused));
    assert!(made(&["demo.register.example", "--synthetic"]).status.success());
    assert!(import().status.success());

    // Also where the keys wait for root keys elsewhere.
    let drafted = Home::new(temporary.path().join("drafted"));
    let (root, draft) = (temporary.path().join("root.key"), temporary.path().join("first.draft"));
    let [root, draft] = [&root, &draft].map(|path| path.to_str().unwrap());
    let made: serde_json::Value =
        serde_json::from_str(&stdout(&cccheck(&drafted, &["keys", "make", root, "--json"]))).unwrap();
    let public = made["public"].as_str().unwrap();
    let new = ["keys", "new", "--origin", "register.example", "--root", public, "--draft", draft];
    for arguments in [&new[..], &["import", synthetic.to_str().unwrap()], &["keys", "sign", draft, "--key", root]] {
        let output = cccheck(&drafted, arguments);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let refused = cccheck(&drafted, &["keys", "accept", draft]);
    assert_eq!(refused.status.code(), Some(65));
    assert!(stderr(&refused).contains("has synthetic rows") && !drafted.pin().exists(), "{}", stderr(&refused));

    let home = Home::new(temporary.path().join("real"));
    assert!(cccheck(&home, &["keys", "new", "--origin", "register.example"]).status.success());
    let rows = "ZM-1,,valid,,,,register\nZM-2,,valid,,,,synthetic\n";
    let declarations =
        temporary.write("d.csv", format!("{}\n{rows}", HEADER.trim().replace("number", "number,product")));
    let file = declarations.to_str().unwrap();
    for (arguments, line) in
        [(vec!["import", synthetic.to_str().unwrap()], 2), (vec!["import", "--declarations", file], 3)]
    {
        let refused = cccheck(&home, &arguments);
        assert_eq!(refused.status.code(), Some(65));
        let said = format!("line {line}, column provenance: ");
        assert!(stderr(&refused).contains(&said) && stderr(&refused).contains("--synthetic"), "{}", stderr(&refused));
    }
}
