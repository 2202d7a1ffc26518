use cccheck::{Reference, party};

pub fn run(name: &str) {
    let reference = Reference { traditional: vec![(0x570b, 0x56fd), (0x96fb, 0x7535)], ..Reference::default() };
    let normal = party::normalize(name, &reference);
    assert_eq!(party::normalize(&normal, &reference), normal);
    assert_eq!(party::tag(name, &reference).is_some(), !normal.is_empty());
}
