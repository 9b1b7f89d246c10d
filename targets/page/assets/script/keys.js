/* Keys. */

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The node that lies nearest in a direction; what lies aside counts twice. */
const towards = (number, [dx, dy]) => {
  const from = center(number);
  let best = null;
  picture.nodes.forEach((_, other) => {
    const to = center(other);
    const along = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    if (other === number || along < 8) return;
    const cost = along + 2 * aside;
    if (!best || cost < best.cost) best = { other, cost };
  });
  return best?.other;
};

const onNode = (event, node) => {
  const number = Number(node.dataset.node);
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    select(number, { focusPanel: true });
    return true;
  }
  const steps = { Home: picture.order[0], End: picture.order.at(-1) };
  const next = ARROWS[event.key] && !event.shiftKey ? towards(number, ARROWS[event.key]) : steps[event.key];
  if (next === undefined) return Boolean(ARROWS[event.key]) && !event.shiftKey;
  event.preventDefault();
  rove(next);
  picture.nodes[next].focus({ preventScroll: true });
  reveal(next);
  return true;
};

const writes = (target) => target.matches("input, select, textarea");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && !found.hidden) {
    hideResults();
    return;
  }
  if (event.key === "Escape" && !panel.hidden) {
    close();
    return;
  }
  if (writes(event.target)) return;
  const node = event.target.closest(".node");
  if (node && onNode(event, node)) return;
  if (event.key === "/") {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "+" || event.key === "=") zoomBy(1.25, undefined, undefined, true);
  else if (event.key === "-") zoomBy(0.8, undefined, undefined, true);
  else if (event.key === "0") fit(true);
  else if (ARROWS[event.key] && !panel.contains(event.target)) {
    const [dx, dy] = ARROWS[event.key];
    event.preventDefault();
    pan(-90 * dx, -90 * dy, true);
  }
});

for (const { svg } of pictures) {
  svg.addEventListener("focusin", (event) => {
    const node = event.target.closest(".node");
    if (node?.matches(":focus-visible")) reveal(Number(node.dataset.node));
  });
}

at("in").addEventListener("click", () => zoomBy(1.25, undefined, undefined, true));
at("out").addEventListener("click", () => zoomBy(0.8, undefined, undefined, true));
at("fit").addEventListener("click", () => fit(true));
