/* Pointers. */

const pointers = new Map();
let moved = false;

const spread = () => {
  const [a, b] = [...pointers.values()];
  return { length: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
};

const local = (event) => {
  const bounds = stage.getBoundingClientRect();
  return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
};

const press = (event) => {
  if (event.button !== 0) return;
  moved = false;
  pointers.set(event.pointerId, local(event));
};

const drag = (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const now = local(event);
  if (!moved && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
  if (!moved) picture.svg.setPointerCapture(event.pointerId);
  moved = true;
  picture.svg.classList.add("dragged");
  if (pointers.size === 2) {
    const old = spread();
    pointers.set(event.pointerId, now);
    const fresh = spread();
    zoomBy(fresh.length / Math.max(old.length, 1), fresh.x, fresh.y);
  } else {
    pointers.set(event.pointerId, now);
    pan(now.x - before.x, now.y - before.y);
  }
};

const release = (event) => {
  pointers.delete(event.pointerId);
  picture.svg.classList.remove("dragged");
};

const click = (event) => {
  if (moved) return;
  const node = event.target.closest(".node");
  if (node) {
    select(Number(node.dataset.node));
    node.focus({ preventScroll: true });
  } else if (selected !== null) {
    close();
  }
};

const hover = (event, on) => {
  const node = event.target.closest?.(".node");
  if (!node) return;
  for (const index of touching(Number(node.dataset.node))) {
    picture.edges[index].classList.toggle("hovered", on);
    picture.labels[index].classList.toggle("hovered", on);
  }
};

for (const { svg } of pictures) {
  svg.addEventListener("pointerdown", press);
  svg.addEventListener("pointermove", drag);
  svg.addEventListener("pointerup", release);
  svg.addEventListener("pointercancel", release);
  svg.addEventListener("click", click);
  svg.addEventListener("pointerover", (event) => hover(event, true));
  svg.addEventListener("pointerout", (event) => hover(event, false));
  svg.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 18 : 1;
      if (event.ctrlKey || event.metaKey || !event.shiftKey) {
        const { x, y } = local(event);
        zoomBy(Math.exp(clamp(-event.deltaY * unit, -240, 240) / 400), x, y);
      } else {
        pan(-(event.deltaX || event.deltaY) * unit, 0);
      }
    },
    { passive: false },
  );
}
