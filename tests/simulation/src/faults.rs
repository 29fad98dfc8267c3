//! What goes wrong between us and a calendar service, in chances in a hundred.

/// The weather of one moment of a history. Each service has the faults that its protocol can have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// A write is carried out and its reply is lost.
    pub lost_after: usize,
    /// A write is lost on its way.
    pub lost_before: usize,
    /// 412 without a reason.
    pub conflict: usize,
    /// 503 or 429 to a write.
    pub retry: usize,
    /// A read gets no answer.
    pub unreachable: usize,
    /// Another writer is told the same as we are, and writes over ours.
    pub races: usize,
    /// A write gets no answer, and arrives long after it was given up.
    pub late: usize,
    /// A write is carried out, and arrives once more later.
    pub twice: usize,
    /// 5xx, before or after the effect; 401; and 429 or 503 to a read.
    pub broken: usize,
    /// 404 or 410 where the calendar is.
    pub missing: usize,
    /// An answer is cut off, told by 507, or empty although there is something.
    pub cut: usize,
}
