//! What the tests share: homes that vanish, the command, a server that ends, and a plain HTTP client.

use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::{Domain, FileRef, Freshening, Head, Manifest, Pin, RoleName, VerifiedHead, sign};
use cccheck::{CccNumber, Day, Found, Instant, Parties, Provenance, Record, Register, Status, Wanted};
use cccheck_registry::home::{self, Folder, PinFile};
use cccheck_registry::store::{Certificate, Loader, Names};
use cccheck_registry::{Home, Store, clock, generate, keys, reference};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant as Moment};

/// A directory of this test's own.
pub(crate) struct Temporary(PathBuf);

impl Temporary {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn home(&self) -> Home {
        Home::new(self.0.join("home"))
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A register of one synthetic body, complete for 2021, and with the certificates of [`certificates`].
pub(crate) fn small_register(temporary: &Temporary) -> Home {
    let home = temporary.home();
    keys::create(&home, "demo.test.example", true, clock::now().unwrap()).unwrap();
    let mut store = Store::open_or_create(&home).unwrap();
    store
        .load(|loader| {
            for certificate in certificates() {
                loader.insert(&certificate)?;
            }
            loader.cover(&cccheck::snapshot::Coverage { body: 90, year: 2021, complete: true, lapsed_since: None })
        })
        .unwrap();
    home
}

/// A demonstration of so many certificates, complete for its bodies and years.
pub(crate) fn generated(temporary: &Temporary, rows: u64) -> Home {
    let home = temporary.home();
    keys::create(&home, "demo.test.example", true, now()).unwrap();
    let mut store = Store::open_or_create(&home).unwrap();
    generate::fill(&mut store, rows, &reference::load().unwrap(), now()).unwrap();
    home
}

/// The applicant of the valid certificate in the small register.
pub(crate) const APPLICANT: &str = "演示电器有限公司";
/// In the small register, and valid for long.
pub(crate) const VALID: &str = "2021900703000001";
/// In the small register, and revoked.
pub(crate) const REVOKED: &str = "2021900703000002";
/// Not in the small register, though it is complete there.
pub(crate) const ABSENT: &str = "2021900703000003";
/// Of a body that the small register does not cover.
pub(crate) const NOT_COVERED: &str = "2021910703000001";

fn certificates() -> [Certificate; 2] {
    let today = clock::now().unwrap().legal_day();
    let record = |number: &str, status, status_since: Option<i32>| Record {
        number: CccNumber::from_digits(number).unwrap(),
        status,
        status_since: status_since.map(|days| today.plus_days(days)),
        issued_on: Some(today.plus_days(-700)),
        expires_on: Some(today.plus_days(1_000)),
        provenance: Provenance::Synthetic,
        model: Some("XQB80-A1、XQB80-A2".into()),
        parties: Parties::default(),
    };
    let names = Names { applicant: Some(APPLICANT.into()), ..Names::default() };
    [
        Certificate::new(record(VALID, Status::Valid, None), names),
        Certificate::new(record(REVOKED, Status::Revoked, Some(-30)), Names::default()),
    ]
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn now() -> Instant {
    clock::now().unwrap()
}

pub(crate) fn pin(home: &Home) -> Pin {
    PinFile::read(&home.pin()).unwrap().pin().unwrap()
}

/// Gives the first so many certificates for which something holds another status.
pub(crate) fn set_status(home: &Home, count: usize, status: Status, of: impl Fn(&Record) -> bool) {
    let mut store = Store::open(home).unwrap();
    let records = store.contents().unwrap().content.records;
    let chosen: Vec<Record> = records.into_iter().filter(of).take(count).collect();
    assert_eq!(chosen.len(), count);
    let change = |loader: &mut Loader<'_>| {
        for record in chosen {
            let record = Record { status, status_since: Some(now().legal_day()), ..record };
            loader.put(&Certificate::new(record, Names::default()), "test", now())?;
        }
        Ok(())
    };
    store.load(change).unwrap();
}

/// What a register says of a number.
pub(crate) fn find(register: &impl Register, number: &str) -> Found {
    register.find(CccNumber::from_digits(number).unwrap(), Wanted::Parties).unwrap()
}

/// The published manifest.
pub(crate) fn manifest(home: &Home) -> Manifest {
    let head = Head::decode(&fs::read(home::head(&home.public())).unwrap()).unwrap();
    head.manifest.peek(Domain::Manifest).unwrap()
}

/// Signs the published manifest with the keys of the home, whatever becomes of it.
pub(crate) fn sign_anew(home: &Home, change: impl FnOnce(&mut Manifest)) {
    let mut manifest = manifest(home);
    change(&mut manifest);
    let keys = pin(home).keys;
    let key = |role| keys::signing_one(home, &keys, role).unwrap();
    let manifest = sign(Domain::Manifest, &manifest, &[&key(RoleName::Content)]);
    let freshening = Freshening {
        manifest: FileRef::of(&manifest.document).hash,
        counter: 99,
        time: now(),
        expires: now().plus_seconds(3_600),
    };
    let freshness = sign(Domain::Freshness, &freshening, &[&key(RoleName::Freshness)]);
    let head = Head { chain: Vec::new(), manifest, freshness, witnesses: Vec::new() };
    fs::write(home::head(&home.public()), head.encode().unwrap()).unwrap();
}

pub(crate) fn command(home: &Home) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cccheck"));
    command.env("LANG", "C").env("CCCHECK_DIR", home.dir());
    command
}

/// Runs `cccheck` to its end.
pub(crate) fn cccheck(home: &Home, arguments: &[&str]) -> Output {
    command(home).args(arguments).output().unwrap()
}

/// A command as a message says it for this home.
pub(crate) fn hint(home: &Home, command: &str) -> String {
    format!("`cccheck --dir {} {command}`", home::quoted(home.dir()))
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Where a server has a file.
pub(crate) fn address(folder: Folder, file: &FileRef) -> String {
    format!("/{}/{}", folder.as_str(), cccheck::hex(&file.hash))
}

/// A `cccheck` process that serves.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    /// What it wrote to stdout until it was ready.
    pub(crate) greeting: String,
    log: PathBuf,
}

impl Server {
    /// Starts `cccheck serve` or `cccheck demo` on a free port, and waits until it answers.
    pub(crate) fn start(home: &Home, arguments: &[&str]) -> Self {
        let log = home.dir().with_extension("log");
        let child = command(home)
            .args(arguments)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut server = Self { child, address: String::new(), greeting: String::new(), log };
        let mut lines = BufReader::new(server.child.stdout.take().unwrap()).lines();
        while server.address.is_empty() {
            let line = lines.next().expect("a server that goes on").unwrap();
            server.greeting += &line;
            if let Some((_, address)) = line.split_once("http://") {
                server.address = address.trim_end_matches('/').into();
            }
        }
        server
    }

    /// What it wrote to stderr so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.request("GET", path, &[], b"")
    }

    /// The head that it serves.
    pub(crate) fn head(&self, home: &Home) -> VerifiedHead {
        let response = self.get("/head");
        assert_eq!(response.status, 200);
        Head::verify(&response.body, &pin(home), None, now()).unwrap()
    }

    /// The files that a head leads to.
    pub(crate) fn open(&self, head: VerifiedHead) -> Snapshot {
        let blob = |folder: Folder, file: &FileRef| Blob::new(self.get(&address(folder, file)).body);
        let Manifest { reference, snapshot, delta, .. } = head.manifest().clone();
        let delta = delta.map(|delta| blob(Folder::Delta, &delta.file));
        Snapshot::open(head, blob(Folder::Blob, &reference), blob(Folder::Snapshot, &snapshot), delta).unwrap()
    }

    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("Content-Length: {}\r\n\r\n", body.len());
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        // A server that refuses a large body may close before it has read all of it.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Response::parse(&answer)
    }

    /// Sends SIGTERM, and says whether the process ended by itself, and well, within 10 seconds.
    pub(crate) fn terminate(&mut self) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        within(Duration::from_secs(10), || self.child.try_wait().unwrap()).is_some_and(|status| status.success())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct Response {
    pub(crate) status: u16,
    headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    fn parse(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an HTTP answer");
        let head = std::str::from_utf8(&answer[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: BTreeMap<String, String> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_string()))
            .collect();
        let body = answer[end + 4..].to_vec();
        assert!(!headers.contains_key("transfer-encoding"), "every answer here says its length");
        Self { status, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Asks again and again until there is an answer or the time is up.
pub(crate) fn within<T>(time: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Moment::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if started.elapsed() > time {
            return None;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// More bytes than a machine has memory: a file that does not end within it, though none of them is on the disk.
pub(crate) const HUGE: u64 = 1 << 40;
/// A mirror never ends a pipe; it tires here, so that the test does not.
pub(crate) const ENDLESS: usize = 1 << 20;
/// What a pipe takes that nobody has read.
pub(crate) const PIPE: usize = 1 << 16;

/// How much of a file is taken that never ends, and what comes of reading it.
pub(crate) fn taken<T>(path: &Path, read: impl FnOnce() -> T) -> (usize, T) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let taken = thread::scope(|scope| {
        let mirror = scope.spawn(|| {
            let mut pipe = File::options().write(true).open(path).unwrap();
            1_024 * (0..ENDLESS / 1_024).take_while(|_| pipe.write_all(&[0; 1_024]).is_ok()).count()
        });
        let read = read();
        // If nobody opened it, the mirror still waits for somebody.
        drop(File::options().read(true).write(true).open(path).unwrap());
        (mirror.join().unwrap(), read)
    });
    fs::remove_file(path).unwrap();
    taken
}
