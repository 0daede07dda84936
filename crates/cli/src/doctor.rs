//! `firelight doctor`: what is wrong with the data, and a page to decide about it.

use std::path::PathBuf;

use firelight::doctor::{Findings, Page};
use firelight::learner::VisionTarget;
use firelight::prelude::*;
use firelight::transforms::{Limits, open};

use crate::cli::{Cli, Doctor};
use crate::eyes::{Eyes, Looks};
use crate::outcome::{can_write_file, can_write_json, write_json};
use crate::screen::Screen;

/// Prints what is found, and serves it where that is asked for.
pub fn doctor(options: &Doctor, cli: &Cli, screen: Screen) -> Result<()> {
    can_write_json(options.json.as_deref())?;
    if options.serve {
        can_write_file("doctor", &options.decisions, "--decisions")?;
    }
    let mut eyes = Eyes::new("doctor", (&options.data, &options.labels, &options.model), cli, screen)?;
    eyes.recipe.training.seed = options.seed;
    let Examined { findings, broken } = eyes.look(Examining)?;
    // A page's address is the first line of a program that waits for it.
    screen.say_lines(format_args!("\n{}", findings.to_string().trim_end()));
    for why in &broken {
        screen.say(format_args!("left out: {why}"));
    }
    write_json(options.json.as_deref(), &findings)?;
    if options.serve {
        return serve(options, findings, &eyes.recipe.data, screen);
    }
    screen.say("decide about them on a page: --serve");
    Ok(())
}

fn serve(options: &Doctor, findings: Findings, data: &std::path::Path, screen: Screen) -> Result<()> {
    let files: Vec<PathBuf> = findings.items.iter().map(|name| data.join(name)).collect();
    let picture = move |item: usize| Ok(open(&files[item], &Limits::default())?);
    let page = Page::new(findings, &options.decisions, picture)?;
    let kept = options.decisions.display();
    screen.say(format_args!("decisions are kept in {kept}; train with them: --corrections {kept}"));
    let said = |address| {
        let _ = screen.print(format_args!("deciding on http://{address}"));
    };
    Ok(page.serve(options.port, said)?)
}

struct Examined {
    findings: Findings,
    /// Why pictures cannot be read.
    broken: Vec<String>,
}

struct Examining;

impl Looks for Examining {
    type Out = Examined;

    fn look<F: VisionTarget>(self, learn: &Learner<F>) -> Result<Examined> {
        let findings = learn.examine()?;
        let loaders = [learn.data().train(), learn.data().valid()];
        let broken = loaders.iter().flat_map(|loader| loader.skipped()).map(|(_, why)| why.clone());
        Ok(Examined { findings, broken: broken.collect() })
    }
}
