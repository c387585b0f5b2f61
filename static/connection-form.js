// The form of a connection: fields that belong to a choice are there while it is
// made. Plain ES module, checked by tsc.

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLSelectElement)) return;
  for (const field of target.form?.querySelectorAll(`[data-for="${target.name}"]`) ?? []) {
    if (field instanceof HTMLElement) field.hidden = !field.dataset.values?.split(" ").includes(target.value);
  }
});
