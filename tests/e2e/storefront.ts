import type { Locator, Page } from "@playwright/test";
import { expect } from "./demo.js";

/** The storefront page as a person sees it. */
export class StorefrontPage {
  readonly page: Page;
  readonly number: Locator;
  readonly product: Locator;
  readonly verdict: Locator;
  readonly title: Locator;
  /** What changes next for the product. */
  readonly ahead: Locator;
  readonly refusal: Locator;
  readonly receipt: Locator;

  constructor(page: Page) {
    this.page = page;
    this.number = page.locator("#number");
    this.product = page.locator("#product");
    this.verdict = page.locator("#verdict");
    this.title = page.locator("#verdict-title");
    this.ahead = page.locator("#ahead");
    this.refusal = page.locator("#refusal");
    this.receipt = page.locator("#verified-receipt");
  }

  /** Opens the page and waits until it has a snapshot. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await expect(this.fact("sequence")).toHaveText(/\d/);
  }

  /** A value in the strip that says which snapshot is used. */
  fact(name: string): Locator {
    return this.page.locator(`#standing [data-fact="${name}"] dd`);
  }

  /** One of the parts that a number was read as. */
  segment(name: string): Locator {
    return this.page.locator(`[data-segment="${name}"] dd`);
  }

  finding(code: string): Locator {
    return this.verdict.locator(`[data-code="${code}"]`);
  }

  /** A value of what the catalogue asks. */
  requirement(name: string): Locator {
    return this.page.locator(`#requirement [data-fact="${name}"] dd`);
  }

  /** Says that the paper is a self-declaration. */
  async declaration(): Promise<void> {
    await this.page.locator('label[for="paper-declaration"]').click();
  }

  /** Unfolds the optional fields. */
  async more(): Promise<void> {
    await this.page.locator("#more summary").click();
  }

  async english(): Promise<void> {
    await this.page.getByRole("button", { name: "English" }).click();
  }

  /** The snapshot is refused with this code, says so in both languages, and nothing is accepted. */
  async expectRefused(code: string, number: string): Promise<void> {
    await expect(this.refusal).toBeVisible();
    await expect(this.refusal).toContainText(code);
    await expect(this.refusal).toContainText("无法核对");
    await expect(this.refusal.locator('p[lang="zh-CN"]')).toHaveText(/[\u4e00-\u9fff]{4}/);
    await expect(this.refusal.locator('p[lang="en"]')).toHaveText(/[a-z]{3}/);
    await this.number.fill(number);
    await expect(this.verdict).toHaveAttribute("data-outcome", "unavailable");
    await expect(this.verdict).not.toHaveAttribute("data-decision", "accept");
    await expect(this.title).toContainText("无法核对");
    await expect(this.finding("register.unavailable")).toContainText(code);
    await expect(this.verdict).not.toContainText("通过");
  }

  /** Whether the page is wider than the window. */
  async scrollsSideways(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  }
}
