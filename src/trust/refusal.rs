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
    /// The manifest or the directory has a critical section that this reader does not know.
    UnknownSection {
        /// The section's tag.
        tag: u16,
    },
    /// The key documents do not follow on from the pinned one.
    Chain {
        /// The version of the document that does not fit.
        version: u32,
        /// What is wrong with it.
        problem: ChainProblem,
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
    /// The head is past its last instant, and this client has seen neither it nor another under its keys (freeze).
    Expired {
        /// That instant.
        expires: Instant,
    },
}

/// Why a key document does not follow on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainProblem {
    /// Its version is not one more than that of the document before it.
    Order,
    /// Documents between it and the pinned one are missing.
    Gap,
    /// It is not the pinned document, and has its version.
    Pinned,
    /// It is not the document that this client has seen, and has its version.
    Seen,
    /// Made-up data would become real, or real data made-up.
    Synthetic,
}

impl ChainProblem {
    fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Gap => "gap",
            Self::Pinned => "pinned",
            Self::Seen => "seen",
            Self::Synthetic => "synthetic",
        }
    }
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

/// What a refusal found or expected.
#[derive(Clone, Copy)]
enum Value<'a> {
    Nothing,
    Text(&'a str),
    Number(u64),
    Time(Instant),
}

impl Value<'_> {
    fn put(self, out: &mut String) {
        match self {
            Self::Nothing => {}
            Self::Text(text) => out.push_str(text),
            Self::Number(number) => put_digits(number, 1, out),
            Self::Time(instant) => out.push_str(&String::from(instant)),
        }
    }
}

impl Refusal {
    /// What was found and what was expected, in the order in which the sentence names them, with commas between them: for who has
    /// sentences of the codes.
    #[must_use]
    pub fn values(&self) -> String {
        let mut joined = String::new();
        for (place, value) in self.named().into_iter().enumerate() {
            if place > 0 && !matches!(value, Value::Nothing) {
                joined.push_str(", ");
            }
            value.put(&mut joined);
        }
        joined
    }

    fn named(&self) -> [Value<'_>; 3] {
        use Value::{Nothing, Number, Text, Time};
        match self {
            Self::Malformed { part } => [Text(part), Nothing, Nothing],
            Self::UnsupportedFormat { part, version } => [Text(part), Number((*version).into()), Nothing],
            Self::UnknownSection { tag } => [Text("section"), Number((*tag).into()), Nothing],
            Self::Chain { version, problem } => [Number((*version).into()), Text(problem.as_str()), Nothing],
            Self::KeysRollback { lowest, offered } => [Number((*offered).into()), Number((*lowest).into()), Nothing],
            Self::NotSigned { role, valid, needed } => {
                [Number((*valid).into()), Number((*needed).into()), Text(role.as_str())]
            }
            Self::WrongOrigin { expected, found } => [Text(found), Text(expected), Nothing],
            Self::Witnesses { valid, needed } => [Number((*valid).into()), Number((*needed).into()), Nothing],
            Self::Rollback { lowest, offered } => [Number(*offered), Number(*lowest), Nothing],
            Self::Equivocation { sequence } => [Number(*sequence), Nothing, Nothing],
            Self::Size { expected, found } => [Number(*found), Number(*expected), Nothing],
            Self::KeysExpired { expires } | Self::Expired { expires } => [Time(*expires), Nothing, Nothing],
            Self::FreshnessMismatch | Self::Hash => [Nothing; 3],
        }
    }

    /// The sentence, with `_` for each value.
    fn sentence(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "the _ is malformed",
            Self::UnsupportedFormat { .. } => {
                "the _ has format version _, which this reader does not know: update the reader, or publish anew what is older"
            }
            Self::UnknownSection { .. } => "there is a critical _ _, which this reader does not know: update it",
            Self::Chain { problem, .. } => match problem {
                ChainProblem::Order => "key document _ does not follow the one before it: versions rise by one",
                ChainProblem::Gap => "documents between key document _ and the pinned one are missing",
                ChainProblem::Pinned => "this client pins another key document of version _",
                ChainProblem::Seen => "this client has seen another key document of version _",
                ChainProblem::Synthetic => {
                    "key document _ does not follow: made-up data stays made-up, and real data real"
                }
            },
            Self::KeysRollback { .. } => "the key documents end with version _, but this client has seen version _",
            Self::NotSigned { .. } => "_ of _ needed signatures by the _ keys are valid",
            Self::WrongOrigin { .. } => "signed for `_`, this client trusts `_`",
            Self::Witnesses { .. } => "_ of _ needed witnesses have cosigned",
            Self::Rollback { .. } => "sequence _ is older than _, which this client has seen or is pinned to",
            Self::Equivocation { .. } => "two different contents claim sequence _",
            Self::FreshnessMismatch => "the freshness statement is about another manifest",
            Self::Size { .. } => "_ bytes where _ are signed",
            Self::Hash => "the bytes do not have the signed hash",
            Self::KeysExpired { .. } => "the key document expired at _",
            Self::Expired { .. } => "the head expired at _, and no edition under its keys was seen before",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut values = self.named().into_iter();
        let mut filled = String::new();
        for character in self.sentence().chars() {
            match character {
                '_' => values.next().unwrap_or(Value::Nothing).put(&mut filled),
                _ => filled.push(character),
            }
        }
        f.write_str(&filled)
    }
}

impl core::error::Error for Refusal {}
