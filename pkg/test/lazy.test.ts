import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Claim, init, type Source } from "cccheck";
import { flipped, NOW, REVOKED, unavailable, VALID, vector, vectorChecker, vectorSource } from "./fixtures.js";

/** A certificate that names companies. */
const HELD: Claim = { number: "2021900705000100", holder: "深圳市示例电器有限公司" };

const lazy = (parts: Partial<Source> = {}) => vectorChecker(parts, { reading: "lazy" });

/** A source whose pieces are good for the update, and then what a test makes of them. */
function turning(turned: (bytes: Uint8Array) => Promise<Uint8Array>) {
  const good = vectorSource();
  const state = { turned: false };
  const blob: Source["blob"] = async (name, size) => {
    const bytes = await good.blob(name, size);
    return state.turned ? turned(bytes) : bytes;
  };
  return { state, ...lazy({ blob }) };
}

describe("lazy reading", () => {
  before(() => init());

  it("takes at most five requests beside the reference tables for the first check", async () => {
    for (const claim of [{ number: VALID }, HELD]) {
      const { checker, traffic } = lazy();
      const update = await checker.update(NOW);
      assert.ok(update.ok, JSON.stringify(update));
      assert.equal(update.certificates, null);
      assert.deepEqual(await checker.prepare(claim), { ok: true });
      assert.equal(checker.check(claim, { now: NOW }).outcome, "checked");
      const beside = traffic.asked.length - 1;
      assert.ok(beside <= 5, traffic.asked.join(" "));
      assert.deepEqual(new Set(traffic.asked), new Set(["head", "blob"]));
      const all = ["head", "reference", "snapshot", "delta"].reduce((sum, name) => sum + vector(name).length, 0);
      assert.ok(traffic.bytes <= all, `${traffic.bytes} bytes of ${all}`);
    }
  });

  it("sends nothing for what is there, and fetches once what several claims need", async () => {
    const { checker, traffic } = lazy();
    await checker.update(NOW);
    traffic.asked = [];
    await Promise.all([checker.prepare({ number: VALID }), checker.prepare({ number: VALID })]);
    const { length } = traffic.asked;
    assert.ok(length <= 2, traffic.asked.join(" "));
    await checker.prepare({ number: VALID });
    await checker.prepare({});
    await checker.prepare({ number: "0000" });
    assert.equal(traffic.asked.length, length);
  });

  it("waits for no update where nothing is to be fetched", async () => {
    const good = vectorSource();
    let silent = false;
    const { checker } = lazy({ head: () => (silent ? new Promise(() => undefined) : good.head()) });
    await checker.update(NOW);
    assert.deepEqual(await checker.prepare({ number: VALID }), { ok: true });
    silent = true;
    void checker.update(NOW);
    assert.deepEqual(await checker.prepare({ number: VALID }, { now: NOW }), { ok: true });
    assert.equal(checker.check({ number: VALID }, { now: NOW }).outcome, "checked");
    // What has expired is worth waiting for.
    const later = new Date(NOW.getTime() + 7 * 86_400_000);
    const waiting = checker.prepare({ number: VALID }, { now: later });
    assert.equal(await Promise.race([waiting, new Promise((done) => setTimeout(done, 50, "waits"))]), "waits");
  });

  it("says of a claim that was not prepared what is missing", async () => {
    const { checker } = lazy();
    assert.deepEqual(await checker.prepare({ number: VALID }), { ok: true });
    assert.equal(unavailable(checker), "register.not_loaded");
    await checker.update(NOW);
    assert.equal(unavailable(checker), "snapshot.not_supplied");
    await checker.prepare({ number: VALID });
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
  });

  it("rejects a certificate that only the delta revokes, also when the delta came later", async () => {
    const { checker } = lazy();
    await checker.update(NOW);
    await checker.prepare({ number: REVOKED });
    assert.equal(checker.check({ number: REVOKED }, { now: NOW }).decision, "reject");

    let head = "head-without-delta";
    const later = lazy({ head: async () => vector(head) });
    const before = new Date("2026-11-19T10:00:00Z");
    await later.checker.update(before);
    await later.checker.prepare({ number: REVOKED });
    assert.equal(later.checker.check({ number: REVOKED }, { now: before }).decision, "accept");
    later.traffic.asked = [];
    head = "head";
    assert.equal((await later.checker.update(NOW)).ok, true);
    assert.deepEqual(later.traffic.asked, ["head"]);
    assert.equal(later.checker.check({ number: REVOKED }, { now: NOW }).outcome, "unavailable");
    await later.checker.prepare({ number: REVOKED });
    assert.deepEqual(later.traffic.asked, ["head", "blob"]);
    assert.equal(later.checker.check({ number: REVOKED }, { now: NOW }).decision, "reject");
  });

  it("keeps the snapshot when a part cannot be had, and says so", async () => {
    const { checker, state } = turning(() => Promise.reject(new Error("offline")));
    await checker.update(NOW);
    state.turned = true;
    assert.deepEqual(await checker.prepare({ number: VALID }), {
      ok: false,
      error: { code: "source.unreachable", message: "offline" },
    });
    assert.equal(unavailable(checker), "snapshot.not_supplied");
    state.turned = false;
    assert.deepEqual(await checker.prepare({ number: VALID }), { ok: true });
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
  });

  for (const [what, turned] of [
    ["an altered part", async (bytes) => flipped(bytes, 20)],
    ["a cut part", async (bytes) => bytes.slice(1)],
    ["an empty part", async () => new Uint8Array()],
    ["a signed file that is another one", async () => vector("delta")],
  ] as [string, (bytes: Uint8Array) => Promise<Uint8Array>][]) {
    it(`refuses ${what}, accepts nothing afterwards, and heals`, async () => {
      const { checker, state } = turning(turned);
      await checker.update(NOW);
      state.turned = true;
      const prepared = await checker.prepare(HELD);
      assert.equal(!prepared.ok && prepared.error.code, "trust.hash");
      assert.equal(unavailable(checker), "trust.hash");
      assert.deepEqual(await checker.prepare({ number: VALID }), prepared);
      assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "review");
      state.turned = false;
      assert.equal((await checker.update(NOW)).ok, true);
      await checker.prepare({ number: VALID });
      assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
    });
  }

  it("takes no part that comes after a refusal", async () => {
    const good = vectorSource();
    let head = vector("head");
    let arrive = () => {};
    const held = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let opened = false;
    const { checker } = lazy({
      head: async () => head,
      blob: async (name, size) => {
        await (opened ? held : undefined);
        return good.blob(name, size);
      },
    });
    opened = (await checker.update(NOW)).ok;
    const preparing = checker.prepare({ number: VALID });
    head = flipped(head, 200);
    const update = await checker.update(NOW);
    assert.ok(!update.ok);
    arrive();
    assert.deepEqual(await preparing, update);
    assert.equal(unavailable(checker), update.error.code);
  });

  it("refuses altered reference tables and an altered directory", async () => {
    for (const place of [0, 1]) {
      let asked = 0;
      const good = vectorSource();
      const { checker } = lazy({
        blob: async (name, size) => {
          const bytes = await good.blob(name, size);
          return asked++ === place ? flipped(bytes, 50) : bytes;
        },
      });
      const update = await checker.update(NOW);
      assert.equal(!update.ok && update.error.code, "trust.hash");
      assert.equal(unavailable(checker), "trust.hash");
    }
  });

  it("refuses a claim of the wrong shape", async () => {
    const { checker } = lazy();
    await checker.update(NOW);
    await assert.rejects(checker.prepare({ nummer: VALID } as Claim), TypeError);
  });
});
