use super::*;

fn xml(size: &str, [xmin, ymin, xmax, ymax]: [i32; 4]) -> String {
    format!(
        "<annotation>\n  {size}\n  <object>\n    <name>pug</name>\n    <bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax>\
         <ymax>{ymax}</ymax></bndbox>\n  </object>\n</annotation>\n"
    )
}

/// Of pictures whose XML files are alike but for the third's.
fn heads(third: &str) -> String {
    let set = set(&[]);
    for n in 1..=4 {
        let text = if n == 3 { third.to_owned() } else { xml("", [1, 1, 9, 9]) };
        if !text.is_empty() {
            std::fs::write(set.path().join(format!("xmls/{n}.xml")), text).expect("a file");
        }
    }
    let voc = || Voc::in_folder(set.path().join("xmls"));
    let one = DataBlock::new(ImageBlock::rgb(), BoxBlock::some(voc().largest_box()));
    let several = DataBlock::new(ImageBlock::rgb(), LabelledBoxBlock::new(voc().boxes()));
    let (one, several) = (said(one, &set, "images"), said(several, &set, "images"));
    assert_eq!(several.replace(" of \"pug\"", ""), one);
    one
}

#[test]
fn a_slip_in_one_names_it_and_its_line() {
    assert_eq!(
        heads(""),
        "annotations: set/images/3.png has no file at set/xmls/3.xml; check the folder and the names, leave the item out, or let items \
         without a file have no objects (`Voc::or_none`)"
    );
    let size = "<size><width>48</width><height>40</height></size>";
    assert_eq!(
        heads(&xml(size, [49, 1, 60, 9])),
        "annotations: set/xmls/3.xml, line 5: the box of the \"pug\", x 49 to 60, y 1 to 9, lies outside the picture, which is 48×40 by \
         its <size>; mend the box or the <size>, or take the object out"
    );
    // Without a size the picture tells.
    assert_eq!(
        heads(&xml("", [49, 1, 60, 9])),
        "set/images/3.png: input: the box 48 0 60 9 lies outside the picture of 48×40; give left, top, right and bottom in pixels of the \
         upright picture, or leave it out"
    );
    assert_eq!(
        heads(&xml("", [9, 1, 1, 9])),
        "annotations: set/xmls/3.xml, line 5: the box of the \"pug\" has its sides exchanged: x 9 to 1, y 1 to 9; exchange them"
    );
}
