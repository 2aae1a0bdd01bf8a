//! Stripe's API without Stripe: a strict server of ours (`tests/stripe/strict.py`), a careless one that nobody here wrote
//! (`localstripe`), and the faulty link between. The strict one is held to Stripe's own library, not to our client.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

use super::wait;

const INSTALL: &str = "tests/run installs it, or: python3 -m venv target/stripe && target/stripe/bin/pip install --no-deps -r tests/stripe/requirements.txt";

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn python(arguments: &[&str]) -> Command {
    let program = repository("target/stripe/bin/python");
    assert!(program.exists(), "there is no {}: {INSTALL}", program.display());
    let mut command = Command::new(program);
    command.arg("-B").args(arguments).current_dir(repository("tests/stripe"));
    command
}

/// One of the programs of `tests/stripe` that says where it listens, and ends when its input does.
pub struct Listening {
    pub url: String,
    child: Child,
    /// Its end is the program's.
    _input: ChildStdin,
}

impl Listening {
    /// # Panics
    /// Where it does not start.
    pub fn start(arguments: &[&str]) -> Listening {
        let mut command = python(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("start Python");
        let mut said = String::new();
        let output = child.stdout.take().expect("its output is ours");
        BufReader::new(output).read_line(&mut said).expect("it says where it listens");
        let url = said.trim().strip_prefix("listening on ");
        let url = url.unwrap_or_else(|| panic!("{arguments:?} said {said:?}")).to_owned();
        let input = child.stdin.take().expect("its input is ours");
        Listening { url, child, _input: input }
    }

    /// The strict server, with one account.
    pub fn strict() -> Listening {
        Listening::start(&["strict.py"])
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a script to its end, and shows what it says.
///
/// # Panics
/// Where it fails.
#[track_caller]
fn holds(arguments: &[&str]) -> String {
    let ran = python(arguments).output().expect("start Python");
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}");
    said
}

#[test]
fn the_strict_server_is_what_stripes_own_library_takes_for_stripe() {
    let server = Listening::strict();
    let said = holds(&["official.py", &server.url]);
    println!("{}", said.trim());
}

#[test]
fn a_careless_server_differs_where_our_own_guards_have_to_hold() {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let port = port.to_string();
    let mut careless = python(&["-m", "localstripe", "--port", &port, "--from-scratch"]);
    let mut child = careless.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start localstripe");
    wait::until("localstripe listens", || {
        let ended = child.try_wait().expect("look at localstripe");
        assert!(ended.is_none(), "localstripe ended: {ended:?}");
        std::net::TcpStream::connect(format!("127.0.0.1:{port}")).ok()
    });
    let said = holds(&["careless.py", &format!("http://127.0.0.1:{port}")]);
    child.kill().and_then(|()| child.wait()).expect("end localstripe");
    print!("{said}");
}
