//! Is the model sold one that the certificate names? The register's text is often cut off, wildcarded or "见附件": it can
//! support a model, never contradict one.

use super::{Case, record};
use crate::finding::{Code, Problem};
use crate::party::{is_open_model_text, models};
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>) -> Vec<Problem> {
    let record = case.record();
    let (Some(record), Some(claimed)) = (record, case.claim.model.as_deref()) else {
        return Vec::new();
    };
    let (Some(listed), Some(model)) = (record.model.as_deref(), models(claimed).into_iter().next()) else {
        return Vec::new();
    };
    let code = match () {
        () if models(listed).iter().any(|pattern| matches(pattern, &model)) => Code::ModelListed,
        () if is_open_model_text(listed) => Code::ModelNotComparable,
        () => Code::ModelNotListed,
    };
    let problem = Problem::new(code).value("model", claimed).value("listed", listed);
    Vec::from([problem.evidence(record::evidence(case, record))])
}

/// Whether a model fits a listed one, in which each `*` stands for one character.
fn matches(pattern: &str, model: &str) -> bool {
    let all_wild = pattern.chars().all(|character| character == '*');
    let same = |(expected, found): (char, char)| expected == '*' || expected == found;
    !all_wild && pattern.chars().count() == model.chars().count() && pattern.chars().zip(model.chars()).all(same)
}
