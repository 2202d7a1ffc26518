//! Prefix codes: canonical, at most [`MAX_LENGTH`] bits, complete. A table states its symbols with their lengths; the codes
//! follow from them.

use super::bits::{Bits, Stream, WINDOW, low, window};
use super::symbols::{Issue, Kind, State, Sum};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use once_cell::race::OnceBox;

/// The longest code.
pub(super) const MAX_LENGTH: u32 = 12;
/// The last symbol of every table: another one follows in plain bits. So tables meet what they were not made for.
pub(super) const ESCAPE: u32 = 1 << 16;

/// A table as it is written: symbols, ascending, with the lengths of their codes.
pub(super) type Lengths = Vec<(u32, u32)>;

/// A table for reading. What it says of passages is held in entries of two bytes where these suffice: the fewer bytes there are,
/// the more of them a processor has at hand.
#[derive(Debug)]
pub(super) struct Decoder<E> {
    code: Code,
    /// Made when it is first asked for: a check asks a few tables, opening none.
    ahead: OnceBox<Ahead<E>>,
}

/// Symbols and the lengths of their codes.
#[derive(Debug)]
struct Code {
    kind: Kind,
    /// In the order of their codes.
    symbols: Box<[u32]>,
    /// The first code of each length, and how many symbols have shorter ones.
    lengths: [(u32, u32); LENGTHS],
}

/// What the next bits say, as they are read in the direction of the kind.
#[derive(Debug)]
struct Ahead<E> {
    /// The place of the next symbol, and the length of its code in four bits; 0 for a code that is longer.
    next: [u16; ENTRIES],
    /// Passing over it; the empty passage where more than these bits says what that is.
    one: [E; ENTRIES],
    /// Passing over as many as can be seen at once, or [`Passage::NONE`].
    many: [E; ENTRIES],
}

/// How many bits are looked up at once.
pub(super) const WIDTH: u32 = 9;
const ENTRIES: usize = 1 << WIDTH;
/// As many as [`MAX_LENGTH`].
const LENGTHS: usize = 12;
/// What the codes of a complete table fill, each its share by its length.
const FULL: u32 = 1 << MAX_LENGTH;

/// Symbols that are passed over by one look-up: how many bits they and what follows them take, how many they are, what they count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passage(u32);

impl Passage {
    const MOST_SYMBOLS: u32 = 7;
    const MOST_BITS: u32 = 31;
    /// Where the fields begin that follow the bits.
    const SYMBOLS: u32 = 7;
    const COUNT: u32 = 10;
    /// Not even one, where as many are passed over as can be seen: it takes more bits than there ever is room for.
    const NONE: Self = Self(Room::BITS);

    /// Passing over one symbol with what follows it.
    fn one(kind: Kind, symbol: u32, length: u32) -> Option<Self> {
        let (follow, count) = kind.weight(symbol)?;
        let bits = length + follow;
        (bits <= Self::MOST_BITS).then_some(Self(count << Self::COUNT | 1 << Self::SYMBOLS | bits))
    }

    #[inline(always)]
    fn symbols(self) -> u32 {
        self.0 >> Self::SYMBOLS & Self::MOST_SYMBOLS
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        self.0 & Self::MOST_BITS
    }

    #[inline(always)]
    fn count(self) -> u32 {
        self.0 >> Self::COUNT
    }

    /// Both, if there is a next one and that is not too much.
    fn then(self, next: Self) -> Option<Self> {
        let fits =
            self.symbols() + next.symbols() <= Self::MOST_SYMBOLS && self.bits() + next.bits() <= Self::MOST_BITS;
        (fits && next.symbols() > 0).then_some(Self(self.0 + next.0))
    }
}

/// What is left of symbols to be passed over, and of a word beyond what the next look needs: both in one number, so that a passage
/// is taken from them at once, and a bit above the one of which there is too little shows that.
#[derive(Clone, Copy)]
struct Room(u32);

impl Room {
    /// How many bits of a word may be used before the last look at it.
    const MOST_USED: u32 = WINDOW - WIDTH;
    const BITS: u32 = (1 << (Passage::SYMBOLS - 1)) - 1;
    const EXCEEDED: u32 = 1 << 31 | (Self::BITS + 1);

    /// For fewer than 2^24 symbols; a block has 512 at most.
    #[inline(always)]
    fn new(symbols: u32) -> Self {
        Self(symbols << Passage::SYMBOLS | Self::MOST_USED)
    }

    /// After a passage; none if it has no room.
    #[inline(always)]
    fn after(self, passage: Passage) -> Option<Self> {
        let left = self.0.wrapping_sub(passage.0 & !(u32::MAX << Passage::COUNT));
        (left & Self::EXCEEDED == 0).then_some(Self(left))
    }

    #[inline(always)]
    fn symbols(self) -> u32 {
        self.0 >> Passage::SYMBOLS
    }

    /// Bits of the word that were used.
    #[inline(always)]
    fn used(self) -> u32 {
        Self::MOST_USED - (self.0 & Self::BITS)
    }
}

// Passages fit into their fields, and `NONE` into no room.
const _: () = {
    assert!(Passage::MOST_BITS < Room::BITS);
    assert!(Passage::MOST_SYMBOLS >> (Passage::COUNT - Passage::SYMBOLS) == 0);
    assert!(Room::MOST_USED < Room::BITS);
    let most_advances = Passage::MOST_SYMBOLS * (Issue::FAR - 1);
    assert!(most_advances < 1 << (u16::BITS - Passage::COUNT));
};

/// A passage as it is held.
pub(super) trait Entry: Copy + Default {
    /// Whether it has room for what symbols of this kind count.
    fn suits(kind: Kind) -> bool;
    fn of(passage: Passage) -> Self;
    fn passage(self) -> Passage;
    /// What it counts.
    fn sum(passage: Passage) -> Sum;
}

/// Of states, which count columns.
impl Entry for u32 {
    fn suits(kind: Kind) -> bool {
        kind == Kind::State
    }

    fn of(passage: Passage) -> Self {
        passage.0
    }

    #[inline(always)]
    fn passage(self) -> Passage {
        Passage(self)
    }

    #[inline(always)]
    fn sum(passage: Passage) -> Sum {
        Sum::of(passage.count())
    }
}

/// Of all others, which count nothing, or advances: seven of at most six.
impl Entry for u16 {
    fn suits(kind: Kind) -> bool {
        kind != Kind::State
    }

    fn of(passage: Passage) -> Self {
        Self::try_from(passage.0).unwrap_or_default()
    }

    #[inline(always)]
    fn passage(self) -> Passage {
        Passage(self.into())
    }

    #[inline(always)]
    fn sum(passage: Passage) -> Sum {
        Sum::of_advance(passage.count())
    }
}

impl Code {
    /// A complete code of two symbols or more.
    fn new(lengths: &Lengths, kind: Kind) -> Option<Self> {
        let of_length = |length: u32| usize::try_from(length).ok()?.checked_sub(1);
        let mut counts = [0_u32; LENGTHS];
        for (_, length) in lengths {
            *counts.get_mut(of_length(*length)?)? += 1;
        }
        let mut starts = [(0, 0); LENGTHS];
        let (mut next, mut before) = (0, 0);
        for (start, (count, length)) in starts.iter_mut().zip(counts.iter().zip(1..)) {
            *start = (next, before);
            next += count * (FULL >> length);
            before += count;
        }
        let mut places = starts.map(|(_, shorter)| shorter);
        let mut symbols = vec![0; lengths.len()];
        for (symbol, length) in lengths {
            let place = places.get_mut(of_length(*length)?)?;
            *symbols.get_mut(usize::try_from(*place).ok()?)? = *symbol;
            *place += 1;
        }
        let is_complete = next == FULL;
        is_complete.then(|| Self { kind, symbols: symbols.into(), lengths: starts })
    }

    /// The place and the passage of the next symbol, if bits say it, and the passage of as many as they say.
    #[cold]
    fn look_ahead(&self) -> [(u16, Passage, Passage); ENTRIES] {
        let mut ahead = [(0, Passage::default(), Passage::default()); ENTRIES];
        for ((next, one, _), bits) in ahead.iter_mut().zip(0..) {
            let (place, length) = self.code(bits);
            let symbol = self.symbols.get(place).copied().unwrap_or(ESCAPE);
            if length <= WIDTH && symbol != ESCAPE {
                *next = u16::try_from(place << 4).unwrap_or_default() | u16::try_from(length).unwrap_or_default();
                *one = Passage::one(self.kind, symbol, length).unwrap_or_default();
            }
        }
        for place in 0..ENTRIES {
            let (mut many, mut word, mut left) = (Passage::default(), place, WIDTH);
            // Of the word, no more than these bits is known.
            while let Some((_, one, _)) = ahead.get(word).filter(|(length, ..)| u32::from(length & 15) <= left) {
                let Some(more) = many.then(*one) else { break };
                many = more;
                word >>= one.bits();
                left = left.saturating_sub(one.bits());
            }
            if let Some((_, _, passage)) = ahead.get_mut(place) {
                *passage = if many.symbols() == 0 { Passage::NONE } else { many };
            }
        }
        if self.kind.is_backward() {
            for place in 0..ENTRIES {
                let turned = place.reverse_bits() >> (usize::BITS - WIDTH);
                if place < turned {
                    ahead.swap(place, turned);
                }
            }
        }
        ahead
    }

    /// The symbol that an entry of what is ahead names, and the length of its code; none for one that is longer.
    #[inline(always)]
    fn near(&self, entry: u16) -> Option<(u32, u32)> {
        let symbol = self.symbols.get(usize::from(entry >> 4))?;
        (entry > 0).then_some((*symbol, u32::from(entry & 15)))
    }

    /// The place of the symbol that begins bits, of which the first is lowest, and the length of its code.
    fn code(&self, bits: u64) -> (usize, u32) {
        let code = u32::try_from(low(bits, MAX_LENGTH)).unwrap_or_default().reverse_bits() >> (32 - MAX_LENGTH);
        // Who reads asks for long ones only, so these come first.
        let own = self.lengths.iter().zip(1..MAX_LENGTH + 1).rev().find(|((start, _), _)| *start <= code);
        let Some(((start, shorter), length)) = own else {
            return (0, 0);
        };
        let place = shorter + ((code - start) >> (MAX_LENGTH - length));
        (usize::try_from(place).unwrap_or_default(), length)
    }

    #[cold]
    fn read_far<S: Stream>(&self, bits: &mut S) -> u32 {
        let (place, length) = self.code(S::turned(S::front(bits.word(), MAX_LENGTH), MAX_LENGTH));
        bits.skip(length);
        match self.symbols.get(place).copied().unwrap_or_default() {
            ESCAPE => u32::try_from(bits.take(self.kind.escaped())).unwrap_or_default(),
            symbol => symbol,
        }
    }

    #[cold]
    fn pass_far<S: Stream>(&self, mut bits: S) -> (Sum, S) {
        let symbol = self.read_far(&mut bits);
        (self.kind.pass(symbol, &mut bits), bits)
    }
}

impl<E: Entry> Decoder<E> {
    /// A decoder for a complete code of two symbols or more.
    pub(super) fn new(lengths: &Lengths, kind: Kind) -> Option<Self> {
        let code = Code::new(lengths, kind).filter(|_| E::suits(kind))?;
        Some(Self { code, ahead: OnceBox::new() })
    }

    #[inline(always)]
    fn ahead(&self) -> &Ahead<E> {
        self.ahead.get_or_init(|| {
            let ahead = self.code.look_ahead();
            Box::new(Ahead {
                next: ahead.map(|(next, ..)| next),
                one: ahead.map(|(_, one, _)| E::of(one)),
                many: ahead.map(|(.., many)| E::of(many)),
            })
        })
    }

    /// Reads a symbol.
    #[inline]
    #[cfg_attr(module, optimize(speed))]
    pub(super) fn read<S: Stream>(&self, bits: &mut S) -> u32 {
        match self.code.near(look::<S, _>(&self.ahead().next, bits.word())) {
            Some((symbol, length)) => {
                bits.skip(length);
                symbol
            }
            None => self.code.read_far(bits),
        }
    }

    /// Passes over symbols and what follows them. Answers the sum of what they count.
    #[inline]
    #[cfg_attr(module, optimize(speed))]
    pub(super) fn pass<S: Stream>(&self, bits: &mut S, symbols: u32) -> Sum {
        let Ahead { one, many, .. } = self.ahead();
        let (mut left, mut sum, mut at) = (symbols, Sum::default(), *bits);
        while left > 0 {
            let (mut word, mut room) = (at.word(), Room::new(left));
            let mut passage = loop {
                let passage = look::<S, _>(many, word).passage();
                let Some(after) = room.after(passage) else { break passage };
                // Of this number, a shift looks at the bits alone.
                word = S::rest(word, passage.0);
                sum = sum.plus(E::sum(passage));
                room = after;
            };
            left = room.symbols();
            at.skip(room.used());
            // None, as that wraps, or too many.
            if passage.symbols().wrapping_sub(1) >= left {
                if left == 0 {
                    break;
                }
                passage = look::<S, _>(one, word).passage();
            }
            let count = if passage.symbols() == 0 {
                let (count, after) = self.code.pass_far(at);
                at = after;
                left -= 1;
                count
            } else {
                at.skip(passage.bits());
                left -= passage.symbols();
                E::sum(passage)
            };
            sum = sum.plus(count);
        }
        *bits = at;
        sum
    }
}

impl Decoder<u32> {
    /// Reads a state. Answers also in which columns its row stands.
    #[inline]
    #[cfg_attr(module, optimize(speed))]
    pub(super) fn read_state<S: Stream>(&self, bits: &mut S) -> (State, Sum) {
        let Ahead { next, one, .. } = self.ahead();
        let word = bits.word();
        match self.code.near(look::<S, _>(next, word)) {
            Some((symbol, length)) => {
                bits.skip(length);
                (State(symbol), u32::sum(look::<S, _>(one, word).passage()))
            }
            None => {
                let state = State(self.code.read_far(bits));
                (state, Sum::of(state.columns()))
            }
        }
    }
}

/// What a table says of the bits that begin a word.
#[inline(always)]
fn look<S: Stream, T: Copy + Default>(table: &[T; ENTRIES], word: u64) -> T {
    usize::try_from(S::front(word, WIDTH)).ok().and_then(|bits| table.get(bits)).copied().unwrap_or_default()
}

/// The codes of a table, as they are read, first bit lowest.
fn codes(lengths: &Lengths) -> Vec<(u32, u32, u32)> {
    let mut next = 0_u32;
    let mut codes = Vec::with_capacity(lengths.len());
    for length in 1..=MAX_LENGTH {
        for (symbol, _) in lengths.iter().filter(|(_, other)| *other == length) {
            codes.push((*symbol, next.reverse_bits() >> (32 - MAX_LENGTH), length));
            next += FULL >> length;
        }
    }
    codes
}

/// A table for writing.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    kind: Kind,
    /// Symbol, code, length; by ascending symbol.
    codes: Vec<(u32, u32, u32)>,
}

impl Encoder {
    pub(super) fn new(lengths: &Lengths, kind: Kind) -> Self {
        let mut codes = codes(lengths);
        codes.sort_unstable();
        Self { kind, codes }
    }

    /// Appends the code of a symbol, or where it has none the escape and the symbol in plain bits.
    pub(super) fn put(&self, out: &mut Bits, symbol: u32) {
        if let Some((code, length)) = self.code(symbol) {
            out.push(u64::from(code), length);
        } else if let Some((code, length)) = self.code(ESCAPE) {
            out.push(u64::from(code), length);
            out.push(u64::from(symbol), self.kind.escaped());
        }
    }

    fn code(&self, symbol: u32) -> Option<(u32, u32)> {
        let place = self.codes.binary_search_by_key(&symbol, |(symbol, ..)| *symbol).ok()?;
        self.codes.get(place).map(|(_, code, length)| (*code, *length))
    }
}

/// The lengths of the best code whose lengths are at most `longest` for symbols with these counts (package-merge). Symbols ascend;
/// there are two or more, and no more than codes of that length.
pub(super) fn best(counts: &[(u32, u64)], longest: u32) -> Lengths {
    let mut leaves: Vec<(u64, Vec<usize>)> =
        counts.iter().enumerate().map(|(place, (_, count))| ((*count).max(1), vec![place])).collect();
    leaves.sort_by_key(|(weight, _)| *weight);
    let mut row: Vec<(u64, Vec<usize>)> = Vec::new();
    for _ in 0..longest {
        let mut packages: Vec<(u64, Vec<usize>)> = Vec::new();
        let mut before = row.into_iter();
        while let (Some(mut left), Some(right)) = (before.next(), before.next()) {
            left.0 += right.0;
            left.1.extend(right.1);
            packages.push(left);
        }
        row = leaves.clone();
        row.extend(packages);
        row.sort_by_key(|(weight, _)| *weight);
    }
    let mut lengths = vec![0_u32; counts.len()];
    for (_, members) in row.iter().take(2 * counts.len().saturating_sub(1)) {
        for place in members {
            if let Some(length) = lengths.get_mut(*place) {
                *length += 1;
            }
        }
    }
    counts.iter().zip(lengths).map(|((symbol, _), length)| (*symbol, length)).collect()
}

/// Writes a table: for each symbol the length of its code in four bits and the step from the symbol before in a gamma code.
pub(super) fn pack(lengths: &Lengths) -> Vec<u8> {
    let mut out = Bits::default();
    let mut next = 0;
    for (symbol, length) in lengths {
        let step = symbol - next + 1;
        let width = 31 - step.leading_zeros();
        out.push(u64::from(*length), 4);
        out.push(1 << width, width + 1);
        out.push(u64::from(step), width);
        next = symbol + 1;
    }
    out.push(0, 4);
    out.into_bytes()
}

/// Reads what [`pack`] wrote; no other bytes are accepted.
pub(super) fn unpack(bytes: &[u8], kind: Kind) -> Option<Lengths> {
    let mut lengths = Lengths::new();
    let mut bit = 0_usize;
    let mut next = 0_u32;
    let end = bytes.len() * 8;
    while bit + 4 <= end {
        let bits = window(bytes, bit);
        let length = u32::try_from(low(bits, 4)).ok()?;
        if length == 0 {
            // What follows the last symbol, and nothing else, fills the last byte.
            let is_last = bits == 0 && end - bit - 4 < 8;
            let ends_in_escape = lengths.pop_if(|(symbol, _)| *symbol == ESCAPE)?;
            let in_range = lengths.last().is_none_or(|(symbol, _)| symbol >> kind.escaped() == 0);
            lengths.push(ends_in_escape);
            return (is_last && in_range).then_some(lengths);
        }
        let width = (bits >> 4).trailing_zeros().min(24);
        let step = 1_u32 << width | u32::try_from(low(bits >> (5 + width), width)).ok()?;
        let symbol = next.checked_add(step - 1).filter(|symbol| *symbol <= ESCAPE)?;
        lengths.push((symbol, length));
        next = symbol + 1;
        bit += usize::try_from(5 + 2 * width).ok()?;
    }
    None
}
