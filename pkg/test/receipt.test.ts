import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import {
  type Claim,
  createChecker,
  init,
  memoryStore,
  type Source,
  type Verification,
  type VerifyOptions,
} from "cccheck";
import { flipped, jsonPart, NOW, RECEIPT_KEY, VALID, vectorPin, vectorReceipt, vectorSource } from "./fixtures.js";

const CLAIM: Claim = { number: VALID, product: "0201" };
const NONCE = "0123456789abcdef0123456789abcdef";
const YEAR_SECONDS = 365 * 86_400;

/** A checker, and what it asks its source for. */
function verifying(parts: Partial<Source> = {}, store = memoryStore()) {
  const source = vectorSource(parts);
  const checker = createChecker({ pin: vectorPin(), source, store });
  /** What comes of a receipt: the decision that it holds, or the code of the refusal. */
  const verified = async (jws: unknown, claim: Claim = CLAIM, options: VerifyOptions = {}) => {
    const verification = await checker.verifyReceipt(jws, claim, { now: NOW, ...options });
    return verification.ok ? verification.receipt.verdict.decision : verification.error.code;
  };
  const heads = () => source.traffic.asked.filter((kind) => kind === "head").length;
  return { checker, verified, heads };
}

describe("verifyReceipt", () => {
  before(() => init());

  it("gives what a kept receipt says, and asks for no more than a fresh head", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE }, -YEAR_SECONDS);
    const { checker, verified, heads } = verifying();
    await checker.update(NOW);
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
    assert.equal(heads(), 1);
    const later = new Date(NOW.getTime() + YEAR_SECONDS * 1000);
    assert.equal(await verified(jws, CLAIM, { now: later }), "receipt.keys_stale");
    assert.equal(heads(), 2);
  });

  it("takes no key from the pin alone, as it may have been revoked since", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { verified, heads } = verifying();
    assert.equal(await verified(jws), "accept");
    assert.equal(heads(), 1);
    const silent = verifying({ head: () => Promise.reject(new Error("blocked")) });
    assert.equal(await silent.verified(jws), "source.unreachable");
    const behind = new Date(NOW.getTime() - 86_400_000);
    assert.equal(await verifying().verified(jws, CLAIM, { now: behind }), "receipt.keys_stale");
    const broken = () => Promise.reject(new Error("no disk"));
    assert.equal(await verifying({}, { load: broken, save: () => undefined }).verified(jws), "store.failed");
    const { verified: onceMore } = verifying({}, { load: () => null, save: broken });
    assert.deepEqual([await onceMore(jws), await onceMore(jws)], ["accept", "accept"], "its head is fresh");
  });

  it("looks for a fresh head at most once a minute, however many receipts come", async () => {
    const { checker, heads } = verifying({ head: () => Promise.reject(new Error("blocked")) });
    for (const jws of ["nonsense", vectorReceipt({ claim: CLAIM, nonce: NONCE }), "nonsense"]) {
      const { ok, error } = (await checker.verifyReceipt(jws, CLAIM)) as Extract<Verification, { ok: false }>;
      assert.deepEqual([ok, error.code], [false, "source.unreachable"]);
    }
    assert.equal(heads(), 1);
  });

  it("answers nobody by the instant that another one gave", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { verified } = verifying();
    assert.equal(await verified(jws, CLAIM, { now: new Date("2027-06-01T00:00:00Z") }), "trust.expired");
    assert.equal(await verified(jws), "accept");
  });

  it("takes the receipt of another claim for none of this one", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { verified } = verifying();
    assert.equal(await verified(jws, { ...CLAIM, holder: undefined, attributes: [] }), "accept");
    assert.equal(await verified(jws, { ...CLAIM, product: "0202" }), "receipt.claim");
    assert.equal(await verified(jws, { number: VALID }), "receipt.claim");
    assert.equal(await verified(jws, {}), "receipt.claim");
  });

  it("takes any nonce, but where one was chosen only that", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { verified } = verifying();
    assert.equal(await verified(jws, CLAIM, { nonce: NONCE }), "accept");
    assert.equal(await verified(jws, CLAIM, { nonce: `${NONCE}0` }), "receipt.nonce");
    assert.equal(await verified(jws, CLAIM, { nonce: "" }), "receipt.nonce");
  });

  it("takes none that was changed, forged, dated ahead or is too long", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { verified } = verifying();
    const bytes = new TextEncoder().encode(jws);
    for (const index of bytes.keys()) {
      const changed = new TextDecoder().decode(flipped(bytes, index));
      assert.match(await verified(changed), /^receipt\./, `byte ${index}`);
    }
    const forged = jws.replace(/\.[^.]*\./, `.${jsonPart({ claim: CLAIM, nonce: NONCE, verdict: {} })}.`);
    assert.equal(await verified(forged), "receipt.signature");
    assert.equal(await verified(vectorReceipt({ claim: CLAIM, nonce: NONCE }, 301)), "receipt.issued_in_future");
    for (const nonsense of ["", "..", "a.b.c", "\ud800", "中".repeat(100), `${jws}.`, "x".repeat(1_000_000)]) {
      assert.equal(await verified(nonsense), "receipt.malformed", nonsense.slice(0, 10));
    }
    for (const nonsense of [5, null, undefined, [jws], { jws }]) {
      assert.equal(await verified(nonsense), "receipt.malformed", typeof nonsense);
    }
  });

  it("takes those of 65,536 bytes, and none that is longer", async () => {
    const { verified } = verifying();
    const sized = (model: number) => {
      const claim = { ...CLAIM, model: "M".repeat(model) };
      return { claim, jws: vectorReceipt({ claim, nonce: NONCE }) };
    };
    let longest = 0;
    while (sized(longest + 1_000).jws.length <= 65_536) {
      longest += 1_000;
    }
    while (sized(longest + 1).jws.length <= 65_536) {
      longest += 1;
    }
    const [good, bad] = [sized(longest), sized(longest + 1)];
    assert.ok(good.jws.length > 65_530, `${good.jws.length}`);
    assert.equal(await verified(good.jws, good.claim), "accept");
    assert.equal(await verified(bad.jws, bad.claim), "receipt.malformed");
  });

  /** A receipt by a key that nobody knows. */
  const byKey = (kid: string) => {
    const header = jsonPart({ alg: "EdDSA", typ: "cccheck-receipt+jwt", kid });
    return vectorReceipt({ claim: CLAIM, nonce: NONCE }).replace(/^[^.]*/, header);
  };

  it("looks for a key that it does not know, but not for each that somebody makes up", async () => {
    const { checker, verified, heads } = verifying();
    await checker.update(NOW);
    const together = ["00", "11"].map((digits) => verified(byKey(digits.repeat(8))));
    assert.deepEqual(await Promise.all(together), ["receipt.unknown_key", "receipt.unknown_key"]);
    for (const digit of "0123456789abcdef") {
      assert.equal(await verified(byKey(digit.repeat(16))), "receipt.keys_stale", "the same, too");
    }
    assert.equal(heads(), 2);
    assert.equal(await verified(vectorReceipt({ claim: CLAIM, nonce: NONCE })), "accept");
  });

  it("says that it could not look for a key, rather than that there is none", async () => {
    let isSilent = false;
    const { head } = vectorSource();
    const { checker, verified, heads } = verifying({
      head: (...given) => (isSilent ? Promise.reject(new Error("blocked")) : head(...given)),
    });
    await checker.update(NOW);
    isSilent = true;
    assert.equal(await verified(byKey("00".repeat(8))), "source.unreachable");
    assert.equal(heads(), 2);
    assert.equal(await verified(vectorReceipt({ claim: CLAIM, nonce: NONCE })), "accept");
  });

  it("throws where it is used wrongly", async () => {
    const jws = vectorReceipt({ claim: CLAIM, nonce: NONCE });
    const { checker } = verifying();
    await assert.rejects(checker.verifyReceipt(jws, { nummer: VALID } as Claim), TypeError);
    await assert.rejects(checker.verifyReceipt(jws, undefined as unknown as Claim), TypeError);
    for (const nonce of [5, null, undefined]) {
      const options = { nonce } as unknown as VerifyOptions;
      await assert.rejects(checker.verifyReceipt(jws, CLAIM, options), TypeError, `a nonce that was lost: ${nonce}`);
    }
    await assert.rejects(checker.verifyReceipt(jws, CLAIM, { nonc: NONCE } as VerifyOptions), TypeError);
    await assert.rejects(checker.verifyReceipt(jws, CLAIM, { now: new Date(Number.NaN) }), TypeError);
  });
});
