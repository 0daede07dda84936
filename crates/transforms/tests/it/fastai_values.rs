//! The checked values of fastai 2.8: resize boxes, matrices, sampling, warp, lighting, normalisation.

use firelight_transforms::*;

fn close(got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len());
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= tolerance, "number {i}: {g} is not {w} ± {tolerance}\n got {got:?}\nwant {want:?}");
    }
}

fn matrix(map: Map) -> Vec<f64> {
    map.0[..2].concat()
}

const CENTRE: (f32, f32) = (0.5, 0.5);

#[test]
fn resize_takes_fastais_boxes() {
    let crop = Resize::crop(224);
    let pad = Resize::pad(224);
    assert_eq!(crop.area(Size::new(640, 480), CENTRE), Area::new(80.0, 0.0, 480.0, 480.0));
    assert_eq!(crop.area(Size::new(640, 480), (0.1, 0.9)), Area::new(16.0, 0.0, 480.0, 480.0));
    assert_eq!(pad.area(Size::new(640, 480), CENTRE), Area::new(0.0, -80.0, 640.0, 640.0));
    assert_eq!(crop.area(Size::new(480, 640), CENTRE), Area::new(0.0, 80.0, 480.0, 480.0));
    assert_eq!(crop.area(Size::new(500, 333), CENTRE), Area::new(83.0, 0.0, 333.0, 333.0));
    assert_eq!(pad.area(Size::new(500, 333), CENTRE), Area::new(0.0, -83.0, 500.0, 500.0));
    let wide = Resize::crop(Size::new(256, 128));
    assert_eq!(wide.area(Size::new(640, 480), CENTRE), Area::new(0.0, 80.0, 640.0, 320.0));
}

#[test]
fn random_resized_crop_validates_on_the_centre_of_the_stretched_whole() {
    for (side, stretched, corner) in [(224.0, 256.0, 16.0), (128.0, 152.0, 12.0), (460.0, 532.0, 36.0)] {
        let area = RandomResizedCrop::new(side as u32).valid_area(Size::new(1000, 500));
        let in_stretched = [area.left, area.width].map(|x| x * stretched / 1000.0);
        close(&in_stretched, &[corner, side], 1e-9);
        let in_stretched = [area.top, area.height].map(|y| y * stretched / 500.0);
        close(&in_stretched, &[corner, side], 1e-9);
    }
    let ratio = (0.75, 4.0 / 3.0);
    let fallback = |size| draw_crop(size, (0.08, 1.0), ratio, None);
    assert_eq!(fallback(Size::new(1000, 100)), Area::new(433.0, 0.0, 133.0, 100.0));
    assert_eq!(fallback(Size::new(100, 1000)), Area::new(0.0, 433.0, 100.0, 133.0));
}

#[test]
fn affine_matrices() {
    let rotate = rotate_matrix(10.0);
    close(&matrix(rotate), &[0.98480775, 0.17364818, 0.0, -0.17364818, 0.98480775, 0.0], 1e-8);
    let fixed = keep_aspect(rotate, 4.0, 2.0);
    close(&matrix(fixed), &[0.98480775, 0.08682409, 0.0, -0.34729636, 0.98480775, 0.0], 1e-8);
    close(&matrix(zoom_matrix(1.1, (0.5, 0.5))), &[0.90909091, 0.0, 0.0, 0.0, 0.90909091, 0.0], 1e-8);
    let corner = zoom_matrix(1.1, (1.0, 0.0));
    close(&[corner.0[0][2], corner.0[1][2]], &[0.09090909, -0.09090909], 1e-8);
    let all = flip_matrix().after(rotate).after(zoom_matrix(1.1, (0.25, 0.75)));
    let want = [-0.89527978, -0.15786198, 0.03687089, -0.15786198, 0.89527978, 0.05265709];
    close(&matrix(all), &want, 1e-8);
}

/// A draw whose whole geometry is `unit`, on fastai's convention of aligned corners.
fn sample(plane: &[f32], from: Size, to: Size, unit: Map) -> Vec<f64> {
    let side = |size: Size| (f64::from(size.width), f64::from(size.height));
    let ((w, h), (ow, oh)) = (side(from), side(to));
    let map = Map::from_unit(w, h, true).after(unit).after(Map::to_unit(ow, oh, true));
    let draw = Draw { map, size: to, ..PictureTransforms::new().draw(from, None).unwrap() };
    draw.sample(plane).into_iter().map(f64::from).collect()
}

fn counting(size: Size) -> Vec<f32> {
    (0..size.pixels()).map(|i| i as f32).collect()
}

#[test]
fn sampling_with_reflection() {
    let size = Size::new(4, 3);
    let plane = counting(size);
    let see = |unit| sample(&plane, size, size, unit);
    close(&see(flip_matrix()), &[3., 2., 1., 0., 7., 6., 5., 4., 11., 10., 9., 8.], 1e-5);
    let zoomed = [1.1, 1.9, 2.7, 3.5, 4.3, 5.1, 5.9, 6.7, 7.5, 8.3, 9.1, 9.9];
    close(&see(zoom_matrix(1.25, (0.5, 0.5))), &zoomed, 1e-5);
    let turned = [
        3.564103, 1.929275, 1.723503, 4.367306, 6.867629, 5.955876, 5.044124, 4.132371, 6.632694, 9.276497, 9.070725,
        7.435897,
    ];
    close(&see(keep_aspect(rotate_matrix(30.0), 4.0, 3.0)), &turned, 1e-5);
    close(&sample(&plane, size, Size::square(2), Map::IDENTITY), &[0., 3., 8., 11.], 1e-5);
    let warped = [0.666667, 1., 2., 4., 4., 4.75, 5.714286, 7., 7.333333, 8.5, 9.428571, 10.];
    close(&see(warp_matrix(0.2, 0.0).unwrap()), &warped, 1e-5);
}

#[test]
fn the_eight_symmetries() {
    let size = Size::square(3);
    let plane = counting(size);
    let want: [[f64; 9]; 8] = [
        [0., 1., 2., 3., 4., 5., 6., 7., 8.],
        [2., 1., 0., 5., 4., 3., 8., 7., 6.],
        [6., 7., 8., 3., 4., 5., 0., 1., 2.],
        [2., 5., 8., 1., 4., 7., 0., 3., 6.],
        [8., 7., 6., 5., 4., 3., 2., 1., 0.],
        [6., 3., 0., 7., 4., 1., 8., 5., 2.],
        [0., 3., 6., 1., 4., 7., 2., 5., 8.],
        [8., 5., 2., 7., 4., 1., 6., 3., 0.],
    ];
    for (symmetry, want) in want.iter().enumerate() {
        close(&sample(&plane, size, size, dihedral_matrix(symmetry)), want, 1e-6);
        // as an item transform, through the fast path, on a picture that is not square
        let picture = image::RgbImage::from_fn(3, 2, |x, y| image::Rgb([(10 * (y * 3 + x)) as u8; 3]));
        let frame = Frame::whole(Size::new(3, 2)).turned(symmetry);
        let plain = PictureTransforms::new().draw(Size::new(3, 2), None).unwrap();
        let draw = Draw { map: frame.map, size: frame.size, ..plain };
        let gray: Vec<f32> = picture.pixels().map(|pixel| f32::from(pixel.0[0])).collect();
        assert_eq!(draw.sample(&gray), draw.mask(&gray, 0.0), "symmetry {symmetry}");
    }
}

#[test]
fn warp_coefficients() {
    let coefficients = |x, y| warp_matrix(x, y).unwrap().0.concat();
    close(&coefficients(0.2, 0.0), &[1., 0., -0.2, 0., 1., 0., -0.2, 0., 1.], 1e-8);
    let want = [1., -0.04210526, -0.10842105, -0.04210526, 1., 0.20421053, -0.10842105, 0.20421053, 1.];
    close(&coefficients(0.1, -0.2), &want, 1e-8);
    let (x, y) = warp_matrix(0.1, -0.2).unwrap().point(0.5, -0.5);
    close(&[x, y], &[0.48908297, -0.37554585], 1e-8);
    let (x, y) = warp_matrix(0.2, 0.0).unwrap().point(0.0, 0.0);
    close(&[x, y], &[-0.2, 0.0], 1e-12);
}

#[test]
fn lighting_formulas() {
    let gray = |lighting: Lighting, x: f32| f64::from(lighting.apply([x; 3])[0]);
    let brightness = |b| Lighting { brightness: Some(b), ..Lighting::NONE };
    let contrast = |c| Lighting { contrast: Some(c), ..Lighting::NONE };
    let got = [
        gray(brightness(0.6), 0.5),
        gray(brightness(0.6), 0.25),
        gray(brightness(0.4), 0.2),
        gray(contrast(0.8), 0.2),
        gray(contrast(1.25), 0.2),
        gray(contrast(0.8), 0.5),
        gray(contrast(1.25), 0.9),
        gray(Lighting { brightness: Some(0.6), contrast: Some(0.8), ..Lighting::NONE }, 0.25),
    ];
    let want = [0.6, 0.33333333, 0.14285714, 0.24805075, 0.15022110, 0.5, 0.93971712, 0.36481689];
    close(&got, &want, 1e-6);
    let colour = |lighting: Lighting| lighting.apply([0.2, 0.5, 0.8]).map(f64::from);
    let saturation = |s| Lighting { saturation: Some(s), ..Lighting::NONE };
    close(&colour(saturation(0.5)), &[0.30548563, 0.46800306, 0.63760502], 1e-6);
    close(&colour(saturation(0.0)), &[0.43626711; 3], 1e-6);
    close(&colour(Lighting { hue: Some(1.05), ..Lighting::NONE }), &[0.2, 0.32, 0.8], 1e-6);
    close(&[gray(brightness(0.5), 0.0), gray(brightness(0.5), 1.0)], &[1e-7, 1.0 - 1e-7], 1e-7);
}

#[test]
fn normalisation() {
    let picture = image::RgbImage::from_pixel(2, 1, image::Rgb([51, 102, 204]));
    let transforms = PictureTransforms::new().with_normalize(Normalize::imagenet());
    let (size, planes) = transforms.planes(&picture, None, &mut Scratch::default()).unwrap();
    assert_eq!(size, Size::new(2, 1));
    let want = [(0.2 - 0.485) / 0.229, (0.4 - 0.456) / 0.224, (0.8 - 0.406) / 0.225];
    let got: Vec<f64> = planes.iter().step_by(2).map(|x| f64::from(*x)).collect();
    close(&got, &want, 1e-6);
    assert_eq!(Normalize::imagenet().decode(&planes, size), picture);
    let Normalize { mean, std } = Normalize::imagenet();
    let half = std::array::from_fn::<f64, 3, _>(|c| f64::from((0.5 - mean[c]) / std[c]));
    close(&half, &[0.06550218, 0.19642857, 0.41777778], 1e-6);
}

/// A gray picture through `Resize::squish`, back as bytes.
fn squished(width: u32, bytes: &[u8], to: Size) -> Vec<u8> {
    let height = bytes.len() as u32 / width;
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([bytes[(y * width + x) as usize]; 3]));
    let transforms = PictureTransforms::new().with_item(Resize::squish(to));
    let (size, planes) = transforms.planes(&picture, None, &mut Scratch::default()).unwrap();
    Normalize::none().decode(&planes, size).pixels().map(|pixel| pixel.0[0]).collect()
}

#[test]
fn a_resize_is_pillows_bilinear() {
    let near = |got: &[u8], want: &[u8]| {
        let close = got.len() == want.len() && got.iter().zip(want).all(|(g, w)| g.abs_diff(*w) <= 1);
        assert!(close, "\n got {got:?}\nwant {want:?}");
    };
    let ramp: Vec<u8> = (0..48).map(|i| 5 * i).collect();
    near(&squished(8, &ramp, Size::new(4, 3)), &[33, 42, 52, 60, 104, 113, 123, 131, 175, 184, 194, 202]);
    near(&squished(8, &ramp, Size::new(3, 2)), &[56, 68, 79, 156, 168, 179]);
    near(&squished(8, &ramp, Size::new(10, 7))[..10], &[0, 4, 8, 11, 15, 20, 24, 28, 31, 35]);
    let noise = [
        172, 47, 117, 192, 67, 251, 195, 103, 9, 211, 21, 242, 36, 87, 70, 216, 88, 140, 58, 193, 230, 39, 87, 174, 88,
        81, 165, 25, 77, 72, 9, 148, 115, 208, 243,
    ];
    let want = [95, 121, 139, 153, 104, 127, 113, 150, 69, 92, 125, 165];
    near(&squished(7, &noise, Size::new(4, 3)), &want);
}

#[test]
fn draws_have_fastais_ranges_and_probabilities() {
    let augment = aug_transforms();
    let only_rotate = aug_transforms().flip(false).max_warp(0.0).zoom(1.0, 1.0);
    let only_flip = aug_transforms().max_rotate(0.0).max_warp(0.0).zoom(1.0, 1.0);
    let (mut flipped, mut turned, mut lit) = (0, 0, 0);
    let n = 10_000;
    for item in 0..n {
        let size = Size::square(100);
        let lighting = augment.draw(size, Some(&mut Chance::new(1, 2, item))).lighting;
        if let Some(brightness) = lighting.brightness {
            lit += 1;
            assert!((0.4..=0.6).contains(&brightness));
        }
        assert!(lighting.contrast.is_none_or(|contrast| (0.799..=1.251).contains(&contrast)));
        assert_eq!((lighting.saturation, lighting.hue), (None, None));
        let map = only_rotate.draw(size, Some(&mut Chance::new(3, 4, item))).map;
        turned += u32::from(map.0[0][1].abs() > 1e-12);
        assert!(map.0[0][1].abs() <= libm_sin_10() + 1e-9);
        flipped += u32::from(only_flip.draw(size, Some(&mut Chance::new(5, 6, item))).map.0[0][0] < 0.0);
    }
    let share = |count: u32| f64::from(count) / n as f64;
    close(&[share(flipped), share(turned), share(lit)], &[0.5, 0.75, 0.75], 0.02);
}

fn libm_sin_10() -> f64 {
    0.17364817766693033
}

#[test]
fn cut_mix_boxes() {
    let size = Size::square(32);
    let patch = CutMix::patch(size, 0.64, (30, 5));
    assert_eq!(patch, Patch { left: 21, top: 0, size: Size::new(11, 14) });
    assert_eq!(1.0 - patch.size.pixels() as f64 / 1024.0, 0.849609375);
    let patch = CutMix::patch(size, 0.3, (30, 5));
    assert_eq!(patch, Patch { left: 17, top: 0, size: Size::new(15, 18) });
    assert_eq!(1.0 - patch.size.pixels() as f64 / 1024.0, 0.736328125);
}
