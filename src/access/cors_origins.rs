use serde::Deserialize;

use super::origins::origin;

/// Of browser apps on other sites, which may ask the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct CorsOrigins(Vec<String>);

#[derive(Debug, thiserror::Error)]
#[error("cors_origins: `{0}` is no origin: write it as a browser sends it, as https://app.example")]
pub struct BadCorsOrigin(String);

impl TryFrom<Vec<String>> for CorsOrigins {
    type Error = BadCorsOrigin;

    fn try_from(texts: Vec<String>) -> Result<CorsOrigins, BadCorsOrigin> {
        let parsed = |text: String| origin(text.trim()).ok_or(BadCorsOrigin(text));
        texts.into_iter().map(parsed).collect::<Result<_, _>>().map(CorsOrigins)
    }
}

impl CorsOrigins {
    /// `origin`: as a browser sends it.
    pub fn hold(&self, origin: &str) -> bool {
        self.0.iter().any(|known| known == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_held_exactly_as_a_browser_sends_it() {
        let listed = CorsOrigins::try_from(vec!["https://App.example:443/".to_owned()]).unwrap();
        assert!(listed.hold("https://app.example"));
        for other in ["https://app.example.evil", "http://app.example", "https://app.example:8443", "null"] {
            assert!(!listed.hold(other), "{other}");
        }
        for bad in ["*", "app.example", "https://app.example/path", "null", ""] {
            assert!(CorsOrigins::try_from(vec![bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
