/* What pages do better with JavaScript; every one of them works without it. */

const language = document.documentElement.lang;

/* After a refused form, the keyboard and the screen reader start at the list of reasons. */
document.querySelector("[data-focus]")?.focus();

/* On a narrow screen, what is there twice starts folded. */
if (matchMedia("(max-width: 44rem)").matches) {
  for (const part of document.querySelectorAll("details[data-narrow]")) part.open = false;
}

/* "2 hours ago" goes on counting while the page is open. */
const relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function countAgo() {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const seconds = (Date.parse(element.dateTime) - Date.now()) / 1000;
    if (Math.abs(seconds) < 60) continue; // "just now", as the server wrote it
    const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each);
    element.textContent = relative.format(Math.round(seconds / size), unit);
  }
}

/* The clock in the head of the page. */
function showClock() {
  for (const element of document.querySelectorAll("time[data-clock]")) {
    try {
      element.textContent = new Intl.DateTimeFormat("en-GB", {
        timeZone: element.dataset.clock, hour: "2-digit", minute: "2-digit",
      }).format(new Date());
    } catch {
      return; // this browser does not know the zone: what the server wrote stays
    }
  }
}

/* "in 12 minutes" goes on counting too; what is more than an hour away stays as the server wrote it. */
function countDown() {
  for (const element of document.querySelectorAll("time[data-until]")) {
    const minutes = Math.ceil((Date.parse(element.dateTime) - Date.now()) / 60_000);
    if (minutes <= 60) element.textContent = relative.format(Math.max(minutes, 0), "minute");
  }
}

setInterval(() => { countAgo(); countDown(); showClock(); }, 30_000);
showClock();

/* In Moodle's frame only the frame knows who this is, and the room needs a window of its own: the window
   is opened by the press itself, and led to the room once we have the answer. */
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-join]");
  if (!link || window.top === window) return;
  event.preventDefault();
  const room = window.open("", "_blank");
  const reply = await fetch(link.href, { headers: { Accept: "application/json" } }).catch(() => null);
  const address = reply?.ok ? (await reply.json()).room : null;
  if (room && address) {
    room.opener = null;
    room.location.replace(address);
    return;
  }
  room?.close();
  location.assign(link.href); // too early, over, or no window allowed: the page says so
});

/* The answer to Moodle's picker goes back by itself. */
document.querySelector("form[data-submit]")?.submit();

/* Copy a link; where the clipboard is denied, select it so that the person can. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  const say = document.getElementById(`${button.dataset.copy}-said`);
  try {
    await navigator.clipboard.writeText(field.value);
    say.textContent = document.body.dataset.copied;
  } catch {
    field.focus();
    field.select();
    say.textContent = document.body.dataset.select;
  }
});
for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;

/* A second click on the same submit does nothing; the server refuses it too (idempotency key). */
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent && event.target.method === "post") {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

/* From Moodle's frame into a tab: the tab is opened with the click, or the browser would block it. */
for (const form of document.querySelectorAll("form[data-new-tab]")) {
  form.addEventListener("submit", (event) => {
    const tab = window.open("", "_blank");
    if (!tab) return; // the form's own answer holds the link
    event.preventDefault();
    openInTab(form, tab);
  });
}

async function openInTab(form, tab) {
  const reply = await fetch(form.action, {
    method: "POST", body: new FormData(form), headers: { "X-Fragment": "address" },
  }).catch(() => null);
  delete form.dataset.sent;
  if (reply?.ok) {
    tab.location = new URL(await reply.text(), location.href);
  } else {
    tab.close();
    form.submit(); // shows why not
  }
}

/* A form with data-preview shows what it means while it is filled in. */
for (const form of document.querySelectorAll("form[data-preview]")) livePreview(form);

function livePreview(form) {
  const target = document.getElementById(form.dataset.previewInto);
  let timer = 0;
  let running = null;
  const refresh = async () => {
    running?.abort();
    running = new AbortController();
    target.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(form.dataset.preview, {
        method: "POST", body: new FormData(form), signal: running.signal, headers: { "X-Fragment": "preview" },
      });
      if (reply.ok) show(await reply.text());
      target.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") target.removeAttribute("aria-busy");
    }
  };
  const show = (html) => {
    const focused = target.contains(document.activeElement) ? document.activeElement.id : "";
    target.innerHTML = html;
    if (focused) document.getElementById(focused)?.focus();
    const said = target.querySelector("[data-say]");
    document.getElementById(`${target.id}-said`).textContent = said?.textContent ?? "";
    said?.remove();
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(refresh, 350); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  for (const button of form.querySelectorAll("[data-preview-button]")) {
    button.hidden = true; // the preview comes by itself
  }
  refresh();
}

/* A part of the page that is still being worked on asks for itself again until it says it is done. */
for (const part of document.querySelectorAll("[data-poll]")) poll(part);

function poll(part) {
  const again = async () => {
    const reply = await fetch(part.dataset.poll, { headers: { Accept: "text/html" } }).catch(() => null);
    if (reply?.ok) {
      part.innerHTML = await reply.text();
      countAgo();
    }
    if (!part.querySelector("[data-done]")) setTimeout(again, 2000);
  };
  if (!part.querySelector("[data-done]")) setTimeout(again, 2000);
}

/* Where no clock is known yet, this device says its own, once. Who came from a course gets that clock at
   once; others choose, since their university's may be meant. */
const offer = document.getElementById("zone-offer");
if (offer) offerZone(offer);

function offerZone(form) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!own) return;
  if (own === form.dataset.zone || "take" in form.dataset) {
    rememberZone(form, own); // nothing to ask; from now on travelling changes nothing
    return;
  }
  form.querySelector("[data-device]").textContent = own.split("/").pop().replaceAll("_", " ");
  form.querySelector("[data-use]").value = own;
  form.hidden = false;
}

async function rememberZone(form, own) {
  const body = new FormData(form);
  body.set("zone", own);
  body.delete("back");
  const reply = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (reply?.ok && own !== form.dataset.zone) location.reload(); // the same page, on the own clock
}
