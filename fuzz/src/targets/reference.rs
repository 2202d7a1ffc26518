//! The reference tables: what is decoded is what was encoded, and every rule can read it.
use crate::trust::now;
use crate::{edition, memory};
use cccheck::{Claim, Day, Policy, Reference, candidates, check, requirement, wire};

pub fn run(bytes: &[u8]) {
    let decoded = memory::within(128 * bytes.len() + 4_096, || wire::decode::<Reference>(bytes));
    let Some(reference) = decoded else { return };
    assert_eq!(wire::encode(&reference), bytes);
    let forged = edition::Edition { reference: edition::forged(bytes), ..edition::honest().edition.clone() };
    // Periods that overlap are refused.
    let Some(snapshot) = forged.supplied() else { return };
    assert_eq!(cccheck::Register::reference(&snapshot), &reference);
    let claim = |number: &str, product: &str| Claim {
        number: Some(number.into()),
        product: Some(product.into()),
        holder: Some("上海電器有限公司".into()),
        made_on: Day::new(2020, 1, 1),
        ..Claim::default()
    };
    for (number, product) in [("2019020001000001", "0001"), ("2020010001000007", "1101"), ("CE 0123", "充电宝")] {
        let verdict = check(&claim(number, product), Ok(&snapshot), &Policy::default(), now());
        assert!(verdict.findings.len() <= 64);
        let _ = candidates(&reference, product, now().legal_day());
    }
    for row in reference.catalogue.rows() {
        assert!(row.effective_to.is_none_or(|end| row.effective_from <= end));
        let _ = requirement(&reference, row.code, row.effective_from);
    }
}
