//! What several things claim though only one can have it.

use std::collections::BTreeMap;

/// Groups claims by what they want and returns, in the order of what is wanted, those that at least
/// one other of their group stands against. Claims keep their order.
pub(crate) fn contested<K: Ord, C>(
    claims: impl IntoIterator<Item = (K, C)>,
    stands_against: impl Fn(&C, &C) -> bool,
) -> Vec<(K, Vec<C>)> {
    let mut groups: BTreeMap<K, Vec<C>> = BTreeMap::new();
    for (wanted, claim) in claims {
        groups.entry(wanted).or_default().push(claim);
    }
    let mut contested = Vec::new();
    for (wanted, claims) in groups {
        let is_contested = |index: usize| {
            let mut others = claims.iter().enumerate();
            others.any(|(other, its)| other != index && stands_against(&claims[index], its))
        };
        let kept: Vec<bool> = (0..claims.len()).map(is_contested).collect();
        let mut kept = kept.into_iter();
        let mut claims = claims;
        claims.retain(|_| kept.next() == Some(true));
        if !claims.is_empty() {
            contested.push((wanted, claims));
        }
    }
    contested
}

/// Groups ranges that are chained by collisions: of two that overlap, `collide` says whether they
/// stand against each other. Returns groups of two and more, each in the order of `ranges`, by their
/// first members. Ends of ranges belong to them.
///
/// A range is never taken apart, so ten thousand claims of all ports there are cost no more than
/// ten thousand of one port.
pub(crate) fn chained<K: Ord + Copy>(
    ranges: &[(K, K)],
    collide: impl Fn(usize, usize) -> bool,
) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    order.sort_by_key(|index| ranges[*index]);
    let mut chains = Chains::new(ranges.len());
    let mut open: Vec<usize> = Vec::new();
    for index in order {
        let (first, _) = ranges[index];
        // What ends before this one begins ends before all later ones begin.
        open.retain(|other| first <= ranges[*other].1);
        for other in &open {
            if chains.root(*other) != chains.root(index) && collide(*other, index) {
                chains.join(*other, index);
            }
        }
        open.push(index);
    }
    chains.of_several()
}

/// Sets of indices that grow together.
struct Chains {
    parents: Vec<usize>,
}

impl Chains {
    fn new(count: usize) -> Self {
        Self {
            parents: (0..count).collect(),
        }
    }

    fn root(&mut self, mut index: usize) -> usize {
        while self.parents[index] != index {
            self.parents[index] = self.parents[self.parents[index]];
            index = self.parents[index];
        }
        index
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one.max(other)] = one.min(other);
    }

    fn of_several(mut self) -> Vec<Vec<usize>> {
        let mut sets: Vec<Vec<usize>> = vec![Vec::new(); self.parents.len()];
        for index in 0..self.parents.len() {
            let root = self.root(index);
            sets[root].push(index);
        }
        sets.retain(|set| set.len() > 1);
        sets
    }
}

#[cfg(test)]
mod tests {
    use super::{chained, contested};

    #[test]
    fn ranges_are_chained_by_those_that_collide() {
        let ranges = [
            (80, 80),
            (1, 9),
            (5, 6),
            (80, 80),
            (6, 20),
            (7, 7),
            (21, 22),
        ];
        assert_eq!(
            chained(&ranges, |_, _| true),
            [vec![0, 3], vec![1, 2, 4, 5]]
        );
        let others = |one: usize, other: usize| one != 5 && other != 5;
        assert_eq!(chained(&ranges, others), [vec![0, 3], vec![1, 2, 4]]);
        assert!(chained(&ranges, |_, _| false).is_empty());
    }

    #[test]
    fn who_has_no_rival_is_left_out() {
        let claims = [("b", 1), ("a", 1), ("b", 1), ("b", 2), ("c", 3), ("c", 4)];
        let found = contested(claims, |one, other| one != other);
        assert_eq!(found, [("b", vec![1, 1, 2]), ("c", vec![3, 4])]);
        let found = contested([("a", 1), ("a", 1), ("a", 2), ("b", 1)], |a, b| a == b);
        assert_eq!(found, [("a", vec![1, 1])]);
    }
}
