//! How much of a picture's detail a recipe can show, whatever it draws.

use crate::render::mean_stride;
use crate::{AugTransforms, Frame, ItemTransform, Map, PictureTransforms, Size, warp_matrix};

/// Pixels of a reduced picture for one of the result, at least: those to which a bent map is shrunk before it is sampled, so that nothing is
/// lost that would be looked at.
const LEAST: f64 = std::f64::consts::SQRT_2;

impl PictureTransforms {
    /// By how much a picture of this size may be reduced before it is transformed, both sides alike: 1, 2, 4 or 8.
    ///
    /// The strongest crop and zoom that can be drawn still find √2 pixels of the reduced picture, or more, for each of the result. 1 where a
    /// [`Closure`](crate::Closure) wants the picture itself. A picture that lies on its side may be reduced as one that stands.
    ///
    /// ```
    /// use firelight_transforms::{PictureTransforms, Resize, Size};
    ///
    /// let thumbnails = PictureTransforms::new().with_item(Resize::crop(224));
    /// assert_eq!(thumbnails.reduction(Size::new(4000, 3000)), 8); // 13 pixels for one
    /// assert_eq!(thumbnails.reduction(Size::new(500, 375)), 1);
    /// ```
    pub fn reduction(&self, picture: Size) -> u32 {
        let least = self.least_stride(picture).min(self.least_stride(picture.transposed()));
        [8, 4, 2].into_iter().find(|by| least >= LEAST * f64::from(*by)).unwrap_or(1)
    }

    /// Pixels of the picture for one of the result, along the side and at the draw that has the fewest.
    fn least_stride(&self, picture: Size) -> f64 {
        let Ok(mut frame) = Frame::of(picture) else { return 1.0 };
        for stage in self.items() {
            match least(stage, frame) {
                Some(next) => frame = next,
                None => return 1.0,
            }
        }
        let (x, y) = frame.map.stride(0.0, 0.0);
        x.min(y) * self.augment().map_or(1.0, |augment| augment.least_stride(frame.size))
    }
}

/// The frame after a stage at its strongest; `None` where that cannot be told.
fn least(stage: &ItemTransform, frame: Frame) -> Option<Frame> {
    match stage {
        ItemTransform::Closure(_) => None,
        // What is drawn is where they cut and how they turn, and not how far they shrink.
        ItemTransform::Dihedral(_) if frame.size.width != frame.size.height => None,
        ItemTransform::RandomResizedCrop(crop) => Some(frame.through(crop.least_area(frame.size), crop.size())),
        others => Some(others.place(frame, None)),
    }
}

impl AugTransforms {
    /// Pixels of the frame for one of the result, in the mean over it, at the strongest crop, zoom and tilt.
    fn least_stride(&self, frame: Size) -> f64 {
        let size = self.output_size().unwrap_or(frame);
        let [width, height] = [size.width, size.height].map(f64::from);
        let [mut seen_x, mut seen_y] = [frame.width, frame.height].map(f64::from);
        if self.min_scale < 1.0 {
            // A square.
            let part = (f64::from(self.min_scale) * seen_x * seen_y).sqrt().min(seen_x).min(seen_y);
            (seen_x, seen_y) = (part, part);
        }
        if self.flip_vert {
            // It may be seen across.
            (seen_x, seen_y) = (seen_x.min(seen_y * width / height), seen_y.min(seen_x * height / width));
        }
        let zoom = f64::from(self.zoom.1).max(1.0);
        let plain = Map::scale(seen_x / zoom / width, seen_y / zoom / height);
        let tilt = f64::from(self.max_warp * self.mult);
        let tilts = [(0.0, 0.0), (tilt, 0.0), (0.0, tilt), (tilt, tilt), (tilt, -tilt)];
        let (from, to) = (Map::from_unit(width, height, false), Map::to_unit(width, height, false));
        let policy = self.chosen_policy().map(|policy| policy.closest(size, self.bends()));
        let (least, (right, down)) = policy.unwrap_or((1.0, (0.0, 0.0)));
        // A policy moves what is seen, and of a tilted picture to where that is closer.
        let seen =
            [-1.0, 0.0, 1.0].into_iter().flat_map(|x| [-1.0, 0.0, 1.0].map(|y| Map::translate(x * right, y * down)));
        let tilted = tilts.into_iter().filter_map(|(x, y)| warp_matrix(x, y));
        let maps =
            tilted.flat_map(|warp| seen.clone().map(move |moved| plain.after(from).after(warp).after(to).after(moved)));
        let strides = maps.filter(|map| map.is_in_front(width, height)).map(|map| {
            let (x, y) = mean_stride(&map, width, height);
            // Turned, a side lies between the two.
            x.min(y)
        });
        least * strides.fold(f64::INFINITY, f64::min)
    }
}
