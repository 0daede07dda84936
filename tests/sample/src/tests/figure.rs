use super::super::animal::{Animal, Pose};
use super::super::annotation::{Figure, eyes_row, trimap, voc};
use super::super::breed::{BREEDS, Look, Species};
use super::super::brush::{Canvas, Layer, Outline, Tint};
use super::super::chance::Chance;
use super::annotations::{numbers, well_formed};

fn canvas() -> Canvas {
    Canvas::new(40, 30, (-0.5, -0.8)).unwrap()
}

/// What a canvas shows wherever its ground is another is not covered: the picture's own word on where the animal is.
#[test]
fn the_mask_is_where_the_paint_is() {
    let painted = |breed: usize, index: usize, ground: Tint| {
        let mut chance = Chance::of(5, breed, index);
        let mut canvas = Canvas::new(160, 120, (-0.5, -0.8)).unwrap();
        canvas.fill(&Outline::block(0.0, 0.0, 160.0, 120.0), ground, 1.0);
        let look = Look::of(breed, &mut chance);
        let pose = [Pose::Standing, Pose::Sitting, Pose::Lying, Pose::Portrait][index % 4];
        let room = pose.extent(&look);
        let zoom = (160.0 / room.width()).min(120.0 / room.height());
        let place = canvas.place().pre_translate(80.0, 60.0).pre_scale(zoom, zoom);
        let (x, y) = room.at(0.5, 0.5);
        canvas.move_to(place.pre_translate(-x, -y));
        canvas.enter(Layer::Body);
        let turn = chance.bell(-0.6, 1.0);
        let animal = Animal { look: &look, canvas: &mut canvas, chance: &mut chance, turn, eyes: [(0.0, 0.0); 2] };
        animal.paint(pose);
        canvas
    };
    for (breed, index) in (0..BREEDS.len()).flat_map(|breed| (0..8).map(move |index| (breed, index))) {
        let (dark, light) = (Tint::hex(0), Tint::hex(0x00FF_FFFF));
        let (dark, light) = (painted(breed, index, dark), painted(breed, index, light));
        let animal = dark.animal();
        let mut strays = 0;
        for ((is, one), other) in animal.iter().zip(dark.colours()).zip(light.colours()) {
            let covered = 1.0 - (f32::from(other[1]) - f32::from(one[1])) / 255.0;
            // Shade lies on the paint of a half covered pixel, which covers a little more of it; the figure has the shape alone.
            assert!(!is || covered > 0.49, "breed {breed}, {index}: an animal's pixel shows {covered} of it");
            strays += usize::from(!is && covered > 0.85);
        }
        // Whiskers.
        let all = animal.iter().filter(|is| **is).count();
        assert!(
            strays * 100 < all,
            "breed {breed}, {index}: {strays} pixels of an animal of {all} are not in its figure"
        );
    }
}

#[test]
fn a_band_of_three_pixels_lies_along_the_outline_and_not_along_the_edge_of_the_picture() {
    let mut canvas = canvas();
    canvas.enter(Layer::Body);
    canvas.fill(&Outline::block(0.0, 0.0, 20.0, 30.0), Tint::WHITE, 1.0);
    let trimap = trimap(&Figure::new(&canvas, &canvas.head(), [(0.0, 0.0); 2]));
    for row in trimap.rows() {
        let codes: Vec<u8> = row.map(|pixel| pixel.0[0]).collect();
        assert_eq!(codes, [vec![1; 19], vec![3; 3], vec![2; 18]].concat());
    }
}

#[test]
fn a_pixel_is_the_animals_where_more_than_half_of_it_is() {
    // The painter tells quarters of a pixel apart.
    for (edge, last) in [(20.3, 19), (20.7, 20)] {
        let mut canvas = canvas();
        canvas.enter(Layer::Body);
        canvas.fill(&Outline::block(0.0, 0.0, edge, 30.0), Tint::BLACK, 1.0);
        assert_eq!(canvas.animal().iter().take(40).rposition(|is| *is), Some(last));
    }
}

#[test]
fn what_stands_before_hides_and_what_is_behind_or_a_glow_does_not() {
    let mut canvas = canvas();
    let block = Outline::block(10.0, 10.0, 10.0, 10.0);
    let seen = |canvas: &Canvas| canvas.animal().iter().filter(|is| **is).count();
    canvas.fill(&block, Tint::WHITE, 1.0);
    assert_eq!(seen(&canvas), 0);
    canvas.enter(Layer::Head);
    canvas.fill(&block, Tint::WHITE, 1.0);
    assert_eq!((seen(&canvas), canvas.head()), (100, canvas.animal()));
    let head = canvas.head();
    canvas.enter(Layer::Before);
    canvas.glow((15.0, 15.0), (9.0, 9.0), Tint::BLACK, 1.0);
    canvas.fill(&block, Tint::BLACK, 0.3);
    assert_eq!(seen(&canvas), 100);
    canvas.line(&[(12.0, 0.0), (12.0, 30.0)], Tint::WHITE, 1.0, 4.0);
    assert_eq!(seen(&canvas), 60);
    canvas.fade(&Outline::block(0.0, 15.0, 40.0, 15.0), Tint::WHITE, Tint::BLACK);
    assert_eq!(seen(&canvas), 30);

    // One eye is seen, the other behind the line; the box is that of all of the head.
    let figure = Figure::new(&canvas, &head, [(11.5, 12.25), (17.0, 12.5)]);
    assert_eq!(eyes_row("pug_1.jpg", &figure), "pug_1.jpg,,,17.00,12.50\n");
    let xml = voc(&figure, "pug_1.jpg", Species::Dog);
    let cells = ["truncated", "occluded", "xmin", "ymin", "xmax", "ymax"].map(|name| numbers(&xml, name)[0]);
    assert_eq!(cells, [0, 1, 11, 11, 20, 20]);
}

#[test]
fn a_head_outside_has_no_box_and_eyes_outside_have_no_place() {
    let mut canvas = canvas();
    canvas.enter(Layer::Head);
    canvas.fill(&Outline::block(-20.0, 5.0, 15.0, 10.0), Tint::WHITE, 1.0);
    let eyes = [(-12.0, 8.0), (f32::NAN, 8.0)];
    let figure = Figure::new(&canvas, &canvas.head(), eyes);
    assert_eq!((figure.head, figure.eyes), (None, [None, None]));
    assert_eq!(eyes_row("pug_1.jpg", &figure), "pug_1.jpg,,,,\n");
    let xml = voc(&figure, "pug_1.jpg", Species::Dog);
    assert!(well_formed(&xml) && !xml.contains("object"), "{xml}");
}
