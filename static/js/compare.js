// Two pictures and why they match: the points that agree joined by lines, one picture laid over the other.
//
// <section data-compare data-stage> two svg[data-picture], each with circles in [data-drawn];  <svg data-lines> </section>

import { show } from "./pictures.js";

const LINES_DRAWN = 24;
const FLICKER_MS = 450;
let flicker = null;

const host = () => document.querySelector("[data-compare]");
const pictures = () => [...host().querySelectorAll("svg[data-picture]")];
const circles = (picture) => [...picture.querySelectorAll("circle.drawn-point")];
const centre = (circle) => [Number(circle.getAttribute("cx")), Number(circle.getAttribute("cy"))];

/** Solve three equations in three unknowns by Cramer's rule. */
function solve(rows, right) {
  const det = (m) =>
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
    m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
    m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
  const whole = det(rows);
  if (Math.abs(whole) < 1e-6) return null;
  return [0, 1, 2].map((column) => det(rows.map((row, i) => row.map((value, j) => (j === column ? right[i] : value)))) / whole);
}

/** Return the affine map of least squares that takes points to points, as SVG writes it, or null. */
function fit(from, to) {
  if (from.length < 3) return null;
  const terms = from.map(([x, y]) => [x, y, 1]);
  const square = [0, 1, 2].map((i) => [0, 1, 2].map((j) => terms.reduce((sum, term) => sum + term[i] * term[j], 0)));
  const sums = [0, 1].map((axis) => [0, 1, 2].map((i) => terms.reduce((sum, term, n) => sum + term[i] * to[n][axis], 0)));
  const [across, down] = sums.map((right) => solve(square, right));
  return across && down ? `matrix(${across[0]} ${down[0]} ${across[1]} ${down[1]} ${across[2]} ${down[2]})` : null;
}

function boxMap(left, right) {
  const [to, from] = [left, right].map((picture) => rectangle(picture));
  const [across, down] = [to.width / from.width, to.height / from.height];
  return `matrix(${across} 0 0 ${down} ${to.x - from.x * across} ${to.y - from.y * down})`;
}

function rectangle(picture) {
  const drawn = picture.querySelector("[data-drawn] rect");
  const read = (name, otherwise) => Number(drawn?.getAttribute(name) ?? otherwise);
  return { x: read("x", 0), y: read("y", 0), width: read("width", picture.dataset.width), height: read("height", picture.dataset.height) };
}

function lay(mode) {
  takeOff();
  const [left, right] = pictures();
  const laid = right.querySelector("image").cloneNode();
  laid.classList.add("laid", `laid-${mode}`);
  laid.setAttribute("transform", fit(circles(right).map(centre), circles(left).map(centre)) ?? boxMap(left, right));
  left.querySelector("image").after(laid);
  show(laid);
  if (mode === "flicker" && !window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    flicker = setInterval(() => laid.toggleAttribute("hidden"), FLICKER_MS);
  }
}

function takeOff() {
  clearInterval(flicker);
  host().querySelector("image.laid")?.remove();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-lay]");
  if (!button || pictures().length < 2) return;
  const isOn = button.getAttribute("aria-pressed") !== "true";
  for (const each of host().querySelectorAll("[data-lay]")) each.setAttribute("aria-pressed", String(isOn && each === button));
  host().toggleAttribute("data-laid", isOn);
  if (isOn) lay(button.dataset.lay);
  else takeOff();
});

function isShown(picture, [x, y]) {
  const { x: left, y: top, width, height } = picture.viewBox.baseVal;
  return x >= left && y >= top && x <= left + width && y <= top + height;
}

function drawLines() {
  const sheet = host()?.querySelector("[data-lines]");
  if (!sheet) return;
  sheet.replaceChildren();
  if (pictures().length < 2) return;
  const [left, right] = pictures();
  const around = sheet.getBoundingClientRect();
  const ends = circles(right);
  const every = Math.max(1, Math.ceil(ends.length / LINES_DRAWN));
  circles(left).forEach((circle, number) => {
    const [from, to] = [centre(circle), centre(ends[number])];
    if (number % every === 0 && isShown(left, from) && isShown(right, to)) sheet.append(line(left, from, right, to, around));
  });
}

function line(left, from, right, to, around) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const start = new DOMPoint(...from).matrixTransform(left.getScreenCTM());
  const end = new DOMPoint(...to).matrixTransform(right.getScreenCTM());
  drawn.setAttribute("x1", start.x - around.left);
  drawn.setAttribute("y1", start.y - around.top);
  drawn.setAttribute("x2", end.x - around.left);
  drawn.setAttribute("y2", end.y - around.top);
  return drawn;
}

if (host()) {
  host().addEventListener("stagechange", drawLines);
  new ResizeObserver(drawLines).observe(host());
}
