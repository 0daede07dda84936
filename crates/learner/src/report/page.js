"use strict";
const element = (name, text, attributes = {}) => {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
const byId = (id) => document.getElementById(id);

// The page's parts, and its colours.
for (const heading of document.querySelectorAll("main h2")) {
  const link = element("a", heading.textContent, { href: "#" + heading.parentElement.id });
  document.querySelector("nav").append(link);
}
byId("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

// Tables, sorted by any column; what is no number is the least, and the last row of means stays where it is.
for (const table of document.querySelectorAll("table.sort")) {
  const heads = [...table.tHead.rows[0].cells];
  const text = (row, column) => row.cells[column].textContent;
  const value = (row, column) => (Number.isNaN(Number(text(row, column))) ? -Infinity : Number(text(row, column)));
  heads.forEach((head, column) => {
    const button = element("button", head.textContent, { type: "button" });
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const down = head.ariaSort === "none" ? column > 0 : head.ariaSort === "ascending";
      heads.forEach((other) => other.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const compare = column ? (a, b) => value(a, column) - value(b, column) || 0 : (a, b) => text(a, 0).localeCompare(text(b, 0));
      table.tBodies[0].append(...[...table.tBodies[0].rows].sort((a, b) => compare(a, b) * (down ? -1 : 1)));
    });
    head.replaceChildren(button);
  });
}
