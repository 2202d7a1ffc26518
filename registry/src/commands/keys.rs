//! `cccheck keys`

use super::json;
use crate::output::{Style, line, warn};
use cccheck::Instant;
use cccheck::trust::{KEY_ID_LENGTH, KeyId, Keys, PublicKey, RoleName};
use cccheck_registry::home::quoted;
use cccheck_registry::keys::{Chain, Change, Draft};
use cccheck_registry::texts::Lang;
use cccheck_registry::{Error, Home, clock, keys};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};

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
        /// A root key made elsewhere, as `cccheck keys make` shows it; needs --draft, and no root key is made here
        #[arg(long, value_name = "PUBLIC", value_parser = public, requires = "draft")]
        root: Vec<PublicKey>,
        /// Where to write the key document for the root keys to sign
        #[arg(long, value_name = "FILE", requires = "root")]
        draft: Option<PathBuf>,
        #[command(flatten)]
        writing: Writing,
    },
    /// Make one private key in a file, for a machine that holds a root key or witnesses
    Make {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        writing: Writing,
    },
    /// Show the public side of the keys, or a draft
    Show {
        /// A draft [default: the newest key document of the home]
        #[arg(value_name = "DRAFT")]
        draft: Option<PathBuf>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a role a new key in place of its oldest one; former receipt keys stay, to verify the receipts that they signed
    Rotate {
        /// The role
        role: Role,
        /// Keep all keys of the role beside the new one
        #[arg(long)]
        add: bool,
        /// How many keys of the role must sign from now on
        #[arg(long, value_name = "COUNT")]
        threshold: Option<u8>,
        #[command(flatten)]
        next: Next,
    },
    /// Take the trust from a key; a new one takes its place, but for witnesses, and for root keys that are kept elsewhere
    Revoke {
        /// The key, as `cccheck keys show` lists it
        #[arg(value_name = "KEY", value_parser = id)]
        key: KeyId,
        /// The lowest sequence from now on, at most 2^51 [default: the newest published one]
        #[arg(long, value_name = "SEQUENCE")]
        restart_sequence: Option<u64>,
        /// How many keys of its role must sign from now on
        #[arg(long, value_name = "COUNT")]
        threshold: Option<u8>,
        #[command(flatten)]
        next: Next,
    },
    /// Sign a draft with a private key; look at it first with `cccheck keys show`
    Sign {
        /// The draft
        #[arg(value_name = "DRAFT")]
        draft: PathBuf,
        /// The private key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Take over a draft that enough root keys have signed
    Accept {
        /// The draft
        #[arg(value_name = "DRAFT")]
        draft: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a pin of the newest key document and sequence, for clients to ship with from now on
    Pin {
        /// Where to [default: pin.json in the home]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// How a new private key is written, and the answer.
#[derive(Args)]
pub(super) struct Writing {
    /// Encrypt private keys with a passphrase; --passphrase-file says so too
    #[arg(long)]
    encrypt: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// How the next key document comes about.
#[derive(Args)]
pub(super) struct Next {
    /// A key made elsewhere, as `cccheck keys make` shows it [default: a new one is made in the home; root keys that are kept elsewhere are made there]
    #[arg(long, value_name = "PUBLIC", value_parser = public)]
    public: Option<PublicKey>,
    /// Where to write the new key document for root keys elsewhere to sign [default: it is signed with those in the home]
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
    /// The clock is right, though the newest key document was made after what it says: it was ahead then
    #[arg(long)]
    clock_is_right: bool,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Role {
    Root,
    Content,
    Freshness,
    Receipt,
    Witness,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Root => Self::Root,
            Role::Content => Self::Content,
            Role::Freshness => Self::Freshness,
            Role::Receipt => Self::Receipt,
            Role::Witness => Self::Witness,
        }
    }
}

fn public(text: &str) -> Result<PublicKey, &'static str> {
    keys::public_from_text(text)
}

fn id(text: &str) -> Result<KeyId, &'static str> {
    let plain = text.len() == 2 * KEY_ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u64::from_str_radix(text, 16).ok().filter(|_| plain);
    number.map(u64::to_be_bytes).ok_or("16 hexadecimal digits are expected")
}

/// The public side of a key document.
#[derive(Serialize)]
struct Shown {
    origin: String,
    synthetic: bool,
    version: u32,
    #[serde(rename = "lowestSequence")]
    lowest_sequence: u64,
    expires: Instant,
    roles: Vec<ShownRole>,
    /// Of a draft: who has signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signatures: Option<Vec<String>>,
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

pub(super) fn run(home: Home, style: Style, command: Command) -> Result<(), Error> {
    match command {
        Command::New { origin, synthetic, root, draft, writing } => {
            let home = writing.home(home);
            if let Some(draft) = draft {
                keys::create_draft(&home, &origin, synthetic, &root, clock::now()?, &draft)?;
                return show_draft(&home, &draft, style, writing.json);
            }
            keys::create(&home, &origin, synthetic, clock::now()?)?;
            show_home(&home, style, writing.json)?;
            if !writing.json {
                line(&format!("{}{}", style.lang.pick("客户端随附：", "Clients ship with "), home.pin().display()));
                let move_away =
                    style.lang.pick("请将根密钥移到离线处保存：", "Move the root keys to a place offline: ");
                line(&format!("{move_away}{}", home.keys().join("root-*.key").display()));
            }
            Ok(())
        }
        Command::Make { file, writing } => {
            let key = keys::make(&file, writing.home(home).encrypts())?;
            let (id, public) = (keys::key_id(&key), keys::public_text(&key));
            if writing.json {
                line(&json(&json!({ "id": id, "public": public }))?);
            } else {
                line(&format!("{}{id}", style.lang.pick("密钥编号：", "Key: ")));
                line(&format!("{}{public}", style.lang.pick("公钥：", "Public key: ")));
            }
            Ok(())
        }
        Command::Show { draft: None, json } => show_home(&home, style, json),
        Command::Show { draft: Some(draft), json } => show_draft(&home, &draft, style, json),
        Command::Rotate { role, add, threshold, next } => {
            change(home, style, &Change::Rotate { role: role.into(), add, threshold }, next)
        }
        Command::Revoke { key, restart_sequence, threshold, next } => {
            change(home, style, &Change::Revoke { key, restart: restart_sequence, threshold }, next)
        }
        Command::Sign { draft, key, json } => {
            let key = keys::sign_draft(&draft, &key, home.passphrase())?;
            let counts = keys::signature_counts(&home, &keys::draft(&draft)?.keys, key);
            if counts != Some(true) {
                warn(&not_counted(&draft, key, counts.is_none(), style.lang));
            }
            show_draft(&home, &draft, style, json)
        }
        Command::Accept { draft, json } => {
            keys::accept(&home, &draft)?;
            show_home(&home, style, json)
        }
        Command::Pin { out, json: as_json } => {
            let path = out.unwrap_or_else(|| home.pin());
            let pin = keys::write_new_pin(&home, &path)?;
            if as_json {
                line(&json(&pin)?);
            } else {
                line(&format!("{}{}", style.lang.pick("客户端随附：", "Clients ship with "), path.display()));
            }
            Ok(())
        }
    }
}

/// Of a signature by a key that the draft does not need, as one that was revoked before; or may not need, which is not known
/// without the document before it.
fn not_counted(draft: &Path, key: KeyId, may_count: bool, lang: Lang) -> String {
    let key = cccheck::hex(&key);
    let show = format!("`cccheck keys show {}`", quoted(draft));
    match (lang, may_count) {
        (Lang::Zh, false) => format!(
            "密钥 {key} 的签名不起作用：它既不是本草案的根密钥，也不是前一份密钥文件的根密钥；请用 {show} 所列的根密钥签名"
        ),
        (Lang::Zh, true) => format!(
            "密钥 {key} 不是 {show} 所列的本草案根密钥；只有它是前一份密钥文件的根密钥时，其签名才起作用，而此处没有该文件，无法核实"
        ),
        (Lang::En, false) => format!(
            "the signature of {key} does not count: it is a root key neither of this draft nor of the document before it; sign with \
             a root key that {show} lists"
        ),
        (Lang::En, true) => format!(
            "{key} is none of the draft's own root keys, which {show} lists: its signature counts only if it is a root key of the \
             document before it, which is not here to compare"
        ),
    }
}

impl Writing {
    fn home(&self, home: Home) -> Home {
        if self.encrypt { home.encrypting() } else { home }
    }
}

impl Next {
    fn home(&self, home: Home) -> Home {
        let home = self.writing.home(home);
        if self.clock_is_right { home.trusting_clock() } else { home }
    }
}

fn change(home: Home, style: Style, change: &Change, next: Next) -> Result<(), Error> {
    let home = next.home(home);
    let (public, now) = (next.public.as_ref(), clock::now()?);
    match next.draft {
        Some(draft) => {
            keys::propose(&home, change, public, now, &draft)?;
            show_draft(&home, &draft, style, next.writing.json)
        }
        None => {
            keys::change(&home, change, public, now)?;
            show_home(&home, style, next.writing.json)
        }
    }
}

fn show_home(home: &Home, style: Style, as_json: bool) -> Result<(), Error> {
    show(&shown(home, Chain::read(home)?.keys(), None), style, as_json)
}

fn show_draft(home: &Home, path: &Path, style: Style, as_json: bool) -> Result<(), Error> {
    let Draft { keys, signers } = keys::draft(path)?;
    let signatures = signers.iter().map(|key| cccheck::hex(key)).collect();
    show(&shown(home, &keys, Some(signatures)), style, as_json)
}

fn shown(home: &Home, keys: &Keys, signatures: Option<Vec<String>>) -> Shown {
    let roles = RoleName::ALL.into_iter().map(|name| {
        let role = keys.role(name);
        let shown = |key| ShownKey { id: keys::key_id(key), private: keys::file(home, name, key).exists() };
        ShownRole { role: name.as_str(), threshold: role.threshold, keys: role.keys.iter().map(shown).collect() }
    });
    Shown {
        roles: roles.collect(),
        origin: keys.origin.clone(),
        synthetic: keys.synthetic,
        version: keys.version,
        lowest_sequence: keys.lowest_sequence,
        expires: keys.expires,
        signatures,
    }
}

fn show(shown: &Shown, style: Style, as_json: bool) -> Result<(), Error> {
    if as_json {
        line(&json(shown)?);
        return Ok(());
    }
    let lang = style.lang;
    let synthetic = if shown.synthetic { lang.pick("（合成数据）", " (synthetic data)") } else { "" };
    let Shown { origin, version, expires, lowest_sequence, .. } = shown;
    line(&match lang {
        Lang::Zh => format!("{origin}{synthetic}，版本 {version}，有效至 {expires}，序号起点 {lowest_sequence}"),
        Lang::En => {
            format!("{origin}{synthetic}, version {version}, until {expires}, sequences from {lowest_sequence}")
        }
    });
    for role in shown.roles.iter().filter(|role| !role.keys.is_empty()) {
        let ids: Vec<String> = role
            .keys
            .iter()
            .map(|key| match key.private {
                true => key.id.clone(),
                false => format!("{}{}", key.id, lang.pick("（私钥不在此处）", " (private key not here)")),
            })
            .collect();
        let (threshold, ids) = (role.threshold, ids.join(lang.pick("、", ", ")));
        let needed = match lang {
            Lang::Zh => format!("须 {threshold} 份签名，可用密钥：{ids}"),
            Lang::En => format!("{threshold} must sign, of {ids}"),
        };
        line(&format!("  {:<10} {needed}", role.role));
    }
    if let Some(signatures) = &shown.signatures {
        let (by, nobody) = (lang.pick("草案，已签名", "A draft, signed by"), lang.pick("无", "nobody yet"));
        let (comma, colon) = (lang.pick("、", ", "), lang.pick("：", ": "));
        let signers = if signatures.is_empty() { nobody.into() } else { signatures.join(comma) };
        line(&format!("{by}{colon}{signers}"));
    }
    Ok(())
}
