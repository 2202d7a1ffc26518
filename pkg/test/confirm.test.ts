import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Claim, createChecker, init, memoryStore, type Source } from "cccheck";
import { jsonPart, NOW, VALID, vector, vectorHead, vectorPin, vectorReceipt, vectorSource } from "./fixtures.js";

interface Sent {
  url: string;
  method: string | undefined;
  body: { claim: Claim; nonce: string };
}

/** A checker whose server answers like this, and what was sent to it. */
function confirming(answer: () => Response | Promise<Response>) {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (url, options) => {
    sent.push({ url: String(url), method: options?.method, body: JSON.parse(String(options?.body)) });
    return answer();
  };
  const checker = createChecker({ pin: vectorPin(), source: "https://register.example", store: memoryStore(), fetch });
  return { sent, checker };
}

async function codeFor(answer: () => Response | Promise<Response>): Promise<string> {
  const confirmation = await confirming(answer).checker.confirm({ number: VALID });
  return confirmation.ok ? "" : confirmation.error.code;
}

describe("confirm", () => {
  before(() => init());

  it("sends the claim with a nonce that is never used twice, and nothing else", async () => {
    const { sent, checker } = confirming(() => new Response("{}"));
    await checker.confirm({ number: VALID, releasedOn: "2026-01-02" });
    await checker.confirm({ number: VALID });
    assert.equal(sent[0]?.url, "https://register.example/v1/confirm");
    assert.equal(sent[0]?.method, "POST");
    assert.deepEqual(Object.keys(sent[0]?.body ?? {}), ["claim", "nonce"]);
    assert.deepEqual(sent[0]?.body.claim, { number: VALID, releasedOn: "2026-01-02" });
    assert.match(sent[0]?.body.nonce ?? "", /^[0-9a-f]{32}$/);
    assert.notEqual(sent[0]?.body.nonce, sent[1]?.body.nonce);
  });

  it("passes the server's refusal on with its code", async () => {
    const refusal = { error: { code: "request.too_large", message: "the request is too large" } };
    const { checker } = confirming(() => new Response(JSON.stringify(refusal), { status: 413 }));
    assert.deepEqual(await checker.confirm({ number: VALID }), {
      ok: false,
      error: { code: "confirm.refused", message: "the request is too large", serverCode: "request.too_large" },
    });
  });

  it("tells silence, nonsense and forgery apart", async () => {
    assert.equal(await codeFor(() => Promise.reject(new TypeError("fetch failed"))), "confirm.unreachable");
    assert.equal(await codeFor(() => new Response("<html>", { status: 502 })), "confirm.malformed");
    const page = { status: 502, headers: { "content-type": "text/html" } };
    assert.equal(await codeFor(() => new Response("<html>", page)), "confirm.unreachable");
    assert.equal(await codeFor(() => new Response("null")), "confirm.malformed");
    assert.equal(await codeFor(() => new Response("x".repeat(1_000_000))), "confirm.malformed");
    const answer = (receipt: string) => () => new Response(JSON.stringify({ receipt }));
    assert.equal(await codeFor(answer("no receipt")), "receipt.malformed");
    const payload = jsonPart({});
    const signed = (header: object) => `${jsonPart(header)}.${payload}.${Buffer.alloc(64).toString("base64url")}`;
    const typ = "cccheck-receipt+jwt";
    assert.equal(await codeFor(answer(signed({ alg: "none", typ, kid: "" }))), "receipt.algorithm");
    const unknown = answer(signed({ alg: "EdDSA", typ, kid: "00".repeat(8) }));
    assert.equal(await codeFor(unknown), "source.unreachable", "no newer keys are to be had");
  });

  /** Confirms against a server that signs with a key nobody knows. */
  function unknown(parts: Partial<Source> = {}) {
    const head = jsonPart({ alg: "EdDSA", typ: "cccheck-receipt+jwt", kid: "00".repeat(8) });
    const receipt = `${head}.${jsonPart({})}.${Buffer.alloc(64).toString("base64url")}`;
    const source = vectorSource(parts);
    const checker = createChecker({
      pin: vectorPin(),
      source,
      store: memoryStore(),
      confirmUrl: "https://register.example/v1/confirm",
      fetch: async () => new Response(JSON.stringify({ receipt })),
    });
    const heads = () => source.traffic.asked.filter((kind) => kind === "head").length;
    return { checker, heads };
  }

  it("looks once for a key that it does not know", async () => {
    const { checker, heads } = unknown();
    const confirmation = await checker.confirm({ number: VALID }, { now: NOW });
    assert.equal(confirmation.ok ? "" : confirmation.error.code, "receipt.unknown_key");
    assert.equal(heads(), 1);
  });

  it("looks anew where an update is under way, whose head may be older", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { checker, heads } = unknown({
      async head() {
        await held;
        return vector("head");
      },
    });
    const updating = checker.update(NOW);
    const confirming = checker.confirm({ number: VALID }, { now: NOW });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(heads(), 1);
    release();
    await Promise.all([updating, confirming]);
    assert.equal(heads(), 2);
  });

  it("refuses a claim of the wrong shape before anything is sent", async () => {
    const { sent, checker } = confirming(() => new Response("{}"));
    await assert.rejects(checker.confirm({ nummer: VALID } as Claim), TypeError);
    await assert.rejects(checker.confirm({ number: VALID }, { now: new Date(Number.NaN) }), TypeError);
    assert.deepEqual(sent, []);
  });

  it("sends what it checked: half of a character, and a claim that the page changes", async () => {
    const claim: Claim = { number: VALID, model: "A\ud800" };
    const { sent, checker } = confirming(() => new Response("{}"));
    const answered = checker.confirm(claim);
    claim.model = "B";
    await answered;
    assert.deepEqual(sent[0]?.body.claim, { number: VALID, model: "A\ufffd" });
  });

  it("needs an address beside a source of one's own", async () => {
    const checker = createChecker({ pin: vectorPin(), source: vectorSource(), store: memoryStore() });
    await assert.rejects(checker.confirm({ number: VALID }), TypeError);
  });

  /** A checker whose server signs what it is asked, dated so many seconds from now. */
  function signing(seconds: number, parts: Partial<Source> = {}, store = memoryStore()) {
    const source = vectorSource(parts);
    const fetch: typeof globalThis.fetch = async (_, options) => {
      const receipt = vectorReceipt(JSON.parse(String(options?.body)) as Sent["body"], seconds);
      return new Response(JSON.stringify({ receipt }));
    };
    const confirmUrl = "https://register.example/v1/confirm";
    const checker = createChecker({ pin: vectorPin(), source, store, confirmUrl, fetch });
    const confirmed = async () => {
      const confirmation = await checker.confirm({ number: VALID }, { now: NOW });
      return confirmation.ok ? confirmation.receipt.verdict.decision : confirmation.error.code;
    };
    return { confirmed, traffic: source.traffic };
  }

  it("refuses a receipt that is dated before it was asked for, as by a stolen key that has ended", async () => {
    assert.equal(await signing(0).confirmed(), "accept");
    assert.equal(await signing(-300).confirmed(), "accept");
    assert.equal(await signing(-301).confirmed(), "receipt.issued_too_early");
    assert.equal(await signing(301).confirmed(), "receipt.issued_in_future");
  });

  it("takes no key that a newer key document may have revoked, until it knows that document", async () => {
    const silent = { head: () => Promise.reject(new Error("blocked")) };
    assert.equal(await signing(0, silent).confirmed(), "accept", "without memory of a newer one");
    const known = vectorHead("the same again");
    assert.equal(known.seen.keysVersion, 3);
    const remembering = async () => {
      const store = memoryStore();
      await store.save(known.seen);
      return store;
    };
    const { confirmed, traffic } = signing(0, silent, await remembering());
    assert.equal(await confirmed(), "source.unreachable");
    assert.deepEqual(traffic.asked, ["head"]);
    const told = { head: async () => known.head };
    assert.equal(await signing(0, told, await remembering()).confirmed(), "accept", "it still names the key");
    const broken = { load: () => Promise.reject(new Error("no disk")), save: () => undefined };
    assert.equal(await signing(0, silent, broken).confirmed(), "store.failed", "nor where it cannot tell");
  });

  it("sends the nonce that it is given, of the form that servers take", async () => {
    const { sent, checker } = confirming(() => new Response("{}"));
    await checker.confirm({ number: VALID }, { nonce: "a-nonce_of_ones-own" });
    assert.equal(sent[0]?.body.nonce, "a-nonce_of_ones-own");
    for (const nonce of ["", "15-characters--", "x".repeat(129), "a nonce of ones own", 5 as unknown as string]) {
      await assert.rejects(checker.confirm({ number: VALID }, { nonce }), TypeError);
    }
    assert.equal(sent.length, 1);
  });
});
