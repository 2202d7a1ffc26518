//! `cccheck check`

use super::json;
use crate::output::{Colour, Style, line, warn};
use cccheck::trust::Refusal;
use cccheck::{Claim, Day, Decision, Instant, Instrument, Outcome, Paper, Policy, Scheme, Verdict};
use cccheck_registry::texts::{Texts, word};
use cccheck_registry::{Error, Home, clock, published};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What the rules are told where nothing was there to be refused.
const NOT_LOADED: &str = "register.not_loaded";

#[derive(Args)]
#[command(after_help = "Exit code: 0 accept, 1 reject, 2 review, 3 could not be checked, 64 wrong use")]
pub(super) struct Arguments {
    /// The number as typed
    #[arg(required_unless_present = "product")]
    number: Option<String>,
    /// Which paper it is: third-party-certificate or self-declaration [default: third-party-certificate]
    #[arg(long, value_name = "PAPER", value_parser = instrument)]
    instrument: Option<Instrument>,
    /// The day on which the paper says it was issued or declared
    #[arg(long, value_name = "DAY")]
    issued_on: Option<Day>,
    /// What is sold: the four digits of its kind, or words
    #[arg(long)]
    product: Option<String>,
    /// An attribute of the product that decides its scheme, such as class_iii; may be given several times
    #[arg(long, value_name = "NAME")]
    attribute: Vec<String>,
    /// The holder by name or credit code: applicant, manufacturer or factory
    #[arg(long)]
    holder: Option<String>,
    /// The model sold
    #[arg(long)]
    model: Option<String>,
    /// The day on which the goods were made
    #[arg(long, value_name = "DAY")]
    made_on: Option<Day>,
    /// The day on which the goods left the factory
    #[arg(long, value_name = "DAY")]
    released_on: Option<Day>,
    /// The day on which the goods were imported
    #[arg(long, value_name = "DAY")]
    imported_on: Option<Day>,
    /// The day whose law is asked about [default: today]
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// A policy in JSON [default: that of a marketplace]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The instant of the check, such as 2026-07-01T08:00:00Z [default: the clock]
    #[arg(long, value_name = "INSTANT")]
    now: Option<Instant>,
    /// The directory with `head`, `blob/`, `snapshot/` and `delta/` [default: public in the home]
    #[arg(long, value_name = "DIR")]
    snapshot: Option<PathBuf>,
    /// The pinned keys [default: pin.json in the home]
    #[arg(long, value_name = "FILE")]
    pin: Option<PathBuf>,
    /// Answer with the verdict in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<ExitCode, Error> {
    let now = arguments.now.map_or_else(clock::now, Ok)?;
    let policy = arguments.policy.as_deref().map_or_else(|| Ok(Policy::default()), read_policy)?;
    let claim = Claim {
        number: arguments.number.clone(),
        instrument: arguments.instrument,
        issued_on: arguments.issued_on,
        product: arguments.product.clone(),
        attributes: arguments.attribute.clone(),
        holder: arguments.holder.clone(),
        model: arguments.model.clone(),
        made_on: arguments.made_on,
        released_on: arguments.released_on,
        imported_on: arguments.imported_on,
        on: arguments.on,
    };
    let public = arguments.snapshot.clone().unwrap_or_else(|| home.public());
    let pin = arguments.pin.clone().unwrap_or_else(|| home.pin());
    let opened = published::open(&public, &pin, now);
    let register = opened.as_ref().map_err(|error| error.refusal().map_or(NOT_LOADED, Refusal::code));
    let verdict = cccheck::check(&claim, register, &policy, now);
    if arguments.json {
        line(&json(&verdict)?);
    } else {
        if let Err(error) = &opened {
            // Mostly it is the pin of another register.
            let trusted = error.refusal().map(|_| format!(" (by the pin {})", pin.display()));
            warn(&format!("{error}{}", trusted.unwrap_or_default()));
        }
        show(&verdict, style)?;
    }
    Ok(exit_code(&verdict))
}

/// The paper by its name, with dashes or underscores.
fn instrument(text: &str) -> Result<Instrument, String> {
    [Instrument::ThirdPartyCertificate, Instrument::SelfDeclaration]
        .into_iter()
        .find(|instrument| instrument.as_str() == text.replace('-', "_"))
        .ok_or_else(|| "third-party-certificate or self-declaration is expected".into())
}

fn exit_code(verdict: &Verdict) -> ExitCode {
    ExitCode::from(match (verdict.outcome, verdict.decision) {
        (Outcome::Unavailable, _) => 3,
        (_, Decision::Accept) => 0,
        (_, Decision::Reject) => 1,
        (_, Decision::Review) => 2,
    })
}

fn read_policy(path: &Path) -> Result<Policy, Error> {
    let problem = |problem: String| Error::Policy { path: path.into(), problem };
    let text = std::fs::read(path).map_err(|error| problem(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| problem(error.to_string()))
}

fn show(verdict: &Verdict, style: Style) -> Result<(), Error> {
    let lang = style.lang;
    let (zh, en, colour) = match (verdict.outcome, verdict.decision) {
        (Outcome::Unavailable, _) => ("无法核对", "COULD NOT BE CHECKED", Colour::Yellow),
        (_, Decision::Accept) => ("通过", "ACCEPT", Colour::Green),
        (_, Decision::Review) => ("需人工复核", "REVIEW", Colour::Yellow),
        (_, Decision::Reject) => ("不通过", "REJECT", Colour::Red),
    };
    let decision = style.coloured(lang.pick(zh, en), colour);
    let headline = format!("{decision}  {}  {}", verdict.number.normalized, outcome(verdict.outcome, style));
    line(headline.trim_end());
    if let Some(requirement) = &verdict.requirement {
        let name = lang.pick(&requirement.product_zh, &requirement.product_en);
        let scheme = word(requirement.scheme.map_or("unknown", Scheme::as_str), lang);
        line(&format!("  {}: {} {name} — {scheme}", lang.pick("产品", "Product"), requirement.product));
    }
    if let Some(record) = &verdict.record {
        let status = word(record.status.as_str(), lang);
        let issued = match record.number {
            Paper::Certificate(_) => lang.pick("发证日期", "issued on"),
            Paper::Declaration(_) => lang.pick("声明日期", "declared on"),
        };
        let days = match (record.issued_on, record.expires_on) {
            (Some(from), Some(to)) => format!("{from} – {to}"),
            (Some(from), None) => format!("{issued} {from}"),
            (None, Some(to)) => format!("{} {to}", lang.pick("有效期至", "until")),
            (None, None) => lang.pick("日期未知", "its days are not known").into(),
        };
        let divided = lang.pick("，", ", ");
        line(&format!("  {}: {status}{divided}{days}", lang.pick("登记", "Register")));
    }
    let texts = Texts::load()?;
    for finding in &verdict.findings {
        let text = texts.of(finding.code, &finding.values, lang);
        line(&format!("  • {} [{}]", text.title, finding.code));
        line(&format!("      {}", text.seller));
    }
    if let Some(standing) = &verdict.register {
        let synthetic = if standing.synthetic { lang.pick("（合成数据）", " (synthetic data)") } else { "" };
        let (origin, sequence, as_of) = (&standing.origin, standing.sequence, standing.as_of);
        let by = lang.pick("依据", "According to");
        line(&format!("  {by}: {origin}{synthetic}, #{sequence}, {as_of}"));
    }
    Ok(())
}

fn outcome(outcome: Outcome, style: Style) -> &'static str {
    match outcome {
        Outcome::Checked | Outcome::Unavailable => "",
        Outcome::NotRequired => {
            style.lang.pick("（该产品当日不需要证书）", "(no certificate is required for this product)")
        }
        Outcome::NotCovered => style.lang.pick("（快照不含该机构和年份）", "(not covered by the snapshot)"),
    }
}
