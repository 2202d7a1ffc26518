//! Made-up self-declarations, for product kinds that were under that scheme. Their numbers have no published grammar; these say
//! that they are of a demonstration.

use crate::store::{Declared, Names};
use cccheck::{
    Day, Declaration, DeclarationId, DeclarationKey, HASHED, Parties, Provenance, Reference, Scheme, Status,
};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// How many there are for each product kind.
const OF_A_KIND: i32 = 12;
/// In how many cases of 100 one is cancelled.
const CANCELLED: u32 = 10;

/// The product kinds that were declared, with the first and the last day on which they could be, as far as that is known.
fn kinds(reference: &Reference, today: Day) -> Vec<(u16, Day, Day)> {
    let rows = reference.catalogue.rows();
    rows.filter(|row| matches!(row.scheme, Scheme::SelfDeclarationA | Scheme::SelfDeclarationB))
        .map(|row| (row.code, row.effective_from, row.effective_to.unwrap_or(today).min(today)))
        .filter(|(_, from, to)| from < to)
        .collect()
}

/// Declarations as of a day; the same seed and day give the same.
pub(super) fn declarations(seed: u64, today: Day, reference: &Reference) -> Vec<Declared> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(u64::from(HASHED));
    let mut declared = Vec::new();
    for (code, from, to) in kinds(reference, today) {
        for place in 1..=OF_A_KIND {
            let issued_on = from.plus_days(random.random_range(0..to.days() - from.days()));
            let number = format!("DEMO-{code:04}-{}-{place:04}", issued_on.year());
            // Where certification is back, what was declared is cancelled.
            let (status, status_since) = match () {
                () if to < today => (Status::Cancelled, Some(to.plus_days(1))),
                () if random.random_range(0..100) < CANCELLED => (
                    Status::Cancelled,
                    Some(issued_on.plus_days(random.random_range(0..=to.days() - issued_on.days()))),
                ),
                () => (Status::Valid, None),
            };
            let holder = random.random_range(0..1_000);
            let Some(key) = DeclarationKey::self_declaration(&number) else { continue };
            let declaration = Declaration {
                number: DeclarationId { key, product: Some(code) },
                status,
                status_since,
                issued_on: Some(issued_on),
                expires_on: None,
                provenance: Provenance::Synthetic,
                model: None,
                parties: Parties::default(),
            };
            let applicant = Some(format!("演示企业{holder:05}有限公司"));
            declared.push(Declared::new(number, declaration, Names { applicant, ..Names::default() }));
        }
    }
    declared
}
