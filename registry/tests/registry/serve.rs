use crate::support::{
    Response, Server, Temporary, VALID, address, cccheck, command, find, now, pin, small_register, stderr, within,
};
use cccheck::snapshot::{Blob, Snapshot};
use cccheck::trust::FileRef;
use cccheck::{CccNumber, Decision, Found, Instrument, Policy, Register, Wanted};
use cccheck_registry::Store;
use cccheck_registry::home::{self, Folder};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

const PAGE: &str = r#"<!doctype html><script type="application/json" id="cccheck-config">{}</script>"#;

fn pages(temporary: &Temporary) -> String {
    temporary.write("www/index.html", PAGE);
    temporary.write("www/listing.html", PAGE);
    temporary.write("www/assets/core.wasm", b"\0asm");
    temporary.write("www/assets/app.js", "let a = 1;".repeat(50));
    temporary.write("www/assets/app.js.br", "compressed");
    temporary.write("secret.txt", "secret");
    temporary.path().join("www").to_str().unwrap().into()
}

#[test]
fn head_and_files_open_as_a_client_opens_them() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    let head = server.head(&home);
    let manifest = head.manifest().clone();
    for (folder, file) in
        [(Folder::Snapshot, manifest.snapshot), (Folder::Blob, manifest.directory), (Folder::Blob, manifest.reference)]
    {
        let answer = server.get(&address(folder, &file));
        assert_eq!((answer.status, FileRef::of(&answer.body)), (200, file));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("content-encoding"), "");
        assert_eq!(answer.header("content-type"), "application/octet-stream");
    }
    let path = address(Folder::Blob, &manifest.reference);
    let compressed = server.request("GET", &path, &[("Accept-Encoding", "gzip, br")], b"");
    assert_eq!(compressed.header("content-encoding"), "br");
    assert_eq!(compressed.header("vary"), "accept-encoding");
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut compressed.body.as_slice(), &mut plain).unwrap();
    assert_eq!(FileRef::of(&plain), manifest.reference);

    let snapshot = server.open(head.clone());
    assert!(matches!(find(&snapshot, VALID), Found::Record(_)));
    let blob = |file: &FileRef| Blob::new(server.get(&address(Folder::Blob, file)).body);
    let mut lazy = Snapshot::lazy(head, blob(&manifest.reference), blob(&manifest.directory)).unwrap();
    let number = CccNumber::from_digits(VALID).unwrap();
    for _ in 0..2 {
        for file in lazy.needs(number, Wanted::Parties) {
            lazy.supply(blob(&file)).unwrap();
        }
    }
    assert_eq!(find(&lazy, VALID), find(&snapshot, VALID));
}

#[test]
fn the_head_is_asked_about_each_time_and_sent_only_when_it_changed() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    let first = server.get("/head");
    assert_eq!(first.header("cache-control"), "no-cache");
    assert_eq!(first.header("access-control-allow-origin"), "*");
    let tag = first.header("etag");
    let again = server.request("GET", "/head", &[("If-None-Match", tag)], b"");
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag));
    let weak = format!("\"other\", W/{tag}");
    assert_eq!(server.request("GET", "/head", &[("If-None-Match", &weak)], b"").status, 304);
    assert_eq!(server.request("GET", "/head", &[("If-None-Match", "\"other\"")], b"").status, 200);
    let without_body = server.request("HEAD", "/head", &[], b"");
    assert_eq!((without_body.status, without_body.body.len()), (200, 0));
}

#[test]
fn a_change_by_another_process_is_published_within_five_seconds() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let server = Server::start(&home, &["serve"]);
    let before = server.head(&home);
    assert!(cccheck(&home, &["status", VALID, "revoked", "--reason", "test"]).status.success());
    let raised = || Some(server.head(&home)).filter(|head| head.seen().sequence > before.seen().sequence);
    let after = within(Duration::from_secs(5), raised).expect("a new edition");
    let snapshot = server.open(after);
    let claim = cccheck::Claim { number: Some(VALID.into()), ..Default::default() };
    assert_eq!(cccheck::check(&claim, Ok(&snapshot), &Policy::default(), now()).decision, Decision::Reject);
    assert_eq!(
        server.get(&address(Folder::Snapshot, &before.snapshot())).status,
        200,
        "readers of the old head find its file"
    );
    let sequence = snapshot.standing(now()).sequence;
    assert_eq!(server.get("/healthz").json()["sequence"], sequence);
    let said = format!("cccheck: published sequence {sequence}, certificates: 2, self-declarations: 0\n");
    within(Duration::from_secs(5), || server.log().contains(&said).then_some(())).expect("what was published is said");
}

#[test]
fn what_an_interruption_left_is_made_whole_at_the_start_and_said() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let path = home::head(&home.public());
    let log = temporary.path().join("log");
    let started = || {
        let errors = std::fs::File::create(&log).unwrap();
        let mut child =
            command(&home).args(["serve", "--port", "0"]).stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(ready.contains("http://"), "{ready}");
        std::fs::read_to_string(&log).unwrap()
    };
    let recovered = |sequence: u64| {
        let said = started();
        let lines: Vec<&str> = said.lines().filter(|line| line.contains("recovered")).collect();
        let [line] = lines[..] else { panic!("{said}") };
        assert!(line.ends_with(&format!("; published sequence {sequence} in its place")), "{line}");
        assert!(cccheck(&home, &["verify"]).status.success());
    };
    assert!(!started().contains("recovered"), "the first edition stands for no other");
    let first = std::fs::read(&path).unwrap();
    assert!(cccheck(&home, &["status", VALID, "revoked", "--reason", "test"]).status.success());
    assert!(!started().contains("recovered"), "nor does one of what changed meanwhile");
    assert!(!started().contains("publish"), "nothing was to be done");
    // The second edition was noted, but its head did not get out.
    std::fs::write(&path, first).unwrap();
    recovered(3);
    std::fs::remove_file(&path).unwrap();
    recovered(4);
    std::fs::remove_dir_all(Folder::Snapshot.path(&home.public())).unwrap();
    recovered(5);
}

#[test]
fn health_says_what_is_served() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let rows = "number,product,status,status_since,issued_on,expires_on,provenance\nDEMO-1,0704,valid,,,,synthetic\n";
    let file = temporary.write("declarations.csv", rows);
    assert!(cccheck(&home, &["import", "--declarations", file.to_str().unwrap()]).status.success());
    let health = Server::start(&home, &["serve"]).get("/healthz").json();
    assert_eq!((&health["status"], &health["origin"]), (&"ok".into(), &"demo.test.example".into()));
    assert_eq!((&health["synthetic"], &health["sequence"]), (&true.into(), &1.into()));
    assert_eq!((&health["certificates"], &health["declarations"]), (&2.into(), &1.into()));
    assert!(health["asOf"].as_str().unwrap().ends_with('Z'));
    assert_eq!(health["keysExpire"], pin(&home).keys.expires.to_string());
}

fn config(page: &Response) -> serde_json::Value {
    let text = page.text();
    let (_, rest) = text.split_once(r#"id="cccheck-config">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn pages_carry_what_they_need_to_know_and_strict_headers() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let www = pages(&temporary);
    let server = Server::start(&home, &["serve", "--www", &www]);
    for path in ["/", "/index.html", "/listing.html", "/?q=1"] {
        let page = server.get(path);
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert_eq!(page.header("cache-control"), "no-cache");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let policy = page.header("content-security-policy");
        for part in ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert_eq!(page.header("access-control-allow-origin"), "", "pages are for their own origin");
        let config = config(&page);
        assert_eq!((&config["origin"], &config["synthetic"]), (&"demo.test.example".into(), &true.into()));
        let pin: serde_json::Value = serde_json::from_slice(&std::fs::read(home.pin()).unwrap()).unwrap();
        assert_eq!(config["pin"]["keys"], pin["keys"]);
        assert_eq!(config["pin"]["lowestSequence"], 1);
    }
    assert_eq!(server.get("/assets/core.wasm").header("content-type"), "application/wasm");
    let script = server.request("GET", "/assets/app.js", &[("Accept-Encoding", "br")], b"");
    assert_eq!((script.header("content-encoding"), script.text()), ("br", "compressed"));
    assert_eq!(server.get("/assets/app.js").header("content-encoding"), "");
    assert_eq!(server.get("/nothing.html").status, 404);
    assert_eq!(server.request("POST", "/", &[], b"").status, 405);
    drop(server);
    let without_pages = Server::start(&home, &["serve"]).get("/");
    assert_eq!((without_pages.status, without_pages.text().contains("--www")), (404, true));
}

#[test]
fn no_path_leads_out_of_the_served_directories() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let www = pages(&temporary);
    let server = Server::start(&home, &["serve", "--www", &www]);
    let name = "0".repeat(64);
    let paths = [
        "/../secret.txt".into(),
        "/%2e%2e/secret.txt".into(),
        "/..%2fsecret.txt".into(),
        "/assets/../../secret.txt".into(),
        "/assets/%2e%2e%2f%2e%2e%2fsecret.txt".into(),
        "/..%5csecret.txt".into(),
        "/%00".into(),
        "//etc/passwd".into(),
        "/../home/keys/document-1.bin".into(),
        "/snapshot/".into(),
        "/snapshot/../head".into(),
        "/snapshot/..%2fhead".into(),
        "/snapshot/%2e%2e%2f%2e%2e%2fpin.json".into(),
        format!("/snapshot/{}", &name[1..]),
        format!("/snapshot/{name}"),
        format!("/snapshot/{name}.br"),
        format!("/snapshot/{}", "A".repeat(64)),
        format!("/snapshot/{name}/../../head"),
        format!("/blob/{name}"),
        "/blob/..%2fhead".into(),
        format!("/delta/{name}"),
        "/delta/%2e%2e%2f%2e%2e%2fpin.json".into(),
    ];
    for path in paths {
        let response = server.get(&path);
        assert!(matches!(response.status, 400 | 404), "{path}: {}", response.status);
        assert!(!response.text().contains("secret"), "{path}");
    }
}

#[test]
fn a_demo_offers_samples_whose_verdicts_are_what_they_say() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let www = pages(&temporary);
    let mut server = Server::start(&home, &["demo", "--rows", "4000", "--www", &www]);
    assert!(server.greeting.contains("Storefront: http://127.0.0.1:"), "{}", server.greeting);
    let config = config(&server.get("/"));
    let samples = config["samples"].as_array().unwrap().clone();
    let (synthetic, quoted): (Vec<_>, Vec<_>) = samples.iter().partition(|sample| sample["kind"] == "synthetic");
    assert_eq!((synthetic.len(), quoted.len()), (11, 39));

    let snapshot = server.open(server.head(&home));
    let codes = |sample: &serde_json::Value| {
        let typed = sample["typed"].as_str().unwrap();
        let product = sample["declared"].as_str().map(str::to_owned);
        let instrument = product.as_ref().map(|_| Instrument::SelfDeclaration);
        let claim = cccheck::Claim { number: Some(typed.into()), instrument, product, ..Default::default() };
        let verdict = cccheck::check(&claim, Ok(&snapshot), &Policy::default(), now());
        let number = sample["number"].as_str().unwrap();
        assert_eq!(verdict.number.normalized, number.replace('-', ""), "{typed}");
        let codes = verdict.findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>();
        (verdict.decision, codes)
    };
    let expected = [
        (Decision::Accept, None),
        (Decision::Accept, Some("validity.due_to_expire")),
        (Decision::Reject, Some("status.suspended")),
        (Decision::Reject, Some("status.revoked")),
        (Decision::Reject, Some("status.cancelled")),
        (Decision::Reject, Some("status.expired")),
        (Decision::Review, Some("scheme.")),
        (Decision::Accept, Some("catalogue.removed")),
        (Decision::Reject, Some("record.not_found")),
        (Decision::Accept, Some("record.synthetic")),
        (Decision::Review, Some("status.declaration_not_valid")),
    ];
    for (sample, (decision, code)) in synthetic.iter().zip(expected) {
        let (found, codes) = codes(sample);
        assert_eq!(found, decision, "{sample}: {codes:?}");
        assert!(code.is_none_or(|code| codes.iter().any(|found| found.starts_with(code))), "{sample}: {codes:?}");
    }
    for sample in quoted {
        let (decision, codes) = codes(sample);
        assert_ne!(decision, Decision::Reject, "{sample}");
        assert!(codes.contains(&"record.quoted"), "{sample}: {codes:?}");
    }

    assert!(server.terminate());
    let again = Server::start(&home, &["demo", "--rows", "5000", "--www", &www]);
    assert_eq!(self::config(&again.get("/")), config, "a restart keeps the register and its samples");
    assert_eq!(Store::open(&home).unwrap().count(cccheck::Provenance::Synthetic).unwrap(), 4_000);
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for name in ["demo", "serve"] {
        let output = cccheck(&home, &[name, "--port", &port]);
        assert_eq!(output.status.code(), Some(69));
        assert_eq!(stderr(&output).lines().count(), 1);
        assert!(stderr(&output).contains(&format!("port {port} on 127.0.0.1 is in use")), "{}", stderr(&output));
    }
    assert!(!home.dir().exists(), "nothing is made before the port is had");
    assert_eq!(cccheck(&home, &["serve", "--host", "nowhere"]).status.code(), Some(64));
}

#[test]
fn sigterm_ends_it_even_while_a_client_dawdles() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let mut server = Server::start(&home, &["serve"]);
    let address = server.address.clone();
    let _dawdler = std::net::TcpStream::connect(&address).unwrap();
    assert!(server.terminate());
    assert!(std::net::TcpStream::connect(&address).is_err());
}

#[test]
fn the_register_of_somebody_else_is_no_demo() {
    let temporary = Temporary::new();
    let home = temporary.home();
    assert!(cccheck(&home, &["keys", "new", "--origin", "register.example"]).status.success());
    let output = command(&home).args(["demo", "--port", "0"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(73));
    assert!(stderr(&output).contains("register.example"));
    assert!(!Path::new(&home.store()).exists());
}
