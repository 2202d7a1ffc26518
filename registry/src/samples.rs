//! Numbers to try: the real ones quoted on public listings, and show-cases picked from a synthetic register.

use crate::store::{Certificate, Names};
use crate::{Error, Store, reference};
use cccheck::{CccNumber, Confidence, Day, Found, Parties, Provenance, Record, Reference, Scheme, Status, tables};
use serde::{Deserialize, Serialize};

/// A number that a page offers to try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// As a seller may type it.
    pub typed: String,
    /// The 16 digits, or the number of a self-declaration.
    pub number: String,
    /// The product kind of a self-declaration; a certificate's is in its number.
    pub declared: Option<String>,
    /// What it is, in Chinese.
    pub zh: String,
    /// What it is, in English.
    pub en: String,
    /// `quoted` or `synthetic`.
    pub kind: Provenance,
}

/// A real number, as quoted on a public listing: a row of `data/samples.csv`.
#[derive(Deserialize)]
pub(crate) struct Quoted {
    number: String,
    as_typed: String,
    product_zh: String,
    status_as_quoted: String,
    issued_on: Option<Day>,
    expires_on: Option<Day>,
    holder: String,
}

impl Quoted {
    /// All of them.
    pub(crate) fn all() -> Result<Vec<Self>, Error> {
        reference::rows("samples.csv", tables::SAMPLES)
    }

    /// The record that a demonstration has of it.
    pub(crate) fn certificate(&self) -> Result<Certificate, Error> {
        let number = CccNumber::from_digits(&self.number).ok_or_else(|| Error::Table {
            table: "samples.csv",
            problem: format!("`{}` is no certificate number", self.number),
        })?;
        let record = Record {
            number,
            status: Status::from_text(&self.status_as_quoted).unwrap_or(Status::Unknown),
            status_since: None,
            issued_on: self.issued_on,
            expires_on: self.expires_on,
            provenance: Provenance::Quoted,
            model: None,
            parties: Parties::default(),
        };
        let names = Names { applicant: Some(self.holder.clone()).filter(|name| !name.is_empty()), ..Names::default() };
        Ok(Certificate::new(record, names))
    }
}

/// Samples for a demonstration: show-cases first, then all quoted numbers. The same register gives the same samples.
///
/// # Errors
/// [`Error::Store`] or [`Error::Table`].
pub fn pick(store: &Store, reference: &Reference, today: Day) -> Result<Vec<Sample>, Error> {
    let mut samples = Vec::new();
    for (place, case) in CASES.iter().enumerate() {
        if let Some(record) = store.first(&case.condition(reference, today))? {
            samples.push(synthetic(record.number, case.zh, case.en, place));
        }
    }
    if let Some(number) = absent(store, reference, today)? {
        samples.push(synthetic(number, "登记中没有的编号", "A number that the register does not have", CASES.len()));
    }
    for (status, zh, en) in DECLARED {
        samples.extend(declared(store, reference, today, status)?.map(|(number, product)| Sample {
            typed: format!("自我声明编号：{number}"),
            number,
            declared: Some(product),
            zh: zh.into(),
            en: en.into(),
            kind: Provenance::Synthetic,
        }));
    }
    for quoted in Quoted::all()? {
        let number = quoted.certificate()?.record.number;
        let kind = reference.catalogue.on(number.product(), today);
        let en = kind.map_or_else(|| quoted.product_zh.clone(), |kind| kind.product_en.into());
        samples.push(Sample {
            typed: quoted.as_typed,
            number: number.to_string(),
            declared: None,
            zh: quoted.product_zh,
            en,
            kind: Provenance::Quoted,
        });
    }
    Ok(samples)
}

/// What stands behind a product kind today.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Duty {
    /// Certification, with no change ahead.
    Certified,
    /// Self-declaration.
    Declared,
    /// None any more.
    Removed,
}

/// A show-case: a certificate of such a status, kind and time left.
struct Case {
    status: Status,
    duty: Duty,
    /// How many days from today its last day may be, at least and at most.
    days_left: Option<(i32, i32)>,
    zh: &'static str,
    en: &'static str,
}

/// Time enough that no default policy calls a certificate due to expire.
const LONG: Option<(i32, i32)> = Some((200, 3_000));

const CASES: [Case; 8] = [
    Case { status: Status::Valid, duty: Duty::Certified, days_left: LONG, zh: "有效", en: "Valid" },
    Case {
        status: Status::Valid,
        duty: Duty::Certified,
        days_left: Some((14, 75)),
        zh: "有效，即将到期",
        en: "Valid, due to expire soon",
    },
    Case { status: Status::Suspended, duty: Duty::Certified, days_left: LONG, zh: "暂停", en: "Suspended" },
    Case { status: Status::Revoked, duty: Duty::Certified, days_left: None, zh: "撤销", en: "Revoked" },
    Case { status: Status::Cancelled, duty: Duty::Certified, days_left: None, zh: "注销", en: "Cancelled" },
    Case { status: Status::Expired, duty: Duty::Certified, days_left: None, zh: "过期失效", en: "Expired" },
    Case {
        status: Status::Valid,
        duty: Duty::Declared,
        days_left: LONG,
        zh: "现采用自我声明的产品",
        en: "A product that is now self-declared",
    },
    Case {
        status: Status::Cancelled,
        duty: Duty::Removed,
        days_left: None,
        zh: "已调出目录的产品",
        en: "A product that left the catalogue",
    },
];

/// The statuses of self-declarations that are shown.
const DECLARED: [(Status, &str, &str); 2] = [
    (Status::Valid, "自我声明，有效", "A self-declaration, valid"),
    (Status::Cancelled, "自我声明，已注销", "A self-declaration, cancelled"),
];

impl Case {
    /// The condition in SQL; it holds nothing but digits, days and names from the core's tables.
    fn condition(&self, reference: &Reference, today: Day) -> String {
        let kinds: Vec<String> = kinds(reference, self.duty, today).iter().map(u16::to_string).collect();
        let left = self.days_left.map_or(String::new(), |(least, most)| {
            format!("AND expires_on BETWEEN '{}' AND '{}'", today.plus_days(least), today.plus_days(most))
        });
        format!(
            "provenance = 'synthetic' AND status = '{}' AND number / 1000000 % 10000 IN ({}) {left} ORDER BY number DESC",
            self.status.as_str(),
            kinds.join(", ")
        )
    }
}

/// The product kinds of a duty on a day, where that is confirmed.
fn kinds(reference: &Reference, duty: Duty, on: Day) -> Vec<u16> {
    let mut codes: Vec<u16> = reference.catalogue.rows().map(|row| row.code).collect();
    codes.dedup();
    codes.retain(|code| {
        reference.catalogue.on(*code, on).is_some_and(|row| {
            let this = match row.scheme {
                Scheme::ThirdParty if reference.catalogue.after(*code, on).next().is_none() => Some(Duty::Certified),
                Scheme::SelfDeclarationA | Scheme::SelfDeclarationB => Some(Duty::Declared),
                Scheme::Removed => Some(Duty::Removed),
                Scheme::ThirdParty | Scheme::Merged | Scheme::Unresolved => None,
            };
            this == Some(duty) && row.confidence() == Confidence::Confirmed
        })
    });
    codes
}

/// A number that is missing where the register is complete, in a year that is over: the one after a certificate.
fn absent(store: &Store, reference: &Reference, today: Day) -> Result<Option<CccNumber>, Error> {
    let kinds: Vec<String> = kinds(reference, Duty::Certified, today).iter().map(u16::to_string).collect();
    let year = today.year();
    let condition = format!(
        "provenance = 'synthetic' AND number < {year} * 1000000000000 AND number % 1000000 < 999999
         AND number / 1000000 % 10000 IN ({})
         AND NOT EXISTS (SELECT 1 FROM certificates AS next WHERE next.number = certificates.number + 1)
         ORDER BY number DESC",
        kinds.join(", ")
    );
    let Some(record) = store.first(&condition)? else {
        return Ok(None);
    };
    let before = record.number;
    let number = CccNumber::new(before.year(), before.body(), before.product(), before.serial() + 1);
    match number.map(|number| store.find(number)).transpose()? {
        Some(Found::Absent { .. }) => Ok(number),
        _ => Ok(None),
    }
}

/// A self-declaration of a status, of a product kind that is declared today: its number and the kind.
fn declared(
    store: &Store,
    reference: &Reference,
    today: Day,
    status: Status,
) -> Result<Option<(String, String)>, Error> {
    let kinds: Vec<String> = kinds(reference, Duty::Declared, today).iter().map(u16::to_string).collect();
    let condition = format!(
        "provenance = 'synthetic' AND status = '{}' AND product IN ({}) ORDER BY number DESC",
        status.as_str(),
        kinds.join(", ")
    );
    let found = store.first_declared(&condition)?;
    Ok(found.and_then(|one| Some((one.number, format!("{:04}", one.declaration.number.product?)))))
}

fn synthetic(number: CccNumber, zh: &str, en: &str, place: usize) -> Sample {
    let digits = number.to_string();
    let (typed, kind) = (typed(&digits, place), Provenance::Synthetic);
    Sample { typed, number: digits, declared: None, zh: zh.into(), en: en.into(), kind }
}

/// The number in one of the ways in which sellers type it.
fn typed(digits: &str, way: usize) -> String {
    let full_width =
        || digits.chars().map(|digit| char::from_u32(u32::from(digit) + 0xfee0).unwrap_or(digit)).collect();
    let grouped = |separator: &str| {
        let digits: Vec<char> = digits.chars().collect();
        digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(separator)
    };
    match way % 6 {
        0 => digits.into(),
        1 => full_width(),
        2 => format!("3C证书编号：{digits}"),
        3 => grouped(" "),
        4 => format!("CCC No. {}", grouped("-")),
        _ => format!("【证书编号】 {digits} "),
    }
}
