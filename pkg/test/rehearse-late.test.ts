import assert from "node:assert/strict";
import { it } from "node:test";
import { init } from "cccheck";
import { coreAnswers, NOW, vectorChecker } from "./fixtures.js";

// A file of its own, as a module rehearses once.
it("rehearses nothing once files have come", async () => {
  const idle: (() => void)[] = [];
  Object.assign(globalThis, { requestIdleCallback: (callback: () => void) => idle.push(callback) });
  await init();
  const { checker } = vectorChecker();
  assert.equal((await checker.update(NOW)).ok, true);
  const answers = await coreAnswers("open", "check");
  assert.equal(idle.length, 1);
  idle[0]?.();
  await new Promise((later) => setTimeout(later, 200));
  assert.deepEqual(answers, []);
});
