//! Is the holder that the claim names one of the companies behind the certificate? Tags can show that a name is not
//! contradicted; only the server can verify it.

use super::{Case, record};
use crate::finding::{Code, Problem};
use crate::party;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let (Some(record), Some(holder)) = (case.record(), case.claim.named_holder()) else {
        return;
    };
    let claimed = party::tag(holder, case.reference);
    let is_credit_code = party::is_credit_code(holder);
    let mut nothing_to_compare = true;
    for (role, tag) in record.parties.by_role() {
        if (role == "credit_code") != is_credit_code || claimed.is_none() || tag.is_none() {
            continue;
        }
        if tag == claimed {
            problems.push(Problem::new(Code::HolderNotContradicted).value("role", role));
            return;
        }
        nothing_to_compare = false;
    }
    let code = if nothing_to_compare { Code::HolderNotComparable } else { Code::HolderDiffers };
    problems.push(Problem::new(code).value("holder", holder).evidence(record::evidence(case, record)));
}
