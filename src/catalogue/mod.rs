//! The CCC catalogue (强制性产品认证目录), effective-dated: which product kind needs what, on which day.

mod candidates;
mod requirement;
mod rows;
mod scope;
mod transition;

use crate::text::{narrow, number};
use alloc::string::String;
pub use candidates::{MAX_PRODUCTS, ProductCandidate, candidates};
pub use requirement::{Accepted, Change, Requirement, requirement};
pub use rows::{Catalogue, CatalogueError, CatalogueRow, Scheme};
pub use scope::{Limit, Scope, ScopeRow};
pub use transition::{Instrument, ReleasedEarlier, Transition};

/// The product kind, if the text is its four digits, in full width or not.
#[must_use]
pub fn product_code(text: &str) -> Option<u16> {
    let text: String = narrow(text.trim(), 5).iter().collect();
    number(&text).filter(|_| text.len() == 4)?.try_into().ok()
}
