//! What the catalogue asks of a product kind on a day: must it be certified, how, since when, until when, what comes next.

use super::{CatalogueRow, Instrument, ReleasedEarlier, Scheme, Transition};
use crate::date::Day;
use crate::finding::Confidence;
use crate::json::json_struct;
use crate::reference::Reference;
use crate::sorted::sorted;
use crate::text::digits;
use alloc::string::String;
use alloc::vec::Vec;

/// What the catalogue asks of a product kind on a day. Days are inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The four digits of the product kind.
    pub product: String,
    /// Its Chinese name; empty if the digits are unknown.
    pub product_zh: String,
    /// Its English name; empty likewise.
    pub product_en: String,
    /// Whether it must be certified or declared; missing where the facts do not decide.
    pub required: Option<bool>,
    /// How conformity is shown on that day, if that is known.
    pub scheme: Option<Scheme>,
    /// The papers that are good on that day.
    pub accepts: Vec<Accepted>,
    /// Since when, as far as the tables reach.
    pub since: Option<Day>,
    /// Until when; open if missing.
    pub until: Option<Day>,
    /// The changes that led here, oldest first.
    pub earlier: Vec<Change>,
    /// The known changes ahead, nearest first.
    pub next: Vec<Change>,
    /// The announcement that made it so.
    pub announcement: String,
    /// Where that was read.
    pub source: String,
    /// How well the duty is known.
    pub duty_confidence: Option<Confidence>,
    /// How well the four digits are known.
    pub code_confidence: Option<Confidence>,
    /// The weaker of the two.
    pub confidence: Option<Confidence>,
}

/// A paper that is good on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Which paper.
    pub instrument: Instrument,
    /// It must have been issued or declared on or after this day.
    pub issued_from: Option<Day>,
    /// It must have been issued or declared before this day.
    pub issued_before: Option<Day>,
    /// The last day on which it is good.
    pub usable_until: Option<Day>,
}

/// A change of the catalogue for a product kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The transition's stable name; missing where only the catalogue's rows show the change.
    pub id: Option<String>,
    /// The scheme from then on.
    pub scheme: Option<Scheme>,
    /// The day from which the new paper is accepted.
    pub accept_from: Option<Day>,
    /// The day from which the new rule is mandatory.
    pub from: Day,
    /// The day on which old papers are cancelled.
    pub cancelled_on: Option<Day>,
    /// What becomes of goods released earlier.
    pub released_earlier: ReleasedEarlier,
    /// The announcement.
    pub announcement: String,
    /// How well it is known.
    pub confidence: Confidence,
    /// What changes, in Chinese.
    pub zh: String,
    /// What changes, in English.
    pub en: String,
}

json_struct!(Requirement {
    product,
    product_zh,
    product_en,
    required,
    scheme,
    accepts,
    since,
    until,
    earlier,
    next,
    announcement,
    source,
    duty_confidence,
    code_confidence,
    confidence,
});
json_struct!(Accepted { instrument, issued_from, issued_before, usable_until });
json_struct!(Change {
    id,
    scheme,
    accept_from,
    from,
    cancelled_on,
    released_earlier,
    announcement,
    confidence,
    zh,
    en,
});

/// What the catalogue asks of a product kind, 0 to 9999, on a day.
#[must_use]
pub fn requirement(reference: &Reference, code: u16, on: Day) -> Requirement {
    let row = reference.catalogue.on(code, on);
    let waiting = waiting(reference, code, on);
    let shown = row.or_else(|| reference.catalogue.after(code, on).next());
    let (earlier, next) = changes(reference, code, on);
    Requirement {
        product: digits(code, 4),
        product_zh: shown.map_or("", |row| row.product_zh).into(),
        product_en: shown.map_or("", |row| row.product_en).into(),
        required: required(row, waiting),
        scheme: row.map(|row| row.scheme),
        accepts: accepts(reference, code, row, waiting, on),
        since: row.map(|row| row.effective_from),
        until: row.and_then(|row| row.effective_to),
        earlier,
        next,
        announcement: row.map_or("", |row| row.announcement).into(),
        source: row.map_or("", |row| row.source).into(),
        duty_confidence: row.map(|row| row.duty_confidence),
        code_confidence: row.map(|row| row.code_confidence),
        confidence: row.map(|row| row.confidence()).or(waiting.map(|transition| transition.confidence)),
    }
}

/// The addition of a product kind that is still ahead on a day.
fn waiting(reference: &Reference, code: u16, on: Day) -> Option<&Transition> {
    reference.transitions_of(code).find(|transition| transition.is_addition && on < transition.mandatory_from)
}

/// Whether a product kind must be certified or declared on a day; missing where the facts do not decide.
pub(super) fn is_required(reference: &Reference, code: u16, on: Day) -> Option<bool> {
    required(reference.catalogue.on(code, on), waiting(reference, code, on))
}

/// A release from the duty must be confirmed; a duty need not be, its confidence is stated beside it.
fn required(row: Option<CatalogueRow<'_>>, waiting: Option<&Transition>) -> Option<bool> {
    match (row, waiting) {
        (Some(row), _) => match row.scheme {
            Scheme::ThirdParty | Scheme::SelfDeclarationA | Scheme::SelfDeclarationB | Scheme::Merged => Some(true),
            Scheme::Removed => (row.confidence() == Confidence::Confirmed).then_some(false),
            Scheme::Unresolved => None,
        },
        (None, Some(waiting)) => (waiting.confidence == Confidence::Confirmed).then_some(false),
        (None, None) => None,
    }
}

fn accepts(
    reference: &Reference,
    code: u16,
    row: Option<CatalogueRow<'_>>,
    waiting: Option<&Transition>,
    on: Day,
) -> Vec<Accepted> {
    let paper = |instrument| Accepted { instrument, issued_from: None, issued_before: None, usable_until: None };
    let certificate = paper(Instrument::ThirdPartyCertificate);
    let issued_from = |day: Option<Day>| Accepted { issued_from: day, ..certificate };
    let mut accepts = Vec::new();
    let Some(row) = row else {
        let open = waiting.and_then(|transition| transition.accept_from).filter(|day| *day <= on);
        if open.is_some() {
            accepts.push(issued_from(open));
        }
        return accepts;
    };
    let into = reference.transition_into(code, row.effective_from);
    match row.scheme {
        Scheme::Removed | Scheme::Unresolved => {}
        Scheme::Merged => accepts.push(certificate),
        Scheme::ThirdParty => {
            let returned = into.filter(|transition| transition.ends_declarations());
            accepts.push(issued_from(returned.and_then(|transition| transition.accept_from)));
        }
        Scheme::SelfDeclarationA | Scheme::SelfDeclarationB => {
            let ending = reference.declarations_end(code, on);
            let until = |transition: Option<&Transition>, paper: Accepted| Accepted {
                issued_before: transition.and_then(|transition| transition.old_made_before),
                usable_until: transition.and_then(|transition| transition.old_usable_until),
                ..paper
            };
            accepts.push(until(ending, paper(Instrument::SelfDeclaration)));
            if into.and_then(|transition| transition.old_usable_until).is_some_and(|until| on <= until) {
                accepts.push(until(into, certificate));
            }
            let reopened = ending.and_then(|transition| transition.accept_from).filter(|day| *day <= on);
            if reopened.is_some() {
                accepts.push(issued_from(reopened));
            }
        }
    }
    accepts
}

/// The changes of a product kind up to a day and after it.
fn changes(reference: &Reference, code: u16, on: Day) -> (Vec<Change>, Vec<Change>) {
    let mut all: Vec<Change> = Vec::new();
    for transition in reference.transitions_of(code) {
        all.push(Change {
            id: Some(transition.id.clone()),
            scheme: reference.catalogue.on(code, transition.mandatory_from).map(|row| row.scheme),
            accept_from: transition.accept_from,
            from: transition.mandatory_from,
            cancelled_on: transition.old_cancelled_on,
            released_earlier: transition.released_earlier,
            announcement: transition.announcement.clone(),
            confidence: transition.confidence,
            zh: transition.zh.clone(),
            en: transition.en.clone(),
        });
    }
    for row in reference.catalogue.after(code, on) {
        if reference.transition_into(code, row.effective_from).is_none() {
            all.push(Change {
                id: None,
                scheme: Some(row.scheme),
                accept_from: row.accept_from,
                from: row.effective_from,
                cancelled_on: None,
                released_earlier: ReleasedEarlier::Unknown,
                confidence: row.confidence(),
                announcement: row.announcement.into(),
                zh: String::new(),
                en: String::new(),
            });
        }
    }
    let (mut earlier, mut next) = (Vec::new(), Vec::new());
    for change in sorted(all, |left, right| left.from < right.from) {
        if change.from <= on { &mut earlier } else { &mut next }.push(change);
    }
    (earlier, next)
}
