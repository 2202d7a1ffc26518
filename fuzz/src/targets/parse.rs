use cccheck::{Kind, parse};

pub fn run(text: &str) {
    let reading = parse(text);
    assert_eq!(reading.findings.is_empty(), reading.kind == Kind::Ccc);
    assert_eq!(reading.ccc.map(|number| number.to_string()), (reading.kind == Kind::Ccc).then_some(reading.normalized));
}
