// Ask for a security key or passkey (WebAuthn) and send its answer with the form.
//
// <button data-security-key="get|create" data-options="{JSON}">  inside a form with an input named "credential".

const ASKED = {
  get: (options) =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  create: (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};

const TROUBLE = {
  NotAllowedError: "No key answered. Try again, or use a code.",
  InvalidStateError: "This key is registered already.",
  SecurityError: "Keys work under a host name only. Open this page at http://localhost, or under HTTPS.",
};

async function send(button) {
  const form = button.closest("form");
  if (!form.reportValidity()) return;
  if (!window.PublicKeyCredential) {
    tell(form, "This browser cannot use security keys here: it wants HTTPS, or http://localhost.");
    return;
  }
  const { publicKey } = JSON.parse(button.dataset.options);
  try {
    const answer = await ASKED[button.dataset.securityKey](publicKey);
    form.elements.credential.value = JSON.stringify(answer);
    form.requestSubmit();
  } catch (problem) {
    tell(form, TROUBLE[problem.name] ?? "The key could not be used. Try again, or use a code.");
  }
}

function tell(form, words) {
  const place = form.querySelector("[data-key-trouble]");
  place.textContent = words;
  place.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-security-key]");
  if (button) send(button);
});
