//! All tables of a cell.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::storage::TreeName;

use super::aggregate::Aggregate;
use super::place::Place;
use super::table::{AnyTable, Table};

/// The tables of an application's aggregates, found by the aggregate's type.
#[derive(Default)]
pub struct Tables {
    tables: Vec<Box<dyn AnyTable>>,
    places: HashMap<TypeId, usize, BuildHasherDefault<TypeHasher>>,
    /// Those that the turn under way has looked into: a handful, each once.
    used: Vec<(TypeId, usize)>,
}

/// The compiler's number of a type is a hash already. Tables are looked for several times a turn: hashing it again took a
/// twentieth of a small turn's time.
#[derive(Default)]
struct TypeHasher(u64);

impl Hasher for TypeHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl Tables {
    /// Adds the table of an aggregate: each actor names its own, once.
    ///
    /// # Panics
    /// Where two aggregates name the same tree, or one is added twice.
    pub fn add<V: Aggregate>(&mut self) {
        let taken = self.tables.iter().any(|table| table.tree() == V::TREE);
        assert!(!taken, "the tree {} is named twice", V::TREE);
        self.places.insert(TypeId::of::<V>(), self.tables.len());
        self.tables.push(Box::new(Table::<V>::default()));
    }

    /// The table of an aggregate, for audits and tests.
    ///
    /// # Panics
    /// Where no actor has added it.
    pub fn of<V: Aggregate>(&self) -> &Table<V> {
        let table: &dyn Any = self.tables[self.place_of::<V>()].as_ref();
        table.downcast_ref().expect("a table stands under its aggregate's type")
    }

    /// As [`of`](Tables::of), to be changed.
    pub fn of_mut<V: Aggregate>(&mut self) -> &mut Table<V> {
        let place = self.place_of::<V>();
        self.at_mut(place)
    }

    fn at_mut<V: Aggregate>(&mut self, place: usize) -> &mut Table<V> {
        let table: &mut dyn Any = self.tables[place].as_mut();
        table.downcast_mut().expect("a table stands under its aggregate's type")
    }

    fn place_of<V: Aggregate>(&self) -> usize {
        let place = self.places.get(&TypeId::of::<V>());
        *place.unwrap_or_else(|| panic!("no actor has added the tree {}", V::TREE))
    }

    /// The trees that they are kept in, in the order in which they were added.
    pub fn names(&self) -> Vec<TreeName> {
        self.iter().map(|table| table.tree()).collect()
    }

    pub(in crate::runtime) fn iter(&self) -> impl Iterator<Item = &dyn AnyTable> {
        self.tables.iter().map(AsRef::as_ref)
    }

    pub(in crate::runtime) fn iter_mut(&mut self) -> impl Iterator<Item = &mut (dyn AnyTable + 'static)> {
        self.tables.iter_mut().map(AsMut::as_mut)
    }

    pub(in crate::runtime) fn nth_mut(&mut self, nth: usize) -> &mut dyn AnyTable {
        self.tables[nth].as_mut()
    }

    /// The table of an aggregate that the turn under way reads or changes.
    pub(in crate::runtime) fn used<V: Aggregate>(&mut self) -> &mut Table<V> {
        let aggregate = TypeId::of::<V>();
        let place = match self.used.iter().find(|(used, _)| *used == aggregate) {
            Some((_, place)) => *place,
            None => {
                let place = self.place_of::<V>();
                self.used.push((aggregate, place));
                place
            }
        };
        self.at_mut(place)
    }

    /// The turn stands: what it made of its copies is the state.
    pub(in crate::runtime) fn commit(&mut self, place: Place) {
        for (_, table) in &self.used {
            self.tables[*table].commit(place);
        }
    }

    /// The turn came to nothing.
    pub(in crate::runtime) fn discard(&mut self) {
        for (_, table) in &self.used {
            self.tables[*table].discard();
        }
    }

    /// Lets the oldest go of what was only read: between turns.
    pub(in crate::runtime) fn let_go(&mut self) {
        while let Some((_, table)) = self.used.pop() {
            self.tables[table].let_go();
        }
    }
}
