// Looks at the page of `pets serve`: `node serve.mjs URL PICTURE BROKEN [SCREENSHOTS]`. Fails where it lists nothing, shows a broken
// picture or no evidence, draws nothing of a mask, points or a box, stays silent about a file that is no picture, or fails what every
// page must hold.
import { readFile } from "node:fs/promises";
import { inEachView } from "./browser.mjs";

// What the page's rows are to say of an answer.
const told = (answer) => {
  const plain = (name) => name.replaceAll("_", " ");
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const pixels = (number) => `${number.toFixed(1)} px`;
  const { first, second, likeliest, probabilities, values, mask, points, box } = answer;
  if (first) return [...told(first), ...told(second)];
  const row = ([name, text]) => `${plain(name)} ${text}`;
  if (likeliest) return likeliest.map((one) => row([one.class, percent(one.probability)]));
  if (probabilities) {
    return Object.entries(probabilities).sort((a, b) => b[1] - a[1]).slice(0, 10).map(([name, share]) => row([name, percent(share)]));
  }
  if (values) return Object.entries(values).map(([name, value]) => row([name, String(Number(value.toPrecision(5)))]));
  if (mask) return Object.entries(mask.classes).map(([name, { share }]) => row([name, percent(share)]));
  if (points) return Object.entries(points).map(([name, at]) => row([name, at ? at.map(pixels).join(", ") : "nowhere"]));
  return ["left", "top", "right", "bottom"].map((name, side) => row([name, box ? pixels(box[side]) : "nowhere"]));
};

const [url, picture, broken, screenshots] = process.argv.slice(2);
const { tells, outputs } = await (await fetch(new URL("model", url))).json();
await inEachView(`serve-${tells.replace(/\W+/g, "-")}`, screenshots, false, async (page, check, inspect) => {
  await page.goto(url);
  const answered = async () => {
    await page.waitForSelector("#tables tr");
    await page.waitForSelector("#why", { state: "visible" });
    await page.waitForFunction(() => [...document.images].every((img) => img.complete && img.naturalWidth));
  };
  await page.setInputFiles("#file", picture);
  await answered();
  const rows = await page.$$eval("#tables tr", (found) => found.map((row) => row.innerText.replace(/\s+/g, " ")));
  check(rows.length > 0, rows.join("; "));
  const sent = { method: "POST", body: await readFile(picture) };
  const answer = await (await fetch(new URL("predict", url), sent)).json();
  check(JSON.stringify(rows) === JSON.stringify(told(answer)), `the rows are those of /predict: ${told(answer).join("; ")}`);
  check((await page.textContent("#said")).length > 2, await page.textContent("#said"));

  const boxes = await page.$$eval("#seen, #mask, #marks", (found) => found.map((one) => JSON.stringify(one.getBoundingClientRect())));
  if (/mask/.test(tells)) {
    const colours = await page.$eval("#mask", (mask) => {
      const { data } = mask.getContext("2d").getImageData(0, 0, mask.width, mask.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    check(colours > 1, `the mask has ${colours} colours`);
    check(boxes[0] === boxes[1], "the mask lies on the picture");
  }
  if (/box|point/.test(tells)) {
    const drawn = await page.$$eval("#marks *", (shapes) => shapes.map((shape) => shape.getBBox()).filter(({ width }) => width > 0).length);
    check(drawn > 1, `${drawn} shapes are drawn`);
    check(boxes[0] === boxes[2], "they lie on the picture");
  }
  check(await page.isVisible("#evidence"), "the evidence is shown");
  await inspect();

  if (outputs.length > 1) {
    // As with a keyboard: the last of the list.
    const name = outputs.at(-1).replaceAll("_", " ");
    await page.focus("#output");
    await page.keyboard.press("End");
    await page.waitForFunction((name) => document.querySelector("#for").textContent === name, name);
    await answered();
    check(await page.isVisible("#evidence"), `evidence for ${name}`);
    await page.selectOption("#output", { index: 0 });
    await answered();
  }

  await page.setInputFiles("#file", broken);
  await page.waitForFunction(() => document.querySelector("#said").textContent.startsWith("No answer: "));
  check(!(await page.isVisible("#pictures")), await page.textContent("#said"));
});
