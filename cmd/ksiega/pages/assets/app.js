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
  // Single keys work where nothing is typed, unless somebody has turned them off.
  const singles = {
    get on() { try { return localStorage.getItem("klawisze") !== "nie"; } catch { return true; } },
    set on(yes) { try { localStorage.setItem("klawisze", yes ? "tak" : "nie"); } catch { /* then they stay on */ } },
  };
  const single = (key) => {
    const search = document.querySelector("[role=search] input[type=text]");
    if (key === "?") location.assign("/klawisze");
    else if (key === "/" && search) search.focus();
    else return false;
    return true;
  };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey) return;
    const typing = e.target.closest && e.target.closest("input, select, textarea, [contenteditable]");
    if (e.altKey && e.code === "KeyM") {
      e.preventDefault();
      moment();
    } else if (!e.altKey && !typing && singles.on && single(e.key)) e.preventDefault();
  });
  const turns = document.querySelector("[data-single-keys]");
  if (turns) {
    const box = turns.querySelector("input");
    turns.hidden = false;
    box.checked = singles.on;
    box.addEventListener("change", () => { singles.on = box.checked; });
  }
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
