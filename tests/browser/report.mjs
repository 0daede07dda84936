// Looks at a run's page: `node report.mjs REPORT.html [SCREENSHOTS]`. Fails where it shows a broken picture, does not filter or
// sort, asks for anything, or fails what every page must hold.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { inEachView } from "./browser.mjs";

const [file, screenshots] = process.argv.slice(2);
await inEachView("report", screenshots, true, async (page, check, inspect) => {
  await page.goto(pathToFileURL(resolve(file)).href);

  const broken = await page.$$eval("img", (all) => all.filter((img) => !(img.complete && img.naturalWidth)).length);
  const pictures = await page.$$eval("img", (all) => all.length);
  check(pictures > 2 && broken === 0, `${pictures} pictures, ${broken} broken`);
  if (await page.$("#confusion-table")) {
    const cards = () => page.$$eval("#cards li", (all) => all.length);
    const all = await cards();
    if (all > 0) {
      const name = await page.$eval("#cards li button", (button) => button.textContent);
      await page.click("#cards li button");
      const texts = await page.$$eval("#cards li", (found) => found.map((card) => card.textContent));
      check(texts.length > 0 && texts.every((text) => text.includes(name)), `a click on ${name} keeps its ${texts.length} of ${all} mistakes`);
      await page.click("#clear");
      check((await cards()) === all, `all ${all} mistakes are back`);
      const cell = page.locator("#confusion-table td button").first();
      const count = Number(await cell.textContent());
      await cell.click();
      check((await cards()) <= count && ((await cards()) < all || count >= all), `a cell of ${count} shows ${await cards()} mistakes`);
      await page.click("#clear");
    }
    const first = () => page.$eval("#confusion-table tbody th", (cell) => cell.textContent);
    const before = await page.$$eval("#confusion-table tbody th", (found) => found.map((cell) => cell.textContent).join());
    await page.selectOption("#order", { index: 3 });
    const after = await page.$$eval("#confusion-table tbody th", (found) => found.map((cell) => cell.textContent).join());
    check(before.length === after.length, `the confusion matrix sorts (${await first()} first)`);
    if (await page.isVisible("#gather")) {
      await page.check("#gather");
      const rows = await page.$$eval("#confusion-table tbody tr", (found) => found.length);
      check(rows < before.split(",").length, `and gathers ${rows} groups`);
      await page.uncheck("#gather");
    }
    await page.click("#class-table thead th:nth-child(2) button");
    check((await page.$eval("#class-table thead th:nth-child(2)", (cell) => cell.ariaSort)) === "descending", `the classes sort`);
  }
  // Of other targets, tables that sort by any column.
  for (const table of await page.$$("table.sort")) {
    const head = await table.$("thead th:nth-child(2)");
    await (await head.$("button")).click();
    const cells = await table.$$eval("tbody td:nth-child(2)", (found) => found.map((cell) => Number(cell.textContent)));
    const numbers = cells.filter((number) => !Number.isNaN(number));
    const falls = numbers.every((number, place) => place === 0 || numbers[place - 1] >= number);
    check(falls && (await head.evaluate((cell) => cell.ariaSort)) === "descending", `a table of ${cells.length} rows sorts`);
  }

  await inspect();
});
