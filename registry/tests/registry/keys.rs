//! The keys of a home, from the first to their replacement, as commands and as clients see them.

use crate::support::{
    HUGE, PIPE, Server, Temporary, VALID, cccheck, command, hint, now, pin, small_register, stderr, stdout, taken,
    within,
};
use cccheck::receipt::{self, ReceiptError, Request};
use cccheck::snapshot::{Coverage, Snapshot};
use cccheck::trust::{
    Domain, FileRef, Freshening, Head, Keys, MAX_DOCUMENTS, MAX_HEAD, MAX_SEQUENCE, Manifest, PublicKey, Refusal,
    RoleName, Seen, SigningKey, VerifiedHead, sign,
};
use cccheck::{Claim, Policy, check};
use cccheck_registry::home::{self, PinFile};
use cccheck_registry::keys::{Chain, Change};
use cccheck_registry::passphrase::Passphrase;
use cccheck_registry::publish::{Awaited, Done, Publisher};
use cccheck_registry::{Error, Home, Store, clock, keys, published, reference};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

#[test]
fn new_keys_make_a_pin_that_clients_accept() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let output = cccheck(&home, &["keys", "new", "--origin", "register.example"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    let keys = pin(&home).keys;
    assert_eq!((keys.origin.as_str(), keys.synthetic), ("register.example", false));
    assert_eq!((keys.root.threshold, keys.root.keys.len()), (2, 3));
    for role in [&keys.content, &keys.freshness, &keys.receipt] {
        assert_eq!((role.threshold, role.keys.len()), (1, 1));
    }
    let shown: serde_json::Value = serde_json::from_str(&stdout(&cccheck(&home, &["keys", "show", "--json"]))).unwrap();
    assert_eq!(shown["origin"], "register.example");
    assert_eq!(shown["roles"][0]["keys"].as_array().unwrap().len(), 3);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_private_keys() {
    use std::os::unix::fs::PermissionsExt;
    let temporary = Temporary::new();
    let home = temporary.home();
    keys::create(&home, "register.example", false, now()).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.keys()), 0o700);
    let files: Vec<_> = fs::read_dir(home.keys()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 7, "six keys and the document");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    drop(Store::open_or_create(&home).unwrap());
    assert_eq!(mode(&home.store()), 0o600, "it has names that are published as tags only");
}

/// The compiler checks it: whoever takes the feature away ends up here.
#[test]
fn a_private_key_is_erased_when_it_is_let_go_of() {
    fn let_go(_: impl zeroize::ZeroizeOnDrop) {}
    let_go(SigningKey::from_bytes(&[1; 32]));
}

#[test]
fn no_command_shows_a_private_key() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let made = cccheck(&home, &["keys", "new", "--origin", "register.example"]);
    let shown = cccheck(&home, &["keys", "show"]);
    let rotated = cccheck(&home, &["keys", "rotate", "content"]);
    let elsewhere = temporary.path().join("witness.key");
    let alone = cccheck(&home, &["keys", "make", elsewhere.to_str().unwrap()]);
    let said: String =
        [made, shown, rotated, alone].iter().flat_map(|output| [stdout(output), stderr(output)]).collect();
    let files = private_files(&home);
    assert_eq!(files.len(), 7);
    for file in files.iter().chain([&elsewhere]) {
        let secret = fs::read_to_string(file).unwrap();
        assert!(!said.contains(secret.trim()), "{}", file.display());
    }
}

#[test]
fn keys_are_never_overwritten() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let before = keys::create(&home, "register.example", false, now()).unwrap();
    let output = cccheck(&home, &["keys", "new", "--origin", "register.example"]);
    assert_eq!(output.status.code(), Some(73));
    assert!(stderr(&output).contains("is never overwritten"));
    assert_eq!(keys::pin(&home).unwrap().0.keys, before.keys);
}

#[test]
fn a_synthetic_register_says_demo_in_its_name_and_no_other_does() {
    let temporary = Temporary::new();
    for (origin, synthetic) in [("register.example", true), ("demo.example", false), ("", false), ("A b", false)] {
        let error = keys::create(&temporary.home(), origin, synthetic, now()).unwrap_err();
        assert!(matches!(error, Error::Origin { .. }), "{origin}: {error}");
    }
    assert!(!temporary.home().dir().exists());
}

#[test]
fn a_key_that_the_document_does_not_name_is_refused() {
    let temporary = Temporary::new();
    let home = temporary.home();
    keys::create(&home, "register.example", false, now()).unwrap();
    let document = pin(&home).keys;
    let signers = keys::signing(&home, &document, RoleName::Content).unwrap();
    let signed = sign(Domain::Manifest, &"anything".to_owned(), &[&signers[0]]);
    assert_eq!(signed.check(Domain::Manifest, RoleName::Content, &document.content), Ok(()));

    let [content, receipt] = [RoleName::Content, RoleName::Receipt].map(|role| only_file(&home, role));
    fs::copy(receipt, &content).unwrap();
    assert!(matches!(keys::signing(&home, &document, RoleName::Content), Err(Error::KeyFile { .. })));
    fs::write(&content, "not a key").unwrap();
    assert!(matches!(keys::signing(&home, &document, RoleName::Content), Err(Error::KeyFile { .. })));
    fs::remove_file(&content).unwrap();
    let missing = keys::signing(&home, &document, RoleName::Content);
    assert!(matches!(missing, Err(Error::NoPrivateKey { found: 0, needed: 1, .. })));
}

fn private_files(home: &Home) -> Vec<PathBuf> {
    let files = fs::read_dir(home.keys()).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "key")).collect()
}

/// The file of the newest key of a role.
fn only_file(home: &Home, role: RoleName) -> PathBuf {
    let chain = Chain::read(home).unwrap();
    keys::file(home, role, chain.keys().role(role).keys.last().unwrap())
}

fn newest_id(home: &Home, role: RoleName) -> String {
    keys::key_id(Chain::read(home).unwrap().keys().role(role).keys.last().unwrap())
}

/// The lowest sequence under the newest key document.
fn lowest(home: &Home) -> u64 {
    Chain::read(home).unwrap().keys().lowest_sequence
}

fn private(home: &Home, role: RoleName) -> SigningKey {
    keys::read(&only_file(home, role), home.passphrase()).unwrap()
}

/// Runs a command that must succeed.
#[track_caller]
fn run(home: &Home, arguments: &[&str]) -> String {
    let output = cccheck(home, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

/// Runs a command that must fail.
#[track_caller]
fn refused(home: &Home, arguments: &[&str], code: i32, because: &str) {
    let Output { status, .. } = cccheck(home, arguments);
    let said = stderr(&cccheck(home, arguments));
    assert_eq!(status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(because), "{arguments:?}: {said}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn publish(home: &Home) -> Done {
    let publisher = Publisher::new(home.clone(), &reference::load().unwrap());
    publisher.bring_up_to_date(clock::now, |_| {}).unwrap()
}

fn served(home: &Home) -> Vec<u8> {
    fs::read(home::head(&home.public())).unwrap()
}

/// A client that ships with a home's pin.
struct Client {
    pin: cccheck::trust::Pin,
    seen: Option<Seen>,
}

impl Client {
    fn new(home: &Home) -> Self {
        Self { pin: pin(home), seen: None }
    }

    fn verify(&self, head: &[u8]) -> Result<VerifiedHead, Refusal> {
        Head::verify(head, &self.pin, self.seen.as_ref(), now())
    }

    /// Opens what the home publishes, and remembers it.
    fn open(&mut self, home: &Home) -> VerifiedHead {
        let head = self.verify(&served(home)).unwrap();
        published::open_head(&home.public(), head.clone()).unwrap();
        self.seen = Some(head.seen());
        head
    }
}

/// Another head over the published snapshot, which a thief signs with these keys.
fn forged(home: &Home, sequence: u64, content: &SigningKey, freshness: &SigningKey) -> Vec<u8> {
    let honest = Head::decode(&served(home)).unwrap();
    let mut manifest: Manifest = honest.manifest.peek(Domain::Manifest).unwrap();
    manifest.sequence = sequence;
    manifest.fresh_for += 1;
    let manifest = sign(Domain::Manifest, &manifest, &[content]);
    let statement = Freshening {
        manifest: FileRef::of(&manifest.document).hash,
        counter: 1,
        time: now(),
        expires: now().plus_seconds(3_600),
    };
    let freshness = sign(Domain::Freshness, &statement, &[freshness]);
    Head { manifest, freshness, ..honest }.encode().unwrap()
}

#[test]
fn a_client_follows_from_its_pin_to_the_newest_keys() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    let mut client = Client::new(&home);
    let before = served(&home);
    assert_eq!(client.open(&home).keys().version, 1);

    run(&home, &["keys", "rotate", "content"]);
    let shown: serde_json::Value = serde_json::from_str(&run(&home, &["keys", "rotate", "root", "--json"])).unwrap();
    assert_eq!((&shown["version"], &shown["lowestSequence"]), (&3.into(), &1.into()));
    assert!(matches!(publish(&home), Done::Published(_)), "new keys need a new edition");
    assert_eq!(publish(&home), Done::Nothing);

    let head = client.open(&home);
    assert_eq!((head.keys().version, head.manifest().sequence), (3, 2));
    assert_ne!(head.keys().content, pin(&home).keys.content);
    assert_eq!(client.verify(&before), Err(Refusal::KeysRollback { lowest: 3, offered: 1 }));
    assert_eq!(Client::new(&home).open(&home).keys().version, 3, "who comes anew gets there too");
}

#[test]
fn every_root_key_can_be_replaced() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let before = pin(&home).keys.root.clone();
    for _ in 0..3 {
        run(&home, &["keys", "rotate", "root"]);
    }
    let after = Chain::read(&home).unwrap().keys().root.clone();
    assert_eq!((after.threshold, after.keys.len()), (2, 3));
    assert!(after.keys.iter().all(|key| !before.keys.contains(key)));
    publish(&home);
    assert_eq!(Client::new(&home).open(&home).keys().version, 4);
}

#[test]
fn a_revoked_key_signs_no_more() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    let [content, freshness] = [RoleName::Content, RoleName::Freshness].map(|role| private(&home, role));
    let mut client = Client::new(&home);
    assert!(client.verify(&forged(&home, 2, &content, &freshness)).is_ok(), "whoever holds both keys is the register");

    run(&home, &["keys", "revoke", &newest_id(&home, RoleName::Content)]);
    publish(&home);
    client.open(&home);
    let forged = forged(&home, 3, &content, &freshness);
    let refusal = Refusal::NotSigned { role: RoleName::Content, valid: 0, needed: 1 };
    assert_eq!(client.verify(&forged), Err(refusal));
    refused(&home, &["keys", "revoke", "0123456789abcdef"], 64, "keys show");
    refused(&home, &["keys", "revoke", "0123"], 64, "16 hexadecimal digits");
}

#[test]
fn the_count_comes_back_from_a_fast_forward() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    let [content, freshness] = [RoleName::Content, RoleName::Freshness].map(|role| private(&home, role));
    let mut client = Client::new(&home);
    let honest = served(&home);
    let forged = forged(&home, MAX_SEQUENCE, &content, &freshness);
    client.seen = Some(client.verify(&forged).unwrap().seen());
    assert!(matches!(client.verify(&honest), Err(Refusal::Rollback { .. })));

    // The thief has left it where the register publishes.
    fs::write(home::head(&home.public()), &forged).unwrap();
    let pinned = temporary.path().join("new-pin.json");
    run(&home, &["keys", "pin", "--out", text(&pinned)]);
    assert_eq!(PinFile::read(&pinned).unwrap().lowest_sequence, 1);
    run(&home, &["keys", "revoke", &newest_id(&home, RoleName::Content)]);
    assert_eq!(lowest(&home), 1);
    run(&home, &["keys", "revoke", &newest_id(&home, RoleName::Freshness)]);
    publish(&home);
    assert_eq!(client.open(&home).manifest().sequence, 2);
    publish(&home);
    assert_eq!(client.open(&home).manifest().sequence, 2, "and stays so");
}

#[test]
fn a_fast_forward_does_not_bind_who_says_where_the_count_begins() {
    for (thief, goes_on_from) in [(1 << 40, 1 << 40), (1 << 52, 1 << 52), ((1 << 52) + 1, 1), (MAX_SEQUENCE, 1)] {
        let temporary = Temporary::new();
        let home = small_register(&temporary);
        publish(&home);
        let [content, freshness] = [RoleName::Content, RoleName::Freshness].map(|role| private(&home, role));
        fs::write(home::head(&home.public()), forged(&home, thief, &content, &freshness)).unwrap();
        let draft = temporary.path().join("draft");
        run(&home, &["keys", "rotate", "receipt", "--draft", text(&draft)]);
        assert_eq!(keys::draft(&draft).unwrap().keys.lowest_sequence, goes_on_from);
        run(&home, &["keys", "revoke", &newest_id(&home, RoleName::Content), "--restart-sequence", "100"]);
        run(&home, &["keys", "revoke", &newest_id(&home, RoleName::Freshness)]);
        publish(&home);
        assert_eq!(Client::new(&home).open(&home).manifest().sequence, 100);
    }
}

#[test]
fn a_count_that_was_used_up_never_keeps_from_changing_keys() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let restart = |sequence: u64| {
        let (id, sequence) = (newest_id(&home, RoleName::Content), sequence.to_string());
        cccheck(&home, &["keys", "revoke", &id, "--restart-sequence", &sequence])
    };
    let beyond = restart((1 << 51) + 1);
    assert_eq!(beyond.status.code(), Some(64), "no room is left for what follows");
    assert!(restart(1 << 51).status.success());
    for sequence in [1 << 51, (1 << 51) + 1] {
        let published = Publisher::new(home.clone(), &reference::load().unwrap()).publish(&[], clock::now, |_| {});
        assert_eq!(published.unwrap().sequence, sequence);
    }
    run(&home, &["keys", "rotate", "freshness"]);
    assert_eq!(lowest(&home), (1 << 51) + 1, "what was published stays below");
    publish(&home);
    assert_eq!(Client::new(&home).open(&home).manifest().sequence, (1 << 51) + 2);
    assert!(restart((1 << 51) + 2).status.success(), "where it is, it can go on");

    // Nor is what an earlier version let it come to below what a document allows.
    let db = rusqlite::Connection::open(home.store()).unwrap();
    db.execute("UPDATE editions SET sequence = ?1 WHERE sequence = ?2", [(1_i64 << 52) + 5, (1 << 51) + 2]).unwrap();
    run(&home, &["keys", "rotate", "freshness"]);
    assert_eq!(lowest(&home), (1 << 52) + 5);
    assert!(restart((1 << 52) + 5).status.success());
    assert_eq!(lowest(&home), (1 << 52) + 5);
}

#[test]
fn the_count_can_begin_anew_above_what_is_published() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    run(&home, &["keys", "revoke", &newest_id(&home, RoleName::Content), "--restart-sequence", "1000"]);
    assert!(matches!(publish(&home), Done::Published(edition) if edition.sequence == 1_000));
    assert_eq!(Client::new(&home).open(&home).manifest().sequence, 1_000);
    let id = newest_id(&home, RoleName::Content);
    refused(&home, &["keys", "revoke", &id, "--restart-sequence", "999"], 64, "sequence 1000 is published");
    let beyond = u64::MAX.to_string();
    refused(&home, &["keys", "revoke", &id, "--restart-sequence", &beyond], 64, "up to 2^51");
}

#[test]
fn a_head_that_is_not_its_own_does_not_move_the_count() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    let own = served(&home);
    let strangers = [5, 6].map(|seed| SigningKey::from_bytes(&[seed; 32]));
    fs::write(home::head(&home.public()), forged(&home, 1 << 40, &strangers[0], &strangers[1])).unwrap();
    run(&home, &["keys", "rotate", "receipt"]);
    assert_eq!(lowest(&home), 1);
    fs::write(home::head(&home.public()), own).unwrap();
    publish(&home);
    assert_eq!(Client::new(&home).open(&home).manifest().sequence, 2);
}

#[test]
fn receipts_outlive_a_rotation_but_not_a_revocation() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let request = Request { claim: Claim::default(), nonce: "0123456789abcdef".into() };
    let verdict = check::<Snapshot>(&request.claim, Err("none"), &Policy::default(), now());
    let payload = serde_json::json!({
        "iss": "demo.test.example", "iat": now().seconds(), "jti": "1", "nonce": request.nonce, "sequence": 1,
        "claim": request.claim, "verdict": verdict,
    });
    let receipt = receipt::sign(&payload.to_string(), &private(&home, RoleName::Receipt));
    let id = newest_id(&home, RoleName::Receipt);
    let verify = || receipt::verify(&receipt, Chain::read(&home).unwrap().keys(), &request, now()).map(drop);
    run(&home, &["keys", "rotate", "receipt"]);
    assert_eq!(verify(), Ok(()));
    assert_ne!(newest_id(&home, RoleName::Receipt), id);
    let signer = keys::signing_one(&home, Chain::read(&home).unwrap().keys(), RoleName::Receipt).unwrap();
    assert_eq!(keys::key_id(&PublicKey::of(&signer)), newest_id(&home, RoleName::Receipt), "the newest signs");
    run(&home, &["keys", "revoke", &id]);
    assert_eq!(verify(), Err(ReceiptError::UnknownKey));
}

#[test]
fn the_end_of_a_key_document_is_said_before_it_comes() {
    let temporary = Temporary::new();
    for (days_ago, is_said) in [(0, false), (2 * 365, false), (3 * 365 - 30, true)] {
        let home = Home::new(temporary.path().join(days_ago.to_string()));
        keys::create(&home, "demo.test.example", true, now().plus_seconds(-days_ago * 86_400)).unwrap();
        let certificates = temporary.write(
            "one.csv",
            "number,status,status_since,issued_on,expires_on,provenance\n2021900703000001,valid,,,,synthetic\n",
        );
        run(&home, &["import", certificates.to_str().unwrap()]);
        let published = cccheck(&home, &["publish"]);
        assert!(published.status.success(), "{}", stderr(&published));
        assert_eq!(
            stderr(&published).contains("is the last instant of the published key document"),
            is_said,
            "{days_ago}"
        );

        let log = temporary.path().join(format!("{days_ago}.log"));
        let mut serving = command(&home);
        serving.args(["serve", "--port", "0"]).stderr(fs::File::create(&log).unwrap()).stdout(Stdio::piped());
        let mut server = serving.spawn().unwrap();
        let mut greeting = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut greeting).unwrap();
        assert!(greeting.contains("http://"), "{greeting}");
        let said =
            || fs::read_to_string(&log).unwrap().matches("is the last instant of the published key document").count();
        within(Duration::from_secs(if is_said { 20 } else { 0 }), || Some(()).filter(|()| said() > 0));
        // It looks every second, and says it once.
        sleep(Duration::from_millis(2_500));
        server.kill().unwrap();
        server.wait().unwrap();
        assert_eq!(said(), usize::from(is_said), "{days_ago}");
        run(&home, &["keys", "rotate", "receipt"]);
        let published = cccheck(&home, &["publish"]);
        assert!(!stderr(&published).contains("the last instant"), "a newer document is published with it");
    }
}

#[test]
fn a_key_document_never_ends_before_the_one_before_it() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let draft = temporary.path().join("draft");
    let change = Change::Rotate { role: RoleName::Content, add: false, threshold: None };
    let expires = || Chain::read(&home).unwrap().keys().expires;
    let (first, years_ago) = (expires(), now().plus_seconds(-4 * 365 * 86_400));
    let changed = keys::change(&home, &change, None, years_ago).unwrap_err();
    let proposed = keys::propose(&home, &change, None, years_ago, &draft).unwrap_err();
    for error in [changed, proposed] {
        assert!(
            matches!(error, Error::ClockSetBack { .. })
                && error.to_string().contains(&hint(&home, "keys ... --clock-is-right")),
            "{error}"
        );
    }
    assert_eq!((Chain::read(&home).unwrap().keys().version, private_files(&home).len()), (1, 6), "nothing was made");
    assert!(!draft.exists());

    keys::change(&home, &change, None, now().plus_seconds(-200)).unwrap();
    assert_eq!(expires(), first, "clocks differ by a little");
    // Where the clock was ahead when the document before was made, keys can still be changed.
    keys::change(&home.clone().trusting_clock(), &change, None, years_ago).unwrap();
    assert_eq!((Chain::read(&home).unwrap().keys().version, expires()), (3, first));
    run(&home, &["keys", "rotate", "content", "--clock-is-right"]);
    assert!(expires() >= first);
}

#[test]
fn encrypted_keys_sign_with_their_passphrase_only() {
    let temporary = Temporary::new();
    let plain = temporary.home();
    let passphrase = private_file(&temporary, "passphrase", "correct horse\n");
    let with = |file: &Path| plain.clone().with_passphrase(Passphrase::new(Some(file.into())));
    keys::create(&with(&passphrase), "demo.test.example", true, now()).unwrap();
    for file in private_files(&plain) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("cccheck-encrypted-key-1 "), "{}", file.display());
    }
    let keys = pin(&plain).keys;
    assert_eq!(keys::signing(&with(&passphrase), &keys, RoleName::Content).unwrap().len(), 1);
    let wrong = private_file(&temporary, "wrong", "battery staple\n");
    let error = keys::signing(&with(&wrong), &keys, RoleName::Content).unwrap_err();
    assert!(matches!(error, Error::Passphrase { .. }) && error.to_string().contains("not the one of this key"));
    let empty = private_file(&temporary, "empty", "\n");
    assert!(matches!(keys::signing(&with(&empty), &keys, RoleName::Content), Err(Error::Passphrase { .. })));

    refused(&plain, &["keys", "rotate", "content"], 77, "--passphrase-file");
    let draft = temporary.path().join("draft");
    refused(&plain, &["keys", "rotate", "content", "--draft", text(&draft)], 77, "--passphrase-file");
    refused(&plain, &["keys", "rotate", "content", "--passphrase-file", text(&wrong)], 77, "not the one of this key");
    assert_eq!(private_files(&plain).len(), 6, "no key is made in vain, and none in the clear");
    run(&plain, &["keys", "rotate", "freshness", "--passphrase-file", text(&passphrase)]);
    assert!(
        fs::read_to_string(only_file(&plain, RoleName::Freshness)).unwrap().starts_with("cccheck-encrypted-key-1 ")
    );
    let damaged = only_file(&plain, RoleName::Content);
    let mut bytes = fs::read(&damaged).unwrap();
    bytes[60] = if bytes[60] == b'A' { b'B' } else { b'A' };
    fs::write(&damaged, bytes).unwrap();
    assert!(matches!(keys::signing(&with(&passphrase), &keys, RoleName::Content), Err(Error::Passphrase { .. })));
}

/// A file that only its owner can read.
fn private_file(temporary: &Temporary, name: &str, content: &str) -> PathBuf {
    let path = temporary.write(name, content);
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn what_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let content = only_file(&home, RoleName::Content);
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(&content, fs::Permissions::from_mode(mode)).unwrap();
        refused(&home, &["publish"], 77, "chmod 600");
    }
    fs::set_permissions(&content, fs::Permissions::from_mode(0o600)).unwrap();
    run(&home, &["publish"]);

    let passphrase = private_file(&temporary, "passphrase", "correct horse\n");
    let key = temporary.path().join("offline.key");
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o644)).unwrap();
    refused(&home, &["keys", "make", text(&key), "--passphrase-file", text(&passphrase)], 77, "chmod 600");
    assert!(!key.exists());
}

/// Makes a private key on a machine of its own, and returns its file and its public side.
fn made_elsewhere(temporary: &Temporary, name: &str) -> (PathBuf, String) {
    let path = temporary.path().join(name);
    let nowhere = Home::new(temporary.path().join("nowhere"));
    let made: serde_json::Value =
        serde_json::from_str(&run(&nowhere, &["keys", "make", text(&path), "--json"])).unwrap();
    (path, made["public"].as_str().unwrap().to_owned())
}

#[test]
fn root_keys_never_need_to_be_in_the_home() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let nowhere = Home::new(temporary.path().join("nowhere"));
    let roots = ["root-1.key", "root-2.key", "root-3.key"].map(|name| made_elsewhere(&temporary, name));
    let draft = temporary.path().join("first.draft");
    let mut new = vec!["keys", "new", "--origin", "demo.test.example", "--synthetic", "--draft", text(&draft)];
    roots.iter().for_each(|(_, public)| new.extend(["--root", public.as_str()]));
    run(&home, &new);
    assert_eq!(private_files(&home).len(), 3, "content, freshness and receipt");
    assert!(!keys::exist(&home));

    let sign = |draft: &Path, key: &Path| run(&nowhere, &["keys", "sign", text(draft), "--key", text(key)]);
    refused(&home, &["keys", "accept", text(&draft)], 65, "0 of 2 needed signatures");
    sign(&draft, &roots[0].0);
    refused(&home, &["keys", "accept", text(&draft)], 65, "1 of 2 needed signatures");
    sign(&draft, &roots[0].0);
    refused(&home, &["keys", "accept", text(&draft)], 65, "1 of 2 needed signatures");
    sign(&draft, &roots[2].0);
    run(&home, &["keys", "accept", text(&draft)]);
    assert!(keys::exist(&home));
    let coverage = Coverage { body: 90, year: 2021, complete: true, lapsed_since: None };
    Store::open_or_create(&home).unwrap().load(|loader| loader.cover(&coverage)).unwrap();
    publish(&home);
    let mut client = Client::new(&home);
    client.open(&home);

    refused(&home, &["keys", "rotate", "content"], 66, "docs/ceremony.md");
    let (new_root, public) = made_elsewhere(&temporary, "root-4.key");
    let draft = temporary.path().join("second.draft");
    refused(&home, &["keys", "rotate", "root", "--draft", text(&draft)], 64, "--public");
    run(&home, &["keys", "rotate", "root", "--public", &public, "--draft", text(&draft)]);
    sign(&draft, &new_root);
    sign(&draft, &roots[1].0);
    refused(&home, &["keys", "accept", text(&draft)], 65, "1 of 2 needed signatures");
    let shown = sign(&draft, &roots[2].0);
    assert!(shown.contains("signed by") && shown.contains("version 2"), "{shown}");
    run(&home, &["keys", "accept", text(&draft)]);
    publish(&home);
    assert_eq!(client.open(&home).keys().version, 2);
}

#[test]
fn a_signature_that_does_not_count_is_said_to_be_none() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let nowhere = Home::new(temporary.path().join("nowhere"));
    let root = |place: usize| {
        let key = Chain::read(&home).unwrap().keys().root.keys[place].clone();
        (keys::file(&home, RoleName::Root, &key), keys::key_id(&key))
    };
    let draft = |name: &str, change: &[&str]| {
        let path = temporary.path().join(name);
        run(&home, &[&["keys"], change, &["--draft", text(&path)]].concat());
        path
    };
    let said = |home: &Home, draft: &Path, key: &Path| {
        let output = cccheck(home, &["keys", "sign", text(draft), "--key", text(key)]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stderr(&output)
    };
    let (revoked, id) = root(0);
    // The document that revokes it is signed by the keys of the one before, and may be by it.
    assert_eq!(said(&home, &draft("revoke.draft", &["revoke", &id]), &revoked), "");
    run(&home, &["keys", "revoke", &id]);

    let content = draft("content.draft", &["rotate", "content"]);
    let warning = said(&home, &content, &revoked);
    assert!(warning.contains(&format!("the signature of {id} does not count")), "{warning}");
    assert!(warning.contains(&format!("`cccheck keys show {}`", content.display())), "no home is needed: {warning}");
    let chinese = cccheck(&home, &["keys", "sign", text(&content), "--key", text(&revoked), "--lang", "zh"]);
    assert!(stderr(&chinese).contains("签名不起作用"), "{}", stderr(&chinese));
    assert_eq!(said(&home, &content, &root(0).0), "");
    // An old root key signs the document that replaces it.
    let (oldest, id) = root(0);
    let rotated = draft("root.draft", &["rotate", "root"]);
    assert!(keys::draft(&rotated).unwrap().keys.root.keys.iter().all(|key| keys::key_id(key) != id));
    assert_eq!(said(&home, &rotated, &oldest), "");
    // Whether it does so here is not known without the document before, nor with that of another register of this name.
    let elsewhere = Temporary::new();
    let other = small_register(&elsewhere);
    run(&other, &["keys", "rotate", "content"]);
    for unaware in [&nowhere, &other] {
        let warning = said(unaware, &content, &revoked);
        assert!(warning.contains("counts only if it is a root key of the document before it"), "{warning}");
        assert_eq!(said(unaware, &content, &root(0).0), "", "its own root keys are known");
    }
    let chinese = cccheck(&nowhere, &["keys", "sign", text(&content), "--key", text(&revoked), "--lang", "zh"]);
    assert!(stderr(&chinese).contains("无法核实"), "{}", stderr(&chinese));

    let (stranger, _) = made_elsewhere(&temporary, "stranger.key");
    let (_, public) = made_elsewhere(&temporary, "root.key");
    let first = temporary.path().join("first.draft");
    let new = ["keys", "new", "--origin", "register.example", "--root", &public, "--draft", text(&first)];
    run(&nowhere, &new);
    assert!(said(&nowhere, &first, &stranger).contains("does not count"), "no document is before the first");
}

#[test]
fn a_draft_is_taken_over_once() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let (root, public) = made_elsewhere(&temporary, "root.key");
    let draft = |name| temporary.path().join(name);
    let (first, second) = (draft("first.draft"), draft("second.draft"));
    let new =
        ["keys", "new", "--origin", "demo.test.example", "--synthetic", "--root", &public, "--draft", text(&first)];
    run(&home, &new);
    let sign = |draft: &Path| run(&home, &["keys", "sign", text(draft), "--key", text(&root)]);
    let accept = |draft: &Path| run(&home, &["keys", "accept", text(draft)]);
    let documents = || (1..5).filter(|number| home.keys().join(format!("document-{number}.bin")).exists()).count();

    // A first document is the first.
    let unsigned = fs::read(&first).unwrap();
    let later = Keys { version: 2, ..keys::draft(&first).unwrap().keys };
    let signer = keys::read(&root, home.passphrase()).unwrap();
    fs::write(&first, sign_document(&later, &signer)).unwrap();
    refused(&home, &["keys", "accept", text(&first)], 65, "versions rise by one");
    assert_eq!(documents(), 0);

    fs::write(&first, unsigned).unwrap();
    sign(&first);
    accept(&first);
    let pinned = fs::read(home.pin()).unwrap();
    accept(&first);
    assert_eq!(documents(), 1, "once more changes nothing");
    // As where it was interrupted before the pin was written.
    fs::remove_file(home.pin()).unwrap();
    refused(&home, &["publish"], 66, "keys pin`");
    accept(&first);
    assert_eq!((documents(), fs::read(home.pin()).unwrap()), (1, pinned));

    run(&home, &["keys", "rotate", "content", "--draft", text(&second)]);
    sign(&second);
    accept(&second);
    accept(&second);
    assert_eq!(documents(), 2);
    // Neither an older one, nor one that leaves another out.
    refused(&home, &["keys", "accept", text(&first)], 65, "key document 1 does not follow");
    let gap = Keys { version: 4, ..keys::draft(&second).unwrap().keys };
    fs::write(&second, sign_document(&gap, &signer)).unwrap();
    refused(&home, &["keys", "accept", text(&second)], 65, "key document 4 does not follow");
    assert_eq!((documents(), Chain::read(&home).unwrap().keys().version), (2, 2));
}

fn sign_document(keys: &Keys, root: &SigningKey) -> Vec<u8> {
    sign(Domain::Keys, keys, &[root]).encode()
}

/// Runs a command that can write no file of more than so many blocks of 512 bytes.
#[cfg(unix)]
fn without_room(home: &Home, blocks: &str, arguments: &[&str]) -> Output {
    let limited = "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"";
    let mut limits = std::process::Command::new("sh");
    limits.args(["-c", limited, blocks, env!("CARGO_BIN_EXE_cccheck")]).args(arguments);
    limits.env("LANG", "C").env("CCCHECK_DIR", home.dir()).output().unwrap()
}

fn names(dir: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let temporary = Temporary::new();
    let home = temporary.home();
    keys::create(&home, "register.example", false, now()).unwrap();
    for _ in 0..10 {
        run(&home, &["keys", "rotate", "receipt"]);
    }
    fs::create_dir(temporary.path().join("medium")).unwrap();
    let [key, draft] = ["medium/root.key", "medium/draft"].map(|name| temporary.path().join(name));
    let everything = || [home.dir(), &home.keys(), &temporary.path().join("medium")].map(names);
    let before = everything();
    // The first has room for no key, the others for that, but for no document.
    let cases: [(&str, &[&str]); 4] = [
        ("0", &["keys", "make", text(&key)]),
        ("0", &["keys", "rotate", "content"]),
        ("1", &["keys", "rotate", "content"]),
        ("1", &["keys", "rotate", "content", "--draft", text(&draft)]),
    ];
    for (blocks, arguments) in cases {
        let full = without_room(&home, blocks, arguments);
        assert_eq!(full.status.code(), Some(74), "{arguments:?}: {}", stderr(&full));
        assert!(stderr(&full).contains("could not write"), "{arguments:?}: {}", stderr(&full));
        assert_eq!(everything(), before, "{arguments:?}");
    }
    let nowhere = temporary.path().join("nowhere/draft");
    refused(&home, &["keys", "rotate", "content", "--draft", text(&nowhere)], 74, "could not write");
    assert_eq!(everything(), before);

    for (_, arguments) in cases {
        run(&home, arguments);
    }
    assert!(key.exists() && draft.exists());
    let made = fs::read(&key).unwrap();
    refused(&home, &["keys", "make", text(&key)], 74, "could not write");
    assert_eq!(fs::read(&key).unwrap(), made, "never overwritten");
}

#[test]
fn what_an_interruption_left_of_a_private_key_goes_with_the_next_writing() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let keys = names(&home.keys());
    let left = |names: &[&str]| names.iter().for_each(|name| fs::write(home.keys().join(name), "left").unwrap());
    left(&["root-0123456789abcdef.key.tmp", "content-0123456789abcdef.key.4711.tmp"]);
    publish(&home);
    assert_eq!(names(&home.keys()), keys);
    left(&["root-0123456789abcdef.key.tmp"]);
    run(&home, &["keys", "rotate", "receipt"]);
    assert_eq!(names(&home.keys()).len(), keys.len() + 2, "a key and a document");
    let new = Home::new(temporary.path().join("new"));
    temporary.write("new/keys.tmp/root-0123456789abcdef.key", "left");
    run(&new, &["keys", "new", "--origin", "demo.test.example", "--synthetic"]);
    assert!(!new.dir().join("keys.tmp").exists());
    assert_eq!(private_files(&new).len(), 6, "no key of the interrupted one");

    // Nor is it in the way elsewhere, where it goes with the next key of its name.
    let (made, left) = ("medium/root.key", temporary.write("medium/root.key.tmp", "left"));
    made_elsewhere(&temporary, made);
    assert_eq!(names(left.parent().unwrap()), BTreeSet::from([temporary.path().join(made)]));
}

#[test]
fn a_draft_that_could_not_work_is_refused() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let draft = temporary.path().join("draft");
    let refuse = |arguments: &[&str], code, because| {
        refused(&home, &[arguments, &["--draft", text(&draft)]].concat(), code, because);
        assert!(!draft.exists());
    };
    refuse(&["keys", "rotate", "content", "--threshold", "2"], 64, "`content` would have 1 of 2 keys that must sign");
    refuse(&["keys", "rotate", "content", "--threshold", "0"], 64, "at least one");
    refuse(&["keys", "rotate", "witness"], 64, "--public");
    refuse(&["keys", "rotate", "content", "--public", "AAAA"], 64, "public key");
    let root = keys::public_text(&pin(&home).keys.root.keys[0]);
    refuse(&["keys", "rotate", "content", "--public", &root], 65, "malformed");
    assert_eq!(Chain::read(&home).unwrap().keys().version, 1);

    fs::write(&draft, "not a draft").unwrap();
    refused(&home, &["keys", "show", text(&draft)], 65, "malformed");
    refused(&home, &["keys", "rotate", "content", "--draft", text(&draft)], 73, "is there already");
    let keys = private_files(&home).len();
    assert_eq!(keys, 6, "no key is made for a draft that cannot be written");
}

#[test]
fn a_new_pin_begins_at_the_newest_document() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    run(&home, &["keys", "rotate", "content"]);
    publish(&home);
    let path = temporary.path().join("new-pin.json");
    run(&home, &["keys", "pin", "--out", text(&path)]);
    let file = PinFile::read(&path).unwrap();
    assert_eq!((file.pin().unwrap().keys.version, file.lowest_sequence), (2, 2));
    assert_eq!(pin(&home).keys.version, 1, "what the home ships stays");
    Head::verify(&served(&home), &file.pin().unwrap(), None, now()).unwrap();
}

#[test]
fn a_long_chain_leaves_out_its_oldest_documents() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let change = Change::Rotate { role: RoleName::Content, add: false, threshold: None };
    for _ in 0..30 {
        keys::change(&home, &change, None, now()).unwrap();
    }
    let path = temporary.path().join("new-pin.json");
    keys::write_new_pin(&home, &path).unwrap();
    let old = pin(&home);
    fs::copy(&path, home.pin()).unwrap();
    publish(&home);
    assert!(served(&home).len() < MAX_HEAD);
    assert_eq!(Client::new(&home).open(&home).keys().version, 31);
    let refusal = Head::verify(&served(&home), &old, None, now()).unwrap_err();
    assert!(matches!(refusal, Refusal::Chain { .. }), "{refusal}");
}

#[test]
fn keys_change_however_many_documents_there_are() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let change = Change::Rotate { role: RoleName::Freshness, add: false, threshold: None };
    for _ in 0..2 * MAX_DOCUMENTS {
        keys::change(&home, &change, None, now()).unwrap();
    }
    let stolen = newest_id(&home, RoleName::Content);
    run(&home, &["keys", "revoke", &stolen]);
    assert_ne!(newest_id(&home, RoleName::Content), stolen);
    let path = temporary.path().join("new-pin.json");
    run(&home, &["keys", "pin", "--out", text(&path)]);
    fs::copy(&path, home.pin()).unwrap();
    publish(&home);
    let newest = u32::try_from(2 * MAX_DOCUMENTS).unwrap() + 2;
    assert_eq!(Client::new(&home).open(&home).keys().version, newest);
}

#[test]
fn no_document_takes_the_place_of_a_lost_one() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    for role in ["freshness", "content", "receipt"] {
        run(&home, &["keys", "rotate", role]);
    }
    publish(&home);
    let lost = home.keys().join("document-2.bin");
    let kept = fs::read(&lost).unwrap();
    fs::remove_file(&lost).unwrap();
    let draft = temporary.path().join("draft");
    let commands: [&[&str]; 4] = [
        &["keys", "rotate", "content"],
        &["keys", "rotate", "content", "--draft", text(&draft)],
        &["keys", "show"],
        &["publish"],
    ];
    for command in commands {
        refused(&home, command, 66, "document-2.bin is missing");
    }
    assert!(!lost.exists() && !draft.exists());
    fs::write(&lost, kept).unwrap();

    // The newest, of which the published head tells, or else the pin; and all, of which the pin tells.
    let away = temporary.path().join("away");
    let (newest, head) = (home.keys().join("document-4.bin"), home::head(&home.public()));
    fs::rename(&newest, &away).unwrap();
    refused(&home, &["keys", "rotate", "content"], 66, "document-4.bin is missing");
    fs::rename(&away, &newest).unwrap();
    run(&home, &["keys", "pin"]);
    fs::remove_file(head).unwrap();
    fs::rename(&newest, &away).unwrap();
    refused(&home, &["keys", "revoke", &newest_id(&home, RoleName::Content)], 66, "document-4.bin is missing");
    let first = home.keys().join("document-1.bin");
    let draft = fs::read(&first).unwrap();
    (1..4).for_each(|version| fs::remove_file(home.keys().join(format!("document-{version}.bin"))).unwrap());
    let draft = temporary.write("first.draft", draft);
    refused(&home, &["keys", "accept", text(&draft)], 66, "document-1.bin is missing");
    assert!(!first.exists());
}

#[test]
fn a_home_whose_first_document_waits_says_what_for() {
    let temporary = Temporary::new();
    let home = temporary.home();
    let (_, root) = made_elsewhere(&temporary, "root.key");
    let draft = temporary.path().join("draft");
    run(&home, &["keys", "new", "--origin", "register.example", "--root", &root, "--draft", text(&draft)]);
    for command in [&["keys", "show"][..], &["publish"], &["keys", "rotate", "content"]] {
        refused(&home, command, 66, "keys accept DRAFT`");
    }
}

#[test]
fn a_lost_key_is_replaced_by_the_command_that_its_absence_names() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    fs::remove_file(only_file(&home, RoleName::Freshness)).unwrap();
    refused(&home, &["publish"], 66, "keys revoke KEY`");
    run(&home, &["keys", "revoke", &newest_id(&home, RoleName::Freshness)]);
    run(&home, &["publish"]);
}

#[test]
fn an_older_copy_is_one_also_to_a_home_with_a_newer_pin() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let copy = temporary.path().join("copy.sqlite");
    fs::copy(home.store(), &copy).unwrap();
    run(&home, &["publish"]);
    run(&home, &["publish"]);
    run(&home, &["keys", "pin"]);
    fs::remove_file(home::head(&home.public())).unwrap();
    fs::copy(&copy, home.store()).unwrap();
    refused(&home, &["publish"], 65, "restored from an older copy");
}

#[test]
fn a_key_document_that_has_ended_is_said_to_need_another() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let publisher = Publisher::new(home.clone(), &reference::load().unwrap());
    let long_after = || Ok(now().plus_seconds(4 * 365 * 86_400));
    let error = publisher.publish(&[], long_after, |_| {}).unwrap_err();
    assert!(matches!(error, Error::KeysEnded { .. }), "{error}");
    assert_eq!(error.code(), "trust.keys_expired");
    assert!(error.to_string().contains("keys rotate content"), "{error}");
}

#[test]
fn a_role_that_would_have_too_few_keys_or_too_many_is_named_with_the_way_out() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let public = made_elsewhere(&temporary, "witness.key").1;
    run(&home, &["keys", "rotate", "witness", "--public", &public, "--threshold", "1"]);
    let witness = newest_id(&home, RoleName::Witness);
    refused(&home, &["keys", "revoke", &witness], 64, "`witness` would have 0 of 1 keys that must sign");
    run(&home, &["keys", "revoke", &witness, "--threshold", "0"]);
    assert_eq!(Chain::read(&home).unwrap().keys().witness.keys, []);

    for _ in 1..Keys::MAX_KEYS {
        run(&home, &["keys", "rotate", "receipt"]);
    }
    let because = "`receipt` would have 17 keys, and 16 are the most: `keys revoke KEY` replaces";
    refused(&home, &["keys", "rotate", "receipt"], 64, because);
}

#[test]
fn a_head_waits_for_the_witnesses_that_its_keys_ask_for() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    let first = served(&home);
    let older = temporary.path().join("older.sqlite");
    fs::copy(home.store(), &older).unwrap();
    let (key, public) = made_elsewhere(&temporary, "witness.key");
    run(&home, &["keys", "rotate", "witness", "--public", &public, "--threshold", "1"]);
    assert_eq!(publish(&home), Done::Nothing, "nobody is asked for anything unasked");
    assert!(run(&home, &["publish"]).contains("waits for its witnesses"));
    assert_eq!(served(&home), first);

    let next = home::unwitnessed_head(&home.public());
    let witnessed = ["publish", "--witnessed", text(&next)];
    refused(&home, &witnessed, 65, "0 of 1 needed witnesses");
    let state = temporary.path().join("witness.state");
    let pin = home.pin();
    let honest = cosign(&next, &key, &pin, &state);
    // Another process of this witness signs: what it remembers then is what counts.
    let lock = fs::File::create(temporary.path().join("witness.state.lock")).unwrap();
    lock.lock().unwrap();
    let mut waiting = command(&home).args(honest).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    sleep(Duration::from_millis(500));
    assert!(waiting.try_wait().unwrap().is_none() && !state.exists(), "it waits");
    drop(lock);
    assert!(waiting.wait().unwrap().success());
    run(&home, &honest);
    run(&home, &honest);
    run(&home, &witnessed);
    let mut client = Client::new(&home);
    assert_eq!(client.open(&home).witnesses(), 1);

    // The register may not show two editions under one sequence, nor an older one, to anyone.
    let [content, freshness] = [RoleName::Content, RoleName::Freshness].map(|role| private(&home, role));
    for (sequence, because) in [(2, "two different contents claim sequence 2"), (1, "older than 2")] {
        let other = temporary.write("other", forged(&home, sequence, &content, &freshness));
        refused(&home, &cosign(&other, &key, &pin, &state), 65, because);
    }
    let stranger = made_elsewhere(&temporary, "stranger.key").0;
    refused(&home, &cosign(&next, &stranger, &pin, &state), 66, "does not name this key");
    let pinned = PinFile::read(Path::new(&pin)).unwrap().pin().unwrap();
    let expires = Head::verify(&fs::read(&next).unwrap(), &pinned, None, now()).unwrap().expires();
    let later = expires.plus_seconds(1);
    let expired = keys::cosign(&next, &key, Path::new(&pin), &state, &Passphrase::new(None), later);
    assert!(matches!(expired, Err(Error::Refused { refusal: Refusal::Expired { .. }, .. })), "{expired:?}");

    // Nor is anything confirmed from an older copy, though nothing is published by itself here.
    let publisher = Publisher::new(home.clone(), &reference::load().unwrap());
    for (store, is_behind) in [(None, false), (Some(&older), true)] {
        store.map(|older| fs::copy(older, home.store()).unwrap());
        assert_eq!(publisher.bring_up_to_date(clock::now, |_| {}).unwrap(), Done::Nothing);
        assert_eq!(publisher.is_behind(), is_behind);
    }
}

#[test]
fn a_register_that_waits_for_witnesses_says_so() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    let (key, public) = made_elsewhere(&temporary, "witness.key");
    run(&home, &["keys", "rotate", "witness", "--public", &public, "--threshold", "1"]);
    let next = home::unwitnessed_head(&home.public());
    let state = temporary.path().join("witness.state");
    let publish_witnessed = || {
        run(&home, &["publish"]);
        run(&home, &cosign(&next, &key, &home.pin(), &state));
        run(&home, &["publish", "--witnessed", text(&next)]);
    };
    publish_witnessed();
    {
        let server = Server::start(&home, &["serve"]);
        let health = || server.get("/healthz").json();
        assert_eq!((&health()["status"], &health()["awaitsWitnesses"]), (&"ok".into(), &false.into()));
        let said = run(&home, &["status", VALID, "revoked", "--reason", "test"]);
        assert!(said.contains("once witnesses have cosigned it"), "{said}");
        let awaits = || Some(health()).filter(|health| health["awaitsWitnesses"] == true);
        assert_eq!(within(Duration::from_secs(10), awaits).expect("the change is seen")["status"], "held");
        let says = |what: &str| within(Duration::from_secs(10), || server.log().contains(what).then_some(()));
        says(&hint(&home, "publish")).expect("an edition is to be signed");
        run(&home, &["publish"]);
        says(&format!("is signed: have the witnesses cosign {}", next.display())).expect("and then cosigned");
        // Under newer keys it cannot be published any more, nor is it taken for one from an older copy.
        run(&home, &["keys", "rotate", "freshness"]);
        sleep(Duration::from_secs(3));
        assert_eq!((&health()["status"], &health()["problem"]), (&"held".into(), &serde_json::Value::Null));
    }
    publish_witnessed();
    let publisher = Publisher::new(home.clone(), &reference::load().unwrap());
    let awaits_at = |clock, done| {
        assert_eq!(publisher.bring_up_to_date(clock, |_| {}).unwrap(), done);
        publisher.awaits()
    };
    assert_eq!(awaits_at(clock::now, Done::Nothing), None);
    let next_edition = Some(Awaited::Edition);
    // A day before it ends; and when nothing can be stated of it any more.
    assert_eq!(awaits_at(|| Ok(now().plus_seconds(49 * 3_600)), Done::Freshened), next_edition);
    assert_eq!(awaits_at(|| Ok(now().plus_seconds(80 * 3_600)), Done::Nothing), next_edition);
}

#[test]
fn only_the_very_head_that_was_signed_is_published_with_its_witnesses() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    let before = served(&home);
    let (key, public) = made_elsewhere(&temporary, "witness.key");
    run(&home, &["keys", "rotate", "witness", "--public", &public, "--threshold", "1"]);
    run(&home, &["publish"]);
    let next = fs::read(home::unwitnessed_head(&home.public())).unwrap();
    let cosigned = |head: &[u8], change: &dyn Fn(&mut Head)| {
        let mut head = Head::decode(head).unwrap();
        change(&mut head);
        head.cosign(&keys::read(&key, home.passphrase()).unwrap(), now()).unwrap();
        temporary.write("cosigned", head.encode().unwrap())
    };

    // A thief of the content key alone can do nothing, though a witness helps.
    let content = private(&home, RoleName::Content);
    let altered = |head: &mut Head| {
        let manifest: Manifest = head.manifest.peek(Domain::Manifest).unwrap();
        let other = Manifest { fresh_for: manifest.fresh_for + 1, ..manifest };
        head.manifest = sign(Domain::Manifest, &other, &[&content]);
    };
    let other = cosigned(&next, &altered);
    refused(&home, &["publish", "--witnessed", text(&other)], 65, "is not the head that this register signed last");
    let older = cosigned(&before, &|_| {});
    refused(&home, &["publish", "--witnessed", text(&older)], 65, "with sequence 1, is not the head");
    let unsigned = cosigned(&next, &|head| head.freshness.signatures.clear());
    refused(&home, &["publish", "--witnessed", text(&unsigned)], 65, "needed signatures by the freshness keys");

    let honest = cosigned(&next, &|_| {});
    let manifest: Manifest = Head::decode(&next).unwrap().manifest.peek(Domain::Manifest).unwrap();
    let snapshot = home::Folder::Snapshot.file(&home.public(), &manifest.snapshot);
    let away = temporary.path().join("away");
    fs::rename(&snapshot, &away).unwrap();
    refused(&home, &["publish", "--witnessed", text(&honest)], 74, "could not read");
    assert_eq!(served(&home), before);
    fs::rename(&away, &snapshot).unwrap();
    run(&home, &["publish", "--witnessed", text(&honest)]);
    assert_eq!(Client::new(&home).open(&home).manifest().sequence, 2);
}

#[test]
fn what_a_thief_left_is_not_signed_anew_under_the_next_keys() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    let [content, freshness] = [RoleName::Content, RoleName::Freshness].map(|role| private(&home, role));
    let forged = forged(&home, 1, &content, &freshness);
    fs::write(home::head(&home.public()), &forged).unwrap();
    run(&home, &["keys", "revoke", &newest_id(&home, RoleName::Content)]);
    run(&home, &["keys", "revoke", &newest_id(&home, RoleName::Freshness)]);
    // Nothing takes its place yet, as something stands in the way of the next edition.
    let db = rusqlite::Connection::open(home.store()).unwrap();
    db.execute_batch("DELETE FROM certificates; DELETE FROM coverage").unwrap();
    let publisher = Publisher::new(home.clone(), &reference::load().unwrap());
    assert!(matches!(publisher.bring_up_to_date(clock::now, |_| {}), Err(Error::EmptyRegister { .. })));
    assert!(served(&home) == forged, "nothing else is served");
}

#[test]
fn a_signature_that_is_not_good_is_not_shown_as_one() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    run(&home, &["keys", "rotate", "content", "--add"]);
    publish(&home);
    let signed = || {
        let inspected: serde_json::Value = serde_json::from_str(&run(&home, &["inspect", "--json"])).unwrap();
        let roles = inspected["keys"]["roles"].as_array().unwrap().clone();
        roles.iter().find(|one| one["role"] == "content").unwrap()["signed"].as_array().unwrap().len()
    };
    assert_eq!(signed(), 1);
    let mut head = Head::decode(&served(&home)).unwrap();
    let [mut forged] = <[_; 1]>::try_from(head.manifest.signatures.clone()).unwrap();
    let other =
        Chain::read(&home).unwrap().keys().content.keys.iter().map(PublicKey::id).find(|id| *id != forged.key).unwrap();
    forged.key = other;
    head.manifest.signatures.push(forged);
    head.manifest.signatures.sort_by_key(|signature| signature.key);
    fs::write(home::head(&home.public()), head.encode().unwrap()).unwrap();
    assert_eq!(signed(), 1);
}

#[test]
fn heads_and_drafts_that_never_end_are_read_no_further_than_these_may_go() {
    let temporary = Temporary::new();
    let home = small_register(&temporary);
    publish(&home);
    let (key, public) = made_elsewhere(&temporary, "witness.key");
    run(&home, &["keys", "rotate", "witness", "--public", &public]);
    let (given, pin, state) = (temporary.path().join("given"), home.pin(), temporary.path().join("state"));
    let cases: [&[&str]; 5] = [
        &cosign(&given, &key, &pin, &state),
        &["publish", "--witnessed", text(&given)],
        &["keys", "show", text(&given)],
        &["keys", "sign", text(&given), "--key", text(&key)],
        &["keys", "accept", text(&given)],
    ];
    for arguments in cases {
        let (taken, ()) = taken(&given, || refused(&home, arguments, 74, "it is no regular file"));
        assert!(taken <= PIPE, "{arguments:?}: {taken} bytes were taken");
        fs::File::create(&given).unwrap().set_len(HUGE).unwrap();
        refused(&home, arguments, 65, "malformed");
        fs::remove_file(&given).unwrap();
    }
}

fn cosign<'a>(head: &'a Path, key: &'a Path, pin: &'a Path, state: &'a Path) -> [&'a str; 8] {
    ["cosign", text(head), "--key", text(key), "--pin", text(pin), "--state", text(state)]
}
