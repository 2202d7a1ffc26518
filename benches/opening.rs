//! Opens with full verification what `snapshot` has saved, once, in a process that has done nothing else. Its argument is the
//! instant. Says how many milliseconds that took, and then hashing the snapshot once more.

use cccheck::Instant;
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{FileRef, Head, Pin};
use cccheck_benches::folder;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant as Moment;

fn main() -> Result<(), Box<dyn Error>> {
    let now: Instant = std::env::args().nth(1).ok_or("an instant is missing")?.parse()?;
    let read = |name: &str| Ok::<_, Box<dyn Error>>(std::fs::read(folder()?.join(name))?);
    let (keys, head, reference, snapshot) = (read("keys")?, read("head")?, read("reference")?, read("snapshot")?);
    let again = snapshot.clone();

    let begun = Moment::now();
    let head = Head::verify(&head, &Pin::new(&keys, 1)?, None, now)?;
    let opened = Snapshot::open(head, Blob::new(reference), Blob::new(snapshot), None)?;
    let opening = milliseconds(begun);
    black_box(&opened);

    let begun = Moment::now();
    black_box(FileRef::of(&again));
    println!("{opening} {}", milliseconds(begun));
    Ok(())
}

fn milliseconds(begun: Moment) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}
