//! What a reader must refuse in a snapshot, and what it must not, rule by rule: each is sound but for one thing.

use crate::apart::{Codes, Group, Model, PartHead};
use crate::hand::{
    COMPANIES_IN_COLUMN, ESCAPE, Hand, Holders, ISSUE_DAY_AS_IN_BASE, ISSUE_DAY_IN_COLUMN, LAST_DAY_AS_IN_BASE,
    LAST_DAY_IN_COLUMN, MODEL, REMOVED, ROW, SAME_KIND, STATUS_DAY_IN_COLUMN, SYNTHETIC, USUAL_LAST_DAY, bits, bytes,
    chunk_of, code, escaped, group, packed,
};
use cccheck::trust::Section;

/// What a look-up of the first number says: it is there as always, or a code.
pub type Expected = Result<(), &'static str>;

const OPENED: Expected = Err("trust.malformed");
const LOOKED_UP: Expected = Err("snapshot.malformed");
/// The state of the first row.
const STATE: u32 = ROW - SAME_KIND;
/// The bucket of 2^30 days and more.
const FAR: u32 = 119;

pub fn limits() -> Vec<(&'static str, Expected, Hand)> {
    let directory = |name, said, change| changed(name, said, |hand| hand.directory = change);
    let lines = |name, said, change| changed(name, said, |hand| hand.lines = change);
    let states = |name, said, states: u32, columns: String| {
        changed(name, said, |hand| (hand.states, hand.columns) = (vec![states], columns))
    };
    let codes = |name, said, code: String| changed(name, said, |hand| hand.codes[1] = code);
    let held = |name, said, block| {
        changed(name, said, |hand| {
            hand.states = vec![STATE | COMPANIES_IN_COLUMN];
            hand.with_companies = 1;
            hand.holders = Some(Holders { block, count: 1, width: 0 });
        })
    };
    vec![
        changed("another file altogether", OPENED, |hand| hand.directory_bytes = |bytes| bytes[0] = b'c'),
        directory("blocks of 15 rows", OPENED, |directory| directory.block_rows = 15),
        directory("blocks of 512 rows", Ok(()), |directory| directory.block_rows = 512),
        directory("blocks of 513 rows", OPENED, |directory| directory.block_rows = 513),
        directory("64 prefix codes", Ok(()), |directory| directory.codes.days = vec![bytes(&code()); 61]),
        directory("65 prefix codes", OPENED, |directory| directory.codes.days = vec![bytes(&code()); 62]),
        directory("a code that is not there", OPENED, |directory| directory.models[0].issue.1 = 1),
        directory("a section to ignore", Ok(()), |directory| directory.sections = sections(&[(7, false), (9, false)])),
        directory("a section not to ignore", Err("trust.unsupported_format"), |directory| {
            directory.sections = sections(&[(7, false), (9, true)]);
        }),
        directory("sections that descend", OPENED, |directory| {
            directory.sections = sections(&[(9, false), (7, false)]);
        }),
        directory("a section twice", OPENED, |directory| directory.sections = sections(&[(7, false), (7, false)])),
        directory("a group twice", OPENED, |directory| directory.groups.insert(0, group())),
        directory("groups that descend", OPENED, |directory| {
            directory.groups.push(Group { year: 2_019, ..group() });
        }),
        directory("a model that is not there", OPENED, |directory| directory.groups[0].model = 1),
        directory("a year of five digits", OPENED, |directory| {
            directory.groups.push(Group { year: 10_000, ..group() });
        }),
        directory("a start of seven digits", OPENED, |directory| directory.groups[0].start = 1_000_000),
        directory("a start of keys that begin with the kind", OPENED, |directory| {
            directory.groups.push(Group { year: 2_021, order: 1, start: 1, ..group() });
        }),
        directory("hashes of certificates", OPENED, |directory| {
            directory.groups.push(Group { year: 2_021, order: 2, ..group() });
        }),
        directory("self-declarations by serial", OPENED, |directory| {
            directory.groups.push(Group { space: 100, year: 0, ..group() });
        }),
        directory("another order", OPENED, |directory| directory.groups[0].order = 3),
        directory("other steps", OPENED, |directory| directory.groups[0].steps = 3),
        directory("the widest parameter", Ok(()), |directory| directory.groups[0].rice = 47),
        directory("a wider parameter", OPENED, |directory| directory.groups[0].rice = 48),
        directory("a parameter for bits", OPENED, |directory| {
            (directory.groups[0].rice, directory.groups[0].steps) = (1, 2);
        }),
        changed("a chunk of no blocks", OPENED, |hand| {
            hand.holders = Some(Holders { block: "", count: 0, width: 0 });
            hand.directory = |directory| directory.holder_chunks[0].blocks = 0;
        }),
        directory("more blocks than rows fill", OPENED, |directory| directory.chunks[0].blocks = 2),
        directory("fewer blocks than rows fill", OPENED, |directory| directory.groups[0].rows = 17),
        directory("holders without a chunk", OPENED, |directory| directory.holders = 1),
        directory("a chunk that is too long", OPENED, |directory| directory.chunks[0].file.size += 1),
        directory("another first key", OPENED, |directory| directory.chunks[0].first_key += 1),
        codes("a code of 13 bits", OPENED, too_long()),
        codes("a code with too few symbols", OPENED, packed(&[(0, 2), (ESCAPE, 1)])),
        codes("a code with too many symbols", OPENED, packed(&[(0, 1), (1, 1), (ESCAPE, 1)])),
        codes("a code and a one after it", OPENED, code() + "1"),
        codes("a code and a byte after it", OPENED, code() + "00000000"),
        changed("a line in other bytes", OPENED, |hand| hand.chunk = |bytes| drop(bytes.splice(3..4, [0x80, 0]))),
        changed("an index of the widest numbers", Ok(()), |hand| {
            hand.lines = |lines| lines[0].2 = 52;
            hand.index = &[0; 7];
        }),
        changed("an index of wider numbers", OPENED, |hand| {
            hand.lines = |lines| lines[0].2 = 53;
            hand.index = &[0; 7];
        }),
        changed("an index that ends in a one", OPENED, |hand| {
            hand.lines = |lines| lines[0].2 = 1;
            hand.index = &[2];
        }),
        lines("a first key that the index does not have", OPENED, |lines| lines[0].0 += 1),
        lines("a block that ends below 0", OPENED, |lines| lines[1].0 = -1),
        changed("a day of first issue beyond 32 bits", LOOKED_UP, |hand| {
            hand.states = vec![STATE - ISSUE_DAY_IN_COLUMN];
            hand.running.clear();
            hand.lines = |lines| lines[2].0 = 1 << 31;
        }),
        lines("fewer companies than none", LOOKED_UP, |lines| lines[3].0 = -1),
        lines("a middle after the block", LOOKED_UP, |lines| lines[4].0 = -1),
        states("a last day as in the base", LOOKED_UP, STATE | LAST_DAY_AS_IN_BASE, String::new()),
        states("a status day as in the base", LOOKED_UP, STATE | 3 << 8, String::new()),
        states("companies as in the base", LOOKED_UP, STATE | 3 << 10, String::new()),
        states("an issue day as in the base", LOOKED_UP, STATE | ISSUE_DAY_AS_IN_BASE, String::new()),
        states(
            "a last day beyond the calendar",
            LOOKED_UP,
            STATE - USUAL_LAST_DAY + LAST_DAY_IN_COLUMN,
            escaped(FAR, 7) + &bits(0, 29),
        ),
        states(
            "a status day beyond the calendar",
            LOOKED_UP,
            STATE | STATUS_DAY_IN_COLUMN,
            escaped(FAR, 7) + &bits(0, 29),
        ),
        states("a model text that is not UTF-8", LOOKED_UP, STATE | MODEL, bits(1, 8) + &bits(0xff, 8)),
        states("a model text without a character", Ok(()), STATE | MODEL, bits(0, 8)),
        changed("companies that are not there", LOOKED_UP, without_companies),
        held("a manufacturer as the manufacturer", LOOKED_UP, "0111000"),
        held("a manufacturer as the applicant that is none", LOOKED_UP, "0010000"),
        held("a factory as the applicant that is none", LOOKED_UP, "0000100"),
        held("a factory as the manufacturer that is none", LOOKED_UP, "0100110"),
    ]
}

fn changed(name: &'static str, said: Expected, change: impl FnOnce(&mut Hand)) -> (&'static str, Expected, Hand) {
    let mut hand = Hand::new();
    change(&mut hand);
    (name, said, hand)
}

/// Gives the row a place in the dictionary that is not there.
pub fn without_companies(hand: &mut Hand) {
    hand.states = vec![STATE | COMPANIES_IN_COLUMN];
    (hand.companies, hand.with_companies) = ("11", 1);
    hand.holders = Some(Holders { block: "1001111", count: 3, width: 2 });
}

/// A complete code whose longest codes have 13 bits.
fn too_long() -> String {
    let shorter = (0..11).zip(2..);
    packed(&shorter.chain([(11, 13), (12, 13), (ESCAPE, 1)]).collect::<Vec<_>>())
}

fn sections(sections: &[(u16, bool)]) -> Vec<Section> {
    sections.iter().map(|(tag, critical)| Section { tag: *tag, critical: *critical, bytes: Vec::new() }).collect()
}

/// What parts of a delta say that remove the first row, and nothing else but for one thing.
pub fn parts() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let part = |name, said, change: fn(&mut PartHead)| (name, said, part(0, REMOVED, change));
    vec![
        part("a row that the delta removes", "not_found", |_| ()),
        part("the widest parameter of changes", "not_found", |head| head.rice = 47),
        part("a wider parameter of changes", "trust.malformed", |head| head.rice = 48),
        part("six prefix codes of changes", "not_found", |head| head.codes.days = vec![bytes(&code()); 3]),
        part("seven prefix codes of changes", "trust.malformed", |head| head.codes.days = vec![bytes(&code()); 4]),
        part("a code of changes that is not there", "trust.malformed", |head| head.model.since = 1),
        part("a part that says what the snapshot says", "not_found", |head| head.groups = vec![group()]),
        part("a part that starts elsewhere", "trust.malformed", |head| {
            head.groups = vec![Group { start: 1, ..group() }]
        }),
        part("a part in another order", "trust.malformed", |head| head.groups = vec![Group { order: 1, ..group() }]),
        part("a part with a model that is not there", "trust.malformed", |head| {
            head.groups = vec![Group { model: 1, ..group() }]
        }),
        part("groups of a part that descend", "trust.malformed", |head| {
            head.groups = vec![group(), Group { year: 2_019, ..group() }];
        }),
        part("fewer changes than the chunk has", "trust.malformed", |head| head.changes = 0),
    ]
}

/// A part that gives a row, by its place, another state.
pub fn part(row: i64, state: u32, change: fn(&mut PartHead)) -> Vec<u8> {
    let state = escaped(SYNTHETIC | state, 16);
    let lines = [row, state.len().try_into().unwrap(), 0, 0, 0].map(|base| (base, 0, 0));
    let [states, issues, days, products] = [(); 4].map(|()| vec![bytes(&code())]);
    let mut head = PartHead {
        groups: Vec::new(),
        codes: Codes { states, issues, days, products },
        model: Model { state: 0, issue: (0, 0), expiry: 0, since: 0, product: 0 },
        changes: 1,
        rice: 0,
    };
    change(&mut head);
    head.bytes(&chunk_of(lines, &[], &state))
}
