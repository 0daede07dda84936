//! Several pictures of an item: a tuple of blocks.

use std::path::PathBuf;
use std::sync::Arc;

use firelight_transforms::{InputReader, Picture, TransformError};

use super::{InputBlock, OpenFile};
use crate::DataError;

macro_rules! several {
    ($($block:ident . $at:tt),+) => {
        /// A picture of each block, which the same draws transform (see [`Picture::Several`]).
        ///
        /// ```
        /// use firelight_datablock::{Column, ImageBlock, InputBlock, Row};
        ///
        /// // Rows of a table with two files each.
        /// let left = ImageBlock::rgb().with_file(Column::new("before")).with_shared_files(true);
        /// let right = ImageBlock::rgb().with_file(Column::new("after")).with_shared_files(true);
        /// assert_eq!(InputBlock::<Row>::channels(&(left, right)), [3, 3]);
        /// ```
        impl<I: ?Sized, $($block: InputBlock<I>),+> InputBlock<I> for ($($block,)+) {
            fn read(&self, item: &I) -> Result<Picture, TransformError> {
                Ok(Picture::Several(vec![$(self.$at.read(item)?),+]))
            }

            fn read_with(&self, item: &I, open: &OpenFile<'_>) -> Result<Arc<Picture>, TransformError> {
                let pictures = vec![$(Arc::unwrap_or_clone(self.$at.read_with(item, open)?)),+];
                Ok(Arc::new(Picture::Several(pictures)))
            }

            fn check(&self, items: &[&I]) -> Result<(), DataError> {
                $(self.$at.check(items)?;)+
                Ok(())
            }

            fn may_share_files(&self) -> bool {
                $(self.$at.may_share_files())||+
            }

            fn files(&self, item: &I) -> Result<Vec<PathBuf>, DataError> {
                Ok([$(self.$at.files(item)?),+].concat())
            }

            fn channels(&self) -> Vec<usize> {
                [$(self.$at.channels()),+].concat()
            }

            fn reader(&self) -> Option<InputReader> {
                Some(InputReader::Several(vec![$(self.$at.reader()?),+]))
            }
        }
    };
}

several!(A.0, B.1);
several!(A.0, B.1, C.2);
