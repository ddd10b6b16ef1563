// Asks once more before a form with `data-sure` is sent: what it does cannot be taken back.

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.sure;
  if (question && !window.confirm(question)) event.preventDefault();
});
