//! One page that tells what a run was and what came of it.

mod facts;
mod found;
mod page;

use std::path::{Path, PathBuf};

use crate::{Interpretation, LearnerError, TargetDefaults};
use firelight_files::write_whole;

impl<F: TargetDefaults> Interpretation<F> {
    /// Writes `report.html` into `folder`, which is made if it is not there, and gives the file's path.
    ///
    /// The page needs nothing else, neither network nor other files: the configuration, the loss's class matrix if it has one, a training
    /// batch, curves, metrics, and what is found of the target's kind. Of one class that is the scores of every class with its counts, a
    /// confusion matrix to sort and to gather by groups ([`with_groups`](Interpretation::with_groups)), and the worst mistakes with their
    /// probabilities, which a click on a class filters; of the others their tables, to sort, their plots, and the pictures with the highest
    /// losses. It follows the reader's choice of dark or light.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # use firelight_learner::{LearnerError, resnet34, vision_learner};
    /// # fn report(dls: DataLoaders<Categories>) -> Result<(), LearnerError> {
    /// let mut learn = vision_learner(dls, resnet34().with_weights("resnet34.pth"))?;
    /// learn.fine_tune(4, 2e-3)?;
    /// learn.interpret()?.save_report("pets-report")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of reading pictures and of writing.
    pub fn save_report(&self, folder: impl AsRef<Path>) -> Result<PathBuf, LearnerError> {
        let folder = folder.as_ref();
        let wrong = |path: &Path| {
            let path = path.to_path_buf();
            move |why| LearnerError::Write { stage: "report", path, why }
        };
        let page = page::page(self)?;
        std::fs::create_dir_all(folder).map_err(wrong(folder))?;
        let path = folder.join("report.html");
        write_whole(&path, page.as_bytes()).map_err(wrong(&path))?;
        Ok(path)
    }
}
