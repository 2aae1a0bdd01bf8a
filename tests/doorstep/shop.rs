//! A shop of its own for each test: the real binary on a free port, in a directory of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use super::http::Client;
use super::wait::until;

/// A hundred hours of trade in a second.
pub const FAST: u32 = 360_000;
/// So that a new segment costs a test no more than it must.
const SEGMENT_BYTES: &str = "4194304";
const LOG_LINES_SHOWN: usize = 60;
const NAMED: &[u8] = b"Host: shop\r\n";

/// How a test wants its shop.
pub struct Setup {
    speed: u32,
    kind: Kind,
    catalogue: Option<String>,
    data: Option<PathBuf>,
    files_max: Option<u32>,
    loose: bool,
    listen: String,
    settings: Vec<(String, String)>,
}

/// What its directory is for.
#[derive(PartialEq)]
enum Kind {
    Demo,
    /// One that `init` made.
    Shop,
}

/// A demo with its books, and fast.
pub fn setup() -> Setup {
    let settings = vec![("DOORSTEP_JOURNAL__SEGMENT_BYTES".to_owned(), SEGMENT_BYTES.to_owned())];
    Setup {
        speed: FAST,
        kind: Kind::Demo,
        catalogue: None,
        data: None,
        files_max: None,
        loose: false,
        listen: "127.0.0.1:0".to_owned(),
        settings,
    }
}

impl Setup {
    pub fn speed(mut self, speed: u32) -> Setup {
        self.speed = speed;
        self
    }

    /// A demo that sells these books instead, so many of each, and takes orders of programs with a key alone.
    pub fn catalogue(mut self, rows: &[(String, u32)]) -> Setup {
        let mut csv = "sku,title,authors,year,language,price,weight_grams,stock\n".to_owned();
        for (sku, stock) in rows {
            csv.push_str(&format!("{sku},Book {sku},Ada Lovelace,1843,en,7.49,300,{stock}\n"));
        }
        self.catalogue = Some(csv);
        self.closed_to_strangers()
    }

    /// Programs order with a key alone.
    pub fn closed_to_strangers(self) -> Setup {
        self.set("DOORSTEP_DEMO__STRANGERS_ORDER", "false")
    }

    /// No demo: a shop as `init` makes it, where nobody takes cards, and the time is that of the clock.
    pub fn shop(mut self) -> Setup {
        self.kind = Kind::Shop;
        self
    }

    /// Keeps its data there and not in its own directory.
    pub fn data(mut self, dir: &Path) -> Setup {
        self.data = Some(dir.to_path_buf());
        self
    }

    /// Its processes may open no more files than these.
    pub fn files_max(mut self, files: u32) -> Setup {
        self.files_max = Some(files);
        self
    }

    /// Whoever starts its processes lets everybody read and write what they make: a umask of 0.
    pub fn loose(mut self) -> Setup {
        self.loose = true;
        self
    }

    /// It listens there, as `--listen` takes it.
    pub fn listening(mut self, listen: &str) -> Setup {
        self.listen = listen.to_owned();
        self
    }

    /// One setting by its name in the environment.
    pub fn set(mut self, name: &str, value: &str) -> Setup {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    fn program(&self) -> Command {
        let built = env!("CARGO_BIN_EXE_doorstep").to_owned();
        let program = &std::env::var("DOORSTEP_PROGRAM").unwrap_or(built);
        if self.loose {
            let mut command = Command::new("sh");
            command.args(["-c", "umask 0; exec \"$0\" \"$@\"", program]);
            return command;
        }
        let Some(files) = self.files_max else { return Command::new(program) };
        // it becomes the program, under the same process id
        let mut command = Command::new("prlimit");
        command.args([&format!("--nofile={files}:{files}"), program]);
        command
    }

    /// The directory alone, without a daemon.
    pub fn closed(self) -> TestShop {
        let root =
            tempfile::Builder::new().prefix("doorstep-test-").tempdir().expect("a directory for the test");
        let mut shop = TestShop {
            root,
            setup: self,
            beset: vec![],
            process: None,
            client: Client::new("http://127.0.0.1:1"),
            url: String::new(),
            cards_url: String::new(),
            keys: AtomicU64::new(1),
            api_key: None,
        };
        if shop.setup.kind == Kind::Shop {
            shop.does(&["init", "--yes", "--name", "Bound & Sons", "--shipping", "2.99"]);
        }
        if let Some(csv) = &shop.setup.catalogue {
            if shop.setup.kind == Kind::Demo {
                shop.does(&["init", "--demo"]);
            }
            let file = shop.root.path().join("catalogue.csv");
            fs::write(&file, csv).expect("write the test's catalogue");
            // a file without rows is no import
            if csv.lines().count() > 1 {
                shop.does(&["import", "catalogue", file.to_str().expect("a path in UTF-8")]);
            }
            shop.api_key = Some(shop.adds_key("test"));
        }
        shop
    }

    /// The shop, open for customers.
    #[track_caller]
    pub fn open(self) -> TestShop {
        let mut shop = self.closed();
        shop.start();
        shop
    }
}

/// Killed when it is dropped; its directory goes with it. Where the test fails, the end of its log is shown.
pub struct TestShop {
    root: TempDir,
    setup: Setup,
    /// Variables of the daemons that are started, and of no other command.
    beset: Vec<(String, String)>,
    process: Option<Child>,
    client: Client,
    /// `http://127.0.0.1:…`; another one after each start.
    pub url: String,
    pub cards_url: String,
    keys: AtomicU64,
    /// Of a shop that is no demo: it takes no orders without.
    pub api_key: Option<String>,
}

impl TestShop {
    /// Starts the daemon and waits until it says that it is open.
    #[track_caller]
    pub fn start(&mut self) {
        if let Err(status) = self.tries_to_start() {
            panic!("the shop did not open ({status}): {}{}", self.said(), self.log());
        }
    }

    /// Starts the daemon and waits until it says that it is open, or ends: then with what.
    #[track_caller]
    pub fn tries_to_start(&mut self) -> Result<(), ExitStatus> {
        self.spawn();
        self.waits_until_open()
    }

    /// Waits until the daemon says that it is open, or ends: then with what.
    #[track_caller]
    pub fn waits_until_open(&mut self) -> Result<(), ExitStatus> {
        let announced = until("the shop says that it is open", || {
            let ended = self.ended();
            let said = self.said();
            let line =
                said.lines().find(|line| line.starts_with("doorstep is open: ") && said.ends_with('\n'));
            line.map(|line| Ok(line.to_owned())).or(ended.map(Err))
        })?;
        let words = |begin: &str, end: char| -> String {
            let (_, rest) =
                announced.split_once(begin).unwrap_or_else(|| panic!("no `{begin}` in {announced}"));
            rest.split(end).next().unwrap_or_default().to_owned()
        };
        let has_cards = announced.contains("cards at ");
        self.cards_url = if has_cards { words("cards at ", ')') } else { String::new() };
        self.is_at(words("doorstep is open: ", ' '));
        Ok(())
    }

    /// Its customers find it there.
    pub fn is_at(&mut self, url: String) {
        self.client = Client::new(&url).with_key(self.api_key.clone());
        self.url = url;
    }

    /// Starts the daemon and waits for nothing.
    pub fn spawn(&mut self) {
        fs::write(self.root.path().join("stdout"), "").expect("empty what the last daemon said");
        self.spawn_onto(self.prints_to("stdout"), self.prints_to("stderr"));
    }

    /// As [`TestShop::spawn`], printing there; what is piped is the test's to read.
    pub fn spawn_onto(&mut self, stdout: Stdio, stderr: Stdio) -> Option<ChildStderr> {
        let spawned = self.serve_command().stdout(stdout).stderr(stderr).spawn();
        self.process.insert(spawned.expect("start the daemon")).stderr.take()
    }

    /// A file of the test's: what is in `stdout` is said, what is in `stderr` logged.
    pub fn prints_to(&self, name: &str) -> Stdio {
        let path = self.root.path().join(name);
        let file = File::options().create(true).append(true).open(path);
        file.expect("open the log of the test's shop").into()
    }

    /// As [`TestShop::spawn`] starts it; it prints wherever the test wants.
    pub fn serve_command(&self) -> Command {
        let mut command = self.new_command();
        command
            .args((self.setup.kind == Kind::Shop).then_some("serve"))
            .args(["--listen", &self.setup.listen]);
        command.envs(self.beset.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        command
    }

    fn new_command(&self) -> Command {
        let mut command = self.setup.program();
        // the tests' own variables are no settings, and a developer's are not the test's
        let ours = std::env::vars_os().map(|(name, _)| name);
        ours.filter(|name| name.to_string_lossy().starts_with("DOORSTEP_")).for_each(|name| {
            command.env_remove(name);
        });
        command.env("DOORSTEP_DATA__DIR", self.data());
        if self.setup.kind == Kind::Demo {
            command.env("DOORSTEP_TRADE__SPEED", self.setup.speed.to_string());
        }
        command.envs(self.setup.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A new API key for the program of this name.
    #[track_caller]
    pub fn adds_key(&self, program: &str) -> String {
        let added = self.command(&["keys", "add", program]);
        assert!(added.status.success(), "{added:?}");
        String::from_utf8(added.stdout).expect("a key is text").trim().to_owned()
    }

    /// Runs another command on the shop's directory, to its end.
    pub fn command(&self, arguments: &[&str]) -> Output {
        let mut command = self.new_command();
        command.args(arguments).stdin(Stdio::null()).output().expect("run the command")
    }

    #[track_caller]
    pub fn does(&self, arguments: &[&str]) {
        let done = self.command(arguments);
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }

    /// From the next start on.
    pub fn set_speed(&mut self, speed: u32) {
        self.setup.speed = speed;
    }

    /// How many threads its actors run on from the next start on.
    pub fn set_cells(&mut self, cells: usize) {
        self.setup.settings.push(("DOORSTEP_RUNTIME__CELLS".to_owned(), cells.to_string()));
    }

    /// Where its logs and, if nothing else is set up, its data are.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// From the next start on the daemon has these variables too.
    pub fn beset_by(&mut self, variables: Vec<(String, String)>) {
        self.beset = variables;
    }

    pub fn data(&self) -> PathBuf {
        self.setup.data.clone().unwrap_or_else(|| self.root.path().join("data"))
    }

    /// From the next start on.
    pub fn moves_to(&mut self, data: &Path) {
        self.setup.data = Some(data.to_path_buf());
    }

    pub fn mail(&self) -> PathBuf {
        self.data().join("mail")
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What a request names in `Host`: `127.0.0.1:…`.
    pub fn host(&self) -> &str {
        self.url.strip_prefix("http://").expect("the shop speaks plain HTTP")
    }

    /// A raw request that names `Host: shop`, with this shop's own name.
    pub fn addressed(&self, request: &[u8]) -> Vec<u8> {
        let (mut to_us, mut rest) = (vec![], request);
        while let Some(at) = rest.windows(NAMED.len()).position(|part| part == NAMED) {
            to_us.extend_from_slice(&rest[..at]);
            to_us.extend_from_slice(format!("Host: {}\r\n", self.host()).as_bytes());
            rest = &rest[at + NAMED.len()..];
        }
        [to_us, rest.to_vec()].concat()
    }

    /// An idempotency key that nobody has used.
    pub fn new_key(&self) -> String {
        format!("test-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// What the running daemon, or the last one, printed.
    pub fn said(&self) -> String {
        read(&self.root.path().join("stdout"))
    }

    /// What all its daemons logged.
    pub fn log(&self) -> String {
        read(&self.root.path().join("stderr"))
    }

    /// `doorstep actors --json`
    #[track_caller]
    pub fn actors(&self) -> Value {
        let asked = self.command(&["actors", "--json"]);
        assert!(asked.status.success(), "{asked:?}");
        serde_json::from_slice(&asked.stdout).expect("the report is JSON")
    }

    #[track_caller]
    pub fn journal_position(&self) -> u64 {
        self.actors()["journal_position"].as_u64().expect("a position")
    }

    /// Waits until nothing is under way but what waits for its time.
    #[track_caller]
    pub fn waits_until_quiet(&self) {
        until("nothing is under way in the shop", || {
            let report = self.actors();
            let none = |field: &str| report[field].as_u64() == Some(0);
            (none("messages_pending") && none("calls") && none("asks")).then_some(())
        });
    }

    /// As a power cut for the process: SIGKILL.
    pub fn kill9(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("kill the daemon");
            process.wait().expect("wait for the killed daemon");
        }
    }

    #[track_caller]
    pub fn restart(&mut self) {
        self.kill9();
        self.start();
    }

    /// The process of the daemon that runs.
    #[track_caller]
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("a daemon runs").id()
    }

    /// Asks it to stop and waits for its end.
    #[track_caller]
    pub fn stop(&mut self) -> ExitStatus {
        self.asks_to_stop();
        self.waits_for_the_end()
    }

    #[track_caller]
    pub fn waits_for_the_end(&mut self) -> ExitStatus {
        let status = until("the daemon ends", || self.ended());
        self.process = None;
        status
    }

    /// How the daemon ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.as_mut().and_then(|process| process.try_wait().expect("look after the daemon"))
    }

    /// Nothing in the shop panicked.
    #[track_caller]
    pub fn never_panicked(&self) {
        let log = self.log();
        let panicked: Vec<&str> = log.lines().filter(|line| line.contains("panic")).collect();
        assert!(panicked.is_empty(), "{panicked:#?}");
    }
}

impl Drop for TestShop {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // it may have ended already; a test that cares has looked
            let _ = process.kill();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let shown = &lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..];
            eprintln!("the end of the shop's log:\n{}", shown.join("\n"));
        }
    }
}

pub fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}
