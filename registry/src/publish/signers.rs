//! The private keys that sign what is published, and what they sign.

use super::FRESHNESS_SECONDS;
use super::current::Current;
use crate::keys::{self, Chain};
use crate::{Error, Home, Store};
use cccheck::trust::{
    Cosignature, Domain, FileRef, Freshening, Head, Keys, MAX_SEQUENCE, Manifest, RoleName, Signed, SigningKey, sign,
};
use cccheck::{Instant, wire};

/// The private keys that sign editions, as many of each role as must.
pub(super) struct Signers {
    /// The document that names them.
    keys: Keys,
    content: Vec<SigningKey>,
    freshness: Vec<SigningKey>,
}

impl Signers {
    /// Those that state that an edition is the newest. Content keys need not be where that is done.
    pub(super) fn of_statements(home: &Home) -> Result<Self, Error> {
        let keys = Chain::read(home)?.keys().clone();
        let freshness = keys::signing(home, &keys, RoleName::Freshness)?;
        Ok(Self { keys, content: Vec::new(), freshness })
    }

    /// Those that sign an edition, too.
    pub(super) fn of_editions(home: &Home) -> Result<Self, Error> {
        let signers = Self::of_statements(home)?;
        let content = keys::signing(home, &signers.keys, RoleName::Content)?;
        Ok(Self { content, ..signers })
    }

    /// These, unless a newer document has come while nothing was locked.
    pub(super) fn of(self, home: &Home, chain: &Chain) -> Result<Self, Error> {
        match self.content.is_empty() {
            _ if self.keys == *chain.keys() => Ok(self),
            true => Self::of_statements(home),
            false => Self::of_editions(home),
        }
    }

    pub(super) fn manifest(&self, manifest: &Manifest) -> Signed {
        sign(Domain::Manifest, manifest, &self.content.iter().collect::<Vec<_>>())
    }

    /// The head: the key documents, a signed manifest with what witnesses added, and a new statement that it is the newest.
    pub(super) fn head(
        &self,
        home: &Home,
        store: &mut Store,
        chain: &Chain,
        manifest: Signed,
        witnesses: Vec<Cosignature>,
        now: Instant,
    ) -> Result<Vec<u8>, Error> {
        let freshening = Freshening {
            manifest: FileRef::of(&manifest.document).hash,
            counter: store.next_statement(published_counter(home, chain)?)?,
            time: now,
            expires: now.plus_seconds(FRESHNESS_SECONDS),
        };
        let freshness = sign(Domain::Freshness, &freshening, &self.freshness.iter().collect::<Vec<_>>());
        let head = Head { chain: chain.following(), manifest, freshness, witnesses };
        // It has room in a new edition; the published one may have left none for newer keys.
        head.encode().map_err(|_| Error::HeadSize {
            home: home.dir().into(),
            size: wire::encode(&head).len(),
            reasons: 0,
        })
    }
}

/// The counter of the published statement, which a restored database may have forgotten: clients ignore a lower one. Other keys than
/// the newest count by themselves, and so high as to leave no room for a next one only a thief counts.
fn published_counter(home: &Home, chain: &Chain) -> Result<u64, Error> {
    let (_, pin) = keys::pin(home)?;
    let is_own = |current: &Current| current.verified(&pin).is_some_and(|head| *head.keys() == *chain.keys());
    let counter = Current::read(home)?.filter(is_own).map(|current| current.freshening.counter);
    Ok(counter.filter(|counter| *counter <= MAX_SEQUENCE).unwrap_or(0))
}
