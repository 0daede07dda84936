//! The numbers of `reference/losses.json`, which `reference/losses.py` makes.

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_losses::{ClassMatrix, ClassWeights, Meaning, Taxonomy, Vocab};
use serde_json::Value;

pub struct Reference(Value);

impl Reference {
    pub fn read() -> Self {
        let text = include_str!("../reference/losses.json");
        Self(serde_json::from_str(text).unwrap())
    }

    pub fn cases(&self) -> impl Iterator<Item = (&str, &Value)> {
        let cases = self.0["cases"].as_object().unwrap();
        cases.iter().map(|(name, case)| (name.as_str(), case))
    }

    pub fn case(&self, name: &str) -> &Value {
        &self.0["cases"][name]
    }

    pub fn builder(&self, name: &str) -> Vec<Vec<f64>> {
        rows(&self.0["builders"][name])
    }

    pub fn builder_row(&self, name: &str) -> Vec<f64> {
        numbers(&self.0["builders"][name])
    }

    pub fn metrics(&self) -> &Value {
        &self.0["metrics"]
    }

    pub fn vocab(&self) -> Vocab {
        Vocab::ordered(texts(&self.0["vocab"])).unwrap()
    }

    pub fn tree(&self) -> Taxonomy {
        Taxonomy::from_paths(texts(&self.0["tree"])).unwrap()
    }

    pub fn matrix<M: Meaning>(&self, name: &str) -> ClassMatrix<M> {
        let rows = rows(&self.0["matrices"][name]);
        ClassMatrix::from_rows(texts(&self.0["vocab"]), &rows).unwrap()
    }

    pub fn class_weights(&self) -> ClassWeights {
        let weights = numbers(&self.0["matrices"]["CLS_W"]);
        ClassWeights::new(texts(&self.0["vocab"]).into_iter().zip(weights)).unwrap()
    }
}

pub fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().unwrap();
    list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

pub fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some(text) => text.parse().unwrap(),
        None => value.as_f64().unwrap(),
    }
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

pub fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

pub fn logits(value: &Value, device: &Device) -> Tensor<2> {
    let rows = rows(value);
    let shape = [rows.len(), rows.first().map_or(0, Vec::len)];
    Tensor::from_data(TensorData::new(rows.concat(), shape), device)
}

pub fn targets(value: &Value, device: &Device) -> Tensor<1, Int> {
    let list = value.as_array().unwrap();
    let numbers: Vec<i64> = list.iter().map(|number| number.as_i64().unwrap()).collect();
    let length = numbers.len();
    Tensor::from_data(TensorData::new(numbers, [length]), device)
}

pub fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}
