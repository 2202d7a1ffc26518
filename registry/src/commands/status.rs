//! `cccheck status`

use super::json;
use crate::output::{Style, line};
use cccheck::{Day, Status};
use cccheck_registry::home::quoted;
use cccheck_registry::keys::Chain;
use cccheck_registry::texts::word;
use cccheck_registry::{Error, Home, Store, clock};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

#[derive(Args)]
pub(super) struct Arguments {
    /// The number as typed
    number: String,
    /// The number is that of a self-declaration
    #[arg(long)]
    declaration: bool,
    /// The new status
    #[arg(value_parser = statuses())]
    status: Status,
    /// The first day of the new status [default: today]
    #[arg(long, value_name = "DAY")]
    since: Option<Day>,
    /// Why; goes into the log
    #[arg(long, value_name = "TEXT", value_parser = super::reason)]
    reason: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// What became of the certificate or self-declaration.
#[derive(Serialize)]
struct Answer {
    number: String,
    status: Status,
    since: Day,
    /// Its line in the log; none where the register said so already.
    change: Option<i64>,
    /// The status before.
    old: Status,
}

/// They can be given any status but "unknown".
fn statuses() -> impl TypedValueParser<Value = Status> {
    let names = Status::ALL.into_iter().filter(|status| *status != Status::Unknown).map(Status::as_str);
    PossibleValuesParser::new(names).map(|name| Status::from_text(&name).unwrap_or(Status::Unknown))
}

pub(super) fn run(home: &Home, style: Style, arguments: &Arguments) -> Result<(), Error> {
    let now = clock::now()?;
    let today = now.legal_day();
    let since = arguments.since.unwrap_or(today);
    if since > today {
        return Err(Error::FutureStatus { since, today });
    }
    let mut store = Store::open(home)?;
    let Arguments { number: typed, status, reason, .. } = arguments;
    let (number, old, change) = if arguments.declaration {
        let (old, change) = store.set_declaration_status(typed, *status, Some(since), reason, now)?;
        (typed.clone(), old, change)
    } else {
        let reading = cccheck::parse(typed);
        let number = reading
            .ccc
            .ok_or_else(|| Error::NotANumber { text: typed.clone(), suggestion: reading.suggestion.clone() })?;
        let change = store.set_status(number, *status, Some(since), reason, now)?;
        let old = change.as_ref().map_or(*status, |change| change.old);
        (number.to_string(), old, change.map(|change| change.id))
    };
    let answer = Answer { number, status: *status, since, change, old };
    if arguments.json {
        line(&json(&answer)?);
    } else {
        show(&answer, home, style);
    }
    Ok(())
}

fn show(answer: &Answer, home: &Home, style: Style) {
    let lang = style.lang;
    let (number, since) = (&answer.number, answer.since);
    let (old, new) = (word(answer.old.as_str(), lang), word(answer.status.as_str(), lang));
    if answer.change.is_none() {
        let already = lang.pick("登记中已是", "is already");
        line(&format!("{number} {already} {new} ({since})"));
        return;
    }
    line(&format!("{number}: {old} → {new} ({since})"));
    let hint = if Chain::read(home).is_ok_and(|chain| chain.keys().witness.threshold > 0) {
        lang.pick(
            "此变更须经见证方联署后才会发布。请先签署新一期，再请见证方联署：",
            "It is published once witnesses have cosigned it. Sign the edition that they cosign: ",
        )
    } else {
        lang.pick(
            "运行中的服务器会在数秒内发布，除非数量变化过大而暂缓（见其日志）；如没有服务器，请运行：",
            "A running server publishes it within seconds, unless it holds counts back, as its log says; without one, run: ",
        )
    };
    line(&format!("{hint}cccheck --dir {} publish", quoted(home.dir())));
}
