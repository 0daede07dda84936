//! What of a target is seen in its picture.

/// What is drawn over a picture to show a target: plain positions in the final picture, for whoever draws.
///
/// ```
/// use firelight_datablock::Marks;
///
/// let nose = Marks { points: vec![Some([0.0, 0.25])], ..Marks::default() }; // a little below the middle
/// assert_eq!(Marks::default().with(nose.clone()), nose);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// A class code for each pixel, rows from the top; empty without a mask.
    pub mask: Vec<u8>,
    /// Points, from -1 to 1 across and down the picture; `None` for one that is not in it.
    pub points: Vec<Option<[f32; 2]>>,
    /// Boxes as left, top, right and bottom in the same units, each with its words.
    pub boxes: Vec<([f32; 4], String)>,
}

impl Marks {
    /// Both over one picture; the first mask is kept.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        if self.mask.is_empty() {
            self.mask = other.mask;
        }
        self.points.extend(other.points);
        self.boxes.extend(other.boxes);
        self
    }
}
