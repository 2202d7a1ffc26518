//! A reader of what a snapshot says before its delta, written a second time.

use crate::apart::{Directory, unpacked};
use cccheck::Status;
use cccheck::wire::Wire;

/// What begins every code that is none of the table's symbols.
const ESCAPE: u32 = 1 << 16;

/// The standing of the rows in a chunk's first block, none of which has companies, so that their states come first.
pub fn first_standings(directory: &[u8], chunk: &[u8]) -> Vec<Status> {
    let directory = Directory::of(directory);
    assert_eq!((directory.holders, directory.groups.len()), (0, 1));
    let mut rest = chunk;
    let lines = [(); 5].map(|()| <((i64, i64), u32)>::take(&mut rest).unwrap());
    let index = lines.map(|(_, width)| width).iter().sum::<u32>() * directory.chunks[0].blocks;
    let blocks = &rest[usize::try_from(index).unwrap().div_ceil(8)..];
    let mut bits = blocks.iter().flat_map(|byte| (0..8).map(move |place| u32::from(byte >> place & 1)));

    let model = &directory.models[usize::from(directory.groups[0].model)];
    let codes = canonical(unpacked(&directory.codes.states[usize::from(model.state)]));
    let mut state = || {
        let mut code = (0, 0);
        let symbol = loop {
            code = (code.0 << 1 | bits.next().unwrap(), code.1 + 1);
            if let Some((symbol, _)) = codes.iter().find(|(_, own)| *own == code) {
                break *symbol;
            }
        };
        if symbol == ESCAPE { (0..16).map(|place| bits.next().unwrap() << place).sum() } else { symbol }
    };
    let rows = u32::from(directory.block_rows).min(directory.groups[0].rows);
    (0..rows).map(|_| Status::ALL[usize::try_from(state() & 15).unwrap()]).collect()
}

/// The symbols of a prefix code, each with its code and how many bits that has.
fn canonical(mut lengths: Vec<(u32, u32)>) -> Vec<(u32, (u32, u32))> {
    lengths.sort_by_key(|(symbol, length)| (*length, *symbol));
    let mut next = 0_u32;
    let code = |(symbol, length)| {
        let code = next >> (12 - length);
        next += 1_u32 << (12 - length);
        (symbol, (code, length))
    };
    lengths.into_iter().map(code).collect()
}
