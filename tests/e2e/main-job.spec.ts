import { type Claim, createChecker, memoryStore } from "cccheck";
import { expect, test } from "./demo.js";
import { StorefrontPage } from "./storefront.js";

test("type offline, submit, keep the receipt, and learn of a revocation without a reload", async ({
  ownDemo,
  page,
  context,
}) => {
  const number = ownDemo.accepted;
  const storefront = new StorefrontPage(page);
  await storefront.open(ownDemo.url);
  await page.evaluate(() => document.body.setAttribute("data-visit", "first"));

  await context.setOffline(true);
  await storefront.number.pressSequentially(number);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  await expect(storefront.title).toContainText("通过");
  await expect(storefront.fact("connection")).toHaveText("离线：使用本机快照");
  await page.locator("#submit").click();
  await expect(page.locator("#confirm-error")).toContainText("confirm.unreachable");
  await expect(storefront.receipt).toHaveCount(0);

  await context.setOffline(false);
  await expect(page.locator("#submit-privacy")).toContainText("会发送给服务器");
  const [request] = await Promise.all([
    page.waitForRequest((candidate) => candidate.url().endsWith("/v1/confirm")),
    page.locator("#submit").click(),
  ]);
  expect(Object.keys(request.postDataJSON())).toEqual(["claim", "nonce"]);
  await expect(storefront.receipt).toBeVisible();
  await expect(storefront.receipt).toHaveAttribute("data-decision", "accept");
  await expect(storefront.receipt.locator('[data-fact="number"] dd')).toHaveText(number);
  await expect(storefront.receipt.locator('[data-fact="key"] dd')).toHaveText(/^[0-9a-f]{16}$/);
  await expect(storefront.receipt).toContainText("签名已在本机用固定的密钥核对");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    storefront.receipt.getByRole("button", { name: "下载回执" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.jws$/);

  const before = await storefront.fact("sequence").textContent();
  await ownDemo.status(number, "revoked");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "reject", { timeout: 20_000 });
  await expect(storefront.title).toContainText("不通过");
  await expect(storefront.finding("status.revoked")).toBeVisible();
  await expect(storefront.verdict.locator(".changed")).toContainText("由“通过”变为“不通过”");
  expect(await storefront.fact("sequence").textContent()).not.toBe(before);
  await expect(storefront.receipt.locator(".stale")).toContainText("现在的结果是“不通过");
  await expect(page.locator("body")).toHaveAttribute("data-visit", "first");
});

test("a receipt by a key that was replaced since is verified all the same", async ({ ownDemo, page }) => {
  const { accepted: number, url } = ownDemo;
  const storefront = new StorefrontPage(page);
  await storefront.open(url);
  // The page learns of newer keys by the answer to a confirmation only.
  let isAnswered = false;
  page.on("response", (response) => {
    isAnswered ||= response.url().endsWith("/v1/confirm");
  });
  await page.route("**/head", (route) => (isAnswered ? route.continue() : route.abort()));
  const confirm = async () => {
    await storefront.number.fill("");
    await storefront.number.fill(number);
    await page.locator("#submit").click();
    await expect(storefront.receipt).toBeVisible();
    isAnswered = false;
    return storefront.receipt.locator('[data-fact="key"] dd').textContent();
  };
  const first = await confirm();
  await ownDemo.rotateReceiptKey();
  await expect.poll(confirm, { timeout: 20_000 }).not.toBe(first);
});

test("a service takes a kept receipt, until the key that signed it was revoked", async ({ ownDemo }) => {
  const { accepted: number, pin, url: source } = ownDemo;
  const claim: Claim = { number };
  const checker = () => createChecker({ pin, source, store: memoryStore() });
  const kept = await checker().confirm(claim);
  const { jws, keyId } = kept.ok ? kept.receipt : { jws: "", keyId: "" };
  const verified = async () => {
    const verification = await checker().verifyReceipt(jws, claim);
    return verification.ok ? verification.receipt.verdict.decision : verification.error.code;
  };
  expect(await verified()).toBe("accept");
  await ownDemo.revokeKey(keyId);
  await expect.poll(verified, { timeout: 20_000 }).toBe("receipt.unknown_key");
});

test("typing sends nothing: only the poll for a newer snapshot goes out, and it says nothing", async ({
  demo,
  page,
}) => {
  const number = demo.accepted;
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  const requests: string[] = [];
  page.on("request", (request) => {
    requests.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`.trim());
  });
  await storefront.number.pressSequentially(`证书编号：${number}`, { delay: 150 });
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  expect(requests.filter((request) => request !== `GET ${demo.url}/head`)).toEqual([]);
});

test("all that is entered is confirmed, and the receipt answers exactly that", async ({ demo, page }) => {
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await storefront.more();
  await storefront.number.fill(demo.accepted);
  await page.getByLabel("持证人", { exact: true }).fill("别的有限公司");
  await page.getByLabel("型号", { exact: true }).fill("X-1");
  await page.locator("#made-on").fill("2026-01-02");
  const [request] = await Promise.all([
    page.waitForRequest((candidate) => candidate.url().endsWith("/v1/confirm")),
    page.locator("#submit").click(),
  ]);
  const { claim } = request.postDataJSON();
  expect(claim).toMatchObject({ holder: "别的有限公司", model: "X-1", madeOn: "2026-01-02", product: null });
  await expect(storefront.receipt).toBeVisible();
  await expect(storefront.receipt).toContainText("签名已在本机用固定的密钥核对");
  await page.getByLabel("型号", { exact: true }).fill("X-2");
  await expect(storefront.receipt.locator(".stale")).toBeVisible();
});

test("a self-declaration needs no number to be confirmed", async ({ demo, page }) => {
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await storefront.declaration();
  // A kind that needs a certificate on any day, then one that remains self-declared.
  await storefront.product.fill("0201");
  await page.locator("#issued-on").fill("2026-01-02");
  await expect(storefront.finding("scheme.certificate_required")).toBeVisible();
  await expect(page.locator("#submit-reason")).toContainText("不能提交");
  await storefront.product.fill("0704");
  await expect(storefront.finding("scheme.certificate_required")).toHaveCount(0);
  await page.locator("#submit").click();
  await expect(storefront.receipt.locator('[data-fact="number"] dd')).toHaveText("未填写");
  await expect(storefront.receipt.locator('[data-fact="kind"] dd')).toContainText("0704");
});

for (const [name, forge, code] of [
  [
    "altered after signing",
    (jws: string) => jws.replace(/.(?=.{10}$)/, (old) => (old === "A" ? "B" : "A")),
    "receipt.signature",
  ],
  ["not a receipt", () => "hello", "receipt.malformed"],
] as const) {
  test(`a receipt that is ${name} is not shown`, async ({ demo, page }) => {
    const number = demo.accepted;
    await page.route("**/v1/confirm", async (route) => {
      const { receipt } = await (await route.fetch()).json();
      await route.fulfill({ json: { receipt: forge(receipt) } });
    });
    const storefront = new StorefrontPage(page);
    await storefront.open(demo.url);
    await storefront.number.fill(number);
    await page.locator("#submit").click();
    await expect(page.locator("#confirm-error")).toContainText(code);
    await expect(storefront.receipt).toHaveCount(0);
  });
}

test("a receipt for an earlier request is not taken for this one", async ({ demo, page }) => {
  const number = demo.accepted;
  let earlier: string | undefined;
  await page.route("**/v1/confirm", async (route) => {
    const answer = await (await route.fetch()).json();
    earlier ??= answer.receipt;
    await route.fulfill({ json: { receipt: earlier } });
  });
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await storefront.number.fill(number);
  await page.locator("#submit").click();
  await expect(storefront.receipt).toBeVisible();
  await page.locator("#submit").click();
  await expect(page.locator("#confirm-error")).toContainText("receipt.nonce");
  await expect(storefront.receipt).toHaveCount(0);
});
