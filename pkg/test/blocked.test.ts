import assert from "node:assert/strict";
import { it } from "node:test";
import { init, parse, WasmBlockedError } from "cccheck";

it("names a policy that forbids WebAssembly, and works once it is allowed", async () => {
  const { compile } = WebAssembly;
  WebAssembly.compile = async () => {
    // What Chromium throws under a Content-Security-Policy without 'wasm-unsafe-eval'.
    throw new WebAssembly.CompileError(
      "WebAssembly.compile(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because 'unsafe-eval' is not an allowed source of script",
    );
  };
  try {
    await assert.rejects(init(), (error) => error instanceof WasmBlockedError && error.code === "wasm.blocked");
  } finally {
    WebAssembly.compile = compile;
  }
  await init();
  assert.equal(parse("2020900201000001").kind, "ccc");
});
