//! Measures the rules natively: parse, find in a page of 100 kB, look-up and full check against a register of national
//! size, with a `HashMap` over the same records as the peer. Leaves the register for `benches/rules.mjs`, which measures the
//! same through WebAssembly.

use cccheck::snapshot::{Content, WriteOptions};
use cccheck::{Claim, Day, Found, Instant, Policy, Record, Register, Wanted, check, find, parse};
use cccheck_benches::{Published, folder};
use cccheck_registry::generate::Plan;
use cccheck_registry::reference;
use regex::Regex;
use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant as Moment;

const ROWS: u64 = 569_000;
const NOW: &str = "2026-11-20T04:00:00Z";
const PAGE_BYTES: usize = 100_000;

/// The median of five runs, in nanoseconds for each of `count` turns.
fn nanoseconds(count: usize, mut turn: impl FnMut(usize)) -> f64 {
    let mut runs: Vec<f64> = (0..5)
        .map(|_| {
            let begun = Moment::now();
            (0..count).for_each(&mut turn);
            begun.elapsed().as_secs_f64() * 1e9 / count as f64
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[2]
}

fn row(what: &str, value: f64, peer: Option<(&str, f64)>) {
    let peer =
        peer.map_or(String::new(), |(name, other)| format!("{other:>12.0} ns  {name}, ratio {:.2}", value / other));
    println!("{what:<34}{value:>12.0} ns{peer}");
}

fn main() -> Result<(), Box<dyn Error>> {
    let now: Instant = NOW.parse()?;
    let today: Day = now.legal_day();
    let reference = reference::load()?;
    let plan = Plan::new(ROWS, 1, today, &reference)?;
    let records: Vec<Record> = plan.certificates().flatten().map(|certificate| certificate.record).collect();
    let content = Content { records: records.clone(), coverage: plan.coverage().collect(), declarations: Vec::new() };
    let begun = Moment::now();
    let published = Published::new(&content, &reference, &WriteOptions::new(today, content.rows()), now)?;
    println!(
        "{} records, snapshot {} bytes, written in {:.0} ms",
        records.len(),
        published.snapshot().len(),
        begun.elapsed().as_secs_f64() * 1e3
    );
    published.save()?;

    let step = records.len() / 10_000;
    let probes: Vec<String> = records.iter().step_by(step).map(|record| record.number.to_string()).collect();
    // Every twentieth line of the page holds a number; the others what a listing is full of.
    let mut page = String::with_capacity(PAGE_BYTES + 200);
    for (line, probe) in probes.iter().enumerate().cycle() {
        if page.len() >= PAGE_BYTES {
            break;
        }
        page += &match line % 20 {
            0 => format!("3C证书编号：{probe}，型号 XQB80-{line}\n"),
            _ => format!("品牌 演示 颜色 白 净重 {line}.5kg 订单 88{line:08} 规格 {line}x{line} mm 全国联保\n"),
        };
    }
    let all: String = records.iter().map(|record| format!("{}\n", record.number)).collect();
    for (name, text) in [("page.txt", &page), ("all.txt", &all), ("numbers.txt", &probes.join("\n"))] {
        std::fs::write(folder()?.join(name), text)?;
    }

    row("open and verify", nanoseconds(1, |_| drop(black_box(published.open()))), None);
    let snapshot = published.open()?;
    let map: HashMap<_, _> = records.iter().map(|record| (record.number, record)).collect();
    let numbers: Vec<_> = probes.iter().filter_map(|probe| parse(probe).ccc).collect();
    let at = |turn: usize| turn.wrapping_mul(7_919) % numbers.len();

    let plain = Regex::new(r"^\d{16}$")?;
    let by_plain = nanoseconds(100_000, |turn| {
        black_box(plain.is_match(&probes[at(turn)]));
    });
    let parsed = nanoseconds(100_000, |turn| drop(black_box(parse(&probes[at(turn)]))));
    row("parse 16 digits", parsed, Some(("regular expression", by_plain)));
    row(
        "parse label, full width",
        nanoseconds(20_000, |_| drop(black_box(parse("3C证书编号：２０２０９００２０１００００01")))),
        None,
    );
    let in_text = Regex::new(r"\d{16}")?;
    let by_regex = nanoseconds(20, |_| {
        black_box(in_text.find_iter(&page).count());
    });
    let found = nanoseconds(3, |_| drop(black_box(find(&page))));
    row("find in a page of 100 kB", found, Some(("regular expression", by_regex)));
    let by_map = nanoseconds(200_000, |turn| {
        black_box(map.get(&numbers[at(turn)]));
    });
    let looked_up = nanoseconds(200_000, |turn| drop(black_box(snapshot.find(numbers[at(turn)], Wanted::Parties))));
    row("look-up", looked_up, Some(("HashMap", by_map)));
    let policy = Policy::default();
    let claims: Vec<Claim> =
        probes.iter().map(|probe| Claim { number: Some(probe.clone()), ..Claim::default() }).collect();
    let checked = nanoseconds(20_000, |turn| drop(black_box(check(&claims[at(turn)], Ok(&snapshot), &policy, now))));
    row("full check", checked, Some(("HashMap look-up alone", by_map)));
    let all_found =
        numbers.iter().all(|number| matches!(snapshot.find(*number, Wanted::Parties), Ok(Found::Record(_))));
    if all_found { Ok(()) } else { Err("a record is not found in its own snapshot".into()) }
}
