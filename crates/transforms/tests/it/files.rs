//! Files are read by content, upright, within limits, or refused by name.

use std::fs;
use std::path::Path;

use firelight_transforms::*;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, Rgb, RgbImage};

use crate::{originals, pattern};

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn every_colour_type_becomes_rgb() {
    let rgb = DynamicImage::from(pattern(12, 9));
    let gray = DynamicImage::from(rgb.to_luma8());
    let gray_rgb = gray.to_rgb8();
    let limits = Limits::default();
    for (picture, want) in [
        (rgb.clone(), rgb.to_rgb8()),
        (DynamicImage::from(rgb.to_rgba8()), rgb.to_rgb8()),
        (DynamicImage::from(rgb.to_rgb16()), rgb.to_rgb8()),
        (DynamicImage::from(rgb.to_rgba16()), rgb.to_rgb8()),
        (gray.clone(), gray_rgb.clone()),
        (DynamicImage::from(gray.to_luma_alpha8()), gray_rgb.clone()),
        (DynamicImage::from(gray.to_luma16()), gray_rgb),
    ] {
        let read = decode(&encoded(&picture, ImageFormat::Png), &limits).unwrap();
        assert!(read == want, "{:?}", picture.color());
    }
    for format in [ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::Qoi, ImageFormat::Pnm, ImageFormat::WebP] {
        assert!(decode(&encoded(&rgb, format), &limits).unwrap() == rgb.to_rgb8(), "{format:?}");
    }
}

#[test]
fn alpha_is_dropped_not_blended() {
    let clear = image::RgbaImage::from_pixel(2, 2, image::Rgba([200, 100, 50, 0]));
    let read = decode(&encoded(&clear.into(), ImageFormat::Png), &Limits::default()).unwrap();
    assert_eq!(read.get_pixel(0, 0), &Rgb([200, 100, 50]));
}

#[test]
fn a_ground_shows_through_what_is_transparent() {
    let rgba = image::RgbaImage::from_fn(3, 1, |x, _| image::Rgba([200, 100, 50, [0, 128, 255][x as usize]]));
    let limits = Limits::default().with_ground([255, 0, 10]);
    let want = [Rgb([255, 0, 10]), Rgb([227, 50, 30]), Rgb([200, 100, 50])];
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
        let read = decode(&encoded(&rgba.clone().into(), format), &limits).unwrap();
        assert_eq!(read.pixels().copied().collect::<Vec<_>>(), want, "{format:?}");
    }
    let wide = DynamicImage::from(DynamicImage::from(rgba).to_rgba16());
    let read = decode(&encoded(&wide, ImageFormat::Png), &limits).unwrap();
    assert_eq!(read.pixels().copied().collect::<Vec<_>>(), want);
    let gray = image::GrayAlphaImage::from_pixel(1, 1, image::LumaA([80, 0]));
    assert_eq!(decode(&encoded(&gray.into(), ImageFormat::Png), &limits).unwrap().get_pixel(0, 0), &want[0]);
    let opaque = DynamicImage::from(pattern(9, 7));
    assert!(decode(&encoded(&opaque, ImageFormat::Png), &limits).unwrap() == opaque.to_rgb8());
    // a palette with a colour that is not seen
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(vec![9, 9, 9, 70, 80, 90]);
    encoder.set_trns(vec![0]);
    encoder.write_header().unwrap().write_image_data(&[0, 1]).unwrap();
    let read = decode(&bytes, &limits).unwrap();
    assert_eq!([read.get_pixel(0, 0), read.get_pixel(1, 0)], [&want[0], &Rgb([70, 80, 90])]);
    assert_eq!(decode(&bytes, &Limits::default()).unwrap().get_pixel(0, 0), &Rgb([9; 3]));
    // limits of before have none, and those with one keep it
    let before: Limits = serde_json::from_str(r#"{"pixels": 5, "bytes": 6, "file_bytes": 7}"#).unwrap();
    assert_eq!(before, Limits::default().with_pixels(5).with_bytes(6).with_file_bytes(7));
    assert!(!serde_json::to_string(&before).unwrap().contains("ground"));
    assert_eq!(serde_json::from_str::<Limits>(&serde_json::to_string(&limits).unwrap()).unwrap(), limits);
}

#[test]
fn exif_orientation_is_applied() {
    // left half black, right half white; stored turned, so that a reader must turn it back
    let upright = RgbImage::from_fn(32, 16, |x, _| Rgb([if x < 16 { 0 } else { 255 }; 3]));
    for orientation in 1..=8_u8 {
        let stored = match orientation {
            2 => image::imageops::flip_horizontal(&upright),
            3 => image::imageops::rotate180(&upright),
            4 => image::imageops::flip_vertical(&upright),
            5 => image::imageops::flip_horizontal(&image::imageops::rotate90(&upright)),
            6 => image::imageops::rotate270(&upright),
            7 => image::imageops::flip_horizontal(&image::imageops::rotate270(&upright)),
            8 => image::imageops::rotate90(&upright),
            _ => upright.clone(),
        };
        // a TIFF header and one entry: tag 0x0112, a type, count 1; F33: some programs write a long or a byte for a short
        for kind in [1, 3, 4] {
            let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01".to_vec();
            exif.extend([kind, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]);
            let big = [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0".as_slice(), &[kind], b"\0\0\0\x01"].concat();
            let value: &[u8] = match kind {
                1 => &[orientation, 0, 0, 0],
                3 => &[0, orientation, 0, 0],
                _ => &[0, 0, 0, orientation],
            };
            for exif in [exif, [&big, value, &[0; 4]].concat()] {
                let mut bytes = Vec::new();
                let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 100);
                encoder.set_exif_metadata(exif).unwrap();
                encoder.encode_image(&stored).unwrap();
                let read = decode(&bytes, &Limits::default()).unwrap();
                assert_eq!(read.dimensions(), (32, 16), "orientation {orientation} of type {kind}");
                let (left, right) = (read.get_pixel(2, 8).0[0], read.get_pixel(29, 8).0[0]);
                assert!(left < 20 && right > 235, "orientation {orientation} of type {kind}");
            }
        }
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let refuse = |name: &str, bytes: &[u8], limits: Limits| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        open(&path, &limits).unwrap_err().to_string().replace(&folder.path().display().to_string(), "[folder]")
    };
    let limits = Limits::default();
    let png = encoded(&pattern(40, 30).into(), ImageFormat::Png);
    insta::assert_snapshot!(refuse("empty.jpg", b"", limits), @"decode: cannot decode [folder]/empty.jpg: the file is empty; replace or remove the file");
    insta::assert_snapshot!(refuse("page.jpg", b"<!DOCTYPE html>", limits), @"decode: cannot decode [folder]/page.jpg: its first bytes (3c21444f43545950) belong to no picture format that is read (JPEG, PNG, GIF, WebP, BMP, TIFF, PNM, QOI, ICO); replace or remove the file");
    insta::assert_snapshot!(refuse("cut.png", &png[..png.len() / 2], limits), @"decode: cannot decode [folder]/cut.png: unexpected end of file; replace or remove the file");
    insta::assert_snapshot!(refuse("large.png", &png, limits.with_pixels(1000)), @"decode: [folder]/large.png is 40×30 and would take about 4080 bytes to decode, over the limit of 1000 pixels; if the file is to be trusted, raise the limit (Limits::with_pixels, Limits::with_bytes)");
    insta::assert_snapshot!(refuse("large.png", &png, limits.with_bytes(1000)), @"decode: [folder]/large.png is 40×30 and would take about 4080 bytes to decode, over the limit of 1000 bytes; if the file is to be trusted, raise the limit (Limits::with_pixels, Limits::with_bytes)");
    let missing = open(Path::new("no/such.jpg"), &limits).unwrap_err();
    insta::assert_snapshot!(missing, @"read: cannot read no/such.jpg: No such file or directory (os error 2); check that it exists and may be read");
    insta::assert_snapshot!(decode(b"GIF", &limits).unwrap_err(), @"decode: cannot decode a picture of 3 bytes in memory: its first bytes (474946) belong to no picture format that is read (JPEG, PNG, GIF, WebP, BMP, TIFF, PNM, QOI, ICO); replace or remove the file");
}

/// What decoding holds beside a picture depends on its shape: a decoder of PNG keeps rows.
#[test]
fn a_picture_of_one_long_row_takes_what_its_rows_take() {
    let limits = Limits::default().with_bytes(1 << 20);
    let of = |width, height| decode(&encoded(&RgbImage::new(width, height).into(), ImageFormat::Png), &limits);
    assert!(of(447, 447).is_ok());
    assert!(matches!(of(199_809, 1), Err(TransformError::TooLarge { unit: "bytes", .. })));
}

/// The decoder by itself fills what is missing with gray.
#[test]
fn a_jpeg_that_was_cut_short_is_refused_wherever_it_was_cut() {
    let bytes = encoded(&DynamicImage::from(pattern(90, 70)), ImageFormat::Jpeg);
    assert!(decode(&bytes, &Limits::default()).is_ok());
    assert!(
        decode(&[bytes.as_slice(), b"a tail"].concat(), &Limits::default()).is_ok(),
        "what follows the end is no harm"
    );
    for length in 1..bytes.len() {
        assert!(decode(&bytes[..length], &Limits::default()).is_err(), "{length} of {} bytes", bytes.len());
    }
    let error = decode(&bytes[..bytes.len() - 2], &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("the file ends before its picture does: it was cut short"), "{error}");
}

#[test]
fn broken_files_are_listed_with_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["1.png", "2.png"] {
        pattern(5, 5).save(path(name)).unwrap();
    }
    fs::write(path("3.JPG"), "oops").unwrap();
    fs::write(path("alone"), "").unwrap();
    let files = ["1.png", "2.png", "3.JPG", "alone", "gone.png"].map(path);
    let found = verify_images(&files, &Limits::default());
    let text = found.to_string().replace(&folder.path().display().to_string(), "[folder]");
    insta::assert_snapshot!(text, @"
5 pictures checked, 3 broken
decode: cannot decode [folder]/3.JPG: its first bytes (6f6f7073) belong to no picture format that is read (JPEG, PNG, GIF, WebP, BMP, TIFF, PNM, QOI, ICO); replace or remove the file
decode: cannot decode [folder]/alone: the file is empty; replace or remove the file
read: cannot read [folder]/gone.png: No such file or directory (os error 2); check that it exists and may be read
");
}

/// A10: what is no regular file is refused at once; reading it might never end.
#[cfg(unix)]
#[test]
fn only_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let say = |path: &Path| {
        let error = open(path, &Limits::default()).unwrap_err();
        assert!(error.is_broken_file());
        error.to_string().replace(&folder.path().display().to_string(), "[folder]")
    };
    let pipe = folder.path().join("pipe.png");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    insta::assert_snapshot!(say(&pipe), @"read: [folder]/pipe.png is a pipe, and pictures are read from regular files alone; remove it, or leave it out");
    insta::assert_snapshot!(say(folder.path()), @"read: [folder] is a folder, and pictures are read from regular files alone; remove it, or leave it out");
    insta::assert_snapshot!(say(Path::new("/dev/zero")), @"read: /dev/zero is a device, and pictures are read from regular files alone; remove it, or leave it out");
    let link = folder.path().join("zero.png");
    std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
    insta::assert_snapshot!(say(&link), @"read: [folder]/zero.png is a device, and pictures are read from regular files alone; remove it, or leave it out");
    let socket = folder.path().join("socket.png");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    insta::assert_snapshot!(say(&socket), @"read: [folder]/socket.png is a socket, and pictures are read from regular files alone; remove it, or leave it out");
    let broken = folder.path().join("broken.png");
    std::os::unix::fs::symlink("/nowhere/1.png", &broken).unwrap();
    insta::assert_snapshot!(say(&broken), @"read: [folder]/broken.png is a broken link: there is no /nowhere/1.png; mend or remove the link");
}

/// What is behind a link and cannot be looked at may well be there.
#[cfg(unix)]
#[test]
fn a_link_that_cannot_be_followed_is_not_taken_for_a_broken_one() {
    let folder = tempfile::tempdir().unwrap();
    let say = |name: &str, target: &Path| {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(target, &link).unwrap();
        let error = open(&link, &Limits::default()).unwrap_err();
        assert!(error.is_broken_file());
        error.to_string().replace(&folder.path().display().to_string(), "[folder]")
    };
    fs::write(folder.path().join("notes.txt"), "").unwrap();
    let long = "x".repeat(300);
    let inside = say("inside.png", Path::new("notes.txt/1.png"));
    assert!(inside.starts_with("read: cannot read [folder]/inside.png: Not a directory"), "{inside}");
    let long = say("long.png", Path::new(&long));
    assert!(long.starts_with("read: cannot read [folder]/long.png: File name too long"), "{long}");
    let circle = say("circle.png", Path::new("circle.png"));
    assert_eq!(circle, "read: [folder]/circle.png is a broken link: there is no circle.png; mend or remove the link");
}

/// What was read by a block of a user's own and decoded from memory is of a file, too.
#[test]
fn every_error_names_its_file() {
    let path = Path::new("cats/1.jpg");
    let png = encoded(&pattern(40, 30).into(), ImageFormat::Png);
    let say = |bytes: &[u8], limits: Limits| decode(bytes, &limits).unwrap_err().in_file(path).to_string();
    for (error, start) in [
        (say(b"GIF", Limits::default()), "cats/1.jpg: decode: cannot decode a picture of 3 bytes in memory: "),
        (say(&png, Limits::default().with_pixels(9)), "cats/1.jpg: decode: a picture of "),
        (say(&png, Limits::default().with_file_bytes(9)), "cats/1.jpg: read: a picture in memory has "),
    ] {
        assert!(error.starts_with(start), "{error}");
    }
    // Once is enough.
    let reason = || "it is cut".into();
    let named = TransformError::Decode { picture: "cats/1.jpg".into(), reason: reason() }.in_file(path).in_file(path);
    assert_eq!(named.to_string(), "decode: cannot decode cats/1.jpg: it is cut; replace or remove the file");
    let twice = TransformError::Decode { picture: "bytes".into(), reason: reason() }.in_file(path).in_file(path);
    assert_eq!(twice.to_string(), "cats/1.jpg: decode: cannot decode bytes: it is cut; replace or remove the file");
}

/// B43: a file is not read whole before its length is known to be within the limit, nor beyond it.
#[test]
fn a_file_over_its_limit_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.png");
    let file = fs::File::create(&path).unwrap();
    file.set_len(6 << 30).unwrap(); // takes no room: nothing is written
    let error = open(&path, &Limits::default()).unwrap_err();
    assert!(error.is_broken_file());
    let text = error.to_string().replace(&folder.path().display().to_string(), "[folder]");
    insta::assert_snapshot!(text, @"read: [folder]/huge.png has 6442450944 bytes, over the limit of 268435456; if the file is to be trusted, raise the limit (Limits::with_file_bytes)");

    let png = encoded(&pattern(40, 30).into(), ImageFormat::Png);
    fs::write(&path, &png).unwrap();
    let length = png.len() as u64;
    assert!(open(&path, &Limits::default().with_file_bytes(length)).is_ok());
    assert!(open(&path, &Limits::default().with_file_bytes(length - 1)).is_err());
    assert!(decode(&png, &Limits::default().with_file_bytes(length)).is_ok());
    let error = decode(&png, &Limits::default().with_file_bytes(100)).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "read: a picture in memory has {length} bytes, over the limit of 100; if the file is to be trusted, raise the limit \
             (Limits::with_file_bytes)"
        )
    );
    // What says that it is empty and is not is read up to the limit (Linux).
    if Path::new("/proc/self/maps").exists() {
        let error = open(Path::new("/proc/self/maps"), &Limits::default().with_file_bytes(10)).unwrap_err();
        assert!(error.to_string().contains("has 11 bytes, over the limit of 10"), "{error}");
    }
}

#[test]
fn real_pictures_are_read_whatever_their_names_say() {
    let Some(folder) = originals() else { return };
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let found = verify_images(&files, &Limits::default());
    assert!(found.checked >= 100 && found.broken.is_empty(), "{found}");
    // a GIF and an RGBA PNG that call themselves JPEG
    for name in ["Abyssinian_34.jpg", "Abyssinian_5.jpg"] {
        let picture = open(&folder.join(name), &Limits::default()).unwrap();
        assert!(picture.width() > 100 && picture.height() > 100);
    }
}
