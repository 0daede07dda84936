//! Pictures to look at: `sheet PICTURE FOLDER` writes `draws.png` and `extremes.png` into the folder.
//!
//! `draws.png` is one picture under 16 draws of `aug_transforms`; `extremes.png` shows every transform at its extremes, and
//! what each cell is goes to stdout, row by row.

use std::error::Error;
use std::path::Path;

use firelight_transforms::{
    Chance, CropPad, Draw, Filter, Lighting, Limits, Map, Normalize, PadMode, PictureTransforms,
    RandomErasing, RandomResizedCrop, RatioResize, Resize, Scratch, Size, aug_transforms,
    dihedral_matrix, keep_aspect, open, rotate_matrix, warp_matrix, zoom_matrix,
};
use image::{Rgb, RgbImage, imageops};

const CELL: u32 = 224;
const GAP: u32 = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [picture, folder] = arguments.as_slice() else {
        return Err("usage: sheet PICTURE FOLDER".into());
    };
    let picture = open(Path::new(picture), &Limits::default())?;
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder)?;
    grid(&draws(&picture)?, 4).save(folder.join("draws.png"))?;
    let extremes = extremes(&picture)?;
    for (row, cells) in extremes.chunks(6).enumerate() {
        let names: Vec<_> = cells.iter().map(|(name, _)| name.as_str()).collect();
        println!("row {}: {}", row + 1, names.join(" | "));
    }
    let cells: Vec<_> = extremes.into_iter().map(|(_, cell)| cell).collect();
    grid(&cells, 6).save(folder.join("extremes.png"))?;
    Ok(())
}

fn draws(picture: &RgbImage) -> Result<Vec<RgbImage>, Box<dyn Error>> {
    let transforms = PictureTransforms::new()
        .with_item(Resize::crop(460))
        .with_augment(aug_transforms().size(CELL).min_scale(0.9))
        .with_normalize(Normalize::imagenet());
    (0..16)
        .map(|item| see(&transforms, picture, Some(&mut Chance::new(42, 0, item))))
        .collect()
}

fn see(
    transforms: &PictureTransforms,
    picture: &RgbImage,
    chance: Option<&mut Chance>,
) -> Result<RgbImage, Box<dyn Error>> {
    let (size, planes) = transforms.planes(picture, chance, &mut Scratch::default())?;
    Ok(transforms.normalize().decode(&planes, size))
}

fn extremes(picture: &RgbImage) -> Result<Vec<(String, RgbImage)>, Box<dyn Error>> {
    let mut cells = Vec::new();
    let mut scratch = Scratch::default();
    let plain = PictureTransforms::new().with_item(Resize::crop(CELL));
    let base = plain.draw(Size::new(picture.width(), picture.height()), None)?;
    let mut add = |name: String, draw: &Draw| {
        let planes = draw.planes(picture, &Normalize::none(), &mut scratch)?;
        cells.push((name, Normalize::none().decode(&planes, draw.size)));
        Ok::<_, firelight_transforms::TransformError>(())
    };
    let side = f64::from(CELL);
    let bend = |unit: Map| {
        base.map
            .after(Map::from_unit(side, side, false))
            .after(unit)
            .after(Map::to_unit(side, side, false))
    };
    for symmetry in 0..8 {
        add(
            format!("dihedral {symmetry}"),
            &Draw {
                map: bend(dihedral_matrix(symmetry)),
                ..base.clone()
            },
        )?;
    }
    for degrees in [-10.0, 10.0, 45.0, 180.0] {
        let map = bend(keep_aspect(rotate_matrix(degrees), side, side));
        add(
            format!("rotate {degrees}°"),
            &Draw {
                map,
                ..base.clone()
            },
        )?;
    }
    for (zoom, centre) in [
        (1.1, (0.5, 0.5)),
        (2.0, (0.0, 0.0)),
        (4.0, (0.5, 0.5)),
        (0.5, (0.5, 0.5)),
        (0.2, (0.5, 0.5)),
    ] {
        add(
            format!("zoom {zoom} at {centre:?}"),
            &Draw {
                map: bend(zoom_matrix(zoom, centre)),
                ..base.clone()
            },
        )?;
    }
    for (x, y) in [(-0.2, 0.0), (0.2, 0.0), (0.0, 0.2), (0.2, 0.2), (0.5, 0.0)] {
        let map = bend(warp_matrix(x, y).ok_or("a tilt below 1")?);
        add(
            format!("warp {x}, {y}"),
            &Draw {
                map,
                ..base.clone()
            },
        )?;
    }
    for pad in [PadMode::Reflection, PadMode::Border, PadMode::Zeros] {
        let map = bend(rotate_matrix(30.0).after(zoom_matrix(0.4, (0.5, 0.5))));
        add(
            format!("zoom 0.4, rotate 30°, {pad}"),
            &Draw {
                map,
                pad,
                frame_pad: pad,
                ..base.clone()
            },
        )?;
    }
    let none = Lighting::NONE;
    for (name, lighting) in [
        (
            "brightness 0.1",
            Lighting {
                brightness: Some(0.1),
                ..none
            },
        ),
        (
            "brightness 0.4",
            Lighting {
                brightness: Some(0.4),
                ..none
            },
        ),
        (
            "brightness 0.6",
            Lighting {
                brightness: Some(0.6),
                ..none
            },
        ),
        (
            "brightness 0.9",
            Lighting {
                brightness: Some(0.9),
                ..none
            },
        ),
        (
            "contrast 0.2",
            Lighting {
                contrast: Some(0.2),
                ..none
            },
        ),
        (
            "contrast 0.8",
            Lighting {
                contrast: Some(0.8),
                ..none
            },
        ),
        (
            "contrast 1.25",
            Lighting {
                contrast: Some(1.25),
                ..none
            },
        ),
        (
            "contrast 4",
            Lighting {
                contrast: Some(4.0),
                ..none
            },
        ),
        (
            "saturation 0",
            Lighting {
                saturation: Some(0.0),
                ..none
            },
        ),
        (
            "saturation 2",
            Lighting {
                saturation: Some(2.0),
                ..none
            },
        ),
        (
            "hue 0.9",
            Lighting {
                hue: Some(0.9),
                ..none
            },
        ),
        (
            "hue 1.5",
            Lighting {
                hue: Some(1.5),
                ..none
            },
        ),
    ] {
        add(
            name.into(),
            &Draw {
                lighting,
                ..base.clone()
            },
        )?;
    }
    let wide = Size::new(CELL, CELL / 2);
    let items = [
        PictureTransforms::new().with_item(Resize::pad(CELL)),
        PictureTransforms::new().with_item(Resize::pad(CELL).with_pad_mode(PadMode::Border)),
        PictureTransforms::new().with_item(Resize::pad(CELL).with_pad_mode(PadMode::Zeros)),
        PictureTransforms::new().with_item(Resize::squish(CELL)),
        PictureTransforms::new().with_item(Resize::crop(CELL).with_filter(Filter::Bicubic)),
        PictureTransforms::new().with_item(Resize::crop(wide)),
        PictureTransforms::new().with_item(Resize::squish(16)),
        PictureTransforms::new().with_item(RatioResize::new(CELL)),
        PictureTransforms::new()
            .with_item(RatioResize::new(100))
            .with_item(CropPad::new(CELL)),
        PictureTransforms::new().with_item(RandomResizedCrop::new(CELL)),
    ];
    for item in items {
        cells.push((
            item.items()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            see(&item, picture, None)?,
        ));
    }
    let erase = plain.with_augment(
        aug_transforms().erasing(
            RandomErasing::new(1.0)
                .with_area(0.3, 0.3)
                .with_max_count(4),
        ),
    );
    cells.push((
        "erasing with augmentation".into(),
        see(&erase, picture, Some(&mut Chance::new(1, 0, 0)))?,
    ));
    Ok(cells)
}

fn grid(cells: &[RgbImage], columns: u32) -> RgbImage {
    let step = CELL + GAP;
    let rows = (cells.len() as u32).div_ceil(columns);
    let mut sheet = RgbImage::from_pixel(columns * step + GAP, rows * step + GAP, Rgb([255; 3]));
    for (i, cell) in (0..).zip(cells) {
        let (x, y) = (GAP + i % columns * step, GAP + i / columns * step);
        imageops::replace(&mut sheet, cell, i64::from(x), i64::from(y));
    }
    sheet
}
