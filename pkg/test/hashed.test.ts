import assert from "node:assert/strict";
import { afterEach, before, describe, it } from "node:test";
import { init } from "cccheck";
import { flipped, NOW, unavailable, VALID, vector, vectorChecker } from "./fixtures.js";

const { crypto } = globalThis;

/** Puts this in place of the host's means to hash. */
function replaceSubtle(subtle: Pick<SubtleCrypto, "digest"> | undefined): void {
  Object.defineProperty(globalThis, "crypto", { value: { subtle }, configurable: true });
}

describe("files are hashed", () => {
  before(() => init());
  afterEach(() => Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true }));

  it("by the host, every one that is fetched", async () => {
    const { checker } = vectorChecker();
    const sizes: number[] = [];
    replaceSubtle({
      digest(algorithm, data) {
        sizes.push(data.byteLength);
        return crypto.subtle.digest(algorithm, data);
      },
    });
    assert.equal((await checker.update(NOW)).ok, true);
    assert.deepEqual(new Set(sizes), new Set(["reference", "snapshot", "delta"].map((name) => vector(name).length)));
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
  });

  it("by the core where the host has no means, with the same result", async () => {
    const reference = vector("reference");
    replaceSubtle(undefined);
    const { checker } = vectorChecker({ blob: async () => reference });
    assert.equal((await checker.update(NOW)).ok, true);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
    for (const wrong of [
      { blob: async () => flipped(reference, 9_000) },
      { blob: async () => reference, snapshot: async () => flipped(vector("snapshot"), 700) },
    ]) {
      const { checker } = vectorChecker(wrong);
      assert.equal((await checker.update(NOW)).ok, false);
      assert.equal(unavailable(checker), "trust.hash");
    }
  });

  it("with no say for the source: neither a hash beside the bytes nor bytes that change afterwards", async () => {
    const wrong = flipped(vector("snapshot"), 700);
    const right = new Uint8Array(await crypto.subtle.digest("SHA-256", vector("snapshot").slice()));
    const vouching = vectorChecker({ snapshot: async () => Object.assign(wrong.slice(), { sha256: right }) });
    const refused = await vouching.checker.update(NOW);
    assert.equal(!refused.ok && refused.error.code, "trust.hash");

    const changing = vector("snapshot");
    const { checker } = vectorChecker({ snapshot: async () => changing });
    replaceSubtle({
      async digest(algorithm, data) {
        const digest = await crypto.subtle.digest(algorithm, data);
        changing.fill(0);
        return digest;
      },
    });
    assert.equal((await checker.update(NOW)).ok, true);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
  });
});
