/* A picture of the week to paint on. The rows of the form stay the truth: what is painted becomes rows. */

const LEVELS = ["preferred", "acceptable", "impossible"];
const DAY = 96;

for (const form of document.querySelectorAll("[data-week]")) paintable(form);

function paintable(form) {
  const rows = form.querySelector("[data-rows]");
  const template = form.querySelector("[data-template]");
  const otherwise = form.querySelector("[name=otherwise]");
  const cells = new Map([...form.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell]));
  let next = rows.querySelectorAll("[data-row]").length;
  let week = read();

  function read() {
    const found = new Uint8Array(7 * DAY).fill(LEVELS.indexOf(otherwise.value));
    for (const row of rows.querySelectorAll("[data-row]")) {
      const [starts, ends] = [...row.querySelectorAll("input[type=time]")].map((input) => quarter(input.value));
      const level = LEVELS.indexOf(row.querySelector("select").value);
      if (starts === null || ends === null) continue;
      for (const day of row.querySelectorAll("input[type=checkbox]:checked")) {
        found.fill(level, day.value * DAY + starts, day.value * DAY + (ends || DAY));
      }
    }
    return found;
  }

  function draw() {
    for (const [place, cell] of cells) {
      const [day, hour] = place.split("-").map(Number);
      const four = week.subarray(day * DAY + hour * 4, day * DAY + hour * 4 + 4);
      cell.className = four.every((each) => each === four[0]) ? LEVELS[four[0]] : "mixed";
    }
  }

  function write() {
    const stretches = new Map();
    const usual = LEVELS.indexOf(otherwise.value);
    for (let day = 0; day < 7; day += 1) {
      for (let at = 0; at < DAY;) {
        const level = week[day * DAY + at];
        let end = at;
        while (end < DAY && week[day * DAY + end] === level) end += 1;
        if (level !== usual) {
          const key = [String(at).padStart(2, "0"), end, level].join();
          stretches.set(key, [...(stretches.get(key) ?? []), day]);
        }
        at = end;
      }
    }
    rows.replaceChildren();
    next = 0;
    for (const [key, days] of [...stretches].sort()) {
      const [starts, ends, level] = key.split(",").map(Number);
      const row = add();
      for (const input of row.querySelectorAll("input[type=checkbox]")) input.checked = days.includes(Number(input.value));
      const [from, to] = row.querySelectorAll("input[type=time]");
      from.value = clock(starts);
      to.value = clock(ends % DAY);
      row.querySelector("select").value = LEVELS[level];
    }
    add();
  }

  function add() {
    const row = template.content.cloneNode(true).firstElementChild;
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes("NN")) attribute.value = attribute.value.replaceAll("NN", String(next));
      }
    }
    next += 1;
    rows.append(row);
    return row;
  }

  /* Dragging paints the rectangle between the first cell and the one under the pointer. */
  let painting = null;
  const picture = form.querySelector("[data-paint][aria-hidden]");
  const brush = () => LEVELS.indexOf(form.querySelector("[name=brush]:checked").value);
  const cellAt = (event) => {
    const place = document.elementFromPoint(event.clientX, event.clientY)?.dataset?.cell;
    return place && cells.has(place) ? place.split("-").map(Number) : null;
  };
  const paint = (event) => {
    const cell = painting && cellAt(event);
    if (!cell) return;
    week = painting.before.slice();
    const [day, hour] = [0, 1].map((side) => [painting.cell[side], cell[side]].sort((a, b) => a - b));
    for (let each = day[0]; each <= day[1]; each += 1) {
      week.fill(painting.level, each * DAY + hour[0] * 4, each * DAY + hour[1] * 4 + 4);
    }
    draw();
  };
  picture.addEventListener("pointerdown", (event) => {
    const cell = cellAt(event);
    if (!cell) return;
    event.preventDefault();
    painting = { cell, level: brush(), before: week.slice() };
    paint(event);
  });
  picture.addEventListener("pointermove", paint);
  addEventListener("pointerup", () => {
    if (painting === null) return;
    painting = null;
    write();
  });
  addEventListener("pointercancel", () => { painting = null; });

  const again = () => { week = read(); draw(); };
  form.addEventListener("input", again);
  form.addEventListener("change", again);
  const more = form.querySelector("[data-more]");
  more.hidden = false;
  more.addEventListener("click", () => add().querySelector("input").focus());
  form.querySelector("[data-picture]").hidden = false;
  draw();
}

function quarter(text) {
  const found = /^(\d\d):(\d\d)$/.exec(text);
  return found ? Math.round((found[1] * 60 + Number(found[2])) / 15) : null;
}

function clock(at) {
  return `${String(Math.floor(at / 4)).padStart(2, "0")}:${String((at % 4) * 15).padStart(2, "0")}`;
}
