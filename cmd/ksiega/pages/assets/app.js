// What the frame does with a script; without one everything works by links and buttons.
(() => {
  "use strict";
  // Alt+M goes to the moment: to its first field, or to where it is changed.
  const moment = () => {
    const form = document.getElementById("moment");
    const field = form && form.querySelector("[name=asOf]");
    const link = document.querySelector("[data-key=moment]");
    if (field) field.focus();
    else if (link) link.click();
  };
  document.addEventListener("keydown", (e) => {
    if (e.altKey && !e.ctrlKey && !e.metaKey && e.code === "KeyM") {
      e.preventDefault();
      moment();
    }
  });
  // Paper shows what is folded away.
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((d) => {
    d.open = true;
    addEventListener("afterprint", () => { d.open = false; }, { once: true });
  }));
})();
