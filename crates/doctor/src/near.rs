//! Hashes near a hash, without looking at all of them.

/// Bits in a band of a hash.
const BITS: usize = 16;
const BANDS: usize = 64 / BITS;
/// Hashes that differ in at most so many bits are found, all of them: in one of the four bands they differ in at most two.
pub(crate) const RADIUS: u32 = 11;

/// Hashes by their bands: those with a given band lie together.
pub(crate) struct Near {
    hashes: Vec<u64>,
    bands: [Band; BANDS],
    /// What a band may differ in: nothing, one bit, two bits.
    changes: Vec<u16>,
}

struct Band {
    /// Where the entries of each value begin, and the end.
    starts: Vec<u32>,
    entries: Vec<u32>,
}

impl Near {
    pub(crate) fn new(hashes: Vec<u64>) -> Self {
        let bands = std::array::from_fn(|band| {
            let mut entries: Vec<u32> = (0..hashes.len() as u32).collect();
            entries.sort_by_key(|&entry| value(hashes[entry as usize], band));
            let mut starts = vec![0; (1 << BITS) + 1];
            for &hash in &hashes {
                starts[usize::from(value(hash, band)) + 1] += 1;
            }
            for place in 1..starts.len() {
                starts[place] += starts[place - 1];
            }
            Band { starts, entries }
        });
        let one = (0..BITS).map(|bit| 1 << bit);
        let two = (0..BITS).flat_map(|first| (0..first).map(move |second| 1 << first | 1 << second));
        Self { hashes, bands, changes: std::iter::once(0).chain(one).chain(two).collect() }
    }

    /// Calls `found` with every hash within [`RADIUS`] and its distance, some of them more than once.
    pub(crate) fn each(&self, hash: u64, mut found: impl FnMut(usize, u32)) {
        for (number, band) in self.bands.iter().enumerate() {
            let own = value(hash, number);
            for change in &self.changes {
                let place = usize::from(own ^ change);
                let (start, end) = (band.starts[place] as usize, band.starts[place + 1] as usize);
                for &entry in &band.entries[start..end] {
                    let distance = (self.hashes[entry as usize] ^ hash).count_ones();
                    if distance <= RADIUS {
                        found(entry as usize, distance);
                    }
                }
            }
        }
    }
}

/// One band of a hash.
fn value(hash: u64, band: usize) -> u16 {
    (hash >> (band * BITS)) as u16
}
