// A page in a real browser, wide and narrow, light and dark.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

// Calls `visit(page, check, inspect)` in each view and ends the program, with 1 if a check failed. `inspect` checks what holds for
// every page: nothing is wider than the window, axe-core finds nothing serious, the console has no error; and keeps a screenshot.
// `offline` counts a request as an error too.
export async function inEachView(name, screenshots, offline, visit) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  let failures = 0;
  for (const [width, colorScheme] of [[1280, "light"], [390, "dark"], [1280, "dark"], [390, "light"]]) {
    const check = (holds, what) => {
      console.log(`${holds ? "ok    " : "FAILED"} ${width} px, ${colorScheme}: ${what}`);
      failures += holds ? 0 : 1;
    };
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const errors = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("request", (request) => offline && /^https?:/.test(request.url()) && errors.push(`asks for ${request.url()}`));
    await visit(page, check, async () => {
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(over <= 0, `nothing is wider than the window (${over} px over)`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      for (const { id, nodes } of serious) console.log(`       ${id}: ${nodes.length} × ${nodes[0].html.slice(0, 160)}`);
      check(serious.length === 0, `axe-core finds nothing serious (${violations.length} lesser)`);
      check(errors.length === 0, `no error in the console ${errors.join("; ")}`);
      if (screenshots) await page.screenshot({ path: `${screenshots}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    });
    await context.close();
  }
  await browser.close();
  process.exit(failures ? 1 : 0);
}
