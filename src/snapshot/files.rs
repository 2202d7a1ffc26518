//! The chunks of a snapshot, whole in one file or supplied one by one.

use super::chunk::Index;
use super::layout::Chunk;
use crate::register::LookupError;
use crate::trust::FileRef;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

/// Chunks of one kind.
#[derive(Clone, Debug)]
pub(super) struct Files {
    chunks: Vec<Place>,
    /// The first key of each, and how many blocks there are in those before.
    first_keys: Vec<u64>,
    first_blocks: Vec<u32>,
    /// Whether they came in one file.
    is_whole: bool,
}

#[derive(Clone, Debug)]
struct Place {
    chunk: Chunk,
    /// Blocks in the chunks before.
    first_block: u32,
    /// None if it was not yet supplied.
    held: Option<Held>,
}

/// Where a chunk is.
#[derive(Clone, Debug)]
struct Held {
    /// A file, of which other places may hold something too.
    file: Arc<Vec<u8>>,
    /// Where in it the chunk begins.
    start: usize,
    index: Index,
}

/// A chunk that can be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) index: &'a Index,
    /// Blocks in the chunks before.
    pub(super) first_block: u32,
    pub(super) blocks: u32,
}

impl Chunk {
    /// The index of its bytes. None unless they are as the directory says, which leads look-ups by the first keys.
    fn index(&self, bytes: &[u8]) -> Option<Index> {
        Index::read(bytes, self.blocks).filter(|index| index.key(bytes, 0) == self.first_key)
    }
}

impl Files {
    /// Chunks that will be supplied.
    pub(super) fn missing(chunks: &[Chunk]) -> Self {
        let mut files = Self { chunks: Vec::new(), first_keys: Vec::new(), first_blocks: Vec::new(), is_whole: false };
        let mut first_block = 0_u32;
        for chunk in chunks {
            files.chunks.push(Place { chunk: *chunk, first_block, held: None });
            files.first_keys.push(chunk.first_key);
            files.first_blocks.push(first_block);
            first_block = first_block.saturating_add(chunk.blocks);
        }
        files
    }

    /// The one chunk that a file has from `start` on. None if it is malformed.
    pub(super) fn only(file: Vec<u8>, start: usize, blocks: u32) -> Option<Self> {
        let bytes = file.get(start..)?;
        let index = Index::read(bytes, blocks)?;
        let first_key = index.key(bytes, 0);
        // Of the hash of the file around it nothing follows for it.
        let chunk_file = FileRef { size: u64::try_from(bytes.len()).ok()?, hash: [0; 32] };
        let mut files = Self::missing(&[Chunk { blocks, first_key, file: chunk_file }]);
        files.chunks.first_mut()?.held = Some(Held { file: Arc::new(file), start, index });
        Some(files)
    }

    /// Takes all of them, as they follow each other in a file. None if one is malformed or the file ends before the last.
    pub(super) fn fill(&mut self, file: Vec<u8>, start: usize) -> Option<()> {
        let (file, mut start) = (Arc::new(file), start);
        for place in &mut self.chunks {
            let size = usize::try_from(place.chunk.file.size).ok()?;
            let index = place.chunk.index(file.get(start..start.checked_add(size)?)?)?;
            place.held = Some(Held { file: file.clone(), start, index });
            start += size;
        }
        self.is_whole = true;
        Some(())
    }

    /// Whether all were given at once.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The chunk with this block, which is `from` or one after it; the last one for a block that none has.
    #[inline]
    pub(super) fn with_block(&self, from: usize, block: u32) -> usize {
        let firsts = self.first_blocks.get(from..).unwrap_or_default();
        from + firsts.partition_point(|first| *first <= block).saturating_sub(1)
    }

    /// Where in `chunks` those end whose first key is at or below a key.
    #[inline]
    pub(super) fn partition(&self, chunks: Range<usize>, key: u64) -> usize {
        let keys = self.first_keys.get(chunks.clone()).unwrap_or_default();
        chunks.start + keys.partition_point(|first| *first <= key)
    }

    /// What is to be supplied so that all can be read.
    pub(super) fn missing_chunks(&self) -> impl Iterator<Item = FileRef> {
        (0..self.chunks.len()).filter_map(|chunk| self.needed(chunk))
    }

    /// What is to be supplied so that this chunk can be read.
    pub(super) fn needed(&self, chunk: usize) -> Option<FileRef> {
        let place = self.chunks.get(chunk)?;
        place.held.is_none().then_some(place.chunk.file)
    }

    /// Where a chunk begins, if the first does at `start`.
    pub(super) fn place(&self, file: FileRef, start: u64) -> Option<u64> {
        let mut start = start;
        for place in &self.chunks {
            if place.chunk.file == file {
                return Some(start);
            }
            start += place.chunk.file.size;
        }
        None
    }

    /// Takes a chunk that was missing. False if its blocks do not fill it.
    pub(super) fn supply(&mut self, file: FileRef, bytes: &Arc<Vec<u8>>) -> Option<bool> {
        let mut found = None;
        for place in self.chunks.iter_mut().filter(|place| place.chunk.file == file) {
            let index = place.chunk.index(bytes);
            found = Some(index.is_some() && found != Some(false));
            if let Some(index) = index {
                place.held = Some(Held { file: bytes.clone(), start: 0, index });
            }
        }
        found
    }

    /// A chunk for reading.
    #[inline]
    pub(super) fn open(&self, chunk: usize) -> Result<Open<'_>, LookupError> {
        let place = self.chunks.get(chunk).ok_or(LookupError::Malformed)?;
        let Held { file, start, index } = place.held.as_ref().ok_or(LookupError::Missing)?;
        let size = usize::try_from(place.chunk.file.size).map_err(|_| LookupError::Malformed)?;
        let bytes = file.get(*start..start.saturating_add(size)).unwrap_or_default();
        Ok(Open { bytes, index, first_block: place.first_block, blocks: place.chunk.blocks })
    }

    /// The file in which the first stands.
    pub(super) fn whole(&self) -> &[u8] {
        let first = self.chunks.first().and_then(|first| first.held.as_ref());
        first.map_or(&[], |held| held.file.as_slice())
    }

    /// The chunks with what was signed for them, as far as they are there.
    pub(super) fn signed(&self) -> impl Iterator<Item = (FileRef, Result<Open<'_>, LookupError>)> {
        self.chunks.iter().enumerate().map(|(chunk, place)| (place.chunk.file, self.open(chunk)))
    }
}
