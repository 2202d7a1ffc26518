//! Looks up what `benches/lookups.mjs` does, natively: `lookups NOW TURNS` prints for hits and for misses nanoseconds and sum.

use cccheck_lookups::Lookups;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let now = arguments.next().ok_or("an instant is missing")?;
    let turns: u32 = arguments.next().ok_or("the number of turns is missing")?.parse()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    let read = |name: &str| std::fs::read(folder.join(name));
    let text = |name: &str| std::fs::read_to_string(folder.join(name));
    let (hits, misses) = (text("numbers.txt")?, text("misses.txt")?);
    let register =
        Lookups::open(&read("keys")?, &read("head")?, read("reference")?, read("snapshot")?, &now, &hits, &misses)?;
    for look_up in [Lookups::hits, Lookups::misses] {
        // Once before, so that the caches are as warm as in the other runs.
        look_up(&register, 1);
        let begun = Instant::now();
        let sum = look_up(&register, turns);
        let nanoseconds = begun.elapsed().as_secs_f64() * 1e9 / (f64::from(turns) * register.numbers() as f64);
        println!("{nanoseconds} {sum}");
    }
    Ok(())
}
