//! Self-declarations (自我声明) and other instruments whose numbers have no known grammar: they are looked up by the hash of the
//! number.

use crate::digest::sha256;
use crate::finding::Code;
use crate::number::Reading;
use crate::text::compared;
use alloc::string::String;

/// The first keyspace of hashed numbers: self-declarations.
pub const HASHED: u8 = 100;
/// The highest hash: 48 bits.
const MAX_HASH: u64 = (1 << 48) - 1;

/// The number of an instrument that has no known grammar, as it is looked up: hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclarationKey {
    space: u8,
    hash: u64,
}

impl DeclarationKey {
    /// The key of a self-declaration (自我声明) by its number, however it is written; none if nothing is left of it.
    #[must_use]
    pub fn self_declaration(number: &str) -> Option<Self> {
        Self::of(HASHED, number)
    }

    /// The keys under which a self-declaration may stand whose number was typed so: as it was typed, and
    /// [without a label](Self::unlabelled).
    #[must_use]
    pub fn typed(text: &str, reading: &Reading) -> [Option<Self>; 2] {
        [Self::self_declaration(text), Self::self_declaration(&Self::unlabelled(reading))]
    }

    /// A number without the label that says that it is a self-declaration's; nothing if there is none. No other label is taken
    /// away: it may be a part of the number.
    #[must_use]
    pub fn unlabelled(reading: &Reading) -> String {
        let mut number = String::new();
        if reading.findings.iter().any(|problem| problem.code == Code::NumberSelfDeclaration) {
            number.push_str(&reading.normalized);
            number.push_str(reading.version.as_deref().unwrap_or_default());
        }
        number
    }

    /// A number as it is compared: in half width and lower case, the first 100 characters of what counts. Two numbers can have
    /// one key, and such a number can be found by trial; who has the numbers themselves compares them by this.
    #[must_use]
    pub fn compared(number: &str) -> String {
        compared(number, 100, &|character| character)
    }

    /// The key of a number in a keyspace from [`HASHED`] on: the first 48 bits of SHA-256 over the number as it is
    /// [compared](Self::compared), after a heading and the keyspace.
    #[must_use]
    #[cfg_attr(module, inline(never))]
    pub fn of(space: u8, number: &str) -> Option<Self> {
        let plain = Self::compared(number);
        if plain.is_empty() || space < HASHED {
            return None;
        }
        let mut hashed = b"cccheck/3/number\n".to_vec();
        hashed.push(space);
        hashed.extend_from_slice(plain.as_bytes());
        let [a, b, c, d, e, f, ..] = sha256(&hashed);
        Some(Self { space, hash: u64::from_be_bytes([0, 0, a, b, c, d, e, f]) })
    }

    /// The 48 bits by which it is looked up in its keyspace.
    #[must_use]
    pub fn hash(self) -> u64 {
        self.hash
    }

    /// Its keyspace, from [`HASHED`] on.
    #[must_use]
    pub fn space(self) -> u8 {
        self.space
    }

    pub(crate) fn from_parts(space: u8, hash: u64) -> Option<Self> {
        (space >= HASHED && hash <= MAX_HASH).then_some(Self { space, hash })
    }
}

/// What identifies a self-declaration, or an instrument of another scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclarationId {
    /// Its hashed number.
    pub key: DeclarationKey,
    /// The product kind, if it states one.
    pub product: Option<u16>,
}
