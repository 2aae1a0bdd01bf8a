use super::*;
use crate::domain::catalogue::reading::imported::LeftOut;
use crate::domain::{Currency, Money};
use proptest::prelude::*;

const HEADER: &str = "sku,title,authors,year,language,isbn,price,currency,weight_grams,stock\n";

fn pounds() -> Wishes {
    Wishes::new(Currency::GBP)
}

fn imported(rows: &str) -> Imported {
    import(format!("{HEADER}{rows}").as_bytes(), &pounds()).unwrap()
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
    assert!(imported.table.derived.is_empty() && row.warnings.is_empty());
}

#[test]
fn a_page_s_markup_is_no_part_of_a_title_or_a_name() {
    let imported = imported("S,<em>Emma</em> &amp; more,Flann O&#39;Brien,,,,1.00,,1,1\n");
    let product = &imported.rows[0].product;
    assert_eq!(
        (product.title.as_str(), &product.authors[..]),
        ("Emma & more", &["Flann O'Brien".to_owned()][..])
    );
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
    assert_eq!(rejection("B-1,Beowulf,,,,,,,300,1\n"), "the price is empty");
    assert_eq!(rejection("B-1,Beowulf,,,,,7.99,,300,\n"), "the stock is empty: write 0 where there is none");
}

#[test]
fn goodbooks_columns_are_understood_and_the_rest_derived_where_that_is_wished() {
    let file = "book_id,isbn,isbn13,authors,original_publication_year,original_title,title,language_code\n\
                7,439023483,9.78043902348e+12,\"Homer, Robert Fagles,  Homer\",-750.0,Iliad,The Iliad,eng\n";
    let wishes = Wishes { derive: true, ..pounds() };
    let imported = import(file.as_bytes(), &wishes).unwrap();
    let product = &imported.rows[0].product;
    assert_eq!(product.sku.as_str(), "GB-000007");
    assert_eq!(product.title, "The Iliad");
    assert_eq!(product.authors, ["Homer", "Robert Fagles"]);
    assert_eq!((product.year, product.language.as_deref()), (Some(-750), Some("en")));
    assert_eq!(product.isbn.as_deref(), Some("9780439023481"));
    assert_eq!(imported.table.derived, ["price", "stock"]);
    assert_eq!(import(file.as_bytes(), &wishes).unwrap(), imported);
    assert!(matches!(import(file.as_bytes(), &pounds()), Err(ImportError::MissingColumns { .. })));
}

#[test]
fn a_bad_row_says_what_is_wrong_with_it() {
    let cases = [
        (
            "x?y,T,A,,,,1.00,,1,1",
            "`x?y` is not a SKU: 1 to 64 letters, digits, dots, dashes, underscores, slashes or single spaces within are expected",
        ),
        ("S, ,A,,,,1.00,,1,1", "the title is empty"),
        ("S,T,A,,,,1.005,,1,1", "price `1.005` may be 1005 or 1.005: write 1005 or 1005.00"),
        ("S,T,A,,,,-1.00,,1,1", "price `-1.00` is no price, write it as 12.99"),
        ("S,T,A,,,,$5,,1,1", "price `$5` is in $, and the shop sells in GBP"),
        ("S,T,A,,,,0.00,,1,1", "price 0.00 GBP is outside 0.01 GBP to 1000000000.00 GBP"),
        ("S,T,A,,,,1.00,pound,1,1", "currency `pound` is not the shop's, which is GBP"),
        ("S,T,A,,,,1.00,USD,1,1", "currency `USD` is not the shop's, which is GBP"),
        (",T,A,,,,1.00,,1,1", "the sku is empty"),
        ("S,T,A,,,,1.00,,50001,1", "weight 50001 g is outside 1 to 50000 g"),
        ("S,T,A,,,,1.00,,0.4,1", "weight 0 g is outside 1 to 50000 g"),
        ("S,T,A,,,,1.00,,1,1.000", "stock `1.000` may be 1000 or 1: write 1000 or 1"),
        ("S,T,A,,,,1.00,,1,-many", "stock `many` is not a whole number from 0 to 1000000"),
        ("S,T,A,,,,1.00,,1,many", "stock `many` is not a whole number from 0 to 1000000"),
        ("S,T,A,,,,1.00,,1,\"1,200\"", "stock `1,200` is not a whole number from 0 to 1000000"),
        ("S,T,A,,,,1.00,,heavy,1", "weight `heavy` is no weight, write it as `340 g` or `0.34 kg`"),
        ("S,T,A", "3 fields, the header has 10"),
    ];
    for (row, why) in cases {
        assert_eq!(rejection(row), why, "{row}");
    }
}

#[test]
fn a_year_or_a_language_that_cannot_be_read_keeps_no_product_off_the_shelf() {
    for (row, why) in [
        ("S,T,A,MDCC,,,1.00,,1,1", "year `MDCC` is not a whole number; listed without it"),
        ("S,T,A,1.000,,,1.00,,1,1", "year `1.000` is not a whole number; listed without it"),
        ("S,T,A,ca. 1815,,,1.00,,1,1", "year `ca. 1815` is not a whole number; listed without it"),
        (
            "S,T,A,9999,,,1.00,,1,1",
            "year 9999 is not one from -3500 to 2200 (negative = BC, and there is no year 0); listed without it",
        ),
        (
            "S,T,A,,Elvish,,1.00,,1,1",
            "language `elvish` is not a tag such as `en` or `pt-BR`; listed without it",
        ),
    ] {
        let imported = imported(row);
        assert_eq!(imported.rows[0].warnings, [why]);
        assert_eq!((imported.rows[0].product.year, &imported.rows[0].product.language), (None, &None));
    }
}

#[test]
fn what_the_old_shop_owes_is_said_and_its_product_listed_with_none_for_sale() {
    let imported = imported("A,T,A,,,,1.00,,1,-2\nB,T,A,,,,1.00,,1,−1.0\nC,T,A,,,,1.00,,1,-0\n");
    let said: Vec<(u32, &[String])> =
        imported.rows.iter().map(|row| (row.opening_stock, row.warnings.as_slice())).collect();
    let two = "stock `-2` is taken as 0: 2 owed to orders of the old shop".to_owned();
    let one = "stock `−1.0` is taken as 0: 1 owed to orders of the old shop".to_owned();
    assert_eq!(said, [(0, &[two][..]), (0, &[one][..]), (0, &[][..])]);
}

#[test]
fn a_stock_is_said_for_all_rows_in_which_nobody_has_counted() {
    let wishes = Wishes { set: vec![("stock".to_owned(), "4".to_owned())], ..pounds() };
    let file = format!("{HEADER}A,T,A,,,,1.00,,1,\nB,T,A,,,,1.00,,1,9\n");
    let imported = import(file.as_bytes(), &wishes).unwrap();
    let stock: Vec<u32> = imported.rows.iter().map(|row| row.opening_stock).collect();
    assert_eq!(stock, [4, 9]);
    assert!(
        imported
            .table
            .to_string()
            .contains("--set        → stock `4` of each row in which nobody has counted"),
        "{}",
        imported.table
    );
}

#[test]
fn a_sku_is_what_its_page_showed_and_is_told_as_it_was_written() {
    let imported =
        imported("A&#45;1,T,,,,,1.00,,1,1\n34K&amp;YU,T,,,,,1.00,,1,1\n\"34K\"\"YU\",T,,,,,1.00,,1,1\n");
    assert_eq!(imported.rows[0].product.sku.as_str(), "A-1");
    let begin: Vec<&str> =
        imported.rejected.iter().filter_map(|rejected| rejected.why.split(" is not a SKU").next()).collect();
    assert_eq!(begin, ["`34K&YU`", "`34K\"YU`"]);
}

#[test]
fn a_title_that_a_quote_has_cut_is_rejected_by_its_line() {
    let file = "sku,title,price,stock,note\n\
                Q1,\"10\" Pipe\",3.50,3,\n\
                Q2,\"a \\\"quoted\\\" title\",3.50,3,\n\
                Q3,\"10\"\" Pipe\",3.50,3,\n\
                Q4,10\" Pipe,3.50,3,\n\
                Q5,Pipe,3.50,3,\"a \\\"quoted\\\" note\"\n";
    let imported = import(file.as_bytes(), &pounds()).unwrap();
    let titles: Vec<&str> = imported.rows.iter().map(|row| row.product.title.as_str()).collect();
    assert_eq!(titles, ["10\" Pipe", "10\" Pipe", "Pipe"]);
    let why = "`title` has a quote within quotes: write it twice there, `\"10\"\" Pipe\"`";
    let rejected: Vec<(u64, &str)> =
        imported.rejected.iter().map(|rejected| (rejected.line, rejected.why.as_str())).collect();
    assert_eq!(rejected, [(2, why), (3, why)]);
}

#[test]
fn weights_without_a_unit_are_refused_once_with_what_to_say() {
    let file = "sku,title,price,stock,weight\nA,T,1.00,1,0.34\nB,T,1.00,1,0\nC,T,1.00,1,0.5\n";
    assert_eq!(
        import(file.as_bytes(), &pounds()).unwrap_err().to_string(),
        "the column of weights `weight` has numbers without a unit (`0.34`): say which it is, --map weight_kg=weight, or weight_grams, \
         weight_lb or weight_oz"
    );
    let wishes = Wishes { map: vec![("weight_kg".to_owned(), "weight".to_owned())], ..pounds() };
    assert_eq!(import(file.as_bytes(), &wishes).unwrap().rows[0].product.weight_grams, Some(340));
    let mixed = import(file.replace("0.5", "0.5 kg").as_bytes(), &pounds()).unwrap();
    assert!(
        mixed.rejected[0]
            .why
            .starts_with("weight `0.34` has no unit: write `0.34 g`, or say --map weight_grams=COLUMN")
    );
}

#[test]
fn a_stock_with_decimals_of_nothing_is_a_whole_number() {
    for (stock, units) in [("12.0", 12), ("12,00", 12), ("1000.000", 1_000), ("0.000", 0)] {
        let imported = imported(&format!("S,T,A,,,,1.00,,0,\"{stock}\"\n"));
        assert_eq!(imported.rows[0].opening_stock, units, "{stock}");
        assert_eq!(imported.rows[0].product.weight_grams, None, "0 is what nobody has weighed");
    }
}

#[test]
fn a_sku_is_taken_once_whatever_its_case() {
    let imported = imported("a-1,One,,,,,1.00,,1,1\n\nA-1,Two,,,,,1.00,,1,1\n");
    assert_eq!(imported.rows.len(), 1);
    assert_eq!(imported.rejected.len(), 1);
    assert_eq!(
        (imported.rejected[0].line, imported.rejected[0].why.as_str()),
        (4, "sku `A-1` is already on line 2")
    );
}

#[test]
fn lines_are_those_of_a_text_editor() {
    for end in ["\n", "\r\n"] {
        let lines =
            [HEADER.trim_end(), "", "S1,\"two", "lines\",,,,,1.00,,1,1", "", "S2,T", "S3,T,,,,,1.00,,1,1"];
        let imported = import(lines.join(end).as_bytes(), &pounds()).unwrap();
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
fn of_a_record_of_several_lines_no_quote_is_said_to_be_open_that_is_not() {
    let imported = imported(
        "S1,\"one, two\nand three, four\",,,,,free,,1,1\nS2,\"T,,,,,1.00,,1,1\nS3,\"U\",,,,,free,,1,1\n",
    );
    let why: Vec<&str> = imported.rejected.iter().map(|rejected| rejected.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "price `free` is no price, write it as 12.99",
            "price `free` is no price, write it as 12.99 (the record runs on to line 5: is a quote not closed?)"
        ]
    );
}

#[test]
fn a_spreadsheet_s_own_file_is_told_from_a_table() {
    for begin in [&b"PK\x03\x04\x14\0\x06\0"[..], &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..]] {
        let error = import(begin, &pounds()).unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot read the catalogue file: it is a spreadsheet's own file (.xlsx, .ods, .xls) or another archive: save the sheet as \
             CSV in UTF-8, and give that"
        );
    }
}

#[test]
fn a_bad_row_is_known_by_its_sku_where_that_can_be_read() {
    let imported = imported("GOOD-1,T,A,,,,no price,,1,1\nnot a sku!,T,A,,,,1.00,,1,1\n");
    let skus: Vec<Option<String>> =
        imported.rejected.iter().map(|rejected| rejected.sku.as_ref().map(|sku| sku.to_string())).collect();
    assert_eq!(skus, [Some("GOOD-1".to_owned()), None]);
}

#[test]
fn an_isbn_that_is_none_is_said_and_the_product_listed_without() {
    let imported = imported(
        "S1,T,,,,9.78014E+12,1.00,,1,1\nS2,T,,,,9780141439847,1.00,,1,1\nS3,T,,,,\"=\"\"9780141439846\"\"\",1.00,,1,1\n",
    );
    let said: Vec<(Option<&str>, &[String])> =
        imported.rows.iter().map(|row| (row.product.isbn.as_deref(), row.warnings.as_slice())).collect();
    let rounded = "isbn `9.78014E+12`: a spreadsheet has rounded it, format its column as text and export again; listed without it";
    let wrong =
        "isbn `9780141439847`: its last digit would be 6, so one of its digits is wrong; listed without it";
    assert_eq!(said[0], (None, &[rounded.to_owned()][..]));
    assert_eq!(said[1], (None, &[wrong.to_owned()][..]));
    assert_eq!(said[2], (Some("9780141439846"), &[][..]));
}

#[test]
fn empty_rows_at_the_end_of_a_sheet_are_left_out() {
    let imported = imported("S1,T,,,,,1.00,,1,1\n,,,,,,,,,\n , ,,,,,,,,\n");
    assert_eq!((imported.rows.len(), imported.rejected.len()), (1, 0));
    assert_eq!(imported.left_out, [3, 4].map(|line| LeftOut { line, why: "an empty row" }));
}

#[test]
fn text_in_damaged_utf8_is_a_bad_row_and_the_next_is_read() {
    let mut file = HEADER.as_bytes().to_vec();
    file.extend_from_slice(
        b"S1,Caf\xe9,,,,,1.00,,1,1\nS2,Caf\xc3\xa9,,,,,1.00,,1,1\nS3,Caf\xef\xbf\xbd,,,,,1.00,,1,1\n",
    );
    let imported = import(&file[..], &pounds()).unwrap();
    let why: Vec<&str> = imported.rejected.iter().map(|rejected| rejected.why.as_str()).collect();
    assert_eq!(why, ["the title is not UTF-8", "the title has a \u{fffd}, where a character was lost"]);
    assert_eq!(imported.rows[0].product.title, "Café");
}

#[test]
fn a_file_is_read_in_whatever_encoding_and_with_whatever_separator() {
    let plain = "sku;title;price;stock\nS1;Café “Žižkov”;12,99;3\nS2;Two;1.234,50;0\n";
    let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let tabs = plain.replace(';', "\t");
    for (file, encoding, separator, line) in [
        (plain.as_bytes().to_vec(), "UTF-8", ';', 2),
        (format!("\u{feff}sep=;\r\n{}", plain.replace('\n', "\r\n")).into_bytes(), "UTF-8", ';', 3),
        (utf16(&format!("\u{feff}{tabs}")), "UTF-16LE", '\t', 2),
        (tabs.replace('Ž', "Z").replace('é', "\u{1}").into_bytes(), "UTF-8", '\t', 2),
    ] {
        let file = match encoding {
            "UTF-8" if file.contains(&1) => encoding_rs::WINDOWS_1252
                .encode(&String::from_utf8(file).unwrap().replace('\u{1}', "é"))
                .0
                .into_owned(),
            _ => file,
        };
        let imported = import(&file[..], &pounds()).unwrap();
        assert_eq!((imported.table.separator, imported.rejected.len()), (separator, 0), "{encoding}");
        assert_eq!((imported.rows[0].line, imported.rows[0].product.price.amount), (line, 1299));
        assert!(imported.rows[0].product.title.starts_with("Café “"), "{}", imported.rows[0].product.title);
        assert_eq!(imported.rows[1].product.price.amount, 123_450);
    }
}

#[test]
fn lines_of_utf16_are_those_of_a_text_editor() {
    let text = format!("\u{feff}{HEADER}S1,\"two\r\nlines\",,,,,1.00,,1,1\r\n\r\nS2,T\r\n");
    let file: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let imported = import(&file[..], &pounds()).unwrap();
    assert_eq!((imported.rows[0].line, imported.rejected[0].line), (2, 5));
    assert_eq!(imported.table.encoding, "UTF-16BE");
}

#[test]
fn a_file_without_columns_is_an_error_of_the_file() {
    let error = import(&b""[..], &pounds()).unwrap_err().to_string();
    assert_eq!(error, "the catalogue file is empty: export it again");
    assert!(matches!(import(&b"\n\n"[..], &pounds()), Err(ImportError::Empty)));
}

#[test]
fn a_disk_that_fails_half_way_is_an_error_and_the_end() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk on fire"))
        }
    }
    // beyond what is looked at before the first row is given
    let start = format!("{HEADER}S1,T,,,,,1.00,,1,1\n{}", "\n".repeat(2_000_000));
    let wishes = pounds();
    let mut records = open(start.as_bytes().chain(Failing), &wishes).unwrap();
    assert!(matches!(records.next(), Some(Ok(Record::Row(_)))));
    let error = records.next().unwrap().unwrap_err();
    assert!(error.to_string().ends_with(": disk on fire"), "{error}");
    assert!(records.next().is_none());
    let at_once = open(Failing, &wishes).map(drop).unwrap_err();
    assert_eq!(at_once.to_string(), "cannot read the catalogue file: disk on fire");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let wishes = Wishes { derive: true, ..pounds() };
        let _ = import(&bytes[..], &wishes);
        let _ = import(&[HEADER.as_bytes(), &bytes[..]].concat()[..], &wishes);
    }

    #[test]
    fn every_record_is_accounted_for(
        rows in proptest::collection::vec("S[0-9],[a-zé ]{0,3},[;,a]{0,3},-?[0-9.]{0,4},(en)?,[0-9]{0,3},[0-9.]{1,4},,[0-9]{1,2},[0-9]", 0..20)
    ) {
        let imported = imported(&rows.join("\n"));
        let mut lines: Vec<u64> = imported.rows.iter().map(|row| row.line).collect();
        lines.extend(imported.rejected.iter().map(|rejected| rejected.line));
        lines.extend(imported.left_out.iter().map(|left_out| left_out.line));
        lines.sort_unstable();
        prop_assert_eq!(lines, (2..rows.len() as u64 + 2).collect::<Vec<_>>());
    }
}
