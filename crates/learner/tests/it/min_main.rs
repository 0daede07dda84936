#[allow(dead_code)]
mod shapes;
#[path = "training_min.rs"]
#[allow(dead_code)]
mod training;
mod examining;
