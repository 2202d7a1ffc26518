import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as cccheck from "cccheck";
import { vector } from "./fixtures.js";
import { type Result, runVectors } from "./run-vectors.js";

describe("shared vectors in Node", async () => {
  let results: Result[] = [];
  before(async () => {
    await cccheck.init();
    results = await runVectors(cccheck, async (name) => vector(name));
  });

  it("come out as expected, byte for byte", () => {
    assert.deepEqual(
      results.filter((result) => result.problem !== ""),
      [],
    );
    assert.ok(results.length >= 800, `only ${results.length} cases`);
  });
});
