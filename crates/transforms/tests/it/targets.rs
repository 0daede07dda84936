//! Points, boxes and masks move with the picture.

use firelight_transforms::*;

#[test]
fn a_point_lands_where_its_pixel_is_seen() {
    // one white pixel in a black picture, followed through a crop, a flip and a resize
    let size = Size::new(60, 40);
    let transforms = PictureTransforms::new().with_item(Resize::crop(20)).with_item(FlipItem::new(1.0));
    let draw = transforms.draw(size, Some(&mut Chance::new(0, 0, 0))).unwrap();
    let (x, y) = draw.map.point(7.5, 12.5);
    let (column, row) = (x.floor(), y.floor());
    let mut mask = vec![0_u16; 60 * 40];
    for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        mask[((row.floor() as usize & !1) + dy) * 60 + (column as usize & !1) + dx] = 1;
    }
    let seen = draw.mask(&mask, 9);
    assert_eq!(seen.iter().filter(|value| **value == 1).count(), 1);
    assert_eq!(seen[12 * 20 + 7], 1);
    let (u, v) = draw.point(x, y).unwrap();
    assert!((u - 7.5).abs() < 1e-9 && (v - 12.5).abs() < 1e-9);
}

#[test]
fn a_box_is_cut_to_what_is_seen() {
    let draw = PictureTransforms::new().with_item(Resize::crop(20)).draw(Size::new(60, 40), None).unwrap();
    // the crop shows columns 10 to 50 at half size
    assert_eq!(draw.area(Area::new(20.0, 10.0, 10.0, 20.0)), Some(Area::new(5.0, 5.0, 5.0, 10.0)));
    assert_eq!(draw.area(Area::new(0.0, 0.0, 14.0, 40.0)), Some(Area::new(0.0, 0.0, 2.0, 20.0)));
    assert_eq!(draw.area(Area::new(0.0, 0.0, 10.0, 40.0)), None);
}

#[test]
fn a_mask_pads_as_its_picture() {
    let mask = [1, 2, 3];
    let see = |pad| {
        let draw = PictureTransforms::new().with_item(CropPad::new(Size::new(7, 1)).with_pad_mode(pad));
        draw.draw(Size::new(3, 1), None).unwrap().mask(&mask, 0)
    };
    assert_eq!(see(PadMode::Reflection), [3, 2, 1, 2, 3, 2, 1].map(|x| x).to_vec());
    assert_eq!(see(PadMode::Border), [1, 1, 1, 2, 3, 3, 3]);
    assert_eq!(see(PadMode::Zeros), [0, 0, 1, 2, 3, 0, 0]);
}

#[test]
fn a_mask_shrinks_by_pillows_nearest() {
    let mask: Vec<u8> = (0..48).map(|i| 5 * i).collect();
    let shrink = PictureTransforms::new().with_item(Resize::squish(Size::new(4, 3)));
    let seen = shrink.draw(Size::new(8, 6), None).unwrap().mask(&mask, 0);
    assert_eq!(seen, [45, 55, 65, 75, 125, 135, 145, 155, 205, 215, 225, 235]);
}
