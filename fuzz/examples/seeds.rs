//! Writes the honest inputs of the targets into `seeds`: `cargo run --manifest-path fuzz/Cargo.toml --example seeds`.

use cccheck::trust::{DeltaRef, FileRef, Head, Keys, Manifest, Override, PartRef, RowKey, Section};
use cccheck::{
    Alert, AlertKind, Attribute, Body, Catalogue, CatalogueRow, Confidence, Day, Extension, Instrument, Issuer, Limit,
    Reference, ReleasedEarlier, Scheme, Scope, ScopeRow, Transition, wire,
};
use cccheck_fuzz::trust::{head, key, keys, manifest, next_keys, now, signed_keys};
use cccheck_fuzz::{edition, receipts};
use std::path::Path;

fn main() {
    let honest = edition::honest();
    let numbered = |files: &[Vec<u8>]| -> Vec<Vec<u8>> {
        files.iter().zip(0..).map(|(bytes, place)| [&[place], bytes.as_slice()].concat()).collect()
    };
    put("keys", &[keys(), next_keys()].map(|keys| wire::encode(&signed_keys(&keys))));
    put("head", &heads().map(|head| head.encode().unwrap()));
    put("directory", std::slice::from_ref(&honest.written.directory));
    put("chunk", &numbered(&honest.written.chunks));
    put("delta", &numbered(&honest.parts));
    put("receipt", &[receipts::honest().into_bytes(), receipts::payload().into_bytes()]);
    put("reference", &[wire::encode(&Reference::default()), wire::encode(&reference())]);
}

fn put(target: &str, seeds: &[Vec<u8>]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    std::fs::create_dir_all(&folder).unwrap();
    for (bytes, place) in seeds.iter().zip(1..) {
        std::fs::write(folder.join(format!("{place:02}")), bytes).unwrap();
    }
}

fn heads() -> [Head; 3] {
    let part =
        |body, size| PartRef { from: RowKey { body, year: 2_020, key: 7 }, file: FileRef { size, ..FileRef::of(b"") } };
    let full = Manifest {
        delta: Some(DeltaRef {
            file: FileRef { size: 300, ..FileRef::of(b"") },
            parts: vec![part(1, 100), part(2, 200)],
        }),
        overrides: vec![Override { body: 3, reason: "announced".into() }],
        sections: vec![Section { tag: 7, critical: false, bytes: b"new".to_vec() }],
        ..manifest()
    };
    let mut chained = head(&full);
    let third = Keys { version: 3, ..next_keys() };
    chained.chain = [keys(), next_keys(), third].iter().map(signed_keys).collect();
    chained.cosign(&key("witness"), now()).unwrap();
    [head(&manifest()), head(&full), chained]
}

/// One row of each table.
fn reference() -> Reference {
    let day = |year| Day::new(year, 1, 1).unwrap();
    let (source, announcement, confidence) = (String::from("s"), String::from("a"), Confidence::Confirmed);
    let row = CatalogueRow {
        code: 1,
        product_zh: "线",
        product_en: "wire",
        scheme: Scheme::ThirdParty,
        effective_from: day(2_002),
        effective_to: Some(day(2_020)),
        accept_from: None,
        announcement: &announcement,
        source: &source,
        duty_confidence: confidence,
        code_confidence: confidence,
    };
    let later =
        CatalogueRow { scheme: Scheme::SelfDeclarationA, effective_from: day(2_021), effective_to: None, ..row };
    let limit = Limit { text: "l".into(), source: source.clone(), confidence };
    Reference {
        catalogue: Catalogue::new(vec![row, later]).unwrap(),
        transitions: vec![Transition {
            id: "ends".into(),
            codes: vec![1, 7],
            is_addition: false,
            accept_from: Some(day(2_025)),
            mandatory_from: day(2_027),
            old_instrument: Some(Instrument::SelfDeclaration),
            old_condition: Some("c".into()),
            old_made_before: Some(day(2_025)),
            old_usable_until: Some(day(2_028)),
            old_cancelled_on: Some(day(2_029)),
            released_earlier: ReleasedEarlier::MaySell,
            announcement: announcement.clone(),
            source: source.clone(),
            confidence,
            zh: "z".into(),
            en: "e".into(),
        }],
        units: vec![vec![1, 2]],
        scope: Scope::from_iter([ScopeRow {
            code: Some(1),
            product_zh: "线".into(),
            product_en: "wire".into(),
            words: vec!["充电宝".into()],
            words_confidence: confidence,
            limit: Some(limit),
        }]),
        bodies: vec![Body { code: 2, name_zh: "甲".into(), name_en: "A".into(), confidence }],
        extensions: vec![Extension {
            codes: vec![1],
            expires_from: day(2_020),
            expires_to: day(2_026),
            extended_to: day(2_027),
            announcement,
            source: source.clone(),
            confidence,
        }],
        alerts: vec![Alert {
            issuer: Issuer::Body(1),
            kind: AlertKind::DesignationLost,
            since: Some(day(2_019)),
            zh: "z".into(),
            en: "e".into(),
            source: source.clone(),
            confidence,
        }],
        attributes: vec![Attribute {
            name: "class_iii".into(),
            codes: vec![1],
            zh: "z".into(),
            en: "e".into(),
            source,
            confidence,
        }],
        traditional: vec![(0x570b, 0x56fd), (0x96fb, 0x7535)],
    }
}
