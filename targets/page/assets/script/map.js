/* The small map of a picture that is too large to be seen as a whole. */

const MAP = { width: 190, height: 150 };
const mapScale = () => Math.min(MAP.width / picture.width, MAP.height / picture.height);

const drawMap = () => {
  const large = picture.data.nodes.length > 30;
  map.classList.toggle("shown", large);
  if (!large) return;
  const scale = mapScale();
  map.setAttribute("width", picture.width * scale);
  map.setAttribute("height", picture.height * scale);
  const boxes = picture.data.nodes.map((node, number) => {
    const box = boxOf(number);
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", family(node.kind));
    for (const key of ["x", "y", "width", "height"]) rect.setAttribute(key, box[key] * scale);
    return rect;
  });
  at("map-boxes").replaceChildren(...boxes);
  drawWindow();
};

const drawWindow = () => {
  if (!map.classList.contains("shown")) return;
  const { look } = picture;
  const scale = mapScale() / look.zoom;
  const window = at("map-window");
  window.setAttribute("x", -look.x * scale);
  window.setAttribute("y", -look.y * scale);
  window.setAttribute("width", stage.clientWidth * scale);
  window.setAttribute("height", stage.clientHeight * scale);
};

const aimMap = (event) => {
  const bounds = map.getBoundingClientRect();
  const scale = picture.look.zoom / mapScale();
  picture.look.x = stage.clientWidth / 2 - (event.clientX - bounds.left) * scale;
  picture.look.y = stage.clientHeight / 2 - (event.clientY - bounds.top) * scale;
  draw(false);
};

map.addEventListener("pointerdown", (event) => {
  map.setPointerCapture(event.pointerId);
  aimMap(event);
});
map.addEventListener("pointermove", (event) => {
  if (map.hasPointerCapture(event.pointerId)) aimMap(event);
});
