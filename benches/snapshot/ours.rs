//! The snapshot as published, opened with full verification.

use crate::measure::Subject;
use crate::register::Register;
use cccheck::snapshot::{Coverage, Snapshot, write};
use cccheck::trust::{
    Domain, FileRef, Freshening, HEAD_VERSION, Head, Keys, Manifest, Pin, PublicKey, Role, SigningKey, sign,
};
use cccheck::{CccNumber, Found, Instant, Record, Register as _};
use cccheck_registry::reference;
use sha2::{Digest, Sha256};
use std::error::Error;

pub struct Ours {
    snapshot: Snapshot,
    bytes: usize,
}

impl Ours {
    pub fn new(register: &Register) -> Result<Self, Box<dyn Error>> {
        let coverage: Vec<Coverage> = register.plan.coverage().collect();
        let file = write(&register.records, &coverage, &reference::load()?)?;
        let now: Instant = format!("{}T04:00:00Z", register.today).parse()?;
        let (pin, head) = publish(&file, now)?;
        let bytes = file.len();
        Ok(Self { snapshot: Snapshot::open(Head::verify(&head, &pin, None, now)?, file)?, bytes })
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Subject for Ours {
    type Answer = Record;
    fn find(&self, number: CccNumber) -> Option<Record> {
        match self.snapshot.find(number) {
            Ok(Found::Record(record)) => Some(record),
            _ => None,
        }
    }
}

/// Signs the file with one key in every role: the pin that a client ships with, and the head.
fn publish(file: &[u8], now: Instant) -> Result<(Pin, Vec<u8>), Box<dyn Error>> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let expires = now.plus_seconds(86_400);
    let role = || Role { threshold: 1, keys: vec![PublicKey::ed25519(key.verifying_key().to_bytes())] };
    let origin = String::from("bench.cccheck.example");
    let keys = Keys {
        origin: origin.clone(),
        synthetic: true,
        version: 1,
        expires,
        root: role(),
        content: role(),
        freshness: role(),
        receipt: role(),
    };
    let snapshot = FileRef::of(file);
    let manifest =
        Manifest { version: HEAD_VERSION, origin, sequence: 1, as_of: now, signed_at: now, expires, snapshot };
    let manifest = sign(Domain::Manifest, &manifest, &[&key])?;
    let digest = Sha256::digest(&manifest.document).into();
    let freshness = Freshening { manifest: digest, counter: 1, time: now, expires };
    let head = Head { manifest, freshness: sign(Domain::Freshness, &freshness, &[&key])? };
    Ok((Pin::new(&sign(Domain::Keys, &keys, &[&key])?.encode()?, 1)?, head.encode()?))
}
