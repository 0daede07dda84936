//! Pictures side by side, each with its lines of text.

use image::RgbImage;
use image::imageops::{FilterType, resize};

use super::canvas::{Align, Canvas, Pen};
use super::palette::{BLUE, FAINT, MISSING, ORANGE};
use super::text::Style;

/// One picture of a [`grid`].
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A blue border and a tick.
    Right,
    /// An orange border and a cross.
    Wrong,
}

const MARGIN: f32 = 16.0;
const GAP: f32 = 16.0;
const WIDEST: f32 = 2000.0;
const TALLEST: f32 = 12000.0;
const NARROWEST_CELL: f32 = 112.0;
const BORDER: f32 = 4.0;
const MOST_LINES: usize = 8;

/// Pictures in rows, in the order given: a batch as the model sees it, the worst mistakes.
///
/// `columns` is held between 1 and 15; 0 asks for about as many columns as rows. Pictures under 112 pixels are enlarged, those of a
/// few pixels without smoothing, so that they show as what they are. Tiles beyond a height of 12000 pixels are
/// counted in a note below.
pub fn grid(tiles: &[Tile], columns: usize) -> RgbImage {
    let columns = if columns == 0 { (tiles.len() as f32).sqrt().ceil() as usize } else { columns };
    let most = ((WIDEST - 2.0 * MARGIN + GAP) / (NARROWEST_CELL + GAP)) as usize;
    let columns = columns.clamp(1, most).min(tiles.len().max(1));
    let largest = tiles.iter().map(|tile| tile.picture.width().max(tile.picture.height())).max().unwrap_or(0);
    let share = (WIDEST - 2.0 * MARGIN + GAP) / columns as f32 - GAP;
    let cell = (largest as f32).clamp(184.0, 288.0).min(share).floor();
    let style = title_style(tiles, cell);
    let line = (style.size * 1.3).ceil();

    let mut bottom = MARGIN;
    let mut rows: Vec<(f32, &[Tile])> = Vec::new();
    for row in tiles.chunks(columns) {
        let next = bottom + row_height(row, cell, line) + GAP;
        if next > TALLEST {
            break;
        }
        rows.push((bottom, row));
        bottom = next;
    }
    let note = match tiles.len() - rows.iter().map(|(_, row)| row.len()).sum::<usize>() {
        0 if tiles.is_empty() => "no pictures".to_owned(),
        0 => String::new(),
        more => format!("and {more} more"),
    };

    let width = 2.0 * MARGIN - GAP + columns as f32 * (cell + GAP);
    let mut canvas = Canvas::new(width, bottom + if note.is_empty() { 0.0 } else { 24.0 });
    canvas.text((MARGIN, bottom + 6.0), &note, Style::NOTE, Align::Start);
    for (top, row) in rows {
        let room = row.iter().map(|tile| size_in(tile, cell).1).fold(0.0, f32::max);
        for (column, tile) in row.iter().enumerate() {
            let left = MARGIN + column as f32 * (cell + GAP);
            draw_tile(&mut canvas, tile, (left, top), (cell, room), style);
        }
    }
    canvas.into_picture()
}

fn row_height(row: &[Tile], cell: f32, line: f32) -> f32 {
    let picture = row.iter().map(|tile| size_in(tile, cell).1).fold(0.0, f32::max);
    let lines = row.iter().map(|tile| tile.title.len().min(MOST_LINES)).max().unwrap_or(0);
    picture + lines as f32 * line + 4.0
}

/// The largest size from 14 down to 12 at which every line fits: one size for all, so that tiles look alike.
fn title_style(tiles: &[Tile], cell: f32) -> Style {
    let lines = || tiles.iter().flat_map(|tile| &tile.title).filter(|line| line.len() < 64);
    let fits = |size: &f32| lines().all(|line| Style::LABEL.sized(*size).width(line) <= cell);
    Style::LABEL.sized([14.0, 13.0, 12.0].into_iter().find(fits).unwrap_or(12.0))
}

/// Width and height of the tile's picture in a square cell.
fn size_in(tile: &Tile, cell: f32) -> (f32, f32) {
    let (width, height) = (tile.picture.width() as f32, tile.picture.height() as f32);
    let scale = cell / width.max(height).max(1.0);
    if width * height == 0.0 { (cell, cell) } else { ((width * scale).round().max(1.0), (height * scale).round().max(1.0)) }
}

fn draw_tile(canvas: &mut Canvas, tile: &Tile, (left, top): (f32, f32), (cell, room): (f32, f32), style: Style) {
    let (width, height) = size_in(tile, cell);
    let corner = ((left + (cell - width) / 2.0).round(), (top + (room - height) / 2.0).round());
    let area = [corner.0, corner.1, width, height];
    canvas.fill(area, MISSING);
    if tile.picture.width() * tile.picture.height() > 0 {
        let few_pixels = width >= 3.0 * tile.picture.width() as f32;
        let filter = if few_pixels { FilterType::Nearest } else { FilterType::Triangle };
        canvas.paste(&resize(&tile.picture, width as u32, height as u32, filter), corner.0, corner.1);
    }
    if let Some(mark) = tile.mark {
        canvas.frame(area, BORDER, mark.color());
        draw_sign(canvas, mark, (corner.0 + width - 15.0, corner.1 + 15.0));
    }
    let line = (style.size * 1.3).ceil();
    for (number, text) in tile.title.iter().take(MOST_LINES).enumerate() {
        let style = if number == 0 { style } else { style.colored(FAINT) };
        let y = top + room + 4.0 + (number as f32 + 0.5) * line;
        canvas.text((left + cell / 2.0, y), &style.fit(text, cell), style, Align::Middle);
    }
}

/// A tick or a cross in a disc.
fn draw_sign(canvas: &mut Canvas, mark: Mark, (x, y): (f32, f32)) {
    canvas.dot((x, y), 15.0, mark.color(), None);
    match mark {
        Mark::Right => canvas.line(&[(x - 6.0, y), (x - 1.5, y + 4.5), (x + 6.0, y - 5.0)], Pen::WHITE_SIGN, None),
        Mark::Wrong => {
            canvas.line(&[(x - 5.0, y - 5.0), (x + 5.0, y + 5.0)], Pen::WHITE_SIGN, None);
            canvas.line(&[(x - 5.0, y + 5.0), (x + 5.0, y - 5.0)], Pen::WHITE_SIGN, None);
        }
    }
}

impl Mark {
    fn color(self) -> super::palette::Color {
        match self {
            Mark::Right => BLUE,
            Mark::Wrong => ORANGE,
        }
    }
}
