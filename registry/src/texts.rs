//! The texts for people: of findings from `data/findings.csv`, of the words in their values from the table here.

use crate::Error;
use crate::reference;
use cccheck::{Code, Problem, Values, tables};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The one of two texts that is in this language.
    #[must_use]
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// Words of JSON that stand in values, in Chinese and English; the kinds of numbers have a table of their own.
const WORDS: [(&str, &str, &str); 22] = [
    ("valid", "有效", "valid"),
    ("suspended", "暂停", "suspended"),
    ("revoked", "撤销", "revoked"),
    ("cancelled", "注销", "cancelled"),
    ("expired", "过期失效", "expired"),
    ("unknown", "未知", "unknown"),
    ("third_party", "第三方认证", "third-party certification"),
    ("self_declaration_a", "自我声明（程序A）", "self-declaration (programme A)"),
    ("self_declaration_b", "自我声明（程序B）", "self-declaration (programme B)"),
    ("merged", "并入其他种类", "merged into another kind"),
    ("removed", "已调出目录", "removed from the catalogue"),
    ("unresolved", "不能确定", "not decided by public sources"),
    ("third_party_certificate", "第三方证书", "third-party certificate"),
    ("self_declaration", "自我声明", "self-declaration"),
    ("applicant", "申请人", "applicant"),
    ("manufacturer", "生产者", "manufacturer"),
    ("factory", "生产企业", "factory"),
    ("credit_code", "统一社会信用代码", "credit code"),
    ("confirmed", "已证实", "confirmed"),
    ("likely", "很可能", "likely"),
    ("unsure", "不确定", "unsure"),
    ("from_memory", "未查到出处", "no source found"),
];
/// What stands where a value is missing.
const MISSING: (&str, &str) = ("日期不明", "day unknown");

/// A word of JSON in a language; other texts stay as they are.
#[must_use]
pub fn word(text: &str, lang: Lang) -> &str {
    if let Some((_, zh, en)) = WORDS.iter().find(|(name, ..)| *name == text) {
        return lang.pick(zh, en);
    }
    KINDS.iter().find(|kind| kind.code == text).map_or(text, |kind| lang.pick(&kind.name_zh, &kind.name_en))
}

/// A kind of number in words: a row of `data/number-kinds.csv`.
#[derive(Deserialize)]
struct KindRow {
    code: String,
    name_zh: String,
    name_en: String,
}

/// Without a readable table, which a test rules out, the kinds keep their machine names.
static KINDS: LazyLock<Vec<KindRow>> =
    LazyLock::new(|| reference::rows("number-kinds.csv", tables::NUMBER_KINDS).unwrap_or_default());

/// What a finding says, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingText {
    /// What was found.
    pub title: String,
    /// What the seller can do.
    pub seller: String,
    /// What the platform should do.
    pub platform: String,
    /// The law behind it, if there is one.
    pub law: String,
}

/// The texts of all findings.
pub struct Texts {
    rows: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
struct Row {
    code: String,
    law: String,
    title_zh: String,
    title_en: String,
    seller_zh: String,
    seller_en: String,
    platform_zh: String,
    platform_en: String,
}

impl Texts {
    /// Reads the table.
    ///
    /// # Errors
    /// [`Error::Table`] if it is not as it must be.
    pub fn load() -> Result<Self, Error> {
        let rows: Vec<Row> = reference::rows("findings.csv", tables::FINDINGS)?;
        Ok(Self { rows: rows.into_iter().map(|row| (row.code.clone(), row)).collect() })
    }

    /// The texts of a finding with the values that it compared.
    #[must_use]
    pub fn of(&self, code: Code, values: &Values, lang: Lang) -> FindingText {
        let Some(row) = self.rows.get(code.as_str()) else {
            let title = code.to_string();
            return FindingText { title, seller: String::new(), platform: String::new(), law: String::new() };
        };
        let text = |zh: &str, en: &str| filled(lang.pick(zh, en), values, lang);
        FindingText {
            title: text(&row.title_zh, &row.title_en),
            seller: text(&row.seller_zh, &row.seller_en),
            platform: text(&row.platform_zh, &row.platform_en),
            law: row.law.clone(),
        }
    }

    /// The texts of what is wrong with a typed number.
    #[must_use]
    pub fn of_problem(&self, problem: &Problem, lang: Lang) -> FindingText {
        self.of(problem.code, &problem.values, lang)
    }
}

/// Replaces each `{name}` by the value of that name.
fn filled(template: &str, values: &Values, lang: Lang) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        text.push_str(before);
        text.push_str(match values.get(name) {
            None | Some("") => lang.pick(MISSING.0, MISSING.1),
            Some(value) => word(value, lang),
        });
        rest = tail;
    }
    text + rest
}
