//! Is the model sold one that the certificate names? The register's text is often cut off, wildcarded or "见附件": it can
//! support a model, never contradict one.

use super::{Case, record};
use crate::finding::{Code, Problem};
use crate::party::{Model, is_open_model_text, models};
use alloc::string::String;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let claimed = case.claim.model.as_deref().filter(|model| !model.trim().is_empty());
    let (Some(record), Some(claimed)) = (case.record(), claimed) else {
        return;
    };
    let listed = record.model.as_deref().unwrap_or_default();
    let (patterns, sold) = (models(listed), models(claimed));
    let is_listed = |model: &Model| {
        let fits = |name: &String| {
            patterns
                .iter()
                .any(|pattern| matches(&pattern.whole, name) || pattern.parts.iter().any(|part| matches(part, name)))
        };
        fits(&model.whole) || model.parts.iter().all(fits)
    };
    let code = match () {
        () if !sold.is_empty() && sold.iter().all(is_listed) => Code::ModelListed,
        () if sold.is_empty() || is_open_model_text(listed) => Code::ModelNotComparable,
        () => Code::ModelNotListed,
    };
    let problem = Problem::new(code).value("model", claimed).value("listed", listed);
    problems.push(problem.evidence(record::evidence(case, record)));
}

/// Whether a model fits a listed one, in which each `*` stands for one character.
fn matches(pattern: &str, model: &str) -> bool {
    let (mut pattern, mut model) = (pattern.chars(), model.chars());
    let mut all_wild = true;
    loop {
        match (pattern.next(), model.next()) {
            (None, None) => return !all_wild,
            (Some('*'), Some(_)) => {}
            (Some(expected), Some(found)) if expected == found => all_wild = false,
            _ => return false,
        }
    }
}
