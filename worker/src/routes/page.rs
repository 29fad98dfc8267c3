//! Lists by page: the newest first, `limit` at a time, going on from `cursor`.

use super::error::ApiError;

/// Rows of a page unless told.
const USUAL: u32 = 20;
/// Rows of the longest page.
const MOST: u32 = 100;

/// Rows of the longest page of a list by time, which is also the usual one.
const MOST_BY_TIME: u32 = 1000;

/// Which rows of a list by time are asked for: those after a place, which is made of numbers and an id.
pub struct PageByTime<const N: usize> {
    after: Option<([i64; N], String)>,
    limit: usize,
}

impl<const N: usize> PageByTime<N> {
    /// Reads `cursor` and `limit`.
    pub fn of(cursor: Option<&str>, limit: Option<u32>) -> Result<Self, ApiError> {
        let wrong = || ApiError::field("cursor", "cursor is one that a list answered as nextCursor");
        let limit = match limit.unwrap_or(MOST_BY_TIME) {
            limit @ 1..=MOST_BY_TIME => limit as usize,
            _ => return Err(ApiError::field("limit", format!("limit is from 1 to {MOST_BY_TIME}"))),
        };
        let read = |cursor: &str| -> Result<([i64; N], String), ApiError> {
            let mut numbers = [0; N];
            let mut parts = cursor.splitn(N + 1, '.');
            for number in &mut numbers {
                *number = parts.next().and_then(|part| part.parse().ok()).ok_or_else(wrong)?;
            }
            Ok((numbers, parts.next().ok_or_else(wrong)?.to_owned()))
        };
        Ok(Self { after: cursor.map(read).transpose()?, limit })
    }

    /// The numbers and the id after which rows are wanted.
    pub fn after(&self) -> Option<(&[i64; N], &str)> {
        self.after.as_ref().map(|(numbers, id)| (numbers, id.as_str()))
    }

    /// How many rows to read: one more than are shown, to know whether there are more.
    pub fn rows(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// The rows that are shown, and the cursor of the next page.
    pub fn split<R>(
        &self,
        mut rows: Vec<R>,
        place: impl Fn(&R) -> ([i64; N], &str),
    ) -> (Vec<R>, Option<String>) {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(|last| {
            let (numbers, id) = place(last);
            let numbers: String = numbers.iter().map(|number| format!("{number}.")).collect();
            format!("{numbers}{id}")
        });
        (rows, next)
    }
}

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
