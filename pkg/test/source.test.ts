import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { createChecker, httpSource, init } from "cccheck";
import { flipped, NOW, VALID, vector, vectorPin } from "./fixtures.js";

/** A body that never ends, and how much of it was taken. */
function endless(chunk = 1_024) {
  const taken = { bytes: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.bytes += chunk;
      controller.enqueue(new Uint8Array(chunk));
    },
    cancel() {
      taken.cancelled = true;
    },
  });
  return { body, taken };
}

describe("httpSource", () => {
  it("stops reading an endless head", async () => {
    const { body, taken } = endless();
    const source = httpSource("https://mirror.example/", { fetch: async () => new Response(body) });
    assert.equal((await source.head()).length, 16_385);
    assert.ok(taken.bytes < 32_768, `${taken.bytes} bytes were taken`);
    assert.ok(taken.cancelled);
  });

  it("stops reading an endless snapshot one byte beyond the signed size", async () => {
    const { body, taken } = endless();
    const source = httpSource("https://mirror.example", { fetch: async () => new Response(body) });
    assert.equal((await source.snapshot("00ff", 5_000)).length, 5_001);
    assert.ok(taken.bytes < 16_384, `${taken.bytes} bytes were taken`);
  });

  it("asks for the documented addresses, and past the HTTP cache when it must ask again", async () => {
    const asked: string[] = [];
    const source = httpSource("https://mirror.example/register/", {
      fetch: async (url, options) => {
        asked.push(`${String(url)} ${options?.cache} ${options?.credentials}`);
        return new Response("x");
      },
    });
    await source.head();
    await source.snapshot("00ff", 1);
    await source.snapshot("00ff", 1);
    assert.deepEqual(asked, [
      "https://mirror.example/register/head no-cache omit",
      "https://mirror.example/register/snapshot/00ff default omit",
      "https://mirror.example/register/snapshot/00ff reload omit",
    ]);
  });

  it("gives up on silence, also where the body does not listen", async () => {
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const source = httpSource("https://mirror.example", { timeoutMs: 30, fetch: async () => new Response(silent) });
    // The timer of a time-out does not keep Node running; a real connection would.
    const connection = setInterval(() => undefined, 1_000);
    await assert.rejects(source.head(), /https:\/\/mirror\.example\/head: .*timeout/i);
    clearInterval(connection);
  });

  it("rejects HTTP errors", async () => {
    const source = httpSource("https://mirror.example", { fetch: async () => new Response("", { status: 404 }) });
    await assert.rejects(source.head(), /HTTP status 404/);
  });
});

describe("a checker over HTTP", () => {
  before(() => init());

  it("refuses an endless snapshot by its name, after a bounded read", async () => {
    const { body, taken } = endless();
    const fetch: typeof globalThis.fetch = async (url) => {
      return new Response(String(url).endsWith("/head") ? vector("head").slice() : body);
    };
    const checker = createChecker({ pin: vectorPin(), source: "https://mirror.example", fetch });
    const update = await checker.update(NOW);
    assert.equal(!update.ok && update.error.code, "trust.size");
    assert.ok(taken.bytes <= vector("snapshot").length + 4_096, `${taken.bytes} bytes were taken`);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).outcome, "unavailable");
  });

  it("heals when the mirror does", async () => {
    let damaged = true;
    const fetch: typeof globalThis.fetch = async (url) => {
      const name = String(url).endsWith("/head") ? "head" : "snapshot";
      return new Response((damaged && name === "snapshot" ? flipped(vector(name), 9_000) : vector(name)).slice());
    };
    const checker = createChecker({ pin: vectorPin(), source: "https://mirror.example", fetch });
    const refused = await checker.update(NOW);
    assert.equal(!refused.ok && refused.error.code, "trust.hash");
    damaged = false;
    assert.equal((await checker.update(NOW)).ok, true);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
  });
});
