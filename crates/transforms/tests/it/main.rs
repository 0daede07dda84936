//! One module for each property.

mod fastai_values;
