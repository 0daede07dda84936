use burn::tensor::Tensor;

/// What the last part of a [`Model`](crate::Model) sees of some pictures: a row of numbers for each, or maps of them.
///
/// It moves between a part without a graph, which is frozen, and one that trains.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Features;
///
/// let rows = |count| Tensor::<2>::ones([count, 3], &Device::flex());
/// assert_eq!(Features::join(vec![rows(2), rows(1)]).dims(), [3, 3]);
/// let maps = Features::from_inner(vec![Tensor::<4>::ones([2, 8, 4, 4], &Device::flex())]);
/// assert!(maps[0].device().is_autodiff());
/// ```
pub trait Features: Clone + Send + Sized + 'static {
    /// The same numbers without a graph: burn's `inner`.
    fn inner(self) -> Self;

    /// Numbers without a graph as ones that a graph may begin with: burn's `from_inner`.
    fn from_inner(inner: Self) -> Self;

    /// The features of all pictures from those of chunks, in their order.
    ///
    /// # Panics
    ///
    /// If there is no part, or their shapes do not fit.
    fn join(parts: Vec<Self>) -> Self;
}

impl<const D: usize> Features for Tensor<D> {
    fn inner(self) -> Self {
        self.inner()
    }

    fn from_inner(inner: Self) -> Self {
        Tensor::from_inner(inner)
    }

    fn join(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.swap_remove(0) } else { Tensor::cat(parts, 0) }
    }
}

/// Several maps of the same pictures: each is joined with its like.
impl Features for Vec<Tensor<4>> {
    fn inner(self) -> Self {
        self.into_iter().map(Features::inner).collect()
    }

    fn from_inner(inner: Self) -> Self {
        inner.into_iter().map(Features::from_inner).collect()
    }

    fn join(parts: Vec<Self>) -> Self {
        let maps = parts.first().map_or(0, Vec::len);
        let mut by_map: Vec<Vec<Tensor<4>>> = (0..maps).map(|_| Vec::with_capacity(parts.len())).collect();
        for part in parts {
            for (like, map) in by_map.iter_mut().zip(part) {
                like.push(map);
            }
        }
        by_map.into_iter().map(Features::join).collect()
    }
}
