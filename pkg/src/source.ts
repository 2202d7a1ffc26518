import { messageOf } from "./errors.js";

/** The most bytes that a head may have; one more is read, so that the core sees that it is too long. */
const HEAD_LIMIT = 16_384;

/** Where the head and the snapshots come from. It need not be trusted: all that it gives is checked. */
export interface Source {
  /** The current head. Rejects if it cannot be had. */
  head(signal?: AbortSignal): Promise<Uint8Array>;
  /** The snapshot with this name, of so many bytes. Rejects if it cannot be had. */
  snapshot(name: string, size: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** How {@link httpSource} fetches. */
export interface HttpSourceOptions {
  /** In place of the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Milliseconds after which a request is given up; 30,000 if missing. */
  timeoutMs?: number | undefined;
}

/**
 * GETs `{base}/head` and `{base}/snapshot/{name}`. Reads no more than one byte beyond the signed size, however much is
 * sent, and gives up after a time.
 */
export function httpSource(base: string | URL, options: HttpSourceOptions = {}): Source {
  const root = String(base).replace(/\/+$/, "");
  let lastName: string | undefined;
  const get = (path: string, limit: number, cache: RequestCache, signal?: AbortSignal) =>
    request(`${root}/${path}`, { cache }, { ...options, limit, signal });
  return {
    head: (signal) => get("head", HEAD_LIMIT, "no-cache", signal),
    snapshot(name, size, signal) {
      // Asked for again, it was refused or incomplete: the copy in the HTTP cache may be the damaged one.
      const cache = name === lastName ? "reload" : "default";
      lastName = name;
      return get(`snapshot/${encodeURIComponent(name)}`, size, cache, signal);
    },
  };
}

/** What {@link request} needs beside the request. */
interface Bounds extends HttpSourceOptions {
  limit: number;
  signal?: AbortSignal | undefined;
  /** Whether the body of an HTTP error is wanted. */
  errorBody?: boolean;
}

/** A request's body, cut one byte beyond the limit. Rejects on network failure, HTTP error and time-out. */
export async function request(url: string, init: RequestInit, bounds: Bounds): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(bounds.timeoutMs ?? 30_000);
  const signal = bounds.signal === undefined ? timeout : AbortSignal.any([timeout, bounds.signal]);
  const send = bounds.fetch ?? globalThis.fetch;
  try {
    const response = await send(url, { credentials: "omit", ...init, signal });
    if (!response.ok && bounds.errorBody !== true) {
      await response.body?.cancel();
      throw new Error(`HTTP status ${response.status}`);
    }
    return await bounded(response, bounds.limit, signal);
  } catch (error) {
    throw new Error(`${url}: ${messageOf(timeout.aborted ? timeout.reason : error)}`, { cause: error });
  }
}

async function bounded(response: Response, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    return new Uint8Array();
  }
  // Cancelling ends a pending read, also where the stream does not listen to the signal itself.
  const cancel = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", cancel, { once: true });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (length <= limit) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) {
        break;
      }
      chunks.push(value);
      length += value.length;
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
  const bytes = new Uint8Array(Math.min(length, limit + 1));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, bytes.length - offset), offset);
    offset += chunk.length;
  }
  return bytes;
}
