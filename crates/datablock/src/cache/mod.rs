//! Decoded pictures, kept from one epoch to the next.

mod disk;
mod entry;
mod key;
mod memory;
mod room;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use firelight_transforms::{Picture, PictureReader, Size, TransformError};

use crate::DataError;
use disk::Disk;
use key::Key;
use memory::Memory;

/// Where decoded pictures are kept, so that each file is decoded once and not in every epoch: what
/// [`DataBlock::with_cache`](crate::DataBlock::with_cache) and [`DataLoaders::with_cache`](crate::DataLoaders::with_cache) take.
///
/// | kept | reading a picture again takes | lasts |
/// |---|---|---|
/// | [`memory`](Self::memory) | nothing | as long as the loaders and their clones |
/// | [`disk`](Self::disk) | a copy of its bytes | until others need the room, for any process that is given the folder |
///
/// A picture is kept as it was decoded, upright: three bytes a pixel of colours of 8 bits, four a number of others. Of a large JPEG that is no more
/// than the recipe can show ([`PictureTransforms::reduction`](firelight_transforms::PictureTransforms::reduction)). Batches are those without a
/// cache **bit for bit**. It is known by its file's path, length and time of change, and by how it is read; a file that was changed is read
/// anew. (One that was put in another's place with the same length and time, as `cp -p` can, is not told from it.)
///
/// The budget is never passed. What is there stays while an epoch goes on, so that a data set that is larger than the budget is kept in part,
/// and the rest is decoded in every epoch. Input blocks of your own are asked every time, unless they have their files kept
/// ([`InputBlock::read_with`](crate::InputBlock::read_with)).
///
/// ```
/// use firelight_datablock::Cache;
///
/// let of_a_laptop = Cache::memory(2 << 30); // 2 GiB: 3,800 pictures of 500×375
/// let of_a_server = Cache::disk("/var/cache/pets", 50 << 30);
/// # let _ = (of_a_laptop, of_a_server);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    folder: Option<PathBuf>,
    bytes: u64,
}

impl Cache {
    /// In memory, at most so many bytes.
    pub fn memory(bytes: u64) -> Self {
        Self { folder: None, bytes }
    }

    /// In files of a folder, at most so many bytes of them, which is made if it is not there. Several processes may have it at once.
    ///
    /// A file a picture, written while the first epoch runs and renamed when it is whole, with a checksum: a killed process leaves nothing that
    /// is read, and what is damaged is dropped and made anew. Once pictures are asked for a second time, those that nobody has asked for make
    /// room for new ones, the longest unused first. Files of other names are left alone. A folder that another user has filled and that may not be
    /// written to is read as it is.
    pub fn disk(folder: impl Into<PathBuf>, bytes: u64) -> Self {
        Self { folder: Some(folder.into()), bytes }
    }
}

/// What a [`Cache`] did so far, for all loaders that share it: those of one recipe, and their clones.
///
/// ```no_run
/// # use firelight_datablock::{Categories, DataLoaders};
/// # fn look(dls: DataLoaders<Categories>) {
/// if let Some(cached) = dls.train().cached() {
///     println!("{} of {} pictures were there", cached.hits, cached.hits + cached.misses);
/// }
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cached {
    /// Pictures that were there.
    pub hits: u64,
    /// Pictures that were decoded.
    pub misses: u64,
    /// Bytes that are kept: of a folder, by all processes together.
    pub bytes: u64,
}

/// An open cache.
#[derive(Debug)]
pub(crate) struct Store {
    kept: Kept,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Debug)]
enum Kept {
    Memory(Memory),
    Disk(Disk),
}

impl Store {
    /// # Errors
    ///
    /// [`DataError::Setting`] for no bytes, and [`DataError::Cache`] for a folder that cannot be used.
    pub fn open(cache: &Cache) -> Result<Arc<Self>, DataError> {
        if cache.bytes == 0 {
            let remedy = "give the bytes that it may take, or no cache".into();
            return Err(DataError::Setting { setting: "cache", value: "0 bytes".into(), remedy });
        }
        let kept = match &cache.folder {
            None => Kept::Memory(Memory::new(cache.bytes)),
            Some(folder) => Kept::Disk(
                Disk::open(folder, cache.bytes).map_err(|why| DataError::Cache { folder: folder.clone(), why })?,
            ),
        };
        Ok(Arc::new(Self { kept, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }))
    }

    /// The picture of a file, reduced as is said for its size, decoded if it is not there.
    pub fn picture(
        &self,
        reader: &PictureReader,
        file: &Path,
        reduction: &dyn Fn(Size) -> u32,
    ) -> Result<Arc<Picture>, TransformError> {
        let key = Key::of(reader, file);
        if let Some(picture) = key.and_then(|key| self.find(key, reduction)) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(picture);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let picture = Arc::new(reader.open_reduced(file, reduction)?);
        if let Some(key) = key {
            let key = key.reduced(reduction(picture.size()));
            match &self.kept {
                Kept::Memory(memory) => memory.keep(&key, &picture),
                Kept::Disk(disk) => disk.keep(&key, &picture),
            }
        }
        Ok(picture)
    }

    /// By how much a picture is to be reduced follows from its size, which any that is there of its file tells. Most are whole.
    fn find(&self, key: Key, reduction: &dyn Fn(Size) -> u32) -> Option<Arc<Picture>> {
        let (by, picture) = [1, 2, 4, 8].iter().find_map(|&by| Some((by, self.get(&key.reduced(by))?)))?;
        let wanted = reduction(picture.size());
        if by == wanted { Some(picture) } else { self.get(&key.reduced(wanted)) }
    }

    fn get(&self, key: &Key) -> Option<Arc<Picture>> {
        match &self.kept {
            Kept::Memory(memory) => memory.get(key),
            Kept::Disk(disk) => disk.get(key).map(Arc::new),
        }
    }

    pub fn cached(&self) -> Cached {
        let bytes = match &self.kept {
            Kept::Memory(memory) => memory.bytes(),
            Kept::Disk(disk) => disk.bytes(),
        };
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Cached { hits: count(&self.hits), misses: count(&self.misses), bytes }
    }
}
