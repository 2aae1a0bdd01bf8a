//! Sets of products.

/// Of products by their places; as a list where they are few, else as a bit for each product of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// Ascending, each once.
    Few(Vec<u32>),
    /// The bits, and how many are set.
    Many(Vec<u64>, usize),
}

/// A list takes 32 bits for each of its products, and bits one for each of all: with fewer than this part the list is
/// shorter and walked sooner.
const FEW: usize = 64;
/// What it costs to look for one product in a list of words' products, against reading one of these.
const LOOK_UP_COST: usize = 12;

impl Set {
    pub fn all(universe: usize) -> Set {
        let mut bits = vec![u64::MAX; universe.div_ceil(64)];
        if let (Some(last), rest @ 1..) = (bits.last_mut(), universe % 64) {
            *last = (1 << rest) - 1;
        }
        Set::Many(bits, universe)
    }

    /// All that stand in one of the lists, of which each ascends.
    pub fn of(lists: &[&[u32]], universe: usize) -> Set {
        let total: usize = lists.iter().map(|list| list.len()).sum();
        if total < universe / FEW {
            let mut few = lists.concat();
            few.sort_unstable();
            few.dedup();
            return Set::Few(few);
        }
        let mut bits = vec![0; universe.div_ceil(64)];
        for &id in lists.iter().copied().flatten() {
            bits[id as usize / 64] |= 1 << (id % 64);
        }
        Set::with(bits)
    }

    fn with(bits: Vec<u64>) -> Set {
        let count = bits.iter().map(|bits| bits.count_ones() as usize).sum();
        Set::Many(bits, count)
    }

    /// Those that stand in one of the lists too.
    pub fn within(self, lists: &[&[u32]], universe: usize) -> Set {
        let total: usize = lists.iter().map(|list| list.len()).sum();
        match self {
            Set::Few(few) if few.len() * lists.len() * LOOK_UP_COST < total => {
                let is_in = |id: &u32| lists.iter().any(|list| list.binary_search(id).is_ok());
                Set::Few(few.into_iter().filter(is_in).collect())
            }
            Set::Few(few) if few.is_empty() => Set::Few(few),
            set => set.and(&Set::of(lists, universe)),
        }
    }

    pub fn and(self, other: &Set) -> Set {
        match (self, other) {
            (Set::Few(few), other) => Set::Few(few.into_iter().filter(|&id| other.has(id)).collect()),
            (set, Set::Few(few)) => Set::Few(few.iter().copied().filter(|&id| set.has(id)).collect()),
            (Set::Many(mut bits, _), Set::Many(others, _)) => {
                bits.iter_mut().zip(others).for_each(|(bits, others)| *bits &= others);
                Set::with(bits)
            }
        }
    }

    pub fn or(self, other: &Set, universe: usize) -> Set {
        match (self, other) {
            (Set::Few(few), Set::Few(others)) => Set::of(&[&few, others], universe),
            (Set::Many(mut bits, _), Set::Few(few)) => {
                few.iter().for_each(|&id| bits[id as usize / 64] |= 1 << (id % 64));
                Set::with(bits)
            }
            (few @ Set::Few(_), many) => many.clone().or(&few, universe),
            (Set::Many(mut bits, _), Set::Many(others, _)) => {
                bits.iter_mut().zip(others).for_each(|(bits, others)| *bits |= others);
                Set::with(bits)
            }
        }
    }

    pub fn without(self, other: &Set) -> Set {
        match self {
            Set::Few(few) => Set::Few(few.into_iter().filter(|&id| !other.has(id)).collect()),
            Set::Many(mut bits, _) => {
                match other {
                    Set::Few(few) => few.iter().for_each(|&id| bits[id as usize / 64] &= !(1 << (id % 64))),
                    Set::Many(others, _) => {
                        bits.iter_mut().zip(others).for_each(|(bits, others)| *bits &= !others)
                    }
                }
                Set::with(bits)
            }
        }
    }

    pub fn has(&self, id: u32) -> bool {
        match self {
            Set::Few(few) => few.binary_search(&id).is_ok(),
            Set::Many(bits, _) => bits[id as usize / 64] >> (id % 64) & 1 == 1,
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Set::Few(few) => few.len(),
            Set::Many(_, count) => *count,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ascending, from this place on.
    pub fn starting(&self, start: u32) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Set::Few(few) => Box::new(few[few.partition_point(|&id| id < start)..].iter().copied()),
            Set::Many(bits, _) => Box::new(bits_from(bits, start)),
        }
    }
}

fn bits_from(bits: &[u64], start: u32) -> impl Iterator<Item = u32> + '_ {
    let first = start as usize / 64;
    let mask = u64::MAX << (start % 64);
    let words = bits.iter().enumerate().skip(first);
    words.flat_map(move |(at, &word)| {
        let mut rest = if at == first { word & mask } else { word };
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros();
            (rest != 0).then(|| {
                rest &= rest - 1;
                at as u32 * 64 + bit
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const UNIVERSE: usize = 500;

    fn ids(most: usize) -> impl Strategy<Value = BTreeSet<u32>> {
        proptest::collection::btree_set(0u32..UNIVERSE as u32, 0..most)
    }

    fn set(ids: &BTreeSet<u32>) -> Set {
        let list: Vec<u32> = ids.iter().copied().collect();
        Set::of(&[&list], UNIVERSE)
    }

    fn list(set: &Set) -> Vec<u32> {
        set.starting(0).collect()
    }

    proptest! {
        #[test]
        fn few_and_many_are_one_set(a in ids(40), b in ids(40), c in ids(8), start in 0u32..600) {
            for (a, b) in [(&a, &b), (&a, &c), (&c, &a), (&c, &c)] {
                let (one, other) = (set(a), set(b));
                let other_list = list(&other);
                prop_assert_eq!(list(&one), a.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(one.len(), a.len());
                prop_assert_eq!(list(&one.clone().and(&other)), a.intersection(b).copied().collect::<Vec<_>>());
                prop_assert_eq!(list(&one.clone().within(&[&other_list], UNIVERSE)), a.intersection(b).copied().collect::<Vec<_>>());
                prop_assert_eq!(list(&one.clone().or(&other, UNIVERSE)), a.union(b).copied().collect::<Vec<_>>());
                prop_assert_eq!(list(&one.clone().without(&other)), a.difference(b).copied().collect::<Vec<_>>());
                prop_assert_eq!(one.starting(start).collect::<Vec<_>>(), a.range(start..).copied().collect::<Vec<_>>());
                let all = Set::all(UNIVERSE);
                prop_assert_eq!(list(&all.clone().and(&one)), list(&one));
                prop_assert_eq!(all.len(), UNIVERSE);
            }
        }
    }
}
