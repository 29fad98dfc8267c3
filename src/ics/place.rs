//! Where in a text something stood.

use std::hash::{Hash, Hasher};

/// The line on which something began, and the octet of the unfolded line at which its value does, both counted from
/// 1. It is no part of what it says: any two are equal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    line: u32,
    column: u32,
}

impl Place {
    /// `at`: how many octets of the unfolded line come before the value.
    pub fn new(line: u32, at: usize) -> Place {
        Place { line, column: u32::try_from(at + 1).unwrap_or(u32::MAX) }
    }

    /// None of what did not come from a text.
    pub fn line(self) -> Option<u32> {
        Some(self.line).filter(|line| *line > 0)
    }

    /// None of what did not come from a text.
    pub fn column(self) -> Option<u32> {
        Some(self.column).filter(|column| *column > 0)
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
