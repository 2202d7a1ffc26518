#![no_main]
use cccheck::{Kind, parse};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let reading = parse(text);
    assert_eq!(reading.findings.is_empty(), reading.kind == Kind::Ccc);
    assert_eq!(reading.ccc.map(|number| number.to_string()), (reading.kind == Kind::Ccc).then_some(reading.normalized));
});
