// Passkeys, where the browser knows them: asks it the question that the page holds, and sends its answer as a form.

const supported = window.PublicKeyCredential && navigator.credentials;

function bytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function asked(question) {
  const options = { ...question, challenge: bytes(question.challenge) };
  if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
  for (const name of ["allowCredentials", "excludeCredentials"]) {
    if (options[name]) options[name] = options[name].map((known) => ({ ...known, id: bytes(known.id) }));
  }
  return options;
}

function answered(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: {},
  });
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!supported) break;
  form.hidden = false;
  const said = form.querySelector("[data-said]");
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    said.textContent = "";
    try {
      const publicKey = asked(JSON.parse(form.dataset.question));
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.credential.value = answered(credential);
      form.requestSubmit();
    } catch {
      said.textContent = "That did not work. Try again, or use another way.";
    }
  });
}

if (!supported) {
  for (const note of document.querySelectorAll("[data-no-passkeys]")) note.hidden = false;
}
