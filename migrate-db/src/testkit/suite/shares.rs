//! Splits the revisions of a suite among databases that work at the same time.

/// How many revisions are worth a database of their own.
const SMALLEST_SHARE: usize = 12;

/// The time of an up without a test, relative to that of a test.
const CLIMB: f64 = 1.0 / 14.0;

/// The time of the tests of the whole history, relative to that of all its revisions.
const WHOLE: f64 = 1.0 / 8.0;

/// Splits what is to be tested so that all shares end at the same time. A share that begins higher up
/// has to apply all revisions below it first, and the last one also tests the whole history. There
/// is always at least one share.
pub(super) fn shares<T>(pending: &[T], jobs: usize, history_tests: bool) -> Vec<&[T]> {
    let jobs = jobs.min(pending.len() / SMALLEST_SHARE).max(1);
    let work = pending.len() as f64 * if history_tests { 1.0 + WHOLE } else { 1.0 };
    // Each has the time of the first one, less what it takes to climb over all before it.
    let done = |shares: usize| 1.0 - (1.0 - CLIMB).powf(shares as f64);
    let end = |n: usize| match n + 1 < jobs {
        true => ((work * done(n + 1) / done(jobs)).round() as usize).min(pending.len()),
        false => pending.len(),
    };
    let ends: Vec<usize> = (0..jobs).map(end).collect();
    let starts = [0].into_iter().chain(ends.iter().copied());
    let shares = starts.zip(&ends).map(|(start, end)| &pending[start..*end]);
    let shares: Vec<&[T]> = shares.filter(|share| !share.is_empty()).collect();
    if shares.is_empty() { vec![pending] } else { shares }
}

#[cfg(test)]
mod tests {
    use super::{SMALLEST_SHARE, shares};

    #[test]
    fn every_share_is_there_once_and_the_first_is_the_longest() {
        for length in [0, 1, SMALLEST_SHARE, 25, 200, 1000] {
            let pending: Vec<usize> = (0..length).collect();
            for (jobs, history_tests) in [(1, true), (2, true), (2, false), (8, true), (100, false)]
            {
                let shares = shares(&pending, jobs, history_tests);
                assert_eq!(shares.concat(), pending);
                assert!((1..=jobs).contains(&shares.len()));
                assert!(length == 0 || shares.iter().all(|share| !share.is_empty()));
                assert!(shares.windows(2).all(|two| two[0].len() + 1 >= two[1].len()));
            }
        }
        assert_eq!(shares(&[(); 200], 2, true).len(), 2);
    }
}
