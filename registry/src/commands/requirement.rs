//! `cccheck requirement` and `cccheck candidates`: questions to the catalogue.

use super::json;
use crate::output::{Style, line};
use cccheck::{Accepted, Day, Instrument, Scheme, product_code};
use cccheck_registry::texts::{Lang, word};
use cccheck_registry::{Error, clock, reference};
use clap::Args;

#[derive(Args)]
pub(super) struct Requirement {
    /// The four digits of the product kind
    #[arg(value_name = "CODE", value_parser = code)]
    product: u16,
    /// The day asked about [default: today]
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct Candidates {
    /// What is sold: a shop category or title, in Chinese or English
    words: String,
    /// The day asked about [default: today]
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

fn code(text: &str) -> Result<u16, String> {
    product_code(text).ok_or_else(|| "four digits are expected".into())
}

fn day(on: Option<Day>) -> Result<Day, Error> {
    on.map_or_else(|| clock::now().map(|now| now.legal_day()), Ok)
}

pub(super) fn requirement(style: Style, arguments: &Requirement) -> Result<(), Error> {
    let answer = cccheck::requirement(&reference::load()?, arguments.product, day(arguments.on)?);
    if arguments.json {
        line(&json(&answer)?);
        return Ok(());
    }
    let lang = style.lang;
    let required = match answer.required {
        Some(true) => {
            let accepts = |instrument| answer.accepts.iter().any(|paper| paper.instrument == instrument);
            match (accepts(Instrument::ThirdPartyCertificate), accepts(Instrument::SelfDeclaration)) {
                (true, false) => lang.pick("须认证（第三方证书）", "certification required"),
                (false, true) => lang.pick("须自我声明", "self-declaration required"),
                _ => lang.pick("须认证或自我声明", "certification or declaration required"),
            }
        }
        Some(false) => lang.pick("不需要", "not required"),
        None if answer.product_zh.is_empty() => lang.pick("不在已知目录中", "not in the catalogue as known here"),
        None => lang.pick("公开资料不能确定", "not decided by what is known"),
    };
    let name = lang.pick(&answer.product_zh, &answer.product_en);
    let how_sure = answer.duty_confidence.map(|confidence| {
        let how_sure = word(confidence.as_str(), lang);
        match lang {
            Lang::Zh => format!("（{how_sure}）"),
            Lang::En => format!(" ({how_sure})"),
        }
    });
    let words = [answer.product.as_str(), name, required].into_iter().filter(|word| !word.is_empty());
    line(&format!("{}{}", words.collect::<Vec<_>>().join("  "), how_sure.unwrap_or_default()));
    if let Some(scheme) = answer.scheme.map(Scheme::as_str) {
        line(&format!("  {}  {}  {}", word(scheme, lang), answer.announcement, answer.source));
    }
    for paper in &answer.accepts {
        line(&format!("  {}{}", lang.pick("可用：", "accepts: "), accepted(paper, style)));
    }
    for change in &answer.next {
        let change = format!("  {} {}  {}", change.from, change.announcement, lang.pick(&change.zh, &change.en));
        line(change.trim_end());
    }
    Ok(())
}

fn accepted(paper: &Accepted, style: Style) -> String {
    let lang = style.lang;
    let bounds = [
        (paper.issued_from, lang.pick("签发不早于", "issued from")),
        (paper.issued_before, lang.pick("签发早于", "issued before")),
        (paper.usable_until, lang.pick("可用至", "usable until")),
    ];
    let bounds = bounds.iter().filter_map(|(day, name)| day.map(|day| format!("{name} {day}")));
    let name = word(paper.instrument.as_str(), lang).to_owned();
    std::iter::once(name).chain(bounds).collect::<Vec<_>>().join(lang.pick("，", ", "))
}

pub(super) fn candidates(style: Style, arguments: &Candidates) -> Result<(), Error> {
    let found = cccheck::candidates(&reference::load()?, &arguments.words, day(arguments.on)?);
    if arguments.json {
        line(&json(&found)?);
        return Ok(());
    }
    let lang = style.lang;
    if found.is_empty() {
        line(lang.pick("这些文字不能说明产品种类。", "These words do not tell the product kind."));
    }
    for candidate in &found {
        let product = candidate.product.as_deref().unwrap_or("????");
        let name = lang.pick(&candidate.product_zh, &candidate.product_en);
        let required = match candidate.required {
            Some(true) => lang.pick("须认证或自我声明", "certification or declaration required"),
            Some(false) => lang.pick("不需要", "not required"),
            None => lang.pick("公开资料不能确定", "not decided by what is known"),
        };
        let (words, how_sure) = (&candidate.words, word(candidate.confidence.as_str(), lang));
        let why = match lang {
            Lang::Zh => format!("（{}：{how_sure}）", words.join("、")),
            Lang::En => format!("({}: {how_sure})", words.join(", ")),
        };
        line(&format!("{product}  {name}  {required}  {why}"));
        for limit in &candidate.limits {
            line(&format!("      {}", limit.text));
        }
    }
    Ok(())
}
