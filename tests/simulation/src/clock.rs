//! Time that passes only when the world says so, and futures that are polled by hand.

use kalends::Instant;
use kalends::port::Clock;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// The world's clock.
pub struct SimClock(Cell<Instant>);

impl SimClock {
    pub fn at(start: Instant) -> Self {
        Self(Cell::new(start))
    }

    /// Lets time pass.
    pub fn pass(&self, millis: i64) {
        self.0.set(self.0.get().plus_millis(millis));
    }
}

impl Clock for SimClock {
    fn now(&self) -> Instant {
        self.0.get()
    }
}

/// What every port call begins with: it hands control back once before it has any effect, so that the world can
/// crash, act or let time pass between any two effects.
pub async fn pause() {
    let mut paused = false;
    poll_fn(|_| match std::mem::replace(&mut paused, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// Carries a future to its next port call; its output if it came to its end.
pub fn step<T>(future: &mut Pin<Box<dyn Future<Output = T> + '_>>) -> Option<T> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Carries a future to its end.
pub fn finish<T>(mut future: Pin<Box<dyn Future<Output = T> + '_>>) -> T {
    for _ in 0..1_000_000 {
        if let Some(output) = step(&mut future) {
            return output;
        }
    }
    panic!("the run makes no end");
}

/// Crashes a future when it makes its port call number `call`, which has no effect any more; none if it did, else
/// its output.
pub fn crash_at<T>(call: usize, mut future: Pin<Box<dyn Future<Output = T> + '_>>) -> Option<T> {
    (0..call).find_map(|_| step(&mut future))
}
