import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { createChecker, httpSource, init } from "cccheck";
import { flipped, NOW, VALID, vector, vectorPin, vectorSource } from "./fixtures.js";

/** A mirror never ends a body; it tires here, so that the tests do not. */
const ENDLESS = 2 ** 20;

/** A body that never ends, and how much of it was taken. */
function endless(chunk = 1_024) {
  const taken = { bytes: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.bytes += chunk;
      controller.enqueue(new Uint8Array(chunk));
      if (taken.bytes >= ENDLESS) {
        controller.close();
      }
    },
    cancel() {
      taken.cancelled = true;
    },
  });
  return { body, taken };
}

describe("httpSource", () => {
  it("stops reading an endless head", async () => {
    const careless = await new Response(endless().body).arrayBuffer();
    assert.equal(careless.byteLength, ENDLESS, "who reads what comes holds all of it");
    const { body, taken } = endless();
    const source = httpSource("https://mirror.example/", { fetch: async () => new Response(body) });
    assert.equal((await source.head()).length, 16_385);
    assert.ok(taken.bytes < 32_768, `${taken.bytes} bytes were taken`);
    assert.ok(taken.cancelled);
  });

  it("stops reading an endless file one byte beyond the signed size", async () => {
    for (const kind of ["snapshot", "blob", "delta"] as const) {
      const { body, taken } = endless();
      const source = httpSource("https://mirror.example", { fetch: async () => new Response(body) });
      assert.equal((await source[kind]("00ff", 5_000)).length, 5_001);
      assert.ok(taken.bytes < 16_384, `${kind}: ${taken.bytes} bytes were taken`);
    }
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
    await source.blob("00ff", 1);
    await source.delta("00ff", 1);
    await source.snapshot("00ff", 1);
    assert.deepEqual(asked, [
      "https://mirror.example/register/head no-cache omit",
      "https://mirror.example/register/snapshot/00ff undefined omit",
      "https://mirror.example/register/blob/00ff undefined omit",
      "https://mirror.example/register/delta/00ff undefined omit",
      "https://mirror.example/register/snapshot/00ff reload omit",
    ]);
  });

  it("asks without a word about caches where a runtime has none", async () => {
    const asked: unknown[] = [];
    const fetch = async (_: unknown, options?: RequestInit) => {
      asked.push(options?.cache);
      if (options?.cache !== undefined) {
        throw new TypeError(`Unsupported cache mode: ${options.cache}`);
      }
      return new Response("bytes");
    };
    const source = httpSource("https://mirror.example", { fetch: fetch as typeof globalThis.fetch });
    assert.equal((await source.head()).length, 5);
    assert.equal((await source.delta("00ff", 5)).length, 5);
    assert.equal((await source.delta("00ff", 5)).length, 5);
    assert.deepEqual(asked, ["no-cache", undefined, undefined, "reload", undefined]);
  });

  it("says why a request failed, as far as the host tells", async () => {
    const fetch = async () => {
      throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:9") });
    };
    await assert.rejects(httpSource("https://mirror.example", { fetch }).head(), /fetch failed: connect ECONNREFUSED/);
  });

  it("gives up on silence, also where the body does not listen", async () => {
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const source = httpSource("https://mirror.example", { timeoutMs: 30, fetch: async () => new Response(silent) });
    await assert.rejects(source.head(), /https:\/\/mirror\.example\/head: timeout: no answer within 30 ms/);
  });

  it("gives up on a fetch that does not listen, and when it is asked to", async () => {
    const source = httpSource("https://mirror.example", { timeoutMs: 30, fetch: () => new Promise(() => undefined) });
    await assert.rejects(source.head(), /timeout/);
    const stop = new AbortController();
    const stopped = source.head(stop.signal);
    stop.abort(new Error("not needed"));
    await assert.rejects(stopped, /not needed/);
    await assert.rejects(source.head(stop.signal), /not needed/);
  });

  it("needs no AbortSignal.any", async () => {
    const { any } = AbortSignal;
    Object.defineProperty(AbortSignal, "any", { configurable: true, value: undefined });
    try {
      const source = httpSource("https://mirror.example", { fetch: async () => new Response("x") });
      assert.equal((await source.head(new AbortController().signal)).length, 1);
    } finally {
      Object.defineProperty(AbortSignal, "any", { configurable: true, value: any });
    }
  });

  it("takes a page of HTML for silence, as a network shows it that asks for a log-in", async () => {
    const page = async () => new Response("<html>", { headers: { "content-type": "text/html; charset=utf-8" } });
    const source = httpSource("https://mirror.example", { fetch: page });
    await assert.rejects(source.head(), /head: HTTP status 200, with a page of HTML/);
    // A server may call so what has no ending in its name; its hash says what it is.
    assert.equal((await source.blob("00ff", 6)).length, 6);
  });

  it("refuses a time that no timer can wait", () => {
    for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      assert.throws(() => httpSource("https://mirror.example", { timeoutMs }), /^TypeError: timeoutMs/);
    }
  });

  it("rejects HTTP errors", async () => {
    const source = httpSource("https://mirror.example", { fetch: async () => new Response("", { status: 404 }) });
    await assert.rejects(source.head(), /HTTP status 404/);
  });
});

describe("a checker over HTTP", () => {
  before(() => init());

  /** A server of the vectors, whose snapshot is given. */
  const server = (snapshot: () => BodyInit): typeof globalThis.fetch => {
    const source = vectorSource();
    return async (url) => {
      const [name = "", kind = ""] = String(url).split("/").reverse();
      if (kind === "snapshot") {
        return new Response(snapshot());
      }
      const size = vector("reference").length;
      const bytes =
        name === "head" ? source.head() : kind === "delta" ? source.delta(name, size) : source.blob(name, size);
      return new Response((await bytes).slice());
    };
  };

  it("refuses an endless snapshot by its name, after a bounded read", async () => {
    const { body, taken } = endless();
    const fetch = server(() => body);
    const checker = createChecker({ pin: vectorPin(), source: "https://mirror.example", fetch });
    const update = await checker.update(NOW);
    assert.equal(!update.ok && update.error.code, "trust.size");
    assert.ok(taken.bytes <= vector("snapshot").length + 4_096, `${taken.bytes} bytes were taken`);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).outcome, "unavailable");
  });

  it("heals when the mirror does", async () => {
    let damaged = true;
    const fetch = server(() => (damaged ? flipped(vector("snapshot"), 700) : vector("snapshot")).slice());
    const checker = createChecker({ pin: vectorPin(), source: "https://mirror.example", fetch });
    const refused = await checker.update(NOW);
    assert.equal(!refused.ok && refused.error.code, "trust.hash");
    damaged = false;
    assert.equal((await checker.update(NOW)).ok, true);
    assert.equal(checker.check({ number: VALID }, { now: NOW }).decision, "accept");
  });
});
