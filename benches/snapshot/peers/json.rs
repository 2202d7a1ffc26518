//! JSON, as a service would give it, and what brotli makes of it.

use crate::register::Register;
use cccheck::Day;
use std::fmt::Write;
use std::io;

pub fn text(register: &Register) -> String {
    let mut text = String::from("[");
    for (record, row) in register.records.iter().zip(&register.rows) {
        let day = |day: Option<Day>| day.map_or("null".into(), |day| format!("\"{day}\""));
        let holder: String = register.holders[row.holder].iter().map(|byte| format!("{byte:02x}")).collect();
        let comma = if text.len() > 1 { "," } else { "" };
        let (issued, expires, since) = (day(record.issued_on), day(record.expires_on), day(record.status_since));
        let (number, status) = (record.number, record.status.as_str());
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            r#"{comma}{{"number":"{number}","status":"{status}","statusSince":{since},"issuedOn":{issued},"expiresOn":{expires},"holder":"{holder}"}}"#
        );
    }
    text + "]"
}

pub fn brotli(text: &str) -> io::Result<usize> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 9, lgwin: 24, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut text.as_bytes(), &mut out, &parameters)
}
