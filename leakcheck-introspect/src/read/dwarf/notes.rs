//! What others find out about a type or an image and keep with it. Nothing here knows what that is.

use std::{any::Any, sync::OnceLock};

/// One value of each type that is asked for.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    value: OnceLock<Box<dyn Any + Send + Sync>>,
    others: OnceLock<Box<Self>>,
}

impl Notes {
    /// The value of this type, made when it is first asked for.
    pub(crate) fn get<T: Any + Default + Send + Sync>(&self) -> &T {
        let value = self.value.get_or_init(|| Box::new(T::default()));
        match value.downcast_ref() {
            Some(value) => value,
            None => self.others.get_or_init(Box::default).get(),
        }
    }
}
