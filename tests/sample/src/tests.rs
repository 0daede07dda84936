mod annotations;
mod figure;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::breed::{BREEDS, Species};
use super::{SampleError, draw, layout, manifest};

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// All files of a set, pictures and annotations, by their path below its folders.
fn whole(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let annotations = layout::annotations(folder);
    let folders =
        [("", folder.to_owned()), ("trimaps/", annotations.join("trimaps")), ("xmls/", annotations.join("xmls"))];
    let mut files: BTreeMap<_, _> = folders
        .iter()
        .flat_map(|(prefix, folder)| {
            contents(folder).into_iter().map(move |(name, bytes)| (format!("{prefix}{name}"), bytes))
        })
        .collect();
    for name in ["list.txt", "eyes.csv"] {
        files.insert(name.to_owned(), fs::read(annotations.join(name)).unwrap());
    }
    files
}

#[test]
fn the_same_seed_draws_the_same_bytes_and_another_seed_others() {
    let home = tempfile::tempdir().unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| home.path().join(name));
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(draw(&a, 2, 7).unwrap(), 20);
    assert_eq!(single.install(|| draw(&b, 2, 7)).unwrap(), 20);
    assert_eq!(draw(&c, 2, 8).unwrap(), 20);
    assert_eq!(whole(&a), whole(&b));
    let (a, c) = (contents(&a), contents(&c));
    assert!(a.iter().all(|(name, bytes)| c[name] != *bytes));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 6, "no temporary folder is left");
}

#[test]
fn more_pictures_keep_the_first_ones() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("set");
    draw(&folder, 1, 7).unwrap();
    let first = whole(&folder);
    draw(&folder, 2, 7).unwrap();
    let second = whole(&folder);
    let of_all = [manifest::NAME, "list.txt", "eyes.csv"];
    assert_eq!(first.len(), 3 * 10 + of_all.len());
    assert!(
        first.iter().filter(|(name, _)| !of_all.contains(&name.as_str())).all(|(name, bytes)| second[name] == *bytes)
    );
}

#[test]
fn every_file_has_an_official_name_and_decodes_as_a_jpeg_of_the_promised_size() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("set");
    draw(&folder, 3, 1).unwrap();
    let mut pictures = contents(&folder);
    assert!(pictures.remove(manifest::NAME).is_some());
    assert_eq!(pictures.len(), 30);
    for (name, bytes) in pictures {
        let (breed, number) = name.strip_suffix(".jpg").unwrap().rsplit_once('_').unwrap();
        assert!((1..=3).contains(&number.parse::<u32>().unwrap()), "{name}");
        let (_, species) = BREEDS.iter().find(|(known, _)| *known == breed).unwrap();
        assert_eq!(breed.starts_with(char::is_uppercase), *species == Species::Cat, "{name}");
        let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).unwrap();
        assert!((96..=160).contains(&picture.width()) && (96..=160).contains(&picture.height()), "{name}");
    }
}

#[test]
fn a_complete_set_is_used_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("set");
    draw(&folder, 1, 1).unwrap();
    let written = fs::metadata(folder.join("pug_1.jpg")).unwrap().modified().unwrap();
    draw(&folder, 1, 1).unwrap();
    assert_eq!(fs::metadata(folder.join("pug_1.jpg")).unwrap().modified().unwrap(), written);
}

#[test]
fn a_broken_manifest_or_picture_and_other_parameters_bring_a_new_drawing() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("set");
    draw(&folder, 1, 1).unwrap();
    let whole = contents(&folder);
    fs::write(folder.join(manifest::NAME), "half a li").unwrap();
    draw(&folder, 1, 1).unwrap();
    assert_eq!(contents(&folder), whole);
    fs::write(folder.join("pug_1.jpg"), &whole["pug_1.jpg"][..100]).unwrap();
    draw(&folder, 1, 1).unwrap();
    assert_eq!(contents(&folder), whole);
    fs::remove_file(folder.join("beagle_1.jpg")).unwrap();
    draw(&folder, 1, 1).unwrap();
    assert_eq!(contents(&folder), whole);
    draw(&folder, 1, 2).unwrap();
    assert_ne!(contents(&folder), whole);
}

#[test]
fn foreign_files_are_never_replaced() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("set");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("holiday.jpg"), "mine").unwrap();
    let error = draw(&folder, 1, 1).unwrap_err();
    assert_eq!(
        told(&error, home.path()),
        "the folder HOME/set holds \"holiday.jpg\", which is not a sample picture; \
         move it away or choose another folder for the sample set"
    );
    assert_eq!(contents(&folder).len(), 1);
}

#[test]
fn a_place_that_cannot_be_written_to_is_named() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file"), "not a folder").unwrap();
    let error = draw(&home.path().join("file/set"), 1, 1).unwrap_err();
    assert_eq!(
        told(&error, home.path()),
        "listing the sample folder HOME/file/set failed: Not a directory (os error 20); \
         make it readable or choose another folder"
    );
    let error = draw(&home.path().join("file/deeper/set"), 1, 1).unwrap_err();
    assert!(matches!(error, SampleError::List { .. }));
}

#[test]
#[cfg(target_os = "linux")]
fn a_place_where_no_folder_can_be_made_is_named() {
    assert_eq!(
        draw(Path::new("/proc/pets/set"), 1, 1).unwrap_err().to_string(),
        "making the folder /proc/pets for the sample pictures failed: No such file or directory (os error 2); \
         choose a place that you may write to"
    );
}

#[test]
fn the_leftovers_of_a_killed_run_are_cleared() {
    let home = tempfile::tempdir().unwrap();
    let draft = home.path().join(format!(".set.draft-{}", std::process::id()));
    fs::create_dir(&draft).unwrap();
    fs::write(draft.join("pug_1.jpg"), "half").unwrap();
    draw(&home.path().join("set"), 1, 1).unwrap();
    assert!(!draft.exists());
}

#[test]
fn no_pictures_are_refused() {
    assert_eq!(
        draw(Path::new("never made"), 0, 1).unwrap_err().to_string(),
        "the sample set needs at least 1 picture a breed, not 0; ask for 60 or more if a model is to learn from it"
    );
}

fn told(error: &SampleError, home: &Path) -> String {
    error.to_string().replace(&home.display().to_string(), "HOME")
}
