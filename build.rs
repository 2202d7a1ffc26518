//! Turns `data/findings.csv`, the one list of findings, into the enum `Code` and its table.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=data/findings.csv");
    let mut table = csv::Reader::from_path("data/findings.csv").expect("data/findings.csv can be read");
    let (mut variants, mut all, mut codes) = (String::new(), String::new(), String::new());
    let (mut places, mut rows) = (String::new(), String::new());
    for (place, record) in table.records().enumerate() {
        let record = record.expect("data/findings.csv is well-formed CSV");
        let field = |index: usize| record.get(index).expect("data/findings.csv has all columns");
        let (code, variant) = (field(0), variant(field(0)));
        writeln!(variants, "    /// `{code}`: {}.\n    {variant},", field(field_index("title_en")))
            .expect("writing to a string");
        writeln!(all, "    Code::{variant},").expect("writing to a string");
        codes.push_str(code);
        writeln!(places, "        Code::{variant} => {place},").expect("writing to a string");
        writeln!(
            rows,
            "    Row {{ end: {}, severity: Severity::{}, decisions: [Decision::{}, Decision::{}, Decision::{}], confirmable: {} }},",
            codes.len(),
            capitalised(field(1)),
            capitalised(field(2)),
            capitalised(field(3)),
            capitalised(field(4)),
            field(5) == "yes"
        )
        .expect("writing to a string");
    }
    let source = format!(
        "/// The stable code of a finding; its text form is the code in `data/findings.csv`.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         pub enum Code {{\n{variants}}}\n\n\
         /// Every code, in the order of `data/findings.csv`.\n\
         pub const ALL_CODES: &[Code] = &[\n{all}];\n\n\
         fn place(code: Code) -> usize {{\n    match code {{\n{places}    }}\n}}\n\n\
         /// All codes, one after the other.\n\
         const CODES: &str = {codes:?};\n\n\
         static ROWS: &[Row] = &[\n{rows}];\n"
    );
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("codes.rs"), source).expect("OUT_DIR can be written");
}

const COLUMNS: [&str; 14] = [
    "code",
    "severity",
    "marketplace",
    "strict",
    "lenient",
    "confirmable",
    "law",
    "source",
    "title_zh",
    "title_en",
    "seller_zh",
    "seller_en",
    "platform_zh",
    "platform_en",
];

fn field_index(name: &str) -> usize {
    COLUMNS.iter().position(|column| *column == name).expect("a known column")
}

/// `status.not_found` becomes `StatusNotFound`.
fn variant(code: &str) -> String {
    code.split(['.', '_']).map(capitalised).collect()
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}
