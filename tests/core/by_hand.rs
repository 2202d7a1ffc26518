//! Snapshots that are written bit by bit: with what the format allows and no writer makes, and with what it forbids.

use crate::apart::{Chunk, Codes, Directory, Group, Model};
use crate::fixture::{self, AS_OF, Edition, committed, edition, edition_of, head, instant, number, options};
use crate::hand::{
    ESCAPE, Hand, ISSUE_DAY_AS_IN_BASE, ISSUE_DAY_AS_USUAL, ISSUE_DAY_IN_COLUMN, LAST_DAY_AS_IN_BASE, REMOVED, REVOKED,
    ROW, SAME_KIND, SYNTHETIC, USUAL_LAST_DAY, USUAL_STATUS_DAY, bits, bytes, chunk_of, escaped, group, moving, packed,
};
use crate::limits::{self, limits, part, parts};
use crate::trust::forged::{forged, sought};
use crate::varied::{Said, varied};
use base64ct::{Base64UrlUnpadded, Encoding};
use cccheck::snapshot::{Blob, Content, Coverage, Snapshot, WriteOptions};
use cccheck::trust::{DeltaRef, FileRef, Head, Manifest, PartRef, RowKey};
use cccheck::{
    CccNumber, Day, Found, Instant, PIECE, Paper, Parties, Provenance, Record, Register as _, Status, Wanted,
};
use serde_json::{Value, json};

/// An issue day twenty working days before that of the first renewal: so much has the 16th bucket with three bits of 4.
fn twenty_before_one_renewal() -> String {
    escaped(1 << 3 | 16 << 7, 14) + &bits(4, 3)
}

/// With a row whose day of first issue is renewed and lies beyond the year 9999.
fn beyond_9999() -> Hand {
    Hand { first_issue: 2_081_886, running: twenty_before_one_renewal(), ..Hand::new() }
}

/// A code in which two symbols have the longest codes there are: of twelve bits, all ones but the last one of the first.
fn longest_for([first, second]: [u32; 2]) -> Vec<(u32, u32)> {
    let shorter = (0..10).zip(2..);
    shorter.chain([(first, 12), (second, 12), (ESCAPE, 1)]).collect()
}

/// The packed prefix code whose only symbol is this one, beside the escape.
fn only(symbol: u32) -> Vec<u8> {
    bytes(&packed(&[(symbol, 1), (ESCAPE, 1)]))
}

/// A serial that more rows share than there are product kinds: whoever looked through all of them would do so for seconds in a
/// register as large as can be signed.
fn crowded(name: &'static str, chunks: u8, blocks: u32) -> Line<'static> {
    const BLOCK_ROWS: u32 = 512;
    const BLOCK_BITS: u32 = 2 * BLOCK_ROWS - 1;
    const SERIAL: u64 = 5;
    let bits = i64::from(BLOCK_BITS);
    let lines = [(i64::try_from(SERIAL).unwrap(), 0), (bits, bits), (0, 0), (0, 0), (511, 0)];
    let no_bits = "0".repeat(usize::try_from(blocks * BLOCK_BITS).unwrap());
    let chunk = chunk_of(lines.map(|(base, slope)| (base, slope << 14, 0)), &[], &no_bits);
    let [states, issues, days, products] = [SYNTHETIC | SAME_KIND, 0, 0, 1].map(|symbol| vec![only(symbol)]);
    let place = Chunk { blocks, first_key: SERIAL, file: FileRef::of(&chunk) };
    let directory = Directory {
        base_day: instant(AS_OF).legal_day(),
        block_rows: BLOCK_ROWS.try_into().unwrap(),
        codes: Codes { states, issues, days, products },
        models: vec![Model { state: 0, issue: (0, 0), expiry: 0, since: 0, product: 0 }],
        groups: vec![Group { rows: u32::from(chunks) * blocks * BLOCK_ROWS, steps: 0, ..group() }],
        chunks: vec![place; chunks.into()],
        holders: 0,
        holder_chunks: Vec::new(),
        sections: Vec::new(),
    };
    let directory = directory.bytes();
    let snapshot = [&*directory, &chunk.repeat(chunks.into())].concat();
    let numbers = vec![(number("2020900702000005"), Err("snapshot.malformed"))];
    let head = head_of(&directory, &snapshot, [0; 32]);
    Line { name, head, snapshot, delta: None, numbers }
}

fn now() -> Instant {
    instant(AS_OF).plus_seconds(3_600)
}

/// A snapshot, and what must come of it.
struct Case {
    name: &'static str,
    hand: Hand,
    /// A code, or the records.
    expect: Result<Vec<Record>, &'static str>,
}

fn record(place: u32, status: Status, provenance: Provenance, issued_on: &str, expires_on: &str) -> Record {
    let day = |text: &str| Some(text.parse::<Day>().unwrap());
    Record {
        number: number(&format!("2020900702{}", Hand::FIRST + place)),
        status,
        status_since: None,
        issued_on: day(issued_on),
        expires_on: day(expires_on),
        provenance,
        model: None,
        parties: Parties::default(),
    }
}

/// The one row of a hand, where nothing is said otherwise.
fn usual() -> Record {
    record(0, Status::Valid, Provenance::Synthetic, "2020-01-17", "2025-01-16")
}

fn covered() -> Vec<Coverage> {
    vec![Coverage { body: 90, year: 2020, complete: true, lapsed_since: None }]
}

fn cases() -> Vec<Case> {
    let synthetic = |place, status, issued, expires| record(place, status, Provenance::Synthetic, issued, expires);
    let broken = |name, code, change: fn(&mut Hand)| {
        let mut hand = Hand::new();
        change(&mut hand);
        Case { name, hand, expect: Err(code) }
    };
    vec![
        Case {
            name: "moves of ended certificates among those of others",
            hand: Hand {
                states: vec![ROW - SAME_KIND, ROW | REVOKED, ROW, ROW | REVOKED],
                running: moving(2) + &moving(1),
                ended: moving(3) + &moving(4),
                ..Hand::new()
            },
            expect: Ok(vec![
                synthetic(0, Status::Valid, "2020-01-17", "2025-01-16"),
                synthetic(1, Status::Revoked, "2020-01-22", "2025-01-21"),
                synthetic(2, Status::Valid, "2020-01-20", "2025-01-19"),
                synthetic(3, Status::Revoked, "2020-01-29", "2025-01-28"),
            ]),
        },
        Case {
            name: "a status and a provenance of a later version",
            hand: Hand { states: vec![(ROW - SAME_KIND - SYNTHETIC) | 9 | 3 << 4], ..Hand::new() },
            expect: Ok(vec![record(0, Status::Unknown, Provenance::Quoted, "2020-01-17", "2025-01-16")]),
        },
        Case {
            name: "a step in plain bits that did not need them",
            hand: Hand {
                states: vec![ROW - SAME_KIND, ROW],
                running: moving(2) + &moving(1),
                keys: Some("1".repeat(24) + &"0".repeat(45) + "100"),
                ..Hand::new()
            },
            expect: Ok(vec![
                synthetic(0, Status::Valid, "2020-01-17", "2025-01-16"),
                synthetic(5, Status::Valid, "2020-01-20", "2025-01-19"),
            ]),
        },
        Case {
            name: "states whose codes are the longest",
            hand: Hand {
                codes: [packed(&longest_for([ROW - SAME_KIND, ROW])), packed(&[(0, 1), (ESCAPE, 1)])],
                states: vec![ROW - SAME_KIND, ROW, ROW, ROW | REVOKED],
                coded_states: Some(
                    ["1".repeat(11) + "0", "1".repeat(24), "0".to_owned() + &bits(ROW | REVOKED, 16)].concat(),
                ),
                running: moving(2) + &moving(1) + &moving(1),
                ended: moving(3),
                ..Hand::new()
            },
            expect: Ok(vec![
                synthetic(0, Status::Valid, "2020-01-17", "2025-01-16"),
                synthetic(1, Status::Valid, "2020-01-20", "2025-01-19"),
                synthetic(2, Status::Valid, "2020-01-21", "2025-01-20"),
                synthetic(3, Status::Revoked, "2020-01-24", "2025-01-23"),
            ]),
        },
        broken("a row without a product kind", "not_found", |hand| hand.states = vec![ROW]),
        broken("another version", "trust.unsupported_format", |hand| hand.directory_bytes = |bytes| bytes[7] = 5),
        broken("a byte after the directory", "trust.malformed", |hand| hand.directory_bytes = |bytes| bytes.push(0)),
        broken("a byte after the blocks", "trust.malformed", |hand| hand.chunk = |bytes| bytes.push(0)),
        broken("a bit that fills up and is not 0", "trust.malformed", |hand| hand.filling = "1"),
        broken("a code without an escape", "trust.malformed", |hand| {
            hand.codes = [(); 2].map(|()| packed(&[(0, 1), (1, 1)]))
        }),
        broken("an issue day as usual", "snapshot.malformed", |hand| {
            hand.states = vec![SYNTHETIC | USUAL_LAST_DAY | ISSUE_DAY_AS_USUAL];
            hand.running.clear();
        }),
        broken("a renewed day of first issue beyond 9999", "snapshot.malformed", |hand| *hand = beyond_9999()),
        broken("a usual status day without a last day", "snapshot.malformed", |hand| {
            hand.states = vec![SYNTHETIC | USUAL_STATUS_DAY | ISSUE_DAY_IN_COLUMN];
        }),
    ]
}

/// The files under a head, or how they are refused.
fn opened(head: &[u8], snapshot: &[u8], delta: Option<&[u8]>) -> Result<Snapshot, &'static str> {
    let head = Head::verify(head, &fixture::pin(), None, now()).unwrap();
    let blob = |bytes: &[u8]| Blob::new(bytes.to_vec());
    let snapshot = Snapshot::open(head, blob(&edition().reference), blob(snapshot), delta.map(blob));
    snapshot.map_err(|refusal| refusal.code())
}

/// The record of a number, or in what way there is none.
fn outcome(snapshot: &Result<Snapshot, &'static str>, number: CccNumber) -> Result<Record<Paper>, &'static str> {
    match snapshot.as_ref().map_err(|code| *code)?.find(number, Wanted::Parties).map_err(cccheck::LookupError::code)? {
        Found::Record(record) => Ok(record),
        Found::Absent { .. } => Err("not_found"),
        Found::NotCovered => Err("not_covered"),
    }
}

/// Files, and what must be said of numbers in them.
struct Line<'a> {
    name: &'a str,
    head: Vec<u8>,
    snapshot: Vec<u8>,
    delta: Option<Vec<u8>>,
    numbers: Vec<(CccNumber, Result<Record<Paper>, &'static str>)>,
}

impl Line<'_> {
    /// A line for each number.
    fn lines(&self) -> String {
        let base64 = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
        let mut lines = String::new();
        let snapshot = opened(&self.head, &self.snapshot, self.delta.as_deref());
        let audited = snapshot.as_ref().map_err(|code| *code);
        let audited = audited.and_then(|snapshot| snapshot.audit().map_err(|refusal| refusal.code()));
        for (number, expect) in &self.numbers {
            let found = outcome(&snapshot, *number);
            assert_eq!(&found, expect, "{}, {number}", self.name);
            let (expect, record) = match found {
                Ok(record) => ("found", serde_json::to_value(record).unwrap()),
                Err(code) => (code, Value::Null),
            };
            let line = json!({
                "name": self.name, "now": now(), "head": base64(&self.head), "snapshot": base64(&self.snapshot),
                "delta": self.delta.as_deref().map(base64), "number": number.to_string(), "expect": expect,
                "record": record, "audit": audited.err().unwrap_or("accepted"),
            });
            lines += &format!("{line}\n");
        }
        lines
    }
}

/// The head of files that were made by hand.
fn head_of(directory: &[u8], snapshot: &[u8], content: [u8; 32]) -> Vec<u8> {
    head(&manifest_of(directory, snapshot, content))
}

fn manifest_of(directory: &[u8], snapshot: &[u8], content: [u8; 32]) -> Manifest {
    Manifest {
        content,
        reference: FileRef::of(&edition().reference),
        directory: FileRef::of(directory),
        snapshot: FileRef::of(snapshot),
        ..fixture::manifest(3, AS_OF, b"")
    }
}

/// The lines of a snapshot and a part of a delta after it, which together say `records`.
fn lines_with_part(name: &str, hand: &Hand, part: Vec<u8>, records: Vec<Record>, said: Said) -> String {
    let (directory, snapshot) = hand.files();
    let content = Content { records, coverage: covered(), ..Content::default() };
    let from = RowKey { body: 0, year: 0, key: 0 };
    let file = FileRef::of(&part);
    let head = head(&Manifest {
        delta: Some(DeltaRef { file, parts: vec![PartRef { from, file }] }),
        ..manifest_of(&directory, &snapshot, edition_of(&content, fixture::reference(), &options()).content)
    });
    let numbers = vec![(number(&format!("2020900702{}", Hand::FIRST)), said.map(Record::into))];
    Line { name, head, snapshot, delta: Some(part), numbers }.lines()
}

/// What an audit reads, and a look-up does not.
fn read_by_audits() -> Vec<String> {
    let malformed = |name, hand: &Hand, (row, state), records, said| {
        let lines = lines_with_part(name, hand, part(row, state, |_| ()), records, said);
        assert!(lines.contains(r#""audit":"trust.malformed""#), "{name}");
        lines
    };
    let mut without_companies = Hand::new();
    limits::without_companies(&mut without_companies);
    let without_kind = Hand { states: vec![ROW], ..Hand::new() };
    let twice = Hand {
        states: vec![ROW - SAME_KIND, ROW],
        running: moving(2) + &moving(1),
        keys: Some("0".into()),
        directory: |directory| directory.groups[0].steps = 0,
        ..Hand::new()
    };
    let second = record(0, Status::Valid, Provenance::Synthetic, "2020-01-20", "2025-01-19");
    let removal = (0, REMOVED);
    let absent = || Err("not_found");
    vec![
        malformed("a malformed row that the delta removes", &beyond_9999(), removal, vec![], absent()),
        malformed("a row without a product kind that the delta removes", &without_kind, removal, vec![], absent()),
        malformed("a number that stands twice, and the delta removes it once", &twice, removal, vec![second], absent()),
        malformed(
            "companies that are not there, and the delta takes them away",
            &without_companies,
            (0, LAST_DAY_AS_IN_BASE | ISSUE_DAY_AS_IN_BASE),
            vec![usual()],
            Ok(usual()),
        ),
        malformed("a change of a row that is not there", &Hand::new(), (1, REMOVED), vec![usual()], Ok(usual())),
    ]
}

/// The lines of a case, one for each number.
fn lines(Case { name, hand, expect }: Case) -> String {
    let (directory, snapshot) = hand.files();
    let records = expect.clone().unwrap_or_default();
    let content = Content { records, coverage: covered(), ..Content::default() };
    let head = head_of(&directory, &snapshot, edition_of(&content, fixture::reference(), &options()).content);
    if expect.is_ok() {
        assert_eq!(opened(&head, &snapshot, None).unwrap().audit(), Ok(()), "{name}");
    }
    let numbers = match expect {
        Ok(records) => records.into_iter().map(|record| (record.number, Ok(record.into()))).collect(),
        Err(code) => vec![(number(&format!("2020900702{}", Hand::FIRST)), Err(code))],
    };
    Line { name, head, snapshot, delta: None, numbers }.lines()
}

/// The files of an edition, with what is changed in the manifest, and what must be said of a number.
struct Served<'a> {
    name: &'a str,
    edition: Edition,
    change: fn(&mut Manifest),
    files: (Vec<u8>, Option<Vec<u8>>),
}

impl<'a> Served<'a> {
    fn new(name: &'a str, edition: &Edition) -> Self {
        Self { name, edition: edition.clone(), change: |_| (), files: (edition.snapshot(), edition.delta()) }
    }

    fn lines(self, number: CccNumber, said: Said) -> String {
        let mut manifest = self.edition.manifest(4, AS_OF);
        (self.change)(&mut manifest);
        let (snapshot, delta) = self.files;
        let numbers = vec![(number, said.map(Record::into))];
        Line { name: self.name, head: head(&manifest), snapshot, delta, numbers }.lines()
    }
}

/// Files that are not those of the head, and parts of a delta that no writer makes.
fn refused(edition: &Edition, number: CccNumber) -> Vec<String> {
    let served = |name, change: fn(&mut Vec<u8>, &mut Option<Vec<u8>>), code| {
        let mut served = Served::new(name, edition);
        change(&mut served.files.0, &mut served.files.1);
        served.lines(number, Err(code))
    };
    let other = |name, change, code| Served { change, ..Served::new(name, edition) }.lines(number, Err(code));
    let signed = |name, change: fn(&mut Vec<u8>), code| {
        let mut edition = edition.clone();
        change(&mut edition.parts[0].bytes);
        Served::new(name, &edition).lines(number, Err(code))
    };
    vec![
        served("another snapshot", |snapshot, _| *snapshot.last_mut().unwrap() ^= 1, "trust.hash"),
        served("a longer snapshot", |snapshot, _| snapshot.push(0), "trust.size"),
        served("another delta", |_, delta| *delta.as_mut().unwrap().last_mut().unwrap() ^= 1, "trust.hash"),
        other("a directory with another hash", |manifest| manifest.directory.hash[0] ^= 1, "trust.hash"),
        served("a longer delta", |_, delta| delta.as_mut().unwrap().push(0), "trust.size"),
        served("no delta", |_, delta| *delta = None, "trust.size"),
        signed("a part of another version", |part| part[7] = 5, "trust.unsupported_format"),
        signed("a part that is none", |part| part[0] = b'c', "trust.malformed"),
        signed("a part whose fields end too early", |part| part[8] -= 1, "trust.malformed"),
        signed("a byte after a part", |part| part.push(0), "trust.malformed"),
    ]
}

/// What a look-up does not see and an audit must.
fn audited(edition: &Edition, number: CccNumber, record: &Record) -> Vec<String> {
    let changes: [(_, fn(&mut Manifest)); 3] = [
        ("another content", |manifest| manifest.content[0] ^= 1),
        ("a part with another hash", |manifest| manifest.delta.as_mut().unwrap().parts[0].file.hash[0] ^= 1),
        ("changes in another part", |manifest| {
            let [.., before, last] = manifest.delta.as_mut().unwrap().parts.as_mut_slice() else { panic!("two parts") };
            last.from = before.from;
            last.from.key += 1;
        }),
    ];
    let lines = changes.map(|(name, change)| {
        let line = Served { change, ..Served::new(name, edition) }.lines(number, Ok(record.clone()));
        assert!(!line.contains(r#""audit":"accepted""#), "{name}");
        line
    });
    lines.into()
}

/// A serial that more product kinds share than a block or a chunk holds rows.
fn shared() -> (Edition, Vec<(CccNumber, Said)>) {
    let kinds = (0..40).map(|kind| number(&format!("20209007{kind:02}500001")));
    let record =
        |number| Record { number, ..record(0, Status::Valid, Provenance::Synthetic, "2020-01-17", "2025-01-16") };
    let records: Vec<Record> = kinds.map(record).collect();
    let content = Content { records: records.clone(), coverage: covered(), ..Content::default() };
    let edition = edition_of(&content, fixture::reference(), &WriteOptions { chunk_bytes: 20, ..options() });
    let directory = Directory::of(&edition.written.directory);
    assert_eq!((directory.groups[0].order, directory.groups[0].steps, directory.chunks.len()), (0, 0, 2));
    let sought = [0, 1, 15, 16, 17, 31, 32, 39].map(|place: usize| (records[place].number, Ok(records[place].clone())));
    let absent = (number("2020900740500001"), Err("not_found"));
    (edition, sought.into_iter().chain([absent]).collect())
}

/// A snapshot of two pieces, with its last number.
fn long() -> (Edition, Vec<(CccNumber, Said)>) {
    let records: Vec<Record> = (500_001..501_401)
        .map(|serial| Record {
            number: number(&format!("2020900740{serial}")),
            model: Some("X".repeat(100)),
            ..record(0, Status::Valid, Provenance::Synthetic, "2020-01-17", "2025-01-16")
        })
        .collect();
    let content = Content { records: records.clone(), coverage: covered(), ..Content::default() };
    let edition = edition_of(&content, fixture::reference(), &options());
    assert_eq!(edition.snapshot().len().div_ceil(PIECE), 2);
    let sought = [1_399].map(|place: usize| (records[place].number, Ok(records[place].clone())));
    (edition, sought.to_vec())
}

#[test]
fn every_snapshot_of_the_vectors_is_the_committed_one() {
    let whole = |name, (edition, numbers): (Edition, Vec<(CccNumber, Said)>)| Line {
        name,
        head: head(&edition.manifest(4, AS_OF)),
        snapshot: edition.snapshot(),
        delta: edition.delta(),
        numbers: numbers.into_iter().map(|(number, record)| (number, record.map(Record::into))).collect(),
    };
    let of_limits =
        limits().into_iter().map(|(name, said, hand)| lines(Case { name, hand, expect: said.map(|()| vec![usual()]) }));
    let of_parts =
        parts().into_iter().map(|(name, code, part)| lines_with_part(name, &Hand::new(), part, Vec::new(), Err(code)));
    let (edition, numbers) = varied();
    let (first, record) = (numbers[0].0, numbers[0].1.clone().unwrap());
    let own = [
        whole("much of what writers choose between", (edition.clone(), numbers)),
        whole("a serial that fills blocks and chunks", shared()),
        whole("a file of two pieces", long()),
        crowded("a serial in too many blocks", 1, 22),
        crowded("a serial in too many blocks of several chunks", 2, 11),
        crowded("a serial in too many chunks", 22, 1),
    ];
    let forged = forged().map(|(name, head, snapshot)| {
        let said = outcome(&opened(&head, &snapshot, None), sought());
        Line { name, head, snapshot, delta: None, numbers: vec![(sought(), said)] }.lines()
    });
    let lines: String = cases()
        .into_iter()
        .map(lines)
        .chain(of_limits)
        .chain(of_parts)
        .chain(read_by_audits())
        .chain(own.iter().map(Line::lines))
        .chain(forged)
        .chain(refused(&edition, first))
        .chain(audited(&edition, first, &record))
        .collect();
    assert_eq!(committed("snapshots.jsonl", lines.as_bytes()), lines.into_bytes());
}
