// Looks at the page of `pets serve` in a real browser: `node serve.mjs URL PICTURE BROKEN [SCREENSHOTS]`. Fails where the page
// logs an error, shows a broken picture or none, lists no breeds, is wider than its window, stays silent about a file that is no
// picture, or breaks a serious rule of axe-core.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [url, picture, broken, screenshots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const failures = [];
const check = (holds, what) => {
  console.log(`${holds ? "ok    " : "FAILED"} ${what}`);
  if (!holds) failures.push(what);
};

for (const [width, colorScheme] of [[1280, "light"], [390, "dark"], [1280, "dark"], [390, "light"]]) {
  const at = `${width} px, ${colorScheme}`;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(url);
  await page.setInputFiles("#file", picture);
  await page.waitForSelector("#table tr");
  await page.waitForFunction(() => [...document.images].every((img) => img.complete && img.naturalWidth));
  const breeds = await page.$$eval("#table tr", (rows) => rows.map((row) => row.innerText.replace(/\s+/g, " ")));
  check(breeds.length > 1, `${at}: ${breeds.join("; ")}`);
  check(await page.isVisible("#evidence"), `${at}: the evidence is shown`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(over <= 0, `${at}: nothing is wider than the window (${over} px over)`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  for (const { id, nodes } of serious) console.log(`       ${id}: ${nodes.length} × ${nodes[0].html.slice(0, 160)}`);
  check(serious.length === 0, `${at}: axe-core finds nothing serious (${violations.length} lesser)`);
  check(errors.length === 0, `${at}: no error in the console ${errors.join("; ")}`);
  if (screenshots) await page.screenshot({ path: `${screenshots}/serve-${width}-${colorScheme}.png`, fullPage: true });

  await page.setInputFiles("#file", broken);
  await page.waitForFunction(() => document.querySelector("#said").textContent.startsWith("No answer: "));
  check(!(await page.isVisible("#pictures")), `${at}: ${await page.textContent("#said")}`);
  await context.close();
}
await browser.close();
process.exit(failures.length ? 1 : 0);
