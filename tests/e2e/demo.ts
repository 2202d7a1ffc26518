import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { test as base, expect } from "@playwright/test";
import { createChecker, init, memoryStore, type Pin, type Verdict } from "cccheck";

export { expect };

const ROOT = resolve(import.meta.dirname, "../..");
const BINARY = process.env["CCCHECK_BIN"] || join(ROOT, "target/debug/cccheck");
const START_TIMEOUT_MS = 60_000;

/** A number that the page offers. */
export interface Sample {
  typed: string;
  number: string;
  declared: string | null;
  zh: string;
  en: string;
  kind: "quoted" | "synthetic";
}

/** The real demo, with a register, keys and a port of its own. */
export interface Demo {
  /** The storefront's address, without a slash at the end. */
  url: string;
  pin: Pin;
  samples: Sample[];
  /** A certificate that was checked and accepted when the demo started. */
  accepted: string;
  /** A certificate that was rejected when the demo started, which a confirmation could change. */
  rejected: string;
  /** Changes a certificate's status as an administrator would. */
  status(number: string, status: string): Promise<void>;
  /** Replaces the key that signs receipts. */
  rotateReceiptKey(): Promise<void>;
  /** Takes the trust from a key. */
  revokeKey(id: string): Promise<void>;
}

/** Starts a demo and stops it, by its process id, after use. */
export async function withDemo(use: (demo: Demo) => Promise<void>): Promise<void> {
  if (!existsSync(BINARY)) {
    throw new Error(`${BINARY} is missing: build it first (scripts/build dev), or name it in CCCHECK_BIN`);
  }
  const dir = await mkdtemp(join(tmpdir(), "cccheck-demo-"));
  const port = String(await freePort());
  const args = ["demo", "--port", port, "--host", "127.0.0.1", "--rows", "2000", "--dir", dir];
  const server = spawn(BINARY, [...args, "--www", join(ROOT, "www/dist")], { stdio: ["ignore", "pipe", "pipe"] });
  try {
    await use(await demoAt(await address(server), dir));
  } finally {
    if (server.exitCode === null && server.kill("SIGTERM")) {
      await once(server, "exit");
    }
    await rm(dir, { recursive: true, force: true });
  }
}

/** Tests with a demo that those of one worker share and leave as it is, or with one of their own to change. */
export const test = base.extend<{ ownDemo: Demo }, { demo: Demo }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
  ownDemo: async ({}, use) => withDemo(use),
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use) => withDemo(use),
    { scope: "worker", timeout: START_TIMEOUT_MS },
  ],
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") {
    throw new Error("no port");
  }
  return address.port;
}

/** The address that the server prints once it serves. */
function address(server: ChildProcess): Promise<string> {
  const { stdout, stderr } = server;
  if (stdout === null || stderr === null) {
    throw new Error("the demo's output is not piped");
  }
  let errors = "";
  stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`the demo did not start in time: ${errors}`)), START_TIMEOUT_MS);
    server.once("error", failed);
    server.once("exit", (code) => failed(new Error(`the demo ended with ${code}: ${errors}`)));
    createInterface({ input: stdout }).on("line", (line) => {
      const [, url] = /^Storefront: (http\S+)/.exec(line) ?? [];
      if (url !== undefined) {
        clearTimeout(timer);
        found(url.replace(/\/$/, ""));
      }
    });
  });
}

async function demoAt(url: string, dir: string): Promise<Demo> {
  const html = await (await fetch(url)).text();
  const json = /<script type="application\/json" id="cccheck-config">(.*?)<\/script>/s.exec(html)?.[1] ?? "{}";
  const { pin, samples } = JSON.parse(json) as { pin: Pin; samples: Sample[] };
  await init();
  const checker = createChecker({ pin, source: url, store: memoryStore() });
  await checker.update();
  const certificates = samples.filter(({ kind, declared }) => kind === "synthetic" && declared === null);
  const synthetic = certificates.map(({ number }) => number);
  const withDecision = (decision: Verdict["decision"]) => {
    const found = synthetic.find((number) => {
      const verdict = checker.check({ number });
      return verdict.outcome === "checked" && verdict.decision === decision;
    });
    if (found === undefined) {
      throw new Error(`the demo offers no synthetic number with the decision ${decision}`);
    }
    return found;
  };
  const run = (...args: string[]) => promisify(execFile)(BINARY, [...args, "--dir", dir]);
  return {
    url,
    pin,
    samples,
    accepted: withDecision("accept"),
    rejected: withDecision("reject"),
    async status(number, status) {
      await run("status", number, status, "--reason", "browser test");
    },
    async rotateReceiptKey() {
      await run("keys", "rotate", "receipt");
    },
    async revokeKey(id) {
      await run("keys", "revoke", id);
    },
  };
}
