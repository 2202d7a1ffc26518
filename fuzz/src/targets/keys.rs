//! Pinned key documents: as they come, and signed by the root keys of the fixture whatever they say.
use crate::trust::{ROOTS, key};
use crate::{memory, trust};
use cccheck::trust::{Domain, Keys, Pin, RoleName, Signed};
use cccheck::wire;

pub fn run(bytes: &[u8]) {
    let read = |bytes: &[u8]| memory::within(64 * bytes.len() + 16_384, || Pin::new(bytes, 1));
    if let Ok(pin) = read(bytes) {
        check(&pin, bytes);
        let honest = [trust::keys(), trust::next_keys()];
        assert!(honest.contains(&pin.keys), "nobody else can sign");
    }
    if let Some(mut signed) = wire::decode::<Signed>(bytes) {
        signed.signatures.clear();
        ROOTS.iter().for_each(|word| signed.add(Domain::Keys, &key(word)));
        let bytes = wire::encode(&signed);
        if let Ok(pin) = read(&bytes) {
            check(&pin, &bytes);
        }
    }
}

fn check(pin: &Pin, bytes: &[u8]) {
    let signed: Signed = wire::decode(bytes).unwrap();
    assert_eq!((wire::encode(&signed), wire::encode(pin.keys.as_ref())), (bytes.to_vec(), signed.document.clone()));
    assert_eq!(wire::decode::<Keys>(&signed.document).as_ref(), Some(pin.keys.as_ref()));
    pin.keys.check().unwrap();
    for name in RoleName::ALL {
        let role = pin.keys.role(name);
        assert!(usize::from(role.threshold) <= role.keys.len() && role.keys.len() <= 16);
        assert!(role.keys.iter().all(|key| role.key(key.id()) == Some(key)));
    }
}
