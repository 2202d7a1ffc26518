//! x
#![allow(warnings, missing_docs)]
use cccheck::snapshot::*;
use cccheck::trust::*;
use cccheck::*;
use cccheck_registry::{generate::Plan, reference};
use std::time::Instant as M;
fn main() {
    let rows: u64 = std::env::args().nth(1).map_or(569_000, |t| t.parse().unwrap());
    let br: u16 = std::env::args().nth(2).map_or(64, |t| t.parse().unwrap());
    let now: Instant = "2026-11-20T04:00:00Z".parse().unwrap();
    let reference = reference::load().unwrap();
    let plan = Plan::new(rows, 1, now.legal_day(), &reference).unwrap();
    let records: Vec<Record> = plan.certificates().flatten().map(|c| c.record).collect();
    let coverage: Vec<Coverage> = plan.coverage().collect();
    let content = Content { records: records.clone(), coverage, declarations: vec![] };
    let opts = WriteOptions { block_rows: br, ..WriteOptions::new(now.legal_day()) };
    let t = M::now();
    let w = write(&content, &opts).unwrap();
    let n = records.len() as f64;
    println!(
        "wrote in {:?}: dir {} chunks {} total {} = {:.2} b/row",
        t.elapsed(),
        w.directory.len(),
        w.chunks.len(),
        w.snapshot().len(),
        w.snapshot().len() as f64 * 8.0 / n
    );
    let bare = Content {
        records: records
            .iter()
            .map(|r| Record { parties: Parties::default(), status_since: None, ..r.clone() })
            .collect(),
        ..content.clone()
    };
    let b = write(&bare, &opts).unwrap();
    println!(
        "bare: dir {} total {} = {:.2} b/row",
        b.directory.len(),
        b.snapshot().len(),
        b.snapshot().len() as f64 * 8.0 / n
    );
    let since = Content {
        records: records.iter().map(|r| Record { parties: Parties::default(), ..r.clone() }).collect(),
        ..content.clone()
    };
    let b = write(&since, &opts).unwrap();
    println!("with since: {:.2} b/row", b.snapshot().len() as f64 * 8.0 / n);
    let key = SigningKey::from_bytes(&[7; 32]);
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
    let refb = cccheck::wire::encode(&reference);
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
    let (file, refc) = (w.snapshot(), refb.clone());
    let t = M::now();
    let s =
        Snapshot::open(Head::verify(&head, &pin, None, now).unwrap(), Blob::new(refc), Blob::new(file), None).unwrap();
    println!("open {:?}", t.elapsed());
    let t = M::now();
    s.audit().unwrap();
    println!("audit {:?}", t.elapsed());
    let map: std::collections::HashMap<CccNumber, &Record> = records.iter().map(|r| (r.number, r)).collect();
    let mut keys: Vec<(u64, usize)> =
        records.iter().enumerate().map(|(i, r)| (r.number.to_string().parse().unwrap(), i)).collect();
    keys.sort();
    for r in records.iter() {
        let Ok(Found::Record(f)) = s.find(r.number, Wanted::Parties) else { panic!("{}", r.number) };
        assert_eq!(&f, r);
    }
    let probes: Vec<CccNumber> =
        (0..200_000usize).map(|i| records[i.wrapping_mul(7919 * 31) % records.len()].number).collect();
    let miss: Vec<CccNumber> = probes
        .iter()
        .enumerate()
        .map(|(i, p)| {
            if i % 4 == 0 {
                CccNumber::new(p.year(), p.body(), (p.product() + 1) % 10000, p.serial()).unwrap()
            } else {
                CccNumber::new(p.year(), p.body(), p.product(), (p.serial() + 1) % 1000000).unwrap()
            }
        })
        .filter(|p| !map.contains_key(p))
        .collect();
    let as_u: Vec<u64> = probes.iter().map(|p| p.to_string().parse().unwrap()).collect();
    for _ in 0..3 {
        let t = M::now();
        let mut k = 0u64;
        for p in &as_u {
            if let Ok(i) = keys.binary_search_by_key(p, |x| x.0) {
                k += records[keys[i].1].status as u64;
            }
        }
        let bin = t.elapsed().as_nanos() as f64 / as_u.len() as f64;
        let t = M::now();
        for p in &probes {
            std::hint::black_box(s.find(*p, Wanted::Standing).is_ok());
        }
        let hs = t.elapsed().as_nanos() as f64 / probes.len() as f64;
        let t = M::now();
        for p in &probes {
            std::hint::black_box(s.find(*p, Wanted::Parties).is_ok());
        }
        let hp = t.elapsed().as_nanos() as f64 / probes.len() as f64;
        let t = M::now();
        for p in &miss {
            std::hint::black_box(s.find(*p, Wanted::Parties).is_ok());
        }
        let ms = t.elapsed().as_nanos() as f64 / miss.len() as f64;
        println!("binary {bin:.0} hit {hs:.0} hit+holder {hp:.0} miss {ms:.0} {k}");
    }
}
