//! Reading numbers: whatever is typed, nothing panics, and what is read is what was meant.

use cccheck::{CccNumber, Code, Kind, MAX_TEXT, parse};
use proptest::prelude::*;

fn number() -> impl Strategy<Value = CccNumber> {
    (0..=9_999_u16, 0..=99_u8, 0..=9_999_u16, 0..=999_999_u32)
        .prop_map(|(year, body, product, serial)| CccNumber::new(year, body, product, serial).unwrap())
}

fn full_width(digits: &str) -> String {
    digits.chars().map(|digit| char::from_u32(u32::from(digit) + 0xfee0).unwrap()).collect()
}

proptest! {
    #[test]
    fn parsing_what_was_formatted_gives_the_number(number in number()) {
        let reading = parse(&number.to_string());
        prop_assert_eq!(reading.ccc, Some(number));
        prop_assert_eq!(&reading.normalized, &number.to_string());
        prop_assert!(reading.findings.is_empty());
    }

    #[test]
    fn the_dress_does_not_matter(
        number in number(),
        label in proptest::sample::select(vec!["", "3C证书编号：", "CCC No. ", "证书编号:", "【", "强制性产品认证证书编号 ", "Certificate No: "]),
        separator in proptest::sample::select(vec!["", " ", "-", "\u{3000}", "\u{200b}", "–"]),
        suffix in proptest::sample::select(vec!["", " ", "。", "】", "(A0)", "（b1）/2022-06-01", "\n"]),
        wide in any::<bool>(),
        every in 1..16_usize,
    ) {
        let digits = number.to_string();
        let parts: Vec<&str> = digits.as_bytes().chunks(every).map(|part| std::str::from_utf8(part).unwrap()).collect();
        let joined = parts.join(separator);
        let body: String = if wide { parts.iter().map(|part| full_width(part)).collect::<Vec<_>>().join(separator) } else { joined };
        let reading = parse(&format!("{label}{body}{suffix}"));
        prop_assert_eq!(reading.ccc, Some(number));
    }

    #[test]
    fn nothing_panics_and_only_sixteen_digits_are_a_number(text in "\\PC{0,400}") {
        let reading = parse(&text);
        let sixteen_digits = reading.normalized.len() == 16 && reading.normalized.bytes().all(|byte| byte.is_ascii_digit());
        prop_assert_eq!(reading.kind == Kind::Ccc, sixteen_digits);
        prop_assert_eq!(reading.findings.is_empty(), sixteen_digits);
    }
}

#[test]
fn a_version_and_its_day_are_taken_apart() {
    let reading = parse("2022221101000119(B0)/2022-06-01");
    assert_eq!(reading.normalized, "2022221101000119");
    assert_eq!(reading.version.as_deref(), Some("B0"));
    assert_eq!(reading.issued_on.unwrap().to_string(), "2022-06-01");
}

#[test]
fn each_letter_is_named_with_its_place_in_the_text() {
    let reading = parse("编号 2O2090O201000001");
    let places: Vec<_> = reading.findings.iter().map(|problem| problem.values.get("position").unwrap()).collect();
    assert_eq!(places, ["5", "10"]);
    assert_eq!(reading.suggestion.as_deref(), Some("2020900201000001"));
    assert_eq!(reading.kind, Kind::Unknown, "a correction is never applied silently");
}

#[test]
fn a_long_text_is_cut_and_said_so() {
    let reading = parse(&"9".repeat(MAX_TEXT + 1));
    assert_eq!(reading.findings[0].code, Code::NumberTooLong);
}

#[test]
fn every_real_sample_parses_as_it_is_typed() {
    let mut samples = csv::Reader::from_reader(cccheck::tables::SAMPLES.as_bytes());
    let mut count = 0;
    for line in samples.records() {
        let line = line.unwrap();
        assert_eq!(parse(&line[1]).normalized, line[0], "typed as {}", &line[1]);
        assert_eq!(parse(&line[1]).product.as_deref(), Some(&line[3]));
        count += 1;
    }
    assert_eq!(count, 39);
}
