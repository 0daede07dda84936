// Looks at a run's page in a real browser: `node report.mjs REPORT.html [SCREENSHOTS]`. Fails where the page logs an error,
// shows a broken picture, is wider than its window, does not filter or sort, or breaks a serious rule of axe-core.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [file, screenshots] = process.argv.slice(2);
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
  page.on("request", (request) => /^https?:/.test(request.url()) && errors.push(`asks for ${request.url()}`));
  await page.goto(pathToFileURL(resolve(file)).href);

  const broken = await page.$$eval("img", (all) => all.filter((img) => !(img.complete && img.naturalWidth)).length);
  const pictures = await page.$$eval("img", (all) => all.length);
  check(pictures > 2 && broken === 0, `${at}: ${pictures} pictures, ${broken} broken`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(over <= 0, `${at}: nothing is wider than the window (${over} px over)`);

  const cards = () => page.$$eval("#cards li", (all) => all.length);
  const all = await cards();
  if (all > 0) {
    const name = await page.$eval("#cards li button", (button) => button.textContent);
    await page.click("#cards li button");
    const texts = await page.$$eval("#cards li", (found) => found.map((card) => card.textContent));
    check(texts.length > 0 && texts.every((text) => text.includes(name)), `${at}: a click on ${name} keeps its ${texts.length} of ${all} mistakes`);
    await page.click("#clear");
    check((await cards()) === all, `${at}: all ${all} mistakes are back`);
    const cell = page.locator("#confusion-table td button").first();
    const count = Number(await cell.textContent());
    await cell.click();
    check((await cards()) <= count && (await cards()) < all + (all === 1), `${at}: a cell of ${count} shows ${await cards()} mistakes`);
    await page.click("#clear");
  }
  const first = () => page.$eval("#confusion-table tbody th", (cell) => cell.textContent);
  const before = await page.$$eval("#confusion-table tbody th", (found) => found.map((cell) => cell.textContent).join());
  await page.selectOption("#order", { index: 3 });
  const after = await page.$$eval("#confusion-table tbody th", (found) => found.map((cell) => cell.textContent).join());
  check(before.length === after.length, `${at}: the confusion matrix sorts (${await first()} first)`);
  if (await page.isVisible("#gather")) {
    await page.check("#gather");
    const rows = await page.$$eval("#confusion-table tbody tr", (found) => found.length);
    check(rows < before.split(",").length, `${at}: and gathers ${rows} groups`);
    await page.uncheck("#gather");
  }
  await page.click("#class-table thead th:nth-child(2) button");
  check((await page.$eval("#class-table thead th:nth-child(2)", (cell) => cell.ariaSort)) === "descending", `${at}: the classes sort`);

  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  for (const { id, nodes } of serious) console.log(`       ${id}: ${nodes.length} × ${nodes[0].html.slice(0, 160)}`);
  check(serious.length === 0, `${at}: axe-core finds nothing serious (${violations.length} lesser)`);
  check(errors.length === 0, `${at}: no error in the console ${errors.join("; ")}`);
  if (screenshots) await page.screenshot({ path: `${screenshots}/report-${width}-${colorScheme}.png`, fullPage: true });
  await context.close();
}
await browser.close();
process.exit(failures.length ? 1 : 0);
