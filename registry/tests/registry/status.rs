use crate::support::{ABSENT, Temporary, VALID, cccheck, now, small_register, stderr, stdout};
use cccheck::{CccNumber, Declaration, DeclarationId, DeclarationKey, Found, Parties, Provenance, Status};
use cccheck_registry::store::{Declared, Names};
use cccheck_registry::{Error, Store};

#[test]
fn a_change_of_status_is_made_and_logged() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let typed = "３C证书编号：2021 9007 0300 0001";
    let output =
        cccheck(&home, &["status", typed, "suspended", "--since", "2025-02-03", "--reason", "follow-up failed"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("valid → suspended (2025-02-03)"));
    let hint = format!("cccheck --dir {} publish", home.dir().display());
    assert!(stdout(&output).contains(&hint), "{}", stdout(&output));
    let output = cccheck(&home, &["status", VALID, "revoked", "--reason", "not put right", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let today = now().legal_day().to_string();
    assert_eq!((&answer["old"], &answer["since"]), (&"suspended".into(), &today.into()));

    let store = Store::open(&home).unwrap();
    let number = CccNumber::from_digits(VALID).unwrap();
    let log = store.changes(number).unwrap();
    let steps: Vec<_> = log.iter().map(|change| (change.old, change.new, change.reason.as_str())).collect();
    assert_eq!(
        steps,
        [(Status::Valid, Status::Suspended, "follow-up failed"), (Status::Suspended, Status::Revoked, "not put right")]
    );
    assert!(matches!(store.find(number), Ok(Found::Record(record)) if record.status == Status::Revoked));
}

#[test]
fn a_declaration_is_cancelled_under_its_own_number_and_found_so() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let file = temporary.path().join("declarations.csv");
    let header = "number,product,status,status_since,issued_on,expires_on,provenance";
    std::fs::write(&file, format!("{header}\nCN-2023-001 a,0401,valid,,2023-01-02,,synthetic\n")).unwrap();
    let output = cccheck(&home, &["import", "--declarations", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let status = ["status", "--declaration", "自我声明编号：cn 2023/001Ａ", "cancelled", "--reason", "withdrawn"];
    for (change, text) in [(true, "valid → cancelled"), (false, "is already cancelled")] {
        let output = cccheck(&home, &status);
        assert_eq!(output.status.code(), Some(0), "{change}: {}", stderr(&output));
        assert!(stdout(&output).contains(text), "{}", stdout(&output));
    }
    let store = Store::open(&home).unwrap();
    let key = DeclarationKey::self_declaration("CN-2023-001 a").unwrap();
    assert!(matches!(store.find(key), Ok(Found::Record(record)) if record.status == Status::Cancelled));
    assert_eq!(store.declaration_changes(key).unwrap(), [(Status::Valid, Status::Cancelled)]);
    let output = cccheck(&home, &["status", "--declaration", "CN-9", "cancelled", "--reason", "x"]);
    assert_eq!(output.status.code(), Some(65));
    assert!(stderr(&output).contains("no self-declaration `CN-9`"), "{}", stderr(&output));
}

/// A number that was made up so that it has the key of another one is neither taken for it nor put in its place.
#[test]
fn two_numbers_of_self_declarations_with_one_key_are_told_apart() {
    const MEANT: &str = "CN-2023-001";
    const MADE_UP: &str = "CN-2023-002";
    let temporary = Temporary::new();
    let mut store = Store::open(&small_register(&temporary)).unwrap();
    // Stands for the key that both have.
    let key = DeclarationKey::self_declaration(MADE_UP).unwrap();
    let declaration = Declaration {
        number: DeclarationId { key, product: None },
        status: Status::Valid,
        status_since: None,
        issued_on: None,
        expires_on: None,
        provenance: Provenance::Synthetic,
        model: None,
        parties: Parties::default(),
    };
    let declared = |number: &str| Declared::new(number.into(), declaration.clone(), Names::default());
    let mut declare = |number| store.load(|loader| loader.declare(&declared(number), "test", now()));
    declare(MEANT).unwrap();
    let error = declare(MADE_UP).unwrap_err();
    assert!(matches!(&error, Error::SameKey { number, other } if (&**number, &**other) == (MADE_UP, MEANT)), "{error}");
    assert_eq!(store.declaration(MADE_UP).unwrap(), None);
    assert!(matches!(store.find(key), Ok(Found::Record(_))));
    let numbers = |number: &str| [number.to_owned()];
    assert!(matches!(store.find_meant(key, &numbers("cn 2023/001")), Ok(Found::Record(_))));
    assert!(!matches!(store.find_meant(key, &numbers(MADE_UP)), Ok(Found::Record(_))));
}

#[test]
fn what_the_register_says_already_is_not_logged_again() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    for _ in 0..2 {
        let output = cccheck(&home, &["status", VALID, "revoked", "--since", "2025-02-03", "--reason", "x"]);
        assert_eq!(output.status.code(), Some(0));
    }
    assert_eq!(Store::open(&home).unwrap().changes(CccNumber::from_digits(VALID).unwrap()).unwrap().len(), 1);
}

#[test]
fn wrong_calls_change_nothing() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let revision = Store::open(&home).unwrap().revision().unwrap();
    let long = "x".repeat(201);
    let cases: [(&[&str], i32, &str); 8] = [
        (&["status", ABSENT, "revoked", "--reason", "x"], 65, "has no certificate"),
        (&["status", "2021", "revoked", "--reason", "x"], 64, "16 digits"),
        (&["status", "202190O703000001", "revoked", "--reason", "x"], 64, "was 2021900703000001 meant"),
        (&["status", VALID, "unknown", "--reason", "x"], 64, "possible values: valid, suspended"),
        (&["status", VALID, "revoked", "--since", "9999-01-01", "--reason", "x"], 64, "is after today"),
        (&["status", VALID, "revoked", "--reason", " "], 64, "1 to 200 characters"),
        (&["status", VALID, "revoked", "--reason", &long], 64, "1 to 200 characters"),
        (&["status", VALID, "revoked", "--reason", "two\nlines"], 64, "without control characters"),
    ];
    for (arguments, code, part) in cases {
        let output = cccheck(&home, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(stderr(&output).contains(part), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!(Store::open(&home).unwrap().revision().unwrap(), revision);
}

#[test]
fn a_home_without_a_register_is_said_so() {
    let temporary = Temporary::new();
    let output = cccheck(&temporary.home(), &["status", VALID, "revoked", "--reason", "x"]);
    assert_eq!(output.status.code(), Some(66));
    assert!(stderr(&output).contains("has no register"));
}
