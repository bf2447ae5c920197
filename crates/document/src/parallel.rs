//! The same work on many things, in threads where that pays.
//!
//! What comes out never depends on how many threads there were: results are in the order of the items.
//! Which work is worth a thread is for the caller to say.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Applies a function to every item and returns the results in the order of the items. There are as many
/// threads as the machine runs at once, but none for fewer than `least` items: one item may be worth a
/// thread, or sixteen.
///
/// # Panics
///
/// Where `work` does.
pub fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    least: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let most = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = most.min(items.len() / least.max(1));
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    // Whoever is done takes the next item, for some take long.
    let take = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            match items.get(index) {
                Some(item) => done.push((index, work(item))),
                None => return done,
            }
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
        let mut done = take();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for count in [0, 1, 2, 3, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            for least in [0, 1, 7] {
                let results = in_parallel(&items, least, |item| {
                    // Early items take longest.
                    for _ in 0..(count - item) {
                        std::hint::black_box(item);
                    }
                    item * 2
                });
                let expected: Vec<usize> = items.iter().map(|item| item * 2).collect();
                assert_eq!(results, expected);
            }
        }
    }

    #[test]
    #[should_panic(expected = "seven")]
    fn a_panic_stays_one() {
        let items: Vec<usize> = (0..64).collect();
        in_parallel(&items, 1, |item| assert!(*item != 7, "seven"));
    }
}
