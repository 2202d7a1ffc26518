//! Snapshots that a signer made by hand, each with one thing in it that no writer makes: none is read as if nothing were wrong.

use crate::fixture::{self, AS_OF, edition, head, instant};
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{FileRef, Head, Manifest, Refusal};
use cccheck::{CccNumber, LookupError, Register as _, Wanted};

/// The snapshot, the bytes of its directory, and what is wrong with it.
const FORGED: [(&[u8], usize, &str); 14] = [
    (include_bytes!("../forged/alias"), 102, "a key that no serial has"),
    (include_bytes!("../forged/twins"), 102, "a key that stands in two blocks"),
    (include_bytes!("../forged/calendar"), 102, "a day of first issue at the end of what numbers hold"),
    (include_bytes!("../forged/model255"), 103, "a model text beyond the limit"),
    (include_bytes!("../forged/noescape"), 90, "another code without an escape"),
    (include_bytes!("../forged/symbol20000"), 108, "a symbol wider than its plain bits"),
    (include_bytes!("../forged/own_overflow"), 102, "a number of a block out of range"),
    (include_bytes!("../forged/negative_key"), 102, "a key below 0"),
    (include_bytes!("../forged/bucket127"), 102, "a difference out of range"),
    (include_bytes!("../forged/gap_before_kinds"), 102, "bits between states and product kinds"),
    (include_bytes!("../forged/gap_before_keys"), 102, "bits between issue days and keys"),
    (include_bytes!("../forged/middle_before_block"), 102, "a middle before the block's first bit"),
    (include_bytes!("../forged/lines_without_rows"), 102, "more lines of companies than rows"),
    (include_bytes!("../forged/line_without_row"), 102, "a line of companies that no row has"),
];

/// Each with what is wrong with it, a head that leads to it, and the snapshot.
pub fn forged() -> impl Iterator<Item = (&'static str, Vec<u8>, Vec<u8>)> {
    FORGED.into_iter().map(|(snapshot, directory, what)| (what, signed(snapshot, directory), snapshot.to_vec()))
}

/// The number of a certificate in the group of each.
pub fn sought() -> CccNumber {
    CccNumber::new(2020, 1, 201, 5).unwrap()
}

/// A head that leads to a snapshot as it is.
fn signed(snapshot: &[u8], directory: usize) -> Vec<u8> {
    head(&Manifest {
        reference: FileRef::of(&edition().reference),
        directory: FileRef::of(&snapshot[..directory]),
        snapshot: FileRef::of(snapshot),
        ..fixture::manifest(1, AS_OF, b"")
    })
}

fn opened(snapshot: &[u8], directory: usize) -> Result<Snapshot, Refusal> {
    let now = instant(AS_OF).plus_seconds(3_600);
    let head = Head::verify(&signed(snapshot, directory), &fixture::pin(), None, now).unwrap();
    Snapshot::open(head, Blob::new(edition().reference.clone()), Blob::new(snapshot.to_vec()), None)
}

#[test]
fn what_no_writer_makes_is_malformed() {
    for (snapshot, directory, what) in FORGED {
        let audited = opened(snapshot, directory).and_then(|snapshot| snapshot.audit());
        assert!(matches!(audited, Err(Refusal::Malformed { .. })), "{what}: {audited:?}");
    }
}

/// Where numbers have 32 bits, too many lines of companies would come round to what stands before the block.
#[test]
fn a_block_that_cannot_be_is_not_looked_up_in() {
    for name in ["a middle before the block's first bit", "more lines of companies than rows"] {
        let (snapshot, directory, _) = FORGED.into_iter().find(|(.., what)| *what == name).unwrap();
        let found = opened(snapshot, directory).unwrap().find(sought(), Wanted::Standing);
        assert_eq!(found, Err(LookupError::Malformed), "{name}");
    }
}
