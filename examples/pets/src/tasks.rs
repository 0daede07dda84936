//! What else there is to learn of a picture than the breed: which pixels are the animal, where its head is, where its eyes are.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ValueEnum;
use firelight::datablock::{Beside, Voc};
use firelight::learner::{Network, TargetDefaults, metrics};
use firelight::models::Model;
use firelight::plots::save_png;
use firelight::prelude::*;
use serde::Serialize;

use crate::cli::Cli;
use crate::outcome::Outcome;
use crate::say::say;
use crate::train::{backbone, equipped};

/// What to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// The breed
    Breed,
    /// Which pixels are the animal
    Mask,
    /// Where the head is
    Box,
    /// Where the eyes are (of the sample set; the Oxford set does not have them)
    Points,
    /// The breed and all that the set has, one after the other
    All,
}

/// What came of a task.
#[derive(Debug, Clone, Serialize)]
pub struct TaskOutcome {
    pub task: &'static str,
    /// Names and values of the validation part's figures.
    pub figures: Vec<(String, f64)>,
    pub epochs: Vec<EpochRow>,
    pub seconds: f64,
}

/// The folder of annotations in the Oxford set's formats that belongs to a folder of pictures.
fn annotations(images: &Path) -> Result<PathBuf> {
    let beside = images.with_file_name("annotations");
    let own = firelight_sample::annotations(images);
    [own, beside].into_iter().find(|folder| folder.is_dir()).ok_or_else(|| {
        let images = images.display();
        format!("annotations: there is no folder {images}-annotations and none called annotations beside {images}; only the breed can be learned").into()
    })
}

/// Refuses, before pictures are drawn or downloaded, what is for the breed alone.
pub fn check(cli: &Cli) -> Result<()> {
    if cli.task == Task::Breed {
        return Ok(());
    }
    if cli.task != Task::All && (cli.training.calibrate || cli.training.sets.is_some()) {
        return Err("calibrate, sets: they are for the breed, which this task does not tell; leave them out".into());
    }
    if cli.training.corrections.is_some() {
        return Err("corrections: they are of breeds; leave --task out".to_owned().into());
    }
    Ok(())
}

/// Trains what is asked for, and prints and writes what came of it.
pub fn run(cli: &Cli, images: &Path) -> Result<()> {
    let annotations = annotations(images)?;
    let wanted = |task: Task| cli.task == task || cli.task == Task::All;
    let mut outcomes = Vec::new();
    if wanted(Task::Mask) {
        outcomes.push(mask(cli, images, &annotations)?);
    }
    if wanted(Task::Box) {
        outcomes.push(head(cli, images, &annotations)?);
    }
    // The Oxford set does not say where the eyes are.
    let eyes_are_known = annotations.join("eyes.csv").is_file();
    if cli.task == Task::Points || wanted(Task::Points) && eyes_are_known {
        outcomes.push(eyes(cli, images, &annotations)?);
    }
    if cli.task == Task::All {
        outcomes.push(breed(&crate::train::train(cli, images, cli.loss)?));
    }
    say(format_args!("\n{}", table(&outcomes)));
    crate::outcome::write_json(cli.json.as_deref(), &outcomes)
}

/// The breed's outcome as that of a task.
fn breed(outcome: &Outcome) -> TaskOutcome {
    let figures = [
        ("accuracy", outcome.accuracy),
        ("mean_recall", outcome.mean_recall),
        ("group_accuracy", outcome.group_accuracy),
    ];
    let figures = figures.map(|(name, value)| (name.to_owned(), value)).to_vec();
    TaskOutcome { task: "breed", figures, epochs: outcome.epochs.clone(), seconds: outcome.seconds }
}

fn mask(cli: &Cli, images: &Path, annotations: &Path) -> Result<TaskOutcome> {
    // Oxford's trimaps: 1 the animal, 2 the ground, 3 a line between them that is neither.
    let reader = MaskReader::default().with_codes([(1, 1), (2, 0)]).with_void([3]);
    let names = Vocab::ordered(["ground", "animal"])?;
    let block = MaskBlock::new(names, Beside::new(annotations.join("trimaps"), "png")).with_reader(reader);
    let dls = loaders(cli, images, block, Seen { size: 48, mirrored: true })?;
    let learn = unet_learner(dls, backbone(cli)?.with_last_cross(cli.training.weights.is_some()))?;
    let metrics = [metrics::class_iou(learn.data().train().dataset().fitted().vocab(), "animal")?];
    finish(cli, "mask", learn.with_metrics(metrics), |_| Ok(Vec::new()))
}

fn head(cli: &Cli, images: &Path, annotations: &Path) -> Result<TaskOutcome> {
    let block = BoxBlock::some(Voc::in_folder(annotations.join("xmls")).or_none().largest_box());
    let learn = position_learner(loaders(cli, images, block, Seen { size: 48, mirrored: true })?, backbone(cli)?)?;
    finish(cli, "box", learn, |_| Ok(Vec::new()))
}

fn eyes(cli: &Cli, images: &Path, annotations: &Path) -> Result<TaskOutcome> {
    let table = crate::eyes::Eyes::read(&annotations.join("eyes.csv"))?;
    let names = Vocab::ordered(["left eye", "right eye"])?;
    let block = PointBlock::some(move |item: &Path| table.of(item)).with_names(names);
    let learn = position_learner(loaders(cli, images, block, Seen { size: 52, mirrored: false })?, backbone(cli)?)?;
    let heads = Voc::in_folder(annotations.join("xmls"));
    finish(cli, "points", learn, |learn| crate::eyes::near(learn, &heads))
}

/// How the model sees pictures.
#[derive(Clone, Copy)]
struct Seen {
    /// Their side without trained weights.
    size: u32,
    /// A picture that is mirrored has its left eye on the right: where eyes are told by name, pictures stay as they are.
    mirrored: bool,
}

fn loaders<Y>(cli: &Cli, images: &Path, block: Y, seen: Seen) -> Result<DataLoaders<Y::Fitted>>
where
    Y: TargetBlock<Fitted: FittedTarget<Item = Path>>,
{
    let (training, device) = (&cli.training, device_by_name(&cli.device)?);
    let size = training.size.unwrap_or(if training.weights.is_some() { 160 } else { seen.size });
    let augment =
        aug_transforms().size(size).flip(seen.mirrored).max_warp(0.0).max_rotate(5.0).min_scale(0.9).max_lighting(0.1);
    Ok(DataBlock::new(ImageBlock::rgb(), block)
        .with_splitter(RandomSplitter::new(0.2).with_seed(training.seed))
        .with_item_transform(Resize::squish(size))
        .with_batch_transforms(augment)
        .with_progress(cli.progress())
        .dataloaders(images, &device)?
        .with_batch_size(training.batch_size.unwrap_or(16))
        .with_workers(training.workers)
        .with_seed(training.seed))
}

/// Trains, exports, draws, and adds figures of the task's own to those of the metrics.
fn finish<F: TargetDefaults, M: Model + Into<Network> + Sync>(
    cli: &Cli,
    task: &'static str,
    learn: Learner<F, M>,
    more: impl FnOnce(&Learner<F, M>) -> Result<Vec<(String, f64)>>,
) -> Result<TaskOutcome> {
    let start = Instant::now();
    let training = &cli.training;
    let mut learn = equipped(cli, task, learn)?;
    if !cli.quiet {
        say(format_args!("\n{task}: {} on {}", training.arch, cli.device));
    }
    if training.weights.is_some() {
        learn.fine_tune(training.epochs.unwrap_or(4), 2e-3)?;
    } else {
        learn.fit_one_cycle(training.epochs.unwrap_or(5), 4e-3)?;
    }
    let export = cli.out.join(format!("{task}.firelight"));
    learn.export(&export)?;
    let folder = cli.out.join(task);
    learn.save_pictures(&folder)?;
    save_png(&learn.show_results(16)?, folder.join("results.png"))?;
    save_png(&learn.show_top_losses(16)?, folder.join("worst.png"))?;
    let seen = learn.interpret()?;
    seen.save_report(&folder)?;
    let named = learn.history().metrics.iter().cloned().zip(&seen.evaluation().metrics);
    let mut figures: Vec<(String, f64)> = named.filter_map(|(name, value)| Some((name, (*value)?))).collect();
    figures.extend(more(&learn)?);
    if !cli.quiet {
        say(format_args!("pictures and report.html in {}, model in {}", folder.display(), export.display()));
    }
    let (epochs, seconds) = (learn.history().epochs.clone(), start.elapsed().as_secs_f64());
    Ok(TaskOutcome { task, figures, epochs, seconds })
}

/// What came of them, a line each.
fn table(outcomes: &[TaskOutcome]) -> String {
    let line = |outcome: &TaskOutcome| {
        let figures: Vec<String> = outcome.figures.iter().map(|(name, value)| format!("{name} {value:.3}")).collect();
        format!("{:<8}{} ({:.0} s)", outcome.task, figures.join(", "), outcome.seconds)
    };
    outcomes.iter().map(line).collect::<Vec<_>>().join("\n")
}
