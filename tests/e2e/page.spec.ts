import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./demo.js";
import { StorefrontPage } from "./storefront.js";

test("messy typing is read", async ({ demo, page }) => {
  const number = demo.accepted;
  const wide = [...number].map((digit) => String.fromCodePoint(digit.charCodeAt(0) + 0xfee0)).join("");
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  for (const typed of [
    wide,
    `3C证书编号： ${number.replace(/(....)/g, "$1 ")}`,
    `CCC No. ${number.replace(/(....)(?=.)/g, "$1-")}`,
    `“${number}”。`,
  ]) {
    await storefront.number.fill(typed);
    await expect(storefront.verdict, typed).toHaveAttribute("data-decision", "accept");
    await expect(storefront.segment("year")).toHaveText(number.slice(0, 4));
    await expect(storefront.segment("body")).toHaveText(number.slice(4, 6));
    await expect(storefront.segment("product")).toHaveText(number.slice(6, 10));
    await expect(storefront.segment("serial")).toHaveText(number.slice(10));
  }
});

test("an unfinished number is counted while it is typed, and judged when the field is left", async ({ demo, page }) => {
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await expect(page.locator("#submit-reason")).toHaveAttribute("data-blocked", "false");
  await storefront.number.pressSequentially("202490");
  await expect(storefront.title).toHaveText("还差 10 位");
  await expect(page.locator("#submit-reason")).toBeEmpty();
  await storefront.number.blur();
  await expect(storefront.title).toContainText("不通过");
  await expect(storefront.finding("number.length")).toBeVisible();
  await expect(page.locator("#submit")).toHaveAttribute("aria-disabled", "true");
  await expect(page.locator("#submit-reason")).toContainText("不能提交");
  await expect(page.locator("#submit-reason")).toHaveAttribute("data-blocked", "true");
});

test("a correction is offered, and taken only by its button", async ({ demo, page }) => {
  const number = demo.accepted;
  const slip = number.replace(/0(?=.{3})/, "O");
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await storefront.number.fill(slip);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "reject");
  await expect(page.locator("#correction")).toContainText(number);
  await expect(storefront.number).toHaveValue(slip);
  await page.locator("#submit").click({ force: true });
  await expect(storefront.receipt).toHaveCount(0);
  await page.getByRole("button", { name: "采用这个编号" }).click();
  await expect(storefront.number).toHaveValue(number);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
});

test("a reject that a confirmation could change does not block submitting", async ({ demo, page }) => {
  const number = demo.rejected;
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await storefront.number.fill(number);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "reject");
  await expect(page.locator("#submit")).toHaveAttribute("aria-disabled", "false");
  await expect(page.locator("#submit-reason")).toContainText("仍可提交");
  await page.locator("#submit").click();
  await expect(storefront.receipt).toHaveAttribute("data-decision", "reject");
  await expect(storefront.receipt.locator(".stale")).toHaveCount(0);
  await expect(page.locator("#submit-reason")).toHaveText("已由服务器确认，见回执。");
  await expect(storefront.verdict).toContainText("以回执为准");
  await expect(storefront.verdict).not.toContainText("服务器确认可能改变此项");
  await storefront.number.fill(demo.accepted);
  await expect(storefront.receipt.locator(".stale")).toBeVisible();
  await expect(storefront.receipt.locator('[data-fact="number"] dd')).toHaveText(number);
  await expect(page.locator("#submit-reason")).toBeEmpty();
});

test("a text that looks like an instant stops neither the page nor leaves an old verdict", async ({ demo, page }) => {
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await storefront.number.fill(demo.accepted);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  await page.locator("#more > summary").click();
  await page.locator("#model").fill("2026-99-99T1");
  await storefront.number.fill(demo.rejected);
  await expect(storefront.title).toContainText("不通过");
  await storefront.english();
  await expect(storefront.title).toContainText("Reject");
});

test("why there is no receipt goes with what was submitted", async ({ demo, page }) => {
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await page.route("**/v1/confirm", (route) => route.abort());
  await storefront.number.fill(demo.accepted);
  await page.locator("#submit").click();
  await expect(page.locator("#confirm-error")).toBeVisible();
  await storefront.number.fill(demo.rejected);
  await expect(page.locator("#confirm-error")).toHaveCount(0);
});

test("a release day is part of the claim", async ({ ownDemo, page }) => {
  const number = ownDemo.accepted;
  await ownDemo.status(number, "suspended");
  const storefront = new StorefrontPage(page);
  await storefront.open(ownDemo.url);
  await storefront.number.fill(number);
  await expect(storefront.finding("status.suspended")).toBeVisible({ timeout: 20_000 });
  await expect(page.locator("#released-on")).toBeHidden();
  await storefront.finding("status.suspended").getByRole("button", { name: "填写出厂或进口日期" }).click();
  await expect(page.locator("#released-on")).toBeFocused();
  await page.locator("#released-on").fill("2020-01-02");
  await expect(storefront.finding("status.released_earlier")).toContainText("2020-01-02");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "review");
});

test("both languages, remembered", async ({ demo, page }) => {
  const number = demo.accepted;
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("发布商品");
  await storefront.number.fill(number);
  await storefront.english();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(storefront.title).toContainText("Accept");
  await expect(storefront.number).toHaveValue(number);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Publish goods");
  await expect(page.getByLabel("Certificate number")).toBeVisible();
  await expect(page.locator("#banner")).toContainText("合成数据");
  await expect(page.locator("#banner")).toContainText("synthetic");
});

test("quoted numbers say that nobody verified them", async ({ demo, page }) => {
  const quoted = demo.samples.filter(({ kind }) => kind === "quoted");
  expect(quoted.length).toBeGreaterThan(0);
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await expect(page.locator('[data-kind="quoted"]')).toContainText("未与登记核对");
  await page.locator('[data-kind="quoted"] .sample').first().click();
  await expect(storefront.number).toHaveValue(quoted[0]?.typed ?? "");
  await expect(storefront.finding("record.quoted")).toContainText("未与登记核对");
  await expect(storefront.verdict).not.toHaveAttribute("data-decision", "accept");
  await storefront.english();
  await expect(storefront.finding("record.quoted")).toContainText("not verified with the register");
});

test("a quoted number that was listed for another product is noticed", async ({ demo, page }) => {
  const mixed = demo.samples.find(({ number }) => number === "2019010713148672");
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await page.getByRole("link", { name: "试用演示编号" }).click();
  await expect(page.locator("#samples-card")).toBeInViewport();
  await page.locator('[data-kind="quoted"] summary').click();
  await page.getByRole("button", { name: mixed?.typed ?? "" }).click();
  await expect(storefront.product).toHaveValue("迷你洗衣机");
  await expect(storefront.finding("product.words_differ")).toContainText("0705 家用电动洗衣机");
  await expect(storefront.finding("product.words_differ")).toContainText("0713");
  await page.locator('[data-kind="synthetic"] .sample').first().click();
  await expect(storefront.product).toHaveValue("");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
});

test("a self-declaration is looked up, cancelled ones and unknown ones are seen", async ({ demo, page }) => {
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await page.locator('[data-kind="synthetic"] summary').click();
  await page.getByRole("button", { name: "自我声明，有效" }).click();
  await expect(page.getByLabel("声明编号")).toHaveValue(/^自我声明编号：DEMO-/);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  await expect(storefront.verdict).toContainText("登记中有此自我声明，状态有效");
  await expect(page.locator("#record")).toContainText("声明日期");
  await page.getByRole("button", { name: "自我声明，已注销" }).click();
  await expect(storefront.verdict).toHaveAttribute("data-decision", "review");
  await expect(storefront.finding("status.declaration_not_valid")).toContainText("注销");
  await storefront.number.fill("DEMO-0000");
  await expect(storefront.finding("record.declaration_not_found")).toContainText("DEMO-0000");
  await storefront.english();
  await expect(storefront.finding("record.declaration_not_found")).toContainText(
    "The register has no self-declaration",
  );
});

test("an unknown number of a real body is not covered, which is not the same as not found", async ({ demo, page }) => {
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await storefront.number.fill("2023010201987654");
  await expect(storefront.verdict).toHaveAttribute("data-outcome", "not_covered");
  await expect(storefront.title).toContainText("快照未包含");
  await expect(storefront.finding("record.not_covered")).toBeVisible();
  await expect(storefront.finding("record.not_found")).toHaveCount(0);
});

test("hostile text stays text", async ({ demo, page }) => {
  const storefront = new StorefrontPage(page);
  let ran = false;
  page.on("dialog", () => {
    ran = true;
  });
  page.on("request", (request) => {
    ran ||= /pwned/i.test(request.url());
  });
  await storefront.open(demo.url);
  // Slashes survive where blanks do not: read as markup, the normalised number would be an image, too.
  await storefront.number.fill("X<img/src=/pwned/onerror=alert(1)>");
  await expect(storefront.finding("number.unrecognised")).toBeVisible();
  await page.locator("#submit").click();
  const shown = storefront.receipt.locator('[data-fact="number"] dd');
  await expect(shown).toContainText("X<IMG/SRC=/PWNED");
  await expect(page.locator("img")).toHaveCount(0);
  expect(ran).toBe(false);
});

test("works under the policy that the server sends, without a complaint in the console", async ({ demo, page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  const response = await page.goto(demo.url);
  const policy = response?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("'wasm-unsafe-eval'");
  expect(policy).not.toContain("'unsafe-inline'");
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await storefront.number.fill(demo.accepted);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  expect(complaints).toEqual([]);
});

test("says so when the page's policy forbids WebAssembly", async ({ demo, page }) => {
  await page.route(`${demo.url}/`, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers(), "content-security-policy": "default-src 'self'" };
    await route.fulfill({ response, headers });
  });
  await page.goto(demo.url);
  await expect(page.locator("#refusal")).toContainText("wasm.blocked");
  await expect(page.locator("#refusal")).toContainText("安全策略禁止 WebAssembly");
  await expect(page.locator("#submit")).toBeDisabled();
});

for (const width of [390, 1440]) {
  test(`is accessible and does not scroll sideways at ${width} px`, async ({ demo, page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ reducedMotion: "reduce" });
    const storefront = new StorefrontPage(page);
    await storefront.open(demo.url);
    const number = demo.accepted;
    const states = ["", number, "2O24900201000001", "2023010201987654", "9".repeat(300), "W".repeat(250)];
    for (const text of states) {
      await storefront.number.fill(text);
      await storefront.number.blur();
      expect(await storefront.scrollsSideways(), `sideways with "${text.slice(0, 20)}"`).toBe(false);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
        text.slice(0, 20),
      ).toEqual([]);
    }
    await storefront.number.fill(number);
    await page.locator("#submit").click();
    await expect(storefront.receipt).toBeVisible();
    expect(await storefront.scrollsSideways()).toBe(false);
    await storefront.english();
    expect(await storefront.scrollsSideways()).toBe(false);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  });
}

test("works by keyboard alone, and speaks the result", async ({ demo, page }) => {
  const number = demo.accepted;
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "跳到证书编号" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await storefront.number.focus();
  await page.keyboard.type(number);
  await expect(page.locator("#status")).toContainText("通过");
  await page.keyboard.press("Enter");
  await expect(storefront.receipt).toBeVisible();
  await expect(page.locator("#receipt-title")).toBeFocused();
});

test("a day with a year of five digits neither stops the page nor keeps an old verdict", async ({ demo, page }) => {
  const storefront = new StorefrontPage(page);
  await storefront.open(demo.url);
  await storefront.number.fill("2099990903000001");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "reject");
  await page.locator("#more summary").click();
  await page.locator("#released-on").evaluate((input: HTMLInputElement) => {
    input.value = "12026-01-01";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await expect(storefront.finding("claim.day_in_future")).toBeVisible();
  await storefront.number.fill("");
  await expect(storefront.verdict).not.toHaveAttribute("data-decision", "reject");
});

test.describe("in an English browser", () => {
  test.use({ locale: "en-GB" });

  test("the page speaks English until Chinese is chosen", async ({ demo, page }) => {
    const storefront = new StorefrontPage(page);
    await storefront.open(demo.url);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await page.getByRole("button", { name: "中文" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    await storefront.open(demo.url);
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  });
});

test.describe("in a browser that speaks neither", () => {
  test.use({ locale: "fr-FR" });

  test("the page speaks English", async ({ demo, page }) => {
    await new StorefrontPage(page).open(demo.url);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
  });
});

test("while the register is on its way, the page rehearses an opening", async ({ demo, page }) => {
  const text = await readFile(new URL("../vectors/rehearsal.json", import.meta.url), "utf8");
  const { snapshot } = JSON.parse(text) as { snapshot: string };
  const { length } = Buffer.from(snapshot, "base64url");
  await page.addInitScript(() => {
    const { digest } = SubtleCrypto.prototype;
    const hashed: number[] = [];
    SubtleCrypto.prototype.digest = function (algorithm, data) {
      hashed.push(data.byteLength);
      return digest.call(this, algorithm, data);
    };
    Object.assign(globalThis, { hashed });
  });
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let waiting = 0;
  await page.route("**/snapshot/*", async (route) => {
    waiting++;
    await held;
    await route.continue();
  });
  await page.goto(demo.url);
  const sizes = () => page.evaluate(() => (globalThis as unknown as { hashed: number[] }).hashed);
  await expect.poll(sizes).toContain(length);
  await expect.poll(() => waiting).toBe(1);
  goOn();
  const storefront = new StorefrontPage(page);
  await storefront.number.fill(demo.accepted);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
});
