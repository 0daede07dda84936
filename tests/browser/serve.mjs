// Looks at the page of `pets serve`: `node serve.mjs URL PICTURE BROKEN [SCREENSHOTS]`. Fails where it lists no breeds, shows a
// broken picture or no evidence, stays silent about a file that is no picture, or fails what every page must hold.
import { inEachView } from "./browser.mjs";

const [url, picture, broken, screenshots] = process.argv.slice(2);
await inEachView("serve", screenshots, false, async (page, check, inspect) => {
  await page.goto(url);
  await page.setInputFiles("#file", picture);
  await page.waitForSelector("#table tr");
  await page.waitForFunction(() => [...document.images].every((img) => img.complete && img.naturalWidth));
  const breeds = await page.$$eval("#table tr", (rows) => rows.map((row) => row.innerText.replace(/\s+/g, " ")));
  check(breeds.length > 1, breeds.join("; "));
  check(await page.isVisible("#evidence"), "the evidence is shown");
  await inspect();

  await page.setInputFiles("#file", broken);
  await page.waitForFunction(() => document.querySelector("#said").textContent.startsWith("No answer: "));
  check(!(await page.isVisible("#pictures")), await page.textContent("#said"));
});
