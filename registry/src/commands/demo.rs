//! `cccheck demo`

use super::Address;
use super::serve::warn_without_pages;
use crate::output::{Style, line, publishing, warn};
use cccheck::Provenance;
use cccheck_registry::generate::{self, MAX_ROWS};
use cccheck_registry::home::quoted;
use cccheck_registry::serve::{Port, Server};
use cccheck_registry::texts::Lang;
use cccheck_registry::{Error, Home, Store, clock, keys, reference};
use clap::Args;
use std::env;
use std::path::{Path, PathBuf};

/// The name of every demonstration.
const ORIGIN: &str = "demo.cccheck.example";
const ROWS: u64 = 20_000;

#[derive(Args)]
#[command(after_help = "\
The register is made up, under body codes that no real body has; beside it are real numbers as quoted on public listings.
A restart keeps the register, its keys and its log.")]
pub(super) struct Arguments {
    #[command(flatten)]
    address: Address,
    /// How many certificates to make up [default: 20000]; 569000 is about the national size
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=MAX_ROWS))]
    rows: Option<u64>,
    /// The built pages
    #[arg(long, default_value = "www/dist", value_name = "DIR")]
    www: PathBuf,
}

pub(super) fn run(home: &Home, style: Style, arguments: Arguments) -> Result<(), Error> {
    let port = Port::bind(&arguments.address.host, arguments.address.port)?;
    warn_without_pages(Some(&arguments.www));
    prepare(home, style, arguments.rows)?;
    let server = Server::new(home.clone(), Some(arguments.www), publishing)?;
    let storefront = format!("{}: {}", style.lang.pick("商店页面", "Storefront"), port.url());
    let revoke = style.lang.pick("撤销一张示例证书", "To revoke a sample certificate, run");
    let revoke = server.samples().first().map(|sample| format!("{revoke}: {}", revoke_command(home, &sample.number)));
    server.run(port, || {
        line(&storefront);
        revoke.iter().for_each(|revoke| line(revoke));
    })
}

/// Makes keys and register, unless they are there.
fn prepare(home: &Home, style: Style, rows: Option<u64>) -> Result<(), Error> {
    if keys::exist(home) {
        let (pin, _) = keys::pin(home)?;
        if !pin.synthetic {
            return Err(Error::NotADemo { home: home.dir().into(), origin: pin.origin });
        }
    } else {
        keys::create(home, ORIGIN, true, clock::now()?)?;
    }
    let mut store = Store::open_or_create(home)?;
    if store.is_empty()? {
        let now = clock::now()?;
        return generate::fill(&mut store, rows.unwrap_or(ROWS), &reference::load()?, now);
    }
    if let Some(rows) = rows {
        let found = store.count(Provenance::Synthetic)?;
        if found != rows {
            let dir = home.dir().display();
            warn(&match style.lang {
                Lang::Zh => {
                    format!("保留已有的登记（{found}张证书）；如要重新开始，请删除目录 {dir}，或用 --dir 指定另一目录")
                }
                Lang::En => format!(
                    "the register that is there is kept, with {found} certificates; to start afresh, delete the directory \
                     {dir} or name another with --dir"
                ),
            });
        }
    }
    Ok(())
}

/// The command as it can be typed in another terminal.
fn revoke_command(home: &Home, number: &str) -> String {
    let program = env::args().next().unwrap_or_else(|| "cccheck".into());
    let dir = quoted(home.dir());
    format!("{} status {number} revoked --reason demonstration --dir {dir}", quoted(Path::new(&program)))
}
