// What is found of one class an item: its numbers stand in the page as JSON.
const facts = JSON.parse(byId("facts").textContent);
const share = (value) => (value === null ? "n/a" : value.toFixed(3));
const filter = { actual: null, predicted: null, either: null };

// Classes, sorted by any column.
const columns = [
  ["class", (c) => facts.classes[c]],
  ...(facts.groups.length ? [["group", (c) => facts.groups[c]]] : []),
  ["training", (c) => facts.train[c]],
  ["items", (c) => facts.items[c]],
  ["precision", (c) => facts.report.classes[c].precision],
  ["recall", (c) => facts.report.classes[c].recall],
  ["F1", (c) => facts.report.classes[c].f1],
];
let sorted = { column: 0, down: false };
const numbers = facts.classes.map((_, number) => number);
const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : (a === null ? -1 : a) - (b === null ? -1 : b));
function drawClasses() {
  const table = byId("class-table");
  const head = element("tr", null);
  columns.forEach(([name], column) => {
    const on = sorted.column === column;
    const cell = element("th", null, { scope: "col", "aria-sort": on ? (sorted.down ? "descending" : "ascending") : "none" });
    const button = element("button", name + (on ? (sorted.down ? " ▾" : " ▴") : ""), { type: "button" });
    button.addEventListener("click", () => {
      sorted = { column, down: on ? !sorted.down : column > 0 };
      drawClasses();
    });
    cell.append(button);
    head.append(cell);
  });
  const value = columns[sorted.column][1];
  const order = [...numbers].sort((a, b) => compare(value(a), value(b)) * (sorted.down ? -1 : 1) || a - b);
  const body = element("tbody", null);
  for (const c of order) {
    const row = element("tr", null);
    columns.forEach(([, of], column) => {
      const cell = column ? element("td", typeof of(c) === "number" && column > columns.length - 4 ? share(of(c)) : of(c) === null ? "n/a" : of(c)) : element("th", null, { scope: "row" });
      if (!column) {
        const button = element("button", facts.classes[c], { type: "button" });
        button.addEventListener("click", () => show({ either: c }));
        cell.append(button);
      }
      row.append(cell);
    });
    body.append(row);
  }
  const header = element("thead", null);
  header.append(head);
  table.replaceChildren(header, body);
}

// Confusion matrix.
const total = (c) => facts.confusion[c].reduce((a, b) => a + b, 0);
const wrong = (c) => total(c) - facts.confusion[c][c];
const orders = {
  "as in the vocab": (a, b) => a - b,
  "most mistakes first": (a, b) => wrong(b) - wrong(a) || a - b,
  "lowest recall first": (a, b) => compare(facts.report.classes[a].recall, facts.report.classes[b].recall) || a - b,
  "most examples first": (a, b) => total(b) - total(a) || a - b,
  ...(facts.groups.length ? { "by group": (a, b) => facts.groups[a].localeCompare(facts.groups[b]) || a - b } : {}),
};
for (const name of Object.keys(orders)) byId("order").append(element("option", name));
byId("gather-label").hidden = !facts.groups.length;
function drawConfusion() {
  const gathered = byId("gather").checked && facts.groups.length;
  let names, counts, members;
  if (gathered) {
    names = [...new Set(facts.groups)];
    members = names.map((name) => numbers.filter((c) => facts.groups[c] === name));
  } else {
    members = [...numbers].sort(orders[byId("order").value]).map((c) => [c]);
    names = members.map(([c]) => facts.classes[c]);
  }
  const sum = (row, column) => row.reduce((all, a) => all + column.reduce((part, p) => part + facts.confusion[a][p], 0), 0);
  counts = members.map((row) => members.map((column) => sum(row, column)));
  const head = element("tr", null);
  head.append(element("td", ""));
  names.forEach((name) => head.append(element("th", name, { scope: "col" })));
  const header = element("thead", null);
  header.append(head);
  const body = element("tbody", null);
  counts.forEach((row, r) => {
    const line = element("tr", null);
    line.append(element("th", names[r], { scope: "row" }));
    const all = Math.max(1, row.reduce((a, b) => a + b, 0));
    row.forEach((count, c) => {
      const cell = element("td", null);
      if (count) {
        const strength = r === c ? 0.12 + (0.38 * count) / all : 0.16 + Math.min(0.34, (0.68 * count) / all);
        cell.style.backgroundColor = `rgba(var(--${r === c ? "right" : "wrong"}), ${strength})`;
        if (r !== c) {
          const label = `${count}: ${names[r]} taken for ${names[c]}`;
          const button = element("button", count, { type: "button", "aria-label": label, title: label });
          button.addEventListener("click", () => show({ actual: members[r], predicted: members[c] }));
          cell.append(button);
        } else {
          cell.textContent = count;
        }
      }
      line.append(cell);
    });
    body.append(line);
  });
  byId("confusion-table").replaceChildren(header, body);
}
byId("order").addEventListener("change", drawConfusion);
byId("gather").addEventListener("change", drawConfusion);

// Mistakes.
byId("filter").append(element("option", "all classes", { value: "" }));
facts.classes.forEach((name, c) => byId("filter").append(element("option", name, { value: c })));
function show(wanted) {
  Object.assign(filter, { actual: null, predicted: null, either: null }, wanted);
  drawMistakes();
  byId("mistakes").scrollIntoView();
}
function drawMistakes() {
  byId("filter").value = filter.either === null ? "" : filter.either;
  const kept = facts.mistakes.filter((m) =>
    (filter.either === null || m.actual === filter.either || m.predicted === filter.either) &&
    (filter.actual === null || filter.actual.includes(m.actual)) &&
    (filter.predicted === null || filter.predicted.includes(m.predicted)));
  byId("cards").replaceChildren(...kept.map((m) => {
    const card = element("li", null);
    card.append(element("img", null, { src: m.picture, alt: `${facts.classes[m.actual]}, taken for ${facts.classes[m.predicted]}` }));
    const words = element("div", null);
    for (const [word, c, p] of [["said", m.predicted, m.predicted_probability], ["is", m.actual, m.actual_probability]]) {
      const line = element("div", word + " ", { style: "padding: 0" });
      const button = element("button", facts.classes[c], { type: "button" });
      button.addEventListener("click", () => show({ either: c }));
      line.append(button, ` ${(100 * p).toFixed(0)}\u00a0%`);
      words.append(line);
    }
    words.append(element("small", `loss ${m.loss === null ? "n/a" : m.loss.toFixed(2)}, ${m.file}`));
    card.append(words);
    return card;
  }));
  const rest = facts.mistaken > facts.mistakes.length ? ` (the worst ${facts.mistakes.length} of ${facts.mistaken} are here)` : "";
  byId("shown").textContent = `${kept.length} of ${facts.mistakes.length} mistakes${rest}`;
}
byId("filter").addEventListener("change", (event) => {
  show({ either: event.target.value === "" ? null : Number(event.target.value) });
});
byId("clear").addEventListener("click", () => show({}));

drawClasses();
drawConfusion();
drawMistakes();
