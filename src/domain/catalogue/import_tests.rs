use super::*;
use crate::domain::{Currency, Money};
use proptest::prelude::*;

const HEADER: &str = "sku,title,authors,year,language,isbn,price,currency,weight_grams,stock\n";

fn imported(rows: &str) -> Imported {
    import(format!("{HEADER}{rows}").as_bytes()).unwrap()
}

/// Why the only record of `row` was not taken.
fn rejection(row: &str) -> String {
    let mut imported = imported(row);
    assert_eq!((imported.rows.len(), imported.rejected.len()), (0, 1), "{row}");
    imported.rejected.remove(0).why
}

#[test]
fn a_row_becomes_a_product_with_its_opening_stock() {
    let imported = imported("PD-1,\"Emma, a \"\"Novel\"\"\",Jane Austen,1815,en,0439023483,7.5,GBP,340,12\n");
    let row = &imported.rows[0];
    assert_eq!((row.line, row.opening_stock), (2, 12));
    assert_eq!(row.product.title, "Emma, a \"Novel\"");
    assert_eq!(row.product.authors, ["Jane Austen"]);
    assert_eq!((row.product.year, row.product.language.as_deref()), (Some(1815), Some("en")));
    assert_eq!(row.product.isbn.as_deref(), Some("9780439023481"));
    assert_eq!(row.product.price, Money::new(750, Currency::GBP));
    assert_eq!(row.product.weight_grams, Some(340));
    assert!(imported.derived.is_empty());
}

#[test]
fn what_may_be_empty_is_absent() {
    let imported = imported("B-1,Beowulf,,,,,7.99,,300,1\n");
    let product = &imported.rows[0].product;
    assert!(product.authors.is_empty() && product.year.is_none());
    assert!(product.language.is_none() && product.isbn.is_none());
}

#[test]
fn a_book_without_price_is_never_given_one_where_the_file_has_a_price_column() {
    assert_eq!(rejection("B-1,Beowulf,,,,,,,300,1\n"), "price `` is not pounds and pence, as in 12.99");
}

#[test]
fn goodbooks_columns_are_understood_and_the_rest_derived() {
    let file = "book_id,isbn,isbn13,authors,original_publication_year,original_title,title,language_code\n\
                7,439023483,9.78043902348e+12,\"Homer, Robert Fagles,  Homer\",-750.0,Iliad,The Iliad,eng\n";
    let imported = import(file.as_bytes()).unwrap();
    let product = &imported.rows[0].product;
    assert_eq!(product.sku.as_str(), "GB-000007");
    assert_eq!(product.title, "The Iliad");
    assert_eq!(product.authors, ["Homer", "Robert Fagles"]);
    assert_eq!((product.year, product.language.as_deref()), (Some(-750), Some("en")));
    assert_eq!(product.isbn.as_deref(), Some("9780439023481"));
    assert_eq!(imported.derived, ["price", "weight_grams", "stock"]);
    assert_eq!(import(file.as_bytes()).unwrap(), imported);
}

#[test]
fn a_bad_row_says_what_is_wrong_with_it() {
    let cases = [
        (
            "x?y,T,A,,,,1.00,,1,1",
            "`x?y` is not a SKU: 1 to 64 letters, digits, dots, dashes, underscores, slashes or single spaces within are expected",
        ),
        ("S, ,A,,,,1.00,,1,1", "the title is empty"),
        ("S,T,A,MDCC,,,1.00,,1,1", "year `MDCC` is not a whole number"),
        (
            "S,T,A,0,,,1.00,,1,1",
            "year 0 is not one from -3500 to 2200 (negative = BC, and there is no year 0)",
        ),
        ("S,T,A,,,,1.005,,1,1", "price `1.005` is not pounds and pence, as in 12.99"),
        ("S,T,A,,,,-1.00,,1,1", "price `-1.00` is not pounds and pence, as in 12.99"),
        ("S,T,A,,,,0.00,,1,1", "price 0.00 GBP is outside 0.01 to 10000.00 GBP"),
        ("S,T,A,,,,1.00,pound,1,1", "currency `pound` is not three capital letters, as in GBP"),
        ("S,T,A,,,,1.00,,0,1", "weight 0 g is outside 1 to 50000 g"),
        ("S,T,A,,,,1.00,,1,-1", "stock `-1` is not a whole number from 0 to 1000000"),
        ("S,T,A,,English,,1.00,,1,1", "language `english` is not a tag such as `en` or `pt-BR`"),
        ("S,T,A", "3 fields, the header has 10"),
    ];
    for (row, why) in cases {
        assert_eq!(rejection(row), why, "{row}");
    }
}

#[test]
fn a_sku_is_taken_once_whatever_its_case() {
    let imported = imported("a-1,One,,,,,1.00,,1,1\n\nA-1,Two,,,,,1.00,,1,1\n");
    assert_eq!(imported.rows.len(), 1);
    let again = Rejected { line: 4, why: "sku `A-1` is already on line 2".to_owned() };
    assert_eq!(imported.rejected, [again]);
}

#[test]
fn lines_are_those_of_a_text_editor() {
    for end in ["\n", "\r\n"] {
        let lines =
            [HEADER.trim_end(), "", "S1,\"two", "lines\",,,,,1.00,,1,1", "", "S2,T", "S3,T,,,,,1.00,,1,1"];
        let imported = import(lines.join(end).as_bytes()).unwrap();
        let taken: Vec<u64> = imported.rows.iter().map(|row| row.line).collect();
        assert_eq!((taken, imported.rejected[0].line), (vec![3, 7], 6), "{end:?}");
        assert_eq!(imported.rows[0].product.title, "two lines");
    }
}

#[test]
fn a_quote_that_is_not_closed_is_told_with_the_lines_it_swallowed() {
    let imported = imported("S1,\"T,,,,,1.00,,1,1\nS2,T,,,,,1.00,,1,1\nS3,T,,,,,1.00,,1,1\n");
    assert!(imported.rows.is_empty());
    assert_eq!(imported.rejected[0].line, 2);
    assert_eq!(
        imported.rejected[0].why,
        "2 fields, the header has 10 (the record runs on to line 4: is a quote not closed?)"
    );
}

#[test]
fn text_that_is_not_utf8_is_a_bad_row_and_the_next_is_read() {
    let mut file = HEADER.as_bytes().to_vec();
    file.extend_from_slice(b"S1,Caf\xe9,,,,,1.00,,1,1\nS2,Caf\xc3\xa9,,,,,1.00,,1,1\n");
    let imported = import(&file[..]).unwrap();
    assert_eq!(imported.rejected, [Rejected { line: 2, why: "the title is not UTF-8".to_owned() }]);
    assert_eq!(imported.rows[0].product.title, "Café");
}

#[test]
fn a_file_without_columns_is_an_error_of_the_file() {
    let error = import(&b""[..]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the catalogue file has no column `sku`, its columns are: none: the file is empty"
    );
}

#[test]
fn a_disk_that_fails_half_way_is_an_error_and_the_end() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk on fire"))
        }
    }
    let start = format!("{HEADER}S1,T,,,,,1.00,,1,1\n");
    let mut records = open(start.as_bytes().chain(Failing)).unwrap();
    assert!(records.next().unwrap().unwrap().is_ok());
    let error = records.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "cannot read the catalogue file after line 3: disk on fire");
    assert!(records.next().is_none());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = import(&bytes[..]);
        let _ = import(&[HEADER.as_bytes(), &bytes[..]].concat()[..]);
    }

    #[test]
    fn every_record_is_accounted_for(
        rows in proptest::collection::vec("S[0-9],[a-zé ]{0,3},[;,a]{0,3},-?[0-9.]{0,4},(en)?,[0-9]{0,3},[0-9.]{1,4},,[0-9]{1,2},[0-9]", 0..20)
    ) {
        let imported = imported(&rows.join("\n"));
        let mut lines: Vec<u64> = imported.rows.iter().map(|row| row.line).collect();
        lines.extend(imported.rejected.iter().map(|rejected| rejected.line));
        lines.sort_unstable();
        prop_assert_eq!(lines, (2..rows.len() as u64 + 2).collect::<Vec<_>>());
    }
}
