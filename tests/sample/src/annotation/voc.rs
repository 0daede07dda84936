//! PASCAL VOC's description of a picture and the box around the head.

use super::super::breed::Species;
use super::{Figure, Head};

/// The XML file of the picture `file`. Pixels are counted from 1, the last ones included; a picture without a head has no object.
pub fn voc(figure: &Figure, file: &str, species: Species) -> String {
    let Figure { width, height, .. } = figure;
    let object = figure.head.map(|head| object(head, species)).unwrap_or_default();
    format!(
        "<annotation>
\t<folder>sample</folder>
\t<filename>{file}</filename>
\t<source>
\t\t<database>Firelight sample set</database>
\t\t<annotation>Firelight</annotation>
\t\t<image>drawn</image>
\t</source>
\t<size>
\t\t<width>{width}</width>
\t\t<height>{height}</height>
\t\t<depth>3</depth>
\t</size>
\t<segmented>1</segmented>
{object}</annotation>
"
    )
}

/// The head. Its pose is not told, since animals look anywhere between ahead and back.
fn object(head: Head, species: Species) -> String {
    let name = species.name();
    let (left, top, right, bottom) = (head.left + 1, head.top + 1, head.right, head.bottom);
    let (truncated, occluded) = (u8::from(head.truncated), u8::from(head.occluded));
    format!(
        "\t<object>
\t\t<name>{name}</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>{truncated}</truncated>
\t\t<occluded>{occluded}</occluded>
\t\t<bndbox>
\t\t\t<xmin>{left}</xmin>
\t\t\t<ymin>{top}</ymin>
\t\t\t<xmax>{right}</xmax>
\t\t\t<ymax>{bottom}</ymax>
\t\t</bndbox>
\t\t<difficult>0</difficult>
\t</object>
"
    )
}
