//! The catalogue's rows: one product kind in one period.

use crate::date::Day;
use crate::finding::{Confidence, Evidence};
use crate::json::json_enum;
use crate::text::digits;
use crate::texts::Texts;
use crate::wire::{wire_enum, wire_struct};
use alloc::vec::Vec;

/// How a product kind must show conformity in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Certification by a designated body (第三方认证).
    ThirdParty,
    /// Self-declaration, programme A: laboratory of one's choice (自我声明程序A).
    SelfDeclarationA,
    /// Self-declaration, programme B: designated laboratory (自我声明程序B).
    SelfDeclarationB,
    /// Under the duty as part of another kind (并入其他种类).
    Merged,
    /// No longer in the catalogue (已调出目录).
    Removed,
    /// The public sources do not decide which of several kinds changed.
    Unresolved,
}

impl Scheme {
    /// Whether the instrument is a self-declaration (自我声明).
    #[must_use]
    pub fn is_self_declaration(self) -> bool {
        matches!(self, Self::SelfDeclarationA | Self::SelfDeclarationB)
    }
}

json_enum!(Scheme {
    ThirdParty = "third_party",
    SelfDeclarationA = "self_declaration_a",
    SelfDeclarationB = "self_declaration_b",
    Merged = "merged",
    Removed = "removed",
    Unresolved = "unresolved",
});

/// One product kind in one period, as the tables state it. Days are inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogueRow<'a> {
    /// The four digits of the product kind (产品种类代码).
    pub code: u16,
    /// The kind's Chinese name.
    pub product_zh: &'a str,
    /// The kind's English name.
    pub product_en: &'a str,
    /// How conformity is shown in this period.
    pub scheme: Scheme,
    /// The first day of the period.
    pub effective_from: Day,
    /// The last day of the period; open if missing.
    pub effective_to: Option<Day>,
    /// The day from which the new instrument is accepted, where that is earlier than the period.
    pub accept_from: Option<Day>,
    /// The announcement (公告) that made the period.
    pub announcement: &'a str,
    /// Where that was read.
    pub source: &'a str,
    /// How well the duty in this period is known.
    pub duty_confidence: Confidence,
    /// How well the four digits are known.
    pub code_confidence: Confidence,
}

impl CatalogueRow<'_> {
    /// How well it is known that a certificate with these digits falls under this row: the weaker of duty and code.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.duty_confidence.max(self.code_confidence)
    }

    /// The row as evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence {
            reference: [&digits(self.code, 4), " ", self.product_zh, " (", self.announcement, ")"].concat(),
            source: self.source.into(),
            confidence: self.confidence(),
        }
    }
}

/// The rows by code and day. In its stored form every text stands once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    texts: Texts,
    periods: Vec<Period>,
}

/// A [`CatalogueRow`] with its texts as places in the table of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Period {
    code: u16,
    product_zh: u16,
    product_en: u16,
    scheme: Scheme,
    effective_from: Day,
    effective_to: Option<Day>,
    accept_from: Option<Day>,
    announcement: u16,
    source: u16,
    duty_confidence: Confidence,
    code_confidence: Confidence,
}

wire_struct!(Catalogue { texts, periods });
wire_struct!(Period {
    code,
    product_zh,
    product_en,
    scheme,
    effective_from,
    effective_to,
    accept_from,
    announcement,
    source,
    duty_confidence,
    code_confidence,
});
wire_enum!(Scheme {
    0 = ThirdParty,
    1 = SelfDeclarationA,
    2 = SelfDeclarationB,
    3 = Merged,
    4 = Removed,
    5 = Unresolved,
});

/// Rows that cannot make a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatalogueError {
    /// Two rows of a code share a day, or a row ends before it begins.
    Overlap {
        /// The code.
        code: u16,
        /// The first day of the later row.
        from: Day,
    },
    /// More than 65,536 different texts.
    TooManyTexts,
}

impl core::fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Overlap { code, from } => {
                write!(f, "catalogue: code {code:04} has two rows for {from}, or one that ends before it begins")
            }
            Self::TooManyTexts => f.write_str("catalogue: more than 65,536 different texts"),
        }
    }
}

impl core::error::Error for CatalogueError {}

impl Catalogue {
    /// A catalogue of these rows, in any order.
    ///
    /// # Errors
    /// [`CatalogueError`] where periods of one code overlap or there are too many texts.
    pub fn new(mut rows: Vec<CatalogueRow<'_>>) -> Result<Self, CatalogueError> {
        rows.sort_by_key(|row| (row.code, row.effective_from));
        let mut texts: Vec<&str> =
            rows.iter().flat_map(|row| [row.product_zh, row.product_en, row.announcement, row.source]).collect();
        texts.sort_unstable();
        texts.dedup();
        let place = |text: &str| {
            let index = texts.binary_search(&text).unwrap_or_else(|nearest| nearest);
            u16::try_from(index).map_err(|_| CatalogueError::TooManyTexts)
        };
        let periods = rows
            .iter()
            .map(|row| {
                Ok(Period {
                    code: row.code,
                    product_zh: place(row.product_zh)?,
                    product_en: place(row.product_en)?,
                    scheme: row.scheme,
                    effective_from: row.effective_from,
                    effective_to: row.effective_to,
                    accept_from: row.accept_from,
                    announcement: place(row.announcement)?,
                    source: place(row.source)?,
                    duty_confidence: row.duty_confidence,
                    code_confidence: row.code_confidence,
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let catalogue = Self { texts: texts.into_iter().collect(), periods };
        catalogue.check()?;
        Ok(catalogue)
    }

    /// Whether the stored form keeps its promises: sorted periods that do not overlap.
    pub(crate) fn check(&self) -> Result<(), CatalogueError> {
        let mut previous: Option<&Period> = None;
        for period in &self.periods {
            let begins_late = period.effective_to.is_some_and(|end| end < period.effective_from);
            let overlaps = previous.is_some_and(|before| {
                before.code > period.code
                    || (before.code == period.code
                        && before.effective_to.is_none_or(|end| end >= period.effective_from))
            });
            if begins_late || overlaps {
                return Err(CatalogueError::Overlap { code: period.code, from: period.effective_from });
            }
            previous = Some(period);
        }
        Ok(())
    }

    /// Whether any period of this code is known.
    #[must_use]
    pub fn knows(&self, code: u16) -> bool {
        !self.of_code(code).is_empty()
    }

    /// The row of a code on a day, if there is one.
    #[must_use]
    pub fn on(&self, code: u16, day: Day) -> Option<CatalogueRow<'_>> {
        let period = self
            .of_code(code)
            .iter()
            .find(|period| period.effective_from <= day && period.effective_to.is_none_or(|end| day <= end))?;
        Some(self.row(period))
    }

    /// The rows of a code that begin after a day, in order.
    pub fn after(&self, code: u16, day: Day) -> impl Iterator<Item = CatalogueRow<'_>> {
        self.of_code(code).iter().filter(move |period| period.effective_from > day).map(|period| self.row(period))
    }

    /// All rows, by code and first day.
    pub fn rows(&self) -> impl Iterator<Item = CatalogueRow<'_>> {
        self.periods.iter().map(|period| self.row(period))
    }

    fn of_code(&self, code: u16) -> &[Period] {
        let start = self.periods.partition_point(|period| period.code < code);
        let end = self.periods.partition_point(|period| period.code <= code);
        self.periods.get(start..end).unwrap_or_default()
    }

    fn row(&self, period: &Period) -> CatalogueRow<'_> {
        let text = |place: u16| self.texts.get(usize::from(place)).unwrap_or_default();
        CatalogueRow {
            code: period.code,
            product_zh: text(period.product_zh),
            product_en: text(period.product_en),
            scheme: period.scheme,
            effective_from: period.effective_from,
            effective_to: period.effective_to,
            accept_from: period.accept_from,
            announcement: text(period.announcement),
            source: text(period.source),
            duty_confidence: period.duty_confidence,
            code_confidence: period.code_confidence,
        }
    }
}
