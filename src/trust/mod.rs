//! Who may speak for the register: keys and their roles, the signed head, and what a client refuses.

mod chain;
mod head;
mod keys;
mod manifest;
mod refusal;
mod sign;

pub use chain::MAX_DOCUMENTS;
pub use head::{CLOCK_SKEW_SECONDS, Cosignature, Freshening, HEAD_VERSION, Head, MAX_HEAD, Seen, VerifiedHead};
pub use keys::{Keys, Pin, PublicKey, Role, RoleName};
pub use manifest::{DeltaRef, FileRef, MAX_DECODED, MAX_SEQUENCE, Manifest, Override, PartRef, RowKey, Section};
pub use refusal::{ChainProblem, Refusal};
pub use sign::{Domain, KEY_ID_LENGTH, KeyId, Signature, Signed, SigningKey, sign};

pub(crate) use sign::{decode, verify_one};
