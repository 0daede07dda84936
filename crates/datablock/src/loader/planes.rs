//! Memory of batches, used again.

use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::{AllocationProperty, Bytes};

/// The memory of batches, of all loaders of one recipe and from epoch to epoch. It comes back when the tensor of a batch is dropped, wherever
/// that happens, and goes into the next batch: what the kernel would have to clear anew for each takes a tenth of the time of making one, and more
/// where nothing is decoded.
#[derive(Debug, Clone, Default)]
pub(super) struct Planes {
    free: Arc<Mutex<Vec<Vec<f32>>>>,
}

impl Planes {
    /// As many as wait, are made and are used at a time; more only come back where a trainer held more.
    const KEPT: usize = 3;

    /// Memory for `length` numbers, whose contents are left over; for 0, whatever there is.
    pub fn borrow(&self, length: usize) -> Vec<f32> {
        let mut planes = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        // What larger batches needed once is not held for small ones.
        let fits = length == 0 || (length..=2 * length).contains(&planes.capacity());
        if !fits {
            // Nothing of it is kept, and fresh memory is cleared by the kernel as it is written.
            return vec![0.0; length];
        }
        planes.resize(length, 0.0);
        planes
    }

    /// The numbers as a tensor takes them.
    pub fn lend(&self, planes: Vec<f32>) -> Bytes {
        let lent = Lent { planes, home: self.clone() };
        Bytes::from_shared(bytes::Bytes::from_owner(lent), AllocationProperty::Native)
    }
}

/// Numbers on their way home.
struct Lent {
    planes: Vec<f32>,
    home: Planes,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.planes)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut free = self.home.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < Planes::KEPT {
            free.push(take(&mut self.planes));
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Device, Tensor, TensorData};

    use super::Planes;

    #[test]
    fn memory_comes_back_when_the_last_tensor_over_it_is_dropped() {
        let planes = Planes::default();
        let mut numbers = planes.borrow(4);
        numbers.copy_from_slice(&[1.0, 2.0, 3.0, 4.0]);
        let place = numbers.as_ptr();
        let data = TensorData::from_bytes(planes.lend(numbers), [2, 2], DType::F32);
        let tensor = Tensor::<2>::from_data(data, &Device::flex());
        let other = tensor.clone();
        drop(tensor);
        assert_eq!(planes.free.lock().unwrap().len(), 0);
        // Changing a tensor leaves what is lent as it was.
        let doubled = other * 2.0;
        assert_eq!(doubled.into_data().try_to_vec::<f32>().unwrap(), [2.0, 4.0, 6.0, 8.0]);
        let again = planes.borrow(3);
        assert_eq!((again.as_ptr(), again.as_slice()), (place, &[1.0, 2.0, 3.0][..]));
    }
}
