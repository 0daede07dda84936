use std::ops::Range;

/// The shape of a convolution: everything but the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub batch: usize,
    /// Input and output channels.
    pub channels: [usize; 2],
    pub groups: usize,
    /// Height and width of the input.
    pub size: [usize; 2],
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// Before and after, for rows and columns.
    pub padding: [(usize, usize); 2],
    pub dilation: [usize; 2],
}

impl Window {
    /// Height and width of the output.
    pub fn output_size(&self) -> [usize; 2] {
        [0, 1].map(|axis| {
            let (before, after) = self.padding[axis];
            let reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1;
            (self.size[axis] + before + after - reach) / self.stride[axis] + 1
        })
    }

    /// Input channels of one group.
    pub fn inputs(&self) -> usize {
        self.channels[0] / self.groups
    }

    /// Output channels of one group.
    pub fn outputs(&self) -> usize {
        self.channels[1] / self.groups
    }

    /// The window of one picture alone, and where its input and output numbers are.
    pub fn of_picture(&self, picture: usize) -> (Self, [Range<usize>; 2]) {
        let range = |numbers: usize| picture * numbers..(picture + 1) * numbers;
        let [inputs, outputs] = self.channels;
        (Self { batch: 1, ..*self }, [range(inputs * self.input_plane()), range(outputs * self.output_plane())])
    }

    /// The window of the output rows `from..to` alone, and the first input row that it has.
    pub fn band(&self, [from, to]: [usize; 2]) -> (Self, usize) {
        let (top, _) = self.padding[0];
        let reach = self.dilation[0] * (self.kernel[0] - 1) + 1;
        // In rows of the padded input.
        let (first, end) = (from * self.stride[0], (to - 1) * self.stride[0] + reach);
        let inside = |row: usize| row.clamp(top, top + self.size[0]);
        let (begin, stop) = (inside(first), inside(end));
        let padding = [(begin.max(first).min(end) - first, end - stop.max(first).min(end)), self.padding[1]];
        (Self { batch: 1, size: [stop - begin, self.size[1]], padding, ..*self }, begin - top)
    }

    /// Positions of the kernel.
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    pub fn input_plane(&self) -> usize {
        self.size[0] * self.size[1]
    }

    pub fn output_plane(&self) -> usize {
        let [height, width] = self.output_size();
        height * width
    }

    /// Whether every group has a single input channel and a single output channel.
    pub fn is_depthwise(&self) -> bool {
        self.groups > 1 && self.channels == [self.groups; 2]
    }

    /// Row and column of the input that output position 0 meets at each tap, in the order of the weights.
    pub fn offsets(&self) -> impl Iterator<Item = [isize; 2]> {
        let at = |axis: usize, tap: usize| (tap * self.dilation[axis]) as isize - self.padding[axis].0 as isize;
        let [height, width] = self.kernel;
        (0..height * width).map(move |tap| [at(0, tap / width), at(1, tap % width)])
    }
}
