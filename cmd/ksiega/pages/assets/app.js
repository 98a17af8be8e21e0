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
  // What is shown once can be printed; without a script the browser's own menu does it.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
  // Two minutes before the session ends it is said; whoever stays keeps what they typed.
  const ends = document.getElementById("koniec-sesji");
  if (ends) {
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      ends.hidden = true;
      timer = setTimeout(() => { ends.hidden = false; }, Math.max(0, Number(ends.dataset.seconds) - 120) * 1000);
    };
    document.addEventListener("click", async (e) => {
      const stay = e.target.closest && e.target.closest('a[href="/konto/zostan"]');
      if (!stay) return;
      e.preventDefault();
      const answer = await fetch(stay.href, { redirect: "manual" }).catch(() => null);
      if (answer && answer.ok) wait();
      else location.assign("/wejscie?koniec");
    });
    document.addEventListener("htmx:afterRequest", (e) => { if (e.detail.successful) wait(); });
    wait();
  }
  // Paper shows what is folded away.
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((d) => {
    d.open = true;
    addEventListener("afterprint", () => { d.open = false; }, { once: true });
  }));
})();
