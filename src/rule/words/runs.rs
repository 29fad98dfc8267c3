//! Numbers of a rule in the order in which they are said, with those that follow each other as one.

/// Numbers that follow each other, the first and the last of them.
pub(super) type Run = (i64, i64);

pub(super) fn own(number: u32) -> Run {
    (number.into(), number.into())
}

pub(super) fn numbers(bits: u64) -> Vec<i64> {
    (0..60).filter(|n| bits >> n & 1 == 1).collect()
}

pub(super) fn bit_runs(bits: u64) -> Vec<Run> {
    runs(&numbers(bits))
}

/// Numbers in order, three or more that follow each other as one.
pub(super) fn runs<N: Copy + Into<i64>>(numbers: &[N]) -> Vec<Run> {
    let pair = |(first, last): Run| match last == first + 1 {
        true => vec![(first, first), (last, last)],
        false => vec![(first, last)],
    };
    merged(numbers).into_iter().flat_map(pair).collect()
}

/// Numbers in order, those that follow each other as one; not those from the end, which are said one by one.
pub(super) fn merged<N: Copy + Into<i64>>(numbers: &[N]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for number in in_order(numbers) {
        match runs.last_mut() {
            Some(run) if run.1 >= 0 && run.1 + 1 == number => run.1 = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

/// As one says them: 1, 2, and so on, and then from the end, the last one last.
pub(super) fn in_order<N: Copy + Into<i64>>(numbers: &[N]) -> Vec<i64> {
    let mut numbers: Vec<i64> = numbers.iter().map(|number| (*number).into()).collect();
    numbers.sort_by_key(|number| (*number < 0, *number));
    numbers
}
