// Makes working pages that already work without it a little quicker to use. Stores nothing, asks nobody.

// What is chosen in a fold is named beside its heading, so that it need not be opened to be seen.
function nameChoices() {
  for (const fold of document.querySelectorAll(".fold:has(.picks)")) {
    const summary = fold.querySelector("summary");
    let told = summary.querySelector("small");
    if (!told) {
      told = document.createElement("small");
      summary.append(" ", told);
    }
    fold.addEventListener("change", () => {
      told.textContent = [...fold.querySelectorAll(":checked + span")].map((words) => words.firstChild.data).join(", ");
    });
  }
}

// The clock of this device is the likeliest one for a meeting online: one press puts its zone in.
function offerZone() {
  const box = document.getElementById("zone");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!box || !zone || zone === box.value || !zone.includes("/")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = `${box.dataset.here} ${zone}`;
  button.addEventListener("click", () => {
    box.value = zone;
    box.focus();
    button.remove();
  });
  box.closest(".field").append(button);
}

// A form is sent once, however often the button is pressed; coming back to the page makes it ready again.
function sendOnce() {
  for (const form of document.querySelectorAll("form.sheet")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}

// A page with faults begins at their summary.
document.querySelector(".work > .banner[role=alert]")?.setAttribute("tabindex", "-1");
document.querySelector(".work > .banner[role=alert]")?.focus();

nameChoices();
offerZone();
sendOnce();
