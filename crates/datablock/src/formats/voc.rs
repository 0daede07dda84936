//! PASCAL VOC's XML files.

use std::path::Path;
use std::str::FromStr;

use firelight_transforms::Size;
use roxmltree::{Document, Node};

use super::{refusal, text_of};
use crate::{Box4, DataError};

/// What an XML file of PASCAL VOC says of a picture, as those of Oxford-IIIT Pet (`annotations/xmls`). [`Voc`](crate::Voc) finds the file of
/// an item for a block.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("Abyssinian_1.xml");
/// # std::fs::write(&file, "<annotation><size><width>600</width><height>400</height></size><object><name>cat</name><bndbox>\
/// #     <xmin>333</xmin><ymin>72</ymin><xmax>425</xmax><ymax>158</ymax></bndbox></object></annotation>")?;
/// use firelight_datablock::VocAnnotation;
///
/// let cat = VocAnnotation::read(&file)?; // xmin 333, ymin 72, xmax 425, ymax 158
/// assert_eq!(cat.objects[0].name, "cat");
/// assert_eq!(cat.objects[0].area, [332.0, 71.0, 425.0, 158.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VocAnnotation {
    /// The picture's file, as it is written.
    pub file_name: Option<String>,
    /// The picture's size in pixels; `None` where it is not told, or 0.
    pub size: Option<Size>,
    /// What is in the picture, in the file's order; there may be nothing.
    pub objects: Vec<VocObject>,
}

/// One object of a [`VocAnnotation`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VocObject {
    /// The class.
    pub name: String,
    /// Left, top, right and bottom in pixels; (0, 0) is the outer corner of the first pixel. VOC counts pixels from 1 and its box has those of
    /// `xmin` and `xmax` in it, so that this is `xmin - 1`, `ymin - 1`, `xmax`, `ymax`.
    pub area: Box4,
    /// Whether it is hard to recognise. `false` where this and the next two are not told.
    pub difficult: bool,
    /// Whether the box has only a part of it.
    pub truncated: bool,
    /// Whether something hides a part of it.
    pub occluded: bool,
    /// From where it is seen, as `Frontal`; `None` where this is not told, or `Unspecified`.
    pub pose: Option<String>,
}

impl VocAnnotation {
    /// Reads a file: UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    ///
    /// [`DataError::Unreadable`] for a file that cannot be read, and [`AnnotationError::Unfit`](crate::AnnotationError::Unfit) for one that is no XML or has not what VOC's
    /// have: an object without a name or a box, a side of a box that is no number, a box whose sides are exchanged or that lies outside the
    /// picture of the size that is told.
    pub fn read(file: impl AsRef<Path>) -> Result<Self, DataError> {
        opened(file.as_ref(), |root, reader| {
            let size = child(root, "size").map(|size| reader.size(size)).transpose()?.filter(|size| size.pixels() > 0);
            Ok(Self {
                file_name: text_in(root, "filename").map(str::to_owned),
                size,
                objects: objects(root).map(|object| reader.object(object, size)).collect::<Result<_, _>>()?,
            })
        })
    }

    /// The classes of a file's objects, each once, whatever their boxes are.
    pub(super) fn names(file: &Path) -> Result<Vec<String>, DataError> {
        opened(file, |root, reader| {
            let mut names = Vec::new();
            for object in objects(root) {
                let name = reader.name(object)?.to_owned();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            Ok(names)
        })
    }

    /// The object of the largest box, the first of equals; `None` where there is no object.
    pub fn largest(&self) -> Option<&VocObject> {
        let area = |object: &VocObject| {
            let [left, top, right, bottom] = object.area;
            (right - left) * (bottom - top)
        };
        // `max_by` has the last of equals.
        self.objects.iter().rev().max_by(|a, b| area(a).total_cmp(&area(b)))
    }
}

/// What is taken of a file's outermost element.
fn opened<T>(
    file: &Path,
    take: impl FnOnce(Node<'_, '_>, &Reader<'_>) -> Result<T, DataError>,
) -> Result<T, DataError> {
    let text = text_of(file)?;
    let document = Document::parse(&text)
        .map_err(|why| refusal(file, None, format!("it is no XML: {why}"), "mend it, or take the file out"))?;
    let (root, reader) = (document.root_element(), Reader { file, document: &document });
    if !root.has_tag_name("annotation") {
        let what = format!("the outermost element is <{}>, not <annotation>", root.tag_name().name());
        return Err(reader.refuse(root, what, "give a file as PASCAL VOC has them"));
    }
    take(root, &reader)
}

fn objects<'a, 'input>(root: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    root.children().filter(|child| child.has_tag_name("object"))
}

/// Reads elements and says on which line one is wrong.
struct Reader<'a> {
    file: &'a Path,
    document: &'a Document<'a>,
}

impl Reader<'_> {
    fn object(&self, object: Node, picture: Option<Size>) -> Result<VocObject, DataError> {
        let name = self.name(object)?;
        let Some(sides) = child(object, "bndbox") else {
            return Err(self.refuse(object, format!("the {name:?} has no <bndbox>"), "give its box, or take it out"));
        };
        let side = |tag| self.number::<f32>(sides, tag);
        let [left, top, right, bottom] = [side("xmin")?, side("ymin")?, side("xmax")?, side("ymax")?];
        if right < left || bottom < top {
            let what =
                format!("the box of the {name:?} has its sides exchanged: x {left} to {right}, y {top} to {bottom}");
            return Err(self.refuse(sides, what, "exchange them"));
        }
        let area = [left - 1.0, top - 1.0, right, bottom];
        if let Some(picture) = picture.filter(|&picture| is_outside(&area, picture)) {
            let what = format!(
                "the box of the {name:?}, x {left} to {right}, y {top} to {bottom}, lies outside the picture, which is {picture} by its <size>"
            );
            return Err(self.refuse(sides, what, "mend the box or the <size>, or take the object out"));
        }
        Ok(VocObject {
            name: name.to_owned(),
            area,
            difficult: self.flag(object, "difficult")?,
            truncated: self.flag(object, "truncated")?,
            occluded: self.flag(object, "occluded")?,
            pose: text_in(object, "pose").filter(|pose| *pose != "Unspecified").map(str::to_owned),
        })
    }

    fn name<'a>(&self, object: Node<'a, '_>) -> Result<&'a str, DataError> {
        text_in(object, "name").ok_or_else(|| self.refuse(object, "an <object> has no <name>", "name it"))
    }

    fn size(&self, size: Node) -> Result<Size, DataError> {
        Ok(Size::new(self.number(size, "width")?, self.number(size, "height")?))
    }

    fn number<N: FromStr + Finite>(&self, parent: Node, tag: &str) -> Result<N, DataError> {
        let Some(text) = text_in(parent, tag) else {
            let what = format!("the <{}> has no <{tag}>", parent.tag_name().name());
            return Err(self.refuse(parent, what, "write one"));
        };
        text.parse().ok().filter(N::is_finite).ok_or_else(|| {
            let at = child(parent, tag).unwrap_or(parent);
            self.refuse(at, format!("the <{tag}> is {text:?}, which is no {}", N::KIND), "write one")
        })
    }

    fn flag(&self, object: Node, tag: &str) -> Result<bool, DataError> {
        match text_in(object, tag).unwrap_or_default().to_ascii_lowercase().as_str() {
            "1" | "true" => Ok(true),
            "" | "0" | "false" | "unspecified" => Ok(false),
            other => {
                let at = child(object, tag).unwrap_or(object);
                Err(self.refuse(at, format!("the <{tag}> is {other:?}, which is neither 0 nor 1"), "write 0 or 1"))
            }
        }
    }

    fn refuse(&self, at: Node, what: impl Into<String>, remedy: &str) -> DataError {
        let line = self.document.text_pos_at(at.range().start).row;
        refusal(self.file, Some(line.into()), what, remedy)
    }
}

/// What a number in a file has to be.
trait Finite {
    const KIND: &str;

    fn is_finite(&self) -> bool;
}

impl Finite for f32 {
    const KIND: &str = "finite number";

    fn is_finite(&self) -> bool {
        f32::is_finite(*self)
    }
}

impl Finite for u32 {
    const KIND: &str = "whole number";

    fn is_finite(&self) -> bool {
        true
    }
}

fn child<'a, 'input>(parent: Node<'a, 'input>, tag: &str) -> Option<Node<'a, 'input>> {
    parent.children().find(|child| child.has_tag_name(tag))
}

/// The text of an element below `parent`, unless it is empty.
fn text_in<'a>(parent: Node<'a, '_>, tag: &str) -> Option<&'a str> {
    child(parent, tag)?.text().map(str::trim).filter(|text| !text.is_empty())
}

/// Whether a box has no pixel of a picture, though it has some elsewhere.
fn is_outside([left, top, right, bottom]: &Box4, picture: Size) -> bool {
    let (width, height) = (picture.width as f32, picture.height as f32);
    right > left && bottom > top && (*left >= width || *top >= height || *right <= 0.0 || *bottom <= 0.0)
}
