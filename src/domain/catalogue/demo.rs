use super::reading::{Imported, Wishes, import};
use crate::domain::Currency;

/// The catalogue of the demo shop: some three hundred books in the public domain, with prices and stock.
pub fn demo() -> Imported {
    let file = include_bytes!("../../../config/demo-catalogue.csv");
    import(&file[..], &Wishes::new(Currency::GBP)).expect("the embedded file is read whole by a test")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;
    use std::collections::BTreeSet;

    #[test]
    fn every_book_of_the_demo_shop_can_be_sold() {
        let demo = demo();
        assert_eq!(demo.rejected, []);
        assert!(demo.table.derived.is_empty() && demo.left_out.is_empty());
        assert!(demo.rows.iter().all(|row| row.warnings.is_empty()));
        assert!((300..=350).contains(&demo.rows.len()), "{}", demo.rows.len());
        let books: Vec<_> = demo.rows.iter().map(|row| row.product.clone()).collect();
        let titles: BTreeSet<_> = books.iter().map(|book| (&book.title, &book.authors)).collect();
        assert_eq!(titles.len(), books.len());
        assert!(Catalogue::build(books).is_ok(), "a sku stands there twice");
    }

    #[test]
    fn some_books_of_the_demo_shop_are_out_of_stock_and_some_are_the_last() {
        let rows = demo().rows;
        let with = |stock: u32| rows.iter().filter(|row| row.opening_stock == stock).count();
        assert!((10..=25).contains(&with(0)), "{} are out of stock", with(0));
        assert!(with(1) >= 3);
    }

    #[test]
    fn every_book_of_the_demo_shop_is_old_enough_to_be_free() {
        for row in demo().rows {
            assert!(
                row.product.year.is_some_and(|year| year < 1929),
                "line {}: {}",
                row.line,
                row.product.title
            );
        }
    }
}
