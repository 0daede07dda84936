//! What is perhaps a slip of the labels, in words.

use firelight_vocab::Vocab;

/// All training items having one target: the model can only learn to say always that.
pub(super) fn one_target<T: PartialEq>(train: &[T], describe: impl FnOnce(&T) -> String) -> Option<String> {
    let (first, rest) = train.split_first()?;
    rest.iter().all(|target| target == first).then(|| {
        let (all, target) = (train.len(), describe(first));
        format!(
            "labels: every training item ({all}) is {target}, so there is nothing to tell apart, and an accuracy of 1 means \
             nothing; check the labeller"
        )
    })
}

/// Classes of a vocab that no training item has, as only one that was given has them.
pub(super) fn untrained_classes(vocab: &Vocab, train: impl Iterator<Item = usize>) -> Option<String> {
    let mut trained = vec![false; vocab.len()];
    for class in train {
        if let Some(trained) = trained.get_mut(class) {
            *trained = true;
        }
    }
    let untrained = vocab.iter().zip(trained).filter(|(_, trained)| !trained);
    let names: Vec<String> = untrained.map(|(name, _)| format!("{name:?}")).collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        format!("labels: no training item has a class of the vocab that was given: {names}; check the spelling of the labels")
    })
}

/// Classes whose names look alike.
pub(super) fn alike_names(vocab: &Vocab) -> Vec<String> {
    let caution = |pair: firelight_vocab::Alike| {
        let (first, second) = (&vocab[pair.first], &vocab[pair.second]);
        format!(
            "labels: the classes {first:?} and {second:?} differ in {} alone; if they are one, make them one in the labeller",
            pair.likeness
        )
    };
    vocab.alike().into_iter().map(caution).collect()
}

/// Positions that all lie within a pixel of the corner, as shares of a picture's sides do.
pub(super) fn shares_for_pixels<'a>(what: &str, mut numbers: impl Iterator<Item = &'a f32>) -> Option<String> {
    numbers.all(|number| (0.0..=1.0).contains(number)).then(|| {
        format!("{what}: all lie within one pixel of the corner; positions are pixels of the picture, so multiply shares of its sides by these")
    })
}
