import assert from "node:assert/strict";
import { it } from "node:test";
import { createChecker, init, memoryStore, parse } from "cccheck";
import { vector } from "./fixtures.js";

const REHEARSAL = JSON.parse(new TextDecoder().decode(vector("rehearsal.json"))) as Record<string, string>;
const file = (name: string) => new Uint8Array(Buffer.from(REHEARSAL[name] ?? "", "base64url"));

// One file, because a module starts once.
it("rehearses an opening once, when the host is idle, and asks nobody for anything", async () => {
  const idle: (() => void)[] = [];
  const hashed: number[] = [];
  const asked: unknown[] = [];
  const stored: unknown[] = [];
  const { digest } = SubtleCrypto.prototype;
  Object.assign(globalThis, {
    requestIdleCallback: (callback: () => void) => idle.push(callback),
    fetch: async (url: unknown) => asked.push(url),
    localStorage: { getItem: (name: string) => void stored.push(name), setItem: (name: string) => stored.push(name) },
  });
  SubtleCrypto.prototype.digest = function (algorithm, data) {
    hashed.push(data.byteLength);
    return digest.call(this, algorithm, data);
  };

  await init();
  await init();
  assert.equal(idle.length, 1);
  assert.deepEqual(hashed, []);
  idle[0]?.();
  const sizes = ["reference", "snapshot", "delta"].map((name) => file(name).length);
  for (let turn = 0; turn < 100 && hashed.length < sizes.length; turn++) {
    await new Promise((later) => setTimeout(later, 10));
  }
  assert.deepEqual(hashed, sizes);
  assert.deepEqual([asked, stored], [[], []]);
  assert.equal(parse("2021900201000012").kind, "ccc");
});

it("decides on the edition of the rehearsal as on any other", async () => {
  const { keys = "", now = "", accepted = "", rejected = "" } = REHEARSAL;
  const get = (name: string) => async () => file(name);
  const source = { head: get("head"), blob: get("reference"), snapshot: get("snapshot"), delta: get("delta") };
  const checker = createChecker({ pin: { keys, lowestSequence: 1 }, source, store: memoryStore() });
  const instant = new Date(now);
  const update = await checker.update(instant);
  assert.ok(update.ok);
  const decisions = [accepted, rejected].map((number) => checker.check({ number }, { now: instant }).decision);
  assert.deepEqual(decisions, ["accept", "reject"]);
});
