// Cards to decide on. The file on the server is what counts: each decision is sent, and what the file then has of the item comes back.
const $ = (id) => document.getElementById(id);
const SHOWN = 60;
const KINDS = {
  all: "All", leak: "In two parts", label: "Labels", alike: "Alike classes", twin: "There twice", fault: "Faults", outlier: "Outliers",
};
const { cards, items, classes } = await (await fetch("findings")).json();
const rows = new Map(); // by item name; those about classes under ""
let kind = "all", shown = [], undoable = 0;

const plain = (name) => name.replaceAll("_", " ");
const named = (number) => plain(classes[number]);
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null));
  return element;
};
const key = (letter) => make("kbd", { textContent: letter });
const name = (item) => (item === null ? "" : items[item].name);
const about = (item) => rows.get(name(item)) ?? [];
const own = (item) => (items[item].labels.length === 1 ? items[item].labels[0] : null);
const isOut = (item) => about(item).some((row) => row.action === "LeaveOut");
const isPair = (card) => card.kind === "alike";
const isGroup = (card) => card.kind === "leak" || card.kind === "twin";

// The row that decides a card: of twins one for each of them but one.
function decided(card) {
  const text = (number) => (number === null ? "" : classes[number]);
  if (isPair(card)) {
    const pair = [text(card.given), text(card.suggested)];
    return about(null).find((row) => pair.includes(row.given) && pair.includes(row.suggested));
  }
  if (isGroup(card)) {
    const settled = card.items.filter((item) => isOut(item) || about(item).some((row) => row.action === "Keep" && !row.given));
    return settled.length >= card.items.length - 1 ? { action: "Group" } : undefined;
  }
  const mine = about(card.items[0]);
  const slot = card.kind === "label" ? text(card.given) || text(card.suggested) : null;
  return mine.find((row) => row.action === "LeaveOut" || slot === null || (row.given || row.suggested) === slot);
}

// A decision in words, with the class that colours it.
function inWords(card, row) {
  if (row.action === "Group") {
    const out = card.items.filter(isOut).length;
    return out ? [`${out} of ${card.items.length} left out`, "out"] : ["All kept", "keep"];
  }
  if (row.action === "Keep") return ["Kept", "keep"];
  if (row.action === "LeaveOut") return ["Left out", "out"];
  if (row.action === "Merge") return [`${plain(row.given)} merged into ${plain(row.suggested)}`, "change"];
  if (!row.suggested) return [`${plain(row.given)} taken away`, "change"];
  return [row.given ? `Relabelled as ${plain(row.suggested)}` : `${plain(row.suggested)} added`, "change"];
}

async function send(path, body) {
  $("wrong").hidden = true;
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? null),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    rows.set(told.item, told.rows);
    undoable = told.undo;
    refresh();
    return true;
  } catch (error) {
    $("wrong").textContent = `Not written: ${error.message}`;
    $("wrong").hidden = false;
    return false;
  }
}
const decide = (item, given, suggested, action) => send("decisions", { item, given, suggested, action });

// What can be done about a card, by key: whom it asks, and how it is called.
function acts(card) {
  const { given, suggested } = card;
  if (isPair(card)) {
    return {
      K: ["Keep both", () => decide(null, given, suggested, "Keep")],
      M: [`Merge into ${named(given)}`, () => decide(null, suggested, given, "Merge")],
      N: [`Merge into ${named(suggested)}`, () => decide(null, given, suggested, "Merge")],
    };
  }
  if (isGroup(card)) {
    const each = async (items, action) => {
      for (const item of items) if (!(await decide(item, null, null, action))) return false;
      return true;
    };
    return {
      K: ["Keep all", () => each(card.items, "Keep")],
      L: [
        "Leave out all but the first",
        async () => {
          const [first, ...rest] = card.items;
          if (isOut(first) && !(await decide(first, null, null, "Keep"))) return false;
          return each(rest, "LeaveOut");
        },
      ],
    };
  }
  const [item] = card.items;
  const all = {
    K: ["Keep", () => decide(item, given, suggested, "Keep")],
    L: ["Leave out", () => decide(item, own(item), null, "LeaveOut")],
  };
  if (given !== null && suggested === null) all.R = [`Take ${named(given)} away`, () => decide(item, given, null, "Relabel")];
  else if (given === null && suggested !== null) all.R = [`Add ${named(suggested)}`, () => decide(item, null, suggested, "Relabel")];
  else if (own(item) !== null) all.R = ["Relabel", () => relabel(card)];
  return all;
}

function relabel(card) {
  const chosen = card.choice.value;
  if (chosen === "") {
    card.choice.focus();
    return false;
  }
  return decide(card.items[0], own(card.items[0]), Number(chosen), "Relabel");
}

// All classes only once somebody wants to choose: there may be thousands, on each card.
function choice(card) {
  const option = (number) => make("option", { value: number, textContent: named(number) });
  const select = make("select", { ariaLabel: `Another class for ${name(card.items[0])}` });
  if (card.suggested === null) select.append(make("option", { value: "", textContent: "another class…" }));
  else select.append(option(card.suggested));
  const fill = () => {
    if (select.dataset.full) return;
    select.dataset.full = "yes";
    const { value } = select;
    const others = classes.map((_, number) => number).filter((number) => number !== own(card.items[0]) && String(number) !== value);
    select.append(...others.map(option));
  };
  select.addEventListener("focus", fill);
  select.addEventListener("pointerdown", fill);
  select.addEventListener("change", () => {
    card.buttons.R.firstChild.textContent = `Relabel as ${select.selectedOptions[0].textContent} `;
  });
  return select;
}

function figure(card, item, place) {
  const { part, labels } = items[item];
  const caption = [name(item), part && `in ${part}`, labels.map(named).join(", ")].filter(Boolean).join(" · ");
  const img = make("img", { src: `picture/${item}`, loading: "lazy", alt: `${name(item)}, ${labels.map(named).join(", ") || "without a label"}` });
  const told = make("figcaption", {}, make("div", { textContent: caption }));
  const whole = make("figure", {}, img, told);
  if (isGroup(card)) {
    const button = make("button", {}, "Leave out ", place < 9 ? key(place + 1) : null);
    button.addEventListener("click", () => toggle(card, item));
    told.append(button);
    card.toggles.push(() => {
      button.ariaPressed = String(isOut(item));
      whole.className = isOut(item) ? "out" : "";
    });
  }
  return whole;
}

const toggle = (card, item) => decide(item, null, null, isOut(item) ? "Keep" : "LeaveOut");

const HEADS = {
  leak: () => "In two parts", twin: () => "There twice", fault: (card) => card.why.replace(/,.*/, ""), outlier: () => "Like no other",
  alike: ({ given, suggested }) => `${named(given)} and ${named(suggested)} look alike`,
  label: ({ given, suggested }) => (given === null ? `Lacks ${named(suggested)}?`
    : suggested === null ? `Not ${named(given)}?` : `${named(given)}, or ${named(suggested)}?`),
};

function build(card) {
  card.toggles = [];
  card.buttons = {};
  const title = make("h2", { textContent: HEADS[card.kind](card) });
  const figures = make("div", { className: card.items.length > 1 ? "figures" : "figures one" }, ...card.items.map((item, place) => figure(card, item, place)));
  card.said = make("p", { className: "said" });
  const buttons = Object.entries(acts(card)).map(([letter, [text, act]]) => {
    const chosen = letter === "R" && text === "Relabel" && card.suggested !== null ? `Relabel as ${named(card.suggested)}` : text;
    const button = make("button", {}, `${chosen} `, key(letter));
    button.addEventListener("click", act);
    card.buttons[letter] = button;
    return button;
  });
  const bar = make("div", { className: "acts" }, ...buttons);
  if (card.buttons.R && own(card.items[0]) !== null && !(card.kind === "label" && (card.given === null || card.suggested === null))) {
    card.choice = choice(card);
    bar.append(card.choice);
  }
  card.element = make("article", { tabIndex: -1 }, title, make("p", { className: "why", textContent: card.why }), figures, card.said, bar);
  if (card.items.length > 2) card.element.classList.add("wide");
  card.element.ariaLabel = `${title.textContent} ${name(card.items[0])}`;
  card.element.card = card;
  update(card);
  return card.element;
}

function update(card) {
  const row = decided(card);
  const [text, look] = row ? inWords(card, row) : ["", ""];
  card.said.textContent = text;
  card.said.className = `said ${look}`;
  card.said.hidden = !text;
  card.element.classList.toggle("done", Boolean(row));
  card.toggles.forEach((toggle) => toggle());
}

function refresh() {
  shown.forEach(update);
  const done = cards.filter(decided).length;
  $("count").textContent = `${done} of ${cards.length} decided`;
  $("progress").max = Math.max(cards.length, 1);
  $("progress").value = done;
  $("undo").disabled = undoable === 0;
}

const wanted = () => cards.filter((card) => (kind === "all" || card.kind === kind) && !($("open").checked && decided(card)));

function more(from = 0) {
  const all = wanted().filter((card) => !shown.includes(card));
  const next = all.slice(0, SHOWN);
  shown.push(...next);
  $("cards").append(...next.map(build));
  $("more").hidden = all.length <= SHOWN;
  $("none").hidden = shown.length > 0;
  if (from) next[0]?.element.focus();
}

function list() {
  shown = [];
  $("cards").replaceChildren();
  for (const button of $("kinds").children) button.ariaPressed = String(button.dataset.kind === kind);
  more();
  refresh();
}

const current = () => document.activeElement?.closest("article")?.card;
function go(steps) {
  const place = current() ? shown.indexOf(current()) + steps : 0;
  const next = shown[Math.max(0, Math.min(shown.length - 1, place))];
  next?.element.focus({ preventScroll: true });
  next?.element.scrollIntoView({ block: "center" });
}

async function act(letter) {
  const card = current() ?? shown.find((card) => !decided(card)) ?? shown[0];
  const button = card?.buttons[letter];
  if (!button || !(await acts(card)[letter][1]())) return;
  $("said").textContent = `${card.said.textContent}: ${name(card.items[0])}`;
  const after = shown.slice(shown.indexOf(card) + 1).find((card) => !decided(card)) ?? card;
  after.element.focus({ preventScroll: true });
  after.element.scrollIntoView({ block: "center" });
}

function nextKind() {
  const kinds = [...$("kinds").children].map((button) => button.dataset.kind);
  kind = kinds[(kinds.indexOf(kind) + 1) % kinds.length];
  list();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.tagName === "SELECT") {
    if (event.key === "Escape") event.target.closest("article").focus();
    return;
  }
  const letter = event.key.toUpperCase();
  const card = current();
  const picked = /^[1-9]$/.test(event.key) && card && isGroup(card) ? card.items[event.key - 1] : undefined;
  if (picked !== undefined) toggle(card, picked);
  else if (letter === "J" || event.key === "ArrowDown") go(1);
  else if (letter === "P" || event.key === "ArrowUp") go(-1);
  else if (letter === "U") $("undo").click();
  else if (letter === "F") nextKind();
  else if (letter === "C" && card?.choice) card.choice.focus();
  else if (/^[KRLMN]$/.test(letter)) act(letter);
  else return;
  event.preventDefault();
});
$("undo").addEventListener("click", async () => {
  if (undoable > 0 && (await send("undo"))) $("said").textContent = "Undone";
});
$("open").addEventListener("change", list);
$("more").addEventListener("click", () => more(1));

const counts = Object.entries(KINDS).map(([id, text]) => [id, text, cards.filter((card) => id === "all" || card.kind === id).length]);
$("kinds").append(...counts.filter(([, , count]) => count > 0).map(([id, text, count]) => {
  const button = make("button", { textContent: `${text} ${count}` });
  button.dataset.kind = id;
  button.addEventListener("click", () => {
    kind = id;
    list();
  });
  return button;
}));
const { rows: before, undo, file } = await (await fetch("decisions")).json();
for (const row of before) rows.set(row.item, [...(rows.get(row.item) ?? []), row]);
undoable = undo;
$("file").textContent = file;
list();
