//! The JSON of the core is that of `serde_json`, but for what it leaves out.

use cccheck::json::{Value, parse, read, write};
use cccheck::{Claim, Policy};
use proptest::prelude::*;

/// Texts, whole numbers, flags, lists and objects, some levels deep.
fn values() -> impl Strategy<Value = serde_json::Value> {
    let text = || prop_oneof![any::<String>(), "[\\x00-\\x20\"\\\\/中\u{1f600}]{0,8}"];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        text().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((text(), inner), 0..4)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Whether a text reads as JSON, whatever it says.
fn is_json(text: &str) -> bool {
    parse(text).is_ok()
}

proptest! {
    #[test]
    fn it_is_written_as_serde_json_writes_it(values in values()) {
        let text = values.to_string();
        prop_assert_eq!(write(&parse(&text).unwrap()), text);
    }

    #[test]
    fn it_is_read_in_either_layout(values in values()) {
        let read: Value = serde_json::from_value(values.clone()).unwrap();
        prop_assert_eq!(&parse(&values.to_string()).unwrap(), &read);
        prop_assert_eq!(&parse(&serde_json::to_string_pretty(&values).unwrap()).unwrap(), &read);
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), values);
    }

    #[test]
    fn any_text_is_json_or_not_as_serde_json_says(
        text in r#"[\[\]{}:,"\\/bfnrtu0-9a-fA-F.eE+\- \n]{0,12}"#, any: String,
    ) {
        for text in [text, any] {
            prop_assert_eq!(is_json(&text), serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "{}", text);
        }
    }
}

#[test]
fn numbers_and_escapes_are_read_strictly() {
    let wrong = [
        "",
        "01",
        "-",
        "+1",
        "1.",
        ".1",
        "1e",
        "0x1",
        "1 2",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{1:2}",
        "[1",
        "nul",
        "\"\u{1}\"",
        r#""\x""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\ud800""#,
        r#""\ud800\u0041""#,
        r#""\udc00""#,
        "\"",
    ];
    for text in wrong {
        assert!(!is_json(text), "{text}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
    }
    assert_eq!(read::<String>(r#" "\ud83d\ude00\u4e2d\/\b" "#).as_deref(), Ok("😀中/\u{8}"));
    assert!(is_json(r#"[0, -0, 1.5e-3, 1E400, 18446744073709551616, true, null, {"a": [{}]}]"#));
    assert!(read::<u64>("1.0").is_err() && read::<u16>("65536").is_err() && read::<u64>("-1").is_err());
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(is_json(&nested(32)));
    assert!(!is_json(&nested(33)) && !is_json(&nested(1_000_000)));
}

#[test]
fn an_error_says_what_is_wrong() {
    let claim = |text: &str| read::<Claim>(text).unwrap_err().to_string();
    assert_eq!(claim(r#"{"numer":"1"}"#), "unknown field `numer`");
    assert_eq!(claim("[]"), "an object is expected");
    assert_eq!(claim(r#"{"number":1}"#), "number: a string is expected");
    assert_eq!(claim(r#"{"on":"tomorrow"}"#), "on: `tomorrow` is not a valid YYYY-MM-DD");
    assert_eq!(claim(r#"{"on":"2027-02-30"}"#), "on: `2027-02-30` is not a valid YYYY-MM-DD");
    assert_eq!(claim(r#"{"instrument":"promise"}"#), "instrument: unknown value `promise`");
    let policy = |text: &str| read::<Policy>(text).unwrap_err().to_string();
    assert_eq!(policy(r#"{"overrides":{"status.odd":"review"}}"#), "overrides: unknown finding code");
    assert_eq!(policy(r#"{"dueDays":1.5}"#), "dueDays: a whole number below 65536 is expected");
}
