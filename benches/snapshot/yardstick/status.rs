//! The status, given year, product and body: what the age and the fate of the kind say of it.

use super::adaptive::Symbol;
use super::coder::Coder;
use crate::register::Row;

#[derive(Default)]
pub struct Model {
    symbol: Symbol<3, 3>,
}

impl Model {
    pub fn code(&mut self, coder: &mut impl Coder, status: usize, row: &Row) -> usize {
        let (year, body, product) = (u64::from(row.year), u64::from(row.body), row.product as u64);
        self.symbol.code(coder, status, [year, product, year << 8 | body])
    }
}
