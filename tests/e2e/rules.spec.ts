import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { openOnVectors } from "./vector-page.js";

/** A washing machine with three companies behind its certificate. */
const WASHER = "2021900705000100";
/** A washing machine whose certificate names its models. */
const WASHER_WITH_MODELS = "2021900705000110";

test("a self-declaration made in time is accepted, with notice of the day on which it ends", async ({ page }) => {
  const storefront = await openOnVectors(page);
  await storefront.declaration();
  await expect(storefront.title).toContainText("等待产品种类");
  await expect(page.locator("#submit")).toHaveAttribute("aria-disabled", "true");
  await expect(page.locator("#submit-reason")).toContainText("产品种类");
  await storefront.product.fill("0603");
  await expect(page.locator("#kinds")).toContainText("直流弧焊机");
  await expect(storefront.finding("scheme.declaration_undated")).toBeVisible();
  await expect(storefront.verdict).toHaveAttribute("data-decision", "review");
  await storefront.finding("scheme.declaration_undated").getByRole("button", { name: "填写声明日期" }).click();
  await expect(page.locator("#issued-on")).toBeFocused();

  await page.locator("#issued-on").fill("2026-06-01");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  await expect(storefront.verdict.locator(".summary")).toContainText("可以采用自我声明");
  await expect(storefront.finding("scheme.declaration_ends")).toContainText("2027-01-01");
  await expect(storefront.ahead).toHaveAttribute("data-from", "2027-01-01");
  await expect(storefront.ahead).toContainText("还有 42 天");
  await expect(storefront.ahead).toContainText("由“自我声明（程序A）”改为“第三方认证”");
  await expect(storefront.ahead).toContainText("此前已出厂的货物 · 可以继续销售");
  await expect(storefront.ahead).toContainText("请在 2027-01-01 前做好准备");
  await expect(storefront.finding("scheme.change_ahead")).toHaveCount(0);
  const accepts = storefront.requirement("accepts");
  await expect(accepts).toContainText("自我声明 · 2026-07-01 之前出具 · 可用至 2026-12-31");
  await expect(accepts).toContainText("第三方认证证书 · 2026-07-01 及以后出具");

  await storefront.english();
  await expect(storefront.ahead).toContainText("The requirement changes on 2027-01-01");
  await expect(storefront.ahead).toContainText("in 42 days");
  await expect(accepts).toContainText("Self-declaration · dated before 2026-07-01 · good until 2026-12-31");

  await page.locator("#issued-on").fill("2026-07-02");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "reject");
  await expect(storefront.finding("scheme.declaration_too_late")).toContainText("2026-07-02");
});

test("from the day of the change a self-declaration is rejected, and a certificate is asked for", async ({ page }) => {
  const storefront = await openOnVectors(page, "head-2027-01-01");
  await storefront.declaration();
  await storefront.product.fill("0603");
  await page.locator("#issued-on").fill("2026-06-01");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "reject");
  await expect(storefront.ahead).toHaveCount(0);
  await expect(storefront.requirement("accepts")).not.toContainText("自我声明");
  await storefront.finding("scheme.declaration_cancelled").getByRole("button", { name: "填写出厂或进口日期" }).click();
  await expect(page.locator("#released-on")).toBeFocused();
  await page.locator("#released-on").fill("2026-12-30");
  await expect(storefront.finding("scheme.released_under_declaration")).toContainText("2026-12-30");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "review");
  await expect(page.locator("#more-count")).toHaveText("已填 1 项");
});

test("the declaration's day is no part of a certificate's claim", async ({ page }) => {
  const storefront = await openOnVectors(page);
  await storefront.declaration();
  await page.locator("#issued-on").fill("2030-01-01");
  await storefront.product.fill("0705");
  await expect(storefront.finding("claim.day_in_future")).toBeVisible();
  await page.getByText("CCC 认证证书", { exact: true }).click();
  await expect(page.locator("#issued-on")).toBeHidden();
  await storefront.number.fill(WASHER);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  await expect(storefront.finding("claim.day_in_future")).toHaveCount(0);
});

test("words lead to kinds to choose from, with their limits, and nothing is chosen for the seller", async ({
  page,
}) => {
  const storefront = await openOnVectors(page);
  await storefront.number.fill("2025901119000131");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  await storefront.product.fill("儿童电动车 头盔");
  const kinds = page.getByRole("group", { name: "这可能是哪一种产品？" });
  await expect(kinds.getByRole("radio")).toHaveCount(3);
  await expect(page.locator("#kinds-status")).toHaveText("下方有 2 种产品可选");
  await expect(kinds.getByRole("radio", { name: "不确定，按文字核对" })).toBeChecked();
  await expect(kinds.locator("li.kind").first()).toContainText("1119 电动自行车");
  await expect(kinds.locator("li.kind").first()).toContainText("依据“电动车”");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");

  await kinds.getByRole("radio", { name: "1105 摩托车乘员头盔" }).check();
  await expect(storefront.finding("product.differs")).toContainText(
    "所售产品种类 1105 与证书或自我声明的产品种类 1119 不同",
  );
  await expect(page.locator("#submit-result")).toContainText("需人工复核");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "review");
  await expect(kinds.getByText("GB 811 class A")).toBeVisible();
  await expect(storefront.requirement("kind")).toContainText("1105");
  await expect(page.locator("#number-reading .kind-name")).toContainText("1119 电动自行车");

  await page.keyboard.press("ArrowUp");
  await expect(kinds.getByRole("radio", { name: "1119 电动自行车" })).toBeFocused();
  await expect(storefront.finding("product.differs")).toHaveCount(0);
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");

  await kinds.getByRole("radio", { name: "1105 摩托车乘员头盔" }).check();
  await storefront.product.fill("电动车");
  await expect(storefront.finding("product.differs")).toHaveCount(0);
  await expect(kinds.getByRole("radio", { name: "不确定，按文字核对" })).toBeChecked();
  await storefront.product.fill("石头");
  await expect(page.locator("#kinds")).toContainText("看不出产品种类");
});

test("a product that is not the certificate's is shown, by words and by code", async ({ page }) => {
  const storefront = await openOnVectors(page);
  await storefront.number.fill(WASHER);
  await storefront.product.fill("移动电源");
  await expect(storefront.finding("product.words_differ")).toContainText("0914 移动电源");
  await storefront.product.fill("０７１３");
  await expect(storefront.finding("product.differs")).toContainText("0713 与证书或自我声明的产品种类 0705 不同");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "review");
  await storefront.product.fill("0705");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
});

test("a product without a paper is told what it needs", async ({ page }) => {
  const storefront = await openOnVectors(page);
  await storefront.product.fill("0201");
  await expect(storefront.finding("scheme.paper_missing")).toBeVisible();
  await expect(storefront.verdict).toHaveAttribute("data-decision", "reject");
  await expect(storefront.requirement("duty")).toContainText("须认证（第三方证书）");
  await storefront.product.fill("1601");
  await expect(storefront.verdict).toHaveAttribute("data-outcome", "not_required");
  await expect(storefront.requirement("duty")).toContainText("不须认证");
  await storefront.product.fill("9999");
  await expect(storefront.requirement("duty")).toContainText("不能确定");
});

test("what is wrong with a paper that is not needed asks for nothing", async ({ page }) => {
  const storefront = await openOnVectors(page);
  await storefront.number.fill("2019901608200040");
  await expect(storefront.verdict).toHaveAttribute("data-outcome", "not_required");
  const cancelled = storefront.finding("status.cancelled");
  await expect(cancelled).toContainText("不影响结果");
  await expect(cancelled).not.toContainText("处理：");
  await expect(storefront.finding("validity.expired").getByRole("button")).toHaveCount(0);
  await expect(storefront.finding("record.synthetic")).toContainText("处理：");
});

test("holder and model are compared, and the register's models are shown", async ({ page }) => {
  const storefront = await openOnVectors(page);
  await storefront.more();
  await storefront.number.fill(WASHER);
  await page.getByLabel("持证人", { exact: true }).fill("广东样本制造股份公司");
  await expect(storefront.finding("holder.not_contradicted")).toContainText("生产者");
  await page.getByLabel("持证人", { exact: true }).fill("别的有限公司");
  await expect(storefront.finding("holder.differs")).toContainText("别的有限公司");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "review");
  await page.getByLabel("持证人", { exact: true }).fill("");

  await storefront.number.fill(WASHER_WITH_MODELS);
  await expect(page.locator('#record [data-fact="model"] dd')).toHaveText("XQB80-A1、XQB80-A2, XQB100-B");
  await page.getByLabel("型号", { exact: true }).fill("xqb80-a2");
  await expect(storefront.finding("model.listed")).toBeVisible();
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
  await page.getByLabel("型号", { exact: true }).fill("XQB80-A9");
  await expect(storefront.finding("model.not_listed")).toContainText("XQB80-A9");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "review");
});

test("another scheme's number is named, not called wrong", async ({ page }) => {
  const storefront = await openOnVectors(page);
  await storefront.number.fill("123OP1200123");
  await expect(page.locator("#number-kind")).toHaveText("读作：有机产品认证证书编号");
  await expect(storefront.verdict.locator(".summary")).toContainText("这是有机产品认证证书编号");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "review");
  await expect(storefront.number).toHaveAttribute("aria-invalid", "false");
  await storefront.english();
  await expect(storefront.verdict.locator(".summary")).toContainText(
    "Not a CCC certificate number: organic product certificate number (123OP1200123)",
  );
});

test("fourteen digits on their way to sixteen are not yet another scheme's number", async ({ page }) => {
  const storefront = await openOnVectors(page);
  await storefront.number.pressSequentially("20219007050001");
  await expect(storefront.title).toHaveText("还差 2 位");
  await expect(page.locator("#number-kind")).toHaveCount(0);
  await storefront.number.blur();
  await expect(page.locator("#number-kind")).toContainText("消防产品身份标识");
  await storefront.number.focus();
  await page.keyboard.press("End");
  await page.keyboard.type("00");
  await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
});

for (const width of [390, 1440]) {
  test(`the longer form is accessible and does not scroll sideways at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ reducedMotion: "reduce" });
    const storefront = await openOnVectors(page);
    const expectClean = async (state: string) => {
      expect(await storefront.scrollsSideways(), state).toBe(false);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      expect(found, state).toEqual([]);
    };
    await storefront.more();
    await storefront.number.fill(WASHER);
    await storefront.product.fill("儿童电动车 头盔 移动电源 洗衣机 玩具");
    await page.getByRole("radio", { name: "2202 玩具" }).check();
    await page.getByLabel("持证人", { exact: true }).fill("别的有限公司");
    await expectClean("differences");
    await storefront.declaration();
    await expectClean("waiting for nothing but a day");
    await storefront.product.fill("0603");
    await page.locator("#issued-on").fill("2026-06-01");
    await expectClean("a declaration");
    await storefront.english();
    await expectClean("a declaration in English");
  });
}
