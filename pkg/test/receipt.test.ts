import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Claim, createChecker, init, memoryStore, type Source, type VerifyOptions } from "cccheck";
import { base64url, flipped, NOW, RECEIPT_KEY, VALID, vectorPin, vectorReceipt, vectorSource } from "./fixtures.js";

const CLAIM: Claim = { number: VALID, product: "0201" };
const NONCE = "0123456789abcdef0123456789abcdef";
const YEAR_SECONDS = 365 * 86_400;

/** A checker that only knows its pin, and what it asks its source for. */
function pinned(parts: Partial<Source> = {}, store = memoryStore()) {
  const source = vectorSource(parts);
  const checker = createChecker({ pin: vectorPin(), source, store });
  /** What comes of a receipt: the decision that it holds, or the code of the refusal. */
  const verified = async (jws: string, claim: Claim = CLAIM, options: VerifyOptions = {}) => {
    const verification = await checker.verifyReceipt(jws, claim, { now: NOW, ...options });
    return verification.ok ? verification.receipt.verdict.decision : verification.error.code;
  };
  return { checker, verified, asked: source.traffic.asked };
}

describe("verifyReceipt", () => {
  before(() => init());

  it("gives what a kept receipt says, without a request", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE }, -YEAR_SECONDS);
    const { checker, asked } = pinned();
    assert.deepEqual(await checker.verifyReceipt(jws, CLAIM, { now: NOW }), {
      ok: true,
      receipt: {
        id: "1",
        issuedAt: "2025-11-20T04:00:00Z",
        sequence: 1,
        keyId: RECEIPT_KEY,
        verdict: { outcome: "checked", decision: "accept" },
        jws,
      },
    });
    assert.deepEqual(asked, []);
  });

  it("takes the receipt of another claim for none of this one", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { verified } = pinned();
    assert.equal(await verified(jws, { ...CLAIM, holder: undefined, attributes: [] }), "accept");
    assert.equal(await verified(jws, { ...CLAIM, product: "0202" }), "receipt.claim");
    assert.equal(await verified(jws, { number: VALID }), "receipt.claim");
    assert.equal(await verified(jws, {}), "receipt.claim");
  });

  it("takes any nonce, but where one was chosen only that", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { verified } = pinned();
    assert.equal(await verified(jws, CLAIM, { nonce: NONCE }), "accept");
    assert.equal(await verified(jws, CLAIM, { nonce: `${NONCE}0` }), "receipt.nonce");
    assert.equal(await verified(jws, CLAIM, { nonce: "" }), "receipt.nonce");
  });

  it("takes none that was changed, forged, dated ahead or is too long", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { verified } = pinned();
    const bytes = new TextEncoder().encode(jws);
    for (const index of bytes.keys()) {
      const changed = new TextDecoder().decode(flipped(bytes, index));
      assert.match(await verified(changed), /^receipt\./, `byte ${index}`);
    }
    const forged = jws.replace(/\.[^.]*\./, `.${base64url({ claim: CLAIM, nonce: NONCE, verdict: {} })}.`);
    assert.equal(await verified(forged), "receipt.signature");
    assert.equal(await verified(vectorReceipt({ claim: CLAIM, nonce: NONCE }, 301)), "receipt.issued_in_future");
    for (const nonsense of ["", "..", "a.b.c", "\ud800", "中".repeat(100), `${jws}.`, "x".repeat(1_000_000)]) {
      assert.equal(await verified(nonsense), "receipt.malformed", nonsense.slice(0, 10));
    }
    assert.equal(
      await verified(vectorReceipt({ claim: { ...CLAIM, model: "M".repeat(60_000) }, nonce: NONCE })),
      "receipt.malformed",
    );
  });

  it("looks once for a key that it does not know", async () => {
    const header = base64url({ alg: "EdDSA", typ: "cccheck-receipt+jwt", kid: "00".repeat(8) });
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE }).replace(/^[^.]*/, header);
    const { verified, asked } = pinned();
    assert.equal(await verified(jws), "receipt.unknown_key");
    assert.equal(asked.filter((kind) => kind === "head").length, 1);
  });

  it("takes no key that a newer key document may have revoked, until it knows that document", async () => {
    const store = memoryStore();
    await store.save({ keysVersion: 2, keys: "00".repeat(32), sequence: 1, manifest: "00".repeat(32) });
    const { verified, asked } = pinned({ head: () => Promise.reject(new Error("blocked")) }, store);
    assert.equal(await verified(vectorReceipt({ claim: CLAIM, nonce: NONCE })), "receipt.unknown_key");
    assert.deepEqual(asked, ["head"]);
  });

  it("throws where it is used wrongly", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { checker } = pinned();
    await assert.rejects(checker.verifyReceipt(5 as unknown as string, CLAIM), TypeError);
    await assert.rejects(checker.verifyReceipt(jws, { nummer: VALID } as Claim), TypeError);
    await assert.rejects(checker.verifyReceipt(jws, undefined as unknown as Claim), TypeError);
    await assert.rejects(checker.verifyReceipt(jws, CLAIM, { nonce: 5 as unknown as string }), TypeError);
    await assert.rejects(checker.verifyReceipt(jws, CLAIM, { nonc: NONCE } as VerifyOptions), TypeError);
    await assert.rejects(checker.verifyReceipt(jws, CLAIM, { now: new Date(Number.NaN) }), TypeError);
  });
});
