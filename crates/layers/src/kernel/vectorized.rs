/// A function whose loops are compiled for each instruction set that the processor may have.
///
/// A closure would do, were it sure to be inlined; what is not inlined is compiled for the oldest processor.
macro_rules! vectorized {
    ($(#[$meta:meta])* $vis:vis fn $name:ident<$life:lifetime>($($field:ident: $type:ty),* $(,)?) -> $output:ty $body:block) => {
        $(#[$meta])*
        $vis fn $name<$life>($($field: $type),*) -> $output {
            struct Work<$life> {
                $($field: $type,)*
                life: std::marker::PhantomData<&$life ()>,
            }
            impl<$life> pulp::WithSimd for Work<$life> {
                type Output = $output;
                #[inline(always)]
                fn with_simd<S: pulp::Simd>(self, _: S) -> $output {
                    let Self { $($field,)* .. } = self;
                    $body
                }
            }
            pulp::Arch::new().dispatch(Work { $($field,)* life: std::marker::PhantomData })
        }
    };
}

pub(super) use vectorized;
