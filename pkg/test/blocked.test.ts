import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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

it("names it also where the engine says nothing, as in an extension's content script", async () => {
  refuse("WebAssembly.compile(): ");
  await assert.rejects(init(), { code: "wasm.blocked" });
});

it("names an engine without what the module needs", async () => {
  const asked: BufferSource[] = [];
  refuse("WebAssembly.compile(): Compiling function #50 failed: Wasm SIMD unsupported @+7784");
  WebAssembly.validate = (bytes) => asked.push(bytes) === 0;
  await assert.rejects(init(), { code: "wasm.unsupported" });
  const [VECTOR, REFERENCE] = [0x7b, 0x6f];
  assert.deepEqual([...(asked.at(-1) as Uint8Array)].slice(-2), [VECTOR, REFERENCE]);
});

it("names an engine without WebAssembly", async () => {
  const { WebAssembly: engine } = globalThis;
  Reflect.deleteProperty(globalThis, "WebAssembly");
  try {
    await assert.rejects(init(), { code: "wasm.unsupported" });
  } finally {
    Object.assign(globalThis, { WebAssembly: engine });
  }
});

// Of other processors V8 takes no vectors away.
it("names a processor without vectors", { skip: process.arch !== "x64" }, () => {
  const program = 'import { init } from "cccheck"; init().catch(({ code }) => console.log(code));';
  const flags = ["--no-enable-sse4-1", "--input-type=module", "--eval", program];
  const { stdout } = spawnSync(process.execPath, flags, { cwd: import.meta.dirname, encoding: "utf8" });
  assert.equal(stdout.trim(), "wasm.unsupported");
});

it("does not call an engine old for a refusal of another kind", async () => {
  WebAssembly.compile = async () => {
    throw new RangeError("WebAssembly.compile(): out of memory");
  };
  await assert.rejects(init(), { code: "wasm.invalid" });
});

it("works once it is allowed", async () => {
  await init();
  assert.equal(parse("2020900201000001").kind, "ccc");
});
