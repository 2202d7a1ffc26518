//! The rules as a whole: what no claim can do, and what the tables answer.

use crate::fixture::{AS_OF, folder, instant, number, reference};
use cccheck::{
    ALL_CODES, Accepted, Alert, AlertKind, Base, Claim, Code, Confidence, Day, Decision, Declaration, DeclarationId,
    DeclarationKey, Evidence, Extension, Found, Freshness, Instant, Instrument, Issuer, LookupError, MAX_PRODUCTS,
    Outcome, Paper, Parties, Policy, Problem, Provenance, Record, Reference, Register, Scheme, Sought, Standing,
    Status, Verdict, Wanted, candidates, check, party, requirement,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const BASES: [Base; 3] = [Base::Marketplace, Base::Strict, Base::Lenient];

/// A register that holds at most one certificate or declaration, of any age.
struct World {
    reference: &'static Reference,
    record: Option<Record<Paper>>,
    /// Whether it knows all declarations.
    has_declarations: bool,
    /// The first day of which it shows lapsed certificates; all if missing.
    lapsed_since: Option<Day>,
    freshness: Freshness,
    synthetic: bool,
}

impl Register for World {
    fn standing(&self, now: Instant) -> Standing {
        let as_of = instant(AS_OF);
        Standing {
            origin: "test".into(),
            synthetic: self.synthetic,
            sequence: 1,
            as_of,
            age_seconds: now.seconds() - as_of.seconds(),
            freshness: self.freshness,
            first_seen: false,
        }
    }

    fn reference(&self) -> &Reference {
        self.reference
    }

    fn find(&self, sought: impl Into<Sought>, _: Wanted) -> Result<Found, LookupError> {
        let sought = sought.into();
        let own = self.record.clone().filter(|record| match (record.number, sought) {
            (Paper::Certificate(own), Sought::Certificate(number)) => own == number,
            (Paper::Declaration(own), Sought::Declaration(key)) => own.key == key,
            _ => false,
        });
        let knows_all = self.has_declarations || matches!(sought, Sought::Certificate(_));
        let otherwise = if knows_all { Found::Absent { lapsed_since: self.lapsed_since } } else { Found::NotCovered };
        Ok(own.map_or(otherwise, Found::Record))
    }
}

impl World {
    fn new(record: Option<Record>) -> Self {
        Self {
            reference: reference(),
            record: record.map(Record::into),
            has_declarations: false,
            lapsed_since: None,
            freshness: Freshness::Fresh,
            synthetic: true,
        }
    }

    fn verdict(&self, claim: &Claim, policy: &Policy) -> Verdict {
        check(claim, Ok(self), policy, instant("2026-11-20T04:00:00Z"))
    }
}

fn base(base: Base) -> Policy {
    Policy { base, ..Policy::default() }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn record(digits: &str, status: Status) -> Record {
    Record {
        number: number(digits),
        status,
        status_since: None,
        issued_on: Some(day("2024-03-04")),
        expires_on: Some(day("2029-03-03")),
        provenance: Provenance::Register,
        model: None,
        parties: Parties::default(),
    }
}

fn claim_of(digits: &str) -> Claim {
    Claim { number: Some(digits.into()), ..Claim::default() }
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings.iter().map(|finding| finding.code.as_str()).collect()
}

// What claims and records may look like.

const NUMBERS: [&str; 8] = [
    "2020900201000001",
    "2020900603000001",
    "2018900307000001",
    "2020901608000001",
    "2015900103000001",
    "2023901119000001",
    "2018902203000001",
    "2015909999000001",
];
const NAMES: [&str; 3] = ["深圳市示例电器有限公司", "Sample Co., Ltd.", "91440300MA5DEMQ00E"];

fn any_day() -> impl Strategy<Value = Day> {
    prop_oneof![
        3 => (20_000..21_000_i32).prop_map(|days| Day::from_days(days).unwrap()),
        1 => (-719_162..=2_932_896_i32).prop_map(|days| Day::from_days(days).unwrap()),
    ]
}

/// A day up to the day of the register.
fn past_day() -> impl Strategy<Value = Day> {
    (17_000..=instant(AS_OF).legal_day().days()).prop_map(|days| Day::from_days(days).unwrap())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "\\PC{0,300}", "[0-9０-９OlＡ -]{0,20}"]
}

fn any_product() -> impl Strategy<Value = String> {
    let known =
        ["0201", "０７０５", "0603", "0307", "1608", "0103", "0502", "1119", "2203", "9999", "手机", "洗衣机", "toy"];
    prop_oneof![2 => prop::sample::select(known.to_vec()).prop_map(String::from), 1 => any_text()]
}

prop_compose! {
    /// A claim about whatever number.
    fn any_claim()(
        number in prop::option::of(prop_oneof![2 => prop::sample::select(NUMBERS.to_vec()).prop_map(String::from), 1 => any_text()]),
        instrument in prop::option::of(prop_oneof![Just(Instrument::ThirdPartyCertificate), Just(Instrument::SelfDeclaration)]),
        product in prop::option::of(any_product()),
        attributes in prop::collection::vec(prop_oneof![Just(String::from("class_iii")), any_text()], 0..3),
        holder in prop::option::of(prop_oneof![prop::sample::select(NAMES.to_vec()).prop_map(String::from), any_text()]),
        model in prop::option::of(any_text()),
        days in [prop::option::of(any_day()), prop::option::of(any_day()), prop::option::of(any_day()), prop::option::of(any_day())],
        on in prop::option::weighted(0.3, any_day()),
    ) -> Claim {
        let [issued_on, made_on, released_on, imported_on] = days;
        Claim { number, instrument, issued_on, product, attributes, holder, model, made_on, released_on, imported_on, on }
    }
}

prop_compose! {
    fn any_record()(
        digits in prop::sample::select(NUMBERS.to_vec()),
        status in prop::sample::select(Status::ALL.to_vec()),
        status_since in prop::option::of(past_day()),
        issued_on in prop::option::of(past_day()),
        expires_on in prop::option::of(any_day()),
        provenance in prop::sample::select(Provenance::ALL.to_vec()),
        model in prop::option::of(any_text()),
        name in prop::option::of(prop::sample::select(NAMES.to_vec())),
    ) -> Record {
        let applicant = name.and_then(|name| party::tag(name, reference()));
        let parties = Parties { applicant, ..Parties::default() };
        Record { number: number(digits), status, status_since, issued_on, expires_on, provenance, model, parties }
    }
}

fn any_freshness() -> impl Strategy<Value = Freshness> {
    prop::sample::select(vec![Freshness::Live, Freshness::Fresh, Freshness::Expired, Freshness::ClockBehind])
}

/// How bad a standing is; standings of one rank are not compared.
fn rank(status: Status) -> u8 {
    match status {
        Status::Valid => 0,
        Status::Unknown => 1,
        Status::Suspended | Status::Expired | Status::Cancelled => 2,
        Status::Revoked => 3,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_claim_gets_the_same_answer_twice(
        claim in any_claim(), record in prop::option::of(any_record()), freshness in any_freshness(),
        seconds in -62_135_596_800..=253_402_300_799_i64, due_days: u16,
    ) {
        let world = World { freshness, ..World::new(record) };
        let policy = Policy { due_days, ..Policy::default() };
        let now = Instant::from_seconds(seconds).unwrap();
        let json = || serde_json::to_string(&check(&claim, Ok(&world), &policy, now)).unwrap();
        prop_assert_eq!(json(), json());
        let unasked = check(&claim, Err::<&World, _>("trust.rollback"), &policy, now);
        prop_assert!(unasked.decision != Decision::Accept, "nothing is accepted without a register");
    }

    #[test]
    fn a_worse_standing_never_helps(
        mut claim in any_claim(), record in any_record(), freshness in any_freshness(),
        base_policy in prop::sample::select(BASES.to_vec()),
    ) {
        claim.number = Some(record.number.to_string());
        let policy = base(base_policy);
        let decision = |status| {
            let world = World { freshness, ..World::new(Some(Record { status, ..record.clone() })) };
            world.verdict(&claim, &policy).decision
        };
        // No register calls a certificate expired whose last day is still to come.
        let to_come = record.expires_on.is_some_and(|last| last >= instant(AS_OF).legal_day());
        let possible: Vec<Status> =
            Status::ALL.into_iter().filter(|status| !(to_come && *status == Status::Expired)).collect();
        for better in &possible {
            for worse in possible.iter().filter(|worse| rank(**worse) > rank(*better)) {
                prop_assert!(decision(*worse) >= decision(*better), "{better:?} to {worse:?}");
            }
        }
    }

    #[test]
    fn a_stale_register_accepts_nothing_and_rejects_only_what_is_final(
        claim in any_claim(), record in prop::option::of(any_record()), base_policy in prop::sample::select(BASES.to_vec()),
        stale in prop_oneof![Just(Freshness::Expired), Just(Freshness::ClockBehind)],
    ) {
        let policy = base(base_policy);
        let fresh = World::new(record.clone()).verdict(&claim, &policy);
        let stale = World { freshness: stale, ..World::new(record) }.verdict(&claim, &policy);
        prop_assert!(stale.decision >= Decision::Review);
        prop_assert!(stale.decision <= fresh.decision.max(Decision::Review), "age is no reason to reject");
        for finding in stale.findings.iter().filter(|finding| finding.decision == Decision::Reject) {
            let is_final = matches!(finding.code, Code::StatusRevoked | Code::StatusCancelled);
            prop_assert!(is_final || finding.code.as_str().starts_with("number."), "{:?}", finding.code);
        }
    }

    #[test]
    fn what_is_not_confirmed_never_rejects(
        claim in any_claim(), record in any_record(), freshness in any_freshness(),
        base_policy in prop::sample::select(BASES.to_vec()),
    ) {
        let verdict = World { freshness, ..World::new(Some(record)) }.verdict(&claim, &base(base_policy));
        for finding in &verdict.findings {
            let confirmed = finding.evidence.as_ref().is_none_or(|evidence| evidence.confidence == Confidence::Confirmed);
            prop_assert!(confirmed || finding.decision < Decision::Reject, "{finding:?}");
        }
    }

    /// Nothing that a seller says turns a revoked certificate of a kind under the duty into an accepted one.
    #[test]
    fn no_claim_talks_a_revocation_away(
        mut claim in any_claim(), base_policy in prop::sample::select(BASES.to_vec()), since in prop::option::of(past_day()),
        digits in prop::sample::select(vec!["2020900201000001", "2020900603000001", "2018900307000001"]),
    ) {
        let revoked = Record { status_since: since, ..record(digits, Status::Revoked) };
        claim.number = Some(digits.into());
        let verdict = World::new(Some(revoked)).verdict(&claim, &base(base_policy));
        prop_assert!(verdict.decision >= Decision::Review, "{:?}", codes(&verdict));
        // A person may decide about a kind that is or may be out of the catalogue, or about a day in the past.
        let duty_stands = verdict.outcome != Outcome::NotRequired && !verdict.has(Code::CatalogueRemovalUnconfirmed);
        if claim.on.is_none() && duty_stands {
            prop_assert_eq!(verdict.decision, Decision::Reject, "{:?}", codes(&verdict));
        }
    }

    /// A day that a seller adds moves nothing to accept, and manufacture alone nothing at all towards it.
    #[test]
    fn no_day_makes_a_lapsed_certificate_good(
        made_on in prop::option::of(any_day()), released_on in prop::option::of(any_day()),
        imported_on in prop::option::of(any_day()), since in prop::option::of(past_day()),
        status in prop::sample::select(vec![Status::Suspended, Status::Cancelled, Status::Expired]),
    ) {
        let digits = "2020900201000001";
        let world = World::new(Some(Record { status_since: since, expires_on: None, ..record(digits, status) }));
        let claim = Claim { made_on, released_on, imported_on, ..claim_of(digits) };
        let verdict = world.verdict(&claim, &Policy::default());
        let change = since.unwrap_or(instant(AS_OF).legal_day());
        let stated = [released_on, imported_on].into_iter().flatten();
        let earlier = stated.clone().next().is_some()
            && stated.chain(made_on).all(|day| day < change);
        prop_assert_eq!(verdict.decision, if earlier { Decision::Review } else { Decision::Reject });
    }

    #[test]
    fn normalising_a_holder_twice_changes_nothing(name in any_text(), form in prop::sample::select(vec!["", "有限公司", " Co., Ltd.", "（集团）股份有限公司", "LIMITED"])) {
        let once = party::normalize(&format!("{name}{form}"), reference());
        prop_assert_eq!(party::normalize(&once, reference()), once);
    }

    #[test]
    fn candidates_of_any_text_are_few_and_ranked(text in any_text(), on in any_day()) {
        let found = candidates(reference(), &text, on);
        prop_assert!(found.len() <= MAX_PRODUCTS);
        prop_assert!(found.is_sorted_by(|left, right| left.score >= right.score));
    }

    #[test]
    fn every_required_kind_has_a_paper_that_is_accepted(code in 0..=9999_u16, on in any_day()) {
        let found = requirement(reference(), code, on);
        prop_assert!(found.required != Some(true) || !found.accepts.is_empty(), "{found:?}");
        prop_assert!(found.next.iter().all(|change| change.from > on));
        prop_assert!(found.earlier.iter().all(|change| change.from <= on));
    }
}

#[test]
fn names_are_compared_without_what_only_decorates_them() {
    let names = [
        ("演示電器（上海）有限公司", "演示电器上海有限"),
        ("Demo Electric Co., Ltd.", "demoelectric有限"),
        ("ＤＥＭＯ－Ｅlectric™ ①Ⅱ X²", "demoelectric①Ⅱx²"),
        ("Công ty Điện tử ĐƯỜNG ƠN", "côngtyđiệntửđườngơn"),
        ("デモ・電機㈱㈠😀", "デモ电机"),
        ("Дəмo\u{200b}\u{feff}\u{ad}\u{301}×÷½ªℓ〡〻", "дəмo"),
        ("有限公司", "有限公司"),
        ("股份有限公司", "股份有限"),
        ("々〆〇々", "々〆〇々"),
        ("\u{e000}…、。·「」", ""),
    ];
    for (name, compared) in names {
        assert_eq!(party::normalize(name, reference()), compared, "{name}");
    }
    assert_eq!(party::tag("…", reference()), None);
}

/// SPEC lists the blocks of characters by which names are not compared; the first and the last of each, and those beside it, tell.
#[test]
fn names_are_compared_by_what_spec_says() {
    let spec = include_str!("../../SPEC.md");
    let (_, after) = spec.split_once("all characters from U+00C0 on but").unwrap();
    let (list, _) = after.split_once("Lower case is only").unwrap();
    let code = |text: &str| u32::from_str_radix(text, 16).unwrap();
    let blocks: Vec<(u32, u32)> = list
        .split(['·', '\n'])
        .map(str::trim)
        .filter(|block| !block.is_empty())
        .map(|block| block.split_once('–').unwrap_or((block, block)))
        .map(|(first, last)| (code(first), code(last)))
        .collect();
    assert!(blocks.len() > 10 && blocks.is_sorted());
    let simplified = |character: char| reference().simplified(character) == character;
    for code in blocks.iter().flat_map(|(first, last)| [first - 1, *first, *last, last + 1]) {
        let Some(character) = char::from_u32(code).filter(|character| simplified(*character)) else { continue };
        let is_passed_over = blocks.iter().any(|(first, last)| (*first..=*last).contains(&code));
        let kept = !party::normalize(&format!("a{character}"), reference()).ends_with('a');
        // The half-width forms of ASCII stand beside a block.
        let is_turned = ('\u{ff01}'..='\u{ff5e}').contains(&character);
        assert!(is_turned || kept != is_passed_over, "{code:x}");
    }
}

#[test]
fn every_simplified_character_is_its_own_twin() {
    for (traditional, simplified) in &reference().traditional {
        let twin = char::from_u32(u32::from(*simplified)).unwrap();
        assert_eq!(reference().simplified(twin), twin, "{traditional:x}");
    }
}

#[test]
fn kinds_are_of_one_unit_if_both_are_in_it() {
    let reference = Reference { units: vec![vec![301, 302], vec![303, 304]], ..Reference::default() };
    assert!(reference.same_unit(301, 302) && reference.same_unit(304, 303) && reference.same_unit(301, 301));
    for (left, right) in [(301, 303), (303, 302), (301, 999), (999, 301), (999, 999)] {
        assert!(!reference.same_unit(left, right), "{left}, {right}");
    }
}

#[test]
fn every_code_has_a_vector() {
    // Codes that the shared fixture cannot produce, and why.
    let exceptions = BTreeMap::from([
        ("body.designation_lost", "no body is known to have lost its designation; tested below"),
        ("validity.extended", "no announcement in data/ extends certificates; tested below"),
        ("validity.extension_unconfirmed", "likewise"),
        ("register.unavailable", "every vector has a snapshot; tested below"),
        ("record.synthetic_out_of_place", "the fixture's keys are for made-up data; tested below"),
    ]);
    let verdicts = fs::read_to_string(folder().join("verdicts.jsonl")).unwrap();
    let produced: BTreeSet<String> = verdicts
        .lines()
        .flat_map(|line| {
            let verdict: serde_json::Value = serde_json::from_str(line).unwrap();
            verdict["findings"]
                .as_array()
                .unwrap()
                .iter()
                .map(|finding| finding["code"].to_string())
                .collect::<Vec<_>>()
        })
        .map(|code| code.trim_matches('"').to_owned())
        .collect();
    for code in ALL_CODES {
        let code = code.as_str();
        assert!(produced.contains(code) != exceptions.contains_key(code), "{code}");
    }
}

/// What contradicts a claim or speaks against it never helps it.
#[test]
fn a_contradiction_more_never_lowers_a_decision() {
    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        claim: Claim,
        now: Instant,
        #[serde(default)]
        policy: Policy,
    }
    let snapshot = crate::fixture::opened(
        &fs::read(folder().join("head-2026-06-30")).unwrap(),
        &crate::fixture::edition(),
        instant("2026-06-30T04:00:00Z"),
    );
    type Change = fn(&mut Claim);
    let contradictions: [(&str, Change); 4] = [
        ("holder", |claim| claim.holder = Some("另一家公司".into())),
        ("model", |claim| claim.model = Some("ZZ-999".into())),
        ("day in the future", |claim| claim.issued_on = "9000-01-01".parse().ok()),
        ("made after release", |claim| {
            claim.made_on = claim.released_on.or(claim.imported_on).map(|day| day.plus_days(1))
        }),
    ];
    let cases: Vec<Case> = serde_json::from_str(&fs::read_to_string(folder().join("cases.json")).unwrap()).unwrap();
    for case in cases {
        let before = check(&case.claim, Ok(&snapshot), &case.policy, case.now).decision;
        for (what, contradict) in contradictions {
            let mut claim = case.claim.clone();
            contradict(&mut claim);
            // A declaration rests on its day, so another day is another claim.
            let is_another_question = claim.instrument.is_some() && what == "day in the future";
            let after = check(&claim, Ok(&snapshot), &case.policy, case.now).decision;
            assert!(is_another_question || after >= before, "{}: {what} turns {before:?} into {after:?}", case.name);
        }
    }
}

#[test]
fn made_up_records_prove_nothing_in_a_real_register() {
    for status in Status::ALL {
        let record = Record { status, status_since: None, ..crate::fixture::records().remove(0) };
        let number = record.number.to_string();
        let world = World { synthetic: false, ..World::new(Some(record)) };
        let verdict = world.verdict(&claim_of(&number), &Policy::default());
        assert!(codes(&verdict).contains(&"record.synthetic_out_of_place"));
        assert_eq!(verdict.decision, Decision::Review, "{status:?}");
    }
}

/// A valid declaration of product kind 0704 under a number, in a register that knows all declarations.
fn declared(number: &str) -> Declaration {
    let key = DeclarationKey::self_declaration(number).unwrap();
    Declaration {
        number: DeclarationId { key, product: Some(704) },
        status: Status::Valid,
        status_since: None,
        issued_on: Day::new(2020, 3, 4),
        expires_on: None,
        provenance: Provenance::Synthetic,
        model: Some("DL-1".into()),
        parties: Parties::default(),
    }
}

fn world_of(declaration: Option<Declaration>) -> World {
    World { record: declaration.map(Declaration::into), has_declarations: true, ..World::new(None) }
}

fn claim_of_declaration(number: &str) -> Claim {
    let (instrument, product) = (Some(Instrument::SelfDeclaration), Some("0704".into()));
    Claim { instrument, product, ..claim_of(number) }
}

#[test]
fn a_declaration_stands_as_the_register_has_it() {
    let verdict = |declaration: Declaration| {
        let verdict = world_of(Some(declaration)).verdict(&claim_of_declaration("ZM-1"), &Policy::default());
        (verdict.decision, codes(&verdict).join(" "))
    };
    let valid = declared("ZM-1");
    assert_eq!(verdict(valid.clone()), (Decision::Accept, "record.synthetic".into()));
    let not_valid = (Decision::Review, "record.synthetic status.declaration_not_valid".to_owned());
    for status in Status::ALL.into_iter().filter(|status| *status != Status::Valid) {
        assert_eq!(verdict(Declaration { status, ..valid.clone() }), not_valid, "{status:?}");
    }
    let until = |last| Declaration { expires_on: Some(last), ..valid.clone() };
    let today = instant(AS_OF).legal_day();
    assert_eq!(
        verdict(until(today)).0,
        Decision::Accept,
        "a last day is inclusive, and no renewal is known that it is due for"
    );
    assert_eq!(verdict(until(today.plus_days(-1))), not_valid);
    let not_yet = Declaration { issued_on: Some(today.plus_days(1)), ..valid };
    assert_eq!(verdict(not_yet), (Decision::Review, "record.synthetic validity.not_yet_started".into()));
}

#[test]
fn a_declaration_is_found_however_its_number_is_written_and_only_as_a_declaration() {
    let world = world_of(Some(declared("ZM 2020-1 (B0)")));
    for number in ["ZM 2020-1 (B0)", "zm２０２０／１Ｂ０", "自我声明编号：ZM20201B0"] {
        let verdict = world.verdict(&claim_of_declaration(number), &Policy::default());
        assert_eq!(codes(&verdict), ["record.synthetic"], "{number}");
        assert!(verdict.record.is_some_and(|record| matches!(record.number, Paper::Declaration(_))));
    }
    let verdict = world.verdict(&claim_of("ZM 2020-1 (B0)"), &Policy::default());
    assert!(verdict.record.is_none(), "who shows a certificate shows no declaration");
    let claim = Claim { product: Some("0603".into()), ..claim_of_declaration("ZM 2020-1 (B0)") };
    assert!(codes(&world.verdict(&claim, &Policy::default())).contains(&"product.differs"));
    let claim = Claim { model: Some("DL-1".into()), ..claim_of_declaration("ZM 2020-1 (B0)") };
    assert!(codes(&world.verdict(&claim, &Policy::default())).contains(&"model.listed"));
}

#[test]
fn a_record_that_is_not_sure_rejects_no_declaration() {
    let number = "ZM-1";
    let late = |provenance| Declaration {
        number: DeclarationId { product: Some(205), ..declared(number).number },
        issued_on: Day::new(2026, 8, 1),
        provenance,
        ..declared(number)
    };
    let in_time =
        Claim { product: Some("0205".into()), issued_on: Day::new(2024, 1, 1), ..claim_of_declaration(number) };
    let verdict = |provenance, synthetic| {
        let world = World { synthetic, ..world_of(Some(late(provenance))) };
        world.verdict(&in_time, &Policy::default())
    };
    assert!(codes(&verdict(Provenance::Register, false)).contains(&"scheme.declaration_too_late"));
    for (provenance, synthetic) in [(Provenance::Quoted, false), (Provenance::Synthetic, false)] {
        let verdict = verdict(provenance, synthetic);
        assert_eq!(verdict.decision, Decision::Review, "{provenance:?}: {verdict:?}");
        assert!(codes(&verdict).contains(&"scheme.declaration_ends"));
    }
    let undated = Declaration { issued_on: None, ..late(Provenance::Register) };
    let stated = world_of(Some(undated)).verdict(&in_time, &Policy::default());
    assert!(codes(&stated).contains(&"scheme.declaration_ends"), "what the register leaves open, the seller may say");
}

#[test]
fn what_may_be_a_part_of_a_declarations_number_is_not_taken_for_a_label() {
    // Read as a certificate's number would be, these lose their beginning, and would be another declaration.
    for (number, other) in [("NOPE-1", "PE-1"), ("CCC-2025-01", "2025-01"), ("编号2025-14", "2025-14"), ("No.31", "31")]
    {
        let claim = claim_of_declaration(number);
        let own = Declaration { status: Status::Revoked, ..declared(number) };
        let found = world_of(Some(own)).verdict(&claim, &Policy::default());
        assert!(codes(&found).contains(&"status.declaration_not_valid"), "{number}: {found:?}");
        let not_found = world_of(Some(declared(other))).verdict(&claim, &Policy::default());
        assert_eq!(codes(&not_found), ["record.declaration_not_found"], "{number}");
        assert_eq!(not_found.findings[0].values.get("number"), Some(number));
    }
}

#[test]
fn a_declaration_that_is_not_found_is_not_one_that_was_not_looked_up() {
    let claim = claim_of_declaration("ZM-1");
    let not_found = world_of(None).verdict(&claim, &Policy::default());
    assert_eq!((not_found.decision, not_found.confirmable), (Decision::Review, true));
    assert_eq!(codes(&not_found), ["record.declaration_not_found"]);
    let not_covered = World::new(None).verdict(&claim, &Policy::default());
    assert_eq!(
        (not_covered.decision, codes(&not_covered)),
        (Decision::Accept, vec!["record.declaration_not_looked_up"])
    );
    let without_number = Claim { number: None, issued_on: Day::new(2020, 3, 4), ..claim };
    let not_asked = world_of(None).verdict(&without_number, &Policy::default());
    assert_eq!(codes(&not_asked), ["record.declaration_not_looked_up"]);
}

#[test]
fn a_missing_number_is_a_fact_from_the_day_on_of_which_lapsed_certificates_are_shown() {
    let since = day("2024-05-01");
    let before = since.plus_days(-1);
    let shown_since = |lapsed_since| World { lapsed_since, ..World::new(None) };
    let said = |world: &World, claim: Claim| {
        let verdict = world.verdict(&claim, &Policy::default());
        let about_the_record = |code: &&str| code.starts_with("record.");
        (codes(&verdict).into_iter().find(about_the_record).unwrap(), verdict.decision)
    };
    let dates: [fn(&mut Claim) -> &mut Option<Day>; 4] = [
        |claim| &mut claim.on,
        |claim| &mut claim.made_on,
        |claim| &mut claim.released_on,
        |claim| &mut claim.imported_on,
    ];
    let unproven = ("record.not_found_yet", Decision::Review);
    for (place, date) in dates.into_iter().enumerate() {
        let at = |day| {
            let mut claim = claim_of("2020900201000001");
            *date(&mut claim) = Some(day);
            claim
        };
        let said_at = |lapsed_since, day| said(&shown_since(lapsed_since), at(day));
        assert_eq!(said_at(Some(since), since).0, "record.not_found", "date {place}");
        assert_eq!(said_at(Some(since), before), unproven, "date {place}");
        assert_eq!(said_at(None, before).0, "record.not_found", "date {place}: everything is shown");
    }
    // One early day is enough, whatever the others are.
    let both = Claim { made_on: Some(before), imported_on: Some(since), ..claim_of("2020900201000001") };
    assert_eq!(said(&shown_since(Some(since)), both), unproven);
    let fact = ("record.not_found", Decision::Reject);
    assert_eq!(said(&shown_since(Some(since)), claim_of("2020900201000001")), fact, "today it is shown");
    let tomorrow = instant(AS_OF).legal_day().plus_days(1);
    assert_eq!(said(&shown_since(Some(tomorrow)), claim_of("2020900201000001")), unproven);
}

#[test]
fn without_a_register_a_product_is_not_judged() {
    let claim = Claim { product: Some("0507".into()), ..claim_of("202001090335699") };
    let verdict = check(&claim, Err::<&World, _>("trust.hash"), &Policy::default(), instant(AS_OF));
    assert_eq!((verdict.outcome, verdict.decision), (Outcome::Unavailable, Decision::Review));
    assert_eq!(codes(&verdict), ["number.length", "register.unavailable"]);
}

#[test]
fn whatever_the_policy_says_an_untrusted_age_is_no_acceptance() {
    let overrides = ALL_CODES.iter().map(|code| (*code, Decision::Accept)).collect();
    let policy = Policy { overrides, ..Policy::default() };
    for freshness in [Freshness::Expired, Freshness::ClockBehind] {
        let world = World { freshness, ..World::new(Some(crate::fixture::records().remove(0))) };
        let claim = claim_of(&crate::fixture::records()[0].number.to_string());
        assert_eq!(world.verdict(&claim, &policy).decision, Decision::Review);
    }
}

#[test]
fn without_a_register_nothing_is_accepted() {
    let policy =
        Policy { overrides: ALL_CODES.iter().map(|code| (*code, Decision::Accept)).collect(), ..Policy::default() };
    let now = instant(AS_OF);
    for claim in [Claim::default(), claim_of("2020900201000001"), claim_of("见附件")] {
        let verdict = check(&claim, Err::<&World, _>("trust.rollback"), &policy, now);
        assert_eq!(verdict.decision, Decision::Review);
    }
    let verdict = check(&claim_of("2020900201000001"), Err::<&World, _>("trust.rollback"), &Policy::default(), now);
    assert_eq!(codes(&verdict), ["register.unavailable"]);
    assert_eq!(
        (verdict.outcome, verdict.findings[0].values.get("reason")),
        (Outcome::Unavailable, Some("trust.rollback"))
    );
}

#[test]
fn a_rejection_is_confirmable_only_if_a_confirmation_could_lift_it() {
    let suspended = record("2020900201000001", Status::Suspended);
    let world = World::new(Some(suspended));
    assert!(world.verdict(&claim_of("2020900201000001"), &Policy::default()).confirmable);
    let declared = Claim {
        instrument: Some(Instrument::SelfDeclaration),
        product: Some("0201".into()),
        ..claim_of("2020900201000001")
    };
    let verdict = world.verdict(&declared, &Policy::default());
    assert_eq!(verdict.decision, Decision::Reject);
    assert!(
        !verdict.confirmable,
        "that a declaration does not serve stands whatever the register says: {:?}",
        codes(&verdict)
    );
}

/// A world with tables of its own; tests may leak.
fn with_reference(change: impl FnOnce(&mut Reference), record: Record) -> World {
    let mut tables = reference().clone();
    change(&mut tables);
    World { reference: Box::leak(Box::new(tables)), ..World::new(Some(record)) }
}

#[test]
fn an_extension_is_as_good_as_its_confidence() {
    let digits = "2020900201000001";
    let extend = |confidence, codes: Vec<u16>, extended_to: &str| Extension {
        codes,
        expires_from: day("2026-01-01"),
        expires_to: day("2026-06-30"),
        extended_to: day(extended_to),
        announcement: "test announcement".into(),
        source: "test".into(),
        confidence,
    };
    let verdict = |extension: Extension, expires_on: &str, on: Option<&str>| {
        let lapsed = Record { expires_on: Some(day(expires_on)), ..record(digits, Status::Valid) };
        let world = with_reference(|tables| tables.extensions = vec![extension], lapsed);
        world.verdict(&Claim { on: on.map(day), ..claim_of(digits) }, &Policy { due_days: 0, ..Policy::default() })
    };
    let confirmed = || extend(Confidence::Confirmed, vec![], "2026-12-31");
    for expires_on in ["2026-01-01", "2026-06-30"] {
        let good = verdict(confirmed(), expires_on, None);
        assert_eq!((codes(&good), good.decision), (vec!["validity.extended"], Decision::Accept), "{expires_on}");
        let unsure = verdict(extend(Confidence::Likely, vec![201], "2026-12-31"), expires_on, None);
        assert_eq!((codes(&unsure), unsure.decision), (vec!["validity.extension_unconfirmed"], Decision::Review));
    }
    for expires_on in ["2025-12-31", "2026-07-01"] {
        let outside = verdict(confirmed(), expires_on, None);
        assert_eq!((codes(&outside), outside.decision), (vec!["validity.expired"], Decision::Reject), "{expires_on}");
    }
    let other_kind = verdict(extend(Confidence::Confirmed, vec![202], "2026-12-31"), "2026-06-30", None);
    assert_eq!(other_kind.decision, Decision::Reject);
    let over = verdict(extend(Confidence::Confirmed, vec![201], "2026-11-19"), "2026-06-30", None);
    assert_eq!((codes(&over), over.decision), (vec!["validity.extended", "validity.expired"], Decision::Reject));
    let last_day = verdict(extend(Confidence::Confirmed, vec![201], "2026-11-20"), "2026-06-30", None);
    assert_eq!(codes(&last_day), ["validity.extended", "validity.due_to_expire"], "until is inclusive");
}

#[test]
fn an_alert_concerns_papers_issued_since() {
    let alert = |kind, since: Option<&str>| Alert {
        issuer: Issuer::Body(90),
        kind,
        since: since.map(day),
        zh: "测试".into(),
        en: "test".into(),
        source: "test".into(),
        confidence: Confidence::Confirmed,
    };
    let digits = "2020900201000001";
    let found = |alert: Alert, issued_on: Option<&str>, claimed: Option<&str>| {
        let issued = Record { issued_on: issued_on.map(day), ..record(digits, Status::Valid) };
        let world = with_reference(|tables| tables.alerts.push(alert), issued);
        let verdict = world.verdict(&Claim { issued_on: claimed.map(day), ..claim_of(digits) }, &Policy::default());
        (codes(&verdict), verdict.decision)
    };
    let lost = |since| alert(AlertKind::DesignationLost, since);
    let review = (vec!["body.designation_lost"], Decision::Review);
    assert_eq!(found(lost(Some("2025-06-01")), Some("2025-06-01"), None), review, "issued on the day");
    assert_eq!(found(lost(Some("2025-06-01")), Some("2025-05-31"), None), (vec![], Decision::Accept), "issued before");
    assert_eq!(found(lost(Some("2025-06-01")), None, None), review, "it may be among them");
    assert_eq!(found(lost(Some("2025-06-01")), None, Some("2025-05-31")), review, "the seller's word clears nothing");
    assert_eq!(found(lost(None), Some("2010-01-01"), None), review, "an alert without a day concerns all");
    let listed = found(alert(AlertKind::AlertList, None), Some("2024-01-01"), None);
    assert_eq!(listed, (vec!["body.alert_list"], Decision::Review));
}

#[test]
fn a_fact_decides_by_its_confidence_unless_overridden() {
    let problem = |confidence| {
        let evidence = Evidence { reference: String::new(), source: String::new(), confidence };
        Problem::new(Code::StatusRevoked).evidence(evidence)
    };
    for base_policy in BASES {
        assert_eq!(base(base_policy).decide(&problem(Confidence::Confirmed)), Decision::Reject);
        for weak in [Confidence::Likely, Confidence::Unsure, Confidence::FromMemory] {
            assert_eq!(base(base_policy).decide(&problem(weak)), Decision::Review);
            let overrides = [(Code::StatusRevoked, Decision::Reject)].into_iter().collect();
            assert_eq!(Policy { overrides, ..base(base_policy) }.decide(&problem(weak)), Decision::Reject);
        }
    }
}

#[test]
fn every_setting_of_a_policy_changes_its_digest() {
    let mut digests: BTreeSet<String> = BASES.into_iter().map(|other| base(other).digest()).collect();
    let mut expected = BASES.len();
    for due_days in [0, 1, 89, 900, u16::MAX] {
        digests.insert(Policy { due_days, ..Policy::default() }.digest());
        expected += 1;
    }
    for code in ALL_CODES {
        for decision in [Decision::Accept, Decision::Review, Decision::Reject] {
            digests
                .insert(Policy { overrides: [(*code, decision)].into_iter().collect(), ..Policy::default() }.digest());
            expected += 1;
        }
    }
    assert_eq!(digests.len(), expected);
    assert_eq!(Policy::default().digest(), Policy::default().digest());
}

// The catalogue.

struct Kind {
    category: String,
    codes: Vec<u16>,
    scheme: String,
}

/// The kinds of an edition of the catalogue.
fn kinds(edition: &str) -> Vec<Kind> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/kinds.csv");
    let mut table = csv::Reader::from_path(path).unwrap();
    let column = |headers: &csv::StringRecord, name: &str| headers.iter().position(|header| header == name).unwrap();
    let headers = table.headers().unwrap().clone();
    let [edition_at, category, codes, scheme] =
        ["edition", "category_no", "codes", "scheme"].map(|name| column(&headers, name));
    table
        .records()
        .map(Result::unwrap)
        .filter(|line| &line[edition_at] == edition)
        .map(|line| Kind {
            category: line[category].into(),
            codes: line[codes].split(' ').map(|code| code.parse().unwrap()).collect(),
            scheme: line[scheme].into(),
        })
        .collect()
}

#[test]
fn the_editions_have_their_official_totals() {
    // The days by which everything in an edition was compulsory, its scheme not yet changed again.
    for (edition, categories, count, complete_on) in [("2020", 17, 103, "2021-06-01"), ("2023", 16, 96, "2024-08-01")] {
        let kinds = kinds(edition);
        let named: BTreeSet<&str> = kinds.iter().map(|kind| kind.category.as_str()).collect();
        assert_eq!((named.len(), kinds.len()), (categories, count), "{edition}");
        let of_scheme = |scheme: &str| kinds.iter().filter(|kind| kind.scheme == scheme).count();
        assert_eq!((of_scheme("self_declaration_a"), of_scheme("self_declaration_b")), (7, 12), "{edition}");
        for kind in &kinds {
            for code in &kind.codes {
                let row = reference().catalogue.on(*code, day(complete_on)).unwrap();
                assert_eq!(row.scheme.as_str(), kind.scheme, "{code:04} in {edition}");
            }
        }
    }
}

#[test]
fn few_kinds_stay_self_declared() {
    let declared = |on: &str| -> Vec<u16> {
        let on = day(on);
        let codes: BTreeSet<u16> = reference().catalogue.rows().map(|row| row.code).collect();
        let is_declared =
            |code: &u16| reference().catalogue.on(*code, on).is_some_and(|row| row.scheme.is_self_declaration());
        codes.into_iter().filter(is_declared).collect()
    };
    assert_eq!(declared("2027-01-01"), [301, 704]);
    assert_eq!(declared("2026-12-31").len(), 21, "nineteen codes of sixteen kinds go back on 2027-01-01");
    let low_voltage = 302..=309_u16;
    assert!(low_voltage.clone().all(|code| declared("2024-10-31").contains(&code)));
    for code in low_voltage {
        let row = reference().catalogue.on(code, day("2024-11-01")).unwrap();
        assert_eq!((row.scheme, row.confidence()), (Scheme::ThirdParty, Confidence::Confirmed), "{code:04}");
    }
    for code in [301, 704] {
        let found = requirement(reference(), code, day("2027-01-01"));
        assert_eq!(found.confidence, Some(Confidence::Likely), "that only these two remain is an inference");
    }
}

fn paper(instrument: Instrument, from: Option<&str>, before: Option<&str>, until: Option<&str>) -> Accepted {
    Accepted { instrument, issued_from: from.map(day), issued_before: before.map(day), usable_until: until.map(day) }
}

#[test]
fn requirement_of_switchgear_stays_a_declaration() {
    let found = requirement(reference(), 301, day("2027-01-01"));
    assert_eq!((found.required, found.scheme), (Some(true), Some(Scheme::SelfDeclarationB)));
    assert_eq!(found.accepts, [paper(Instrument::SelfDeclaration, None, None, None)]);
    assert_eq!((found.since, found.until, found.next.len()), (Some(day("2020-01-01")), None, 0));
}

#[test]
fn requirement_of_welders_goes_back_to_certificates() {
    let on = |text: &str| requirement(reference(), 603, day(text));
    let (certificate, declaration) = (Instrument::ThirdPartyCertificate, Instrument::SelfDeclaration);
    let old = paper(declaration, None, Some("2026-07-01"), Some("2026-12-31"));
    let new = paper(certificate, Some("2026-07-01"), None, None);
    for (text, accepts) in [("2026-06-30", vec![old]), ("2026-07-01", vec![old, new]), ("2026-12-31", vec![old, new])] {
        let found = on(text);
        assert_eq!((found.required, found.scheme), (Some(true), Some(Scheme::SelfDeclarationA)), "{text}");
        assert_eq!(found.accepts, accepts, "{text}");
        assert_eq!(found.until, Some(day("2026-12-31")));
        let [next] = found.next.as_slice() else { panic!("one change ahead on {text}") };
        assert_eq!((next.from, next.accept_from), (day("2027-01-01"), Some(day("2026-07-01"))));
        assert_eq!((next.scheme, next.cancelled_on), (Some(Scheme::ThirdParty), Some(day("2027-01-01"))));
        assert!(!next.zh.is_empty() && !next.en.is_empty());
    }
    let found = on("2027-01-01");
    assert_eq!((found.required, found.scheme, found.accepts), (Some(true), Some(Scheme::ThirdParty), vec![new]));
    assert_eq!((found.since, found.next.len()), (Some(day("2027-01-01")), 0));
    let converting = on("2020-10-31").accepts;
    assert!(converting.contains(&paper(certificate, None, Some("2020-01-01"), Some("2020-10-31"))), "{converting:?}");
    assert!(on("2020-11-01").accepts.iter().all(|accepted| accepted.instrument == declaration));
}

#[test]
fn requirement_of_power_banks_begins() {
    let before = requirement(reference(), 914, day("2024-07-31"));
    assert_eq!((before.required, before.scheme, before.since), (Some(false), None, None));
    assert_eq!(before.accepts, [paper(Instrument::ThirdPartyCertificate, Some("2023-08-01"), None, None)]);
    assert_eq!(before.next.first().map(|change| change.from), Some(day("2024-08-01")));
    let from = requirement(reference(), 914, day("2024-08-01"));
    assert_eq!((from.required, from.since), (Some(true), Some(day("2024-08-01"))));
    assert_eq!(from.accepts, [paper(Instrument::ThirdPartyCertificate, None, None, None)]);
    assert_eq!(from.confidence, Some(Confidence::Likely), "its digits are");
}

#[test]
fn requirement_where_nothing_is_known_is_no_answer() {
    for (code, on) in
        [(9999, "2026-11-20"), (720, "2026-11-20"), (502, "2019-01-01"), (103, "2026-11-20"), (201, "2014-12-15")]
    {
        let found = requirement(reference(), code, day(on));
        assert_eq!((found.required, found.accepts.len()), (None, 0), "{code:04}");
    }
    assert_eq!(requirement(reference(), 1608, day("2026-11-20")).required, Some(false));
}

#[test]
fn requirement_of_e_bikes_says_what_becomes_of_old_ones() {
    let found = requirement(reference(), 1119, day("2025-11-30"));
    assert_eq!((found.required, found.scheme), (Some(true), Some(Scheme::ThirdParty)));
    let next = found.next.first().unwrap();
    assert_eq!((next.from, next.released_earlier), (day("2025-12-01"), cccheck::ReleasedEarlier::Barred));
    let later = requirement(reference(), 1119, day("2025-12-01"));
    let earlier: Vec<_> = later.earlier.iter().filter_map(|change| change.id.as_deref()).collect();
    assert_eq!(earlier, ["added-e-bikes-2019", "e-bike-old-standard-2025"]);
    assert!(later.next.is_empty());
}

#[test]
fn candidates_by_words() {
    let first =
        |text: &str| candidates(reference(), text, day("2026-11-20")).first().and_then(|found| found.product.clone());
    for (text, product) in [
        ("移动电源", "0914"),
        ("20000毫安 充电宝 移动电源", "0914"),
        ("Power Bank 20000mAh", "0914"),
        ("ＬＡＰＴＯＰＳ", "0902"),
        ("全自动洗衣机", "0705"),
        ("rice cookers", "0718"),
    ] {
        assert_eq!(first(text).as_deref(), Some(product), "{text}");
    }
    for text in ["", "   ", "<script>alert(1)</script>", "\u{202e}\u{0}", "bankpowering", "carpet"] {
        assert_eq!(first(text), None, "{text:?}");
    }
    let toilet = candidates(reference(), "智能马桶", day("2026-11-20"));
    assert_eq!((toilet[0].product.as_ref(), toilet[0].required), (None, None), "usable by name, never by code");
    let speaker = candidates(reference(), "蓝牙音箱", day("2026-11-20"));
    assert_eq!((speaker[0].product.as_deref(), speaker[0].required), (Some("0801"), Some(false)));
    assert!(!speaker[0].limits.is_empty(), "the limit that decides stands beside it");
    assert!(speaker.iter().all(|found| found.confidence != Confidence::Confirmed), "words are hints");
    let endless = "移动电源".repeat(100_000);
    assert_eq!(first(&endless).as_deref(), Some("0914"));
}
