//! Where in a text something stood.

use std::hash::{Hash, Hasher};

/// The line on which something began. It is no part of what it says: any two are equal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place(pub u32);

impl Place {
    /// Counted from 1; none of what did not come from a text.
    pub fn line(self) -> Option<u32> {
        Some(self.0).filter(|line| *line > 0)
    }
}

impl PartialEq for Place {
    fn eq(&self, _: &Place) -> bool {
        true
    }
}

impl Eq for Place {}

impl Hash for Place {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
