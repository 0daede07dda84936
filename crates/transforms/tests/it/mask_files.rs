//! Masks are read as numbers, and what is no mask is refused by name.

use std::fs;

use firelight_transforms::*;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use png::{BitDepth, ColorType, Encoder};
use proptest::prelude::*;

/// A PNG of packed rows, with a palette of colours that are nothing like their numbers.
fn png_of(size: Size, kind: ColorType, depth: BitDepth, rows: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, size.width, size.height);
    encoder.set_color(kind);
    encoder.set_depth(depth);
    if kind == ColorType::Indexed {
        let colours = 1_usize << (depth as usize).min(8);
        let palette: Vec<u8> = (0..colours).flat_map(|number| [255 - number as u8, 7, (3 * number) as u8]).collect();
        encoder.set_palette(palette);
    }
    encoder.write_header().unwrap().write_image_data(rows).unwrap();
    bytes
}

/// Numbers in so many bits each, rows from whole bytes.
fn packed(numbers: &[u8], width: usize, depth: usize) -> Vec<u8> {
    let row = |row: &[u8]| {
        let mut bytes = vec![0_u8; (row.len() * depth).div_ceil(8)];
        for (at, number) in row.iter().enumerate() {
            bytes[at * depth / 8] |= number << (8 - depth - at * depth % 8);
        }
        bytes
    };
    numbers.chunks(width).flat_map(row).collect()
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn read(bytes: &[u8]) -> Result<Mask, TransformError> {
    MaskReader::default().decode(bytes, &Limits::default())
}

/// Names 255, so that any numbers are read.
fn any() -> MaskReader {
    MaskReader::default().with_void([255])
}

proptest! {
    #[test]
    fn numbers_of_every_depth_are_read_as_they_are_stored(
        width in 1_u32..40, height in 1_u32..9, depth in 0_usize..4, indexed: bool, seed: u64,
    ) {
        let (depth, of) = [(1, BitDepth::One), (2, BitDepth::Two), (4, BitDepth::Four), (8, BitDepth::Eight)][depth];
        let mut chance = Chance::new(seed, 0, 0);
        let numbers: Vec<u8> = (0..width * height).map(|_| chance.below(1 << depth) as u8).collect();
        let kind = if indexed { ColorType::Indexed } else { ColorType::Grayscale };
        let size = Size::new(width, height);
        let bytes = png_of(size, kind, of, &packed(&numbers, width as usize, depth));
        let mask = any().decode(&bytes, &Limits::default()).unwrap();
        prop_assert_eq!(mask.size(), size);
        prop_assert_eq!(mask.codes(), numbers);
    }

    #[test]
    fn no_bytes_break_the_reader(tail in prop::collection::vec(any_byte(), 0..300), kind in 0_usize..6, cut in 0_usize..400) {
        let start: &[u8] = [b"\x89PNG\r\n\x1a\n".as_slice(), b"II*\0", b"BM", b"RIFF\x10\0\0\0WEBP", b"GIF89a", b"P5 "][kind];
        let _ = read(&[start, &tail].concat());
        let mut whole = png_of(Size::new(9, 9), ColorType::Indexed, BitDepth::Four, &[0x12; 45]);
        whole.truncate(cut);
        let _ = read(&whole);
        let at = cut % 57;
        let mut broken = png_of(Size::new(9, 9), ColorType::Grayscale, BitDepth::Two, &[0x12; 27]);
        broken[at] ^= tail.first().copied().unwrap_or(1) | 1;
        let _ = read(&broken);
    }

    #[test]
    fn runs_and_masks_are_the_same(width in 1_u32..20, height in 1_u32..20, seed: u64, by_rows: bool) {
        let mut chance = Chance::new(seed, 0, 0);
        let size = Size::new(width, height);
        let codes: Vec<u8> = (0..width * height).map(|_| chance.below(3) as u8).collect();
        let mask = Mask::new(size, codes).unwrap();
        let order = if by_rows { RleOrder::Rows } else { RleOrder::Columns };
        let read = Mask::filled(size, 0)
            .with_rle(&mask.to_rle(2, order), order, 2).unwrap()
            .with_rle(&mask.to_rle(1, order), order, 1).unwrap();
        prop_assert_eq!(read, mask);
    }
}

fn any_byte() -> impl Strategy<Value = u8> {
    0_u8..=255
}

#[test]
fn an_interlaced_palette_is_read_by_number() {
    // See `reference/interlaced.py`.
    let numbers = [0, 1, 2, 3, 3, 2, 1, 0, 1, 1, 2, 2];
    let bytes = include_bytes!("reference/interlaced.png");
    assert_eq!(read(bytes).unwrap(), Mask::new(Size::new(4, 3), numbers.to_vec()).unwrap());
}

#[test]
fn other_formats_give_their_gray() {
    let gray = GrayImage::from_fn(5, 4, |x, y| Luma([(x + 5 * y) as u8]));
    let want: Vec<u8> = (0..20).collect();
    for format in [ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::Pnm, ImageFormat::Png] {
        assert_eq!(read(&encoded(gray.clone(), format)).unwrap().codes(), want, "{format:?}");
    }
    let rgb = DynamicImage::from(gray.clone()).to_rgb8();
    for format in [ImageFormat::WebP, ImageFormat::Png, ImageFormat::Bmp, ImageFormat::Qoi] {
        assert_eq!(read(&encoded(rgb.clone(), format)).unwrap().codes(), want, "{format:?}");
    }
    for clear in [DynamicImage::from(gray).to_luma_alpha8().into(), DynamicImage::from(rgb.clone()).to_rgba8().into()] {
        let clear: DynamicImage = clear;
        assert_eq!(read(&encoded(clear, ImageFormat::Png)).unwrap().codes(), want);
    }
    let wide = image::ImageBuffer::<Luma<u16>, _>::from_fn(5, 4, |x, y| Luma([(x + 5 * y) as u16]));
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        assert_eq!(read(&encoded(wide.clone(), format)).unwrap().codes(), want, "{format:?}");
    }
}

#[test]
fn colours_and_numbers_become_codes() {
    let limits = Limits::default();
    let picture = RgbImage::from_fn(3, 1, |x, _| Rgb([[0, 0, 0], [128, 0, 0], [224, 224, 192]][x as usize]));
    let voc = MaskReader::default().with_colours([
        ([0, 0, 0], 0),
        ([128, 0, 0], 9),
        ([128, 0, 0], 1),
        ([224, 224, 192], 255),
    ]);
    let bytes = encoded(picture, ImageFormat::Png);
    assert_eq!(voc.decode(&bytes, &limits).unwrap().codes(), [0, 1, Mask::VOID]);
    // then they are numbers like others
    assert_eq!(voc.clone().with_codes([(0, 4), (1, 5)]).decode(&bytes, &limits).unwrap().codes(), [4, 5, Mask::VOID]);
    // a palette is read by its colours, where these are told
    let indexed = png_of(Size::new(4, 1), ColorType::Indexed, BitDepth::Two, &packed(&[0, 1, 2, 3], 4, 2));
    let by_colour = MaskReader::default().with_colours((0..4).map(|n| ([255 - n, 7, 3 * n], 10 + n)));
    assert_eq!(by_colour.decode(&indexed, &limits).unwrap().codes(), [10, 11, 12, 13]);
    // Oxford's, and one of black and white
    let trimap = encoded(GrayImage::from_raw(4, 1, vec![1, 2, 3, 255]).unwrap(), ImageFormat::Png);
    let oxford = MaskReader::default().with_codes([(1, 1), (2, 0)]).with_void([3]);
    assert_eq!(oxford.decode(&trimap, &limits).unwrap().codes(), [1, 0, 255, 255]);
    let white = encoded(GrayImage::from_raw(2, 1, vec![0, 255]).unwrap(), ImageFormat::Png);
    assert_eq!(MaskReader::default().with_codes([(0, 0), (255, 1)]).decode(&white, &limits).unwrap().codes(), [0, 1]);
    assert_eq!(any().decode(&white, &limits).unwrap().codes(), [0, 255]);
    let stored = serde_json::to_string(&oxford).unwrap();
    assert_eq!(serde_json::from_str::<MaskReader>(&stored).unwrap(), oxford);
}

#[test]
fn what_is_no_mask_is_refused_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let refuse = |name: &str, reader: &MaskReader, bytes: &[u8], limits: Limits| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = reader.open(&path, &limits).unwrap_err();
        let said = error.to_string();
        assert_eq!(error.in_file(&path).to_string(), said, "the file is named once");
        said.replace(&folder.path().display().to_string(), "[folder]")
    };
    let (plain, limits) = (MaskReader::default(), Limits::default());
    let gray = GrayImage::from_raw(2, 2, vec![0, 0, 0, 7]).unwrap();
    let png = encoded(gray.clone(), ImageFormat::Png);
    let coloured = encoded(RgbImage::from_fn(2, 2, |x, y| Rgb([(x * y * 9) as u8, 0, 0])), ImageFormat::Png);
    insta::assert_snapshot!(refuse("a.jpg", &plain, &encoded(gray.clone(), ImageFormat::Jpeg), limits), @"decode: [folder]/a.jpg cannot be read as a mask: it is a JPEG, which changes numbers a little, and so classes; save masks as PNG, from where they were made");
    insta::assert_snapshot!(refuse("b.webp", &plain, b"RIFF\x0c\0\0\0WEBPVP8 \0\0\0\0", limits), @"decode: [folder]/b.webp cannot be read as a mask: it is a lossy WebP, which changes numbers a little, and so classes; save masks as PNG, from where they were made");
    insta::assert_snapshot!(refuse("c.png", &plain, &coloured, limits), @"decode: [folder]/c.png cannot be read as a mask: it has the colour (9, 0, 0) at column 1, row 1, and no colours are told; say what they stand for (MaskReader::with_colours)");
    let red = plain.clone().with_colours([([0, 0, 0], 0), ([255, 0, 0], 1)]);
    insta::assert_snapshot!(refuse("d.png", &red, &coloured, limits), @"decode: [folder]/d.png cannot be read as a mask: it has the colour (9, 0, 0) at column 1, row 1, which is none of the 2 that are told; add it (MaskReader::with_colours)");
    insta::assert_snapshot!(refuse("e.png", &plain.clone().with_codes([(0, 0)]), &png, limits), @"decode: [folder]/e.png cannot be read as a mask: it has the number 7 at column 1, row 1, which has no code; give it one (MaskReader::with_codes), or leave it out (MaskReader::with_void)");
    let wide = image::ImageBuffer::<Luma<u16>, _>::from_raw(1, 2, vec![3, 256]).unwrap();
    insta::assert_snapshot!(refuse("f.png", &plain, &encoded(wide, ImageFormat::Png), limits), @"decode: [folder]/f.png cannot be read as a mask: it has the number 256 at column 0, row 1, and codes go up to 255; save it with 8 bits a pixel");
    let white = encoded(GrayImage::from_raw(2, 1, vec![0, 255]).unwrap(), ImageFormat::Png);
    insta::assert_snapshot!(refuse("g.png", &plain, &white, limits), @"decode: [folder]/g.png cannot be read as a mask: its numbers are 0 and 255 alone, and 255 does not count; where it is a class, say so (MaskReader::with_codes([(0, 0), (255, 1)])), and where it is not, too (MaskReader::with_void([255]))");
    let float = encoded(DynamicImage::ImageRgb16(image::ImageBuffer::new(1, 1)), ImageFormat::Tiff);
    insta::assert_snapshot!(refuse("h.tiff", &plain, &float, limits), @"decode: [folder]/h.tiff cannot be read as a mask: its pixels are of the kind Rgb16, and numbers are read from palettes and gray; save it as a PNG of these");
    insta::assert_snapshot!(refuse("i.png", &plain, &png, limits.with_pixels(3)), @"decode: [folder]/i.png is 2×2 and would take about 24 bytes to decode, over the limit of 3 pixels; if the file is to be trusted, raise the limit (Limits::with_pixels, Limits::with_bytes)");
    insta::assert_snapshot!(refuse("j.png", &plain, &png, limits.with_bytes(7)), @"decode: [folder]/j.png is 2×2 and would take about 24 bytes to decode, over the limit of 7 bytes; if the file is to be trusted, raise the limit (Limits::with_pixels, Limits::with_bytes)");
    insta::assert_snapshot!(refuse("k.png", &plain, &png[..png.len() - 20], limits), @"decode: cannot decode [folder]/k.png: unexpected end of file; replace or remove the file");
    insta::assert_snapshot!(refuse("l.png", &plain, b"", limits), @"decode: cannot decode [folder]/l.png: the file is empty; replace or remove the file");
    insta::assert_snapshot!(plain.decode(&png, &limits.with_file_bytes(9)).unwrap_err().to_string().replace(&png.len().to_string(), "[n]"), @"read: a mask in memory has [n] bytes, over the limit of 9; if the file is to be trusted, raise the limit (Limits::with_file_bytes)");
    insta::assert_snapshot!(plain.decode(b"GIF", &limits).unwrap_err(), @"decode: cannot decode a mask of 3 bytes in memory: its first bytes (474946) belong to no picture format that is read (JPEG, PNG, GIF, WebP, BMP, TIFF, PNM, QOI, ICO); replace or remove the file");
    assert!(read(b"").unwrap_err().is_broken_file());
    assert!(!read(&coloured).unwrap_err().is_broken_file());
}

#[test]
fn runs_are_kaggles_and_slips_in_them_are_named() {
    let size = Size::new(4, 3);
    let mask = Mask::from_rle("1 3 10 2", size).unwrap();
    assert_eq!(mask.codes(), [1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0]);
    assert_eq!(mask, Mask::from_counts(&[0, 3, 6, 2, 1], size).unwrap());
    assert_eq!(Mask::from_rle(" ", size).unwrap(), Mask::filled(size, 0));
    assert_eq!(Mask::filled(size, 0).to_rle(1, RleOrder::Rows), "");
    assert_eq!(Mask::filled(size, 1).to_rle(1, RleOrder::Rows), "1 12");
    assert_eq!(Mask::from_rle("1 3 4 9", size).unwrap(), Mask::filled(size, 1), "runs may touch");
    let refuse = |runs: &str| Mask::from_rle(runs, size).unwrap_err().to_string();
    insta::assert_snapshot!(refuse("1 3 10"), @"mask: the runs cannot be read: the start 10 has no length after it; check them, and the size of the picture that they belong to");
    insta::assert_snapshot!(refuse("0 3"), @"mask: the runs cannot be read: `0` is no whole number from 1; check them, and the size of the picture that they belong to");
    insta::assert_snapshot!(refuse("-1"), @"mask: the runs cannot be read: the start -1 has no length after it; check them, and the size of the picture that they belong to");
    insta::assert_snapshot!(refuse("1 0"), @"mask: the runs cannot be read: `0` is no whole number from 1; check them, and the size of the picture that they belong to");
    insta::assert_snapshot!(refuse("2 3 4 1"), @"mask: the runs cannot be read: the run `4 1` begins before the end of the one before it, which is 4; check them, and the size of the picture that they belong to");
    insta::assert_snapshot!(refuse("12 2"), @"mask: the runs cannot be read: the run `12 2` ends at 13, and a mask of 4×3 has 12 pixels; check them, and the size of the picture that they belong to");
    insta::assert_snapshot!(refuse("2 18446744073709551615"), @"mask: the runs cannot be read: the run `2 18446744073709551615` ends at 18446744073709551615, and a mask of 4×3 has 12 pixels; check them, and the size of the picture that they belong to");
    insta::assert_snapshot!(Mask::from_counts(&[3, 4], size).unwrap_err(), @"mask: the runs cannot be read: the counts add up to 7, and a mask of 4×3 has 12 pixels; check them, and the size of the picture that they belong to");
}

#[test]
fn a_mask_prints_what_it_holds() {
    let mask = Mask::new(Size::new(3, 1), vec![2, 255, 2]).unwrap();
    insta::assert_snapshot!(format!("{mask:?}"), @"Mask { size: 3×1, counts: {2: 2, 255: 1}, .. }");
    assert_eq!((mask.code(2, 0), mask.code(3, 0), mask.code(0, 1)), (Some(2), None, None));
    assert_eq!(mask.as_ref(), [2, 255, 2]);
}
