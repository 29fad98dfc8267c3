//! Lists by page: the newest first, `limit` at a time, going on from `cursor`.

use super::error::ApiError;

/// Rows of a page unless told.
const USUAL: u32 = 20;
/// Rows of the longest page.
const MOST: u32 = 100;

/// Which rows are asked for.
pub struct Page {
    /// Those before this position.
    pub before: Option<i64>,
    limit: usize,
}

impl Page {
    /// Reads `cursor` and `limit`.
    pub fn of(cursor: Option<&str>, limit: Option<u32>) -> Result<Self, ApiError> {
        let read = |text: &str| {
            text.parse()
                .map_err(|_| ApiError::field("cursor", "cursor is one that a list answered as nextCursor"))
        };
        match limit.unwrap_or(USUAL) {
            0 | 101.. => Err(ApiError::field("limit", format!("limit is from 1 to {MOST}"))),
            limit => Ok(Self { before: cursor.map(read).transpose()?, limit: limit as usize }),
        }
    }

    /// How many rows to read: one more than are shown, to know whether there are more.
    pub fn rows(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// The rows that are shown, and the cursor of the next page.
    pub fn split<R>(&self, mut rows: Vec<R>, position: impl Fn(&R) -> i64) -> (Vec<R>, Option<String>) {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(|row| position(row).to_string());
        (rows, next)
    }
}
