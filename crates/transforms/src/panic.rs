use std::any::Any;

/// What a panic said: for code that runs blocks, closures and observers of others and makes errors of their panics.
///
/// ```
/// let panic = std::panic::catch_unwind(|| panic!("no such column")).unwrap_err();
/// assert_eq!(firelight_transforms::panic_message(panic.as_ref()), "no such column");
/// ```
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it gave no reason").to_owned()
}
