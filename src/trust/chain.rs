//! The chain of key documents, from the one that a client pins to the newest.

use super::{ChainProblem, Domain, Keys, Refusal, RoleName, Seen, Signed};
use crate::digest::sha256;
use crate::{hex, wire};
use alloc::string::String;
use alloc::sync::Arc;

/// The most key documents that a head may carry.
pub const MAX_DOCUMENTS: usize = 64;

/// The newest key document that a chain leads to from the pinned one.
///
/// Each must be signed by the root keys of the one before, who hand over, and by its own, who show that they exist. The pinned
/// document is trusted as it is: what the chain has before it is skipped. The one that the client has seen must come again, or
/// root keys that it revoked could lead elsewhere from the pin. Only the last must be unexpired, which is for the caller to
/// check, or a client that was away for long could never catch up.
pub(super) fn newest(pinned: &Arc<Keys>, seen: Option<&Seen>, chain: &[Signed]) -> Result<Arc<Keys>, Refusal> {
    if chain.len() > MAX_DOCUMENTS {
        return Err(Refusal::Malformed { part: "key chain" });
    }
    let mut newest = pinned.clone();
    let mut before: Option<u32> = None;
    for signed in chain {
        let offered: Arc<Keys> = Arc::new(signed.peek(Domain::Keys)?);
        let version = offered.version;
        let refuse = |problem| Err(Refusal::Chain { version, problem });
        if before.replace(version).is_some_and(|before| before.checked_add(1) != Some(version)) {
            return refuse(ChainProblem::Order);
        }
        if version < pinned.version {
            continue;
        }
        if version == pinned.version {
            if signed.document != wire::encode(pinned.as_ref()) {
                return refuse(ChainProblem::Pinned);
            }
            continue;
        }
        if newest.version.checked_add(1) != Some(version) {
            return refuse(ChainProblem::Gap);
        }
        signed.check(Domain::Keys, RoleName::Root, &newest.root)?;
        signed.check(Domain::Keys, RoleName::Root, &offered.root)?;
        offered.check()?;
        if seen.is_some_and(|seen| seen.keys_version == version && seen.keys != digest(&signed.document)) {
            return refuse(ChainProblem::Seen);
        }
        if offered.origin != newest.origin {
            return Err(Refusal::WrongOrigin { expected: newest.origin.clone(), found: offered.origin.clone() });
        }
        if offered.synthetic != newest.synthetic {
            return refuse(ChainProblem::Synthetic);
        }
        newest = offered;
    }
    match seen {
        Some(seen) if newest.version < seen.keys_version => {
            Err(Refusal::KeysRollback { lowest: seen.keys_version, offered: newest.version })
        }
        _ => Ok(newest),
    }
}

/// SHA-256 of a document, in hexadecimal.
pub(super) fn digest(document: &[u8]) -> String {
    hex::encode(&sha256(document))
}
