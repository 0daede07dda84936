//! Discs and squares in three colours, in the layouts that people keep pictures in.

use std::fs;
use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};

pub const SHAPES: [&str; 2] = ["disc", "square"];
pub const COLOURS: [&str; 3] = ["blue", "green", "red"];
const SIDE: u32 = 32;

/// What picture `number` shows.
#[derive(Clone, Copy)]
pub struct Shown {
    pub shape: usize,
    pub colour: usize,
    pub radius: i32,
    number: i32,
}

pub fn shown(number: usize) -> Shown {
    let n = number as i32;
    Shown { shape: number % 2, colour: number / 2 % 3, radius: 5 + 7 * n % 6, number: n }
}

impl Shown {
    fn inside(&self, x: u32, y: u32) -> bool {
        let (dx, dy) = (x as i32 - 16 - self.number % 5 + 2, y as i32 - 16 + self.number % 7 - 3);
        if self.shape == 0 {
            dx * dx + dy * dy <= self.radius * self.radius
        } else {
            dx.abs().max(dy.abs()) <= self.radius
        }
    }

    pub fn picture(&self) -> RgbImage {
        let ground = 20 + (self.number % 40) as u8;
        RgbImage::from_fn(SIDE, SIDE, |x, y| {
            let mut pixel = [ground, ground, ground];
            if self.inside(x, y) {
                // Blue, green and red stand in the order of their names, and a pixel has them the other way round.
                pixel[2 - self.colour] = 220;
            }
            Rgb(pixel)
        })
    }

    /// Left, top, width and height.
    pub fn area(&self) -> [i32; 4] {
        let (x, y) = (16 + self.number % 5 - 2, 16 - self.number % 7 + 3);
        [x - self.radius, y - self.radius, 2 * self.radius + 1, 2 * self.radius + 1]
    }

    /// The corners around it, x and y in turn.
    pub fn outline(&self) -> Vec<f64> {
        let [left, top, side, _] = self.area().map(f64::from);
        if self.shape == 1 {
            return vec![left, top, left + side, top, left + side, top + side, left, top + side];
        }
        let (x, y, radius) = (left + side / 2.0, top + side / 2.0, f64::from(self.radius) + 0.2);
        let corner = |number: u32| (f64::from(number) * std::f64::consts::TAU / 36.0).sin_cos();
        (0..36).map(corner).flat_map(|(sin, cos)| [x + radius * cos, y + radius * sin]).collect()
    }

    pub fn mask(&self) -> GrayImage {
        GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([if self.inside(x, y) { 255 } else { 0 }]))
    }
}

pub fn save(picture: &RgbImage, file: &Path) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    picture.save(file).unwrap();
}

/// `CLASS/N.png`.
pub fn class_folders(root: &Path, count: usize) {
    for number in 0..count {
        let shown = shown(number);
        save(&shown.picture(), &root.join(COLOURS[shown.colour]).join(format!("{number}.png")));
    }
}

/// `train/CLASS/N.png`, `val/CLASS/N.png`.
pub fn part_folders(root: &Path, count: usize) {
    for number in 0..count {
        let (shown, part) = (shown(number), if number % 4 == 3 { "val" } else { "train" });
        save(&shown.picture(), &root.join(part).join(COLOURS[shown.colour]).join(format!("{number}.png")));
    }
}

/// `CLASS_N.png`.
pub fn names(root: &Path, count: usize) {
    for number in 0..count {
        let shown = shown(number);
        save(&shown.picture(), &root.join(format!("{}_{number}.png", COLOURS[shown.colour])));
    }
}

/// `images/pN.png`, and a table with a header and a row each.
pub fn table(root: &Path, name: &str, count: usize, header: &str, row: impl Fn(usize, Shown) -> String) {
    let mut text = format!("{header}\n");
    for number in 0..count {
        let shown = shown(number);
        save(&shown.picture(), &root.join("images").join(format!("p{number}.png")));
        text += &row(number, shown);
        text.push('\n');
    }
    fs::write(root.join(name), text).unwrap();
}

/// `images/N.png`, `masks/N.png`.
pub fn masks(root: &Path, count: usize) {
    fs::create_dir_all(root.join("masks")).unwrap();
    for number in 0..count {
        let shown = shown(number);
        save(&shown.picture(), &root.join("images").join(format!("{number}.png")));
        shown.mask().save(root.join("masks").join(format!("{number}.png"))).unwrap();
    }
}
