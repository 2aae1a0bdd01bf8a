mod isbn;
mod product;
pub use isbn::*;
pub use product::*;
