import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { CccheckError, createChecker, init, parse } from "cccheck";
import { vectorPin, vectorSource } from "./fixtures.js";

// One file, because its steps are one module's life.
it("instantiates nothing before init, reports what is wrong, recovers, and is idempotent", async () => {
  assert.throws(() => parse("1"), { code: "wasm.not_initialised" });
  assert.throws(() => createChecker({ pin: vectorPin(), source: vectorSource() }), { code: "wasm.not_initialised" });

  await assert.rejects(init(new Uint8Array([0, 1, 2])), { code: "wasm.invalid" });
  await assert.rejects(init(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])), { code: "wasm.invalid" });
  await assert.rejects(init(new Response("", { status: 404 })), (error) => {
    assert.ok(error instanceof CccheckError);
    assert.equal(error.code, "wasm.unreachable");
    return true;
  });
  await assert.rejects(init(Promise.reject(new TypeError("Invalid URL"))), { code: "wasm.unreachable" });
  assert.throws(() => parse("1"), { code: "wasm.not_initialised" });

  const file = fileURLToPath(import.meta.resolve("cccheck/cccheck.wasm"));
  const first = init(new Uint8Array(readFileSync(file)));
  assert.equal(init(), first);
  await first;
  await init(new Uint8Array([0]));
  assert.equal(parse("2020900201000001").kind, "ccc");
});
