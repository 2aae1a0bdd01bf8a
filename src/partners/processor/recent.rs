use std::collections::{BTreeMap, HashMap};

/// A bounded memory of what customers are doing just now, under their checkouts. Where it is full the oldest makes room: whoever fills
/// it up keeps nobody else out, and who is forgotten begins once more.
pub struct Recent<V> {
    by_checkout: HashMap<String, Kept<V>>,
    /// The places in which they came.
    by_age: BTreeMap<u64, String>,
    next_place: u64,
    room: usize,
    taken: usize,
}

struct Kept<V> {
    value: V,
    place: u64,
    takes: usize,
    /// Unix time in seconds.
    until: u64,
}

impl<V> Recent<V> {
    pub fn with_room_for(room: usize) -> Recent<V> {
        Recent { by_checkout: HashMap::new(), by_age: BTreeMap::new(), next_place: 0, room, taken: 0 }
    }

    /// In the place of any that this checkout has; `takes`: how much of the room. What takes more than all of it is not kept.
    pub fn keep(&mut self, checkout: &str, value: V, takes: usize, now_s: u64, until: u64) {
        self.remove(checkout);
        self.forget_old(now_s);
        if takes > self.room {
            return;
        }
        while self.taken + takes > self.room && self.forget_oldest() {}
        let place = self.next_place;
        self.next_place += 1;
        self.taken += takes;
        self.by_age.insert(place, checkout.to_owned());
        self.by_checkout.insert(checkout.to_owned(), Kept { value, place, takes, until });
    }

    pub fn get(&self, checkout: &str, now_s: u64) -> Option<&V> {
        self.by_checkout.get(checkout).filter(|kept| kept.until > now_s).map(|kept| &kept.value)
    }

    pub fn get_mut(&mut self, checkout: &str, now_s: u64) -> Option<&mut V> {
        self.by_checkout.get_mut(checkout).filter(|kept| kept.until > now_s).map(|kept| &mut kept.value)
    }

    pub fn remove(&mut self, checkout: &str) {
        if let Some(kept) = self.by_checkout.remove(checkout) {
            self.by_age.remove(&kept.place);
            self.taken -= kept.takes;
        }
    }

    /// The oldest of those whose time is over; all of them where each is kept for as long as the others.
    pub fn forget_old(&mut self, now_s: u64) {
        while self.oldest().is_some_and(|kept| kept.until <= now_s) && self.forget_oldest() {}
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.by_checkout.len()
    }

    fn oldest(&self) -> Option<&Kept<V>> {
        self.by_checkout.get(self.by_age.values().next()?)
    }

    /// `false`: there is none.
    fn forget_oldest(&mut self) -> bool {
        let oldest = self.by_age.values().next().cloned();
        oldest.as_deref().map(|checkout| self.remove(checkout)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_what_is_kept_anew_is_the_newest() {
        let mut recent = Recent::with_room_for(3);
        for checkout in ["a", "b", "c", "a"] {
            recent.keep(checkout, checkout, 1, 0, 10);
        }
        recent.keep("d", "d", 2, 0, 10);
        assert_eq!((recent.get("b", 0), recent.get("c", 0)), (None, None));
        assert_eq!((recent.get("a", 9), recent.get("d", 9)), (Some(&"a"), Some(&"d")));
        recent.keep("e", "e", 4, 0, 10);
        assert_eq!(
            (recent.get("e", 0), recent.len()),
            (None, 2),
            "it would push all others out, and not fit"
        );
    }

    #[test]
    fn what_is_over_is_not_told_and_goes() {
        let mut recent = Recent::with_room_for(9);
        recent.keep("a", 1, 1, 0, 10);
        recent.keep("b", 2, 1, 5, 15);
        assert_eq!(recent.get("a", 10), None);
        assert_eq!(recent.get_mut("b", 10), Some(&mut 2));
        recent.forget_old(10);
        assert_eq!(recent.len(), 1);
        recent.remove("b");
        assert_eq!((recent.len(), recent.taken, recent.by_age.len()), (0, 0, 0));
    }
}
