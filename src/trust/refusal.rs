//! Why a client refuses what it was given. Each attack has its own name.

use super::RoleName;
use crate::date::Instant;
use crate::text::put_digits;
use alloc::string::String;
use core::fmt;

/// Why signed data was refused. After a refusal nothing is checked against it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The bytes are not in the format, or not in its one canonical form.
    Malformed {
        /// Which part.
        part: &'static str,
    },
    /// The part has a format version that this reader does not know.
    UnsupportedFormat {
        /// Which part.
        part: &'static str,
        /// The version found.
        version: u16,
    },
    /// The manifest has a critical section that this reader does not know.
    UnknownSection {
        /// The section's tag.
        tag: u16,
    },
    /// The key documents do not follow on from the pinned one.
    Chain {
        /// The version of the document that does not fit.
        version: u32,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The key documents end before one that this client has seen (rollback of keys, which would revive revoked ones).
    KeysRollback {
        /// The newest version seen.
        lowest: u32,
        /// The newest version offered.
        offered: u32,
    },
    /// Too few valid signatures by the keys of a role: forged or altered data, or keys that this client does not pin.
    NotSigned {
        /// The role that must have signed.
        role: RoleName,
        /// Valid signatures found.
        valid: u8,
        /// Valid signatures needed.
        needed: u8,
    },
    /// Signed for another register than the pinned one.
    WrongOrigin {
        /// The pinned name.
        expected: String,
        /// The name found.
        found: String,
    },
    /// Too few witnesses have cosigned the head.
    Witnesses {
        /// Valid cosignatures found.
        valid: u8,
        /// Valid cosignatures needed.
        needed: u8,
    },
    /// Older than what this client has seen or was pinned to (rollback).
    Rollback {
        /// The lowest sequence that is acceptable.
        lowest: u64,
        /// The sequence offered.
        offered: u64,
    },
    /// Another content under a sequence that this client has seen (equivocation).
    Equivocation {
        /// The sequence.
        sequence: u64,
    },
    /// The freshness statement is about another manifest (mix and match).
    FreshnessMismatch,
    /// The file has another size than the manifest signs (endless data, truncation).
    Size {
        /// Bytes signed for.
        expected: u64,
        /// Bytes offered.
        found: u64,
    },
    /// The file's SHA-256 is not the signed one (tampering, mix and match).
    Hash,
    /// The keys themselves are past their last instant.
    KeysExpired {
        /// That instant.
        expires: Instant,
    },
    /// The head is past its last instant and this client has no memory of it (freeze).
    Expired {
        /// That instant.
        expires: Instant,
    },
}

impl Refusal {
    /// The stable code, such as `trust.rollback`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "trust.malformed",
            Self::UnsupportedFormat { .. } | Self::UnknownSection { .. } => "trust.unsupported_format",
            Self::Chain { .. } => "trust.chain",
            Self::KeysRollback { .. } => "trust.keys_rollback",
            Self::NotSigned { .. } => "trust.not_signed",
            Self::WrongOrigin { .. } => "trust.wrong_origin",
            Self::Witnesses { .. } => "trust.witnesses",
            Self::Rollback { .. } => "trust.rollback",
            Self::Equivocation { .. } => "trust.equivocation",
            Self::FreshnessMismatch => "trust.freshness_mismatch",
            Self::Size { .. } => "trust.size",
            Self::Hash => "trust.hash",
            Self::KeysExpired { .. } => "trust.keys_expired",
            Self::Expired { .. } => "trust.expired",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Filled in by hand: the module for browsers has no other use for the code that formats.
        let instant = match self {
            Self::KeysExpired { expires } | Self::Expired { expires } => String::from(*expires),
            _ => String::new(),
        };
        let (sentence, texts, numbers) = match self {
            Self::Malformed { part } => ("the _ is malformed", [*part, ""], [0, 0]),
            Self::UnsupportedFormat { part, version } => (
                "the _ has format version #, which this reader does not know: update it",
                [*part, ""],
                [(*version).into(), 0],
            ),
            Self::UnknownSection { tag } => (
                "the manifest has a critical section #, which this reader does not know: update it",
                ["", ""],
                [(*tag).into(), 0],
            ),
            Self::Chain { version, problem } => {
                ("key document # does not follow: _", [*problem, ""], [(*version).into(), 0])
            }
            Self::KeysRollback { lowest, offered } => (
                "the key documents end with version #, but this client has seen version #",
                ["", ""],
                [(*offered).into(), (*lowest).into()],
            ),
            Self::NotSigned { role, valid, needed } => (
                "# of # needed signatures by the _ keys are valid",
                [role.as_str(), ""],
                [(*valid).into(), (*needed).into()],
            ),
            Self::WrongOrigin { expected, found } => {
                ("signed for `_`, this client trusts `_`", [&**found, expected], [0, 0])
            }
            Self::Witnesses { valid, needed } => {
                ("# of # needed witnesses have cosigned", ["", ""], [(*valid).into(), (*needed).into()])
            }
            Self::Rollback { lowest, offered } => (
                "sequence # is older than #, which this client has seen or is pinned to",
                ["", ""],
                [*offered, *lowest],
            ),
            Self::Equivocation { sequence } => ("two different contents claim sequence #", ["", ""], [*sequence, 0]),
            Self::FreshnessMismatch => ("the freshness statement is about another manifest", ["", ""], [0, 0]),
            Self::Size { expected, found } => ("# bytes where # are signed", ["", ""], [*found, *expected]),
            Self::Hash => ("the bytes do not have the signed hash", ["", ""], [0, 0]),
            Self::KeysExpired { .. } => ("the key document expired at _", [&*instant, ""], [0, 0]),
            Self::Expired { .. } => ("the head expired at _ and was never seen before", [&*instant, ""], [0, 0]),
        };
        let (mut texts, mut numbers) = (texts.into_iter(), numbers.into_iter());
        let mut filled = String::new();
        for character in sentence.chars() {
            match character {
                '_' => filled.push_str(texts.next().unwrap_or_default()),
                '#' => put_digits(numbers.next().unwrap_or_default(), 1, &mut filled),
                _ => filled.push(character),
            }
        }
        f.write_str(&filled)
    }
}

impl core::error::Error for Refusal {}
