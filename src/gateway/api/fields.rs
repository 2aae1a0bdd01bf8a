use std::fmt::Write;

use crate::gateway::json::{Json, escape};
use crate::gateway::{Code, Problem};

/// Where a value stands in a body. Costs nothing until it is named.
#[derive(Clone, Copy)]
pub enum Place<'p> {
    Root,
    Field(&'p Place<'p>, &'static str),
    Item(&'p Place<'p>, usize),
}

impl Place<'_> {
    /// As a JSON pointer (RFC 6901).
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.write(&mut pointer);
        pointer
    }

    pub fn bad(&self, detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
        Problem::new(Code::BadField, detail).at(self.pointer())
    }

    fn write(&self, pointer: &mut String) {
        match self {
            Place::Root => {}
            Place::Field(parent, name) => {
                parent.write(pointer);
                pointer.push('/');
                pointer.push_str(name);
            }
            Place::Item(parent, place) => {
                parent.write(pointer);
                write!(pointer, "/{place}").expect("a string takes all that is written");
            }
        }
    }
}

/// The fields of an object of which only some names are known. Another name is an error: a misspelt field would
/// otherwise be ordered without.
pub struct Fields<'j> {
    list: &'j [(std::borrow::Cow<'j, str>, Json<'j>)],
    at: &'j Place<'j>,
}

impl<'j> Fields<'j> {
    pub fn of(json: &'j Json<'j>, at: &'j Place<'j>, known: &[&'static str]) -> Result<Fields<'j>, Problem> {
        let Json::Object(list) = json else {
            return Err(at.bad(format!("an object is expected, not {}", json.kind())));
        };
        if let Some((name, _)) = list.iter().find(|(name, _)| !known.contains(&name.as_ref())) {
            let detail = format!("no such field is known here, only {}", known.join(", "));
            return Err(Problem::new(Code::BadField, detail).at(format!(
                "{}/{}",
                at.pointer(),
                escape(name)
            )));
        }
        Ok(Fields { list, at })
    }

    pub fn get(&self, name: &'static str) -> Option<&'j Json<'j>> {
        self.list.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// An optional field: `null`, as answers have it, is as good as none.
    pub fn given(&self, name: &'static str) -> Option<&'j Json<'j>> {
        self.get(name).filter(|value| !matches!(value, Json::Null))
    }

    pub fn place(&self, name: &'static str) -> Place<'j> {
        Place::Field(self.at, name)
    }

    pub fn required(&self, name: &'static str) -> Result<&'j Json<'j>, Problem> {
        self.get(name).ok_or_else(|| self.place(name).bad("the field is missing"))
    }

    pub fn text(&self, name: &'static str) -> Result<&'j str, Problem> {
        match self.required(name)? {
            Json::Text(text) => Ok(text),
            other => Err(self.place(name).bad(format!("a string is expected, not {}", other.kind()))),
        }
    }

    pub fn list(&self, name: &'static str) -> Result<&'j [Json<'j>], Problem> {
        match self.required(name)? {
            Json::List(list) => Ok(list),
            other => Err(self.place(name).bad(format!("a list is expected, not {}", other.kind()))),
        }
    }

    /// A text field, cleaned by one of [`crate::gateway::details`].
    pub fn parsed<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, Problem> {
        parse(self.text(name)?).map_err(|wanted| self.place(name).bad(wanted))
    }
}
