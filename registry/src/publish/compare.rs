//! What the gate says of the register as it is: asked before anything is signed from it, be it an edition or a receipt.

use super::base::Base;
use super::current::Current;
use super::gate::{self, Counts, Drift, Moved};
use super::{HOUR, Publisher};
use crate::error::CLOCK_BEHIND;
use crate::store::{Contents, Revision, View};
use crate::{Error, Store};
use cccheck::snapshot::Content;
use cccheck::trust::{Override, Pin};
use cccheck::{Instant, Sought};
use tokio::sync::watch::Receiver;

/// What the gate said of a revision of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gated {
    revision: Revision,
    /// The hour in which it was asked, counted from 1970.
    hour: i64,
    /// What moved further than is signed unasked; nothing if it let the revision pass.
    held: Vec<Moved>,
}

/// Why nothing is confirmed from the register as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// It is older than what is published.
    Behind,
    /// The clock is behind what was signed before.
    ClockBehind,
    /// What the claim asks moved further than is signed unasked.
    Held,
    /// It changed, and the gate was not asked yet.
    Changed,
}

impl Withheld {
    /// Its name for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Behind => "register.behind",
            Self::ClockBehind => CLOCK_BEHIND,
            Self::Held => "register.held",
            Self::Changed => "register.changed",
        }
    }

    /// Its sentence for people.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Behind => {
                "the register is older than what is published, as after a backup was restored; try again later"
            }
            Self::ClockBehind => {
                "this server's clock is behind what was published before; try again when somebody has looked"
            }
            Self::Held => {
                "the register that this claim asks changed more than is signed unasked; try again when somebody has looked"
            }
            Self::Changed => "the register has just changed, and how far was not looked at yet; try again in a second",
        }
    }
}

/// The register, and what of it moved further than is signed unasked.
pub(super) struct Compared {
    pub(super) revision: Revision,
    pub(super) content: Content,
    pub(super) counts: Counts,
    /// Since what is published.
    pub(super) drift: Drift,
    pub(super) moved: Vec<Moved>,
}

impl Publisher {
    /// What the gate said last; who holds this is told when it says something.
    pub(crate) fn gated(&self) -> Receiver<Option<Gated>> {
        self.gated.subscribe()
    }

    /// What the register moved further than is signed unasked.
    #[must_use]
    pub fn held(&self) -> Vec<Moved> {
        self.gated.borrow().as_ref().map(|gated| gated.held.clone()).unwrap_or_default()
    }

    /// Why nothing is confirmed from a revision of the register, if so. `published` is the sequence that is published, read before
    /// the register: an edition is noted there before its head gets out.
    #[must_use]
    pub fn withholds(&self, read: View, published: u64, asked: &[Sought]) -> Option<Withheld> {
        if self.is_behind() || read.newest.map_or(0, |(sequence, _)| sequence) < published {
            return Some(Withheld::Behind);
        }
        if self.problem() == Some(CLOCK_BEHIND) {
            return Some(Withheld::ClockBehind);
        }
        // Every edition has passed the gate, or somebody said why it may. One file counts its own revisions, so the number tells.
        if read.newest.is_some_and(|(_, shown)| shown == read.revision.number) {
            return None;
        }
        match self.gated.borrow().as_ref().filter(|gated| gated.revision == read.revision) {
            None => Some(Withheld::Changed),
            Some(Gated { held, .. }) => {
                let is_held = |one: &Sought| held.iter().any(|moved| moved.body == one.space());
                asked.iter().any(is_held).then_some(Withheld::Held)
            }
        }
    }

    /// What the gate said of a revision, unless that was in another hour: what was there a day ago goes on.
    pub(super) fn answer_of_gate(&self, revision: Revision, now: Instant) -> Option<Vec<Moved>> {
        let gated = self.gated.borrow();
        let gated = gated.as_ref().filter(|gated| (gated.revision, gated.hour) == (revision, hour(now)));
        gated.map(|gated| gated.held.clone())
    }

    /// Lets a revision pass, or what of it moved for a reason that is given, and tells those who confirm.
    pub(super) fn pass(
        &self,
        revision: Revision,
        now: Instant,
        moved: Vec<Moved>,
        overrides: &[Override],
    ) -> Result<(), Error> {
        let passed = gate::pass(&self.home, moved, overrides);
        let held = match &passed {
            Ok(()) => Vec::new(),
            Err(Error::Counts { moved, .. }) => moved.clone(),
            Err(_) => return passed,
        };
        self.gated.send_replace(Some(Gated { revision, hour: hour(now), held }));
        passed
    }

    /// Reads the register, and compares it with what is published: `base` if that is open already.
    pub(super) fn compare(
        &self,
        store: &mut Store,
        pin: &Pin,
        published: Option<&Current>,
        base: Option<&Base>,
        now: Instant,
    ) -> Result<Compared, Error> {
        let sequence = published.map(|current| current.manifest.sequence);
        let before = store.last_counts(sequence)?;
        let of_day = store.drift(sequence, now)?;
        let Contents { revision, content } = store.contents()?;
        let today = now.legal_day();
        let counts = Counts::of(&content, today);
        // What is published is counted on the same day: days that pass move nothing.
        let opened = published.and_then(|current| match base {
            Some(base) => base.counts(today),
            None => {
                let content = current.open(&self.home.public(), pin)?.content().ok()?;
                Some((current.manifest.as_of, Counts::of(&content, today)))
            }
        });
        let (drift, moved) = opened.or(before).map_or_else(Default::default, |(published, before)| {
            let announced = gate::announced(&self.reference, published.legal_day(), today);
            (counts.drift(&before), gate::moved(&before, &of_day, &counts, &announced))
        });
        Ok(Compared { revision, content, counts, drift, moved })
    }
}

fn hour(now: Instant) -> i64 {
    now.seconds().div_euclid(HOUR)
}
