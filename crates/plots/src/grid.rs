//! Pictures side by side, each with its lines of text.

use image::RgbImage;

use crate::canvas::Canvas;
use crate::lettering::Align;
use crate::text::Style;
use crate::tile::{Tile, line_height};

const MARGIN: f32 = 16.0;
const GAP: f32 = 16.0;
const WIDEST: f32 = 2000.0;
const TALLEST: f32 = 12000.0;
const NARROWEST_CELL: f32 = 112.0;

/// Pictures in rows, in the order given: a batch as the model sees it, the worst mistakes.
///
/// `columns` is held between 1 and 15; 0 asks for about as many columns as rows. A cell is 184 to 288 pixels
/// wide, less where many columns share the width. Smaller pictures are enlarged, those of a few pixels without
/// smoothing, so that they show as what they are. Tiles below a height of 12000 pixels are counted in a note.
///
/// ```
/// use firelight_plots::{Mark, Tile, grid};
///
/// let tile = |title: &str, mark| Tile { picture: image::RgbImage::new(32, 32), title: vec![title.into()], mark: Some(mark) };
/// let sheet = grid(&[tile("pug", Mark::Right), tile("said beagle", Mark::Wrong)], 2);
/// ```
pub fn grid(tiles: &[Tile], columns: usize) -> RgbImage {
    let columns = if columns == 0 { (tiles.len() as f32).sqrt().ceil() as usize } else { columns };
    let most = ((WIDEST - 2.0 * MARGIN + GAP) / (NARROWEST_CELL + GAP)) as usize;
    let columns = columns.clamp(1, most).min(tiles.len().max(1));
    let largest = tiles.iter().map(|tile| tile.picture.width().max(tile.picture.height())).max().unwrap_or(0);
    let share = (WIDEST - 2.0 * MARGIN + GAP) / columns as f32 - GAP;
    let cell = (largest as f32).clamp(184.0, 288.0).min(share).floor();
    let style = title_style(tiles, cell);

    let mut bottom = MARGIN;
    let mut rows: Vec<(f32, &[Tile])> = Vec::new();
    for row in tiles.chunks(columns) {
        let lines = row.iter().map(Tile::lines).max().unwrap_or(0) as f32;
        let next = bottom + tallest(row, cell) + lines * line_height(style) + 10.0 + GAP;
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
        let picture_bottom = top + tallest(row, cell);
        for (column, tile) in row.iter().enumerate() {
            let left = MARGIN + column as f32 * (cell + GAP);
            tile.draw(&mut canvas, (left, picture_bottom), cell, style);
        }
    }
    canvas.into_picture()
}

/// Height of the tallest picture of a row.
fn tallest(row: &[Tile], cell: f32) -> f32 {
    row.iter().map(|tile| tile.size_in(cell).1).fold(0.0, f32::max)
}

/// The largest size from 14 down to 12 at which every line fits: one size for all, so that tiles look alike.
fn title_style(tiles: &[Tile], cell: f32) -> Style {
    let lines = || {
        tiles
            .iter()
            .flat_map(|tile| &tile.title)
            // One endless line shall not make all others small.
            .filter(|line| line.len() < 64)
    };
    let fits = |size: &f32| lines().all(|line| Style::LABEL.sized(*size).width(line) <= cell);
    Style::LABEL.sized([14.0, 13.0, 12.0].into_iter().find(fits).unwrap_or(12.0))
}
