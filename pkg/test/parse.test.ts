import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { explain, explainError, init, label, parse } from "cccheck";

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
    });
  });

  it("suggests a correction and never applies it", () => {
    const reading = parse("2O20900201000001");
    assert.equal(reading.kind, "unknown");
    assert.equal(reading.suggestion, "2020900201000001");
    assert.equal(reading.findings[0]?.code, "number.letter_for_digit");
  });

  it("survives hostile and endless text", () => {
    assert.equal(parse("<img src=x onerror=alert(1)>").kind, "unknown");
    assert.equal(parse("\u0000\ud800").kind, "unknown");
    assert.equal(parse("9".repeat(1_000_000)).findings[0]?.code, "number.too_long");
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

  it("say a status in words, an instant in China's time, and a missing day as unknown", () => {
    const earlier = finding("status.released_earlier", { status: "suspended", since: "", released: "2026-01-02" });
    assert.match(explain(earlier, "zh").title, /证书状态为暂停（不详 起）/);
    assert.match(explain(earlier, "en").title, /is suspended \(since unknown\)/);
    const absent = finding("record.not_found", { asOf: "2026-11-20T18:30:00Z" });
    assert.match(explain(absent, "zh").title, /2026-11-21 02:30 \(UTC\+8\)/);
  });

  it("insert values as they are, without reading placeholders in them", () => {
    const found = finding("number.letter_for_digit", { position: "1", found: "{suggestion}", suggestion: "$&<b>" });
    assert.equal(explain(found, "en").title, "Character 1, “{suggestion}”, is not a digit. Did you mean $&<b>?");
  });

  it("fall back to the code that a newer server sent", () => {
    const newer = { code: "model.mismatch" as "record.quoted", values: {}, evidence: null };
    assert.deepEqual(explain(newer, "zh"), { title: "model.mismatch", seller: "", platform: "" });
    assert.equal(explainError("trust.something_new", "en"), "trust.something_new");
    assert.equal(label("outcome", "unavailable", "zh"), "无法核对");
  });
});
