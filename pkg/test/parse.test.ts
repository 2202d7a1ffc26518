import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { explain, explainError, find, init, label, parse } from "cccheck";

describe("parse", () => {
  before(() => init());

  it("reads full-width digits, blanks and labels", () => {
    const reading = parse("3C证书编号：２０２０ 9002 0100 0001");
    assert.deepEqual(reading, {
      kind: "ccc",
      normalized: "2020900201000001",
      year: 2020,
      body: "90",
      product: "0201",
      serial: "000001",
      version: null,
      issuedOn: null,
      suggestion: null,
      findings: [],
      also: [],
      confidence: "confirmed",
    });
  });

  it("names what else a number is, and never calls it wrong for that", () => {
    const organic = parse("123OP1200123");
    assert.deepEqual([organic.kind, organic.confidence], ["organic_certificate", "confirmed"]);
    assert.deepEqual(
      organic.findings.map(({ code }) => code),
      ["number.other_scheme"],
    );
    const fire = parse("12345678901234");
    assert.equal(fire.kind, "fire_identity");
  });

  it("suggests a correction and never applies it", () => {
    const reading = parse("2O20900201000001");
    assert.equal(reading.kind, "unknown");
    assert.equal(reading.suggestion, "2020900201000001");
    assert.equal(reading.findings[0]?.code, "number.letter_for_digit");
  });

  it("refuses what is no text, as often as that is given, and reads on", () => {
    for (let turn = 0; turn < 1_000; turn++) {
      for (const wrong of [2020900201000001, 1n, undefined, null, true, {}, ["2020900201000001"], Symbol("2020")]) {
        assert.throws(() => parse(wrong as string), /^TypeError: text: a string is expected/);
        assert.throws(() => find(wrong as string), /^TypeError: text: a string is expected/);
      }
      assert.equal(parse("2020900201000001").kind, "ccc");
    }
  });

  it("survives hostile and endless text", () => {
    assert.equal(parse("<img src=x onerror=alert(1)>").kind, "unknown");
    assert.equal(parse("\u0000\ud800").kind, "unknown");
    assert.equal(parse("9".repeat(1_000_000)).findings[0]?.code, "number.too_long");
  });
});

describe("find", () => {
  before(() => init());

  it("gives every number with its place, as String.slice counts", () => {
    const text = "🔌 3C证书编号：2020 9002 0100 0001，有机产品证书 123OP1200123。";
    const { candidates, cut } = find(text);
    assert.deepEqual(
      candidates.map(({ start, end, kind, strength }) => [text.slice(start, end), kind, strength]),
      [
        ["2020 9002 0100 0001", "ccc", "high"],
        ["123OP1200123", "organic_certificate", "high"],
      ],
    );
    assert.equal(candidates[0]?.normalized, "2020900201000001");
    assert.equal(cut, null);
  });

  it("says what it left out", () => {
    const many = find("2020900201000001 ".repeat(1_001));
    assert.deepEqual([many.candidates.length, many.cut], [1_000, "candidates"]);
    assert.deepEqual(find(`${"a".repeat(1_000_000)} 2020900201000001`), { candidates: [], cut: "text" });
    assert.deepEqual(find(""), { candidates: [], cut: null });
  });
});

describe("texts", () => {
  const finding = (code: Parameters<typeof explain>[0]["code"], values: Record<string, string>) => ({
    code,
    values,
    evidence: null,
  });

  it("fill placeholders in both languages", () => {
    const found = finding("number.length", { length: "15", expected: "16" });
    assert.equal(explain(found, "zh").title, "编号有15位数字，CCC证书编号应为16位");
    assert.equal(explain(found, "en").title, "The number has 15 digits; a CCC certificate number has 16");
  });

  it("say a status in words, an instant in China's time, and leave out the bracket of a missing day", () => {
    const earlier = finding("status.released_earlier", { status: "suspended", since: "", released: "2026-01-02" });
    const claimed = finding("model.not_listed", { model: "2026-99-99Tx", listed: "2026-01-01T00:00:00Z" });
    assert.match(explain(claimed, "en").title, /2026-99-99Tx/);
    assert.match(explain(claimed, "en").title, /2026-01-01T00:00:00Z/);
    assert.match(explain(earlier, "zh").title, /^证书状态为暂停，但货物声称于 2026-01-02 /);
    assert.match(explain(earlier, "en").title, /^The certificate is suspended, but the goods .* on 2026-01-02$/);
    const since = finding("status.suspended", { status: "suspended", since: "2026-06-01" });
    assert.equal(explain(since, "en").title, "The certificate is suspended (since 2026-06-01)");
    const undated = finding("scheme.older_certificate", { acceptFrom: "2026-07-01", issuedOn: "" });
    assert.match(explain(undated, "zh").title, /此前的证书需要核实$/);
    assert.match(explain(undated, "en").title, /a certificate from before needs a look$/);
    const unknown = finding("validity.expired", { expiresOn: "", on: "2026-11-20" });
    assert.equal(explain(unknown, "en").title, "The certificate's last day was unknown");
    const absent = finding("record.not_found", { asOf: "2026-11-20T18:30:00Z" });
    assert.match(explain(absent, "zh").title, /2026-11-21 02:30 \(UTC\+8\)/);
  });

  it("insert values as they are, without reading placeholders in them", () => {
    const found = finding("number.letter_for_digit", { position: "1", found: "{suggestion}", suggestion: "$&<b>" });
    assert.equal(explain(found, "en").title, "Character 1, “{suggestion}”, is not a digit. Did you mean $&<b>?");
  });

  it("name the kind of a number and the role of a company", () => {
    const other = (kind: string) => finding("number.other_scheme", { kind, text: "1" });
    assert.equal(explain(other("organic_certificate"), "zh").title, "这是有机产品认证证书编号（1），不是CCC证书编号");
    const inEnglish = (kind: string) => explain(other(kind), "en").title;
    assert.equal(
      inEnglish("organic_certificate"),
      "Not a CCC certificate number: organic product certificate number (1)",
    );
    assert.match(inEnglish("credit_code"), /unified social credit code \(1\)$/);
    const role = finding("holder.not_contradicted", { role: "manufacturer" });
    assert.equal(explain(role, "zh").title, "所填持证人与登记不矛盾（生产者）");
    assert.equal(explain(role, "en").title, "The holder given does not contradict the register (manufacturer)");
    assert.equal(label("kind", "organic_code", "zh"), "有机码");
    assert.equal(label("instrument", "self_declaration", "en"), "Self-declaration");
    assert.equal(label("releasedEarlier", "barred", "zh"), "不得再销售");
  });

  it("take the twin of a value that is in the text's own language", () => {
    const removed = finding("catalogue.removed", {
      product: "1601",
      name: "调制解调器",
      nameEn: "Modems",
      since: "2018-06-11",
    });
    assert.match(explain(removed, "zh").title, /^1601 调制解调器 自/);
    assert.match(explain(removed, "en").title, /^1601 Modems left/);
    const words = finding("product.candidates", { candidates: "0914 移动电源; ???? 阻燃电线" });
    assert.match(explain(words, "zh").title, /^产品可能属于 0914 移动电源、阻燃电线，/);
  });

  it("fall back to the code that a newer server sent", () => {
    const newer = { code: "model.mismatch" as "record.quoted", values: {}, evidence: null };
    assert.deepEqual(explain(newer, "zh"), { title: "model.mismatch", seller: "", platform: "" });
    assert.equal(explainError("trust.something_new", "en"), "trust.something_new");
    assert.equal(label("outcome", "unavailable", "zh"), "无法核对");
  });
});
