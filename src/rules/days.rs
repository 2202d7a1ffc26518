//! Do the days that the claim states fit together?

use super::Case;
use crate::date::earlier;
use crate::finding::{Code, Problem};
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let claim = case.claim;
    let stated = [
        ("issuedOn", claim.issued_on),
        ("madeOn", claim.made_on),
        ("releasedOn", claim.released_on),
        ("importedOn", claim.imported_on),
    ];
    for (field, day) in stated {
        if let Some(day) = day.filter(|day| *day > case.today.max(case.on)) {
            problems.push(Problem::new(Code::ClaimDayInFuture).value("field", field).value("day", day));
        }
    }
    let left = earlier(claim.released_on, claim.imported_on);
    if let Some((made, released)) = claim.made_on.zip(left).filter(|(made, released)| released < made) {
        problems.push(Problem::new(Code::ClaimDaysContradict).value("made", made).value("released", released));
    }
    let steps = claim.imported_on.zip(claim.released_on);
    if let Some((imported, released)) = steps.filter(|(imported, released)| imported < released) {
        let problem = Problem::new(Code::ClaimImportedBeforeRelease);
        problems.push(problem.value("imported", imported).value("released", released));
    }
}
