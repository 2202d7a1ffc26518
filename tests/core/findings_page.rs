//! The reference page of all findings, made from `data/findings.csv`.
//!
//! `CCCHECK_WRITE_VECTORS=1 cargo test --test core findings_page` writes `docs/findings.md` anew.

use cccheck::tables;
use std::fmt::Write;
use std::path::Path;

fn page() -> String {
    let mut table = csv::Reader::from_reader(tables::FINDINGS.as_bytes());
    let columns: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
    let mut page = String::from(
        "# Findings\n\n\
         Every finding that a verdict can hold, in the order of the rules. Made from `data/findings.csv`; do not edit.\n\n\
         The decisions are those of the policies marketplace, strict and lenient. A finding whose evidence is not confirmed is at\n\
         most `review`, whatever the column says, unless a platform overrides it.\n",
    );
    let mut family = String::new();
    for record in table.records() {
        let record = record.unwrap();
        let field = |name: &str| &record[columns.iter().position(|column| column == name).unwrap()];
        let (prefix, _) = field("code").split_once('.').unwrap();
        if prefix != family {
            prefix.clone_into(&mut family);
            write!(page, "\n## {family}\n").unwrap();
        }
        let confirmable =
            if field("confirmable") == "yes" { "a confirmation could change it" } else { "no confirmation changes it" };
        write!(
            page,
            "\n### `{}`\n\n{} · {} / {} / {} · {confirmable}\n\n| | 中文 | English |\n| --- | --- | --- |\n",
            field("code"),
            field("severity"),
            field("marketplace"),
            field("strict"),
            field("lenient"),
        )
        .unwrap();
        for (row, zh, en) in [
            ("when", "title_zh", "title_en"),
            ("seller", "seller_zh", "seller_en"),
            ("platform", "platform_zh", "platform_en"),
        ] {
            writeln!(page, "| {row} | {} | {} |", cell(field(zh)), cell(field(en))).unwrap();
        }
        for (name, column) in [("Law", "law"), ("Source", "source")] {
            if !field(column).is_empty() {
                write!(page, "\n{name}: {}\n", field(column)).unwrap();
            }
        }
    }
    page
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_committed_page_is_what_the_table_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
    if std::env::var_os("CCCHECK_WRITE_VECTORS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == page(), "docs/findings.md is not what data/findings.csv makes");
}
