//! Values of options, within their ranges.

pub fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "a share is a number, as 0.2")?;
    if share > 0.0 && share < 1.0 { Ok(share) } else { Err("a share is over 0 and under 1, as 0.2".into()) }
}

pub fn gib(text: &str) -> Result<f64, String> {
    let gib: f64 = text.parse().map_err(|_| "a number is needed, as 4")?;
    if (0.001..=1_000_000.0).contains(&gib) { Ok(gib) } else { Err("give from 0.001 to 1000000 GiB".into()) }
}

pub fn minutes(text: &str) -> Result<f64, String> {
    let minutes: f64 = text.parse().map_err(|_| "minutes are a number, as 10")?;
    if (0.05..=100_000.0).contains(&minutes) { Ok(minutes) } else { Err("give from 0.05 to 100000 minutes".into()) }
}

pub fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "a rate is a number, as 3e-3")?;
    if rate > 0.0 && rate <= 10.0 { Ok(rate) } else { Err("a rate is over 0 and at most 10, as 3e-3".into()) }
}
