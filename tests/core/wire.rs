//! The binary form is that of postcard, and no second byte string stands for the same value.

use cccheck::wire::{Wire, decode, encode};
use cccheck::{Confidence, Day, Instant, Limit, Scope, ScopeRow, Texts};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

type Values = (((u8, u16), (u32, u64)), ((i32, i64), (bool, String)));
type Nested = (Vec<(Option<u16>, Vec<u8>)>, Option<Vec<String>>);
type Names = (String, String);
/// A row of `Scope` field by field: code, names, words, confidence, limit.
type Row = ((Option<u16>, Names), (Vec<String>, (Confidence, Option<(Names, Confidence)>)));

fn scope_row(row: Row) -> ScopeRow {
    let ((code, (product_zh, product_en)), (words, (words_confidence, limit))) = row;
    let limit = limit.map(|((text, source), confidence)| Limit { text, source, confidence });
    ScopeRow { code, product_zh, product_en, words, words_confidence, limit }
}

fn row() -> impl Strategy<Value = Row> {
    let text = || ".{0,3}";
    let confidence = || prop::sample::select(vec![Confidence::Confirmed, Confidence::FromMemory]);
    let limit = prop::option::of(((text(), text()), confidence()));
    let words = prop::collection::vec(text(), 0..3);
    ((any::<Option<u16>>(), (text(), text())), (words, (confidence(), limit)))
}

/// Compares both ways with postcard, where an encoding that is not its own is refused.
fn agrees<T: Wire + Serialize + DeserializeOwned + Debug + PartialEq>(bytes: &[u8]) {
    let canonical = |value: &T| postcard::to_allocvec(value).unwrap() == bytes;
    let expected: Option<T> = postcard::from_bytes(bytes).ok().filter(canonical);
    assert_eq!(decode::<T>(bytes), expected, "{bytes:?}");
}

fn is_written_alike<T: Wire + Serialize + DeserializeOwned + Debug + PartialEq>(value: &T) {
    let bytes = encode(value);
    assert_eq!(bytes, postcard::to_allocvec(value).unwrap());
    assert_eq!(decode::<T>(&bytes).as_ref(), Some(value));
}

proptest! {
    #[test]
    fn values_are_written_as_postcard_writes_them(values: Values, nested: Nested, hash: [u8; 32]) {
        is_written_alike(&values);
        is_written_alike(&nested);
        is_written_alike(&hash);
    }

    #[test]
    fn joined_texts_are_read_as_a_list_of_texts(
        texts in prop::collection::vec(".{0,4}", 0..5), place in any::<prop::sample::Index>(), byte: u8,
    ) {
        let mut bytes = encode(&texts);
        let listed = |bytes: &[u8]| decode::<Texts>(bytes).map(|texts| texts.iter().map(String::from).collect());
        prop_assert_eq!(listed(&bytes), Some(texts));
        *place.get_mut(&mut bytes) = byte;
        prop_assert_eq!(listed(&bytes), decode::<Vec<String>>(&bytes), "{:?}", bytes);
    }

    #[test]
    fn rows_with_joined_texts_are_read_field_by_field(
        rows in prop::collection::vec(row(), 0..4), place in any::<prop::sample::Index>(), byte: u8,
    ) {
        let read = |bytes: &[u8]| decode::<Scope>(bytes).map(|scope| scope.rows().collect::<Vec<_>>());
        let by_field = |bytes: &[u8]| Some(decode::<Vec<Row>>(bytes)?.into_iter().map(scope_row).collect::<Vec<_>>());
        let mut bytes = encode(&rows);
        let scope: Scope = rows.into_iter().map(scope_row).collect();
        prop_assert_eq!(encode(&scope), bytes.clone());
        prop_assert_eq!(decode(&bytes), Some(scope));
        *place.get_mut(&mut bytes) = byte;
        prop_assert_eq!(read(&bytes), by_field(&bytes), "{:?}", bytes);
    }

    #[test]
    fn bytes_are_read_as_postcard_reads_them(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
        agrees::<Values>(&bytes);
        agrees::<Nested>(&bytes);
        agrees::<u16>(&bytes);
        agrees::<u32>(&bytes);
    }

    #[test]
    fn numbers_are_read_as_postcard_reads_them(
        mut bytes in prop::collection::vec(prop_oneof![Just(0x80_u8), Just(0xff), any::<u8>()], 0..10), last: u8,
    ) {
        bytes.push(last);
        agrees::<u16>(&bytes);
        agrees::<u32>(&bytes);
        agrees::<u64>(&bytes);
        agrees::<i32>(&bytes);
        agrees::<i64>(&bytes);
        let number = decode(&bytes).and_then(Day::from_days);
        assert_eq!(decode::<Day>(&bytes), number);
        let number = decode(&bytes).and_then(Instant::from_seconds);
        assert_eq!(decode::<Instant>(&bytes), number);
    }
}

#[test]
fn the_ends_of_the_ranges_are_written_alike() {
    is_written_alike::<Values>(&(
        ((u8::MAX, u16::MAX), (u32::MAX, u64::MAX)),
        ((i32::MIN, i64::MIN), (true, String::new())),
    ));
    is_written_alike::<Values>(&(((0, 127), (128, 1 << 63)), ((i32::MAX, i64::MAX), (false, String::from("证书")))));
    for (number, confidence) in
        [Confidence::Confirmed, Confidence::Likely, Confidence::Unsure, Confidence::FromMemory].into_iter().enumerate()
    {
        let bytes = postcard::to_allocvec(&number).unwrap();
        assert_eq!((encode(&confidence), decode(&bytes)), (bytes.clone(), Some(confidence)));
    }
    assert_eq!(decode::<Confidence>(&[4]), None);
    agrees::<u64>(&[0xff; 10]);
    agrees::<u64>(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02]);
}

#[test]
fn a_text_that_is_cut_within_a_character_is_none() {
    assert_eq!(decode::<Texts>(&[2, 1, 0xe4, 2, 0xb8, 0xad]), None);
    assert_eq!(decode::<Texts>(&[1, 3, 0xe4, 0xb8, 0xad]), Some(Texts::from_iter(["中"])));
    assert_eq!(decode::<Texts>(&[1, 1, 0xff]), None);
}

#[test]
fn a_length_that_the_bytes_do_not_hold_is_refused() {
    assert_eq!(decode::<Vec<u64>>(&encode(&u32::MAX)), None);
    assert_eq!(decode::<String>(&encode(&u32::MAX)), None);
}
