use std::collections::HashMap;
use std::ops::Range;

use fst::{Automaton, IntoStreamer, Map, MapBuilder, Streamer};

use super::alike::sound;

/// The words of titles and authors, each with the products that it stands in.
///
/// Invariants: a word's place is its rank among all; the products of one word ascend and are distinct, and those of
/// words that follow each other lie in one run of memory.
#[derive(Debug, Default)]
pub(super) struct Words {
    places: Map<Vec<u8>>,
    titles: Lists,
    authors: Lists,
    /// A sound, and which list of `alike` has the places of the words that have it.
    sounds: Map<Vec<u8>>,
    alike: Lists,
}

/// Lists of numbers, one behind the other.
#[derive(Debug, Default)]
struct Lists {
    /// Where list `n` ends.
    ends: Vec<u32>,
    numbers: Vec<u32>,
}

#[derive(Default)]
pub(super) struct WordsBuilder(HashMap<Box<str>, Products>);

#[derive(Default)]
struct Products {
    titles: Vec<u32>,
    authors: Vec<u32>,
}

impl WordsBuilder {
    /// Products must come in ascending order.
    pub fn add_of_title(&mut self, word: &str, product: u32) {
        add(&mut self.products_of(word).titles, product);
    }

    pub fn add_of_author(&mut self, word: &str, product: u32) {
        add(&mut self.products_of(word).authors, product);
    }

    fn products_of(&mut self, word: &str) -> &mut Products {
        // most words are there already, and a look saves making another
        if !self.0.contains_key(word) {
            self.0.insert(word.into(), Products::default());
        }
        self.0.get_mut(word).expect("it has just been looked for")
    }

    /// `None` where the words or their products are more than 32 bits can number.
    pub fn build(self) -> Option<Words> {
        let mut words: Vec<(Box<str>, Products)> = self.0.into_iter().collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let (sounds, alike) = sounds(&words)?;
        let mut places = MapBuilder::memory();
        let (mut titles, mut authors) = (Lists::default(), Lists::default());
        for (place, (word, products)) in (0..).zip(words) {
            places.insert(word.as_bytes(), place).ok()?;
            titles.push(&products.titles)?;
            authors.push(&products.authors)?;
        }
        Some(Words { places: places.into_map(), titles, authors, sounds, alike })
    }
}

fn add(products: &mut Vec<u32>, product: u32) {
    if products.last() != Some(&product) {
        products.push(product);
    }
}

fn sounds(words: &[(Box<str>, Products)]) -> Option<(Map<Vec<u8>>, Lists)> {
    let heard = |(place, (word, _)): (u32, &(Box<str>, Products))| Some((sound(word)?, place));
    let mut heard: Vec<(String, u32)> = (0u32..).zip(words).filter_map(heard).collect();
    heard.sort_unstable();
    let mut sounds = MapBuilder::memory();
    let mut alike = Lists::default();
    for (list, group) in (0..).zip(heard.chunk_by(|a, b| a.0 == b.0)) {
        sounds.insert(&group[0].0, list).ok()?;
        alike.push(&group.iter().map(|(_, place)| *place).collect::<Vec<_>>())?;
    }
    Some((sounds.into_map(), alike))
}

impl Lists {
    fn push(&mut self, numbers: &[u32]) -> Option<()> {
        self.numbers.extend_from_slice(numbers);
        self.ends.push(u32::try_from(self.numbers.len()).ok()?);
        Some(())
    }

    /// What stands in the lists of this range, one behind the other.
    fn of(&self, lists: Range<usize>) -> &[u32] {
        let end_before = |n: usize| if n == 0 { 0 } else { self.ends[n - 1] as usize };
        &self.numbers[end_before(lists.start)..end_before(lists.end)]
    }
}

impl Words {
    /// The places of all words that begin with `prefix`.
    pub fn starting_with(&self, prefix: &str) -> Range<usize> {
        let mut end = prefix.as_bytes().to_vec();
        // the last byte of a letter in UTF-8 is never the highest
        let Some(last) = end.last_mut() else { return 0..self.places.len() };
        *last += 1;
        self.first_from(prefix.as_bytes())..self.first_from(&end)
    }

    fn first_from(&self, word: &[u8]) -> usize {
        let first = self.places.range().ge(word).into_stream().next().map(|(_, place)| place as usize);
        first.unwrap_or(self.places.len())
    }

    pub fn exactly(&self, word: &str) -> Option<usize> {
        self.places.get(word).map(|place| place as usize)
    }

    pub fn that_sound_like(&self, word: &str) -> &[u32] {
        let list = sound(word).and_then(|sound| self.sounds.get(sound));
        list.map_or(&[], |list| self.alike.of(list as usize..list as usize + 1))
    }

    /// The places of all words that an automaton takes.
    pub fn that_are(&self, like: impl Automaton) -> Vec<usize> {
        let mut places = vec![];
        let mut stream = self.places.search(like).into_stream();
        while let Some((_, place)) = stream.next() {
            places.push(place as usize);
        }
        places
    }

    /// The products in whose titles the words of these places stand; one product may come several times, and each word's
    /// ascend.
    pub fn titles(&self, places: Range<usize>) -> Parts<'_> {
        Parts { lists: &self.titles, places }
    }

    pub fn authors(&self, places: Range<usize>) -> Parts<'_> {
        Parts { lists: &self.authors, places }
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> usize {
        let lists = [&self.titles, &self.authors, &self.alike];
        let numbers: usize = lists.iter().map(|lists| 4 * (lists.ends.len() + lists.numbers.len())).sum();
        numbers + self.places.as_fst().size() + self.sounds.as_fst().size()
    }
}

/// The products of several words, a list for each.
pub(super) struct Parts<'a> {
    lists: &'a Lists,
    places: Range<usize>,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u32];

    fn next(&mut self) -> Option<&'a [u32]> {
        let place = self.places.next()?;
        Some(self.lists.of(place..place + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_prefix_finds_what_a_look_at_every_word_finds(
            words in proptest::collection::vec("[abé]{1,3}", 0..30), prefix in "[abé]{0,3}"
        ) {
            let mut builder = WordsBuilder::default();
            for (product, word) in words.iter().enumerate() {
                builder.add_of_title(word, product as u32);
            }
            let index = builder.build().unwrap();
            let matching = |test: &dyn Fn(&str) -> bool| -> Vec<u32> {
                (0u32..).zip(&words).filter(|(_, word)| test(word)).map(|(product, _)| product).collect()
            };
            let sorted = |parts: Parts<'_>| { let mut all = parts.flatten().copied().collect::<Vec<_>>(); all.sort_unstable(); all };
            prop_assert_eq!(sorted(index.titles(index.starting_with(&prefix))), matching(&|word| word.starts_with(&prefix)));
            let exactly = index.exactly(&prefix).map_or(0..0, |place| place..place + 1);
            prop_assert_eq!(sorted(index.titles(exactly)), matching(&|word| word == prefix));
            prop_assert_eq!(index.authors(0..index.places.len()).flatten().count(), 0);
        }
    }
}
