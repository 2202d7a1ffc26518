import assert from "node:assert/strict";
import { afterEach, before, describe, it } from "node:test";
import { createChecker, init, memoryStore } from "cccheck";
import { coreAnswers, unavailable, vector, vectorChecker } from "./fixtures.js";

const REHEARSAL = JSON.parse(new TextDecoder().decode(vector("rehearsal.json"))) as Record<string, string>;

/** What a host would call when it is idle. */
const idle: (() => void)[] = [];

/** Once what was begun has come to its end. */
const settled = () => new Promise((later) => setTimeout(later, 200));

describe("a rehearsal", () => {
  const { fetch } = globalThis;
  let answers: string[];
  before(async () => {
    await init();
    answers = await coreAnswers("open", "check");
  });
  afterEach(() => {
    Object.assign(globalThis, { fetch, requestIdleCallback: undefined, localStorage: undefined });
    answers.length = 0;
  });

  // In this order, as a module rehearses once.
  it("that a page has made impossible costs it no checker", () => {
    Object.assign(globalThis, {
      requestIdleCallback: (callback: () => void) => {
        idle.push(callback);
        throw new Error("the page's own");
      },
    });
    assert.equal(unavailable(vectorChecker().checker), "register.not_loaded");
    assert.equal(idle.length, 1);
  });

  it("happens once, when the host is idle, before files have come, and asks nobody for anything", async () => {
    const asked: unknown[] = [];
    Object.assign(globalThis, {
      requestIdleCallback: (callback: () => void) => idle.push(callback),
      fetch: async (url: unknown) => asked.push(url),
      localStorage: { getItem: (name: string) => void asked.push(name), setItem: (name: string) => asked.push(name) },
    });
    vectorChecker();
    assert.equal(idle.length, 1);
    answers.length = 0;
    idle[0]?.();
    await settled();
    const [opened = "", ...verdicts] = answers;
    assert.match(opened, /^\{"value":\d+\}$/);
    assert.deepEqual(
      verdicts.map((verdict) => /"decision":"(\w+)"/.exec(verdict)?.[1]),
      ["accept", "reject"],
    );
    assert.deepEqual(asked, []);
  });

  it("is decided as any other edition is", async () => {
    const { keys = "", now = "", accepted = "", rejected = "" } = REHEARSAL;
    const file = (name: string) => async () => new Uint8Array(Buffer.from(REHEARSAL[name] ?? "", "base64url"));
    const source = { head: file("head"), blob: file("reference"), snapshot: file("snapshot"), delta: file("delta") };
    const checker = createChecker({ pin: { keys, lowestSequence: 1 }, source, store: memoryStore() });
    const instant = new Date(now);
    assert.ok((await checker.update(instant)).ok);
    const decisions = [accepted, rejected].map((number) => checker.check({ number }, { now: instant }).decision);
    assert.deepEqual(decisions, ["accept", "reject"]);
  });
});
