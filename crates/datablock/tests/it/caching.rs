//! A cache changes how long a batch takes, and nothing else.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use burn::tensor::Device;
use firelight_datablock::{
    Cache, Cached, Categories, CategoryBlock, DataBlock, DataError, DataLoaders, ImageBlock, IndexSplitter, InputBlock,
    OnError,
};
use firelight_transforms::{Picture, Resize, TransformError, aug_transforms};
use tempfile::TempDir;

use crate::folder;

const PICTURES: usize = 20;
/// More than all pictures take.
const ENOUGH: u64 = 1 << 20;

fn pictures() -> TempDir {
    let names = folder::two_breeds(PICTURES);
    folder::of(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

fn loaders(folder: &Path) -> DataLoaders<Categories> {
    folder::loaders(folder, 16..20).with_batch_size(8)
}

fn cached(folder: &Path, cache: &Cache) -> DataLoaders<Categories> {
    loaders(folder).with_cache(cache).expect("a cache")
}

/// Items and planes of both parts, bit for bit.
fn epoch(loaders: &DataLoaders<Categories>, number: usize) -> Vec<(Vec<usize>, Vec<u32>)> {
    let batches = [loaders.train(), loaders.valid()].map(|loader| loader.batches(number).expect("an epoch"));
    let bits = |batch: firelight_datablock::Batch<_>| {
        (batch.items, batch.inputs.into_data().iter::<f32>().map(f32::to_bits).collect())
    };
    batches.into_iter().flatten().map(|batch| bits(batch.expect("a batch"))).collect()
}

fn used(loaders: &DataLoaders<Categories>) -> Cached {
    loaders.train().cached().expect("a cache")
}

/// Hits and misses of what was done.
fn counted(loaders: &DataLoaders<Categories>, work: impl FnOnce()) -> (u64, u64) {
    let before = used(loaders);
    work();
    let after = used(loaders);
    (after.hits - before.hits, after.misses - before.misses)
}

/// Every file of a cache's folder that is a picture's.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
    };
    let folders = below(folder).into_iter().filter(|path| path.is_dir());
    let mut files: Vec<_> = folders.flat_map(|folder| below(&folder)).collect();
    files.sort();
    files
}

fn bytes(files: &[PathBuf]) -> u64 {
    files.iter().map(|file| fs::metadata(file).expect("a file").len()).sum()
}

/// Makes a file look as if nothing had used it for so long.
fn age(file: &Path, hours: u64) {
    let long_ago = SystemTime::now() - Duration::from_secs(3600 * hours);
    File::options().write(true).open(file).and_then(|file| file.set_modified(long_ago)).expect("a time");
}

#[test]
fn batches_are_those_without_a_cache_bit_for_bit_and_later_epochs_decode_nothing() {
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    let plain = loaders(folder.path());
    for cache in [Cache::memory(ENOUGH), Cache::disk(kept.path(), ENOUGH)] {
        let cached = cached(folder.path(), &cache);
        assert_eq!(epoch(&cached, 0), epoch(&plain, 0));
        assert_eq!((used(&cached).hits, used(&cached).misses), (0, 20), "{cache:?}");
        for workers in [1, 8] {
            let several = cached.clone().with_workers(workers);
            let counts = counted(&several, || assert_eq!(epoch(&several, 1), epoch(&plain, 1)));
            assert_eq!(counts, (20, 0), "{cache:?}");
        }
    }
    assert_eq!(entries(kept.path()).len(), 20);
}

#[test]
fn another_process_finds_what_a_folder_has_and_memory_ends_with_its_loaders() {
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    for (cache, found) in [(Cache::memory(ENOUGH), 0), (Cache::disk(kept.path(), ENOUGH), 20)] {
        epoch(&cached(folder.path(), &cache), 0);
        let again = cached(folder.path(), &cache);
        assert_eq!(epoch(&again, 0), epoch(&loaders(folder.path()), 0));
        assert_eq!((used(&again).hits, used(&again).misses), (found, 20 - found));
    }
}

#[test]
fn a_picture_that_was_changed_is_decoded_anew() {
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    let changed = folder.path().join("pug_3.png");
    let first = fs::read(&changed).expect("a picture");
    for cache in [Cache::memory(ENOUGH), Cache::disk(kept.path(), ENOUGH)] {
        fs::write(&changed, &first).expect("a file");
        let cached = cached(folder.path(), &cache);
        let before = epoch(&cached, 0);
        folder::write(&changed, 77);
        // Whatever the length is now: the time alone tells.
        age(&changed, 1);
        let counts = counted(&cached, || {
            let after = epoch(&cached, 0);
            assert_eq!(after, epoch(&loaders(folder.path()), 0));
            assert_ne!(after, before);
        });
        assert_eq!(counts, (19, 1), "{cache:?}");
        assert_eq!(counted(&cached, || drop(epoch(&cached, 0))), (20, 0), "{cache:?}");
    }
    assert_eq!(entries(kept.path()).len(), 20, "the picture of before is gone");
}

#[test]
fn the_budget_is_never_passed_and_what_is_there_stays() {
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    let plain = epoch(&loaders(folder.path()), 0);
    // Pictures take 24 to 28 × 20 × 3 bytes, and a little.
    let budget = 8_000;
    for cache in [Cache::memory(budget), Cache::disk(kept.path(), budget)] {
        let cached = cached(folder.path(), &cache);
        let mut hits = Vec::new();
        for _ in 0..3 {
            let (hit, missed) = counted(&cached, || assert_eq!(epoch(&cached, 0), plain));
            assert_eq!(hit + missed, 20);
            assert!(used(&cached).bytes <= budget, "{:?}", used(&cached));
            hits.push(hit);
        }
        assert!(hits[0] == 0 && (4..=5).contains(&hits[1]) && hits[1] == hits[2], "{cache:?}: {hits:?}");
    }
    assert_eq!(bytes(&entries(kept.path())), used(&cached(folder.path(), &Cache::disk(kept.path(), budget))).bytes);
}

#[test]
fn what_nobody_asks_for_makes_room_the_longest_unused_first() {
    let (old, new) = (pictures(), tempfile::tempdir().expect("a folder"));
    let kept = tempfile::tempdir().expect("a folder");
    epoch(&cached(old.path(), &Cache::disk(kept.path(), ENOUGH)), 0);
    let before = entries(kept.path());
    for (hours, file) in before.iter().enumerate() {
        age(file, 100 - hours as u64);
    }
    fs::write(kept.path().join("mine.txt"), "not a picture").expect("a file");

    for name in folder::two_breeds(PICTURES).iter().take(8) {
        folder::write(&new.path().join(name), 3);
    }
    let few = folder::loaders(new.path(), 6..8).with_batch_size(6);
    let few = few.with_cache(&Cache::disk(kept.path(), bytes(&before) + 1_000)).expect("a cache");
    epoch(&few, 0);
    assert_eq!(entries(kept.path()), before, "an epoch that may ask for them still takes nothing away");
    epoch(&few, 1);
    assert_eq!(counted(&few, || drop(epoch(&few, 2))), (8, 0));
    let after = entries(kept.path());
    let gone: Vec<_> = before.iter().filter(|file| !after.contains(file)).cloned().collect();
    assert!((7..=9).contains(&gone.len()), "{}", gone.len());
    assert_eq!(gone, before[..gone.len()], "the oldest");
    assert!(bytes(&after) <= used(&few).bytes);
    assert!(kept.path().join("mine.txt").exists());

    // A smaller budget is kept from the start.
    let smaller = used(&cached(old.path(), &Cache::disk(kept.path(), 5_000)));
    assert!(smaller.bytes <= 5_000 && bytes(&entries(kept.path())) == smaller.bytes, "{smaller:?}");
}

#[test]
fn a_damaged_picture_is_dropped_and_made_anew() {
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    let plain = epoch(&loaders(folder.path()), 0);
    let cache = Cache::disk(kept.path(), ENOUGH);
    epoch(&cached(folder.path(), &cache), 0);
    let files = entries(kept.path());
    let whole = fs::read(&files[0]).expect("a file");
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let mut damages: Vec<Vec<u8>> = (0..88).chain([whole.len() / 2, whole.len() - 1]).map(flipped).collect();
    damages.extend([Vec::new(), whole[..50].to_vec(), whole[..whole.len() - 1].to_vec(), [&whole[..], &[0]].concat()]);
    damages.push(vec![0; whole.len()]);
    // Another one's.
    damages.push(fs::read(&files[1]).expect("a file"));
    for damaged in damages {
        fs::write(&files[0], damaged).expect("a file");
        let again = cached(folder.path(), &cache);
        assert_eq!(epoch(&again, 0), plain);
        assert_eq!((used(&again).hits, used(&again).misses), (19, 1));
        assert_eq!(fs::read(&files[0]).expect("a file"), whole);
        assert_eq!(used(&again).bytes, bytes(&entries(kept.path())));
    }
    // What is no file at all.
    fs::remove_file(&files[0]).and_then(|()| fs::create_dir(&files[0])).expect("a folder");
    assert_eq!(epoch(&cached(folder.path(), &cache), 0), plain);
}

#[test]
fn what_a_killed_process_left_is_not_read_and_goes() {
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    let cache = Cache::disk(kept.path(), ENOUGH);
    epoch(&cached(folder.path(), &cache), 0);
    let left = kept.path().join("a1B2c3.part");
    fs::write(&left, "half a picture").expect("a file");
    // Its sum may be wrong too.
    let ledger = kept.path().join("firelight-cache");
    for sum in [&b""[..], &[255; 8], &[0; 8], b"nonsense and more of it"] {
        fs::write(&ledger, sum).expect("a file");
        let again = cached(folder.path(), &cache);
        assert_eq!(used(&again).bytes, bytes(&entries(kept.path())));
        assert_eq!(counted(&again, || drop(epoch(&again, 0))), (20, 0));
    }
    assert!(!left.exists());
}

#[test]
fn a_part_that_somebody_writes_counts_and_stays() {
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    let held = File::create(kept.path().join("a1B2c3.part")).expect("a file");
    held.set_len(6_000).and_then(|()| held.lock()).expect("a lock");
    let cached = cached(folder.path(), &Cache::disk(kept.path(), 8_000));
    assert_eq!(used(&cached).bytes, 6_000);
    epoch(&cached, 0);
    assert_eq!(entries(kept.path()).len(), 1);
    assert!(used(&cached).bytes <= 8_000);
}

#[test]
fn two_that_work_in_one_folder_at_once_agree() {
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    let plain: Vec<_> = (0..4).map(|number| epoch(&loaders(folder.path()), number)).collect();
    for budget in [ENOUGH, 12_000] {
        let work = || {
            let cached = cached(folder.path(), &Cache::disk(kept.path(), budget)).with_workers(4);
            for (number, plain) in plain.iter().enumerate() {
                assert_eq!(&epoch(&cached, number), plain);
                assert!(used(&cached).bytes <= budget);
            }
        };
        std::thread::scope(|scope| {
            for worker in [(); 4].map(|()| scope.spawn(work)) {
                worker.join().expect("a worker");
            }
        });
        let there = entries(kept.path());
        assert!(bytes(&there) <= budget && there.len() >= 6, "{}", there.len());
        assert_eq!(used(&cached(folder.path(), &Cache::disk(kept.path(), budget))).bytes, bytes(&there));
    }
}

#[test]
fn pictures_of_any_channels_and_several_an_item_are_kept_file_by_file() {
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    let twice = |item: &Path| Ok(vec![item.to_path_buf(); 2]);
    let input = (ImageBlock::gray(), ImageBlock::rgb().with_bands(2, twice));
    let block = DataBlock::new(input, folder::breeds())
        .with_splitter(IndexSplitter::new([0, 1]))
        .with_item_transform(Resize::crop(16))
        .with_batch_transforms(aug_transforms().size(12));
    let plain = block.dataloaders(folder.path(), &Device::flex()).expect("loaders").with_batch_size(6);
    let expected = epoch(&plain, 1);
    for cache in [Cache::memory(ENOUGH), Cache::disk(kept.path(), ENOUGH)] {
        let block = block.clone().with_cache(cache);
        let loaders = block.dataloaders(folder.path(), &Device::flex()).expect("loaders").with_batch_size(6);
        epoch(&loaders, 0);
        assert_eq!(counted(&loaders, || assert_eq!(epoch(&loaders, 1), expected)), (60, 0));
    }
}

/// A recipe that shrinks a file reads it reduced, and one that looks closer has the whole; neither takes the other's.
#[test]
fn large_photographs_are_kept_as_far_as_each_recipe_can_see() {
    let (folder, kept) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for number in 0..4_u32 {
        let colour = |x: u32, y: u32| image::Rgb([(x + 60 * number) as u8, (y / 2) as u8, (x / 3 + y / 5) as u8]);
        let picture = image::RgbImage::from_fn(500 + number, 401, colour);
        picture.save(folder.path().join(format!("pug_{number}.jpg"))).expect("a picture");
    }
    let (small, large) = (24, 200);
    let recipe = |size: u32| {
        DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(|_: &Path| Ok::<_, DataError>("pug".to_owned())))
            .with_splitter(IndexSplitter::new([0]))
            .with_item_transform(Resize::crop(size))
            .with_batch_transforms(aug_transforms())
            .dataloaders(folder.path(), &Device::flex())
            .expect("loaders")
            .with_batch_size(3)
    };
    let whole = 4 * 500 * 401 * 3;
    for cache in [Cache::memory(ENOUGH << 3), Cache::disk(kept.path(), ENOUGH << 3)] {
        for size in [small, large, small] {
            let cached = recipe(size).with_cache(&cache).expect("a cache");
            for number in 0..2 {
                assert_eq!(epoch(&cached, number), epoch(&recipe(size), number), "{size}");
            }
            assert!(used(&cached).hits >= 4);
            if cache == Cache::memory(ENOUGH << 3) {
                assert_eq!(used(&cached).bytes < whole / 40, size == small, "{:?}", used(&cached));
            }
        }
    }
    assert_eq!(entries(kept.path()).len(), 8);
}

#[test]
fn broken_pictures_and_blocks_that_do_more_than_reading_are_as_without_a_cache() {
    #[derive(Debug, Clone)]
    struct Inverted;

    impl InputBlock for Inverted {
        fn read(&self, item: &Path) -> Result<Picture, TransformError> {
            let mut picture = firelight_transforms::open(item, &firelight_transforms::Limits::default())?;
            image::imageops::invert(&mut picture);
            Ok(picture.into())
        }
    }

    let folder = pictures();
    let loaders = DataBlock::new(Inverted, folder::breeds())
        .with_item_transform(Resize::crop(16))
        .with_cache(Cache::memory(ENOUGH))
        .dataloaders(folder.path(), &Device::flex())
        .expect("loaders")
        .with_batch_size(4);
    let (first, second) = (epoch(&loaders, 0), epoch(&loaders, 0));
    assert_eq!(first, second);
    assert_eq!((used(&loaders).hits, used(&loaders).bytes), (0, 0));
    assert_eq!(self::loaders(folder.path()).train().cached(), None);

    fs::write(folder.path().join("pug_1.png"), "not a picture").expect("a file");
    let cached = cached(folder.path(), &Cache::memory(ENOUGH));
    let failed = cached.train().batches(0).expect("an epoch").find_map(Result::err).expect("an error");
    let plain = self::loaders(folder.path()).train().batches(0).expect("an epoch").find_map(Result::err);
    assert_eq!(failed.to_string(), plain.expect("an error").to_string());
    let skipping = cached.with_on_error(OnError::Skip);
    let (first, second) = (epoch(&skipping, 0), epoch(&skipping, 0));
    assert_eq!((first.iter().map(|batch| batch.0.len()).sum::<usize>(), first == second), (19, true));
}

#[test]
fn a_folder_that_cannot_be_used_and_a_budget_of_nothing_are_refused() {
    let folder = pictures();
    let file = folder.path().join("pug_1.png");
    let refused = |cache: &Cache| loaders(folder.path()).with_cache(cache).expect_err("refused");
    let error = refused(&Cache::disk(&file, ENOUGH));
    assert!(matches!(error, DataError::Cache { .. }));
    let said = error.to_string().replace(&folder.path().display().to_string(), "pets");
    assert!(said.starts_with("cache: cannot use pets/pug_1.png: "), "{said}");
    assert!(said.ends_with("; give a folder that can be written, or `Cache::memory`"), "{said}");
    for cache in [Cache::memory(0), Cache::disk(folder.path().join("kept"), 0)] {
        assert_eq!(
            refused(&cache).to_string(),
            "loader: cache = 0 bytes makes no sense; give the bytes that it may take, or no cache"
        );
    }
    assert!(!folder.path().join("kept").exists());
}

/// What another user has filled. (Whoever may write anywhere, as root, is not kept from it.)
#[test]
#[cfg(unix)]
fn a_folder_without_permission_to_write_is_read_and_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, kept) = (pictures(), tempfile::tempdir().expect("a folder"));
    let plain = epoch(&loaders(folder.path()), 0);
    epoch(&cached(folder.path(), &Cache::disk(kept.path(), ENOUGH)), 0);
    let (files, ledger) = (entries(kept.path()), kept.path().join("firelight-cache"));
    let folders = files.iter().filter_map(|file| file.parent().map(Path::to_path_buf));
    let all: Vec<PathBuf> = folders.chain(files.clone()).chain([ledger.clone(), kept.path().into()]).collect();
    let allow = |more: u32| {
        for path in &all {
            let mode = if path.is_dir() { 0o555 } else { 0o444 } | more;
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
        }
    };
    allow(0);
    if File::options().write(true).open(&ledger).is_err() {
        let read = cached(folder.path(), &Cache::disk(kept.path(), 1));
        assert_eq!(counted(&read, || assert!(epoch(&read, 0) == plain)), (20, 0));
        assert_eq!(entries(kept.path()), files);
    } else {
        eprintln!("skipped: this user may write to any file");
    }
    allow(0o222);
}
