//! Check digits, for the three kinds of number that have one.

/// What a number's check digit says.
#[derive(Clone, Debug)]
pub(super) enum Check {
    /// This kind of number has none.
    None,
    /// It is right.
    Right,
    /// It is wrong, as in some legal credit codes of the first pilots.
    Pilot { found: char, expected: char },
    /// It is wrong.
    Wrong { found: char, expected: char },
}

const CREDIT_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ORGANISATION_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

fn weighted_sum(text: &str, alphabet: &str, weights: &[usize]) -> Option<usize> {
    let mut sum = 0;
    for (character, weight) in text.bytes().zip(weights) {
        sum += alphabet.bytes().position(|other| other == character)? * weight;
    }
    Some(sum)
}

fn character(text: &str, place: usize) -> Option<char> {
    text.as_bytes().get(place).copied().map(char::from)
}

/// GB 32100-2015: 18 characters, weights 3^i, modulo 31.
pub(super) fn credit_code(code: &str) -> Check {
    let Some((expected, found)) = credit_digits(code) else { return Check::None };
    if expected == found {
        return Check::Right;
    }
    // Three legal codes of the Fujian pilot have a wrong last character, a right organisation code, and M000 before it.
    let organisation = code.get(8..17).unwrap_or_default();
    if organisation.starts_with("M000") && organisation_code_is_right(organisation) {
        Check::Pilot { found, expected }
    } else {
        Check::Wrong { found, expected }
    }
}

fn credit_digits(code: &str) -> Option<(char, char)> {
    let sum = weighted_sum(code, CREDIT_ALPHABET, &CREDIT_WEIGHTS)?;
    Some((character(CREDIT_ALPHABET, (31 - sum % 31) % 31)?, character(code, 17)?))
}

/// GB 11714-1997: 8 characters and a check character, modulo 11.
fn organisation_code_is_right(code: &str) -> bool {
    let Some(sum) = weighted_sum(code, ORGANISATION_ALPHABET, &ORGANISATION_WEIGHTS) else { return false };
    let expected = match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        value => character(ORGANISATION_ALPHABET, value),
    };
    expected.is_some() && character(code, 8) == expected
}

/// GS1: weights 3 and 1 in turn from the right of the body, modulo 10. Digits only.
pub(super) fn gtin(digits: &str) -> Check {
    let Some((found, body)) = digits.as_bytes().split_last() else { return Check::None };
    let (mut sum, mut weight) = (0, 3);
    for digit in body.iter().rev() {
        sum += u32::from(digit & 15) * weight;
        weight = 4 - weight;
    }
    let (found, expected) = (char::from(*found), char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0'));
    if expected == found { Check::Right } else { Check::Wrong { found, expected } }
}

/// Whether at least `least` of the characters from `from` on are digits.
pub(super) fn has_digits_from(text: &str, from: usize, least: usize) -> bool {
    text.bytes().skip(from).filter(u8::is_ascii_digit).count() >= least
}
