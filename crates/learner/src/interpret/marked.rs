//! Targets drawn over their pictures.

use firelight_datablock::Marks;
use firelight_plots::{LabelledBox, Role, boxed, legend, masked, pointed, stacked};
use firelight_vocab::Vocab;
use image::RgbImage;
use image::imageops::{FilterType, resize};

/// The pictures of an item, the first with a target over it.
pub(super) fn marked(pictures: Vec<RgbImage>, truth: &Marks) -> RgbImage {
    compared(pictures, truth, None)
}

/// The pictures of an item, the first with a target over it and what the model says: of masks side by side, the target on the left.
pub(super) fn compared(mut pictures: Vec<RgbImage>, truth: &Marks, said: Option<&Marks>) -> RgbImage {
    if let Some(first) = pictures.first_mut() {
        *first = over(std::mem::take(first), truth, said);
    }
    side_by_side(pictures)
}

fn over(mut picture: RgbImage, truth: &Marks, said: Option<&Marks>) -> RgbImage {
    let masks: Vec<&Marks> = [Some(truth), said].into_iter().flatten().filter(|marks| !marks.mask.is_empty()).collect();
    if !masks.is_empty() {
        let masked: Vec<RgbImage> = masks.iter().map(|marks| masked(&picture, &marks.mask, &[])).collect();
        picture = side_by_side(masked);
    }
    let points = |marks: Option<&Marks>| marks.map_or_else(Vec::new, |marks| marks.points.clone());
    let (here, there) = (points(Some(truth)), points(said));
    if !(here.is_empty() && there.is_empty()) {
        picture = pointed(&picture, &here, &there);
    }
    let boxes = |marks: &Marks, role: Role| -> Vec<LabelledBox> {
        marks.boxes.iter().map(|(rect, label)| LabelledBox { rect: *rect, label: label.clone(), role }).collect()
    };
    let all = [Some(boxes(truth, Role::Truth)), said.map(|said| boxes(said, Role::Prediction))];
    let all: Vec<LabelledBox> = all.into_iter().flatten().flatten().collect();
    if all.is_empty() { picture } else { boxed(&picture, &all) }
}

/// With the colours of the classes below it, where there are masks.
pub(super) fn with_legend(sheet: RgbImage, masks: bool, vocab: Option<&Vocab>) -> RgbImage {
    match vocab.filter(|_| masks) {
        Some(vocab) => {
            let strip = legend(vocab.names(), &[], sheet.width());
            stacked(&[sheet, strip])
        }
        None => sheet,
    }
}

/// Pictures beside each other, a white line between them, all as high as the first: what is drawn over a small one is drawn over a larger
/// copy.
pub(crate) fn side_by_side(mut pictures: Vec<RgbImage>) -> RgbImage {
    const GAP: u32 = 4;
    let height = pictures.first().map_or(0, RgbImage::height);
    for picture in pictures.iter_mut().filter(|picture| picture.height() != height) {
        let width = u64::from(picture.width()) * u64::from(height) / u64::from(picture.height().max(1));
        *picture = resize(picture, (width as u32).max(1), height, FilterType::Triangle);
    }
    if pictures.len() == 1 {
        return pictures.remove(0);
    }
    let width = pictures.iter().map(RgbImage::width).sum::<u32>() + GAP * (pictures.len() as u32).saturating_sub(1);
    let mut sheet = RgbImage::from_pixel(width, height, image::Rgb([255; 3]));
    let mut left = 0;
    for picture in &pictures {
        image::imageops::replace(&mut sheet, picture, left, 0);
        left += i64::from(picture.width() + GAP);
    }
    sheet
}
