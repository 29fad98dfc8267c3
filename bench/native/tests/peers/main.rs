//! Other libraries asked the same: where their answers differ, it is in a way that tests/corpora/differences.md names.

mod rules;
mod texts;

/// A small generator of numbers, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }

    fn one_in(&mut self, chance: usize) -> bool {
        self.below(chance) == 0
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// A few numbers but zero, unless it is the lowest.
    fn numbers(&mut self, low: i32, high: i32) -> String {
        let mut numbers: Vec<i32> =
            (0..=self.below(3)).map(|_| low + self.below((high - low + 1) as usize) as i32).collect();
        numbers.retain(|n| *n != 0 || low == 0);
        numbers.sort_unstable();
        numbers.dedup();
        let texts: Vec<String> = numbers.iter().map(i32::to_string).collect();
        if texts.is_empty() { "1".to_owned() } else { texts.join(",") }
    }
}
