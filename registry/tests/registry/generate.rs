use crate::support::day;
use cccheck::{CccNumber, Day, Provenance, Record, Status};
use cccheck_registry::generate::Plan;
use cccheck_registry::reference;
use std::collections::{BTreeMap, BTreeSet};

const TODAY: &str = "2026-07-15";

fn plan(rows: u64, seed: u64, today: &str) -> Plan {
    Plan::new(rows, seed, day(today), &reference::load().unwrap()).unwrap()
}

fn records(rows: u64, seed: u64, today: &str) -> Vec<Record> {
    plan(rows, seed, today).certificates().flatten().map(|certificate| certificate.record).collect()
}

fn share(records: &[Record], holds: impl Fn(&Record) -> bool) -> f64 {
    records.iter().filter(|record| holds(record)).count() as f64 / records.len() as f64
}

#[test]
fn the_same_seed_gives_the_same_records() {
    let first = records(3_000, 1, TODAY);
    assert_eq!(first, records(3_000, 1, TODAY));
    assert_ne!(first, records(3_000, 2, TODAY));
    for rows in [0, 1, 39, 20_000] {
        assert_eq!(records(rows, 1, TODAY).len() as u64, rows);
    }
}

#[test]
fn numbers_are_unique_and_of_reserved_bodies() {
    let all = records(60_000, 7, TODAY);
    let numbers: BTreeSet<CccNumber> = all.iter().map(|record| record.number).collect();
    assert_eq!(numbers.len(), all.len());
    let plan = plan(60_000, 7, TODAY);
    let covered: BTreeSet<(u8, u16)> = plan.coverage().map(|line| (line.body, line.year)).collect();
    for record in &all {
        assert!((90..=99).contains(&record.number.body()));
        assert!((2010..=2026).contains(&record.number.year()));
        assert!(covered.contains(&(record.number.body(), record.number.year())));
        assert_eq!(record.provenance, Provenance::Synthetic);
    }
    assert!(plan.coverage().all(|line| line.complete));
    let present = plan.rows() as f64 / plan.issued() as f64;
    assert!((0.33..0.47).contains(&present), "{present}");
}

#[test]
fn every_record_agrees_with_itself() {
    for record in records(60_000, 7, TODAY) {
        agrees_with_itself(&record, day(TODAY));
    }
}

fn agrees_with_itself(record: &Record, today: Day) {
    let (issued, expires) = (record.issued_on.unwrap(), record.expires_on.unwrap());
    assert!(issued.year() >= record.number.year() && issued <= today, "{record:?}");
    assert!(issued < expires, "{record:?}");
    assert!(expires <= issued.plus_years(5), "{record:?}");
    let since = record.status_since;
    match record.status {
        Status::Valid => assert!(since.is_none() && expires >= today, "{record:?}"),
        Status::Expired => {
            assert!(expires < today && since == Some(expires.plus_days(1)), "{record:?}");
        }
        Status::Suspended | Status::Revoked | Status::Cancelled => {
            assert!(since.is_some_and(|since| issued < since && since <= today), "{record:?}");
        }
        Status::Unknown => panic!("{record:?}"),
    }
}

#[test]
fn shares_are_those_of_real_registers() {
    let all = records(60_000, 7, TODAY);
    let expected = [
        (Status::Valid, 0.81, 0.04),
        (Status::Suspended, 0.029, 0.01),
        (Status::Revoked, 0.040, 0.01),
        (Status::Cancelled, 0.079, 0.03),
        (Status::Expired, 0.039, 0.01),
    ];
    for (status, expected, slack) in expected {
        let found = share(&all, |record| record.status == status);
        assert!((found - expected).abs() < slack, "{status:?}: {found}");
    }
    let dominant = share(&all, |record| record.number.body() == 90);
    assert!((0.5..0.75).contains(&dominant), "{dominant}");
    let usual =
        share(&all, |record| record.expires_on == record.issued_on.map(|issued| issued.plus_years(5).plus_days(-1)));
    assert!((0.80..0.90).contains(&usual), "{usual}");
    let renewed = share(&all, |record| record.issued_on.unwrap().year() > record.number.year());
    assert!((0.15..0.6).contains(&renewed), "{renewed}");
    let recent = share(&all, |record| record.number.year() >= 2021);
    assert!((0.5..0.85).contains(&recent), "{recent}");
}

#[test]
fn products_are_those_of_the_catalogue_in_that_year_and_few_are_popular() {
    let reference = reference::load().unwrap();
    let all = records(60_000, 7, TODAY);
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for record in &all {
        let (product, year) = (record.number.product(), record.number.year());
        assert!(reference.catalogue.knows(product));
        *counts.entry(product).or_default() += 1;
        let on = reference.catalogue.on(product, day(&format!("{year}-12-31")).min(day(TODAY)));
        let certified = on.is_none_or(|row| row.scheme == cccheck::Scheme::ThirdParty);
        assert!(certified, "{product:04} in {year}");
    }
    let (most, _) = counts.iter().max_by_key(|(_, count)| **count).unwrap();
    assert_eq!(*most, 1606, "phones, as on real listings");
    let faded = share(&all, |record| {
        let row = reference.catalogue.on(record.number.product(), day(TODAY));
        row.is_some_and(|row| row.scheme == cccheck::Scheme::Removed)
    });
    assert!((0.0005..0.05).contains(&faded), "{faded}");
}

#[test]
fn serials_run_through_the_years_and_products_of_a_body() {
    let mut of_body: Vec<CccNumber> =
        records(60_000, 7, TODAY).iter().map(|record| record.number).filter(|number| number.body() == 90).collect();
    of_body.sort_by_key(|number| (number.year(), number.serial()));
    let repeats = of_body.windows(2).filter(|pair| pair[0].product() == pair[1].product()).count() as f64;
    let share = repeats / of_body.len() as f64;
    assert!((0.25..0.5).contains(&share), "holders take several numbers in a row: {share}");
    let mut falls = 0;
    for year in 2010..2026 {
        let of_year = |year| of_body.iter().filter(move |number| number.year() == year);
        let last = of_year(year).map(|number| number.serial()).max().unwrap();
        let first = of_year(year + 1).map(|number| number.serial()).min().unwrap();
        falls += u32::from(first < last);
    }
    assert!(falls <= 2, "{falls}: serials begin anew only past 999999");
}

#[test]
fn odd_days_and_clocks_do_no_harm() {
    for today in ["2026-01-01", "2024-02-29", "2010-01-04", "2001-05-05", "2060-12-31"] {
        for record in records(2_000, 3, today) {
            assert!(record.issued_on.unwrap() <= day(today));
        }
    }
}

#[test]
fn most_are_issued_with_their_serial_and_few_much_later() {
    let first_issued = |record: &Record| record.issued_on.unwrap().year() == record.number.year();
    let mut of_body: Vec<Record> = records(60_000, 7, TODAY)
        .into_iter()
        .filter(|record| record.number.body() == 90 && first_issued(record))
        .collect();
    of_body.sort_by_key(|record| (record.number.year(), record.number.serial()));
    let later =
        |days: i32| move |pair: &&[Record]| pair[0].issued_on > pair[1].issued_on.map(|day| day.plus_days(days));
    let falls = |days| of_body.windows(2).filter(later(days)).count() as f64 / of_body.len() as f64;
    assert!((0.15..0.35).contains(&falls(0)), "{}", falls(0));
    assert!((0.01..0.1).contains(&falls(10)), "{}", falls(10));
    assert_eq!(falls(70), 0.0);
}

#[test]
fn holders_grow_with_the_register_and_few_hold_many() {
    let holders = |rows| {
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        for record in records(rows, 7, TODAY) {
            *counts.entry(record.parties.applicant.unwrap().0).or_default() += 1;
        }
        counts
    };
    let (small, large) = (holders(5_000), holders(60_000));
    assert!(large.len() > 5 * small.len(), "{} and {}", small.len(), large.len());
    let mean = 60_000.0 / large.len() as f64;
    assert!((3.0..12.0).contains(&mean), "{mean}");
    assert!(*large.values().max().unwrap() as f64 > 10.0 * mean);
}

#[test]
fn days_bring_new_certificates_changes_and_renewals() {
    let plan = plan(60_000, 7, TODAY);
    let mut records = records(60_000, 7, TODAY);
    let mut again = records.clone();
    let (mut days, mut same_days) = (plan.days(&records), plan.days(&again));
    let mut today = day(TODAY);
    for _ in 0..30 {
        let before: BTreeMap<CccNumber, Record> =
            records.iter().map(|record| (record.number, record.clone())).collect();
        today = days.pass(&mut records);
        same_days.pass(&mut again);
        let added = records.iter().filter(|record| !before.contains_key(&record.number)).count();
        let changed = records.iter().filter(|record| before.get(&record.number).is_some_and(|old| old != *record));
        assert_eq!(added, 90);
        assert_eq!(changed.count(), 60);
    }
    assert_eq!(today, day(TODAY).plus_days(30));
    assert_eq!(records, again);
    assert_eq!(records.iter().map(|record| record.number).collect::<BTreeSet<_>>().len(), records.len());
    for record in &records {
        agrees_with_itself(record, today);
    }
}
