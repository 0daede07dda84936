use super::policy::Drawn;
use super::{AugMixDraw, AugTransforms, Erasing, Lighting, keep_aspect, rotate_matrix, warp_matrix, zoom_matrix};
use crate::item::draw_crop;
use crate::{Area, Chance, ColourOperation, Map, Size, dihedral_matrix};

/// What [`AugTransforms::draw`] drew for one picture.
///
/// ```
/// use firelight_transforms::{Chance, Size, aug_transforms};
///
/// let drawn = aug_transforms().size(224).draw(Size::new(640, 480), Some(&mut Chance::new(42, 0, 7)));
/// assert_eq!(drawn.size, Size::square(224));
/// assert_eq!(drawn, aug_transforms().size(224).draw(Size::new(640, 480), Some(&mut Chance::new(42, 0, 7))));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Augmentation {
    /// From the output to the frame, in pixels.
    pub map: Map,
    /// The size of the output.
    pub size: Size,
    /// The lighting.
    pub lighting: Lighting,
    /// The rectangles to erase.
    pub erasing: Option<Erasing>,
    /// What a policy does to colours, in order.
    pub operations: Vec<ColourOperation>,
    /// What [`Policy::AugMix`](crate::Policy::AugMix) mixes the picture with.
    pub mix: Option<AugMixDraw>,
}

impl AugTransforms {
    /// Draws for a frame of this size; without a source of chance nothing but the size changes.
    pub fn draw(&self, frame: Size, chance: Option<&mut Chance>) -> Augmentation {
        let size = self.size.unwrap_or(frame);
        let (fw, fh) = (f64::from(frame.width), f64::from(frame.height));
        let (ow, oh) = (f64::from(size.width), f64::from(size.height));
        let Some(chance) = chance else {
            let area = self.crop(frame, None);
            let map = match area {
                // align_corners stretches centres over centres, which an area of edges cannot say
                None if self.align_corners => Map::from_unit(fw, fh, true).after(Map::to_unit(ow, oh, true)),
                None => Area::new(0.0, 0.0, fw, fh).map_from(ow, oh),
                Some(area) => area.map_from(ow, oh),
            };
            let (lighting, erasing) = (Lighting::NONE, None);
            return Augmentation { map, size, lighting, erasing, operations: Vec::new(), mix: None };
        };
        let unit = self.draw_unit(fw, fh, chance);
        let seen = match self.crop(frame, Some(chance)) {
            // cropped in the frame's pixels after the affine maps, so that both compose
            Some(area) => Map::to_unit(fw, fh, self.align_corners).after(area.map_from(ow, oh)),
            None => Map::to_unit(ow, oh, self.align_corners),
        };
        let lighting = self.draw_lighting(chance);
        let erasing = self.erasing.as_ref().and_then(|erasing| erasing.draw(size, chance));
        // last, so that a policy changes no other draw
        let policy = self.policy.map_or_else(Drawn::default, |policy| policy.draw(size, chance));
        let seen = policy.map.map_or(seen, |moved| seen.after(moved));
        let frame_map = Map::from_unit(fw, fh, self.align_corners);
        let mut map = frame_map.after(unit).after(seen);
        if !map.is_in_front(ow, oh) {
            // a tilt so strong that its horizon crosses the picture: leave it as it is
            map = frame_map.after(seen);
        }
        let mut mix = policy.mix;
        for chain in mix.iter_mut().flat_map(|mix| &mut mix.chains) {
            if !map.after(chain.map).is_in_front(ow, oh) {
                chain.map = Map::IDENTITY;
            }
        }
        Augmentation { map, size, lighting, erasing, operations: policy.operations, mix }
    }

    fn crop(&self, frame: Size, chance: Option<&mut Chance>) -> Option<Area> {
        (self.min_scale < 1.0).then(|| draw_crop(frame, (self.min_scale, 1.0), (1.0, 1.0), chance))
    }

    /// Flip, rotation and zoom in fastai's order, then the warp, on the unit square.
    fn draw_unit(&self, width: f64, height: f64, chance: &mut Chance) -> Map {
        let mut affine = Map::IDENTITY;
        if self.flip_vert {
            if chance.coin(0.5) {
                affine = affine.after(dihedral_matrix(chance.below(8) as usize));
            }
        } else if self.flip && chance.coin(0.5) {
            affine = affine.after(dihedral_matrix(1));
        }
        let tilt = self.max_warp * self.mult;
        let mut draw_tilt = |most: f32| {
            let drawn = chance.range(-most, most);
            if chance.coin(self.p_affine) { f64::from(drawn) } else { 0.0 }
        };
        let (tilt_x, tilt_y) = if tilt > 0.0 { (draw_tilt(tilt), draw_tilt(tilt)) } else { (0.0, 0.0) };
        let turn = self.max_rotate * self.mult;
        if turn > 0.0 && chance.coin(self.p_affine) {
            affine = affine.after(rotate_matrix(f64::from(chance.range(-turn, turn))));
        }
        if self.zoom != (1.0, 1.0) && chance.coin(self.p_affine) {
            let zoom = f64::from(chance.range(self.zoom.0, self.zoom.1));
            let centre = (f64::from(chance.uniform()), f64::from(chance.uniform()));
            affine = affine.after(zoom_matrix(zoom, centre));
        }
        let affine = keep_aspect(affine, width, height);
        if tilt_x == 0.0 && tilt_y == 0.0 {
            return affine;
        }
        warp_matrix(tilt_x, tilt_y).map_or(affine, |warp| warp.after(affine))
    }

    fn draw_lighting(&self, chance: &mut Chance) -> Lighting {
        let p = self.p_lighting;
        let mut some =
            |most: f32, draw: fn(&mut Chance, f32) -> f32| (most > 0.0 && chance.coin(p)).then(|| draw(chance, most));
        let factor = |chance: &mut Chance, most: f32| {
            let spread = -libm::logf(1.0 - most);
            libm::expf(chance.range(-spread, spread))
        };
        Lighting {
            brightness: some(self.max_lighting * self.mult, |chance, most| {
                chance.range(0.5 * (1.0 - most), 0.5 * (1.0 + most))
            }),
            contrast: some(self.max_lighting * self.mult, factor),
            saturation: some(self.max_saturation * self.mult, factor),
            hue: some(self.max_hue * self.mult, factor),
        }
    }
}
