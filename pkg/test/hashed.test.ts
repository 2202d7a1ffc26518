import assert from "node:assert/strict";
import { afterEach, before, describe, it } from "node:test";
import { init } from "cccheck";
import { bindings, flipped, NOW, REVOKED, unavailable, VALID, vector, vectorChecker } from "./fixtures.js";

const { crypto } = globalThis;

/** Puts this in place of the host's means to hash. */
function replaceSubtle(subtle: Pick<SubtleCrypto, "digest"> | undefined): void {
  Object.defineProperty(globalThis, "crypto", { value: { subtle }, configurable: true });
}

/** Has the core say once that the snapshot that a head leads to is signed with this size. */
async function signedAs(size: number): Promise<void> {
  const { Checker } = await bindings();
  const { locate } = Checker.prototype;
  Checker.prototype.locate = function (...given) {
    Checker.prototype.locate = locate;
    const located = JSON.parse(locate.apply(this, given));
    located.value.snapshot.size = size;
    return JSON.stringify(located);
  };
}

describe("files are hashed", () => {
  before(() => init());
  afterEach(() => Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true }));

  it("by the host, every one that is fetched, and the directory that a snapshot begins with", async () => {
    const { checker } = vectorChecker();
    const sizes: number[] = [];
    replaceSubtle({
      digest(algorithm, data) {
        sizes.push(data.byteLength);
        return crypto.subtle.digest(algorithm, data);
      },
    });
    assert.equal((await checker.update(NOW)).ok, true);
    for (const name of ["reference", "snapshot", "delta"]) {
      assert.ok(sizes.includes(vector(name).length), `${name}: ${sizes}`);
    }
    assert.equal(sizes.length, 4);
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

  it("with no say for the source", async () => {
    const wrong = flipped(vector("snapshot"), 700);
    const right = new Uint8Array(await crypto.subtle.digest("SHA-256", vector("snapshot").slice()));
    const vouching = vectorChecker({ snapshot: async () => Object.assign(wrong.slice(), { sha256: right }) });
    const refused = await vouching.checker.update(NOW);
    assert.equal(!refused.ok && refused.error.code, "trust.hash");
  });

  it("so that what the source changes afterwards counts for nothing, or is refused", async () => {
    const files = { blob: vector("reference"), snapshot: vector("snapshot"), delta: vector("delta") };
    const { checker } = vectorChecker({
      blob: async () => files.blob,
      snapshot: async () => files.snapshot,
      delta: async () => files.delta,
    });
    assert.equal((await checker.update(NOW)).ok, true);
    files.blob.fill(0);
    files.delta.fill(0);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
    assert.equal(checker.check({ number: REVOKED }, { now: NOW }).decision, "reject");

    Object.assign(files, { blob: vector("reference"), delta: vector("delta") });
    const { checker: late } = vectorChecker({
      blob: async () => files.blob,
      snapshot: async () => files.snapshot,
      delta: async () => files.delta,
    });
    assert.equal((await late.update(NOW)).ok, true);
    files.snapshot.fill(0);
    assert.equal(unavailable(late), "trust.hash");
    files.snapshot = vector("snapshot");
    assert.equal((await late.update(NOW)).ok, true);
    assert.equal(late.check({ number: VALID }, { now: NOW }).decision, "accept");
  });

  it("so that what changes while it is hashed is refused", async () => {
    const changing = vector("snapshot");
    const { checker } = vectorChecker({ snapshot: async () => changing });
    replaceSubtle({
      async digest(algorithm, data) {
        const digest = await crypto.subtle.digest(algorithm, data);
        changing.fill(0);
        return digest;
      },
    });
    const update = await checker.update(NOW);
    assert.equal(!update.ok && update.error.code, "trust.hash");
  });

  it("also where their memory is taken away afterwards, which is refused until they come anew", async () => {
    const { checker } = vectorChecker({ snapshot: async () => given });
    let given = vector("snapshot");
    assert.equal((await checker.update(NOW)).ok, true);
    structuredClone(given, { transfer: [given.buffer] });
    assert.equal(unavailable(checker), "trust.hash");
    given = vector("snapshot");
    assert.equal((await checker.update(NOW)).ok, true);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
  });

  it("also in memory that others share", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(vector("snapshot").length));
    shared.set(vector("snapshot"));
    const { checker } = vectorChecker({ snapshot: async () => shared });
    assert.equal((await checker.update(NOW)).ok, true);
    shared.fill(0);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
  });

  it("piece by piece where they are long", async () => {
    const { checker } = vectorChecker({ snapshot: async () => new Uint8Array(300_001) });
    await signedAs(300_000);
    const sizes: number[] = [];
    replaceSubtle({
      digest(algorithm, data) {
        sizes.push(data.byteLength);
        return crypto.subtle.digest(algorithm, data);
      },
    });
    const update = await checker.update(NOW);
    assert.equal(!update.ok && update.error.code, "trust.size");
    // One byte more than signed shows that it is another file.
    const pieces = [131_072, 131_072, 300_001 - 2 * 131_072, 3 * 32];
    const others = [vector("reference"), vector("delta")].map(({ length }) => length);
    const directory = sizes.filter((size) => ![...pieces, ...others].includes(size));
    assert.equal(directory.length, 1);
    assert.deepEqual(sizes.toSorted(), [...pieces, ...others, ...directory].toSorted());
  });
});
