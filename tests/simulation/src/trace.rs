//! What happened in a world, in order: a hash that tells two histories apart on any machine, and lines to read.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug, Write};

/// What is kept of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: many histories are lived through only to see whether they end well.
    Nothing,
    /// The hash.
    Hash,
    /// The hash and the lines.
    Lines,
}

/// A history as it is recorded.
pub struct Trace {
    keep: Keep,
    hash: Cell<Fnv>,
    lines: RefCell<Vec<String>>,
}

/// FNV-1a of 64 bits: a few lines of our own that mean the same for ever.
#[derive(Clone, Copy)]
struct Fnv(u64);

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

impl Default for Trace {
    fn default() -> Self {
        Self::new(Keep::Nothing)
    }
}

impl Trace {
    pub fn new(keep: Keep) -> Self {
        Self { keep, hash: Cell::new(Fnv(0xcbf2_9ce4_8422_2325)), lines: RefCell::default() }
    }

    /// Something happened.
    pub fn note(&self, what: fmt::Arguments<'_>) {
        if self.keep == Keep::Nothing {
            return;
        }
        let mut hash = self.hash.get();
        writeln!(hash, "{what}").expect("a hash takes any text");
        self.hash.set(hash);
        if self.keep == Keep::Lines {
            self.lines.borrow_mut().push(what.to_string());
        }
    }

    /// A call out of the core: what it asks when it asks, and what comes of it unless the run crashes before.
    pub async fn call<T: Debug>(
        &self,
        run: usize,
        what: fmt::Arguments<'_>,
        answer: impl Future<Output = T>,
    ) -> T {
        self.note(format_args!("run {run}: {what}"));
        let answer = answer.await;
        self.note(format_args!("run {run}: -> {answer:?}"));
        answer
    }

    /// The hash of all that happened so far.
    pub fn hash(&self) -> u64 {
        self.hash.get().0
    }

    /// All that happened so far, if that is kept.
    pub fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }
}
