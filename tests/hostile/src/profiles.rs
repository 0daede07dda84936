//! Pictures with colour profiles: a whole one, one that says nothing, and some that are large or say that they are.

use std::io::{self, Cursor, Read, Write};

use firelight::image::{DynamicImage, ImageFormat};
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

/// What a PNG's profile may unpack to, far beyond any limit.
const HUGE: u64 = 256 << 20;
/// And what one may unpack to that is packed as small as any that is read.
const LET_IN: u64 = 3 << 20;

/// The picture with each profile, in the formats that have a place for one.
pub fn files(picture: &DynamicImage) -> Vec<(String, Vec<u8>)> {
    let whole = profile();
    // Of tags that are longer than it is, and that lead beyond it.
    let lying = [&whole[..132], &[255; 8], &whole[140..]].concat();
    let large = whole.iter().copied().chain(std::iter::repeat_n(7, 1 << 20)).collect();
    let profiles = [("whole", whole), ("of none", vec![0; 10]), ("lying", lying), ("large", large)];
    let written = |format| {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).ok().map(|()| bytes.into_inner())
    };
    let (jpeg, png) = (written(ImageFormat::Jpeg).unwrap_or_default(), written(ImageFormat::Png).unwrap_or_default());
    let zeros = |count| in_png(&png, io::repeat(0).take(count));
    let mut files = vec![("a PNG, profile huge".into(), zeros(HUGE)), ("a PNG, profile let in".into(), zeros(LET_IN))];
    for (name, profile) in profiles {
        files.push((format!("a JPEG, profile {name}"), in_jpeg(&jpeg, &profile)));
        files.push((format!("a PNG, profile {name}"), in_png(&png, &profile[..])));
    }
    files
}

/// sRGB's primaries with a gamma of 2.2 (ICC.1:2010): a header, a table of tags, and the tags.
fn profile() -> Vec<u8> {
    let xyz = |numbers: [u32; 3]| [&b"XYZ \0\0\0\0"[..], &numbers.map(u32::to_be_bytes).concat()].concat();
    let curve = [&b"curv\0\0\0\0"[..], &[0, 0, 0, 1], &[2, 0x33, 0, 0]].concat();
    let tags = [
        (b"wtpt", xyz([0xf6d6, 0x10000, 0xd32d])),
        (b"rXYZ", xyz([0x6fa2, 0x38f5, 0x390])),
        (b"gXYZ", xyz([0x6299, 0xb785, 0x18da])),
        (b"bXYZ", xyz([0x24a0, 0xf84, 0xb6cf])),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let (mut table, mut data) = ((tags.len() as u32).to_be_bytes().to_vec(), Vec::new());
    let start = 128 + 4 + 12 * tags.len();
    for (name, tag) in &tags {
        let numbers = [start + data.len(), tag.len()].map(|number| (number as u32).to_be_bytes());
        table.extend([&name[..], &numbers.concat()].concat());
        data.extend_from_slice(tag);
    }
    let mut header = vec![0; 128];
    let length = (start + data.len()) as u32;
    let fields: [(usize, &[u8]); 5] = [
        (0, &length.to_be_bytes()),
        (8, &[2, 0x40]),
        (12, b"mntrRGB XYZ "),
        (36, b"acsp"),
        (68, &[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]),
    ];
    for (at, field) in fields {
        header[at..at + field.len()].copy_from_slice(field);
    }
    [header, table, data].concat()
}

/// In segments of 64 kB, numbered from 1, after the first two bytes; of more than 255 the numbers begin again.
fn in_jpeg(jpeg: &[u8], profile: &[u8]) -> Vec<u8> {
    let parts = profile.chunks(65_000);
    let count = parts.len() as u8;
    let segments = parts.enumerate().map(|(number, part)| {
        let length = (2 + 14 + part.len() as u16).to_be_bytes();
        [&[0xff, 0xe2][..], &length, b"ICC_PROFILE\0", &[number as u8 + 1, count], part].concat()
    });
    [&jpeg[..2], &segments.collect::<Vec<_>>().concat(), &jpeg[2..]].concat()
}

/// In a chunk behind the header, which ends at byte 33.
fn in_png(png: &[u8], mut profile: impl Read) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(b"iCCPa profile\0\0".to_vec(), Compression::fast());
    let copied = io::copy(&mut profile, &mut packed).and_then(|_| packed.flush());
    let chunk = copied.and_then(|()| packed.finish()).unwrap_or_default();
    let mut crc = Crc::new();
    crc.update(&chunk);
    let length = (chunk.len().saturating_sub(4) as u32).to_be_bytes();
    [&png[..33], &length, &chunk, &crc.sum().to_be_bytes(), &png[33..]].concat()
}
