//! `cccheck keys`

use super::json;
use crate::output::{Style, line};
use cccheck::Instant;
use cccheck::trust::RoleName;
use cccheck_registry::{Error, Home, clock, keys};
use clap::Subcommand;
use serde::Serialize;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make the keys of a new register; keys that are there are never overwritten
    New {
        /// The register's name, such as register.example; a synthetic one begins with `demo.`
        #[arg(long, value_name = "NAME")]
        origin: String,
        /// The register is made up, for demonstration
        #[arg(long)]
        synthetic: bool,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the public side of the keys
    Show {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// The public side of a home's keys.
#[derive(Serialize)]
struct Shown {
    origin: String,
    synthetic: bool,
    version: u32,
    expires: Instant,
    roles: Vec<ShownRole>,
}

#[derive(Serialize)]
struct ShownRole {
    role: &'static str,
    threshold: u8,
    keys: Vec<ShownKey>,
}

#[derive(Serialize)]
struct ShownKey {
    id: String,
    /// Whether the private key is in the home.
    private: bool,
}

pub(super) fn run(home: &Home, style: Style, command: Command) -> Result<(), Error> {
    let as_json = match command {
        Command::New { origin, synthetic, json } => {
            keys::create(home, &origin, synthetic, clock::now()?)?;
            json
        }
        Command::Show { json } => {
            let shown = shown(home)?;
            return show(&shown, style, json);
        }
    };
    show(&shown(home)?, style, as_json)?;
    if !as_json {
        let (root, pin) = (keys::file(home, RoleName::Root, 0), home.pin());
        line(&format!("{} {}", style.lang.pick("客户端随附：", "Clients ship with"), pin.display()));
        line(&format!(
            "{} {}",
            style.lang.pick("请将根密钥移到离线处保存：", "Move the root keys to a place offline:"),
            root.with_file_name("root-*.key").display()
        ));
    }
    Ok(())
}

fn shown(home: &Home) -> Result<Shown, Error> {
    let (_, pin) = keys::pin(home)?;
    let roles = keys::roles().map(|name| {
        let role = pin.keys.role(name);
        let shown = role
            .keys
            .iter()
            .enumerate()
            .map(|(place, key)| ShownKey { id: keys::key_id(key), private: keys::file(home, name, place).exists() });
        ShownRole { role: name.as_str(), threshold: role.threshold, keys: shown.collect() }
    });
    Ok(Shown {
        roles: roles.collect(),
        origin: pin.keys.origin,
        synthetic: pin.keys.synthetic,
        version: pin.keys.version,
        expires: pin.keys.expires,
    })
}

fn show(shown: &Shown, style: Style, as_json: bool) -> Result<(), Error> {
    if as_json {
        line(&json(shown)?);
        return Ok(());
    }
    let lang = style.lang;
    let synthetic = if shown.synthetic { lang.pick("（合成数据）", " (synthetic data)") } else { "" };
    let (version, until) = (lang.pick("版本", "version"), lang.pick("有效至", "until"));
    line(&format!("{}{synthetic}, {version} {}, {until} {}", shown.origin, shown.version, shown.expires));
    for role in &shown.roles {
        let of = lang.pick("份签名，密钥", "must sign, of");
        let ids: Vec<String> = role
            .keys
            .iter()
            .map(|key| match key.private {
                true => key.id.clone(),
                false => format!("{} ({})", key.id, lang.pick("私钥不在此处", "private key elsewhere")),
            })
            .collect();
        line(&format!("  {:<10} {} {of} {}", role.role, role.threshold, ids.join(", ")));
    }
    Ok(())
}
