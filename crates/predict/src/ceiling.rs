//! How large the pictures of a model from elsewhere may be.

use firelight_transforms::Size;

/// The most pixels of an item, of three channels. A file of a megabyte can be for pictures of any size, and they, not the file, are what a
/// prediction takes: measured with the smallest network, 55 bytes and 0.1 µs a pixel, and 650 bytes and 2 µs with a U-Net.
#[derive(Debug, Clone, Copy)]
pub struct Ceiling {
    rows: u64,
    maps: u64,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self { rows: 1 << 20, maps: 1 << 18 }
    }
}

impl Ceiling {
    /// The same for networks of all kinds.
    pub fn of(pixels: u64) -> Self {
        Self { rows: pixels, maps: pixels }
    }

    /// The most pixels, for a network with maps of their size or without.
    pub fn most(self, maps: bool) -> u64 {
        if maps { self.maps } else { self.rows }
    }

    /// What is wrong with items of this size and so many channels, for a network with `maps` of their size or without, if they are over it.
    pub fn problem(self, maps: bool, channels: usize, size: Size) -> Option<String> {
        let most = self.most(maps);
        let pixels = size.pixels().saturating_mul(channels.div_ceil(3) as u64);
        (pixels > most).then(|| {
            format!(
                "it is for pictures of {size} in {channels} channel(s), {pixels} pixels of three, and one of its kind may be for {most}; if its \
                 maker is to be trusted, load it with `Registry::with_pixels({pixels})`, or `firelight --pixels {pixels}`"
            )
        })
    }
}
