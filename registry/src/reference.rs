//! The reference tables: from the CSV texts that ship with the core to what is signed with the register.

use crate::Error;
use cccheck::{Body, Catalogue, CatalogueRow, Confidence, Day, Reference, Scheme, tables};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The reference tables.
///
/// # Errors
/// [`Error::Table`] if a table is not as it must be.
pub fn load() -> Result<Reference, Error> {
    let unsound = |problem: String| Error::Table { table: "catalogue.csv", problem };
    let catalogue = rows::<CatalogueLine>("catalogue.csv", tables::CATALOGUE)?
        .into_iter()
        .filter(|line| !line.code.ends_with('?'))
        .map(|line| line.row().map_err(|code| unsound(format!("`{code}` is no product code of four digits"))))
        .collect::<Result<Vec<_>, _>>()?;
    let catalogue = Catalogue::new(catalogue).map_err(|error| unsound(error.to_string()))?;
    let mut bodies: Vec<Body> =
        rows::<BodyLine>("bodies.csv", tables::BODIES)?.into_iter().map(BodyLine::body).collect();
    bodies.sort_by_key(|body| body.code);
    Ok(Reference { catalogue, bodies })
}

/// The rows of a table that ships with the core.
pub(crate) fn rows<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<Vec<T>, Error> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .collect::<Result<_, _>>()
        .map_err(|error| Error::Table { table, problem: error.to_string() })
}

#[derive(Deserialize)]
struct CatalogueLine {
    code: String,
    product_zh: String,
    product_en: String,
    scheme: Scheme,
    effective_from: Day,
    effective_to: Option<Day>,
    accept_from: Option<Day>,
    announcement: String,
    source: String,
    duty_confidence: Confidence,
    code_confidence: Confidence,
}

impl CatalogueLine {
    /// The row, or the code that is none.
    fn row(self) -> Result<CatalogueRow, String> {
        let digits = self.code.len() == 4 && self.code.bytes().all(|byte| byte.is_ascii_digit());
        let code = self.code.parse().ok().filter(|_| digits).ok_or(self.code)?;
        Ok(CatalogueRow {
            code,
            product_zh: self.product_zh,
            product_en: self.product_en,
            scheme: self.scheme,
            effective_from: self.effective_from,
            effective_to: self.effective_to,
            accept_from: self.accept_from,
            announcement: self.announcement,
            source: self.source,
            duty_confidence: self.duty_confidence,
            code_confidence: self.code_confidence,
        })
    }
}

#[derive(Deserialize)]
struct BodyLine {
    code: u8,
    name_zh: String,
    name_en: String,
    confidence: BodyConfidence,
}

/// The words of the table: the core's, and one for bodies that exist in the demonstration only.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum BodyConfidence {
    Confirmed,
    Likely,
    Unsure,
    FromMemory,
    Synthetic,
}

impl BodyLine {
    fn body(self) -> Body {
        let confidence = match self.confidence {
            // A synthetic register is a world of its own, whose bodies are certain in it.
            BodyConfidence::Confirmed | BodyConfidence::Synthetic => Confidence::Confirmed,
            BodyConfidence::Likely => Confidence::Likely,
            BodyConfidence::Unsure => Confidence::Unsure,
            BodyConfidence::FromMemory => Confidence::FromMemory,
        };
        Body { code: self.code, name_zh: self.name_zh, name_en: self.name_en, confidence }
    }
}
