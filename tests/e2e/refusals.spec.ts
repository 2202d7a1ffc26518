import type { Route } from "@playwright/test";
import { expect, test, withDemo } from "./demo.js";
import { StorefrontPage } from "./storefront.js";

/** The served bytes of a path, as they are now. */
async function served(url: string): Promise<Buffer> {
  const response = await fetch(url);
  return Buffer.from(await response.arrayBuffer());
}

const answer = (body: Buffer) => (route: Route) => route.fulfill({ body, contentType: "application/octet-stream" });

test("one altered byte of the snapshot", async ({ demo, page }) => {
  const number = demo.accepted;
  await page.route("**/snapshot/*", async (route) => {
    const body = await (await route.fetch()).body();
    const middle = body.length >> 1;
    body.writeUInt8(body.readUInt8(middle) ^ 1, middle);
    await answer(body)(route);
  });
  const storefront = new StorefrontPage(page);
  await page.goto(demo.url);
  await storefront.expectRefused("trust.hash", number);
});

test("a snapshot that does not end", async ({ demo, page }) => {
  const number = demo.accepted;
  await page.route("**/snapshot/*", async (route) => {
    const body = await (await route.fetch()).body();
    await answer(Buffer.concat([body, Buffer.alloc(1_000_000)]))(route);
  });
  const storefront = new StorefrontPage(page);
  await page.goto(demo.url);
  await storefront.expectRefused("trust.size", number);
});

test("a delta that is altered or withheld", async ({ ownDemo, page }) => {
  const number = ownDemo.accepted;
  const storefront = new StorefrontPage(page);
  await storefront.open(ownDemo.url);
  const before = (await storefront.fact("sequence").textContent()) ?? "";
  await ownDemo.status(number, "revoked");
  await expect(storefront.fact("sequence")).not.toHaveText(before, { timeout: 20_000 });

  await page.route("**/delta/*", async (route) => {
    const body = await (await route.fetch()).body();
    body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
    await answer(body)(route);
  });
  await page.reload();
  await storefront.expectRefused("trust.hash", number);
  await page.unroute("**/delta/*");
  await page.route("**/delta/*", (route) => route.abort());
  await page.reload();
  await storefront.expectRefused("source.unreachable", number);
});

test("a head signed by other keys", async ({ demo, page }) => {
  const number = demo.accepted;
  await withDemo(async (other) => {
    await page.route("**/head", answer(await served(`${other.url}/head`)));
    const storefront = new StorefrontPage(page);
    await page.goto(demo.url);
    await storefront.expectRefused("trust.not_signed", number);
  });
});

test("an older head after a newer one, also after a reload", async ({ ownDemo, page }) => {
  const number = ownDemo.accepted;
  const storefront = new StorefrontPage(page);
  await storefront.open(ownDemo.url);
  await storefront.number.fill(number);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  const older = await served(`${ownDemo.url}/head`);
  const before = (await storefront.fact("sequence").textContent()) ?? "";
  await ownDemo.status(ownDemo.rejected, "valid");
  await expect(storefront.fact("sequence")).not.toHaveText(before, { timeout: 20_000 });

  await page.route("**/head", answer(older));
  await storefront.expectRefused("trust.rollback", number);
  await page.reload();
  await storefront.expectRefused("trust.rollback", number);

  await page.unroute("**/head");
  await page.reload();
  await storefront.number.fill(number);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  await expect(storefront.refusal).toHaveCount(0);
});

test("a refusal while a good snapshot is open closes it, and silence afterwards keeps it closed", async ({
  demo,
  page,
  context,
}) => {
  const number = demo.accepted;
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  const head = await served(`${demo.url}/head`);
  head.writeUInt8(head.readUInt8(head.length - 1) ^ 1, head.length - 1);
  await page.route("**/head", answer(head));
  await expect(storefront.refusal).toBeVisible();
  const code = (await storefront.refusal.locator("code").textContent()) ?? "";
  expect(code).toMatch(/^trust\./);
  await context.setOffline(true);
  await page.unroute("**/head");
  await storefront.expectRefused(code, number);
});

test("no snapshot at all is not a refusal, and nothing is accepted", async ({ demo, page }) => {
  const number = demo.accepted;
  await page.route("**/head", (route) => route.abort());
  const storefront = new StorefrontPage(page);
  await page.goto(demo.url);
  await storefront.expectRefused("source.unreachable", number);
});
