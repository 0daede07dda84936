//! What is learned from the objects that COCO's files or YOLO's texts list.

use std::collections::BTreeSet;
use std::path::Path;

use firelight::datablock::CocoPicture;
use firelight::prelude::*;

use super::coco::Listed;
use super::{Found, Guess, chance, listed, pictures};
use crate::cli::Kind;
use crate::objects::compare_sizes;
use crate::recipe::{Labels, ObjectTarget, SplitBy};

/// What a file says of its pictures, and another of those that validate; `left` are files that are left out.
pub fn objects(train: Listed, valid: Option<Listed>, left: &[String], found: &Found) -> Result<Guess> {
    let classes = classes(&train, valid.as_ref(), found)?;
    let mut said = vec![format!("{}{}", pictures(train.there()), train.place())];
    let mut there = train.pictures(&classes, found)?;
    let first = there.len();
    if let Some(valid) = &valid {
        said.push(format!("the {}{} validate", pictures(valid.there()), valid.place()));
        there.extend(valid.pictures(&classes, found)?);
    }
    let names = [Some(&train), valid.as_ref()].into_iter().flatten().flat_map(|listed| listed.coco.names());
    let ground = ground(&names.collect::<Vec<_>>());
    let told =
        Told { file: &train.file, is_yolo: train.yolo.is_some(), classes: &classes, ground: &ground, there, found };
    let learn = told.learned()?;
    if train.yolo.is_none() {
        let (there, validate) = told.there.split_at(first);
        compare_sizes(&train.file, there, learn)?;
        compare_sizes(valid.as_ref().map_or(&train.file, |valid| &valid.file), validate, learn)?;
    }
    said.insert(1, told.words(learn));
    said.extend(told.checked(learn)?);
    said.extend(told.inside(learn)?);
    if !left.is_empty() {
        said.push(format!("left out: {}", listed(left)));
    }
    let split = match valid {
        Some(Listed { yolo: Some(_), folder, .. }) => {
            let [train, valid] = [&train.folder, &folder].map(|folder| folder.display().to_string());
            SplitBy::Folders { train, valid }
        }
        Some(valid) => SplitBy::File { file: valid.told, pictures: valid.folder },
        None => chance(found.options),
    };
    let classes = if learn == ObjectTarget::Masks { with_ground(&ground, &classes) } else { classes };
    let labels = match train.yolo {
        Some(names) => Labels::Yolo { pictures: train.folder, names, learn, classes },
        None => Labels::Coco { file: train.told, pictures: train.folder, learn, classes },
    };
    Ok(Guess { data: found.data.to_path_buf(), labels, split, said })
}

/// The categories that count: those that were told, or all that have objects.
fn classes(train: &Listed, valid: Option<&Listed>, found: &Found) -> Result<Vec<String>> {
    let mut names: Vec<&str> = Vec::new();
    let mut used = BTreeSet::new();
    for listed in [Some(train), valid].into_iter().flatten() {
        names.extend(listed.coco.names().into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>());
        used.extend(listed.coco.pictures().iter().flat_map(CocoPicture::names));
    }
    let file = train.file.display();
    let told = &found.options.classes;
    if !told.is_empty() {
        let names = Vocab::ordered(names)?;
        for name in told {
            if names.find(name).is_none() {
                let near = names.suggest(name).map_or_else(String::new, |near| format!(" (did you mean {near:?}?)"));
                let all = listed(names.names());
                return Err(format!(
                    "labels: --classes names {name:?}{near}, which is no category of {file}; it has {all}"
                )
                .into());
            }
        }
        return Ok(Vocab::ordered(told).map_err(|error| format!("labels: --classes: {error}"))?.names().to_vec());
    }
    let used: Vec<String> = names.into_iter().filter(|name| used.contains(*name)).map(str::to_owned).collect();
    if used.is_empty() {
        return Err(match train.yolo {
            Some(_) => format!("labels: the texts whose classes {file} names list no object; write a line for each, or give other labels by --labels"),
            None => format!("labels: {file} lists pictures without any object; give a file with annotations by --labels"),
        }
        .into());
    }
    Ok(used)
}

/// A name for what no object has that no category has, though it does not count.
fn ground(names: &[&str]) -> String {
    let usual = ["ground", "background", "no object"].map(str::to_owned);
    let mut free = usual.into_iter().chain((2..).map(|number| format!("ground {number}")));
    free.find(|name| !names.contains(&name.as_str())).unwrap_or_default()
}

/// Names of the classes of pixels, before those of objects that of what no object has.
fn with_ground(ground: &str, classes: &[String]) -> Vec<String> {
    std::iter::once(ground.to_owned()).chain(classes.iter().cloned()).collect()
}

impl Listed {
    /// How many pictures are there.
    fn there(&self) -> usize {
        self.coco.pictures().len() - self.missing.len()
    }

    /// Whose they are, and where they lie, if not beside the file.
    fn place(&self) -> String {
        let (file, folder) = (self.file.display(), self.folder.display());
        match () {
            () if self.yolo.is_some() && self.folder.as_os_str().is_empty() => {
                format!(" with labels of YOLO, whose classes {file} names")
            }
            () if self.yolo.is_some() => format!(" in {folder}/ with labels of YOLO, whose classes {file} names"),
            () if self.told.parent() == Some(&self.folder) => format!(" of {file}"),
            () => format!(" of {file}, which lie in {folder}/"),
        }
    }

    /// Those that are there, with the objects that count; others are an error, unless they are to be left out.
    fn pictures(&self, classes: &[String], found: &Found) -> Result<Vec<CocoPicture>> {
        if let (Some(first), false) = (self.missing.first(), found.options.skip_broken) {
            return Err(format!(
                "labels: {} of {} pictures of {} are not in {}, the first {first:?}; --skip-broken leaves them out",
                self.missing.len(),
                self.coco.pictures().len(),
                self.file.display(),
                found.data.join(&self.folder).display()
            )
            .into());
        }
        let mut there = self.coco.clone().with_categories(classes).into_items(found.data.join(&self.folder));
        there.retain(|picture| picture.file().is_file());
        Ok(there)
    }
}

/// What files say.
struct Told<'a> {
    file: &'a Path,
    is_yolo: bool,
    classes: &'a [String],
    ground: &'a str,
    there: Vec<CocoPicture>,
    found: &'a Found<'a>,
}

impl Told<'_> {
    /// What was asked for, or the class where each picture has one.
    fn learned(&self) -> Result<ObjectTarget> {
        let refused = |why: &str| Err(format!("labels: {} {why}", self.file.display()).into());
        match self.found.options.kind {
            Some(Kind::Class) => return Ok(ObjectTarget::Class),
            Some(Kind::Tags) => return Ok(ObjectTarget::Tags),
            Some(Kind::Masks) => return Ok(ObjectTarget::Masks),
            Some(Kind::Box) => return Ok(ObjectTarget::Box),
            Some(Kind::Numbers) => return refused("has objects and no numbers; take --kind class, tags, masks or box"),
            None => {}
        }
        let is_one = self.there.iter().all(|picture| ObjectTarget::Class.is_told(picture));
        match (is_one, self.classes) {
            (true, [only]) => Err(self.alone(only)),
            (true, _) => Ok(ObjectTarget::Class),
            (false, _) => Ok(ObjectTarget::Tags),
        }
    }

    /// Why one class is refused.
    fn alone(&self, only: &str) -> firelight::Error {
        format!(
            "labels: {} has objects of {only:?} alone in every picture, which is nothing to tell apart; --kind box learns where one is, and --kind masks \
             which pixels they have",
            self.file.display()
        )
        .into()
    }

    /// In words, as `look` and `train` say it.
    fn words(&self, learn: ObjectTarget) -> String {
        let (count, names) = (self.classes.len(), listed(self.classes));
        match learn {
            ObjectTarget::Class => format!("{count} classes, the category of a picture's objects: {names}"),
            ObjectTarget::Tags => {
                let empty = self.there.iter().filter(|picture| picture.objects().is_empty()).count();
                let without = if empty > 0 { format!("; {} with none", pictures(empty)) } else { String::new() };
                format!("any of {count} classes, the categories of a picture's objects: {names}{without}")
            }
            ObjectTarget::Masks => {
                format!(
                    "{} classes of pixels, drawn from outlines: {}",
                    count + 1,
                    listed(&with_ground(self.ground, self.classes))
                )
            }
            ObjectTarget::Box => format!("a box, that of a picture's only object: {names}"),
        }
    }

    /// Refuses pictures whose objects do not say that, unless these are to be left out, which is said.
    fn checked(&self, learn: ObjectTarget) -> Result<Option<String>> {
        let wrong: Vec<&CocoPicture> = self.there.iter().filter(|picture| !learn.is_told(picture)).collect();
        if learn == ObjectTarget::Class && (wrong.is_empty() || self.found.options.skip_broken) {
            let names: BTreeSet<String> = self.there.iter().filter_map(|picture| picture.class().ok()).collect();
            if let (1, Some(only)) = (names.len(), names.first()) {
                return Err(self.alone(only));
            }
        }
        let Some(first) = wrong.first() else { return Ok(None) };
        let boxes = |picture: &CocoPicture| picture.boxes().len();
        let (what, instead) = match learn {
            ObjectTarget::Class if first.objects().is_empty() => {
                ("no object".to_owned(), "--kind tags takes any number of classes")
            }
            ObjectTarget::Class => (first.names().join(", "), "--kind tags takes any number of classes"),
            ObjectTarget::Masks => {
                ("an object without one".to_owned(), "--classes takes the objects of some categories")
            }
            _ => (format!("{} boxes", boxes(first)), "--classes takes the objects of some categories"),
        };
        let needed = match learn {
            ObjectTarget::Masks if self.is_yolo => "an outline of each object (corners in place of a box)",
            ObjectTarget::Masks => "an outline of each object (`segmentation`)",
            ObjectTarget::Box => "one box",
            _ => "objects of one category",
        };
        let of = format!("{} of {} pictures", wrong.len(), self.there.len());
        if !self.found.options.skip_broken {
            return Err(format!(
                "labels: each picture is to have {needed}, and {of} of {} have not, the first {} ({what}); {instead}, and --skip-broken leaves them out",
                self.file.display(),
                first.file().display()
            )
            .into());
        }
        if wrong.len() == self.there.len() {
            return Err(format!(
                "labels: each picture is to have {needed}, and none of {} has; {instead}",
                self.file.display()
            )
            .into());
        }
        Ok(Some(format!("left out: {of}, that have not {needed}")))
    }

    /// Refuses boxes that lie beside their pictures, and says how many reach beyond them by more than rounding does.
    fn inside(&self, learn: ObjectTarget) -> Result<Option<String>> {
        let boxes = self.there.iter().filter(|_| learn == ObjectTarget::Box);
        let mut cut = 0;
        for (picture, [left, top, right, bottom]) in
            boxes.filter_map(|picture| Some((picture, picture.only_box().ok()?)))
        {
            let (width, height) = (picture.size().width as f32, picture.size().height as f32);
            if left >= width || top >= height || right <= 0.0 || bottom <= 0.0 {
                return Err(format!(
                    "labels: {} tells a box of {} from {left}, {top} to {right}, {bottom}, which lies outside the picture of {}; mend it, or leave it out",
                    self.file.display(),
                    picture.file().display(),
                    picture.size()
                )
                .into());
            }
            cut += usize::from(left < -1.0 || top < -1.0 || right > width + 1.0 || bottom > height + 1.0);
        }
        let boxes = if cut == 1 { "1 box, that reaches".to_owned() } else { format!("{cut} boxes, that reach") };
        Ok((cut > 0).then(|| format!("cut at the edge of the picture: {boxes} beyond it")))
    }
}
