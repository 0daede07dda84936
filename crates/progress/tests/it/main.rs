//! What stands on the terminal.

mod screen;

use std::io::Read;

use firelight_progress::Progress;
use firelight_progress::indicatif::{MultiProgress, ProgressDrawTarget};
use screen::Screen;

fn terminal() -> (Screen, Progress) {
    let screen = Screen::default();
    let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
    (screen, MultiProgress::with_draw_target(target).into())
}

#[test]
fn bars_stand_below_each_other_and_go_with_their_owners() {
    let (screen, progress) = terminal();
    let outer = progress.bar(4, "train");
    outer.inc(1);
    let inner = progress.clone().bar(2, "valid");
    inner.set_position(1);
    inner.set_message("loss 0.5".into());
    let lines = screen.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("train [========>") && lines[0].contains("] 1/4 ["), "{lines:?}");
    assert!(lines[1].starts_with("valid [================>") && lines[1].ends_with("loss 0.5"), "{lines:?}");
    drop(inner);
    assert_eq!(screen.lines().len(), 1);
    drop(outer);
    assert!(screen.lines().is_empty());
}

#[test]
fn bytes_have_a_bar_once_their_number_is_known() {
    let (screen, progress) = terminal();
    let line = || screen.lines().concat();
    let bar = progress.bytes(None, "weights.pth");
    bar.set_position(1024);
    assert!(line().starts_with("weights.pth 1.00 KiB"), "{}", line());
    bar.set_bytes(4096);
    bar.go_on_from(2048);
    assert!(line().contains("] 2.00 KiB/4.00 KiB"), "{}", line());
    let mut rest = Vec::new();
    bar.wrap_read(&[0; 2048][..]).read_to_end(&mut rest).expect("a read");
    assert!(line().contains("4.00 KiB/4.00 KiB"), "{}", line());
}

#[test]
fn what_is_printed_meanwhile_is_not_among_bars() {
    let (screen, progress) = terminal();
    let bar = progress.count("files");
    bar.set_position(1000);
    assert!(bar.suspend(|| screen.lines()).is_empty());
    assert!(screen.lines().concat().starts_with("files 1,000"), "{:?}", screen.lines());
}

#[test]
fn hidden_ones_count_and_draw_nothing() {
    let progress = Progress::hidden();
    for bar in [progress.bar(3, "a"), progress.count("b"), progress.bytes(Some(7), "c")] {
        bar.inc(1);
        assert_eq!(bar.suspend(|| 5), 5);
    }
}
