//! `cccheck serve`

use super::Address;
use crate::output::{Style, line, publishing, warn};
use cccheck_registry::serve::{Port, Server};
use cccheck_registry::{Error, Home};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    address: Address,
    /// The built pages [default: none]
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,
}

pub(super) fn run(home: &Home, style: Style, arguments: Arguments) -> Result<(), Error> {
    let port = Port::bind(&arguments.address.host, arguments.address.port)?;
    warn_without_pages(arguments.www.as_ref());
    let server = Server::new(home.clone(), arguments.www, publishing)?;
    let serving = format!("{}: {}", style.lang.pick("服务地址", "Serving"), port.url());
    server.run(port, || line(&serving))
}

/// Says so where the pages were not built; the rest works without them.
pub(super) fn warn_without_pages(www: Option<&PathBuf>) {
    if let Some(www) = www.filter(|www| !www.join("index.html").exists()) {
        warn(&format!("{} has no pages: build them with scripts/build", www.display()));
    }
}
