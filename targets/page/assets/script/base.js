/* What every other part uses: the data, elements and words. */

const SVG = "http://www.w3.org/2000/svg";
const LEAST_ZOOM = 0.08;
const MOST_ZOOM = 3;
const READABLE_ZOOM = 0.85;
const MOST_RESULTS = 200;

const { views } = JSON.parse(document.getElementById("data").textContent);
const root = document.documentElement;
const at = (id) => document.getElementById(id);
const [stage, panel, search, found, results, map] = ["stage", "panel", "search", "found", "results", "map"].map(at);

/** An element with attributes and children; what is no element is text, whatever it says. */
const make = (name, attributes, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key === "click") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flat(2).filter((child) => child !== undefined && child !== ""));
  return element;
};

const FAMILIES = {
  way: ["internet", "internal", "schedule"],
  unit: ["service", "function", "job", "site"],
  channel: ["queue", "topic"],
  store: ["database", "cache", "bucket", "table", "volume"],
  given: ["secret", "config"],
};

const family = (kind) => {
  const entry = Object.entries(FAMILIES).find(([, kinds]) => kinds.includes(kind));
  const name = entry?.[0] ?? "elsewhere";
  return name === "way" ? "way-in" : name;
};

const icon = (name, className) => {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", name === "finding" ? "0 0 14 14" : "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon ${className ?? family(name)}`);
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
};

const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
