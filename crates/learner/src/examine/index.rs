//! Finding by picture.

use std::path::Path;

use burn::tensor::Tensor;
use firelight_datablock::{FittedTarget, Item};
use firelight_doctor::{Features, Neighbour};
use firelight_models::Model;

use super::rows::Rows;
use crate::error::guarded;
use crate::fit::PartFeatures;
use crate::readings::host;
use crate::sample::BodyMark;
use crate::{Learner, LearnerError};

/// What a learner's body makes of all items, to find those that are like a picture: made once by
/// [`Learner::feature_index`], asked by [`Learner::similar`].
#[derive(Debug, Clone)]
pub struct FeatureIndex {
    names: Vec<String>,
    features: Features,
    body: BodyMark,
}

/// An item that is like a picture.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Similar {
    /// What it is called (see [`Dataset::name`](firelight_datablock::Dataset::name)).
    pub name: String,
    /// The cosine between its features and the picture's, from -1 to 1; 1 is the same direction.
    pub cosine: f32,
}

impl FeatureIndex {
    /// What each item is called: the training part's first, then those that validate, then those to test with.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The features, a row for each name.
    pub fn features(&self) -> &Features {
        &self.features
    }
}

impl<F: FittedTarget, M: Model<Features = Tensor<2>> + Sync> Learner<F, M> {
    pub(super) fn rows(&self) -> Result<Rows<F>, LearnerError> {
        guarded(|| "a pass for features".into(), || Rows::pass(&self.task, &self.state.model))?
    }

    /// What the body makes of the items of all parts, to be asked for those that are like a picture.
    ///
    /// ```no_run
    /// # use firelight_datablock::Categories;
    /// # use firelight_learner::{Learner, LearnerError};
    /// # fn look(learn: Learner<Categories>) -> Result<(), LearnerError> {
    /// let index = learn.feature_index()?;
    /// for similar in learn.similar(&index, "found/cat.jpg", 5)? {
    ///     println!("{:.3} {}", similar.cosine, similar.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LearnerError::NoNumbers`] with the file whose features are no numbers, [`LearnerError::Doctor`] for features that are all 0, and any
    /// [`LearnerError`] of data.
    pub fn feature_index(&self) -> Result<FeatureIndex, LearnerError> {
        let rows = self.rows()?;
        let (names, features) = (rows.names(&self.task)?, rows.directions()?);
        Ok(FeatureIndex { names, features, body: BodyMark::of(&self.state.model)? })
    }

    /// The `k` items most like a picture file, which need not be one of the data's, the likest first; fewer where there are fewer. A picture
    /// that is an item finds that item first.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Setting`] where items are not files, [`LearnerError::Features`] for an index of a body with other weights, and any
    /// [`LearnerError`] of the picture, with its file.
    pub fn similar(
        &self,
        index: &FeatureIndex,
        picture: impl AsRef<Path>,
        k: usize,
    ) -> Result<Vec<Similar>, LearnerError> {
        let file = picture.as_ref();
        if BodyMark::of(&self.state.model)? != index.body {
            return Err(LearnerError::Features { what: "a body with other weights" });
        }
        let Some(item) = F::Item::of_file(file) else {
            let remedy = "look for items like it in `FeatureIndex::features` by a row of these";
            return Err(LearnerError::Setting {
                setting: "similar",
                value: "a file, of items that are none,".into(),
                remedy,
            });
        };
        let (task, model) = (&self.task, &self.state.model);
        let loader = task.data.test(vec![item.to_owned()])?.with_device(&task.plain_device());
        let bar = task.data.progress().bar(1, "features");
        let seen = guarded(
            || format!("the features of {}", file.display()),
            || PartFeatures::of(&model.for_inference(), &loader, 0, &bar),
        )??;
        let query = host(seen.values);
        if !query.iter().all(|number| number.is_finite()) {
            return Err(LearnerError::NoNumbers { path: Some(file.to_path_buf()) });
        }
        let near = index.features.similar(&query, k)?;
        let named = |near: &Neighbour| Similar {
            name: index.names.get(near.item).cloned().unwrap_or_default(),
            cosine: near.cosine,
        };
        Ok(near.iter().map(named).collect())
    }
}
