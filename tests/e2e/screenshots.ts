import { resolve } from "node:path";
import { expect, test } from "./demo.js";
import { StorefrontPage } from "./storefront.js";

const IMAGES = resolve(import.meta.dirname, "../../docs/images");

for (const [name, width, height, scale, label] of [
  ["storefront-desktop", 1440, 960, 1, "3C证书编号："],
  ["storefront-phone", 390, 844, 2, ""],
] as const) {
  test(name, async ({ demo, browser }) => {
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    const storefront = new StorefrontPage(page);
    await storefront.open(demo.url);
    const number = demo.accepted;
    await storefront.number.fill(`${label}${number}`);
    await storefront.number.blur();
    await expect(storefront.verdict).toHaveAttribute("data-decision", "accept");
    await page.screenshot({ path: `${IMAGES}/${name}.png` });
    await context.close();
  });
}
