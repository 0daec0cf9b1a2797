// Makes the moderators' pages quicker to use with a keyboard. Everything works without it; it stores nothing.

const rows = [...document.querySelectorAll("#queue > .entry")];
const keys = document.getElementById("keys");
let current = -1;

function typing(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

function go(to) {
  if (!rows.length) return;
  rows[current]?.classList.remove("current");
  current = Math.min(rows.length - 1, Math.max(0, to));
  const row = rows[current];
  row.classList.add("current");
  row.querySelector("h2 a").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function search() {
  const box = document.getElementById("q");
  if (!box) return;
  box.closest("details").open = true;
  box.focus();
  box.select();
}

const acts = {
  j: () => go(current + 1),
  k: () => go(current - 1),
  o: () => rows[current]?.querySelector("h2 a").click(),
  x: () => rows[current]?.querySelector(".pick input")?.click(),
  c: () => (rows[current] ?? (rows.length ? null : document))?.querySelector("[data-claim]")?.click(),
  "/": search,
  "?": () => (keys?.open ? keys.close() : keys?.showModal()),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target) || (keys?.open && event.key !== "?")) return;
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

rows.forEach((row, place) => {
  row.addEventListener("focusin", () => {
    rows[current]?.classList.remove("current");
    current = place;
    row.classList.add("current");
  });
});

// The button says how many of the fields it takes.
const approve = document.querySelector("[data-approve]");
const ticks = [...document.querySelectorAll("#take input[name=take]")];
if (approve && ticks.length) {
  const say = () => {
    const taken = ticks.filter((tick) => tick.checked).length;
    approve.textContent = `${approve.dataset.approve} ${taken} of ${ticks.length}`;
  };
  ticks.forEach((tick) => tick.addEventListener("change", say));
  window.addEventListener("pageshow", say);
  say();
}

// A saved reply is a beginning: it can be changed before it goes out.
const reply = document.getElementById("reply");
const text = document.getElementById("text");
if (reply && text) {
  reply.addEventListener("change", () => {
    const words = reply.selectedOptions[0]?.dataset.text;
    if (!words) return;
    text.value = text.value.trim() ? `${text.value.trimEnd()}\n\n${words}` : words;
    reply.value = "";
    text.focus();
  });
}

// While a source is being read its page looks again by itself; the link in it does the same.
const again = document.querySelector("[data-again]");
if (again) {
  const timer = setInterval(async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok && !(await answer.text()).includes("data-again")) {
      clearInterval(timer);
      location.reload();
    }
  }, 5000);
}
