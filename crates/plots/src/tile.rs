//! One picture with its lines of text and its mark.

use image::RgbImage;
use image::imageops::{FilterType, resize};

use crate::canvas::{Canvas, Pen};
use crate::lettering::Align;
use crate::palette::{BLUE, Color, FAINT, MISSING, ORANGE, WHITE};
use crate::text::Style;

/// One picture of a [`grid`](crate::grid()).
///
/// ```
/// use firelight_plots::Tile;
///
/// let tile = Tile { picture: image::RgbImage::new(8, 8), title: vec!["pug".into(), "91 %".into()], mark: None };
/// ```
#[derive(Clone, Debug)]
pub struct Tile {
    /// Of any size; shown as large as its cell allows, its proportions kept.
    pub picture: RgbImage,
    /// Lines below the picture, eight at most. One that is too long keeps its beginning and end around an ellipsis.
    pub title: Vec<String>,
    /// Whether the prediction it shows is right: a coloured border and a tick or a cross.
    pub mark: Option<Mark>,
}

/// Whether a prediction is right.
///
/// ```
/// use firelight_plots::Mark;
///
/// let mark = if "pug" == "beagle" { Mark::Right } else { Mark::Wrong };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// A blue border and a tick.
    Right,
    /// An orange border and a cross.
    Wrong,
}

const BORDER: f32 = 4.0;
const MOST_LINES: usize = 8;

pub(crate) fn line_height(style: Style) -> f32 {
    (style.size * 1.3).ceil()
}

impl Tile {
    pub(crate) fn lines(&self) -> usize {
        self.title.len().min(MOST_LINES)
    }

    /// Width and height of the picture in a square cell.
    pub(crate) fn size_in(&self, cell: f32) -> (f32, f32) {
        if self.is_blank() {
            return (cell, cell);
        }
        let (width, height) = (self.picture.width() as f32, self.picture.height() as f32);
        let scaled = |side: f32| (side * cell / width.max(height)).round().max(1.0);
        (scaled(width), scaled(height))
    }

    /// Pictures of a row stand on one line, so that each has its text right below it.
    pub(crate) fn draw(&self, canvas: &mut Canvas, (left, bottom): (f32, f32), cell: f32, style: Style) {
        let (width, height) = self.size_in(cell);
        let (x, y) = ((left + (cell - width) / 2.0).round(), (bottom - height).round());
        canvas.fill([x, y, width, height], MISSING);
        if !self.is_blank() {
            let few_pixels = width >= 3.0 * self.picture.width() as f32;
            let filter = if few_pixels { FilterType::Nearest } else { FilterType::Triangle };
            canvas.paste(&resize(&self.picture, width as u32, height as u32, filter), x, y);
        }
        if let Some(mark) = self.mark {
            canvas.frame([x, y, width, height], BORDER, mark.color());
            mark.draw(canvas, (x + width - 15.0, y + 15.0));
        }
        for (number, text) in self.title.iter().take(MOST_LINES).enumerate() {
            let style = if number == 0 { style } else { style.colored(FAINT) };
            let middle = (left + cell / 2.0, bottom + 4.0 + (number as f32 + 0.5) * line_height(style));
            canvas.text(middle, &style.fit(text, cell), style, Align::Middle);
        }
    }

    fn is_blank(&self) -> bool {
        self.picture.width() == 0 || self.picture.height() == 0
    }
}

impl Mark {
    fn color(self) -> Color {
        match self {
            Mark::Right => BLUE,
            Mark::Wrong => ORANGE,
        }
    }

    /// A tick or a cross in a disc.
    fn draw(self, canvas: &mut Canvas, (x, y): (f32, f32)) {
        let strokes: &[&[(f32, f32)]] = match self {
            Mark::Right => &[&[(-6.0, 0.0), (-1.5, 4.5), (6.0, -5.0)]],
            Mark::Wrong => &[&[(-5.0, -5.0), (5.0, 5.0)], &[(-5.0, 5.0), (5.0, -5.0)]],
        };
        canvas.dot((x, y), 15.0, self.color());
        for stroke in strokes {
            let points: Vec<(f32, f32)> = stroke.iter().map(|(right, down)| (x + right, y + down)).collect();
            canvas.line(&points, Pen::solid(WHITE, 2.2), None);
        }
    }
}
