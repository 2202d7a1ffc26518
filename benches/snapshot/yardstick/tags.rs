//! The sorted tags of the holders, 48 bits each: the gaps between them, in a Golomb code whose unary part is learnt.

use super::adaptive::Unary;
use super::coder::Coder;
use crate::register::TAG_BYTES;

const SPACE: u64 = 1 << (8 * TAG_BYTES);

pub fn code(coder: &mut impl Coder, tags: &[u64]) -> Vec<u64> {
    let count = coder.uniform(tags.len() as u64, 1 << 32);
    let step = (SPACE / count.max(1) * 7 / 10).max(1);
    let mut steps = Unary::default();
    let mut previous = 0;
    (0..count as usize)
        .map(|place| {
            let gap = tags.get(place).map_or(0, |tag| tag - previous);
            previous += steps.code(coder, gap / step) * step + coder.uniform(gap % step, step);
            previous
        })
        .collect()
}
