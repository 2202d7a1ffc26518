import * as bindings from "../generated/bindings.js";
import { CccheckError, messageOf, WasmBlockedError } from "./errors.js";
import type { WasmSource } from "./types.js";

/** What the module needs of an engine, in the smallest module: a function's type that answers a vector and a reference. */
const NEEDED = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 0, 2, 123, 111);

/** Some of what the bindings need of the module. */
const EXPORTED = ["memory", "__wbindgen_start", "checker_check"];

let loading: Promise<void> | undefined;
let instance: bindings.InitOutput | undefined;

/** Instantiates the module once; a failed attempt may be repeated. */
export function load(source: () => WasmSource): Promise<void> {
  loading ??= instantiate(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** The bindings, which work only after {@link load}. */
export function wasm(): typeof bindings {
  memory();
  return bindings;
}

/** The memory in which they work. */
export function memory(): WebAssembly.Memory {
  if (instance === undefined) {
    throw new CccheckError("wasm.not_initialised", "call `await init()` first");
  }
  return instance.memory;
}

async function instantiate(source: () => WasmSource): Promise<void> {
  if (!("WebAssembly" in globalThis)) {
    throw unsupported();
  }
  const bytes = await fetched(source);
  try {
    const module = bytes instanceof WebAssembly.Module ? bytes : await WebAssembly.compile(bytes);
    // The bindings keep what they were once given, also where that is of no use.
    const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
    if (!EXPORTED.every((name) => exported.includes(name))) {
      throw new Error("it lacks what the bindings need");
    }
    instance = bindings.initSync({ module });
  } catch (error) {
    // In a content script of an extension the error says nothing, but what is valid can only be forbidden.
    const isForbidden = error instanceof WebAssembly.CompileError && isValid(bytes);
    if (isForbidden || /unsafe-eval|content security policy|\bCSP\b/i.test(messageOf(error))) {
      throw new WasmBlockedError({ cause: error });
    }
    if (!WebAssembly.validate(NEEDED)) {
      throw unsupported({ cause: error });
    }
    throw new CccheckError("wasm.invalid", "these bytes are not this package's WebAssembly module", { cause: error });
  }
}

function isValid(bytes: BufferSource | WebAssembly.Module): boolean {
  return !(bytes instanceof WebAssembly.Module) && WebAssembly.validate(bytes);
}

function unsupported(options?: ErrorOptions): CccheckError {
  return new CccheckError(
    "wasm.unsupported",
    "WebAssembly with vectors (SIMD) and references is missing here: the engine is too old, it is switched off, or an x86 processor has no SSE4.1",
    options,
  );
}

/** What can be compiled. Asks for bytes first: only touching `Response` makes Node load its HTTP client. */
async function fetched(from: () => WasmSource) {
  try {
    const source = await from();
    if (source instanceof WebAssembly.Module || source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
      return source;
    }
    const response = source instanceof Response ? source : await fetch(source);
    if (!response.ok) {
      throw new Error(`HTTP status ${response.status}`);
    }
    return await response.arrayBuffer();
  } catch (error) {
    throw new CccheckError("wasm.unreachable", `the WebAssembly module cannot be fetched: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
