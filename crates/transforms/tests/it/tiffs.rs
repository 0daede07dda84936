//! F3, F21: TIFFs whose tags change what their numbers mean.

use firelight_transforms::*;
use image::Rgb;

/// A TIFF of four by two pixels, one strip, without compression.
struct Tiff {
    little: bool,
    big: bool,
    bits: u16,
    photometric: u16,
    fill_order: u16,
    colours: Vec<u16>,
    pixels: Vec<u8>,
    orientation: Option<u16>,
    /// Whether the photometric tag is of 32 bits, where 16 are usual.
    long: bool,
    /// How many numbers the palette is said to have, where it is not as many as it has.
    said: Option<u64>,
}

impl Tiff {
    fn palette(bits: u16, colours: Vec<u16>, pixels: &[u8]) -> Self {
        let pixels = pixels.to_vec();
        let (little, big, photometric, fill_order) = (true, false, 3, 1);
        Self { little, big, bits, photometric, fill_order, colours, pixels, orientation: None, long: false, said: None }
    }

    fn number(&self, value: u64, bytes: usize) -> Vec<u8> {
        if self.little { value.to_le_bytes()[..bytes].to_vec() } else { value.to_be_bytes()[8 - bytes..].to_vec() }
    }

    fn encode(&self) -> Vec<u8> {
        let wide = if self.big { 8 } else { 4 };
        let mut file = if self.little { b"II".to_vec() } else { b"MM".to_vec() };
        file.extend(self.number(if self.big { 43 } else { 42 }, 2));
        if self.big {
            file.extend([self.number(8, 2), self.number(0, 2)].concat());
        }
        // Header, pixels, colours, tags.
        let pixels_at = file.len() + wide;
        let colours_at = pixels_at + self.pixels.len();
        let tags_at = colours_at + 2 * self.colours.len();
        file.extend(self.number(tags_at as u64, wide));
        file.extend(&self.pixels);
        self.colours.iter().for_each(|colour| file.extend(self.number(u64::from(*colour), 2)));
        let mut tags: Vec<(u64, usize, u64, u64)> = vec![
            (256, 3, 1, 4),
            (257, 3, 1, 2),
            (258, 3, 1, u64::from(self.bits)),
            (259, 3, 1, 1),
            (262, if self.long { 4 } else { 3 }, 1, u64::from(self.photometric)),
            (266, 3, 1, u64::from(self.fill_order)),
            (273, 4, 1, pixels_at as u64),
            (277, 3, 1, 1),
            (278, 3, 1, 2),
            (279, 4, 1, self.pixels.len() as u64),
        ];
        tags.extend(self.orientation.map(|value| (274, 4, 1, u64::from(value))));
        if !self.colours.is_empty() {
            tags.push((320, 3, self.said.unwrap_or(self.colours.len() as u64), colours_at as u64));
        }
        tags.sort_unstable();
        file.extend(self.number(tags.len() as u64, if self.big { 8 } else { 2 }));
        for (tag, kind, count, value) in tags {
            file.extend([self.number(tag, 2), self.number(kind as u64, 2), self.number(count, wide)].concat());
            let width =
                if kind == 3 && count == 1 { 2 } else { wide.min(if kind == 4 && count == 1 { 4 } else { wide }) };
            file.extend(self.number(value, width));
            file.extend(vec![0; wide - width]);
        }
        file.extend(self.number(0, wide));
        file
    }
}

/// 256 colours, of which the first few can be told apart.
fn colours() -> Vec<u16> {
    let channel = |factor: usize| (0..256).map(move |number| (number * factor % 256 * 257) as u16);
    channel(3).chain(channel(7)).chain(channel(11)).collect()
}

/// F21: numbers of a palette become its colours, in either byte order, classic or big.
#[test]
fn a_palette_is_painted() {
    for number in 0..8 {
        let (little, big, long) = (number & 1 > 0, number & 2 > 0, number & 4 > 0);
        let tiff = Tiff { little, big, long, ..Tiff::palette(8, colours(), &[0, 1, 2, 3, 4, 5, 254, 255]) };
        let picture = decode(&tiff.encode(), &Limits::default()).unwrap();
        assert_eq!(picture.dimensions(), (4, 2));
        for (pixel, number) in picture.pixels().zip([0_usize, 1, 2, 3, 4, 5, 254, 255]) {
            assert_eq!(pixel.0, [3, 7, 11].map(|factor| (number * factor % 256) as u8), "number {number}");
        }
    }
    // A palette of 8 bits a colour, as some programs write it, and one of two colours.
    let small = colours().iter().map(|colour| colour / 257).collect();
    let picture = decode(&Tiff::palette(8, small, &[0, 1, 2, 3, 4, 5, 6, 7]).encode(), &Limits::default()).unwrap();
    assert_eq!(picture.get_pixel(1, 0), &Rgb([3, 7, 11]));
    let two = vec![0x1000, 0xFF00, 0x2000, 0xFE00, 0x3000, 0xFD00];
    let picture = decode(&Tiff::palette(1, two, &[0b0100_0000, 0b1000_0000]).encode(), &Limits::default()).unwrap();
    assert_eq!(picture.get_pixel(0, 0), &Rgb([0x10, 0x20, 0x30]));
    assert_eq!(picture.get_pixel(1, 0), &Rgb([0xFF, 0xFE, 0xFD]));
    assert_eq!(picture.get_pixel(0, 1), &Rgb([0xFF, 0xFE, 0xFD]));
}

/// F21: a `BigTIFF` is a TIFF.
#[test]
fn big_tiffs_are_read() {
    for little in [true, false] {
        let gray =
            Tiff { little, big: true, photometric: 1, ..Tiff::palette(8, vec![], &[0, 10, 20, 30, 40, 50, 60, 70]) };
        let picture = decode(&gray.encode(), &Limits::default()).unwrap();
        assert_eq!(picture.get_pixel(3, 1), &Rgb([70; 3]));
    }
}

#[test]
fn a_tiff_is_turned_upright() {
    let gray = Tiff { photometric: 1, ..Tiff::palette(8, vec![], &[0, 10, 20, 30, 40, 50, 60, 70]) };
    let turned = Tiff { orientation: Some(3), ..gray };
    assert_eq!(decode(&turned.encode(), &Limits::default()).unwrap().get_pixel(0, 0), &Rgb([70; 3]));
}

#[test]
fn what_would_be_read_wrongly_is_refused() {
    let say = |tiff: Tiff| decode(&tiff.encode(), &Limits::default()).unwrap_err().to_string();
    let gray = || Tiff { photometric: 1, ..Tiff::palette(8, vec![], &[0, 10, 20, 30, 40, 50, 60, 70]) };
    // F3: bits in reversed order.
    let reversed = say(Tiff { fill_order: 2, ..gray() });
    assert!(reversed.ends_with(
        "its bits stand in reversed order (FillOrder 2), which is not read: save it in the usual one; replace or remove the file"
    ), "{reversed}");
    let sixteen = say(Tiff::palette(4, colours()[..48].to_vec(), &[0x01, 0x23, 0x45, 0x67]));
    assert!(sixteen.contains("its palette has 16 colours, and those of 2 and 256 are read"), "{sixteen}");
    // A palette of more numbers than can be counted in bytes.
    let endless = Tiff { big: true, said: Some(1 << 63), ..Tiff::palette(8, colours(), &[0; 8]) };
    let endless = say(endless);
    assert!(!endless.contains("panicked"), "{endless}");
    // Cut and nonsensical ones are no panic.
    for whole in [Tiff::palette(8, colours(), &[0; 8]).encode(), Tiff { big: true, ..gray() }.encode()] {
        for length in 0..whole.len() {
            let _ = decode(&whole[..length], &Limits::default());
        }
        for place in 0..whole.len() {
            for value in [0, 1, 0x7F, 0xFF] {
                let mut damaged = whole.clone();
                damaged[place] = value;
                let _ = decode(&damaged, &Limits::default());
            }
        }
    }
}
