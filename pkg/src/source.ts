import { messageOf } from "./errors.js";

/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;
/** The most bytes that a head may have; one more is read, so that the core sees that it is too long. */
export const HEAD_LIMIT = 16_384;

/**
 * Where the head and the files that it leads to come from. It need not be trusted: all that it gives is checked. A file's
 * name is its hash in hexadecimal, its size is in bytes; both are signed. Each method rejects if it cannot have the
 * bytes, and may stop once the signal is aborted. It must settle in time by itself: an update waits for it, and calls that are
 * made meanwhile share that update. A source that caches should keep a new head only once `update()` has succeeded with it, and
 * ask its origin again for a file that it is asked for a second time: that one was refused. Once a head has led to newer keys, older
 * heads are refused (`trust.keys_rollback`), also where its files did not come.
 */
export interface Source {
  /** The current head. */
  head(signal?: AbortSignal): Promise<Uint8Array>;
  /** The reference tables, the directory of a snapshot, or a part of a snapshot or delta. */
  blob(name: string, size: number, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * A whole snapshot. Not asked for in lazy reading. The checker keeps these bytes and reads of them what a check needs: what is
   * changed by then is refused with `trust.hash`.
   */
  snapshot(name: string, size: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** A whole delta. Not asked for in lazy reading. */
  delta(name: string, size: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** How {@link httpSource} fetches. */
export interface HttpSourceOptions {
  /** In place of the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Milliseconds after which a request is given up; 30,000 if missing. */
  timeoutMs?: number | undefined;
}

/**
 * GETs `{base}/head`, `{base}/blob/{name}`, `{base}/snapshot/{name}` and `{base}/delta/{name}`. Reads no more than one byte
 * beyond the signed size, however much is sent, and gives up after a time.
 */
export function httpSource(base: string | URL, options: HttpSourceOptions = {}): Source {
  const root = String(base).replace(/\/+$/, "");
  const asked = new Set<string>();
  const { timeoutMs = 30_000 } = options;
  if (!(timeoutMs > 0 && timeoutMs <= LONGEST_MS)) {
    throw new TypeError(`timeoutMs: a number from 1 to ${LONGEST_MS} is expected`);
  }
  const get = (path: string, limit: number, cache: RequestCache, signal?: AbortSignal, isFile = true) =>
    request(`${root}/${path}`, cache === "default" ? {} : { cache }, { ...options, limit, signal, isFile });
  const file = (kind: string) => (name: string, size: number, signal?: AbortSignal) => {
    const path = `${kind}/${encodeURIComponent(name)}`;
    // Asked for again, it was refused or incomplete: the copy in the HTTP cache may be the damaged one.
    const cache = asked.has(path) ? "reload" : "default";
    asked.add(path);
    return get(path, size, cache, signal);
  };
  return {
    head: (signal) => get("head", HEAD_LIMIT, "no-cache", signal, false),
    blob: file("blob"),
    snapshot: file("snapshot"),
    delta: file("delta"),
  };
}

/** What {@link request} needs beside the request. */
interface Bounds extends HttpSourceOptions {
  limit: number;
  signal?: AbortSignal | undefined;
  /** Whether the body of an HTTP error is wanted. */
  errorBody?: boolean;
  /** Whether its hash is known. Elsewhere a page of HTML, as of a network that asks for a log-in, is no answer. */
  isFile?: boolean;
}

/** A request's body, cut one byte beyond the limit. Rejects on network failure, HTTP error and time-out. */
export async function request(url: string, init: RequestInit, bounds: Bounds): Promise<Uint8Array> {
  const { timeoutMs = 30_000, signal } = bounds;
  const stop = new AbortController();
  const stopped = () => stop.abort(signal?.reason);
  const timer = setTimeout(() => stop.abort(new Error(`timeout: no answer within ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener("abort", stopped);
  try {
    if (signal?.aborted) {
      stopped();
    }
    // Not every `fetch` listens to the signal, nor every body.
    return await Promise.race([aborted(stop.signal), body(url, { ...init, signal: stop.signal }, bounds)]);
  } catch (error) {
    throw new Error(`${url}: ${messageOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stopped);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const rejected = () => reject(signal.reason);
    signal.addEventListener("abort", rejected, { once: true });
    if (signal.aborted) {
      rejected();
    }
  });
}

/** The response. Some runtimes have no HTTP cache, and refuse to be told how to use it. */
async function sent(url: string, { cache, ...init }: RequestInit, send: typeof fetch): Promise<Response> {
  if (cache !== undefined) {
    try {
      return await send(url, { cache, ...init });
    } catch (error) {
      if (!/\bcache\b/i.test(messageOf(error))) {
        throw error;
      }
    }
  }
  return send(url, init);
}

async function body(url: string, init: RequestInit & { signal: AbortSignal }, bounds: Bounds): Promise<Uint8Array> {
  const response = await sent(url, { credentials: "omit", ...init }, bounds.fetch ?? globalThis.fetch);
  const isPage = bounds.isFile !== true && /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
  if (isPage || (!response.ok && bounds.errorBody !== true)) {
    await response.body?.cancel();
    throw new Error(`HTTP status ${response.status}${isPage ? ", with a page of HTML" : ""}`);
  }
  const reader = response.body?.getReader();
  if (reader === undefined) {
    return new Uint8Array();
  }
  // Cancelling ends a pending read, also where the stream does not listen to the signal itself.
  const cancel = () => void reader.cancel().catch(() => undefined);
  init.signal.addEventListener("abort", cancel, { once: true });
  const bytes = new Uint8Array(bounds.limit + 1);
  let length = 0;
  try {
    while (length <= bounds.limit) {
      init.signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      const part = value.subarray(0, bytes.length - length);
      bytes.set(part, length);
      length += part.length;
    }
    init.signal.throwIfAborted();
  } finally {
    init.signal.removeEventListener("abort", cancel);
    cancel();
  }
  return bytes.subarray(0, length);
}
