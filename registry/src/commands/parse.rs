//! `cccheck parse`

use super::json;
use crate::output::{Style, line};
use cccheck::{Kind, Reading};
use cccheck_registry::Error;
use cccheck_registry::texts::{Texts, word};
use clap::Args;

#[derive(Args)]
pub(super) struct Arguments {
    /// The number as typed: full-width digits, blanks, hyphens, labels and a bracketed version may stand in it
    number: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(style: Style, arguments: &Arguments) -> Result<(), Error> {
    let reading = cccheck::parse(&arguments.number);
    if arguments.json {
        line(&json(&reading)?);
        return Ok(());
    }
    show(&reading, style)
}

fn show(reading: &Reading, style: Style) -> Result<(), Error> {
    let lang = style.lang;
    let kind = match reading.kind {
        Kind::Unknown => lang.pick("不是已知种类的编号", "no kind of number that is known here"),
        kind => word(kind.as_str(), lang),
    };
    line(&format!("{}  {kind}", reading.normalized));
    let year = reading.year.map(|year| year.to_string());
    let issued_on = reading.issued_on.map(|day| day.to_string());
    let facts = [
        ("首次发证年份", "Year of first issue", &year),
        ("认证机构代码", "Certification body", &reading.body),
        ("产品种类代码", "Product kind", &reading.product),
        ("流水号", "Serial", &reading.serial),
        ("版本", "Version", &reading.version),
        ("签发日期", "Issued on", &issued_on),
        ("是否应为", "Was this meant?", &reading.suggestion),
    ];
    for (zh, en, value) in facts {
        if let Some(value) = value {
            line(&format!("  {}: {value}", lang.pick(zh, en)));
        }
    }
    let texts = Texts::load()?;
    for problem in &reading.findings {
        let text = texts.of_problem(problem, lang);
        line(&format!("  {} [{}]", text.title, problem.code));
    }
    Ok(())
}
