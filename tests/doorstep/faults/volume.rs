//! A disk of the test's own: ext4 on a loop device. Needs root and a kernel with loop devices.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::environment::say;
use crate::wait::until;

const BALLAST_AT_ONCE_BYTES: u64 = 8 << 20;

/// Unmounted when it is dropped, and its image removed; whoever uses it must have ended by then.
pub struct Volume {
    root: TempDir,
    /// How it is mounted, in the words of `mount -o`.
    options: &'static str,
    is_mounted: bool,
}

impl Volume {
    /// An empty one, mounted with these options of ext4; `None` where nothing can be mounted, which is said out loud,
    /// with the name of what is not tested.
    ///
    /// # Panics
    /// Where it should work and does not.
    #[track_caller]
    pub fn new(mebibytes: u64, options: &'static str, test: &str) -> Option<Volume> {
        if let Some(why) = cannot_mount() {
            say(&format!("not run here: {test}, because {why}"));
            return None;
        }
        let volume = Volume::unmounted(options);
        let image = File::create(volume.image()).expect("create an image");
        image.set_len(mebibytes << 20).expect("size the image");
        run("mkfs.ext4", &["-q", "-F", "-m", "0", text(&volume.image())]);
        Some(volume.mounted())
    }

    fn unmounted(options: &'static str) -> Volume {
        let root = tempfile::Builder::new().prefix("doorstep-volume-").tempdir();
        let volume = Volume { root: root.expect("a directory for the volume"), options, is_mounted: false };
        fs::create_dir(volume.path()).expect("make the mount point");
        volume
    }

    fn mounted(mut self) -> Volume {
        let options = format!("loop,{}", self.options);
        run("mount", &["-o", &options, text(&self.image()), text(&self.path())]);
        self.is_mounted = true;
        self
    }

    fn image(&self) -> PathBuf {
        self.root.path().join("image")
    }

    /// Where its files are.
    pub fn path(&self) -> PathBuf {
        self.root.path().join("mounted")
    }

    /// What the power's going off at this moment would leave: a volume of what has reached the device by now. Whoever
    /// writes must have been stopped before; what the kernel still holds back is lost.
    #[track_caller]
    pub fn after_a_power_cut(&self) -> Volume {
        let copy = Volume::unmounted(self.options);
        until("the image is copied while nothing is written to it", || {
            let before = self.writes();
            run("cp", &["--sparse=always", text(&self.image()), text(&copy.image())]);
            (self.writes() == before && before.is_idle()).then_some(())
        });
        copy.mounted()
    }

    fn writes(&self) -> Writes {
        let device = run("findmnt", &["-n", "-o", "SOURCE", text(&self.path())]);
        let device = String::from_utf8(device.stdout).expect("a device's name is ASCII");
        let name = device.trim().trim_start_matches("/dev/");
        let line = fs::read_to_string(format!("/sys/block/{name}/stat")).expect("read the device's counters");
        let counters: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        Writes { done: counters[4], in_flight: counters[8] }
    }

    /// Leaves room for so many bytes and no more, until it is freed.
    pub fn fill(&self, room_left: u64) {
        let mut ballast = File::options().create(true).append(true).open(self.ballast()).expect("a ballast");
        let free = || free_bytes(&self.path()).saturating_sub(room_left);
        while let bytes @ 1.. = free().min(BALLAST_AT_ONCE_BYTES) {
            // what is free by name cannot always be had to the last byte
            if ballast.write_all(&vec![1; bytes as usize]).and_then(|()| ballast.sync_all()).is_err() {
                break;
            }
        }
    }

    /// There is room again.
    pub fn free(&self) {
        fs::remove_file(self.ballast()).expect("remove the ballast");
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        if !self.is_mounted {
            return;
        }
        let path = self.path();
        let unmount = |how: &[&str]| {
            Command::new("umount").args(how).arg(&path).status().is_ok_and(|status| status.success())
        };
        // lazily where somebody is still there: the loop device goes when they do
        if !unmount(&["-q"]) && !unmount(&["-l"]) {
            eprintln!("{} stays mounted", path.display());
        }
    }
}

/// What a device has done.
#[derive(PartialEq, Eq)]
struct Writes {
    done: u64,
    in_flight: u64,
}

impl Writes {
    fn is_idle(&self) -> bool {
        self.in_flight == 0
    }
}

fn cannot_mount() -> Option<&'static str> {
    let id = run("id", &["-u"]);
    if id.stdout.trim_ascii() != b"0" {
        return Some("only root may mount a volume");
    }
    let found = Command::new("losetup").arg("--find").output();
    let has_loop = found.is_ok_and(|found| found.status.success());
    (!has_loop).then_some("this kernel or container has no loop devices")
}

fn free_bytes(path: &Path) -> u64 {
    let answer = run("df", &["--output=avail", "-B1", text(path)]);
    let printed = String::from_utf8_lossy(&answer.stdout).into_owned();
    let free = printed.lines().nth(1).and_then(|line| line.trim().parse().ok());
    free.unwrap_or_else(|| panic!("df said {printed}"))
}

#[track_caller]
fn run(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).output();
    let output =
        output.unwrap_or_else(|error| panic!("cannot run {program} ({error}): tests/run installs it"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
