//! Sorting by insertion: the lists here are short, and the standard library's sorts are much code for each type.

use alloc::vec::Vec;

/// The items in order; those of equal rank stay as they came.
pub(crate) fn sorted<T>(items: impl IntoIterator<Item = T>, comes_before: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut sorted: Vec<T> = Vec::new();
    for item in items {
        let place = sorted.partition_point(|other| !comes_before(&item, other));
        sorted.insert(place, item);
    }
    sorted
}

/// The items in order, each once.
pub(crate) fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for item in items {
        if let Err(place) = distinct.binary_search(&item) {
            distinct.insert(place, item);
        }
    }
    distinct
}
