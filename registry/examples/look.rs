//! x
#![allow(warnings, missing_docs)]
use cccheck::snapshot::*;
use cccheck::trust::*;
use cccheck::*;
use cccheck_registry::{generate::Plan, reference};
#[inline(never)]
fn hits(s: &Snapshot, p: &[CccNumber]) -> usize {
    p.iter().filter(|p| s.find(**p, Wanted::Standing).is_ok()).count()
}
#[inline(never)]
fn misses(s: &Snapshot, p: &[CccNumber]) -> usize {
    p.iter().filter(|p| s.find(**p, Wanted::Standing).is_ok()).count()
}
fn main() {
    let rows: u64 = 60_000;
    let now: Instant = "2026-11-20T04:00:00Z".parse().unwrap();
    let reference = Reference::default();
    let plan = Plan::new(rows, 1, now.legal_day(), &reference::load().unwrap()).unwrap();
    let records: Vec<Record> = plan.certificates().flatten().map(|c| c.record).collect();
    let content = Content { records: records.clone(), coverage: plan.coverage().collect(), declarations: vec![] };
    let w = write(&content, &WriteOptions::new(now.legal_day())).unwrap();
    let ks: Vec<SigningKey> = (1..5u8).map(|i| SigningKey::from_bytes(&[i; 32])).collect();
    let role = |i: usize| Role { threshold: 1, keys: vec![PublicKey::ed25519(ks[i].verifying_key().to_bytes())] };
    let keys = Keys {
        origin: "bench".into(),
        synthetic: true,
        version: 1,
        lowest_sequence: 0,
        expires: now.plus_seconds(86400),
        root: role(0),
        content: role(1),
        freshness: role(2),
        receipt: role(3),
        witness: Role { threshold: 0, keys: vec![] },
    };
    let pin = Pin::new(&sign(Domain::Keys, &keys, &[&ks[0]]).unwrap().encode().unwrap(), 1).unwrap();
    let refb = wire::encode(&reference);
    let m = Manifest {
        version: HEAD_VERSION,
        origin: keys.origin.clone(),
        sequence: 1,
        as_of: now,
        signed_at: now,
        expires: now.plus_seconds(86400),
        fresh_for: 0,
        content: w.content,
        reference: FileRef::of(&refb),
        directory: FileRef::of(&w.directory),
        snapshot: FileRef::of(&w.snapshot()),
        delta: None,
        overrides: vec![],
        sections: vec![],
    };
    let m = sign(Domain::Manifest, &m, &[&ks[1]]).unwrap();
    let f = Freshening {
        manifest: FileRef::of(&m.document).sha256,
        counter: 1,
        time: now,
        expires: now.plus_seconds(86400),
    };
    let head = Head {
        chain: vec![],
        manifest: m,
        freshness: sign(Domain::Freshness, &f, &[&ks[2]]).unwrap(),
        witnesses: vec![],
    }
    .encode()
    .unwrap();
    let s =
        Snapshot::open(Head::verify(&head, &pin, None, now).unwrap(), Blob::new(refb), Blob::new(w.snapshot()), None)
            .unwrap();
    let probes: Vec<CccNumber> =
        (0..10_000usize).map(|i| records[i.wrapping_mul(7919 * 31) % records.len()].number).collect();
    let miss: Vec<CccNumber> = probes
        .iter()
        .enumerate()
        .map(|(i, p)| CccNumber::new(p.year(), p.body(), p.product(), (p.serial() + 1) % 1000000).unwrap())
        .collect();
    println!("{} {}", hits(&s, &probes), misses(&s, &miss));
}
