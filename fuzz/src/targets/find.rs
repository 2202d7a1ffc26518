use cccheck::{MAX_STEPS_PER_CHARACTER, search};

pub fn run(text: &str) {
    let (found, units) = (search(text), text.encode_utf16().collect::<Vec<u16>>());
    assert!(found.steps <= MAX_STEPS_PER_CHARACTER * text.chars().count());
    let mut last = 0;
    for one in found.candidates {
        assert!(last <= one.start && one.start < one.end);
        last = one.end;
        assert_eq!(text[one.bytes.clone()], one.text);
        assert_eq!(String::from_utf16(&units[one.start..one.end]).unwrap(), one.text);
        assert!(one.text.chars().count() <= 64);
    }
}
