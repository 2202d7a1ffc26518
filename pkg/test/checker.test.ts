import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { inspect } from "node:util";
import {
  type Checker,
  type CheckerOptions,
  type Claim,
  createChecker,
  explainError,
  init,
  memoryStore,
  type Seen,
  type Source,
  type Store,
} from "cccheck";
import {
  bindings,
  flipped,
  listed,
  NOW,
  vectorChecker as open,
  REVOKED,
  unavailable,
  VALID,
  vector,
  vectorHead,
  vectorPin,
  vectorSource,
} from "./fixtures.js";

/** What a store was given. */
async function saved(store: Store): Promise<Seen> {
  return ((await store.load()) as Seen | null) ?? assert.fail("nothing was saved");
}

/** The code with which an update fails. */
async function codeOf(checker: Checker): Promise<string> {
  const update = await checker.update(NOW);
  return update.ok ? "" : update.error.code;
}

describe("createChecker", () => {
  before(() => init());

  it("takes the pin as text or bytes, and refuses one that is not signed", () => {
    const { keys, lowestSequence } = vectorPin();
    const bytes = new Uint8Array(Buffer.from(String(keys), "base64url"));
    const source = vectorSource();
    createChecker({ pin: { keys: bytes, lowestSequence }, source });
    assert.throws(() => createChecker({ pin: { keys: flipped(bytes, 30), lowestSequence }, source }), TypeError);
    assert.throws(() => createChecker({ pin: { keys: "???", lowestSequence }, source }), TypeError);
    assert.throws(() => createChecker({ pin: { keys: bytes, lowestSequence: 1.5 }, source }), TypeError);
  });

  it("names the option that is missing, unknown or of the wrong type", () => {
    const usual = { pin: vectorPin(), source: vectorSource() };
    const wrong: [unknown, RegExp][] = [
      [undefined, /^options/],
      [{ source: usual.source }, /^pin/],
      [{ ...usual, pin: { lowestSequence: 1 } }, /^pin\.keys/],
      [{ ...usual, pin: { keys: [1, 2, 3], lowestSequence: 1 } }, /^pin\.keys/],
      [{ ...usual, pin: { keys: new ArrayBuffer(100), lowestSequence: 1 } }, /^pin\.keys/],
      [{ pin: usual.pin }, /^source/],
      [{ pin: usual.pin, source: {} }, /^source/],
      [{ ...usual, sorce: "https://register.example" }, /^sorce/],
      [{ ...usual, reading: "lasy" }, /^reading/],
      [{ ...usual, source: { head: async () => vector("head") } }, /^source/],
      [{ ...usual, store: {} }, /^store/],
      [{ ...usual, fetch: "x" }, /^fetch/],
      [{ ...usual, confirmUrl: 5 }, /^confirmUrl/],
    ];
    for (const [options, message] of wrong) {
      const call = () => createChecker(options as CheckerOptions);
      assert.throws(call, (error) => error instanceof TypeError && message.test(error.message), inspect(options));
    }
  });

  it("takes no source's word for bytes", async () => {
    const given = { pin: vectorPin(), store: memoryStore() };
    const sound = vectorSource();
    const sources = [
      { ...sound, head: async () => "head" },
      { ...sound, head: async () => (await sound.head()).buffer },
      { ...sound, snapshot: async () => 7 },
    ];
    for (const source of sources) {
      const update = await createChecker({ ...given, source: source as unknown as Source }).update(NOW);
      assert.ok(!update.ok && update.error.code === "source.unreachable" && /Uint8Array/.test(update.error.message));
    }
  });

  it("refuses any number of pins without harm to what is checked after", async () => {
    const source = vectorSource();
    for (let turn = 0; turn < 1_000; turn++) {
      assert.throws(
        () => createChecker({ pin: { keys: new Uint8Array([1, 2, 3]), lowestSequence: 1 }, source }),
        (error) =>
          error instanceof TypeError && /^the pinned keys cannot be used: trust\.\w+ \(.+\)$/.test(error.message),
      );
    }
    const { checker } = open();
    assert.equal((await checker.update(NOW)).ok, true);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).outcome, "checked");
  });
});

describe("update", () => {
  before(() => init());

  it("opens the snapshot once, and verifies the head every time", async () => {
    const { traffic, checker } = open();
    assert.equal(unavailable(checker), "register.not_loaded");
    const first = await checker.update(NOW);
    assert.ok(first.ok);
    assert.equal(first.changed, true);
    assert.equal(first.standing.firstSeen, true);
    assert.equal(first.certificates, listed());
    const later = await checker.update(new Date(NOW.getTime() + 60_000));
    assert.ok(later.ok);
    assert.equal(later.changed, false);
    assert.equal(later.standing.ageSeconds - first.standing.ageSeconds, 60);
    assert.deepEqual(traffic.asked, ["head", "blob", "snapshot", "delta", "head"]);
  });

  it("shares one update among calls that overlap", async () => {
    const { traffic, checker } = open();
    const [one, other] = await Promise.all([checker.update(NOW), checker.update(NOW)]);
    assert.equal(one, other);
    assert.deepEqual(traffic.asked, ["head", "blob", "snapshot", "delta"]);
  });

  it("opens a newer head over the same files without another download", async () => {
    let head = "head-2026-06-30";
    const { traffic, checker } = open({ head: async () => vector(head) });
    assert.equal((await checker.update(new Date("2026-06-30T10:00:00Z"))).ok, true);
    traffic.asked = [];
    head = "head-2026-12-31";
    const update = await checker.update(new Date("2026-12-31T10:00:00Z"));
    assert.ok(update.ok, JSON.stringify(update));
    assert.equal(update.changed, true);
    assert.deepEqual(traffic.asked, ["head"]);
  });

  it("fetches head and delta alone where the snapshot is still the same", async () => {
    let head = "head-without-delta";
    const { traffic, checker } = open({ head: async () => vector(head) });
    const before = new Date("2026-11-19T10:00:00Z");
    assert.equal((await checker.update(before)).ok, true);
    assert.deepEqual(traffic.asked, ["head", "blob", "snapshot"]);
    assert.equal(checker.check({ number: REVOKED }, { now: before }).decision, "accept");
    Object.assign(traffic, { asked: [], bytes: 0 });
    head = "head";
    const update = await checker.update(NOW);
    assert.ok(update.ok, JSON.stringify(update));
    assert.deepEqual([update.changed, update.certificates], [true, listed()]);
    assert.deepEqual(traffic, { asked: ["head", "delta"], bytes: vector("head").length + vector("delta").length });
    assert.equal(checker.check({ number: REVOKED }, { now: NOW }).decision, "reject");
  });

  it("accepts nothing if the delta is withheld", async () => {
    const { checker } = open({ delta: () => Promise.reject(new Error("HTTP status 404")) });
    const update = await checker.update(NOW);
    assert.equal(!update.ok && update.error.code, "source.unreachable");
    assert.equal(unavailable(checker), "source.unreachable");
  });

  for (const [name, parts, code] of [
    ["an altered snapshot byte", { snapshot: async () => flipped(vector("snapshot"), 700) }, "trust.hash"],
    ["an altered delta byte", { delta: async () => flipped(vector("delta"), 200) }, "trust.hash"],
    ["altered reference tables", { blob: async () => flipped(vector("reference"), 9_000) }, "trust.hash"],
    ["a cut snapshot", { snapshot: async () => vector("snapshot").slice(1) }, "trust.size"],
    ["an altered head", { head: async () => flipped(vector("head"), 40) }, "trust."],
    ["an empty head", { head: async () => new Uint8Array() }, "trust.malformed"],
    ["an oversized head", { head: async () => new Uint8Array(17_000) }, "trust.malformed"],
  ] as [string, Partial<Source>, string][]) {
    it(`refuses ${name}, also when a good snapshot is open`, async () => {
      const seen: Seen[] = [];
      const keeper: Store = { load: () => null, save: (value) => void seen.push(value) };
      const { checker } = open(parts, { store: keeper });
      const fresh = await checker.update(NOW);
      assert.ok(!fresh.ok && fresh.error.code.startsWith(code), JSON.stringify(fresh));
      assert.equal(unavailable(checker), fresh.error.code);
      assert.deepEqual(seen, []);

      let bad = false;
      const turned = open({
        head: async () => (bad && parts.head !== undefined ? parts.head() : vector(bad ? "head" : "head-2026-06-30")),
        snapshot: async (file, size) =>
          bad && parts.snapshot !== undefined ? parts.snapshot(file, size) : vector("snapshot"),
      });
      assert.equal((await turned.checker.update(new Date("2026-06-30T10:00:00Z"))).ok, true);
      bad = true;
      if (parts.head !== undefined) {
        const update = await turned.checker.update(NOW);
        assert.ok(!update.ok && update.error.code.startsWith(code), JSON.stringify(update));
        assert.equal(unavailable(turned.checker), update.error.code);
      }
    });
  }

  it("refuses an older edition than the store remembers, across checkers", async () => {
    const store = memoryStore();
    assert.equal((await open({}, { store }).checker.update(NOW)).ok, true);
    const seen = await saved(store);
    store.save({ ...seen, sequence: seen.sequence + 1 });
    const { checker } = open({}, { store });
    const update = await checker.update(NOW);
    const error = update.ok ? undefined : update.error;
    const values = `${seen.sequence}, ${seen.sequence + 1}`;
    const message = `${explainError("trust.rollback", "en")} (${values})`;
    assert.deepEqual(error, { code: "trust.rollback", message, values });
    assert.equal(unavailable(checker), "trust.rollback");
  });

  it("refuses an older edition even if the store was cleared while it ran", async () => {
    let head = "head-2027-01-01";
    const forgetful: Store = { load: () => null, save: () => undefined };
    const { checker } = open({ head: async () => vector(head) }, { store: forgetful });
    const now = new Date("2027-01-01T10:00:00Z");
    assert.equal((await checker.update(now)).ok, true);
    head = "head-2026-12-31";
    const update = await checker.update(now);
    assert.ok(
      !update.ok && ["trust.rollback", "trust.equivocation"].includes(update.error.code),
      JSON.stringify(update),
    );
  });

  it("does not go back behind newer keys whose files were cut off, across checkers", async () => {
    const newer = vectorHead("the same again");
    const older = { ...newer.seen, keysVersion: 1, keys: "0".repeat(64), sequence: 1 };
    const cut = () => Promise.reject(new Error("cut off"));
    for (const seen of [null, older]) {
      const store = memoryStore();
      if (seen !== null) {
        await store.save(seen);
      }
      const cutOff = open({ head: async () => newer.head, blob: cut, snapshot: cut, delta: cut }, { store });
      assert.equal(await codeOf(cutOff.checker), "source.unreachable");
      assert.deepEqual(await saved(store), { ...newer.seen, sequence: 0 });
      assert.equal(await codeOf(open({}, { store }).checker), "trust.keys_rollback");
    }
  });

  it("does not go back behind newer keys whose files were refused, though nothing is kept", async () => {
    const store = { load: () => null, save: () => Promise.reject(new Error("full")) };
    const heads = [vector("head"), vectorHead("the same again").head, vector("head")];
    const { checker } = open({ head: async () => heads.shift() ?? assert.fail("no more heads") }, { store });
    assert.equal(await codeOf(checker), "store.failed");
    assert.match(await codeOf(checker), /^trust\.(size|hash)$/);
    assert.equal(await codeOf(checker), "trust.keys_rollback");
  });

  it("says that newer keys could not be kept, and tries again", async () => {
    const { head, seen } = vectorHead("the same again");
    const cut = () => Promise.reject(new Error("cut off"));
    const store = memoryStore();
    let failures = 1;
    const save = (seen: Seen) => (failures-- > 0 ? Promise.reject(new Error("full")) : store.save(seen));
    const cutOff = { head: async () => head, blob: cut, snapshot: cut };
    const { checker } = open(cutOff, { store: { load: () => store.load(), save } });
    assert.deepEqual([await codeOf(checker), await codeOf(checker)], ["store.failed", "source.unreachable"]);
    assert.deepEqual(await saved(store), { ...seen, sequence: 0 });
  });

  it("takes nothing back of what another tab accepted under the newer keys meanwhile", async () => {
    const { head, seen } = vectorHead("the same again");
    const later = { ...seen, sequence: seen.sequence + 1, manifest: "1".repeat(64) };
    const cut = () => Promise.reject(new Error("cut off"));
    // While the head came.
    const store = memoryStore();
    const late = async () => {
      await store.save(later);
      return head;
    };
    assert.equal(await codeOf(open({ head: late, blob: cut, snapshot: cut }, { store }).checker), "source.unreachable");
    assert.deepEqual(await saved(store), later);
    // While the keys were saved.
    const other = memoryStore();
    const save = async (seen: Seen) => {
      await other.save(seen);
      await other.save(later);
    };
    const { checker } = open({ head: async () => head }, { store: { load: () => other.load(), save } });
    assert.equal(await codeOf(checker), "trust.rollback");
    assert.deepEqual(await saved(other), later);
  });

  it("copies no more of a file than shows that it is another one", async () => {
    const { memory } = (await bindings()).initSync({ module: new Uint8Array() });
    const endless = async () => new Uint8Array(64 << 20);
    const before = memory.buffer.byteLength;
    assert.equal(await codeOf(open({ head: endless }).checker), "trust.malformed");
    for (const part of ["blob", "delta"] as const) {
      assert.equal(await codeOf(open({ [part]: endless }).checker), "trust.size", part);
    }
    const { checker } = open({ blob: endless }, { reading: "lazy" });
    assert.equal(await codeOf(checker), "trust.size");
    assert.ok(memory.buffer.byteLength - before < 1 << 20);
  });

  it("lets nobody's wrong date spoil an update that others share", async () => {
    const { checker } = open();
    const wrong = [Number.NaN, 8.64e15].map((time) => checker.update(new Date(time)));
    const update = checker.update(NOW);
    for (const refused of wrong) {
      await assert.rejects(refused, /^TypeError: now:/);
    }
    assert.ok((await update).ok);
  });

  it("does not go back behind what another tab accepted while the files came", async () => {
    const store = memoryStore();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = open(
      {
        head: async () => vector("head-2026-12-31"),
        snapshot: async () => held.then(() => vector("snapshot")),
      },
      { store },
    );
    const now = new Date("2027-01-01T10:00:00Z");
    const updating = slow.checker.update(now);
    const other = open({ head: async () => vector("head-2027-01-01") }, { store });
    assert.equal((await other.checker.update(now)).ok, true);
    const seen = await store.load();
    release();
    const update = await updating;
    assert.equal(!update.ok && update.error.code, "trust.rollback");
    assert.deepEqual(await store.load(), seen);
  });

  it("saves again what could not be saved, and then says that it changed", async () => {
    const kept = memoryStore();
    let broken = true;
    const store: Store = {
      load: () => kept.load(),
      save: (seen) => (broken ? Promise.reject(new Error("disk full")) : kept.save(seen)),
    };
    const { checker } = open({}, { store });
    const failed = await checker.update(NOW);
    assert.equal(!failed.ok && failed.error.code, "store.failed");
    broken = false;
    const saved = await checker.update(NOW);
    assert.equal(saved.ok && saved.changed, true);
    assert.notEqual(await kept.load(), null);
    const same = await checker.update(NOW);
    assert.equal(same.ok && same.changed, false);
  });

  it("takes a store's undefined as nothing", async () => {
    const { checker } = open({}, { store: { load: () => undefined, save: () => undefined } });
    assert.equal((await checker.update(NOW)).ok, true);
    assert.equal((await checker.update(NOW)).ok, true);
  });

  it("refuses another content under a sequence that was seen", async () => {
    const store = memoryStore();
    assert.equal((await open({}, { store }).checker.update(NOW)).ok, true);
    const seen = await saved(store);
    store.save({ ...seen, manifest: "00".repeat(32) });
    const update = await open({}, { store }).checker.update(NOW);
    assert.equal(!update.ok && update.error.code, "trust.equivocation");
  });

  it("refuses what is below the pin, and an expired head that it never saw", async () => {
    const source = vectorSource();
    const high = createChecker({ pin: { ...vectorPin(), lowestSequence: 1_000_000 }, source, store: memoryStore() });
    const below = await high.update(NOW);
    assert.equal(!below.ok && below.error.code, "trust.rollback");
    const expired = await open().checker.update(new Date("2027-06-01T00:00:00Z"));
    assert.equal(!expired.ok && expired.error.code, "trust.expired");
  });

  it("keeps an open snapshot when the source is silent, and says so", async () => {
    let online = true;
    const head = async () => {
      if (!online) {
        throw new Error("offline");
      }
      return vector("head");
    };
    const { checker } = open({ head });
    online = false;
    assert.deepEqual(await checker.update(NOW), {
      ok: false,
      error: { code: "source.unreachable", message: "offline" },
    });
    assert.equal(unavailable(checker), "source.unreachable");
    online = true;
    assert.equal((await checker.update(NOW)).ok, true);
    online = false;
    const update = await checker.update(NOW);
    assert.equal(!update.ok && update.error.code, "source.unreachable");
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
    const late = checker.check({ number: VALID }, { now: new Date("2026-12-24T00:00:00Z") });
    assert.equal(late.decision, "review");
    assert.equal(late.register?.freshness, "expired");
  });

  it("does not let silence replace a refusal", async () => {
    let online = true;
    const head = async () => {
      if (!online) {
        throw new Error("offline");
      }
      return flipped(vector("head"), 200);
    };
    const { checker } = open({ head });
    const refused = await checker.update(NOW);
    online = false;
    await checker.update(NOW);
    assert.equal(unavailable(checker), refused.ok ? "" : refused.error.code);
  });

  it("opens nothing without the memory that a failing store should give", async () => {
    const broken: Store = {
      load: () => Promise.reject(new Error("disk full")),
      save: () => undefined,
    };
    const { checker } = open({}, { store: broken });
    const update = await checker.update(NOW);
    assert.equal(!update.ok && update.error.code, "store.failed");
    assert.equal(unavailable(checker), "register.not_loaded");
  });
});

describe("check", () => {
  before(() => init());

  it("refuses misspelt fields and wrong types rather than overlooking them", async () => {
    const { checker } = open();
    await checker.update(NOW);
    const wrong = [
      { nummer: VALID },
      { number: 2020 },
      { releasedOn: "1 May" },
      { instrument: "promise" },
      { attributes: "class_iii" },
      { attributes: [[[["class_iii"]]]] },
      { releasedOn: new Date(NOW) },
      { number: Number.NaN },
      { number: 1n },
      { number: () => VALID },
      new Map([["number", VALID]]),
      new URLSearchParams({ number: VALID }),
      { ["__proto__"]: VALID },
      null,
      "text",
    ];
    for (const claim of wrong) {
      assert.throws(() => checker.check(claim as object, { now: NOW }), TypeError, inspect(claim));
    }
    assert.throws(() => checker.check({ number: 2020 as unknown as string }), /^TypeError: claim: number: a string is/);
    assert.throws(() => checker.check({ number: VALID }, { now: new Date(Number.NaN) }), TypeError);
    assert.throws(() => checker.check({ number: VALID }, { now: Date.now() as unknown as Date }), /^TypeError: now:/);
    assert.throws(() => checker.check({}, { now: NOW, policy: { base: "harsh" as "strict" } }), TypeError);
    assert.throws(() => checker.check({}, { now: NOW, policy: new Map() as object }), TypeError);
  });

  it("refuses options that it does not know, so that no policy is overlooked", async () => {
    const { checker } = open();
    await checker.update(NOW);
    class Options {
      get policy() {
        return { base: "strict" };
      }
    }
    for (const options of [{ base: "strict" }, { polcy: {} }, null, "strict", [], [{}], new Options()]) {
      assert.throws(() => checker.check({ number: VALID }, options as object), TypeError, inspect(options));
      await assert.rejects(checker.confirm({ number: VALID }, options as object), TypeError, inspect(options));
    }
    await assert.rejects(checker.confirm({ number: VALID }, { policy: {} } as object), /^TypeError: policy: unknown/);
  });

  it("takes nothing from what a page gave the prototype of all objects", async () => {
    const { checker } = open();
    await checker.update(NOW);
    const usual = checker.check({ number: VALID }, { now: NOW });
    const planted = {
      policy: { base: "strict" },
      now: new Date(0),
      misuse: "misuse",
      error: { code: "x", values: "" },
    };
    for (const [name, value] of Object.entries(planted)) {
      Object.defineProperty(Object.prototype, name, { configurable: true, value });
      try {
        assert.deepEqual(
          checker.check({ number: VALID }, name === "now" ? {} : { now: NOW }).policy,
          usual.policy,
          name,
        );
        assert.notEqual(checker.check({ number: VALID }).on, "1970-01-01", name);
      } finally {
        Reflect.deleteProperty(Object.prototype, name);
      }
    }
  });

  it("takes data without a prototype, and does not ask a page's own toJSON", async () => {
    const { checker } = open();
    await checker.update(NOW);
    const claim: Claim = { number: VALID, attributes: ["class_iii"] };
    const usual = checker.check(claim, { now: NOW });
    Object.defineProperty(Array.prototype, "toJSON", { configurable: true, value: () => "something else" });
    try {
      assert.deepEqual(checker.check(Object.assign(Object.create(null), claim), { now: NOW }), usual);
    } finally {
      Reflect.deleteProperty(Array.prototype, "toJSON");
    }
  });

  it("reads half of a character as the character that stands for what is no text", async () => {
    const { checker } = open();
    await checker.update(NOW);
    const [half, stands] = ["\ud800", "\ufffd"].map((model) => checker.check({ number: VALID, model }, { now: NOW }));
    assert.deepEqual(half, stands);
  });

  it("takes undefined as not stated", async () => {
    const { checker } = open();
    await checker.update(NOW);
    const stated = checker.check({ number: VALID, releasedOn: undefined, importedOn: null }, { now: NOW });
    assert.deepEqual(stated, checker.check({ number: VALID }, { now: NOW }));
  });
});

describe("requirement", () => {
  before(() => init());

  it("follows a product kind from day to day", async () => {
    const { checker } = open();
    assert.equal(checker.requirement("0603", "2026-11-20"), null);
    await checker.update(NOW);
    const before = checker.requirement("0603", "2026-12-31") ?? assert.fail("no requirement");
    assert.deepEqual([before.required, before.scheme, before.until], [true, "self_declaration_a", "2026-12-31"]);
    assert.deepEqual(before.accepts, [
      { instrument: "self_declaration", issuedFrom: null, issuedBefore: "2026-07-01", usableUntil: "2026-12-31" },
      { instrument: "third_party_certificate", issuedFrom: "2026-07-01", issuedBefore: null, usableUntil: null },
    ]);
    assert.deepEqual(
      before.next.map(({ from, scheme, releasedEarlier }) => [from, scheme, releasedEarlier]),
      [["2027-01-01", "third_party", "may_sell"]],
    );
    const after = checker.requirement("0603", "2027-01-01") ?? assert.fail("no requirement");
    assert.deepEqual([after.scheme, after.next, after.earlier.at(-1)?.from], ["third_party", [], "2027-01-01"]);
  });

  it("decides nothing about a code that it does not know", async () => {
    const { checker } = open();
    await checker.update(NOW);
    const unknown = checker.requirement("9999") ?? assert.fail("no requirement");
    assert.deepEqual(
      [unknown.required, unknown.scheme, unknown.accepts, unknown.confidence, unknown.productZh],
      [null, null, [], null, ""],
    );
  });

  it("asks for the day in China if none is given", async () => {
    const { checker } = open();
    await checker.update(NOW);
    const { now } = Date;
    try {
      Date.now = () => Date.parse("2026-12-31T15:59:59Z");
      assert.equal(checker.requirement("0603")?.scheme, "self_declaration_a");
      assert.equal(checker.candidates("手机")?.[0]?.required, true);
      Date.now = () => Date.parse("2026-12-31T16:00:00Z");
      assert.equal(checker.requirement("0603")?.scheme, "third_party");
    } finally {
      Date.now = now;
    }
  });

  it("refuses what is no code or no day", async () => {
    const { checker } = open();
    await checker.update(NOW);
    for (const [product, on] of [
      ["移动电源", "2026-11-20"],
      ["091", "2026-11-20"],
      ["0914", "2026-02-30"],
    ] as const) {
      assert.throws(() => checker.requirement(product, on), TypeError, product);
    }
    assert.throws(() => checker.candidates("手机", "tomorrow"), TypeError);
    for (const wrong of [914, 914n, null, true, {}, ["0914"], new Date(NOW)]) {
      assert.throws(() => checker.requirement(wrong as string), /^TypeError: product: a string/, inspect(wrong));
      assert.throws(() => checker.requirement("0914", (wrong ?? 7) as string), /^TypeError: on: a string/);
      assert.throws(() => checker.candidates(wrong as string), /^TypeError: words: a string/, inspect(wrong));
    }
  });
});

describe("candidates", () => {
  before(() => init());

  it("ranks the kinds that words may mean, with the limits that decide", async () => {
    const { checker } = open();
    assert.equal(checker.candidates("移动电源"), null);
    await checker.update(NOW);
    const found = checker.candidates("儿童电动车 头盔", "2026-11-20") ?? assert.fail("no snapshot");
    assert.deepEqual(
      found.map(({ product, productZh, words }) => [product, productZh, words]),
      [
        ["1119", "电动自行车", ["电动车"]],
        ["1105", "摩托车乘员头盔", ["头盔"]],
      ],
    );
    assert.ok((found[0]?.score ?? 0) > (found[1]?.score ?? 0));
    assert.match(found[0]?.limits[0]?.text ?? "", /GB 17761-2024/);
    assert.deepEqual(checker.candidates("石头", "2026-11-20"), []);
  });
});

describe("a claim", () => {
  before(() => init());

  const codes = async (claim: Claim) => {
    const { checker } = open();
    await checker.update(NOW);
    const { decision, findings } = checker.check(claim, { now: NOW });
    return [decision, findings.map(({ code }) => code).filter((code) => code !== "record.synthetic")];
  };

  it("of a self-declaration is judged by the day on which it was made", async () => {
    const declared = { instrument: "self_declaration", product: "0603" } as const;
    assert.deepEqual(await codes({ ...declared, issuedOn: "2026-06-30" }), [
      "accept",
      ["scheme.declaration_ends", "scheme.change_ahead", "record.declaration_not_looked_up"],
    ]);
    assert.equal((await codes({ ...declared, issuedOn: "2026-07-01" }))[0], "reject");
    assert.equal((await codes(declared))[0], "review");
  });

  it("is compared with the certificate's product, holder and models", async () => {
    const number = "2021900705000100";
    assert.deepEqual(await codes({ number, product: "0713" }), ["review", ["product.differs"]]);
    assert.deepEqual(await codes({ number, product: "移动电源" }), ["review", ["product.words_differ"]]);
    assert.deepEqual(await codes({ number, holder: "广东样本制造股份公司" }), ["accept", ["holder.not_contradicted"]]);
    assert.deepEqual(await codes({ number, holder: "别的有限公司" }), ["review", ["holder.differs"]]);
    const listed = "2021900705000110";
    assert.deepEqual(await codes({ number: listed, model: "xqb80-a2" }), ["accept", ["model.listed"]]);
    assert.deepEqual(await codes({ number: listed, model: "XQB80-A9" }), ["review", ["model.not_listed"]]);
  });
});
