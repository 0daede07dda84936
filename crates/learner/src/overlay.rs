use std::path::{Path, PathBuf};

use firelight_plots::{overlay, save_png};
use firelight_predict::{Evidence, Predictor};
use image::RgbImage;

use crate::LearnerError;
use crate::interpret::side_by_side;

/// Draws evidence over the picture that it is about.
///
/// ```no_run
/// use firelight_learner::{Overlay, Predictor};
///
/// # fn explain(predictor: Predictor) -> Result<(), Box<dyn std::error::Error>> {
/// let picture = image::open("my-pet.jpg")?.to_rgb8();
/// predictor.explain(&picture, None)?.overlay().save("why.png")?;
/// # Ok(())
/// # }
/// ```
pub trait Overlay {
    /// The picture under its evidence, from clear (none) to orange (most); several of an item side by side.
    fn overlay(&self) -> RgbImage;
}

impl Overlay for Evidence {
    fn overlay(&self) -> RgbImage {
        let drawn = |picture: &RgbImage, heat: &[f32]| overlay(picture, heat, self.columns);
        let mut pictures = vec![drawn(&self.seen, &self.heat)];
        pictures.extend(self.others.iter().map(|(picture, heat)| drawn(picture, heat)));
        side_by_side(pictures)
    }
}

/// Draws for each file the evidence for what a model says of it, into a folder that is there, as [`save_evidence_of`] calls them. Files that cannot
/// be read have none.
///
/// ```no_run
/// # fn explain(predictor: firelight_learner::Predictor) -> Result<(), firelight_learner::LearnerError> {
/// firelight_learner::save_evidence(&predictor, &["my-pet.jpg".into()], "why")?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`Predictor::explain`], and [`LearnerError::Picture`] where one cannot be written.
pub fn save_evidence(predictor: &Predictor, files: &[PathBuf], folder: impl AsRef<Path>) -> Result<(), LearnerError> {
    for (number, path) in files.iter().enumerate() {
        match save_evidence_of(predictor, (number, path), None, folder.as_ref()) {
            Ok(_) | Err(LearnerError::Input { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Draws the evidence for number `output` of what a model gives, or without one for what it says of the file, into a folder that is there:
/// `0001-my-pet-beagle.png`, with the number of the file (from 0, and from 1 in the name), its name and what the output is called. Gives the number
/// of the output and the picture's place.
///
/// ```no_run
/// # fn explain(predictor: firelight_learner::Predictor) -> Result<(), firelight_learner::LearnerError> {
/// let beagle = predictor.manifest().target.names().iter().position(|name| name == "beagle");
/// let (_, drawn) = firelight_learner::save_evidence_of(&predictor, (0, "my-pet.jpg".as_ref()), beagle, "why".as_ref())?;
/// println!("see {}", drawn.display());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`Predictor::explain`], [`LearnerError::Input`] for a file that cannot be read, and [`LearnerError::Picture`] where one cannot be written.
pub fn save_evidence_of(
    predictor: &Predictor,
    (number, file): (usize, &Path),
    output: Option<usize>,
    folder: &Path,
) -> Result<(usize, PathBuf), LearnerError> {
    let unread = |why| LearnerError::Input { path: Some(file.to_path_buf()), why };
    let picture = predictor.manifest().open(&[file]).map_err(unread)?;
    let explained = predictor.explain(&picture, output)?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    // A class may be called by what no file can be, such as a/b.
    let plain = |letter: char| if letter.is_alphanumeric() || letter == '-' { letter } else { '_' };
    let outputs = predictor.manifest().target.names();
    let of: String = outputs.get(explained.output).map_or("", String::as_str).chars().map(plain).collect();
    let place = folder.join(format!("{:04}-{name}-{of}.png", number + 1));
    let drawn = save_png(&explained.overlay(), &place);
    drawn.map_err(|why| LearnerError::Picture { stage: "explain", path: place.clone(), why })?;
    Ok((explained.output, place))
}
