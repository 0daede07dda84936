//! Several pictures at once, each with an answer or an error of its own.

use firelight_transforms::{PictureRef, Size};
use rayon::prelude::*;

use crate::{Answer, PredictError, Predictor, Seen};

impl Predictor {
    /// What the model sees of a picture.
    ///
    /// # Errors
    ///
    /// [`PredictError::Input`] if the transforms cannot take its size, or it has other channels than the model takes.
    pub fn see<'p>(&self, picture: impl Into<PictureRef<'p>>) -> Result<Seen, PredictError> {
        self.seen(picture).map_err(PredictError::input)
    }

    /// What the model sees of a picture that is still encoded (JPEG, PNG, …).
    ///
    /// # Errors
    ///
    /// As [`see`](Self::see), and [`PredictError::Input`] if the bytes are no picture.
    pub fn see_bytes(&self, bytes: &[u8]) -> Result<Seen, PredictError> {
        self.see(&self.manifest().decode(bytes).map_err(PredictError::input)?)
    }

    /// What the model says of each of these pictures, in their order: what [`answer_picture`](Self::answer_picture) says of it alone, in less time
    /// for all of them. On flex it is the same bit for bit; other devices may round otherwise.
    ///
    /// Those of one size go through the network together, as many as have the pixels of the largest one that a model from elsewhere may be for
    /// (1024×1024, with a U-Net 512×512, or [`Registry::with_pixels`](crate::Registry::with_pixels)), so that they take no more memory than that one.
    ///
    /// # Errors
    ///
    /// Each has its own: [`PredictError::NoNumbers`] where the model gives NaN for it. Those with which a model of the user's panics are asked again,
    /// one by one, and [`PredictError::Unfit`] is of those with which it does so again.
    pub fn answer_seen(&self, pictures: &[Seen]) -> Vec<Result<Answer, PredictError>> {
        self.answers(&pictures.iter().collect::<Vec<_>>(), |size| self.together(size))
    }

    /// What the model says of each of these pictures, which are still encoded (JPEG, PNG, …): decoded on all cores, and answered as
    /// [`answer_seen`](Self::answer_seen) does.
    ///
    /// ```no_run
    /// # use firelight_predict::Predictor;
    /// # fn answer(predictor: Predictor, uploads: Vec<Vec<u8>>) {
    /// for (number, answer) in predictor.answer_each_bytes(&uploads).into_iter().enumerate() {
    ///     match answer {
    ///         Ok(answer) => println!("{number}: {answer}"),
    ///         Err(error) => println!("{number}: {error}"),
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Each has its own, as [`answer_bytes`](Self::answer_bytes) has it: what is broken spoils no other.
    pub fn answer_each_bytes<B: AsRef<[u8]> + Sync>(&self, files: &[B]) -> Vec<Result<Answer, PredictError>> {
        let seen = files.par_iter().map(|file| self.see_bytes(file.as_ref())).collect();
        self.answers_among(seen, |size| self.together(size)).into_iter().map(Result::flatten).collect()
    }

    /// The answers of those that could be seen, each in its place.
    pub(crate) fn answers_among<E>(
        &self,
        seen: Vec<Result<Seen, E>>,
        most: impl Fn(Size) -> usize,
    ) -> Vec<Result<Result<Answer, PredictError>, E>> {
        let whole: Vec<&Seen> = seen.iter().filter_map(|seen| seen.as_ref().ok()).collect();
        let mut answers = self.answers(&whole, most).into_iter();
        let mut next = |_| answers.next().unwrap_or_else(|| unreachable!("an answer each"));
        seen.into_iter().map(|seen| seen.map(&mut next)).collect()
    }

    /// An answer or an error for each, in their order; `most` says how many of a size go together.
    fn answers(&self, pictures: &[&Seen], most: impl Fn(Size) -> usize) -> Vec<Result<Answer, PredictError>> {
        let mut sizes: Vec<(Size, Vec<usize>)> = Vec::new();
        for (number, seen) in pictures.iter().enumerate() {
            match sizes.iter_mut().find(|(size, _)| *size == seen.size()) {
                Some((_, alike)) => alike.push(number),
                None => sizes.push((seen.size(), vec![number])),
            }
        }
        let mut told = Vec::with_capacity(pictures.len());
        for (size, alike) in sizes {
            for numbers in alike.chunks(most(size).max(1)) {
                let some: Vec<&Seen> = numbers.iter().map(|&number| pictures[number]).collect();
                told.extend(numbers.iter().copied().zip(self.of_one_size(size, &some)));
            }
        }
        told.sort_by_key(|(number, _)| *number);
        told.into_iter().map(|(_, answer)| answer).collect()
    }

    /// The same of pictures of one size, in one go; alone where that fails.
    fn of_one_size(&self, size: Size, pictures: &[&Seen]) -> Vec<Result<Answer, PredictError>> {
        let planes = pictures.iter().map(|seen| &seen.planes[..]).collect::<Vec<_>>().concat();
        match (self.outputs(size, planes), pictures) {
            (Ok(outputs), _) => {
                let rows = outputs.par_chunks_exact((outputs.len() / pictures.len().max(1)).max(1));
                rows.zip(pictures).map(|(row, seen)| self.read_row(row, &seen.draw)).collect()
            }
            (Err(error), [_]) => vec![Err(error)],
            (Err(_), several) => several.iter().flat_map(|one| self.of_one_size(size, &[one])).collect(),
        }
    }
}
