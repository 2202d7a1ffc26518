//! Reading a snapshot: look-ups decode one block, straight from the bytes.

use super::Coverage;
use super::layout::{
    ALL_FLAGS, BLOCK_ROWS, Block, Directory, Group, HAS_EXPIRES, HAS_ISSUED, HAS_MODEL, HAS_PARTY, HAS_STATUS_DAY,
    MAGIC, MAX_MODEL, PROVENANCE_MASK, PROVENANCE_SHIFT, SAME_PARTIES, STATUS_MASK, VERSION, expiry_base, issue_base,
    status_base, take_varint, unzigzag,
};
use crate::date::{Day, Instant};
use crate::number::CccNumber;
use crate::party::PartyTag;
use crate::reference::Reference;
use crate::register::{Found, LookupError, Parties, Provenance, Record, Register, Standing, Status};
use crate::trust::{FileRef, Refusal, VerifiedHead, decode_canonical};
use crate::wire;
use alloc::string::String;
use alloc::vec::Vec;

/// A snapshot whose head, size and hash were checked.
#[derive(Clone, Debug)]
pub struct Snapshot {
    head: VerifiedHead,
    reference: Reference,
    directory: Directory,
    /// Where each group's first block begins in `file`, by place in the directory.
    offsets: Vec<usize>,
    file: Vec<u8>,
}

impl Snapshot {
    /// Opens the file that a verified head leads to.
    ///
    /// # Errors
    /// [`Refusal::Size`] and [`Refusal::Hash`] if it is not that file, [`Refusal::Malformed`] and
    /// [`Refusal::UnsupportedFormat`] if the signer wrote what this reader cannot read.
    pub fn open(head: VerifiedHead, file: Vec<u8>) -> Result<Self, Refusal> {
        let signed = head.snapshot();
        let offered = u64::try_from(file.len()).unwrap_or(u64::MAX);
        if offered != signed.size {
            return Err(Refusal::Size { expected: signed.size, found: offered });
        }
        if FileRef::of(&file) != signed {
            return Err(Refusal::Hash);
        }
        let sections = sections(&file)?;
        let reference: Reference =
            wire::decode(sections.reference).ok_or(Refusal::Malformed { part: "reference tables" })?;
        reference.catalogue.check().map_err(|_| Refusal::Malformed { part: "catalogue" })?;
        let directory: Directory = decode_canonical(sections.directory, "directory")?;
        let start = file.len() - sections.blocks.len();
        let offsets = offsets(&directory, start, file.len()).ok_or(Refusal::Malformed { part: "directory" })?;
        Ok(Self { head, reference, directory, offsets, file })
    }

    /// The same snapshot under a newer head that leads to the same file; the bytes need not be checked again.
    ///
    /// # Errors
    /// [`Refusal::Hash`] if the head leads to another file.
    pub fn renew(self, head: VerifiedHead) -> Result<Self, Refusal> {
        if head.snapshot() != self.head.snapshot() {
            return Err(Refusal::Hash);
        }
        Ok(Self { head, ..self })
    }

    /// The head through which it was opened.
    #[must_use]
    pub fn head(&self) -> &VerifiedHead {
        &self.head
    }

    /// How many certificates it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.directory.groups.iter().flat_map(|group| &group.blocks).map(|block| usize::from(block.rows)).sum()
    }

    /// Whether it holds no certificate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it claims to know, by body and year.
    pub fn coverage(&self) -> impl Iterator<Item = Coverage> {
        self.directory.groups.iter().map(|group| Coverage {
            body: group.body,
            year: group.year,
            complete: group.complete,
        })
    }

    /// All certificates, in the order of the file.
    ///
    /// # Errors
    /// [`LookupError`] in place of the rest of a block that is malformed.
    pub fn records(&self) -> impl Iterator<Item = Result<Record, LookupError>> {
        self.directory.groups.iter().zip(&self.offsets).flat_map(move |(group, start)| {
            group
                .blocks
                .iter()
                .scan(*start, |offset, block| {
                    let begin = *offset;
                    *offset += usize::from(block.bytes);
                    Some((block, begin))
                })
                .flat_map(move |(block, begin)| self.rows(group, block, begin))
        })
    }

    fn rows<'a>(&'a self, group: &'a Group, block: &Block, begin: usize) -> Rows<'a> {
        let input = self.file.get(begin..begin + usize::from(block.bytes)).unwrap_or_default();
        Rows { group, input, left: block.rows, serial: block.first_serial, parties: Parties::default(), previous: None }
    }
}

impl Register for Snapshot {
    fn standing(&self, now: Instant) -> Standing {
        let manifest = &self.head.manifest;
        Standing {
            origin: self.head.origin(),
            synthetic: self.head.synthetic,
            sequence: manifest.sequence,
            as_of: manifest.as_of,
            age_seconds: now.seconds() - manifest.as_of.seconds(),
            freshness: self.head.freshness(now),
            first_seen: self.head.first_seen,
        }
    }

    fn reference(&self) -> &Reference {
        &self.reference
    }

    fn find(&self, number: CccNumber) -> Result<Found, LookupError> {
        let key = (number.body(), number.year());
        let Ok(place) = self.directory.groups.binary_search_by_key(&key, |group| (group.body, group.year)) else {
            return Ok(Found::NotCovered);
        };
        let (group, start) = self.directory.groups.get(place).zip(self.offsets.get(place)).ok_or(LookupError)?;
        let missing = if group.complete { Found::Absent } else { Found::NotCovered };
        // A serial may begin one block and, under a smaller product code, end the block before.
        let last = group.blocks.partition_point(|block| block.first_serial <= number.serial());
        let first = group.blocks.partition_point(|block| block.first_serial < number.serial()).saturating_sub(1);
        let mut begin = *start + group.blocks.iter().take(first).map(|block| usize::from(block.bytes)).sum::<usize>();
        for block in group.blocks.get(first..last).unwrap_or_default() {
            for row in self.rows(group, block, begin) {
                let record = row?;
                if record.number == number {
                    return Ok(Found::Record(record));
                }
                if record.number.serial() > number.serial() {
                    return Ok(missing);
                }
            }
            begin += usize::from(block.bytes);
        }
        Ok(missing)
    }
}

/// The parts of the file.
struct Sections<'a> {
    reference: &'a [u8],
    directory: &'a [u8],
    blocks: &'a [u8],
}

fn sections(file: &[u8]) -> Result<Sections<'_>, Refusal> {
    let malformed = Refusal::Malformed { part: "snapshot" };
    let (version, rest) = file.strip_prefix(&MAGIC).and_then(<[u8]>::split_first).ok_or_else(|| malformed.clone())?;
    if *version != VERSION {
        return Err(Refusal::UnsupportedFormat { part: "snapshot", version: u16::from(*version) });
    }
    split(rest).ok_or(malformed)
}

fn split(rest: &[u8]) -> Option<Sections<'_>> {
    let (reference_length, rest) = length(rest)?;
    let (directory_length, rest) = length(rest)?;
    let (reference, rest) = rest.split_at_checked(reference_length)?;
    let (directory, blocks) = rest.split_at_checked(directory_length)?;
    Some(Sections { reference, directory, blocks })
}

fn length(input: &[u8]) -> Option<(usize, &[u8])> {
    let (bytes, rest) = input.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_le_bytes(*bytes)).ok()?, rest))
}

/// Where each group begins, if the directory keeps its promises and its blocks fill the file from `start` to `length`.
fn offsets(directory: &Directory, start: usize, length: usize) -> Option<Vec<usize>> {
    let mut end = start;
    let mut offsets = Vec::with_capacity(directory.groups.len());
    let sorted = directory.groups.is_sorted_by(|left, right| (left.body, left.year) < (right.body, right.year));
    for group in &directory.groups {
        offsets.push(end);
        let products_sorted = group.products.is_sorted_by(|left, right| left < right);
        let serials_sorted = group.blocks.is_sorted_by_key(|block| block.first_serial);
        if group.body > 99 || group.year > 9_999 || !products_sorted || !serials_sorted {
            return None;
        }
        for block in &group.blocks {
            if block.rows == 0 || usize::from(block.rows) > BLOCK_ROWS {
                return None;
            }
            end = end.checked_add(usize::from(block.bytes))?;
        }
    }
    (sorted && end == length).then_some(offsets)
}

/// The rows of a block; a malformed one ends it with an error.
struct Rows<'a> {
    group: &'a Group,
    input: &'a [u8],
    left: u8,
    serial: u32,
    parties: Parties,
    previous: Option<CccNumber>,
}

impl Rows<'_> {
    fn row(&mut self) -> Option<Record> {
        let year = self.group.year;
        self.serial = self.serial.checked_add(take_varint(&mut self.input)?)?;
        let place = usize::try_from(take_varint(&mut self.input)?).ok()?;
        let product = *self.group.products.get(place)?;
        let number = CccNumber::new(year, self.group.body, product, self.serial)?;
        let ascending = self
            .previous
            .is_none_or(|before| (before.serial(), before.product()) < (number.serial(), number.product()));
        let flags = take_varint(&mut self.input)?;
        if flags & !ALL_FLAGS != 0 {
            return None;
        }
        let status = *Status::ALL.get(usize::try_from(flags & STATUS_MASK).ok()?)?;
        let provenance = *Provenance::ALL.get(usize::try_from(flags >> PROVENANCE_SHIFT & PROVENANCE_MASK).ok()?)?;
        let issued_on = self.day(flags, HAS_ISSUED, issue_base(year))?;
        let expires_on = self.day(flags, HAS_EXPIRES, expiry_base(year, issued_on))?;
        let status_since = self.day(flags, HAS_STATUS_DAY, status_base(year, issued_on))?;
        let parties = self.parties(flags)?;
        let model = if flags & HAS_MODEL == 0 { None } else { Some(self.model()?) };
        self.previous = Some(number);
        self.parties = parties;
        ascending.then_some(Record { number, status, status_since, issued_on, expires_on, provenance, model, parties })
    }

    /// `Some(None)` where the row has no such day.
    fn day(&mut self, flags: u32, bit: u32, base: i32) -> Option<Option<Day>> {
        if flags & bit == 0 {
            return Some(None);
        }
        let days = unzigzag(take_varint(&mut self.input)?).checked_add(base)?;
        Day::from_days(days).map(Some)
    }

    fn parties(&mut self, flags: u32) -> Option<Parties> {
        let [applicant, manufacturer, factory, credit_code] = HAS_PARTY.map(|bit| flags & bit != 0);
        if flags & SAME_PARTIES != 0 {
            let repeats =
                self.parties != Parties::default() && ![applicant, manufacturer, factory, credit_code].contains(&true);
            return repeats.then_some(self.parties);
        }
        let parties = Parties {
            applicant: self.tag(applicant)?,
            manufacturer: self.tag(manufacturer)?,
            factory: self.tag(factory)?,
            credit_code: self.tag(credit_code)?,
        };
        // The writer would have said "the same".
        (parties == Parties::default() || parties != self.parties).then_some(parties)
    }

    fn tag(&mut self, is_there: bool) -> Option<Option<PartyTag>> {
        if !is_there {
            return Some(None);
        }
        let (tag, rest) = self.input.split_first_chunk::<8>()?;
        self.input = rest;
        Some(Some(PartyTag(*tag)))
    }

    fn model(&mut self) -> Option<String> {
        let length = usize::try_from(take_varint(&mut self.input)?).ok().filter(|length| *length <= MAX_MODEL)?;
        let (text, rest) = self.input.split_at_checked(length)?;
        self.input = rest;
        core::str::from_utf8(text).ok().map(String::from)
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Record, LookupError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            let trailing = !self.input.is_empty();
            self.input = &[];
            return trailing.then_some(Err(LookupError));
        }
        self.left -= 1;
        let row = self.row();
        if row.is_none() {
            (self.left, self.input) = (0, &[]);
        }
        Some(row.ok_or(LookupError))
    }
}
