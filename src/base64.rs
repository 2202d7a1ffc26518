//! Base64url without padding (RFC 4648, section 5), in its one form for each byte string.

use alloc::string::String;
use alloc::vec::Vec;

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The bytes as text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, place| bits << 8 | usize::from(group.get(place).copied().unwrap_or(0)));
        let digits = [bits >> 18, bits >> 12, bits >> 6, bits].into_iter().take(group.len() + 1);
        text.extend(digits.filter_map(|digit| ALPHABET.get(digit % 64..=digit % 64)));
    }
    text
}

/// The bytes of a text; none if [`encode`] does not write it.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0, 0);
    for character in text.bytes() {
        bits = bits << 6 | ALPHABET.bytes().position(|digit| digit == character)?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    let is_canonical = count < 6 && bits & ((1 << count) - 1) == 0;
    is_canonical.then_some(bytes)
}
