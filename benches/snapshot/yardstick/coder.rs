//! A binary range coder.

/// Probabilities are rounded to so many bits.
const PRECISION: u32 = 24;

/// Codes bits either way. An encoder takes the bit and gives it back; a decoder heeds only the probability, and gives the bit
/// that was encoded. One model thus serves both, and cannot differ between them.
pub trait Coder {
    /// `one` is the probability of a 1.
    fn bit(&mut self, bit: bool, one: f64) -> bool;

    /// A number below `count`, all of them as probable.
    fn uniform(&mut self, value: u64, count: u64) -> u64 {
        let (mut first, mut end) = (0, count);
        while end - first > 1 {
            let middle = first + (end - first) / 2;
            let upper = (end - middle) as f64 / (end - first) as f64;
            if self.bit(value >= middle, upper) { first = middle } else { end = middle }
        }
        first
    }
}

/// What is still open of the code, from `low` to `high`.
struct Interval {
    low: u64,
    high: u64,
}

impl Interval {
    const FULL: Self = Self { low: 0, high: u64::MAX };

    /// The last point of a 1.
    fn split(&self, one: f64) -> u64 {
        let scale = (1_u64 << PRECISION) as f64;
        let one = (one * scale).clamp(1.0, scale - 1.0) as u64;
        self.low + ((self.high - self.low) >> PRECISION) * one
    }

    fn take(&mut self, bit: bool, split: u64) {
        if bit { self.high = split } else { self.low = split + 1 }
    }

    /// The next byte of the code, once it is settled.
    fn settled(&mut self) -> Option<u8> {
        let byte = self.low >> 56;
        (byte == self.high >> 56).then(|| {
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
            byte as u8
        })
    }
}

pub struct Encoder {
    interval: Interval,
    bytes: Vec<u8>,
}

impl Encoder {
    pub fn new() -> Self {
        Self { interval: Interval::FULL, bytes: Vec::new() }
    }

    /// The bytes, with the shortest ending that lies in the interval when zeros follow.
    pub fn finish(mut self) -> Vec<u8> {
        let Interval { low, high } = self.interval;
        let ending = (0..8).map(|length| (length, high & !(u64::MAX >> (8 * length)))).find(|(_, end)| *end >= low);
        let (length, ending) = ending.unwrap_or((8, high));
        self.bytes.extend(&ending.to_be_bytes()[..length]);
        self.bytes
    }
}

impl Coder for Encoder {
    fn bit(&mut self, bit: bool, one: f64) -> bool {
        let split = self.interval.split(one);
        self.interval.take(bit, split);
        while let Some(byte) = self.interval.settled() {
            self.bytes.push(byte);
        }
        bit
    }
}

pub struct Decoder {
    interval: Interval,
    code: u64,
    bytes: std::vec::IntoIter<u8>,
}

impl Decoder {
    pub fn new(bytes: Vec<u8>) -> Self {
        let mut decoder = Self { interval: Interval::FULL, code: 0, bytes: bytes.into_iter() };
        (0..8).for_each(|_| decoder.read());
        decoder
    }

    fn read(&mut self) {
        self.code = self.code << 8 | u64::from(self.bytes.next().unwrap_or(0));
    }
}

impl Coder for Decoder {
    fn bit(&mut self, _: bool, one: f64) -> bool {
        let split = self.interval.split(one);
        let bit = self.code <= split;
        self.interval.take(bit, split);
        while self.interval.settled().is_some() {
            self.read();
        }
        bit
    }
}
