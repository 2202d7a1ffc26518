import assert from "node:assert/strict";
import { afterEach, it } from "node:test";
import { init, parse, WasmBlockedError } from "cccheck";

const { compile, validate } = WebAssembly;

afterEach(() => {
  Object.assign(WebAssembly, { compile, validate });
});

/** Lets the engine refuse to compile. */
function refuse(message: string): void {
  WebAssembly.compile = async () => {
    throw new WebAssembly.CompileError(message);
  };
}

// One file, because these are attempts of one module to start.
it("names a policy that forbids WebAssembly", async () => {
  // What Chromium throws under a Content-Security-Policy without 'wasm-unsafe-eval'.
  refuse(
    "WebAssembly.compile(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because 'unsafe-eval' is not an allowed source of script",
  );
  await assert.rejects(init(), (error) => error instanceof WasmBlockedError && error.code === "wasm.blocked");
});

it("names an engine without vectors", async () => {
  // What V8 throws on a processor without them.
  refuse("WebAssembly.compile(): Compiling function #50 failed: Wasm SIMD unsupported @+7784");
  WebAssembly.validate = () => false;
  await assert.rejects(init(), { code: "wasm.unsupported" });
});

it("does not call an engine old for a refusal of another kind", async () => {
  refuse("WebAssembly.compile(): something else");
  await assert.rejects(init(), { code: "wasm.invalid" });
});

it("works once it is allowed", async () => {
  await init();
  assert.equal(parse("2020900201000001").kind, "ccc");
});
