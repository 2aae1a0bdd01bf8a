//! The parameters of a request, as Stripe reads them: `a[b][0]=c`.

/// In the order in which they were added. The same parameters are the same text, as a key that is used again needs it.
#[derive(Clone, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub fn new() -> Form {
        Form::default()
    }

    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl ToString) -> Form {
        self.0.push((name.into(), value.to_string()));
        self
    }

    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl ToString>) -> Form {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// `within[metadata][name]=value`, or without `within` where that is empty.
    #[must_use]
    pub fn with_metadata(self, within: &str, metadata: &[(&str, String)]) -> Form {
        let table = if within.is_empty() { "metadata".to_owned() } else { format!("{within}[metadata]") };
        metadata.iter().fold(self, |form, (name, value)| form.with(format!("{table}[{name}]"), value))
    }

    pub fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_as_stripe_reads_them() {
        let form = Form::new()
            .with("amount", 500)
            .with_some("customer", None::<&str>)
            .with("allowed_payment_method_types[0]", "card")
            .with_metadata("payment_intent_data", &[("order", "ord_1 & more".to_owned())]);
        assert_eq!(
            form.encoded(),
            "amount=500&allowed_payment_method_types%5B0%5D=card&payment_intent_data%5Bmetadata%5D%5Border%5D=ord_1+%26+more"
        );
    }
}
