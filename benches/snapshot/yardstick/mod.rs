//! The yardstick: the register as the bytes of an adaptive binary range coder, column by column. It can only be read from
//! one end to the other, but hardly anything that can be looked up in is smaller. Each column's model is stated at the head of
//! its file; product and holder are in `familiar.rs`. Rows run by body and year, in the running order of the serials, which may
//! begin anew past 999999.

mod adaptive;
mod coder;
mod expiry;
mod familiar;
mod issue;
mod number;
mod since;
mod status;
mod tags;

use crate::register::{Register, Row};
use coder::{Coder, Decoder, Encoder};
use familiar::Familiar;
use number::{Group, SERIALS, Serials};

/// The columns, each with a code of its own.
#[derive(Clone, Copy)]
pub enum Column {
    Number,
    Product,
    Status,
    Issue,
    Expiry,
    Since,
    Holder,
    /// The tags that the holders' numbers stand for.
    Tags,
}

impl Column {
    pub const ALL: [(Self, &str); 8] = [
        (Self::Number, "number"),
        (Self::Product, "product"),
        (Self::Status, "status"),
        (Self::Issue, "issue"),
        (Self::Expiry, "expiry"),
        (Self::Since, "status day"),
        (Self::Holder, "holder"),
        (Self::Tags, "holders' tags"),
    ];
}

/// What is coded.
#[derive(Default, PartialEq)]
struct Content {
    products: Vec<u16>,
    tags: Vec<u64>,
    groups: Vec<(Group, Vec<Row>)>,
}

/// How many bytes each column takes, proved by decoding them.
pub fn sizes(register: &Register) -> Result<[usize; 8], &'static str> {
    let today = register.today.days();
    let content = Content {
        products: register.products.clone(),
        tags: register.holders.iter().map(|tag| tag.iter().fold(0, |tag, byte| tag << 8 | u64::from(*byte))).collect(),
        groups: groups(&register.rows),
    };
    let mut encoders = Column::ALL.map(|_| Encoder::new());
    code(&mut encoders, &content, today);
    let bytes = encoders.map(Encoder::finish);
    let sizes = bytes.each_ref().map(Vec::len);
    let decoded = code(&mut bytes.map(Decoder::new), &Content::default(), today);
    if decoded == content { Ok(sizes) } else { Err("the range coder does not decode what it encoded") }
}

/// The rows by body and year, each group from the serial after the widest gap on.
fn groups(rows: &[Row]) -> Vec<(Group, Vec<Row>)> {
    let mut rows = rows.to_vec();
    rows.sort_unstable_by_key(|row| (row.body, row.year, row.serial, row.product));
    rows.chunk_by(|left, right| (left.body, left.year) == (right.body, right.year))
        .map(|group| {
            let mut group = group.to_vec();
            let gap = |place: usize| {
                let before = group[(place + group.len() - 1) % group.len()].serial;
                (group[place].serial + SERIALS - before - 1) % SERIALS
            };
            let start = (0..group.len()).max_by_key(|place| gap(*place)).unwrap_or(0);
            group.rotate_left(start);
            let (first, last) = (group[0], group[group.len() - 1]);
            let span = (last.serial + SERIALS - first.serial) % SERIALS;
            (Group { body: first.body, year: first.year, rows: group.len() as u32, span }, group)
        })
        .collect()
}

/// Codes the content either way: what an encoder is given, or what a decoder finds.
fn code<C: Coder>(columns: &mut [C; 8], content: &Content, today: i32) -> Content {
    let count = columns[Column::Product as usize].uniform(content.products.len() as u64, 10_000) as usize;
    let products = (0..count).map(|place| {
        let product = content.products.get(place).copied().unwrap_or_default();
        columns[Column::Product as usize].uniform(u64::from(product), 10_000) as u16
    });
    let products: Vec<u16> = products.collect();
    let tags = tags::code(&mut columns[Column::Tags as usize], &content.tags);

    let (mut product, mut holder) = (Familiar::default(), Familiar::default());
    let mut status = status::Model::default();
    let mut issue = issue::Model::new(today);
    let mut expiry = expiry::Model::new(today);
    let mut since = since::Model::new(today);
    let count = columns[Column::Number as usize].uniform(content.groups.len() as u64, 1 << 20) as usize;
    let nothing = (Group::default(), Vec::new());
    let groups = (0..count).map(|place| {
        let (group, rows) = content.groups.get(place).unwrap_or(&nothing);
        let group = group.code(&mut columns[Column::Number as usize]);
        let mut serials = Serials::default();
        let mut base = issue::Base::new(&group, today);
        let mut previous: Option<Row> = None;
        let rows = (0..group.rows as usize).map(|place| {
            let given = rows.get(place).copied().unwrap_or_default();
            let mut row = Row { body: group.body, year: group.year, ..Row::default() };
            let [numbers, kinds, statuses, issues, expiries, sinces, holders, _] = columns;
            row.serial = serials.code(numbers, given.serial);
            let body = u64::from(row.body);
            let last = previous.map(|row| row.product);
            row.product = product.code(kinds, given.product, products.len(), last, [body, 0], body);
            row.status = status.code(statuses, given.status, &row);
            row.issued = issue.code(issues, given.issued, &row, &mut base);
            row.expires = expiry.code(expiries, given.expires, &row);
            row.since = since.code(sinces, given.since, &row);
            let same_kind = u64::from(last == Some(row.product));
            let last = previous.map(|row| row.holder);
            let repeats = [same_kind, (row.product as u64) << 1 | same_kind];
            row.holder = holder.code(holders, given.holder, tags.len(), last, repeats, row.product as u64);
            *previous.insert(row)
        });
        (group, rows.collect())
    });
    Content { groups: groups.collect(), products, tags }
}
