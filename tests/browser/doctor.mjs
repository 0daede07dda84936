// Looks at the page of `pets doctor --serve`: `node doctor.mjs URL CORRECTIONS [SCREENSHOTS]`. Decides by mouse and by keyboard, and fails
// where the file of corrections does not have what was decided at once, where an undo leaves something, where a picture is broken, or
// where it fails what every page must hold. The findings are to have wrong labels and pictures that are there twice.
import { existsSync, readFileSync } from "node:fs";
import { inEachView } from "./browser.mjs";

const [url, file, screenshots] = process.argv.slice(2);
const lines = () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").slice(1) : []);

await inEachView("doctor", screenshots, false, async (page, check, inspect) => {
  // The latest line once there are so many; the page has been answered by then.
  const written = async (count, what) => {
    for (let wait = 0; lines().length !== count && wait < 100; wait++) await page.waitForTimeout(50);
    check(lines().length === count, `${what}: ${lines().length} line(s), the last ${lines().at(-1) ?? "none"}`);
    return lines().at(-1) ?? "";
  };
  // What the page shows comes after what it has been answered.
  const settles = async (what, holds) => {
    for (let wait = 0; !holds(await what()) && wait < 100; wait++) await page.waitForTimeout(50);
    check(holds(await what()), await what());
  };
  const count = () => page.textContent("#count");
  const kind = async (name) => {
    await page.click(`#kinds button[data-kind=${name}]`);
    return page.$$eval("article", (all) => all.length);
  };
  await page.goto(url);
  await page.waitForSelector("article");
  const all = await page.$$eval("article", (found) => found.length);
  await settles(count, (said) => /^0 of \d+ decided$/.test(said));

  // By mouse.
  const labels = await kind("label");
  check(labels > 2 && labels < all, `${labels} of ${all} cards are labels`);
  const suspect = page.locator("article").first();
  const name = (await suspect.locator("figcaption div").textContent()).split(" · ")[0];
  await suspect.locator(".acts button", { hasText: "Relabel as" }).click();
  let line = await written(1, "a click relabels");
  check(line.startsWith(`${name},`) && line.endsWith(",relabel"), line);
  await settles(() => suspect.locator(".said").textContent(), (said) => said.startsWith("Relabelled as "));
  await suspect.locator("select").focus();
  const last = await suspect.locator("select option").last().textContent();
  await suspect.locator("select").selectOption({ label: last });
  await suspect.locator(".acts button", { hasText: `Relabel as ${last}` }).click();
  await page.waitForFunction((last) => document.querySelector(".said").textContent === `Relabelled as ${last}`, last);
  line = await written(1, "as any class, in place of the first");
  check(line.split(",")[2] === last.replaceAll(" ", "_"), line);

  // By keyboard: the next card, and on to the next one.
  await suspect.focus();
  await page.keyboard.press("j");
  const second = await page.evaluate(() => document.activeElement.querySelector("figcaption div").textContent.split(" · ")[0]);
  await page.keyboard.press("l");
  line = await written(2, "a key leaves out");
  check(line.startsWith(`${second},`) && line.endsWith(",leave out"), line);
  await page.waitForFunction((second) => !document.activeElement.textContent.includes(second), second);
  await page.keyboard.press("k");
  line = await written(3, "a key keeps what is next");
  check(line.endsWith(",keep"), line);
  await page.keyboard.press("u");
  await written(2, "a key undoes");

  // Pictures beside each other: the second goes, and comes back.
  const groups = (await page.$("#kinds [data-kind=leak]")) ? "leak" : "twin";
  check((await kind(groups)) > 0, `there are cards of ${groups}`);
  const pair = page.locator("article").first();
  const [left, right] = [pair.locator("figure").nth(0), pair.locator("figure").nth(1)];
  const [a, b] = [await left.boundingBox(), await right.boundingBox()];
  check(Math.abs(a.y - b.y) < 2 && a.x + a.width <= b.x, "twins lie side by side");
  // Until the page shows which of the two are out.
  const out = async (first, second) => {
    const wanted = [first ? "out" : "", second ? "out" : ""];
    const stands = (all) => [...document.querySelector("article").querySelectorAll("figure")].slice(0, 2).every((one, n) => one.className === all[n]);
    await page.waitForFunction(stands, wanted);
  };
  await pair.focus();
  await page.keyboard.press("2");
  line = await written(3, "a digit leaves one of them out");
  check(line.endsWith(",leave out"), line);
  await out(false, true);
  await right.locator("button").click();
  await out(false, false);
  line = await written(3, "a click keeps it");
  check(line.endsWith(",,keep"), line);
  // The first is out, until the others go in its place.
  await left.locator("button").click();
  await out(true, false);
  await pair.locator(".acts button", { hasText: "all but the first" }).click();
  await out(false, true);

  // What the file has is gone on from, and those that are decided can be hidden.
  const before = await count();
  await page.reload();
  await page.waitForSelector("article");
  check(!before.startsWith("0 "), before);
  await settles(count, (said) => said === before);
  await page.check("#open");
  await settles(
    () => page.$$eval("article.done", (done) => `${done.length} that are decided are shown`),
    (said) => said.startsWith("0 "),
  );
  await page.uncheck("#open");
  await page.locator("#keys summary").click();
  check(await page.isVisible("#keys kbd"), "the keys are told");
  await page.evaluate(() => Promise.all([...document.images].map((img) => ((img.loading = "eager"), img.decode()))));
  const broken = await page.$$eval("img", (found) => found.filter((img) => !img.naturalWidth).length);
  check(broken === 0, `${broken} broken pictures`);
  await inspect();
  if (screenshots && page.viewportSize().width > 1000 && (await page.evaluate(() => matchMedia("(prefers-color-scheme: light)").matches))) {
    // For the book.
    await page.screenshot({ path: `${screenshots}/doctor-page.jpg`, type: "jpeg", quality: 82 });
  }

  await page.keyboard.press("f");
  await page.waitForFunction(() => document.querySelectorAll("#kinds [aria-pressed=true]")[0].dataset.kind !== "all");
  while (await page.isEnabled("#undo")) {
    const left = await page.textContent("#count");
    await page.click("#undo");
    await page.waitForTimeout(100);
    if (left === (await page.textContent("#count")) && lines().length === 0) break;
  }
  await written(0, "all is undone");
  await settles(count, (said) => said.startsWith("0 of "));
});
