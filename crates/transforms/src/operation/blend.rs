//! Mixtures of two pictures pixel by pixel.

/// As a float that is cut off to a byte.
pub(super) fn byte(number: f32) -> u8 {
    // A cast cuts off, and keeps within 0 to 255.
    number as u8
}

/// `number + factor · other`, rounded to a float once, as the fused operation of torch is.
///
/// In 64 bits a product of two floats of 24 bits is exact, and so is the sum with one that is not many orders smaller.
pub(super) fn fused(number: f32, factor: f32, other: f32) -> f32 {
    (f64::from(number) + f64::from(factor) * f64::from(other)) as f32
}

/// 0.2989 r + 0.587 g + 0.114 b (ITU-R BT.601), cut off.
pub(super) fn gray(pixel: &[u8]) -> u8 {
    let [red, green, blue] = [0, 1, 2].map(|channel| f32::from(pixel[channel]));
    byte(fused(fused(0.2989 * red, 0.587, green), 0.114, blue))
}

pub(super) fn grayscale(bytes: &mut [u8]) {
    for pixel in bytes.chunks_exact_mut(3) {
        let gray = gray(pixel);
        pixel.fill(gray);
    }
}

pub(super) fn saturation(bytes: &mut [u8], factor: f64) {
    let (own, other) = (factor as f32, (1.0 - factor) as f32);
    for pixel in bytes.chunks_exact_mut(3) {
        let gray = f32::from(gray(pixel));
        for colour in pixel {
            *colour = byte(fused(f32::from(*colour) * own, other, gray));
        }
    }
}
