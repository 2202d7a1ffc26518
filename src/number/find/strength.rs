//! How strongly a text speaks for a number, and which digits are nothing of the kind.

use super::scan::{Scan, Window};
use crate::finding::Confidence;
use crate::json::json_enum;
use crate::number::ccc::LENGTH as CCC_LENGTH;
use crate::number::check::Check;
use crate::number::grammar::{Fit, Needs, fits};
use crate::number::kind::Kind;
use crate::number::labels::Label;
use crate::number::read::begins_with_a_year;
use crate::number::text::is_dash;
use crate::text::number;

/// How strongly a text speaks for a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Digits that could be something else.
    Low,
    /// The form of a number, without a label; or a label, and a number that is not quite one.
    Medium,
    /// A label that names the kind, or a form that nothing else has.
    High,
}

json_enum!(Strength { Low = "low", Medium = "medium", High = "high" });

impl Strength {
    fn weaker(self) -> Self {
        if self == Self::High { Self::Medium } else { Self::Low }
    }

    fn stronger(self) -> Self {
        if self == Self::Low { Self::Medium } else { Self::High }
    }
}

impl Scan<'_> {
    /// How strongly the window speaks for a number, and the label to read it with; nothing if it is none.
    pub(super) fn strength(&self, window: &Window, label: Label) -> Option<(Strength, Label)> {
        if window.is_digits() {
            return self.strength_of_digits(window, label);
        }
        if label == Label::Names(Kind::Ccc) && window.looks_like_ccc() {
            return Some((Strength::Medium, label));
        }
        let digits = window.written.iter().filter(|character| character.is_ascii_digit()).count();
        if window.words == 1 && digits >= 12 && window.looks_like_ccc() && begins_with_a_year(&window.digits) {
            return Some((Strength::Low, Label::None));
        }
        let fits = fits(&window.written);
        let named = fits.iter().find(|fit| label.kind() == Some(fit.kind));
        if let Some(fit) = named {
            let is_wrong = matches!(fit.check, Check::Wrong { .. });
            return Some((if is_wrong { Strength::Medium } else { Strength::High }, label));
        }
        let fit = fits.iter().find(|fit| stands_alone(fit, window))?;
        if self.is_part_of_an_address(window) {
            return None;
        }
        let strength = match fit.confidence {
            Confidence::Confirmed if fit.is_marked || matches!(fit.check, Check::Right) => Strength::High,
            Confidence::Confirmed | Confidence::Likely if matches!(fit.check, Check::None) => Strength::Medium,
            _ => Strength::Low,
        };
        let strength = if window.is_loose { strength.weaker() } else { strength };
        Some((if label == Label::Neutral { strength.stronger() } else { strength }, Label::None))
    }

    fn strength_of_digits(&self, window: &Window, label: Label) -> Option<(Strength, Label)> {
        let (length, digits) = (window.length, &window.digits);
        if !matches!(length, 4 | 8 | 12..=14 | 16..=18) {
            return None;
        }
        let is_part = self.continues_in_digits(window);
        let is_plausible = length == CCC_LENGTH && begins_with_a_year(digits);
        if label == Label::Names(Kind::Ccc) && length == CCC_LENGTH {
            return Some((if is_plausible && !is_part { Strength::High } else { Strength::Medium }, label));
        }
        if label == Label::SelfDeclaration && window.words == 1 && length > 8 {
            return Some((Strength::Medium, label));
        }
        let fit = |kind| fits(&window.written).into_iter().find(|fit| fit.kind == kind);
        if let Some(fit) = label.kind().and_then(fit) {
            // Of digits in several groups only the check digit tells where they end.
            let is_right = matches!(fit.check, Check::Right | Check::Pilot { .. });
            let is_weak = fit.kind == Kind::NotifiedBody || matches!(fit.check, Check::Wrong { .. });
            let strength = if is_weak { Strength::Medium } else { Strength::High };
            let is_whole = window.words == 1 || is_right || matches!(fit.check, Check::None) && length > 8;
            return (is_whole && !is_part).then_some((strength, label));
        }
        if is_part || label == Label::Elsewhere || self.is_part_of_an_address(window) {
            return None;
        }
        let strength = if is_plausible {
            let is_category = digits.get(6..8).and_then(number).is_some_and(|category| (1..=29).contains(&category));
            match window.words {
                1 if is_category => Strength::Medium,
                _ if is_category && window.is_broken_as_usual() || window.words == 1 => Strength::Low,
                _ => return None,
            }
        } else {
            // Bar codes of China begin with 69, credit codes of enterprises with 91 to 93; other digits are rather something else.
            let is_right = |kind| fit(kind).is_some_and(|fit| matches!(fit.check, Check::Right));
            match digits.get(..2)? {
                "69" if length == 13 && window.words == 1 && is_right(Kind::Gtin) => Strength::Low,
                "91" | "92" | "93" if window.words == 1 && is_right(Kind::CreditCode) => Strength::Medium,
                _ => return None,
            }
        };
        let strength = match label {
            Label::Neutral => strength.stronger(),
            Label::Names(_) => strength.weaker(),
            _ => strength,
        };
        Some((strength, Label::None))
    }

    /// Whether digits go on before or behind the window, over a dash or a decimal point: then it is part of something longer.
    pub(super) fn continues_in_digits(&self, window: &Window) -> bool {
        let joins = |character: char| is_dash(character) || matches!(character, '.' | '_');
        let is_digit =
            |index: Option<usize>| index.and_then(|index| self.at(index)).is_some_and(|found| found.is_ascii_digit());
        let before = window.start.checked_sub(1).and_then(|index| self.at(index)).is_some_and(joins);
        let behind = self.at(window.end).is_some_and(joins);
        before && is_digit(window.start.checked_sub(2)) || behind && is_digit(window.end.checked_add(1))
    }

    /// Whether it stands where addresses, sums and handles have their digits: after `=`, `/`, `¥`, `@` and the like.
    fn is_part_of_an_address(&self, window: &Window) -> bool {
        let before = window.start.checked_sub(1).and_then(|index| self.at(index));
        let is_list = self.previous.0 > 0 && self.previous.0 + 1 == window.start;
        match before {
            _ if window.start < self.address_end => true,
            Some('/') => !is_list,
            Some('=' | '&' | '?' | '@' | '%' | '+' | '$' | '¥' | '￥' | '€') => true,
            _ => false,
        }
    }
}

fn stands_alone(fit: &Fit, window: &Window) -> bool {
    let is_enough = fit.needs == Needs::Nothing || fit.needs == Needs::Word && !window.is_loose;
    is_enough && !matches!(fit.check, Check::Wrong { .. })
}
