use serde::{Deserialize, Serialize};

/// The lighting of one picture: what was drawn, `None` where it stays as it is.
///
/// Brightness, contrast and saturation work on logits, in this order and in one pass, as in fastai; hue then turns the
/// colour circle. Colours are 0 to 1.
///
/// | field | neutral | formula on the logit ℓ |
/// |---|---|---|
/// | `brightness` | ½ | ℓ + logit(brightness) |
/// | `contrast` | 1 | ℓ · contrast |
/// | `saturation` | 1 | ℓ · saturation + gray · (1 - saturation), gray = 0.2989 r + 0.5870 g + 0.1140 b |
/// | `hue` | 0 or 1 | the hue in HSV plus `hue`, in turns, modulo 1 |
///
/// ```
/// use firelight_transforms::Lighting;
///
/// let brighter = Lighting { brightness: Some(0.6), ..Lighting::NONE };
/// assert!((brighter.apply([0.5; 3])[0] - 0.6).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Lighting {
    /// Brightness that a middle gray becomes.
    pub brightness: Option<f32>,
    /// Factor on the contrast.
    pub contrast: Option<f32>,
    /// Factor on the saturation.
    pub saturation: Option<f32>,
    /// Shift of the hue in turns of the colour circle.
    pub hue: Option<f32>,
}

impl Lighting {
    /// Leaves colours as they are.
    pub const NONE: Self = Self { brightness: None, contrast: None, saturation: None, hue: None };

    /// The colour that `rgb` becomes.
    pub fn apply(&self, rgb: [f32; 3]) -> [f32; 3] {
        let lit = if self.works_on_logits() {
            let (factor, shift) = self.line();
            let logits = rgb.map(|x| logit(x) * factor + shift);
            self.saturate(logits).map(sigmoid)
        } else {
            rgb
        };
        self.hue.map_or(lit, |turn| turn_hue(lit, turn))
    }

    /// True when each channel can be lit without knowing the others.
    pub(crate) fn is_per_channel(&self) -> bool {
        self.saturation.is_none() && self.hue.is_none()
    }

    pub(crate) fn works_on_logits(&self) -> bool {
        self.brightness.is_some() || self.contrast.is_some() || self.saturation.is_some()
    }

    /// Brightness and contrast together: the factor and the shift of the logit.
    pub(crate) fn line(&self) -> (f32, f32) {
        let contrast = self.contrast.unwrap_or(1.0);
        (contrast, self.brightness.map_or(0.0, logit) * contrast)
    }

    fn saturate(&self, logits: [f32; 3]) -> [f32; 3] {
        let Some(saturation) = self.saturation else {
            return logits;
        };
        let gray = 0.2989 * logits[0] + 0.5870 * logits[1] + 0.1140 * logits[2];
        logits.map(|x| x * saturation + gray * (1.0 - saturation))
    }
}

/// log(x / (1 - x)), with x kept 10⁻⁷ away from 0 and 1 so that the result stays finite.
///
/// ```
/// assert_eq!(firelight_transforms::logit(0.5), 0.0);
/// ```
pub fn logit(x: f32) -> f32 {
    let x = x.clamp(1e-7, 1.0 - 1e-7);
    -libm::logf(1.0 / x - 1.0)
}

/// 1 / (1 + e⁻ˣ): the inverse of [`logit`].
///
/// ```
/// assert_eq!(firelight_transforms::sigmoid(0.0), 0.5);
/// ```
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

#[allow(clippy::float_cmp, reason = "the largest of three is one of them")]
/// Through hue, saturation and value (Smith, 1978) and back, in the form without cases on the sector.
fn turn_hue([r, g, b]: [f32; 3], turn: f32) -> [f32; 3] {
    let value = r.max(g).max(b);
    let chroma = value - r.min(g).min(b);
    if chroma <= 0.0 {
        return [r, g, b];
    }
    let sector = if value == r {
        (g - b) / chroma
    } else if value == g {
        2.0 + (b - r) / chroma
    } else {
        4.0 + (r - g) / chroma
    };
    let turned = sector / 6.0 + turn;
    let hue = 6.0 * (turned - libm::floorf(turned));
    let channel = |offset: f32| {
        let place = hue + offset;
        let place = if place >= 6.0 { place - 6.0 } else { place };
        value - chroma * place.min(4.0 - place).clamp(0.0, 1.0)
    };
    [channel(5.0), channel(3.0), channel(1.0)]
}
