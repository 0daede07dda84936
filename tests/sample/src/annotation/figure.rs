//! The animal, its head and its eyes as pixels of the finished picture.

use super::super::brush::{Canvas, Spot};

/// What a picture shows.
#[derive(Debug, Clone)]
pub struct Figure {
    pub width: u32,
    pub height: u32,
    /// Whether a pixel shows the animal, row by row.
    pub animal: Vec<bool>,
    /// `None` where all of the head is outside.
    pub head: Option<Head>,
    /// The middles of the eyes in pixels, (0, 0) the outer corner of the first one; the viewer's left eye first. `None` where the
    /// eye is outside or something stands before it. Closed eyes are known.
    pub eyes: [Option<Spot>; 2],
}

/// The box around the head with its ears, and the tongue where it hangs out, as far as it is in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The first column, counted from 0.
    pub left: u32,
    /// The first row.
    pub top: u32,
    /// The column after the last one.
    pub right: u32,
    /// The row after the last one.
    pub bottom: u32,
    /// Whether it reaches the edge of the picture.
    pub truncated: bool,
    /// Whether something stands before a part of it; the box is that of all of it.
    pub occluded: bool,
}

impl Figure {
    /// The figure on a finished `canvas`; `head` is that of the canvas and `eyes` are those of the animal before anything stood before it.
    pub fn new(canvas: &Canvas, head: &[bool], eyes: [Spot; 2]) -> Self {
        let (width, height) = (canvas.width() as u32, canvas.height() as u32);
        let seen = canvas.head();
        let mut around = Head::around(head, width, height);
        if let Some(around) = &mut around {
            around.occluded = head.iter().zip(&seen).any(|(all, seen)| all != seen);
        }
        let eyes = eyes.map(|(x, y)| {
            let inside = (0.0..width as f32).contains(&x) && (0.0..height as f32).contains(&y);
            (inside && seen[y as usize * width as usize + x as usize]).then_some((x, y))
        });
        Self { width, height, animal: canvas.animal(), head: around, eyes }
    }
}

impl Head {
    /// The box around the pixels of a head.
    fn around(head: &[bool], width: u32, height: u32) -> Option<Self> {
        let places = head.iter().enumerate().filter(|(_, is)| **is).map(|(i, _)| (i as u32 % width, i as u32 / width));
        let grown = |(left, top, right, bottom): (u32, u32, u32, u32), (x, y): (u32, u32)| {
            (left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1))
        };
        let (left, top, right, bottom) = places.fold((width, height, 0, 0), grown);
        let truncated = left == 0 || top == 0 || right == width || bottom == height;
        (left < right).then_some(Self { left, top, right, bottom, truncated, occluded: false })
    }
}
