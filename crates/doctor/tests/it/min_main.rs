mod page;
mod corrections;
mod findings;
