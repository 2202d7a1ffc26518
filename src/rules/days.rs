//! Do the days that the claim states fit together?

use super::Case;
use crate::finding::{Code, Problem};
use alloc::string::ToString;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>) -> Vec<Problem> {
    let claim = case.claim;
    let stated = [
        ("issuedOn", claim.issued_on),
        ("madeOn", claim.made_on),
        ("releasedOn", claim.released_on),
        ("importedOn", claim.imported_on),
    ];
    let in_future = stated.into_iter().filter_map(|(field, day)| {
        let day = day.filter(|day| *day > case.today.max(case.on))?;
        Some(Problem::new(Code::ClaimDayInFuture).value("field", field).value("day", day.to_string()))
    });
    let left = [claim.released_on, claim.imported_on].into_iter().flatten().min();
    let made_late = claim.made_on.zip(left).filter(|(made, released)| released < made).map(|(made, released)| {
        Problem::new(Code::ClaimDaysContradict).value("made", made.to_string()).value("released", released.to_string())
    });
    let imported_early =
        claim.imported_on.zip(claim.released_on).filter(|(imported, released)| imported < released).map(
            |(imported, released)| {
                Problem::new(Code::ClaimImportedBeforeRelease)
                    .value("imported", imported.to_string())
                    .value("released", released.to_string())
            },
        );
    in_future.chain(made_late).chain(imported_early).collect()
}
