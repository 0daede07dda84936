//! Points, boxes and masks lie where fastai 2.8.12 puts them: `reference/targets.py` made the numbers.
//!
//! Boxes of fastai are neither cut nor left out, and a flip swaps their sides: they are put in order and cut before they are compared.
//! No pixel of these resizes is as near to one code as to another (see [`Draw::mask`]). Turned masks are compared where the sample is
//! not on the border of two pixels, which numbers of 32 bits round to either side.

use std::collections::BTreeMap;

use firelight_transforms::*;
use serde::Deserialize;

const WHOLE: Size = Size::new(50, 40);
const SMALL: Size = Size::new(30, 24);

/// Largest difference of a position, in pixels of the output.
const PIXELS: f64 = 1e-4;

#[derive(Deserialize)]
struct Reference {
    inputs: Inputs,
    items: BTreeMap<String, Case>,
    batches: BTreeMap<String, Case>,
}

/// Positions are in pixels of a picture of 50×40.
#[derive(Deserialize)]
struct Inputs {
    points: Vec<[f64; 2]>,
    boxes: Vec<[f64; 4]>,
    masks: [Vec<String>; 2],
}

/// Without points or boxes where fastai moves them elsewhere than the picture.
#[derive(Deserialize)]
struct Case {
    size: [u32; 2],
    points: Option<Vec<[f64; 2]>>,
    boxes: Option<Vec<[f64; 4]>>,
    mask: Vec<String>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/targets.json")).expect("the reference")
}

fn codes(rows: &[String]) -> Vec<u8> {
    rows.iter().flat_map(|row| row.bytes()).map(|code| if code == b'#' { Mask::VOID } else { code - b'0' }).collect()
}

/// What was compared: points and boxes that are seen, those that are not, codes, and codes left out near a border.
#[derive(Debug, Default)]
struct Count {
    seen: usize,
    unseen: usize,
    codes: usize,
    near: usize,
}

impl Inputs {
    fn compare(&self, name: &str, draw: &Draw, case: &Case, count: &mut Count) {
        assert_eq!([draw.size.width, draw.size.height], case.size, "{name}");
        // The inputs have the same shares of every picture.
        let (width, height) = (f64::from(draw.picture.width) / 50.0, f64::from(draw.picture.height) / 40.0);
        for ([x, y], want) in self.points.iter().zip(case.points.iter().flatten()) {
            let got = draw.unit_point(x * width, y * height);
            let is_seen = want.iter().all(|at| at.abs() <= 1.0 + 1e-6);
            same(&format!("{name}: point {x}, {y}"), draw.size, got, is_seen.then_some(*want), count);
        }
        for (sides, want) in self.boxes.iter().zip(case.boxes.iter().flatten()) {
            let [left, top, right, bottom] = *sides;
            let got = draw.unit_box([left * width, top * height, right * width, bottom * height]);
            let [left, top, right, bottom] = want.map(|side| side.clamp(-1.0, 1.0));
            let want = [left.min(right), top.min(bottom), left.max(right), top.max(bottom)];
            let is_seen = want[2] - want[0] > 1e-6 && want[3] - want[1] > 1e-6;
            same(&format!("{name}: box {sides:?}"), draw.size, got, is_seen.then_some(want), count);
        }
        self.compare_mask(name, draw, case, count);
    }

    fn compare_mask(&self, name: &str, draw: &Draw, case: &Case, count: &mut Count) {
        let rows = &self.masks[usize::from(draw.picture == SMALL)];
        let moved = Mask::new(draw.picture, codes(rows)).unwrap().moved(draw, 0).unwrap();
        let want = codes(&case.mask);
        assert_eq!(moved.codes().len(), want.len(), "{name}");
        for (at, (got, want)) in moved.codes().iter().zip(&want).enumerate() {
            let (x, y) = (at as u32 % draw.size.width, at as u32 / draw.size.width);
            let (from_x, from_y) = draw.map.point(f64::from(x) + 0.5, f64::from(y) + 0.5);
            if [from_x, from_y].iter().any(|from| (from - from.round()).abs() < 1e-4) {
                count.near += 1;
                continue;
            }
            count.codes += 1;
            assert_eq!(got, want, "{name}: column {x}, row {y}, from {from_x}, {from_y}");
        }
    }
}

/// Both see it, and where, or neither does. Sides alternate across and down.
fn same<const N: usize>(what: &str, size: Size, got: Option<[f32; N]>, want: Option<[f64; N]>, count: &mut Count) {
    let (Some(got), Some(want)) = (got, want) else {
        assert_eq!(got.is_some(), want.is_some(), "{what}: {got:?}, there {want:?}");
        count.unseen += 1;
        return;
    };
    let sides = [size.width, size.height].map(f64::from);
    let far = |i: usize| (f64::from(got[i]) - want[i]).abs() * sides[i % 2] / 2.0;
    assert!((0..N).all(|i| far(i) <= PIXELS), "{what}: {got:?}, there {want:?}");
    count.seen += 1;
}

fn by(stages: &[ItemTransform]) -> Draw {
    let transforms = stages.iter().cloned().fold(PictureTransforms::new(), PictureTransforms::with_item);
    transforms.draw(WHOLE, None).unwrap()
}

/// As [`by`], where a flip of probability 1 is all that chance decides.
fn flipped_by(transforms: &PictureTransforms) -> Draw {
    transforms.draw(WHOLE, Some(&mut Chance::new(0, 0, 0))).unwrap()
}

/// The picture through a frame that no chance has drawn.
fn through(frame: Frame) -> Draw {
    let bounds = frame.map.bounds(f64::from(frame.size.width), f64::from(frame.size.height));
    Draw { map: frame.map, size: frame.size, frame: bounds, frame_pad: frame.pad, ..by(&[]) }
}

fn items() -> Vec<(String, Draw)> {
    let (square, wide) = (Size::square(32), Size::new(36, 24));
    let place = (0.25, 0.75);
    let whole = Frame::whole(WHOLE);
    let flip = || PictureTransforms::new().with_item(FlipItem::new(1.0));
    let padded = Frame { pad: PadMode::Zeros, ..whole.through(Resize::pad(square).area(WHOLE, place), square) };
    let mut draws = vec![
        ("nothing".to_owned(), by(&[])),
        ("crop to 32x32".to_owned(), by(&[Resize::crop(square).into()])),
        ("crop to 36x24".to_owned(), by(&[Resize::crop(wide).into()])),
        (
            "crop to 32x32 at .25, .75".to_owned(),
            through(whole.through(Resize::crop(square).area(WHOLE, place), square)),
        ),
        ("pad to 32x32 at .25, .75, zeros".to_owned(), through(padded)),
        ("30x22 at 7, 3 to 32x32".to_owned(), through(whole.through(Area::new(7.0, 3.0, 30.0, 22.0), square))),
        ("RandomResizedCrop to 32x32 in validation".to_owned(), by(&[RandomResizedCrop::new(square).into()])),
        ("flip".to_owned(), flipped_by(&flip())),
        ("flip, squish to 32x32".to_owned(), flipped_by(&flip().with_item(Resize::squish(square)))),
    ];
    for size in [square, wide, Size::new(70, 56)] {
        let name = format!("squish to {}x{}", size.width, size.height);
        draws.push((name, by(&[Resize::squish(size).into()])));
    }
    for pad in [PadMode::Zeros, PadMode::Border, PadMode::Reflection] {
        draws.push((format!("pad to 32x32, {pad}"), by(&[Resize::pad(square).with_pad_mode(pad).into()])));
        let crop_pad = CropPad::new(Size::new(32, 48)).with_pad_mode(pad);
        draws.push((format!("crop_pad to 32x48, {pad}"), by(&[crop_pad.into()])));
    }
    draws.extend((2..8).map(|k| (format!("dihedral {k}"), through(whole.turned(k)))));
    draws
}

#[test]
fn item_transforms_move_targets_as_fastais() {
    let Reference { inputs, items: cases, .. } = reference();
    let mut count = Count::default();
    let draws = items();
    for (name, draw) in &draws {
        inputs.compare(name, draw, &cases[name], &mut count);
    }
    assert_eq!(draws.len(), cases.len());
    assert_eq!(count.near, 0, "{count:?}");
    assert!(count.seen > 150 && count.unseen > 40 && count.codes > 30_000, "{count:?}");
}

/// The maps of the batch transforms on the unit square, with fastai's names of draws.
fn units() -> Vec<(String, Map)> {
    let (width, height) = (f64::from(SMALL.width), f64::from(SMALL.height));
    let kept = |map| keep_aspect(map, width, height);
    let zoom = |by| zoom_matrix(by, (0.3, 0.6));
    let warp = |x, y| warp_matrix(x, y).unwrap();
    let all = flip_matrix().after(rotate_matrix(10.0)).after(zoom(1.2));
    let mut units = vec![
        ("rotate 10".to_owned(), kept(rotate_matrix(10.0))),
        ("rotate -35".to_owned(), kept(rotate_matrix(-35.0))),
        ("rotate 10 to 28x20".to_owned(), kept(rotate_matrix(10.0))),
        ("zoom 1.2 at .3, .6".to_owned(), zoom(1.2)),
        ("zoom .8 at .3, .6".to_owned(), zoom(0.8)),
        ("warp .2, .2".to_owned(), warp(0.2, 0.2)),
        ("warp -.15, .1".to_owned(), warp(-0.15, 0.1)),
        ("flip, warp .2, -.1, rotate 10, zoom 1.2 at .3, .6".to_owned(), warp(0.2, -0.1).after(kept(all))),
    ];
    units.extend([1, 3, 6].map(|k| (format!("dihedral {k}"), kept(dihedral_matrix(k)))));
    units
}

/// With `align_corners=False`, as is the default here, fastai moves points and boxes together with its pictures. With its own default it
/// moves points between outer edges and pixels between centres, which is not one map: there only masks are compared, as ours move with
/// the picture.
#[test]
fn batch_transforms_move_targets_as_fastais() {
    let Reference { inputs, batches: cases, .. } = reference();
    let plain = PictureTransforms::new().draw(SMALL, None).unwrap();
    let (mut count, mut compared) = (Count::default(), 0);
    for (unit_name, unit) in units() {
        let size = if unit_name.ends_with("to 28x20") { Size::new(28, 20) } else { SMALL };
        for (pad, aligned) in
            [PadMode::Zeros, PadMode::Border, PadMode::Reflection].map(|pad| [(pad, false), (pad, true)]).concat()
        {
            let name = format!("{unit_name}, {pad}{}", if aligned { ", aligned" } else { "" });
            let Some(case) = cases.get(&name) else { continue };
            let from = Map::from_unit(f64::from(SMALL.width), f64::from(SMALL.height), aligned);
            let to = Map::to_unit(f64::from(size.width), f64::from(size.height), aligned);
            let draw = Draw { map: from.after(unit).after(to), size, pad, ..plain.clone() };
            inputs.compare(&name, &draw, case, &mut count);
            compared += 1;
        }
    }
    assert_eq!(compared, cases.len());
    assert!(count.seen > 60 && count.unseen > 30 && count.codes > 19_000, "{count:?}");
    assert!(count.near * 100 < count.codes, "{count:?}");
}
