use crate::{Area, AugMixDraw, ColourOperation, Erasing, Filter, Lighting, Map, PadMode, Size};

/// Everything that was decided about one picture: where each output pixel comes from and how it is lit.
///
/// The map is the whole geometry, from positions in the output to positions in the picture. It carries points, boxes and
/// masks that belong to the picture along, in pixels ([`point`](Draw::point), [`area`](Draw::area), [`mask`](Draw::mask)) or
/// from -1 to 1 ([`unit_point`](Draw::unit_point), [`unit_box`](Draw::unit_box)), and predictions back
/// ([`picture_point`](Draw::picture_point), [`picture_box`](Draw::picture_box)).
///
/// ```
/// use firelight_transforms::{PictureTransforms, Resize, Size};
///
/// let draw = PictureTransforms::new().with_item(Resize::crop(224)).draw(Size::new(640, 480), None)?;
/// assert_eq!(draw.size, Size::square(224));
/// assert_eq!(draw.point(320.0, 240.0), Some((112.0, 112.0))); // the centre stays it
/// # Ok::<(), firelight_transforms::TransformError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// From output positions to positions in the picture; (0, 0) is the outer corner of the first pixel.
    pub map: Map,
    /// The size of the output.
    pub size: Size,
    /// The size of the picture that this was drawn for.
    pub picture: Size,
    /// The part of the plane, in positions of the picture, that the item transforms chose.
    pub frame: Area,
    /// What stands inside the frame where it reaches beyond the picture.
    pub frame_pad: PadMode,
    /// What stands beyond both the frame and the picture.
    pub pad: PadMode,
    /// How pixels are weighed where the map is a plain resize.
    pub filter: Filter,
    /// The lighting.
    pub lighting: Lighting,
    /// The rectangles to erase after normalisation.
    pub erasing: Option<Erasing>,
    /// What a [`Policy`](crate::Policy) does to the colours of the resampled picture, in order, in bytes and before lighting; none where
    /// there is no policy, or what it drew moves pixels only.
    pub operations: Vec<ColourOperation>,
    /// What [`Policy::AugMix`](crate::Policy::AugMix) mixes the picture with. The map here is that of the picture itself.
    pub mix: Option<AugMixDraw>,
    /// Whether a [`Closure`](crate::Closure) has made the picture that this was drawn for out of another one.
    ///
    /// Everything here, [`picture`](Draw::picture) and [`map`](Draw::map) too, is then about what the closure gave: what
    /// belongs to the picture of the file cannot be moved along, as only the closure knows where it went. A draw of a size
    /// alone ([`PictureTransforms::draw`](crate::PictureTransforms::draw)) passes over closures, and this is false.
    pub through_closure: bool,
}

impl Draw {
    /// Where a point of the picture lands in the output. It may lie outside; `None` if it is beyond a tilt's horizon.
    ///
    /// A flip mirrors where a point lies, and the point stays the one it is: the left eye of a mirrored face is still the first
    /// of its points, as in fastai.
    pub fn point(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        self.map.inverse()?.point_in_front(x, y)
    }

    /// The upright rectangle around where a rectangle of the picture lands, cut to the output; `None` if nothing is left.
    pub fn area(&self, area: Area) -> Option<Area> {
        let [left, top, right, bottom] = self.map.inverse()?.bounds_in_front(area)?;
        let (left, top) = (left.max(0.0), top.max(0.0));
        let (right, bottom) = (right.min(f64::from(self.size.width)), bottom.min(f64::from(self.size.height)));
        (right > left && bottom > top).then(|| Area::new(left, top, right - left, bottom - top))
    }

    /// A mask of the picture, one value a pixel in rows, as it looks in the output: the nearest value of each pixel.
    ///
    /// Padding mirrors or repeats values as it does colours; `empty` stands where colours are black. A plain
    /// resize is Pillow's `NEAREST`, which fastai resizes masks with; where two values are exactly as near, rounding chooses one, in
    /// either.
    ///
    /// # Panics
    ///
    /// When `mask` does not have one value for each pixel of the picture.
    pub fn mask<T: Copy>(&self, mask: &[T], empty: T) -> Vec<T> {
        assert_eq!(mask.len() as u64, self.picture.pixels(), "a mask has one value for each pixel of the picture");
        let (width, height) = (i64::from(self.picture.width), i64::from(self.picture.height));
        let value = |x: f64, y: f64| {
            let (x, y) = self.map.point(x, y);
            let x = self.source_pixel(x.floor() as i64, width, self.frame.left, self.frame.width)?;
            let y = self.source_pixel(y.floor() as i64, height, self.frame.top, self.frame.height)?;
            mask.get((y * width + x) as usize).copied()
        };
        let rows = 0..self.size.height;
        rows.flat_map(|y| (0..self.size.width).map(move |x| (f64::from(x) + 0.5, f64::from(y) + 0.5)))
            .map(|(x, y)| value(x, y).unwrap_or(empty))
            .collect()
    }

    /// Colours from 0 to 1 of three planes as they look in the output: the exact reference of the fast path.
    ///
    /// Every output is one bilinear sample at its own position, without antialiasing, lighting or normalisation. `plane`
    /// holds one number for each pixel of the picture; masks and depth maps that blend can use this too.
    ///
    /// # Panics
    ///
    /// When `plane` does not have one number for each pixel of the picture.
    pub fn sample(&self, plane: &[f32]) -> Vec<f32> {
        assert_eq!(plane.len() as u64, self.picture.pixels(), "a plane has one number for each pixel of the picture");
        let (width, height) = (i64::from(self.picture.width), i64::from(self.picture.height));
        let (out_w, out_h) = (self.size.width, self.size.height);
        let mut out = Vec::with_capacity(self.size.pixels() as usize);
        for (y, x) in (0..out_h).flat_map(|y| (0..out_w).map(move |x| (y, x))) {
            let (x, y) = self.map.point(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let (x, y) = (x - 0.5, y - 0.5);
            let (left, top) = (x.floor(), y.floor());
            let tap = |dx: i64, dy: i64| {
                let x = self.source_pixel(left as i64 + dx, width, self.frame.left, self.frame.width);
                let y = self.source_pixel(top as i64 + dy, height, self.frame.top, self.frame.height);
                x.zip(y).map_or(0.0, |(x, y)| f64::from(plane[(y * width + x) as usize]))
            };
            let (fx, fy) = (x - left, y - top);
            let upper = tap(0, 0) * (1.0 - fx) + tap(1, 0) * fx;
            let lower = tap(0, 1) * (1.0 - fx) + tap(1, 1) * fx;
            out.push((upper * (1.0 - fy) + lower * fy) as f32);
        }
        out
    }

    /// The pixel of a row or column of `length` that stands at `at`, first beyond the frame, then beyond the picture.
    pub(crate) fn source_pixel(&self, at: i64, length: i64, start: f64, extent: f64) -> Option<i64> {
        // Most are in the picture, and nothing is folded there.
        if (0..length).contains(&at) {
            return Some(at);
        }
        let (first, last) = known(length, start, extent);
        let inside = self.pad.pixel(at - first, last - first)? + first;
        self.frame_pad.pixel(inside, length)
    }
}

/// The pixels from the first to before the last of a row that are known before the outer padding: picture and frame.
pub(crate) fn known(length: i64, start: f64, extent: f64) -> (i64, i64) {
    let first = (start + 1e-6).floor().min(0.0) as i64;
    let last = ((start + extent - 1e-6).ceil() as i64).max(length);
    (first, last)
}
