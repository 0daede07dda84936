//! Imagenette and Imagewoof: ten classes of `ImageNet` each, easy and hard ones.

use std::fmt;
use std::path::{Path, PathBuf};

use super::PublishedDataset;
use crate::{Checksum, DownloadError, home};

/// Imagenette, below [`home`]: a folder with `train/` (9,469 pictures) and `val/` (3,925), in each a folder a class. The ten classes are
/// easily told apart: a fish, a dog, a church, and seven kinds of things.
///
/// fastai publishes them (<https://github.com/fastai/imagenette>); which folder is which class is in [`IMAGENETTE`].
///
/// ```no_run
/// use firelight_download::datasets::{PictureSize, imagenette};
///
/// let train = imagenette(PictureSize::Px160)?.join("train");
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// As [`PublishedDataset::fetch`], and [`DownloadError::NoHome`].
pub fn imagenette(size: PictureSize) -> Result<PathBuf, DownloadError> {
    imagenette_in(&home()?, size)
}

/// [`imagenette`] below another home.
///
/// ```no_run
/// use firelight_download::datasets::{PictureSize, imagenette_in};
///
/// let pictures = imagenette_in("/data".as_ref(), PictureSize::Px160)?;
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// As [`PublishedDataset::fetch`].
pub fn imagenette_in(home: &Path, size: PictureSize) -> Result<PathBuf, DownloadError> {
    Ok(PublishedDataset::imagenette(size).fetch(home)?.join(size.folder("imagenette2")))
}

/// Imagewoof, below [`home`]: a folder with `train/` (9,025 pictures) and `val/` (3,929), in each a folder a class: nine breeds of dogs, and
/// the dingo.
///
/// fastai publishes them (<https://github.com/fastai/imagenette>); which folder is which class is in [`IMAGEWOOF`].
///
/// ```no_run
/// use firelight_download::datasets::{PictureSize, imagewoof};
///
/// let train = imagewoof(PictureSize::Px160)?.join("train");
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// As [`PublishedDataset::fetch`], and [`DownloadError::NoHome`].
pub fn imagewoof(size: PictureSize) -> Result<PathBuf, DownloadError> {
    imagewoof_in(&home()?, size)
}

/// [`imagewoof`] below another home.
///
/// ```no_run
/// use firelight_download::datasets::{PictureSize, imagewoof_in};
///
/// let pictures = imagewoof_in("/data".as_ref(), PictureSize::Px160)?;
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// As [`PublishedDataset::fetch`].
pub fn imagewoof_in(home: &Path, size: PictureSize) -> Result<PathBuf, DownloadError> {
    Ok(PublishedDataset::imagewoof(size).fetch(home)?.join(size.folder("imagewoof2")))
}

/// How large the pictures of a published archive are.
///
/// ```
/// use firelight_download::datasets::PictureSize;
///
/// assert_eq!(PictureSize::default().to_string(), "160 px");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureSize {
    /// As `ImageNet` has them: archives of 1.3 to 1.6 GB.
    Full,
    /// The shorter side has 320 pixels: archives of about 330 MB.
    Px320,
    /// The shorter side has 160 pixels: archives of about 95 MB.
    #[default]
    Px160,
}

impl PictureSize {
    /// The name of an archive without its ending, and of the folder in it.
    fn folder(self, name: &str) -> String {
        match self {
            Self::Full => name.to_owned(),
            Self::Px320 => format!("{name}-320"),
            Self::Px160 => format!("{name}-160"),
        }
    }
}

impl fmt::Display for PictureSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Full => "full size",
            Self::Px320 => "320 px",
            Self::Px160 => "160 px",
        })
    }
}

impl PublishedDataset {
    /// Imagenette from fastai's server.
    pub fn imagenette(size: PictureSize) -> Self {
        let md5 = match size {
            PictureSize::Full => "fe2fc210e6bb7c5664d602c3cd71e612",
            PictureSize::Px320 => "3df6f0d01a2c9592104656642f5e78a3",
            PictureSize::Px160 => "e793b78cc4c9e9a4ccc0c1155377a412",
        };
        Self::of_fastai("imagenette", &size.folder("imagenette2"), md5)
    }

    /// Imagewoof from fastai's server.
    pub fn imagewoof(size: PictureSize) -> Self {
        let md5 = match size {
            PictureSize::Full => "9aafe18bcdb1632c4249a76c458465ba",
            PictureSize::Px320 => "0f46d997ec2264e97609196c95897a44",
            PictureSize::Px160 => "3d200a7be99704a0d7509be2a9fbfe15",
        };
        Self::of_fastai("imagewoof", &size.folder("imagewoof2"), md5)
    }

    fn of_fastai(name: &str, folder: &str, md5: &str) -> Self {
        Self::new(name, "https://s3.amazonaws.com/fast-ai-imageclas").with_archive(
            format!("{folder}.tgz"),
            folder,
            Checksum::md5(md5),
        )
    }
}

/// A class whose pictures are in a folder that is called by a number.
///
/// ```
/// use firelight_download::datasets::{IMAGENETTE, IMAGEWOOF};
///
/// let name_of = |folder: &str| IMAGENETTE.iter().chain(&IMAGEWOOF).find(|class| class.folder == folder).map(|class| class.name());
/// assert_eq!(name_of("n01440764"), Some("tench"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WordNetClass {
    /// The folder's name: the class's number in `WordNet`.
    pub folder: &'static str,
    /// What is above the class in `WordNet` 3.0, and the class itself: names between slashes, from `whole` down, above which there is one
    /// way for all (object, physical entity, entity).
    ///
    /// From some classes `WordNet` has more than one way up: here is the longest, and of equals the one that it lists first.
    pub path: &'static str,
}

impl WordNetClass {
    /// The class's name, `tench`.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

const fn class(folder: &'static str, path: &'static str) -> WordNetClass {
    WordNetClass { folder, path }
}

/// The classes of [`imagenette`].
///
/// ```
/// let paths: Vec<&str> = firelight_download::datasets::IMAGENETTE.iter().map(|class| class.path).collect(); // for a taxonomy
/// assert!(paths.iter().all(|path| path.starts_with("whole/")));
/// ```
pub const IMAGENETTE: [WordNetClass; 10] = [
    class(
        "n01440764",
        "whole/living thing/organism/animal/chordate/vertebrate/aquatic vertebrate/fish/bony fish/teleost fish/soft-finned fish/cypriniform fish/cyprinid/tench",
    ),
    class(
        "n02102040",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/hunting dog/sporting dog/spaniel/springer spaniel/English springer",
    ),
    class("n02979186", "whole/artifact/instrumentality/equipment/electronic equipment/cassette player"),
    class("n03000684", "whole/artifact/instrumentality/device/machine/power tool/power saw/chain saw"),
    class("n03028079", "whole/artifact/structure/building/place of worship/church"),
    class("n03394916", "whole/artifact/instrumentality/device/musical instrument/wind instrument/brass/French horn"),
    class(
        "n03417042",
        "whole/artifact/instrumentality/conveyance/vehicle/wheeled vehicle/self-propelled vehicle/motor vehicle/truck/garbage truck",
    ),
    class("n03425413", "whole/artifact/instrumentality/device/mechanism/mechanical device/pump/gas pump"),
    class("n03445777", "whole/artifact/instrumentality/equipment/game equipment/ball/golf ball"),
    class("n03888257", "whole/artifact/instrumentality/equipment/rescue equipment/parachute"),
];

/// The classes of [`imagewoof`]: with those of [`imagenette`] a tree of 20 classes, of which eleven are dogs or nearly so.
///
/// ```
/// let paths: Vec<&str> = firelight_download::datasets::IMAGEWOOF.iter().map(|class| class.path).collect(); // for a taxonomy
/// assert!(paths.iter().all(|path| path.starts_with("whole/")));
/// ```
pub const IMAGEWOOF: [WordNetClass; 10] = [
    class(
        "n02086240",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/toy dog/Shih-Tzu",
    ),
    class(
        "n02087394",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/hunting dog/Rhodesian ridgeback",
    ),
    class(
        "n02088364",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/hunting dog/hound/beagle",
    ),
    class(
        "n02089973",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/hunting dog/hound/foxhound/English foxhound",
    ),
    class(
        "n02093754",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/hunting dog/terrier/Border terrier",
    ),
    class(
        "n02096294",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/hunting dog/terrier/Australian terrier",
    ),
    class(
        "n02099601",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/hunting dog/sporting dog/retriever/golden retriever",
    ),
    class(
        "n02105641",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/working dog/shepherd dog/Old English sheepdog",
    ),
    class(
        "n02111889",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/dog/spitz/Samoyed",
    ),
    class(
        "n02115641",
        "whole/living thing/organism/animal/chordate/vertebrate/mammal/placental/carnivore/canine/wild dog/dingo",
    ),
];
