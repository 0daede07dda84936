//! What the programs learn from, in the formats that data sets come in.

use std::fmt::Write;
use std::path::Path;

use firelight::prelude::*;
use image::{GrayImage, Luma, Rgb, RgbImage};

/// What a pixel is: its code in the masks.
const CARD: u8 = 1;
const EYE: u8 = 2;

/// A picture of 48 by 40 pixels.
struct Scene {
    number: u32,
    left: u32,
    top: u32,
    side: u32,
    ball: Option<[u32; 2]>,
}

impl Scene {
    fn of(number: u32) -> Self {
        let (left, top, side) = (3 + number * 7 % 20, 2 + number * 5 % 15, 16 + number % 6);
        // On the side where there is room.
        let ball = number.is_multiple_of(3).then(|| [if left < 14 { 41 } else { 6 }, 8 + number * 3 % 24]);
        Self { number, left, top, side, ball }
    }

    fn orange(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    fn eyes(&self) -> [[u32; 2]; 2] {
        let y = self.top + self.side / 3;
        [[self.left + self.side / 4, y], [self.left + 3 * self.side / 4, y]]
    }

    fn code(&self, x: u32, y: u32) -> u8 {
        let near = |[to_x, to_y]: [u32; 2]| x.abs_diff(to_x).pow(2) + y.abs_diff(to_y).pow(2);
        let (across, down) = (self.left..self.left + self.side, self.top..self.top + self.side);
        if self.eyes().into_iter().any(|eye| near(eye) <= 2) {
            EYE
        } else if across.contains(&x) && down.contains(&y) {
            CARD
        } else {
            0
        }
    }

    fn pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let in_ball = self.ball.is_some_and(|[to_x, to_y]| x.abs_diff(to_x).pow(2) + y.abs_diff(to_y).pow(2) <= 25);
        Rgb(match self.code(x, y) {
            EYE => [20; 3],
            CARD if self.orange() => [230, 120, 60],
            CARD => [80, 140, 220],
            _ if in_ball => [40, 150, 70],
            _ => [((x * 3 + y * 7 + self.number) % 30) as u8 + 170; 3],
        })
    }

    /// A row of the table. The middle of a pixel is half a pixel behind its outer corner.
    fn row(&self) -> String {
        let Self { number, left, top, side, .. } = self;
        let colour = if self.orange() { "orange" } else { "blue" };
        let size = if *side > 18 { "large" } else { "small" };
        let ball = if self.ball.is_some() { " ball" } else { "" };
        let (right, bottom) = (left + side, top + side);
        let [[x1, y1], [x2, y2]] = self.eyes().map(|eye| eye.map(|pixel| pixel as f32 + 0.5));
        format!("{number}.png,{colour},{size}{ball},{left},{top},{right},{bottom},{x1},{y1},{x2},{y2}")
    }

    /// Its objects as COCO has them: left, top, width and height.
    fn objects(&self) -> impl Iterator<Item = String> {
        let Self { number, left, top, side, ball } = *self;
        let object = move |category: u8, [x, y, width, height]: [u32; 4]| {
            format!(r#"{{"image_id": {number}, "category_id": {category}, "bbox": [{x}, {y}, {width}, {height}]}}"#)
        };
        let ball = ball.map(|[x, y]| object(2, [x - 5, y - 5, 11, 11]));
        std::iter::once(object(1, [left, top, side, side])).chain(ball)
    }
}

/// Writes 96 pictures into `images`, their `masks`, `faces.csv` and `objects.json`.
pub fn set(folder: &Path) -> Result<()> {
    for kind in ["images", "masks"] {
        std::fs::create_dir(folder.join(kind))?;
    }
    let mut table = String::from("file,colour,tags,left,top,right,bottom,x1,y1,x2,y2\n");
    let (mut images, mut objects) = (Vec::new(), Vec::new());
    for scene in (0..96).map(Scene::of) {
        let name = format!("{}.png", scene.number);
        RgbImage::from_fn(48, 40, |x, y| scene.pixel(x, y)).save(folder.join("images").join(&name))?;
        GrayImage::from_fn(48, 40, |x, y| Luma([scene.code(x, y)])).save(folder.join("masks").join(&name))?;
        writeln!(table, "{}", scene.row())?;
        images.push(format!(r#"{{"id": {}, "file_name": "{name}", "width": 48, "height": 40}}"#, scene.number));
        objects.extend(scene.objects());
    }
    std::fs::write(folder.join("faces.csv"), table)?;
    let (images, objects) = (images.join(",\n"), objects.join(",\n"));
    let categories = r#"{"id": 1, "name": "card"}, {"id": 2, "name": "ball"}"#;
    let json = format!(r#"{{"images": [{images}], "annotations": [{objects}], "categories": [{categories}]}}"#);
    Ok(std::fs::write(folder.join("objects.json"), json)?)
}
