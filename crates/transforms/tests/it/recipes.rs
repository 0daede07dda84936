//! Transforms are values: printed, written, read, checked.

use firelight_transforms::*;

use crate::pattern;

fn everything() -> PictureTransforms {
    PictureTransforms::new()
        .with_item(FlipItem::default())
        .with_item(DihedralItem::default())
        .with_item(CropPad::new(300).with_pad_mode(PadMode::Border))
        .with_item(RandomCrop::new(Size::new(280, 290)))
        .with_item(RatioResize::new(200))
        .with_item(RandomResizedCrop::new(160).with_filter(Filter::Bicubic))
        .with_item(Resize::pad(Size::new(128, 96)).with_pad_mode(PadMode::Zeros))
        .with_augment(
            aug_transforms()
                .size(64)
                .min_scale(0.75)
                .flip_vert(true)
                .max_saturation(0.3)
                .max_hue(0.1)
                .erasing(RandomErasing::new(0.25)),
        )
        .with_normalize(Normalize::imagenet())
}

#[test]
fn a_recipe_survives_a_file_and_gives_the_same_planes() {
    let written = serde_json::to_string(&everything()).unwrap();
    let read: PictureTransforms = serde_json::from_str(&written).unwrap();
    assert_eq!(read, everything());
    let picture = pattern(310, 200);
    let see = |recipe: &PictureTransforms| {
        recipe.planes(&picture, Some(&mut Chance::new(1, 2, 3)), &mut Scratch::default()).unwrap()
    };
    assert!(see(&read) == see(&everything()));
}

#[test]
fn each_stage_is_a_line() {
    insta::assert_snapshot!(everything(), @"
FlipItem with p = 0.5
DihedralItem with p = 1
CropPad to 300×300, padding with border
RandomCrop of 280×290
RatioResize of the longer side to 200
RandomResizedCrop to 160×160, area 0.08 to 1, aspect 0.750 to 1.333, bicubic
Resize to 128×96 by padding with zeros, bilinear
aug_transforms to 64×64 (dihedral p = 0.5, warp ±0.2 p = 0.75, rotate ±10° p = 0.75, zoom 1 to 1.1 p = 0.75, crop of 0.75 to 1 of the area, brightness and contrast 0.2 p = 0.75, saturation 0.3 p = 0.75, hue 0.1 p = 0.75, RandomErasing of 0 to 0.3 of the area in at most 1, p = 0.25), padding with reflection
Normalize by mean [0.485, 0.456, 0.406] and std [0.229, 0.224, 0.225]
");
    insta::assert_snapshot!(aug_transforms(), @"aug_transforms (flip p = 0.5, warp ±0.2 p = 0.75, rotate ±10° p = 0.75, zoom 1 to 1.1 p = 0.75, brightness and contrast 0.2 p = 0.75), padding with reflection");
    insta::assert_snapshot!(MixUp::default(), @"MixUp with alpha = 0.4");
    insta::assert_snapshot!(CutMix::default(), @"CutMix with alpha = 1");
}

#[test]
fn the_size_of_results_is_known_where_it_is_the_same_for_all() {
    let new = PictureTransforms::new;
    assert_eq!(new().output_size(), None);
    assert_eq!(new().with_item(RatioResize::new(10)).output_size(), None);
    assert_eq!(new().with_item(Resize::crop(Size::new(9, 7))).output_size(), Some(Size::new(9, 7)));
    assert_eq!(new().with_item(Resize::crop(8)).with_augment(aug_transforms()).output_size(), Some(Size::square(8)));
    assert_eq!(everything().output_size(), Some(Size::square(64)));
    let closure = Closure::new("noop", |picture, _| Ok(picture.clone()));
    assert_eq!(new().with_item(Resize::crop(8)).with_item(closure).output_size(), None);
}

#[test]
fn a_closure_sees_what_was_chosen_so_far_and_cannot_be_written() {
    let double = Closure::new("double", |picture, chance| {
        assert!(chance.is_none());
        assert_eq!(picture.dimensions(), (20, 20));
        Ok(image::RgbImage::new(2 * picture.width(), picture.height()))
    });
    let transforms = PictureTransforms::new().with_item(Resize::crop(20)).with_item(double);
    let (size, _) = transforms.planes(&pattern(50, 40), None, &mut Scratch::default()).unwrap();
    assert_eq!(size, Size::new(40, 20));
    insta::assert_snapshot!(serde_json::to_string(&transforms).unwrap_err(), @"closure `double` cannot be written to a file; replace it by a transform of this crate, or remove it before export");
}

#[test]
fn slips_are_named() {
    let try_on = |transforms: PictureTransforms, length: usize| {
        let mut out = vec![0.0; length];
        let error = transforms.apply(&pattern(30, 20), None, &mut Scratch::default(), &mut out).unwrap_err();
        error.to_string()
    };
    let new = PictureTransforms::new;
    insta::assert_snapshot!(try_on(new().with_item(Resize::crop(0)), 0), @"transform: Resize has width = 0, which must be 1 to 32768");
    insta::assert_snapshot!(try_on(new().with_item(FlipItem::new(1.5)), 0), @"transform: FlipItem has p = 1.5, which must be 0 to 1");
    insta::assert_snapshot!(try_on(new().with_augment(aug_transforms().max_warp(0.6).mult(2.0)), 0), @"transform: aug_transforms has max_warp × mult = 1.2, which must be 0 to 0.999");
    insta::assert_snapshot!(try_on(new().with_augment(aug_transforms().min_scale(0.0)), 0), @"transform: aug_transforms has smallest scale = 0, which must be over 0 and at most the largest");
    insta::assert_snapshot!(try_on(new().with_augment(aug_transforms().zoom(2.0, 1.0)), 0), @"transform: aug_transforms has smallest zoom = 2, which must be 0.01 to the largest");
    insta::assert_snapshot!(try_on(new().with_normalize(Normalize::new([0.0; 3], [0.0; 3])), 0), @"transform: Normalize has std = 0, which must be at least 0.000001 (a channel of one colour: 1)");
    insta::assert_snapshot!(try_on(new(), 7), @"transform: the output buffer holds 7 numbers, but 3 planes of 30×20 need 1800; add a Resize or a size to the transforms so that all pictures of a batch get one size");
    let refuse = Closure::new("refuse", |_, _| Err("too dark".into()));
    insta::assert_snapshot!(try_on(new().with_item(refuse), 0), @"transform: closure `refuse` failed: too dark");
    let nan = new().with_augment(aug_transforms().max_rotate(f32::NAN));
    insta::assert_snapshot!(nan.check().unwrap_err(), @"transform: aug_transforms has max_rotate × mult = NaN, which must be 0 to 180 degrees");
    let empty = new().apply(&image::RgbImage::new(0, 4), None, &mut Scratch::default(), &mut []).unwrap_err();
    insta::assert_snapshot!(empty, @"transform: the picture is 0×4 and has no pixels; remove it, or check what made it");
    let other = new().draw(Size::square(4), None).unwrap();
    let error = other.planes(&pattern(3, 3), &Normalize::none(), &mut Scratch::default()).unwrap_err();
    insta::assert_snapshot!(error, @"transform: the picture is 3×3, but the draw was made for one of 4×4; draw for this size");
    insta::assert_snapshot!(error.in_file(std::path::Path::new("cats/1.jpg")), @"cats/1.jpg: transform: the picture is 3×3, but the draw was made for one of 4×4; draw for this size");
}

/// Values from files are checked when they are read, so that none of them panics or hangs later.
#[test]
fn stored_values_that_make_no_sense_are_refused() {
    fn error<T: serde::de::DeserializeOwned>(json: &str) -> String {
        serde_json::from_str::<T>(json).err().expect("refused").to_string()
    }
    let resize = r#"{"resize": {"size": {"width": 0, "height": 4}, "method": "crop", "pad_mode": "zeros", "filter": "bilinear"}}"#;
    insta::assert_snapshot!(
        error::<PictureTransforms>(&format!(r#"{{"items": [{resize}], "augment": null, "normalize": null}}"#)),
        @"transform: Resize has width = 0, which must be 1 to 32768"
    );
    insta::assert_snapshot!(
        error::<PictureTransforms>(r#"{"items": [], "augment": {"max_warp": 3.0}, "normalize": null}"#),
        @"transform: aug_transforms has max_warp × mult = 3, which must be 0 to 0.999"
    );
    let normalize = r#"{"mean": [123.7, 116.3, 103.5], "std": [58.4, 57.1, 57.4]}"#;
    let range = "which must be -1 to 2, as colours are 0 to 1 (divide statistics of 0 to 255 by 255)";
    let said = error::<Normalize>(normalize);
    assert!(said.starts_with("transform: Normalize has mean = 123.7") && said.contains(range), "{said}");
    let said = error::<PictureTransforms>(&format!(r#"{{"items": [], "augment": null, "normalize": {normalize}}}"#));
    assert!(said.contains(range), "{said}");
    let said = error::<Normalize>(r#"{"mean": [0, 0, 0], "std": [1, 1, 0]}"#);
    assert!(said.starts_with("transform: Normalize has std = 0"), "{said}");
    insta::assert_snapshot!(
        error::<Limits>(r#"{"pixels": 0, "bytes": 1, "file_bytes": 1}"#),
        @"transform: Limits has pixels = 0, which must be at least 1"
    );
    for alpha in ["0", "-1", "1e99"] {
        let json = format!(r#"{{"alpha": {alpha}}}"#);
        for said in [error::<MixUp>(&json), error::<CutMix>(&json)] {
            assert!(said.contains("which must be over 0 and finite"), "{said}");
        }
    }
    let limits = Limits::default().with_pixels(7).with_file_bytes(9);
    let stored = serde_json::to_string(&limits).unwrap();
    assert_eq!(serde_json::from_str::<Limits>(&stored).unwrap(), limits);
    // A recipe without a normalisation stays one without.
    for recipe in [PictureTransforms::new(), PictureTransforms::new().with_normalize(Normalize::none())] {
        let stored = serde_json::to_string(&recipe).unwrap();
        let read: PictureTransforms = serde_json::from_str(&stored).unwrap();
        assert_eq!((read.normalize_is_set(), &read), (recipe.normalize_is_set(), &recipe));
    }
}

/// F22, A19: the ceiling on results, for every transform that fixes a size.
#[test]
fn results_that_no_memory_holds_are_refused() {
    let new = PictureTransforms::new;
    let most = Size::square(8192);
    assert!(new().with_item(Resize::crop(most)).check().is_ok());
    for stage in [
        ItemTransform::from(Resize::squish(8193)),
        RandomCrop::new(8193).into(),
        CropPad::new(Size::new(32_768, 2049)).into(),
        RandomResizedCrop::new(8193).into(),
        RatioResize::new(8193).into(),
    ] {
        let error = new().with_item(stage).check().unwrap_err().to_string();
        assert!(error.contains("width × height") && error.contains("at most 67108864"), "{error}");
    }
    assert!(new().with_augment(aug_transforms().size(8193)).check().is_err());
}
