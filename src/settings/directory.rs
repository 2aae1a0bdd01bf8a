//! Which directory the data are in, where nobody names one.

use std::path::{Path, PathBuf};

use super::{BadSettings, Opens};

/// A shop's own settings, in its data directory.
pub const OWN_FILE: &str = "shop.toml";

const DEMO: &str = "doorstep-demo";
const SHOP: &str = "doorstep-shop";

/// `named`: empty where it is not.
pub fn directory(named: &Path, opens: Opens) -> Result<PathBuf, BadSettings> {
    if !named.as_os_str().is_empty() {
        return Ok(named.to_path_buf());
    }
    let is_here = |dir: &str| Path::new(dir).is_dir();
    choose(opens, is_here(DEMO), is_here(SHOP))
}

fn choose(opens: Opens, has_demo: bool, has_shop: bool) -> Result<PathBuf, BadSettings> {
    match (opens, has_demo, has_shop) {
        (Opens::Demo, ..) => Ok(DEMO.into()),
        (Opens::Shop, ..) => Ok(SHOP.into()),
        (Opens::Nothing, ..) => Ok(PathBuf::new()),
        (Opens::Either, true, false) => Ok(DEMO.into()),
        (Opens::Either, false, true) => Ok(SHOP.into()),
        (Opens::Either, true, true) => Err(BadSettings::TwoDirectories { demo: DEMO, shop: SHOP }),
        (Opens::Either, false, false) => Err(BadSettings::NoDirectory { demo: DEMO, shop: SHOP }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_and_a_shop_have_directories_of_their_own_and_a_command_for_either_takes_the_one_that_is_there()
    {
        let chosen = |opens, demo, shop| choose(opens, demo, shop).map_err(|bad| bad.to_string());
        for (demo, shop) in [(false, false), (true, false), (false, true), (true, true)] {
            assert_eq!(chosen(Opens::Demo, demo, shop), Ok("doorstep-demo".into()));
            assert_eq!(chosen(Opens::Shop, demo, shop), Ok("doorstep-shop".into()));
        }
        assert_eq!(chosen(Opens::Either, true, false), Ok("doorstep-demo".into()));
        assert_eq!(chosen(Opens::Either, false, true), Ok("doorstep-shop".into()));
        let both = chosen(Opens::Either, true, true).unwrap_err();
        let none = chosen(Opens::Either, false, false).unwrap_err();
        for told in [&both, &none] {
            assert!(told.contains("doorstep-demo") && told.contains("doorstep-shop"), "{told}");
            assert!(told.contains("--data DIR"), "{told}");
        }
        assert_eq!(directory(Path::new("here"), Opens::Either).unwrap(), Path::new("here"));
    }
}
