//! F3: every way to code a baseline JPEG gives the right picture or an error, never stripes.

use firelight_transforms::*;

/// Sampling factors of three components, and which of them each scan has.
struct Coding {
    factors: [(usize, usize); 3],
    scans: &'static [&'static [usize]],
    restart: u8,
    says: Says,
}

/// What a file says of its colours.
#[derive(Clone, Copy)]
struct Says {
    jfif: bool,
    adobe: Option<u8>,
    numbers: [u8; 3],
}

/// What nearly all files say.
const USUAL: Says = Says { jfif: true, adobe: None, numbers: [1, 2, 3] };

/// Luma, blue and red of a tile, in steps that no two neighbours share.
fn colour(x: usize, y: usize) -> [u8; 3] {
    let step = (3 * x + 5 * y) % 8;
    [40 + 22 * step as u8, 90 + 11 * ((step * 3) % 8) as u8, 80 + 13 * ((step * 5) % 8) as u8]
}

/// Bits of entropy-coded data; after a byte of ones stands a 0.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, count: u32) {
        for place in (0..count).rev() {
            self.held = self.held << 1 | (bits >> place & 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.held as u8);
                if self.held == 0xFF {
                    self.bytes.push(0);
                }
                (self.held, self.count) = (0, 0);
            }
        }
    }

    /// Fills the last byte with ones.
    fn end(&mut self) {
        while self.count > 0 {
            self.put(1, 1);
        }
    }

    /// A block of one colour: the difference to the last one, and an end of block.
    fn block(&mut self, value: u8, last: &mut i32) {
        let value = i32::from(value) - 128;
        let difference = value - *last;
        *last = value;
        let length = 32 - difference.unsigned_abs().leading_zeros();
        self.put(length, 4);
        let bits = if difference < 0 { difference - 1 } else { difference };
        self.put(bits as u32 & ((1 << length) - 1), length);
        self.put(0, 1);
    }
}

impl Coding {
    fn most(&self) -> (usize, usize) {
        let most = |pick: fn(&(usize, usize)) -> usize| self.factors.iter().map(pick).max().unwrap_or(1);
        (most(|factors| factors.0), most(|factors| factors.1))
    }

    /// Whether every component's samples divide those of the finest.
    fn is_whole(&self) -> bool {
        let (h_most, v_most) = self.most();
        self.factors.iter().all(|&(h, v)| h_most % h == 0 && v_most % v == 0)
    }

    /// Three tiles by two, each as large as what is coded together, the last ones cut.
    fn size(&self) -> (usize, usize) {
        let (h, v) = self.most();
        (3 * 8 * h - 3, 2 * 8 * v - 3)
    }

    fn scan(&self, components: &[usize]) -> Vec<u8> {
        let (h_most, v_most) = self.most();
        let (width, height) = self.size();
        let mut bits = Bits::default();
        let mut last = [0; 3];
        // Of one component alone only the blocks are coded that the picture has.
        let alone = components.len() == 1;
        let (columns, rows) = if alone {
            let (h, v) = self.factors[components[0]];
            ((width * h).div_ceil(h_most).div_ceil(8), (height * v).div_ceil(v_most).div_ceil(8))
        } else {
            (3, 2)
        };
        for unit in 0..columns * rows {
            if self.restart > 0 && unit > 0 && unit % usize::from(self.restart) == 0 {
                bits.end();
                let number = (unit / usize::from(self.restart) - 1) % 8;
                bits.bytes.extend([0xFF, 0xD0 + number as u8]);
                last = [0; 3];
            }
            let (column, row) = (unit % columns, unit / columns);
            for &component in components {
                let (h, v) = self.factors[component];
                if alone {
                    bits.block(colour(column / h, row / v)[component], &mut last[component]);
                } else {
                    (0..h * v).for_each(|_| bits.block(colour(column, row)[component], &mut last[component]));
                }
            }
        }
        bits.end();
        bits.bytes
    }

    fn encode(&self) -> Vec<u8> {
        let (width, height) = self.size();
        let mut file = vec![0xFF, 0xD8];
        let mut segment = |marker: u8, content: &[u8]| {
            file.extend([0xFF, marker]);
            file.extend((content.len() as u16 + 2).to_be_bytes());
            file.extend(content);
        };
        let Says { jfif, adobe, numbers } = self.says;
        if jfif {
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        }
        if let Some(transform) = adobe {
            segment(0xEE, &[&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat());
        }
        // A step of 8, so that the first coefficient of a block of one colour is the colour.
        segment(0xDB, &[&[0][..], &[8; 64]].concat());
        let sampling = |(component, (h, v)): (usize, (usize, usize))| [numbers[component], (h << 4 | v) as u8, 0];
        let components: Vec<u8> = self.factors.into_iter().enumerate().flat_map(sampling).collect();
        let size = [0, height as u8, 0, width as u8, 3];
        segment(0xC0, &[&[8][..], &size, &components].concat());
        // Lengths of differences: twelve codes of four bits. Coefficients: the end of block, one bit.
        let twelve: Vec<u8> = (0..12).collect();
        segment(0xC4, &[&[0x00, 0, 0, 0, 12][..], &[0; 12], &twelve].concat());
        segment(0xC4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
        segment(0xDD, &[0, self.restart]);
        for scan in self.scans {
            let components: Vec<u8> = scan.iter().flat_map(|&component| [numbers[component], 0]).collect();
            let head = [&[scan.len() as u8][..], &components, &[0, 63, 0]].concat();
            file.extend([0xFF, 0xDA]);
            file.extend((head.len() as u16 + 2).to_be_bytes());
            file.extend(head);
            file.extend(self.scan(scan));
        }
        file.extend([0xFF, 0xD9]);
        file
    }

    /// The largest difference to a tile's colour in its middle, where the components are these colours.
    fn worst(&self, picture: &image::RgbImage, as_rgb: bool) -> f32 {
        let (h, v) = self.most();
        let mut worst = 0.0_f32;
        for (x, y) in (0..3).flat_map(|x| (0..2).map(move |y| (x, y))) {
            let [luma, blue, red] = colour(x, y).map(f32::from);
            let want = if as_rgb {
                [luma, blue, red]
            } else {
                let (blue, red) = (blue - 128.0, red - 128.0);
                [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue]
            };
            let pixel = picture.get_pixel((8 * h * x + 4 * h) as u32, (8 * v * y + 4 * v) as u32);
            for (got, want) in pixel.0.into_iter().zip(want) {
                worst = worst.max((f32::from(got) - want.clamp(0.0, 255.0)).abs());
            }
        }
        worst
    }
}

const SCANS: [&[&[usize]]; 6] =
    [&[&[0, 1, 2]], &[&[0], &[1], &[2]], &[&[2], &[0], &[1]], &[&[0], &[1, 2]], &[&[0, 1], &[2]], &[&[1, 2], &[0]]];

#[test]
fn every_coding_of_a_baseline_jpeg_is_right_or_refused() {
    let sides = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (1, 4), (3, 1), (4, 2)];
    for number in 0..sides.len().pow(3) {
        let [luma, blue, red] = [0, 1, 2].map(|place| sides[number / sides.len().pow(place) % sides.len()]);
        for scans in SCANS {
            // What is coded together has ten blocks at most.
            let blocks =
                |scan: &&[usize]| scan.iter().map(|&c| [luma, blue, red][c]).map(|(h, v)| h * v).sum::<usize>();
            if scans.iter().any(|scan| scan.len() > 1 && blocks(scan) > 10) {
                continue;
            }
            for restart in [0, 1, 2] {
                let coding = Coding { factors: [luma, blue, red], scans, restart, says: USUAL };
                let name = format!("{luma:?} {blue:?} {red:?}, scans {scans:?}, restart {restart}");
                match decode(&coding.encode(), &Limits::default()) {
                    Ok(picture) => {
                        let (width, height) = coding.size();
                        assert_eq!(picture.dimensions(), (width as u32, height as u32), "{name}");
                        let worst = coding.worst(&picture, false);
                        assert!(worst < 4.0, "{name}: {worst}");
                    }
                    // Samples of one component and a half of another's are what nobody writes.
                    Err(error) => assert!(!coding.is_whole() && error.is_broken_file(), "{name}: {error}"),
                }
            }
        }
    }
}

/// As libjpeg's: what JFIF says comes before what Adobe says, and this before the components' numbers. The first two codings are
/// for the usual decoder, the others for that of rare ones.
#[test]
fn what_three_components_are_is_what_libjpeg_takes_them_for() {
    let rgb = *b"RGB";
    let cases = [
        (Says { jfif: false, ..USUAL }, false),
        (Says { jfif: false, adobe: Some(0), ..USUAL }, true),
        (Says { jfif: false, adobe: Some(1), ..USUAL }, false),
        (Says { jfif: true, adobe: Some(0), ..USUAL }, false),
        (Says { jfif: false, numbers: rgb, ..USUAL }, true),
        (Says { jfif: false, adobe: Some(1), numbers: rgb }, false),
        (Says { jfif: true, adobe: None, numbers: rgb }, false),
    ];
    let factors = [[(1, 1); 3], [(2, 2), (1, 1), (1, 1)], [(1, 1), (2, 1), (1, 1)], [(1, 4), (1, 1), (1, 1)]];
    for (number, (says, as_rgb)) in cases.into_iter().enumerate() {
        for factors in factors {
            for scans in [SCANS[0], SCANS[1]] {
                let coding = Coding { factors, scans, restart: 0, says };
                let picture = decode(&coding.encode(), &Limits::default()).unwrap();
                let worst = coding.worst(&picture, as_rgb);
                assert!(worst < 4.0, "case {number}, {factors:?}, scans {scans:?}: {worst}");
            }
        }
    }
}
