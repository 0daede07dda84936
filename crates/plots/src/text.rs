//! Text: measured, shortened and turned into coverage, pixel by pixel.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};

use crate::palette::{Color, FAINT, INK};

/// Size in pixels an em, weight and colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) size: f32,
    pub(crate) bold: bool,
    pub(crate) color: Color,
}

impl Style {
    pub(crate) const TITLE: Style = Style { size: 20.0, bold: true, color: INK };
    pub(crate) const HEADING: Style = Style { size: 16.0, bold: false, color: INK };
    pub(crate) const LABEL: Style = Style { size: 14.0, bold: false, color: INK };
    pub(crate) const NOTE: Style = Style { size: 14.0, bold: false, color: FAINT };

    pub(crate) fn sized(self, size: f32) -> Style {
        Style { size, ..self }
    }

    pub(crate) fn colored(self, color: Color) -> Style {
        Style { color, ..self }
    }

    /// Width of the text in pixels.
    pub(crate) fn width(self, text: &str) -> f32 {
        self.walk(text, |_, _| ())
    }

    /// The text as it is when it fits into `room` pixels, else its beginning and end around an ellipsis.
    ///
    /// The middle goes because both ends tell names apart: `german_shorthaired` and its pointer, paths of a taxonomy.
    pub(crate) fn fit(self, text: &str, room: f32) -> String {
        let text = plain(text);
        if self.width(&text) <= room {
            return text;
        }
        let letters: Vec<char> = text.chars().collect();
        let short = |kept: usize| {
            let tail = kept / 3;
            let head = letters[..kept - tail].iter().collect::<String>();
            let tail = letters[letters.len() - tail..].iter().collect::<String>();
            format!("{}…{}", head.trim_end(), tail.trim_start())
        };
        let (mut fits, mut too_wide) = (0, letters.len());
        while fits + 1 < too_wide {
            let kept = usize::midpoint(fits, too_wide);
            if self.width(&short(kept)) <= room {
                fits = kept;
            } else {
                too_wide = kept;
            }
        }
        if fits > 0 || self.width("…") <= room { short(fits) } else { String::new() }
    }

    /// Calls `put(x, y, coverage)` for every pixel of the text; (0, 0) is its left end on the baseline.
    pub(crate) fn cover(self, text: &str, mut put: impl FnMut(i32, i32, f32)) {
        let font = self.font();
        self.walk(text, |letter, x| {
            let glyph = font.glyph_id(letter).with_scale_and_position(self.scale(), point(x, 0.0));
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|x, y, coverage| {
                    put(x as i32 + corner.x as i32, y as i32 + corner.y as i32, coverage);
                });
            }
        });
    }

    /// Visits each letter with its place on the baseline and returns where the next one would stand.
    fn walk(self, text: &str, mut visit: impl FnMut(char, f32)) -> f32 {
        let font = self.font().as_scaled(self.scale());
        let mut previous = None;
        let mut x = 0.0;
        for letter in text.chars() {
            let glyph = font.glyph_id(letter);
            x += previous.map_or(0.0, |before| font.kern(before, glyph));
            visit(letter, x);
            x += font.h_advance(glyph);
            previous = Some(glyph);
        }
        x
    }

    fn font(self) -> &'static FontRef<'static> {
        if self.bold { &BOLD } else { &REGULAR }
    }

    /// `ab_glyph` counts the height of a line, a `Style` the em.
    fn scale(self) -> PxScale {
        let font = self.font();
        PxScale::from(self.size * font.height_unscaled() / font.units_per_em().unwrap_or(2048.0))
    }
}

/// More letters than any picture has room for at either end of a text; what lies between is dropped before measuring.
const LONGEST: usize = 600;

static REGULAR: LazyLock<FontRef<'static>> = LazyLock::new(|| embedded(dejavu::sans_condensed::regular()));
static BOLD: LazyLock<FontRef<'static>> = LazyLock::new(|| embedded(dejavu::sans_condensed::bold()));

fn embedded(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the embedded font is a TrueType font")
}

/// One line: control characters become spaces, and a text without end loses its middle.
fn plain(text: &str) -> String {
    let clean = |letter: char| if letter.is_control() { ' ' } else { letter };
    if text.chars().nth(2 * LONGEST).is_none() {
        return text.chars().map(clean).collect();
    }
    let mut end: Vec<char> = text.chars().rev().take(LONGEST).map(clean).collect();
    end.reverse();
    text.chars().take(LONGEST).map(clean).chain(end).collect()
}
