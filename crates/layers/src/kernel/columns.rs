use pulp::Simd;
use rayon::prelude::*;

use super::Window;
use super::remainder::sort_rows;
use super::scratch::with_scratch;

/// A stack of pictures seen as the matrix that a convolution multiplies by: a row for every pair of channel and tap, a
/// column for every position of the grid in every picture. Only the panels asked for are ever written out.
pub struct Columns<'a> {
    source: &'a [f32],
    /// Numbers of a picture, all channels together.
    picture: usize,
    /// Where the first channel begins in each picture.
    first: usize,
    rows: usize,
    pitch: usize,
    grid: [usize; 2],
    /// Rows of the source between two rows of the grid.
    row_step: usize,
    taps: Vec<Tap>,
}

/// The part of each source row that a tap reads.
struct Tap {
    down: isize,
    right: isize,
    /// First column of the readable part.
    start: usize,
    width: usize,
}

/// Consecutive columns of a panel that are consecutive in the source too, or that are padding.
#[derive(Debug, Clone, Copy)]
pub struct Segment {
    at: usize,
    len: usize,
    /// Index in the source for channel 0.
    from: Option<usize>,
}

impl<'a> Columns<'a> {
    /// What the forward pass and the weight gradient multiply by: for every output position the input under the kernel.
    ///
    /// With a stride, each source row is first sorted by remainder, so that a tap reads neighbours from neighbours.
    pub fn of_input<R>(window: &Window, input: &[f32], work: impl FnOnce(&mut Columns) -> R) -> R {
        let step = window.stride[1];
        if step == 1 {
            return work(&mut Columns::of_sorted(window, input));
        }
        with_scratch(input.len(), |sorted| {
            sort_by_remainder(input, window.size[1], step, sorted);
            work(&mut Columns::of_sorted(window, sorted))
        })
    }

    fn of_sorted(window: &Window, source: &'a [f32]) -> Self {
        let [rows, pitch] = window.size;
        let step = window.stride[1];
        let width_of = |phase: usize| (pitch + step - 1 - phase) / step;
        let taps = window
            .offsets()
            .map(|[down, right]| {
                let phase = right.rem_euclid(step as isize) as usize;
                Tap {
                    down,
                    right: right.div_euclid(step as isize),
                    start: (0..phase).map(width_of).sum(),
                    width: if phase < pitch { width_of(phase) } else { 0 },
                }
            })
            .collect();
        Self {
            source,
            picture: window.channels[0] * rows * pitch,
            first: 0,
            rows,
            pitch,
            grid: window.output_size(),
            row_step: window.stride[0],
            taps,
        }
    }

    /// What the input gradient multiplies by: for the input positions with remainder `phase` by the stride, the output
    /// gradients whose kernels cover them. Also the taps that reach them, in order.
    pub fn of_output(window: &Window, gradient: &'a [f32], phase: [usize; 2]) -> (Self, Vec<usize>) {
        let [rows, pitch] = window.output_size();
        let exact = |axis: usize, offset: isize| {
            let (reach, step) = (phase[axis] as isize - offset, window.stride[axis] as isize);
            (reach.rem_euclid(step) == 0).then(|| reach.div_euclid(step))
        };
        let (taps, used) = window
            .offsets()
            .enumerate()
            .filter_map(|(tap, [y, x])| {
                let (down, right) = (exact(0, y)?, exact(1, x)?);
                Some((Tap { down, right, start: 0, width: pitch }, tap))
            })
            .unzip();
        let grid = [0, 1].map(|axis| (window.size[axis] + window.stride[axis] - 1 - phase[axis]) / window.stride[axis]);
        let columns = Self {
            source: gradient,
            picture: window.channels[1] * rows * pitch,
            first: 0,
            rows,
            pitch,
            grid,
            row_step: 1,
            taps,
        };
        (columns, used)
    }

    /// The same columns, of channels from `channel` on.
    pub fn begin_at(&mut self, channel: usize) {
        self.first = channel * self.rows * self.pitch;
    }

    /// Columns a picture.
    pub fn of_picture(&self) -> usize {
        self.grid[0] * self.grid[1]
    }

    pub fn grid(&self) -> [usize; 2] {
        self.grid
    }

    /// Where columns `from..to` come from, for each tap, cut at every `panel` columns.
    pub fn segments(&self, from: usize, to: usize, panel: usize, out: &mut Vec<Vec<Segment>>) {
        out.resize_with(self.taps.len(), Vec::new);
        let [_, width] = self.grid;
        for (tap, segments) in self.taps.iter().zip(out.iter_mut()) {
            segments.clear();
            let mut column = from;
            while column < to {
                let (picture, position) = (column / self.of_picture(), column % self.of_picture());
                let (y, x) = (position / width, position % width);
                let at = column - from;
                let len = (width - x).min(to - column).min(panel - at % panel);
                self.run(tap, picture, [y, x], at, len, |segment| push(segments, segment, panel));
                column += len;
            }
        }
    }

    /// Adds `len` columns of one grid row, beginning at column `at` of the panels.
    fn run(&self, tap: &Tap, picture: usize, [y, x]: [usize; 2], at: usize, len: usize, mut add: impl FnMut(Segment)) {
        let row = (y * self.row_step) as isize + tap.down;
        if row < 0 || row >= self.rows as isize {
            return add(Segment { at, len, from: None });
        }
        let left = x as isize + tap.right;
        let begin = (-left).clamp(0, len as isize) as usize;
        let end = (tap.width as isize - left).clamp(begin as isize, len as isize) as usize;
        let start = self.first + picture * self.picture + row as usize * self.pitch + tap.start;
        if begin > 0 {
            add(Segment { at, len: begin, from: None });
        }
        if end > begin {
            let from = start.checked_add_signed(left + begin as isize);
            add(Segment { at: at + begin, len: end - begin, from });
        }
        if end < len {
            add(Segment { at: at + end, len: len - end, from: None });
        }
    }

    /// Writes rows `from..from + n` of panels of `panel` columns, a panel every [`panel_len`] numbers.
    ///
    /// Copies run over the end of a segment to whole vectors: what comes after is written after.
    #[inline(always)]
    pub fn pack<S: Simd>(
        &self,
        simd: S,
        segments: &[Vec<Segment>],
        from: usize,
        n: usize,
        panel: usize,
        packed: &mut [f32],
    ) {
        let (mut channel, mut tap) = (from / self.taps.len(), from % self.taps.len());
        for row in 0..n {
            let shift = channel * self.rows * self.pitch;
            for segment in &segments[tap] {
                let target = &mut packed[segment.at / panel * panel_len(n, panel) + row * panel + segment.at % panel..];
                match segment.from {
                    Some(start) => copy(simd, target, &self.source[start + shift..], segment.len),
                    None => clear(simd, target, segment.len),
                }
            }
            tap += 1;
            if tap == self.taps.len() {
                (channel, tap) = (channel + 1, 0);
            }
        }
    }
}

/// Numbers from one panel of `n` rows to the next: room for a copy that runs over the end.
pub fn panel_len(n: usize, panel: usize) -> usize {
    n * panel + 16
}

/// Adds a segment, joined to the one before where they are neighbours in the same panel.
fn push(out: &mut Vec<Segment>, next: Segment, panel: usize) {
    if let Some(last) = out.last_mut().filter(|_| !next.at.is_multiple_of(panel)) {
        let joined = match (last.from, next.from) {
            (Some(a), Some(b)) => a + last.len == b,
            (None, None) => true,
            _ => false,
        };
        if joined {
            last.len += next.len;
            return;
        }
    }
    out.push(next);
}

#[inline(always)]
fn copy<S: Simd>(_: S, target: &mut [f32], source: &[f32], len: usize) {
    let whole = len.next_multiple_of(S::F32_LANES);
    if target.len() < whole || source.len() < whole {
        target[..len].copy_from_slice(&source[..len]);
        return;
    }
    let (to, _) = S::as_mut_simd_f32s(&mut target[..whole]);
    let (from, _) = S::as_simd_f32s(&source[..whole]);
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

#[inline(always)]
fn clear<S: Simd>(simd: S, target: &mut [f32], len: usize) {
    let whole = len.next_multiple_of(S::F32_LANES);
    if target.len() < whole {
        target[..len].fill(0.0);
        return;
    }
    let (to, _) = S::as_mut_simd_f32s(&mut target[..whole]);
    to.fill(simd.splat_f32s(0.0));
}

/// [`sort_rows`] in parallel.
fn sort_by_remainder(input: &[f32], width: usize, step: usize, sorted: &mut [f32]) {
    let rows = (1 << 14) / width + 1;
    sorted
        .par_chunks_mut(rows * width)
        .zip(input.par_chunks(rows * width))
        .for_each(|(sorted, input)| sort_rows(input, width, step, sorted));
}
