//! What several things claim though only one can have it.

use std::collections::BTreeMap;

/// Groups claims by what they want and returns, in the order of what is wanted, those that at least
/// one other of their group stands against. Claims keep their order.
pub(super) fn contested<K: Ord, C>(
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

#[cfg(test)]
mod tests {
    use super::contested;

    #[test]
    fn who_has_no_rival_is_left_out() {
        let claims = [("b", 1), ("a", 1), ("b", 1), ("b", 2), ("c", 3), ("c", 4)];
        let found = contested(claims, |one, other| one != other);
        assert_eq!(found, [("b", vec![1, 1, 2]), ("c", vec![3, 4])]);
        let found = contested([("a", 1), ("a", 1), ("a", 2), ("b", 1)], |a, b| a == b);
        assert_eq!(found, [("a", vec![1, 1])]);
    }
}
