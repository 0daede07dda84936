//! Smaller copies of folders.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageReader, RgbImage};

use crate::data::{self, COLOURS};
use crate::{firelight, refused, run, said};

/// A blob of EXIF that says: the picture's top is the right side of what is stored (6).
const TURNED: [u8; 26] = [
    b'I', b'I', 42, 0, 8, 0, 0, 0, // little-endian, the list of tags at 8
    1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, // one of them, the orientation
    0, 0, 0, 0, // no further list
];

fn encoded(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes);
    bytes
}

#[test]
fn layout_tables_orientation_and_profiles_are_kept() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("data"));
    data::class_folders(&data, 12);
    fs::write(data.join("notes.csv"), "file,note\n").unwrap();
    fs::write(data.join("program.exe"), "no label").unwrap();
    // Red above blue, stored lying on its side.
    let lying = RgbImage::from_fn(60, 40, |x, _| image::Rgb(if x < 30 { [200, 0, 0] } else { [0, 0, 200] }));
    let turned = encoded(|bytes| {
        let mut encoder = JpegEncoder::new_with_quality(bytes, 95);
        encoder.set_exif_metadata(TURNED.to_vec()).unwrap();
        lying.write_with_encoder(encoder).unwrap();
    });
    fs::write(data.join("red/turned.jpg"), turned).unwrap();
    let profiled = encoded(|bytes| {
        let mut encoder = PngEncoder::new(bytes);
        encoder.set_icc_profile(b"a profile".to_vec()).unwrap();
        lying.write_with_encoder(encoder).unwrap();
    });
    fs::write(data.join("red/profiled.png"), profiled).unwrap();
    let told = said(at, &["resize", "data", "small", "--size", "16"]);
    assert!(told.contains("14 pictures in small, 14 of them made smaller"), "{told}");
    assert!(told.contains("1 file(s) of labels"), "{told}");
    assert!(at.join("small/notes.csv").is_file() && !at.join("small/program.exe").exists());
    for number in 0..12 {
        let file = format!("{}/{number}.png", COLOURS[data::shown(number).colour]);
        let small = image::open(at.join("small").join(&file)).unwrap();
        assert_eq!((small.width(), small.height()), (16, 16), "{file}");
    }
    let turned = image::open(at.join("small/red/turned.jpg")).unwrap().to_rgb8();
    assert_eq!(turned.dimensions(), (16, 24), "upright, and the shorter side is what was asked for");
    let mut reader = ImageReader::open(at.join("small/red/turned.jpg")).unwrap().into_decoder().unwrap();
    assert!(reader.exif_metadata().unwrap().is_none(), "it is not turned again");
    let mut reader = ImageReader::open(at.join("small/red/profiled.png")).unwrap().into_decoder().unwrap();
    assert_eq!(reader.icc_profile().unwrap().unwrap(), b"a profile");

    // What is small enough is copied bit for bit.
    said(at, &["resize", "data", "same", "--size", "64", "-q"]);
    assert!(fs::read(at.join("same/red/4.png")).unwrap() == fs::read(data.join("red/4.png")).unwrap());
}

#[test]
fn masks_have_the_number_of_the_nearest_pixel() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::masks(&at.join("data"), 6);
    let told = said(at, &["resize", "data", "small", "--size", "13"]);
    assert!(told.contains("masks in masks/"), "{told}");
    for number in 0..6 {
        let open = |folder: &str| image::open(at.join(folder).join(format!("masks/{number}.png"))).unwrap();
        let (large, small) = (open("data").to_luma8(), open("small"));
        assert!(matches!(small, DynamicImage::ImageLuma8(_)), "a number a pixel");
        for (x, y, code) in small.to_luma8().enumerate_pixels() {
            let near = |place: u32| (f64::from(2 * place + 1) * 32.0 / 26.0) as u32;
            assert_eq!(code, large.get_pixel(near(x), near(y)), "{number}: {x}, {y}");
        }
    }
    // The copies are masks to train on as the data are.
    let masks = said(at, &["train", "small", "--dry-run", "--weights", "none"]);
    assert!(masks.contains("a mask in masks/ for each picture in images/, 6 of them"), "{masks}");
}

#[test]
fn broken_pictures_are_listed_and_folders_with_files_are_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 6);
    fs::write(at.join("data/red/torn.png"), "half").unwrap();
    let resize = ["resize", "data", "small", "--size", "16"];
    let output = run(at, &resize);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.starts_with("error: ") && errors.lines().next().unwrap().contains("torn.png"), "{errors}");
    assert!(errors.ends_with("error: 1 picture could not be copied\n"), "{errors}");
    assert!(!at.join("small/red/torn.png").exists() && at.join("small/red/4.png").is_file());
    let mended = data::shown(4).picture();
    mended.save(at.join("data/red/torn.png")).unwrap();
    assert!(said(at, &resize).contains("7 pictures in small, 6 of them copied before, 1 of them made smaller"));
    assert_eq!(refused(at, &resize), "error: resize: cannot write to small: it has files; choose another folder");
    fs::write(at.join("data/red/torn.png"), "half").unwrap();
    let inside = refused(at, &["resize", "data", "data/small", "--size", "16"]);
    assert_eq!(inside, "error: resize: cannot write to data/small: it lies in data; choose another folder");
    assert!(!Path::new(&at.join("data/small")).exists());
    let skipped = run(at, &["resize", "data", "others", "--size", "16", "--skip-broken"]);
    assert!(skipped.status.success() && String::from_utf8_lossy(&skipped.stderr).starts_with("left out: "));
}

/// Stopped as by a switch: some copies are there, each whole.
#[test]
fn what_was_stopped_goes_on_and_makes_no_copy_twice() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 24);
    for number in 0..200 {
        let noise = RgbImage::from_fn(300, 300, |x, y| image::Rgb([(x * y) as u8, (x + 3 * y) as u8, number as u8]));
        data::save(&noise, &at.join(format!("data/red/large{number}.png")));
    }
    let resize = ["resize", "data", "small", "--size", "100"];
    let copies = || fs::read_dir(at.join("small/red")).map_or(0, |entries| entries.flatten().filter(is_whole).count());
    let mut child = firelight(at, &resize).stdout(Stdio::null()).spawn().unwrap();
    while copies() < 3 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let begun = copies();
    assert!((3..208).contains(&begun), "{begun} copies when it was killed");
    for other in [&["--size", "50"][..], &["--size", "100", "--quality", "50"], &["--size", "100", "--masks", "none"]] {
        let error = refused(at, &[&resize[..3], other].concat());
        assert!(error.ends_with("made otherwise; choose another folder"), "{error}");
    }
    let written = |file: &str| fs::metadata(at.join("small/red").join(file)).and_then(|file| file.modified()).ok();
    let first = fs::read_dir(at.join("small/red")).unwrap().flatten().find(is_whole).unwrap();
    let first = first.file_name().into_string().unwrap();
    let before = written(&first);
    let told = said(at, &resize);
    assert!(told.contains("224 pictures in small, ") && told.contains(" of them copied before, "), "{told}");
    assert_eq!((copies(), written(&first)), (208, before));
    said(at, &["resize", "data", "whole", "--size", "100"]);
    let names: Vec<_> = fs::read_dir(at.join("whole/red")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    for name in names {
        let [one, other] = ["small", "whole"].map(|folder| fs::read(at.join(folder).join("red").join(&name)).unwrap());
        assert!(one == other, "{name:?}");
    }
    assert!(!at.join("small/.firelight-resize").exists());
}

fn is_whole(entry: &fs::DirEntry) -> bool {
    entry.path().extension().is_some_and(|ending| ending == "png")
}

#[test]
fn what_copies_have_not_is_said() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("data"));
    data::class_folders(&data, 6);
    let frame = |shade: u8| image::Frame::new(image::RgbaImage::from_pixel(40, 40, image::Rgba([shade, 0, 0, 255])));
    for (name, frames) in [("moving.gif", 3), ("still.gif", 1)] {
        let mut encoder = image::codecs::gif::GifEncoder::new(fs::File::create(data.join("red").join(name)).unwrap());
        encoder.encode_frames((0..frames).map(|shade| frame(90 * shade))).unwrap();
    }
    let deep = image::ImageBuffer::<image::Rgb<u16>, Vec<u16>>::from_pixel(40, 40, image::Rgb([9, 300, 65_000]));
    DynamicImage::from(deep).save(data.join("red/deep.png")).unwrap();
    let float = image::Rgb32FImage::from_pixel(40, 40, image::Rgb([0.5, 0.1, 0.9]));
    DynamicImage::from(float).save(data.join("red/float.tiff")).unwrap();
    for name in ["one.avif", "two.AVIF", "three.jp2"] {
        fs::write(data.join("red").join(name), "of another format").unwrap();
    }
    let output = run(at, &["resize", "data", "small", "--size", "16"]);
    let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    for line in [
        "animations: of 1 picture the first frame alone is kept",
        "depth: of 2 pictures with more than 8 bits a channel 8 are kept",
        "left out: 3 pictures of formats that are not read: 2 .avif, 1 .jp2",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}:\n{told}");
    }
    // What is small enough is copied bit for bit, and has all of it.
    let same = run(at, &["resize", "data", "same", "--size", "64"]);
    let told = String::from_utf8(same.stdout).unwrap();
    assert!(!told.contains("animations") && !told.contains("depth") && told.contains("left out: 3"), "{told}");
}
