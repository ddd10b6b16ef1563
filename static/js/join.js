// The code of an invitation stands behind # in its link, which no browser sends and no server logs. It is
// taken from there into the form, and out of the address and the history.

const form = document.querySelector("[data-join]");
const code = decodeURIComponent(location.hash.slice(1));

if (form && code) {
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  form.requestSubmit();
}
