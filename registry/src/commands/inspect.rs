//! `cccheck inspect`

use super::json;
use crate::output::{Style, counted, line};
use cccheck::HASHED;
use cccheck::{Freshness, Instant, Reference};
use cccheck_registry::home::PinFile;
use cccheck_registry::inspect::{Column, Complete, Inspection, Signed, Tally, inspect};
use cccheck_registry::texts::{Lang, word};
use cccheck_registry::{Error, Home, clock, reference};
use clap::Args;
use std::path::PathBuf;

/// How many lines of a table are shown; the rest is added up.
const SHOWN: usize = 10;
/// How wide the widest bar is.
const BAR: f64 = 32.0;

#[derive(Args)]
pub(super) struct Arguments {
    /// The directory with `head`, `blob/`, `snapshot/` and `delta/` [default: public in the home]
    #[arg(value_name = "DIR")]
    public: Option<PathBuf>,
    /// The same, as other commands name it
    #[arg(long, value_name = "DIR", conflicts_with = "public")]
    snapshot: Option<PathBuf>,
    /// The pinned keys [default: pin.json in the home]
    #[arg(long, value_name = "FILE")]
    pin: Option<PathBuf>,
    /// The instant of looking, such as 2026-07-01T08:00:00Z [default: the clock]
    #[arg(long, value_name = "INSTANT")]
    now: Option<Instant>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<(), Error> {
    let now = arguments.now.map_or_else(clock::now, Ok)?;
    let public = arguments.public.as_ref().or(arguments.snapshot.as_ref()).cloned().unwrap_or_else(|| home.public());
    let pin = PinFile::read(arguments.pin.as_deref().unwrap_or(&home.pin()))?.pin()?;
    let inspection = inspect(&public, &pin, now)?;
    if arguments.json {
        line(&json(&inspection)?);
        return Ok(());
    }
    show(&inspection, &reference::load()?, style.lang);
    Ok(())
}

fn show(inspection: &Inspection, reference: &Reference, lang: Lang) {
    let Inspection { standing, signed_at, expires, .. } = inspection;
    let synthetic = if standing.synthetic { lang.pick("（合成数据）", " (synthetic data)") } else { "" };
    line(&format!("{}{synthetic}, #{}", standing.origin, standing.sequence));
    let freshness = match standing.freshness {
        Freshness::Live | Freshness::Fresh => lang.pick("有效期内", "fresh"),
        Freshness::Expired => lang.pick("已过期", "EXPIRED"),
        Freshness::ClockBehind => lang.pick("本机时钟偏慢", "THIS MACHINE'S CLOCK IS BEHIND"),
    };
    let hours = standing.age_seconds as f64 / 3_600.0;
    let (as_of, signed, until) = (lang.pick("截至", "As of"), lang.pick("签署", "signed"), lang.pick("至", "until"));
    let age = lang.pick("小时前", "hours ago");
    line(&format!(
        "{as_of} {} ({hours:.1} {age}), {signed} {signed_at}, {until} {expires}: {freshness}",
        standing.as_of
    ));
    let (certificates, declarations) = (inspection.certificates, inspection.declarations);
    line(&format!(
        "{certificates} {}, {declarations} {}",
        lang.pick("张证书", counted(certificates, "certificate", "certificates")),
        lang.pick("份自我声明", counted(declarations, "self-declaration", "self-declarations"))
    ));
    for reason in &inspection.overrides {
        let moved = lang.pick("数量变动已说明：机构", "Counts moved, and why: body");
        line(&format!("{moved} {:02}: {}", reason.body, reason.reason));
    }
    let body = |of: &str| {
        let code: Option<u8> = of.parse().ok();
        let name = code.and_then(|code| reference.body(code)).map(|body| lang.pick(&body.name_zh, &body.name_en));
        let declarations = (code == Some(HASHED)).then(|| lang.pick("自我声明", "self-declarations"));
        name.or(declarations).unwrap_or_default().into()
    };
    let product = |of: &str| {
        let row = of.parse().ok().and_then(|code| reference.catalogue.on(code, standing.as_of.legal_day()));
        row.map_or(String::new(), |row| lang.pick(row.product_zh, row.product_en).into())
    };
    table(lang.pick("认证机构", "By body"), &inspection.bodies, body, lang);
    table(lang.pick("年份", "By year"), &inspection.years, |_| String::new(), lang);
    table(lang.pick("产品种类", "By product kind"), &inspection.products, product, lang);
    table(lang.pick("状态", "By status"), &inspection.statuses, |of| word(of, lang).into(), lang);
    complete(&inspection.complete, lang);
    chart(&inspection.columns, lang);
    files(inspection, lang);
    signatures(&inspection.keys, lang);
}

/// The largest lines of a table, and the rest in one.
fn table(title: &str, tallies: &[Tally], name: impl Fn(&str) -> String, lang: Lang) {
    line("");
    line(title);
    let (shown, rest) = tallies.split_at(tallies.len().min(SHOWN));
    for Tally { of, count } in shown {
        let name = Some(name(of)).filter(|name| name != of).unwrap_or_default();
        line(format!("  {count:>9}  {of:<9}  {name}").trim_end());
    }
    if !rest.is_empty() {
        let count: u64 = rest.iter().map(|tally| tally.count).sum();
        line(&format!("  {count:>9}  {} {}", rest.len(), lang.pick("项其他", "others")));
    }
}

/// What a number that is not there means: in these years that there is no such instrument, in others nothing.
fn complete(complete: &[Complete], lang: Lang) {
    line("");
    line(lang.pick("收录完整的机构和年份", "Complete for these bodies and years"));
    if complete.is_empty() {
        line(&format!("  {}", lang.pick("无", "none")));
    }
    for Complete { body, from, to, lapsed_since } in complete {
        let years = match (from, to) {
            (0, _) => lang.pick("全部", "all").into(),
            (from, to) if from == to => from.to_string(),
            (from, to) => format!("{from}–{to}"),
        };
        let since = match lapsed_since {
            None => lang.pick("含全部失效的", "with all that lapsed").into(),
            Some(day) => format!("{} {day} {}", lang.pick("含", "with what lapsed from"), lang.pick("起失效的", "on")),
        };
        line(&format!("  {body:02}  {years:<9}  {since}"));
    }
}

fn chart(columns: &[Column], lang: Lang) {
    line("");
    line(lang.pick("每条记录的比特数", "Bits a record"));
    let most = columns.iter().map(|column| column.bits).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    for Column { name, bits } in columns {
        let bar = "█".repeat((bits / most * BAR).round() as usize);
        line(&format!("  {bits:>6.2}  {bar} {}", column(name, lang)));
    }
    let sum: f64 = columns.iter().map(|column| column.bits).sum();
    line(&format!("  {sum:>6.2}  {}", lang.pick("合计", "in all")));
}

fn column(name: &str, lang: Lang) -> &'static str {
    match name {
        "directory" => lang.pick("目录和编码表", "directory and tables"),
        "number" => lang.pick("编号和产品种类", "number and product kind"),
        "issue" => lang.pick("发证日期", "issue day"),
        "expiry" => lang.pick("有效期至", "last day"),
        "status" => lang.pick("状态", "status"),
        "status_day" => lang.pick("状态日期", "day of the status"),
        "model" => lang.pick("规格型号", "model"),
        _ => lang.pick("持证人", "holder"),
    }
}

fn files(inspection: &Inspection, lang: Lang) {
    line("");
    line(lang.pick("文件（字节）", "Files, in bytes"));
    let files = &inspection.files;
    for (name, bytes) in [
        (lang.pick("参考表", "reference tables"), files.reference),
        (lang.pick("快照", "snapshot"), files.snapshot),
        (lang.pick("快照目录", "its directory"), files.directory),
    ] {
        line(&format!("  {bytes:>9}  {name}"));
    }
    if let Some(delta) = &inspection.delta {
        let name = lang.pick("增量", "delta");
        let parts = lang.pick("部分", counted(delta.parts as u64, "part", "parts"));
        let (added, changed, removed) =
            (lang.pick("新增", "added"), lang.pick("变更", "changed"), lang.pick("移除", "removed"));
        line(&format!(
            "  {:>9}  {name} ({} {parts}): {} {added}, {} {changed}, {} {removed}",
            delta.bytes, delta.parts, delta.added, delta.changed, delta.removed
        ));
    }
}

fn signatures(keys: &Signed, lang: Lang) {
    line("");
    let (document, until) = (lang.pick("密钥文件，版本", "Key document, version"), lang.pick("，有效至", ", until"));
    line(&format!("{document} {}{until} {}", keys.version, keys.expires));
    for role in &keys.roles {
        let signed = match role.signed.as_slice() {
            [] if role.role == "root" => lang.pick("由客户端随附", "pinned by the client").into(),
            [] => lang.pick("无签名", "no signature").into(),
            signed => signed.join(" "),
        };
        let (threshold, keys) = (role.threshold, role.keys);
        let needed = match lang {
            Lang::Zh => format!("须 {threshold} 个签名，共 {keys} 个密钥："),
            Lang::En => format!("{threshold} must sign of {keys}: "),
        };
        line(&format!("  {:<9}  {needed}{signed}", role.role));
    }
}
