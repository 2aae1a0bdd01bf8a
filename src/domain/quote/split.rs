use smallvec::SmallVec;

/// `whole` in as many parts as there are weights, in proportion to them. By largest remainder: each part is its exact share, rounded down or
/// up, and they are the whole together. Of equal remainders the earlier part is rounded up. Where nothing weighs anything the parts are as
/// equal as can be.
pub fn split(whole: i64, weights: &[i64]) -> SmallVec<[i64; 4]> {
    let all: i128 = weights.iter().map(|weight| i128::from(*weight).max(0)).sum();
    let weigh = |weight: &i64| if all == 0 { 1 } else { i128::from(*weight).max(0) };
    let all = if all == 0 { weights.len() as i128 } else { all };
    if weights.len() <= 1 {
        return weights.iter().map(|_| whole).collect();
    }
    let exact = |weight: &i64| i128::from(whole) * weigh(weight);
    let mut parts: SmallVec<[i64; 4]> =
        // a part is not greater than the whole
        weights.iter().map(|weight| exact(weight).div_euclid(all) as i64).collect();
    let mut missing = whole - parts.iter().sum::<i64>();
    let mut by_remainder: SmallVec<[usize; 4]> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|place| std::cmp::Reverse(exact(&weights[*place]).rem_euclid(all)));
    for place in by_remainder {
        if missing == 0 {
            break;
        }
        parts[place] += 1;
        missing -= 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_has_the_largest_remainder_gets_what_is_left() {
        assert_eq!(split(100, &[1, 1, 1])[..], [34, 33, 33]);
        assert_eq!(split(10, &[5, 3, 2])[..], [5, 3, 2]);
        assert_eq!(split(3, &[1, 5])[..], [1, 2]);
        assert_eq!(split(5, &[0, 0])[..], [3, 2]);
        assert_eq!(split(5, &[0, 7])[..], [0, 5]);
        assert_eq!((split(5, &[9])[..].to_vec(), split(5, &[]).len()), (vec![5], 0));
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole_and_each_is_within_one_of_its_share(
            whole in 0_i64..=1_000_000_000_000, weights in prop::collection::vec(0_i64..=1_000_000_000_000, 1..30),
        ) {
            let parts = split(whole, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), whole);
            let all: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let off = i128::from(*part) * all - i128::from(whole) * i128::from(*weight);
                prop_assert!(all == 0 || off.abs() < all);
                prop_assert!(*part >= 0 && (*weight > 0 || all == 0 || *part == 0));
            }
        }
    }
}
