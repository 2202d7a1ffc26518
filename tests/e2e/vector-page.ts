import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { StorefrontPage } from "./storefront.js";

const ROOT = resolve(import.meta.dirname, "../..");
const ORIGIN = "http://storefront.test";
const TYPES: Record<string, string> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  svg: "image/svg+xml",
  wasm: "application/wasm",
};

/** The instants at which the vectors' heads are fresh, by file. */
const NOON = { head: "2026-11-20T04:00:00Z", "head-2027-01-01": "2027-01-01T04:00:00Z" } as const;

/** The built page over the shared vectors' register, on a day that does not move. */
export async function openOnVectors(page: Page, head: keyof typeof NOON = "head"): Promise<StorefrontPage> {
  const vector = (name: string) => readFile(join(ROOT, "tests/vectors", name));
  const files: Record<string, string> = { head, blob: "reference", snapshot: "snapshot", delta: "delta" };
  const pin = JSON.parse((await vector("pin.json")).toString()) as object;
  const config = JSON.stringify({ pin, origin: ORIGIN, synthetic: true, samples: [] });
  await page.clock.setFixedTime(new Date(NOON[head]));
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const file = files[pathname.split("/")[1] ?? ""];
    if (file !== undefined) {
      return route.fulfill({ body: await vector(file), contentType: "application/octet-stream" });
    }
    const name = pathname === "/" ? "index.html" : pathname;
    const body = await readFile(join(ROOT, "www/dist", name));
    const contentType = TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    const filled = name === "index.html" ? body.toString().replace(/(id="cccheck-config">)\{\}/, `$1${config}`) : body;
    return route.fulfill({ body: filled, contentType });
  });
  const storefront = new StorefrontPage(page);
  await storefront.open(ORIGIN);
  return storefront;
}
