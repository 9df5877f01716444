//! A parallel map over the chunks of a slice.

use std::sync::{Mutex, PoisonError};

/// The number of items per chunk: small enough that no thread waits long for another.
const CHUNK: usize = 32;

/// Maps every chunk of `items` with `map`, on several threads when there are many chunks. The results
/// are in the order of the chunks.
///
/// Each thread has a scratch buffer of its own. A thread frees only memory that it allocated itself,
/// so that the threads do not contend for the allocator.
pub(crate) fn map_chunks<S: Send, T: Send>(
    items: &mut [S],
    map: impl Fn(&mut Vec<u8>, &mut [S]) -> T + Sync,
) -> Vec<T> {
    let chunks = items.len().div_ceil(CHUNK);
    let queue = Mutex::new(items.chunks_mut(CHUNK).enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut scratch = Vec::new();
        let map = |(number, chunk)| (number, map(&mut scratch, chunk));
        std::iter::from_fn(next).map(map).collect::<Vec<_>>()
    };
    let threads = match chunks {
        0..4 => 1,
        _ => std::thread::available_parallelism().map_or(1, usize::from).min(8),
    };
    let mut results = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut results = work();
        for other in others {
            let panic = |panic| std::panic::resume_unwind(panic);
            results.extend(other.join().unwrap_or_else(panic));
        }
        results
    });
    results.sort_unstable_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_chunks() {
        let mut items: Vec<usize> = (0..1000).collect();
        let results = map_chunks(&mut items, |_, chunk| chunk.to_vec());
        assert_eq!(results.len(), 1000_usize.div_ceil(CHUNK));
        assert_eq!(results.concat(), items);
        assert!(map_chunks(&mut [0; 0], |_, chunk| chunk.to_vec()).concat().is_empty());
    }
}
