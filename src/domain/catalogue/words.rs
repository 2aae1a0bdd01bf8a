use std::collections::BTreeMap;
use std::ops::Range;

/// Sorted words, each with the products that it stands in, in one run of memory each.
///
/// Invariants: words ascend and are distinct; the products of one word ascend and are distinct.
#[derive(Debug, Default)]
pub(super) struct Words {
    text: String,
    /// Where word `n` ends in `text`, and its products in `products`.
    ends: Vec<(u32, u32)>,
    products: Vec<u32>,
}

#[derive(Default)]
pub(super) struct WordsBuilder(BTreeMap<Box<str>, Vec<u32>>);

impl WordsBuilder {
    /// Products must come in ascending order.
    pub fn add(&mut self, word: &str, product: u32) {
        match self.0.get_mut(word) {
            Some(products) if products.last() == Some(&product) => {}
            Some(products) => products.push(product),
            None => {
                self.0.insert(word.into(), vec![product]);
            }
        }
    }

    pub fn build(self) -> Words {
        let mut words = Words::default();
        for (word, products) in self.0 {
            words.text.push_str(&word);
            words.products.extend(products);
            words.ends.push((end(words.text.len()), end(words.products.len())));
        }
        words
    }
}

/// A catalogue's products and their words are limited such that this holds, see `Catalogue::build`.
fn end(length: usize) -> u32 {
    u32::try_from(length).expect("the words of a limited catalogue stay below 4 GiB")
}

impl Words {
    /// The products of every word that begins with `prefix`; one product may come several times.
    pub fn starting_with<'a>(&'a self, prefix: &'a str) -> &'a [u32] {
        let from = self.first_not(|word| word < prefix);
        let to = self.first_not(|word| word < prefix || word.starts_with(prefix));
        &self.products[self.products_of(from..to)]
    }

    /// The products of the word `word` itself.
    pub fn exactly(&self, word: &str) -> &[u32] {
        let from = self.first_not(|other| other < word);
        let to = self.first_not(|other| other <= word);
        &self.products[self.products_of(from..to)]
    }

    fn first_not(&self, before: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.word(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn word(&self, n: usize) -> &str {
        let start = if n == 0 { 0 } else { self.ends[n - 1].0 };
        &self.text[start as usize..self.ends[n].0 as usize]
    }

    fn products_of(&self, words: Range<usize>) -> Range<usize> {
        let end_before = |n: usize| if n == 0 { 0 } else { self.ends[n - 1].1 as usize };
        end_before(words.start)..end_before(words.end)
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
                builder.add(word, product as u32);
            }
            let index = builder.build();
            let matching = |test: &dyn Fn(&str) -> bool| -> Vec<u32> {
                (0u32..).zip(&words).filter(|(_, word)| test(word)).map(|(product, _)| product).collect()
            };
            let sorted = |products: &[u32]| { let mut all = products.to_vec(); all.sort_unstable(); all };
            prop_assert_eq!(sorted(index.starting_with(&prefix)), matching(&|word| word.starts_with(&prefix)));
            prop_assert_eq!(sorted(index.exactly(&prefix)), matching(&|word| word == prefix));
        }
    }
}
