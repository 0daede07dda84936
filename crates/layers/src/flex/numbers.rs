use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Shape, TensorData};

/// A tensor of the flex backend.
pub type Numbers = FloatTensor<Flex>;

/// A tensor of these numbers.
pub fn tensor(numbers: Vec<f32>, shape: impl Into<Shape>) -> Numbers {
    Numbers::from_data(TensorData::new(numbers, shape.into()))
}

/// The tensor with its numbers in burn's order, moved only if they are not.
pub fn in_order(tensor: Numbers) -> Numbers {
    if tensor.is_contiguous() { tensor } else { tensor.to_contiguous() }
}

/// The numbers of a tensor that is [`in_order`].
pub fn slice(tensor: &Numbers) -> &[f32] {
    tensor.as_slice::<f32>().expect("an f32 tensor in order")
}

/// The tensor with numbers that may be changed: itself where nothing else shares them, otherwise a copy.
pub fn changeable(numbers: Numbers) -> Numbers {
    let whole = numbers.bytes().len() == size_of::<f32>() * numbers.layout().num_elements();
    if numbers.is_unique() && numbers.is_contiguous() && whole {
        return numbers;
    }
    let shape = numbers.layout().shape().clone();
    tensor(slice(&in_order(numbers)).to_vec(), shape)
}
