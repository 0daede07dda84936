//! Pictures to look at: `sheet PICTURE FOLDER` writes `draws.png` and `extremes.png` into the folder.
//!
//! `draws.png` is one picture under 16 draws of `aug_transforms`; `extremes.png` shows every transform at its extremes, with its
//! name below.

use std::error::Error;
use std::path::Path;

use firelight::plots::{Tile, grid};
use firelight::transforms::{
    Chance, CropPad, Draw, Filter, Lighting, Limits, Map, Normalize, PadMode, PictureTransforms, RandomErasing,
    RandomResizedCrop, RatioResize, Resize, Scratch, Size, aug_transforms, dihedral_matrix, open, rotate_matrix,
    warp_matrix, zoom_matrix,
};
use image::RgbImage;

const CELL: u32 = 224;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [picture, folder] = arguments.as_slice() else {
        return Err("usage: sheet PICTURE FOLDER".into());
    };
    let picture = open(Path::new(picture), &Limits::default())?;
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder)?;
    grid(&draws(&picture)?, 4).save(folder.join("draws.png"))?;
    grid(&extremes(&picture)?, 6).save(folder.join("extremes.png"))?;
    Ok(())
}

fn draws(picture: &RgbImage) -> Result<Vec<Tile>, Box<dyn Error>> {
    let transforms = PictureTransforms::new()
        .with_item(Resize::crop(460))
        .with_augment(aug_transforms().size(CELL).min_scale(0.9))
        .with_normalize(Normalize::imagenet());
    let draw = |item| see(&transforms, picture, Some(&mut Chance::new(42, 0, item)));
    (1..=16).map(|item| Ok(tile(&format!("draw {item}"), draw(item)?))).collect()
}

fn see(
    transforms: &PictureTransforms,
    picture: &RgbImage,
    chance: Option<&mut Chance>,
) -> Result<RgbImage, Box<dyn Error>> {
    let (size, planes) = transforms.planes(picture, chance, &mut Scratch::default())?;
    Ok(transforms.normalize().decode(&planes, size))
}

/// A picture with what was done to it, in as many lines as that takes.
fn tile(name: &str, picture: RgbImage) -> Tile {
    let mut title: Vec<String> = Vec::new();
    for part in name.split_inclusive(", ") {
        match title.last_mut() {
            Some(line) if line.len() + part.len() < 30 => line.push_str(part),
            _ => title.push(part.to_owned()),
        }
    }
    Tile { picture, title, mark: None }
}

fn extremes(picture: &RgbImage) -> Result<Vec<Tile>, Box<dyn Error>> {
    let base = PictureTransforms::new().with_item(Resize::crop(CELL));
    let base = base.draw(Size::new(picture.width(), picture.height()), None)?;
    let mut scratch = Scratch::default();
    let mut cells = Vec::new();
    for (name, draw) in bends(&base).into_iter().chain(lightings(&base)) {
        let planes = draw.planes(picture, &Normalize::none(), &mut scratch)?;
        cells.push(tile(&name, Normalize::none().decode(&planes, draw.size)));
    }
    for stages in items() {
        let chance = stages.augment().map(|_| Chance::new(1, 0, 0));
        let name = stages.items().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let name = stages.augment().map_or(name, ToString::to_string);
        cells.push(tile(&name, see(&stages, picture, chance.clone().as_mut())?));
    }
    Ok(cells)
}

fn bends(base: &Draw) -> Vec<(String, Draw)> {
    let side = f64::from(CELL);
    let unit = |unit: Map| Map::from_unit(side, side, false).after(unit).after(Map::to_unit(side, side, false));
    let mut draws = Vec::new();
    let mut add = |name: String, bend: Map, pad: PadMode| {
        let map = base.map.after(unit(bend));
        draws.push((name, Draw { map, pad, frame_pad: pad, ..base.clone() }));
    };
    let mirrored = PadMode::Reflection;
    for symmetry in 0..8 {
        add(format!("dihedral {symmetry}"), dihedral_matrix(symmetry), mirrored);
    }
    for degrees in [-10.0, 10.0, 45.0, 180.0] {
        add(format!("rotate {degrees}°"), rotate_matrix(degrees), mirrored);
    }
    let middle = (0.5, 0.5);
    for (zoom, centre) in [(1.1, middle), (2.0, (0.0, 0.0)), (4.0, middle), (0.5, middle), (0.2, middle)] {
        add(format!("zoom {zoom} at {centre:?}"), zoom_matrix(zoom, centre), mirrored);
    }
    for (x, y) in [(-0.2, 0.0), (0.2, 0.0), (0.0, 0.2), (0.2, 0.2), (0.5, 0.0)] {
        add(format!("warp {x}, {y}"), warp_matrix(x, y).unwrap_or(Map::IDENTITY), mirrored);
    }
    for pad in [PadMode::Reflection, PadMode::Border, PadMode::Zeros] {
        let bend = rotate_matrix(30.0).after(zoom_matrix(0.4, middle));
        add(format!("zoom 0.4, rotate 30°, {pad}"), bend, pad);
    }
    draws
}

fn lightings(base: &Draw) -> Vec<(String, Draw)> {
    let none = Lighting::NONE;
    let mut draws = Vec::new();
    let mut add = |name: String, lighting| {
        draws.push((name, Draw { lighting, ..base.clone() }));
    };
    for brightness in [0.1, 0.4, 0.6, 0.9] {
        add(format!("brightness {brightness}"), Lighting { brightness: Some(brightness), ..none });
    }
    for contrast in [0.2, 0.8, 1.25, 4.0] {
        add(format!("contrast {contrast}"), Lighting { contrast: Some(contrast), ..none });
    }
    for saturation in [0.0, 2.0] {
        add(format!("saturation {saturation}"), Lighting { saturation: Some(saturation), ..none });
    }
    for hue in [0.9, 1.5] {
        add(format!("hue {hue}"), Lighting { hue: Some(hue), ..none });
    }
    draws
}

fn items() -> Vec<PictureTransforms> {
    let new = PictureTransforms::new;
    let erase = RandomErasing::new(1.0).with_area(0.3, 0.3).with_max_count(4);
    vec![
        new().with_item(Resize::pad(CELL)),
        new().with_item(Resize::pad(CELL).with_pad_mode(PadMode::Border)),
        new().with_item(Resize::pad(CELL).with_pad_mode(PadMode::Zeros)),
        new().with_item(Resize::squish(CELL)),
        new().with_item(Resize::crop(CELL).with_filter(Filter::Bicubic)),
        new().with_item(Resize::crop(Size::new(CELL, CELL / 2))),
        new().with_item(Resize::squish(16)),
        new().with_item(RatioResize::new(CELL)),
        new().with_item(RatioResize::new(100)).with_item(CropPad::new(CELL)),
        new().with_item(RandomResizedCrop::new(CELL)),
        new().with_item(Resize::crop(CELL)).with_augment(aug_transforms().erasing(erase)),
    ]
}
