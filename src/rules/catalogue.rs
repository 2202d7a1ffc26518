//! Is the product kind under the duty on that day?

use super::Case;
use crate::catalogue::Scheme;
use crate::finding::{Code, Confidence, Problem};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

pub(super) fn apply(case: &Case<'_>) -> Vec<Problem> {
    let product = format!("{:04}", case.number.product());
    let Some(row) = &case.row else {
        let code = if case.reference.catalogue.knows(case.number.product()) {
            Code::CatalogueNotYetListed
        } else {
            Code::CatalogueCodeUnknown
        };
        return Vec::from([Problem::new(code).value("product", product).value("on", case.on.to_string())]);
    };
    let code = match row.scheme {
        Scheme::ThirdParty | Scheme::SelfDeclarationA | Scheme::SelfDeclarationB => return Vec::new(),
        Scheme::Merged => Code::CatalogueMerged,
        Scheme::Unresolved => Code::CatalogueUnresolved,
        Scheme::Removed if row.confidence() == Confidence::Confirmed => Code::CatalogueRemoved,
        Scheme::Removed => Code::CatalogueRemovalUnconfirmed,
    };
    let problem = Problem::new(code)
        .value("product", product)
        .value("name", row.product_zh.clone())
        .value("nameEn", row.product_en.clone())
        .value("since", row.effective_from.to_string());
    Vec::from([problem.evidence(row.evidence())])
}
