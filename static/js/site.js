// Makes pages that already work without it a little quicker to use. Stores nothing, talks to this site only.

const form = document.getElementById("seek");

function leave() {
  const link = document.getElementById("leave");
  document.documentElement.hidden = true; // gone from sight before the next page answers
  document.title = "";
  fetch(link.href, { redirect: "manual", keepalive: true }).catch(() => {}); // has the browser forget what it keeps of us
  location.replace(link.dataset.exit); // takes this page's place in the history
}

function watchForLeaving() {
  const link = document.getElementById("leave");
  if (!link) return;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let presses = [];
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") {
      presses = [];
      return;
    }
    presses = [...presses.slice(-2), event.timeStamp];
    if (presses.length === 3 && event.timeStamp - presses[0] < 2000) leave();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && document.documentElement.hidden) location.reload();
  });
}

function hidden(name, value) {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  form.append(input);
}

function nearMe() {
  const button = document.getElementById("near-me");
  if (!button || !navigator.geolocation) return;
  const box = form.elements.near;
  const told = document.getElementById("near-me-said");
  const known = new URLSearchParams(location.search);
  button.hidden = false;
  button.addEventListener("click", () => {
    told.textContent = button.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // About a kilometre: an exact place never leaves this device.
        hidden("lat", coords.latitude.toFixed(2));
        hidden("lon", coords.longitude.toFixed(2));
        box.disabled = true;
        form.requestSubmit();
      },
      () => {
        told.textContent = button.dataset.failed;
        box.focus();
      },
      { enableHighAccuracy: false, timeout: 15000, maximumAge: 600000 },
    );
  });
  // A search from here stays one while only its filters change.
  if (known.has("lat") && known.has("lon")) {
    form.addEventListener("submit", () => {
      if (box.disabled || box.value !== box.defaultValue) return;
      hidden("lat", Number(known.get("lat")).toFixed(2));
      hidden("lon", Number(known.get("lon")).toFixed(2));
      box.disabled = true;
    });
  }
}

function dropEmpty() {
  // Keeps the address of a search short and worth sharing.
  form.addEventListener("submit", () => {
    for (const control of form.elements) {
      if (control.name && control.value === "" && !control.disabled) control.disabled = true;
    }
  });
  window.addEventListener("pageshow", () => {
    for (const control of form.elements) control.disabled = false;
  });
}

function unfoldFilters() {
  const filters = document.querySelector(".filters");
  if (!filters) return;
  const wide = matchMedia("(min-width: 60rem)");
  const follow = () => {
    if (wide.matches) filters.open = true;
  };
  wide.addEventListener("change", follow);
  follow();
}

function sayHowMany() {
  const button = document.getElementById("apply");
  if (!button) return;
  let asking;
  form.addEventListener("change", async (event) => {
    if (!event.target.closest(".filters")) return;
    asking?.abort();
    asking = new AbortController();
    const question = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const known = new URLSearchParams(location.search);
    for (const name of ["lat", "lon"]) if (known.has(name)) question.set(name, known.get(name));
    question.set("per_page", "1");
    try {
      const answer = await fetch(`/api/v1/meetings?${question}`, { signal: asking.signal });
      if (!answer.ok) throw new Error(answer.status);
      const { total } = await answer.json();
      button.textContent = button.dataset[total === 1 ? "one" : "many"].replace("0", total.toLocaleString());
    } catch (error) {
      if (error.name !== "AbortError") button.textContent = button.dataset.plain;
    }
  });
}

function tellYourTime() {
  // An online meeting is told in the clock of this device too, where that is another one.
  const line = document.getElementById("your-time");
  if (!line) return;
  const starts = new Date(line.dataset.starts);
  if (-starts.getTimezoneOffset() === Number(line.dataset.ahead)) return;
  const words = starts.toLocaleString("en-US", { weekday: "long", hour: "numeric", minute: "2-digit" });
  line.textContent = line.dataset.words.replace("{}", words);
  line.hidden = false;
}

watchForLeaving();
tellYourTime();
if (form) {
  nearMe();
  dropEmpty();
  unfoldFilters();
  sayHowMany();
}
