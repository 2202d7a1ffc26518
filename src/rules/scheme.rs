//! Is the paper the one that this product needs on that day, and what changes next?

use super::Case;
use super::catalogue::scheme_evidence;
use super::record::is_confirmed;
use crate::catalogue::{CatalogueRow, Instrument, ReleasedEarlier, Scheme, Transition};
use crate::date::Day;
use crate::finding::{Code, Confidence, Problem};
use crate::register::Paper;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let (Some(subject), Some(row)) = (case.subject, &case.row) else {
        problems.extend(kind_needed(case));
        return;
    };
    let about_paper = match row.scheme {
        Scheme::Removed | Scheme::Unresolved => None,
        _ if case.has_no_paper() => Some(needed(Code::SchemePaperMissing, case, subject, row)),
        _ => match (case.instrument, row.scheme.is_self_declaration()) {
            (Instrument::ThirdPartyCertificate, false) => certificate_for_a_certified_kind(case, subject, row),
            (Instrument::ThirdPartyCertificate, true) => certificate_for_a_declared_kind(case, subject, row),
            (Instrument::SelfDeclaration, true) => declaration_for_a_declared_kind(case, subject),
            (Instrument::SelfDeclaration, false) => Some(declaration_for_a_certified_kind(case, subject, row)),
        },
    };
    problems.extend(about_paper);
    problems.extend(next_change(case, subject));
}

/// What the scheme of the kind needs, and since when.
fn needed(code: Code, case: &Case<'_>, subject: u16, row: &CatalogueRow<'_>) -> Problem {
    Problem::new(code)
        .value("scheme", row.scheme.as_str())
        .value("since", row.effective_from)
        .evidence(scheme_evidence(case, subject, row))
}

/// Whether a declaration is the right paper depends on the product kind; a certificate's number shows it.
fn kind_needed(case: &Case<'_>) -> Option<Problem> {
    let is_undecided = case.instrument == Instrument::SelfDeclaration && case.subject.is_none();
    is_undecided.then(|| Problem::new(Code::SchemeKindNeeded))
}

/// Since when the paper says that it stands: the register's word before the seller's, of a declaration only where it is
/// confirmed.
fn issued_on(case: &Case<'_>) -> Option<Day> {
    let stated = case.claim.issued_on;
    match case.record() {
        Some(record) if case.number.is_some() => record.issued_on,
        Some(record) if matches!(record.number, Paper::Declaration(_)) && is_confirmed(case, record) => {
            record.issued_on.or(stated)
        }
        _ => stated,
    }
}

/// What a transition makes of the paper. It is no better known than that the product is one of those concerned.
fn about(code: Code, case: &Case<'_>, transition: &Transition) -> Problem {
    let mut evidence = transition.evidence();
    evidence.confidence = case.row.iter().map(CatalogueRow::confidence).fold(evidence.confidence, Confidence::max);
    Problem::new(code)
        .day("acceptFrom", transition.accept_from)
        .value("mandatoryFrom", transition.mandatory_from)
        .day("issuedOn", issued_on(case))
        .value("announcement", &*transition.announcement)
        .evidence(evidence)
}

/// A certificate is what the kind needs. Those from before its years of self-declaration were cancelled then; some
/// announcements cancel certificates by a condition that the record does not show.
fn certificate_for_a_certified_kind(case: &Case<'_>, subject: u16, row: &CatalogueRow<'_>) -> Option<Problem> {
    case.number?;
    let returned =
        case.reference.transition_into(subject, row.effective_from).filter(|transition| transition.ends_declarations());
    if let Some(transition) = returned {
        let is_new = issued_on(case).is_some_and(|issued_on| transition.has_begun(issued_on));
        return (!is_new).then(|| about(Code::SchemeOlderCertificate, case, transition));
    }
    let conditional = case.reference.transitions_of(subject).find(|transition| {
        let cancelled_before = transition.old_cancelled_on.filter(|day| *day <= case.on);
        transition.old_instrument == Some(Instrument::ThirdPartyCertificate)
            && transition.old_condition.is_some()
            && cancelled_before.is_some_and(|day| issued_on(case).is_none_or(|issued_on| issued_on < day))
    })?;
    let condition = conditional.old_condition.as_deref().unwrap_or_default();
    Some(about(Code::SchemeConditionDecides, case, conditional).value("condition", condition))
}

/// The kind is self-declared on that day, but the paper is a certificate. It counts if the way back to certification has
/// begun and the certificate was issued since, or while certificates from before could still be used.
fn certificate_for_a_declared_kind(case: &Case<'_>, subject: u16, row: &CatalogueRow<'_>) -> Option<Problem> {
    case.number?;
    let ending = case.reference.declarations_end(subject, case.on).filter(|transition| transition.has_begun(case.on));
    if let Some(transition) = ending {
        let is_new = issued_on(case).is_some_and(|issued_on| transition.has_begun(issued_on));
        let code = if is_new { Code::SchemeCertificateAccepted } else { Code::SchemeOlderCertificate };
        return Some(about(code, case, transition));
    }
    let begun = case.reference.transition_into(subject, row.effective_from);
    let usable = begun.filter(|transition| {
        let in_time = transition.old_usable_until.is_some_and(|until| case.on <= until);
        let is_old =
            transition.old_made_before.is_none_or(|day| issued_on(case).is_some_and(|issued_on| issued_on < day));
        in_time && is_old
    });
    if let Some(transition) = usable {
        return Some(about(Code::SchemeCertificateStillUsable, case, transition));
    }
    Some(needed(Code::SchemeSelfDeclarationApplies, case, subject, row))
}

/// A declaration is what the kind needs; while its end is under way, only one that was made before counts.
fn declaration_for_a_declared_kind(case: &Case<'_>, subject: u16) -> Option<Problem> {
    let ending = case.reference.declarations_end(subject, case.on).filter(|transition| transition.has_begun(case.on));
    let Some(ending) = ending else {
        // Neither a number nor a day: nothing says that there is a declaration.
        let is_bare = case.reading.normalized.is_empty() && issued_on(case).is_none();
        return is_bare.then(|| Problem::new(Code::SchemeDeclarationUndated));
    };
    let made_before = ending.old_made_before.unwrap_or(ending.mandatory_from);
    let code = match issued_on(case) {
        None => Code::SchemeDeclarationUndated,
        Some(day) if day < made_before => Code::SchemeDeclarationEnds,
        Some(_) => Code::SchemeDeclarationTooLate,
    };
    Some(about(code, case, ending))
}

/// A declaration where a certificate is needed: cancelled with the scheme, or never good. Goods released while it was good
/// are judged by what the announcement says of them.
fn declaration_for_a_certified_kind(case: &Case<'_>, subject: u16, row: &CatalogueRow<'_>) -> Problem {
    let ended =
        case.reference.transition_into(subject, row.effective_from).filter(|transition| transition.ends_declarations());
    let Some(transition) = ended else {
        return needed(Code::SchemeCertificateRequired, case, subject, row);
    };
    let cancelled_on = transition.old_cancelled_on.unwrap_or(transition.mandatory_from);
    let never_counted = transition.old_made_before.zip(issued_on(case)).is_some_and(|(before, day)| before <= day);
    let released_earlier = case.released_before(cancelled_on) && transition.released_earlier != ReleasedEarlier::Barred;
    let code = match () {
        () if never_counted => Code::SchemeDeclarationTooLate,
        () if released_earlier => Code::SchemeReleasedUnderDeclaration,
        () => Code::SchemeDeclarationCancelled,
    };
    about(code, case, transition).value("cancelledOn", cancelled_on).day("released", case.released())
}

/// The nearest known change of the product kind, for the seller to hear of in time.
fn next_change(case: &Case<'_>, subject: u16) -> Option<Problem> {
    let problem = |from: Day, accept_from: Option<Day>, announcement: &str| {
        Problem::new(Code::SchemeChangeAhead)
            .value("from", from)
            .day("acceptFrom", accept_from)
            .value("announcement", announcement)
    };
    let by_transition = case
        .reference
        .transitions_of(subject)
        .filter(|transition| transition.mandatory_from > case.on)
        .min_by_key(|transition| transition.mandatory_from);
    if let Some(next) = by_transition {
        let problem = problem(next.mandatory_from, next.accept_from, &next.announcement);
        return Some(problem.value("change", &*next.zh).value("changeEn", &*next.en).evidence(next.evidence()));
    }
    let next = case.reference.catalogue.after(subject, case.on).next()?;
    Some(problem(next.effective_from, next.accept_from, next.announcement).evidence(next.evidence()))
}
