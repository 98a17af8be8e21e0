// What a month grid does with a script: keys, pasting, saving a cell as it is left, caps at once.
// Without one the grid is a form with a button.
(() => {
  "use strict";
  const form = document.querySelector("form[data-grid]");
  if (!form || !form.querySelector("button[type=submit]")) return;
  const visits = form.dataset.grid === "visits";
  const said = form.querySelector("[data-said]");
  const cells = () => [...form.querySelectorAll("input[name^='c:']")];
  const rowOf = (cell) => cell.closest("[data-row]");
  const dayOf = (cell) => cell.name.slice(-10);
  const texts = new Map(); // what stands in each cell, as the server said last
  const undone = []; // steps that can be undone, the last at the end
  let editing = false;
  let sending = Promise.resolve();
  // A cell that came back refused or changed holds what was typed; what stands is in its row.
  const standing = (row) => new Map(row.querySelector("input[name^='w:']").value.split("|").filter(Boolean).map((c) => {
    const [day, , ...text] = c.split("=");
    return [day, text.join("=")];
  }));
  for (const row of form.querySelectorAll("[data-row]")) {
    const is = standing(row);
    for (const cell of row.querySelectorAll("input[name^='c:']")) texts.set(cell, is.get(dayOf(cell)) || "");
  }
  form.querySelector("[data-keys]").hidden = false;

  const say = (text) => { said.textContent = text; };
  const hours = (minutes) => Math.floor(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0");
  const minutesOf = (text) => {
    text = text.trim().replace(/\s|h$/g, "");
    if (visits) {
      return text.split(/[,;]/).reduce((sum, part) => {
        const [from, to] = part.split(/[-–—]/).map((t) => { const m = /^(\d{1,2})(?::?(\d\d))?$/.exec(t || ""); return m ? m[1] * 60 + Number(m[2] || 0) : NaN; });
        return to > from ? sum + to - from : sum;
      }, 0);
    }
    let m = /^(\d{1,2}):(\d\d)$/.exec(text);
    if (m) return m[1] * 60 + Number(m[2]);
    m = /^\d{1,2}(?:[.,]\d{1,2})?$/.exec(text);
    return m ? Math.round(Number(text.replace(",", ".")) * 60) : 0;
  };

  // Caps beside the row: of the week of the cell, and of the month, with what is typed and not
  // saved yet.
  const monday = (day) => {
    const t = new Date(day + "T00:00:00Z");
    t.setUTCDate(t.getUTCDate() - (t.getUTCDay() + 6) % 7);
    return t.toISOString().slice(0, 10);
  };
  const show = (meter, used, limit) => {
    if (!meter) return;
    meter.querySelector("b").textContent = hours(Math.max(used, 0));
    const of = meter.querySelector("i");
    const fill = meter.querySelector(".fill");
    if (!of || !limit) return;
    meter.dataset.level = used > limit ? "over" : used === limit ? "full" : used * 10 >= limit * 9 ? "near" : "ok";
    of.textContent = used === limit ? "pełny" : "z " + hours(limit);
    fill.setAttribute("width", Math.max(0, Math.min(100, Math.round(used * 100 / limit))));
  };
  const caps = (cell) => {
    const row = rowOf(cell);
    const week = monday(dayOf(cell));
    const all = new Map(row.dataset.caps.split("|").map((c) => { const [k, used, limit] = c.split("="); return [k, [Number(used), Number(limit)]]; }));
    let inWeek = 0;
    let inMonth = 0;
    for (const c of row.querySelectorAll("input[name^='c:']")) {
      const more = minutesOf(c.value) - minutesOf(texts.get(c));
      inMonth += more;
      if (monday(dayOf(c)) === week) inWeek += more;
    }
    const meters = row.querySelectorAll(".meter");
    const [usedWeek, limitWeek] = all.get(week) || [0, 0];
    const [usedMonth, limitMonth] = all.get("m") || [0, 0];
    show(meters[0], usedWeek + inWeek, limitWeek);
    show(meters[1], usedMonth + inMonth, limitMonth);
    const head = form.querySelector("[data-week-head]");
    const end = new Date(week + "T00:00:00Z");
    end.setUTCDate(end.getUTCDate() + 6);
    const short = (iso) => iso.slice(8, 10) + "." + iso.slice(5, 7);
    if (head) head.lastChild.textContent = short(week) + "–" + short(end.toISOString());
  };

  // What a cell is told stands beneath its row.
  const noteOf = (cell) => document.getElementById(cell.getAttribute("aria-describedby") || "-");
  const clear = (cell) => {
    const note = noteOf(cell);
    if (note) (note.closest(".cell-note") || note).remove();
    cell.removeAttribute("aria-describedby");
    cell.removeAttribute("aria-invalid");
    for (const of of [cell, cell.parentElement]) of.classList.remove("refused", "clash", "just");
  };
  const mark = (cell, state) => (cell.closest("td") || cell).classList.add(state);
  let notes = 0;
  const button = (text, of, act) => {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "btn";
    b.textContent = text;
    const unseen = document.createElement("span");
    unseen.className = "unseen";
    unseen.textContent = ", " + of;
    b.append(unseen);
    b.addEventListener("click", act);
    return b;
  };
  const note = (cell, state, strong, text, buttons) => {
    const box = document.createElement("div");
    box.className = "note";
    box.dataset.state = state;
    box.id = "nota-s" + (++notes);
    box.setAttribute("role", state === "bad" ? "alert" : "status");
    const p = document.createElement("p");
    const b = document.createElement("b");
    b.textContent = strong;
    p.append(b, " " + text);
    box.append(p, ...buttons);
    cell.setAttribute("aria-describedby", box.id);
    const row = rowOf(cell);
    if (row.tagName !== "TR") { row.append(box); return; }
    const tr = document.createElement("tr");
    const td = document.createElement("td");
    tr.className = "cell-note";
    td.colSpan = row.children.length;
    td.append(box);
    tr.append(td);
    let after = row;
    while (after.nextElementSibling && after.nextElementSibling.classList.contains("cell-note")) after = after.nextElementSibling;
    after.after(tr);
  };
  const back = (cell, text) => { clear(cell); cell.value = text; caps(cell); cell.focus(); };

  // At most so many sentences at once: of a block that makes no sense the first tell enough.
  const mostNotes = 5;
  const told = (cell, answer, typed, shown) => {
    clear(cell);
    texts.set(cell, answer.is);
    if (answer.state === "saved") {
      cell.value = answer.is;
      (cell.closest("td") || cell).classList.toggle("code", /^(C|U|N|nb)$/.test(answer.is));
      mark(cell, "just");
      return;
    }
    mark(cell, answer.state);
    const label = cell.getAttribute("aria-label");
    const day = label.slice(label.lastIndexOf(",") + 2);
    if (answer.state === "refused") {
      cell.setAttribute("aria-invalid", "true");
      if (shown >= mostNotes) return;
      const buttons = answer.nearest ? [button("Wpisz " + answer.nearest, label, () => { cell.value = answer.nearest; save([cell]); cell.focus(); })] : [];
      buttons.push(button("Przywróć " + (answer.is || "puste"), label, () => back(cell, answer.is)));
      note(cell, "bad", "Nie zapisano " + (typed || "pustej komórki") + ", " + day + ".", answer.text, buttons);
    } else if (shown < mostNotes) {
      note(cell, "warn", "Tę komórkę zmienił ktoś inny.", answer.text,
        [button("Zostaw " + (answer.is || "puste"), label, () => back(cell, answer.is)), button("Zapisz " + (typed || "puste"), label, () => { save([cell]); cell.focus(); })]);
    }
  };

  // A stream of the sheet that was seen as it was before an entry is seen with the entry.
  const moved = (of, all) => {
    const at = of.lastIndexOf("=");
    const [before, after] = all[of.slice(0, at)] || [];
    return of.slice(at + 1) === String(before) ? of.slice(0, at + 1) + after : of;
  };

  // save sends cells that say something else than what stands, one request after another.
  const save = (some, undoing) => {
    const changed = some.filter((c) => c.value.trim() !== texts.get(c));
    if (!changed.length) return sending;
    const before = new Map(changed.map((c) => [c, texts.get(c)]));
    sending = sending.then(() => send(changed, before, undoing));
    return sending;
  };
  const send = async (some, before, undoing) => {
    // What was asked for twice is sent once; of what was answered meanwhile the answer counts.
    const changed = some.filter((c) => c.value.trim() !== texts.get(c) && texts.get(c) === before.get(c));
    if (!changed.length) return;
    const body = new URLSearchParams();
    for (const name of ["_token", "_koryguj", "powod"]) {
      const field = form.elements.namedItem(name);
      if (field) body.set(name, field.value);
    }
    body.set("_key", [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join(""));
    const typed = new Map();
    for (const cell of changed) {
      const was = rowOf(cell).querySelector("input[name^='w:']");
      body.set(was.name, was.value);
      body.set(cell.name, cell.value);
      typed.set(cell.name, [cell, cell.value.trim()]);
      (cell.closest("td") || cell).classList.remove("just");
    }
    form.setAttribute("aria-busy", "true");
    let answer;
    try {
      const response = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
      const redirect = response.headers.get("HX-Redirect");
      if (redirect) { location.assign(redirect); return; }
      if (response.status === 401) { // the session is over: the whole form comes back after signing in
        for (const c of cells()) if (c.value.trim() !== texts.get(c)) texts.set(c, c.value.trim());
        form.submit();
        return;
      }
      answer = await response.json();
      if (!response.ok) throw new Error(answer.detail || answer.title);
    } catch (e) {
      form.removeAttribute("aria-busy");
      say("Nie zapisano: " + (e instanceof TypeError ? "nie ma połączenia z księgą" : e.message) + ". Wpisy zostają w komórkach.");
      for (const cell of changed) { clear(cell); mark(cell, "refused"); cell.setAttribute("aria-invalid", "true"); }
      note(changed[0], "bad", "Nie zapisano.", said.textContent, [button("Spróbuj ponownie", changed[0].getAttribute("aria-label"), () => save(changed))]);
      return;
    }
    form.removeAttribute("aria-busy");
    for (const row of answer.rows) {
      const of = form.querySelector("[data-row='" + CSS.escape(row.contract) + "']");
      if (!of) continue;
      of.querySelector("input[name^='w:']").value = row.was;
      of.dataset.caps = row.caps;
    }
    for (const field of document.querySelectorAll(".turns [name='_seen']")) field.value = field.value.split(" ").map((of) => moved(of, answer.moved)).join(" ");
    let shown = 0;
    let saved = 0;
    const step = [];
    for (const a of answer.cells) {
      const [cell, text] = typed.get(a.cell) || [];
      if (!cell) continue;
      const typing = cell.value.trim() !== text; // on already, while it was being sent
      if (typing && a.state === "saved") { texts.set(cell, a.is); save([cell]); continue; }
      told(cell, a, text, shown);
      if (a.state === "saved") { saved++; step.push([cell, before.get(cell)]); } else shown++;
      caps(cell);
    }
    if (step.length && !undoing) undone.push(step);
    const strip = document.querySelector(".strip-end");
    if (saved && strip) strip.textContent = "Zapisano " + answer.saved;
    say(answer.error || (shown ? "Nie zapisano komórek: " + shown + ". " : "") + (saved ? "Zapisano " + answer.saved : ""));
  };

  // Cells by rows and columns, as they stand on the page.
  const grid = () => [...form.querySelectorAll("[data-row]")].map((row) => [...row.querySelectorAll("input[name^='c:']")]);
  const move = (cell, down, right) => {
    const rows = [...form.querySelectorAll("[data-row]")];
    let r = rows.indexOf(rowOf(cell));
    if (right) {
      const line = [...rows[r].querySelectorAll("input[name^='c:']")];
      const next = line[line.indexOf(cell) + right];
      if (next) next.focus();
      return;
    }
    for (r += down; r >= 0 && r < rows.length; r += down) {
      const next = [...rows[r].querySelectorAll("input[name^='c:']")].find((c) => dayOf(c) === dayOf(cell));
      if (next) { next.focus(); return; }
    }
  };
  form.addEventListener("focusin", (e) => {
    if (!e.target.name || !e.target.name.startsWith("c:")) return;
    editing = false;
    e.target.select();
    caps(e.target);
  });
  form.addEventListener("focusout", (e) => {
    if (e.target.name && e.target.name.startsWith("c:") && !e.target.hasAttribute("aria-invalid") && !noteOf(e.target)) save([e.target]);
  });
  form.addEventListener("input", (e) => {
    if (!e.target.name || !e.target.name.startsWith("c:")) return;
    clear(e.target);
    caps(e.target);
  });
  form.addEventListener("keydown", (e) => {
    const cell = e.target;
    if ((e.ctrlKey || e.metaKey) && e.code === "KeyZ" && !editing && undone.length && (!cell.name || !cell.name.startsWith("c:") || cell.value.trim() === texts.get(cell))) {
      e.preventDefault();
      const step = undone.pop();
      for (const [c, text] of step) c.value = text;
      save(step.map(([c]) => c), true);
      return;
    }
    if (!cell.name || !cell.name.startsWith("c:") || e.ctrlKey || e.metaKey || e.altKey) return;
    const go = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[e.key];
    if (e.key === "F2") {
      editing = !editing;
      e.preventDefault();
      cell.setSelectionRange(cell.value.length, cell.value.length);
    } else if (e.key === "Enter") {
      e.preventDefault();
      const again = cell.hasAttribute("aria-invalid") || noteOf(cell);
      if (again) clear(cell);
      save([cell]);
      move(cell, e.shiftKey ? -1 : 1, 0);
    } else if (e.key === "Escape") {
      back(cell, texts.get(cell));
      cell.select();
    } else if (go && (!editing || go[0])) {
      e.preventDefault();
      move(cell, go[0], go[1]);
    }
  });
  // A block from a spreadsheet goes into the cells from the one that has focus on.
  form.addEventListener("paste", (e) => {
    const cell = e.target;
    const text = e.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!cell.name || !cell.name.startsWith("c:") || !/[\t\n]/.test(text)) return;
    e.preventDefault();
    const rows = grid();
    const at = rows.findIndex((r) => r.includes(cell));
    const from = dayOf(cell);
    const taken = [];
    let left = 0;
    text.split("\n").forEach((line, i) => {
      const days = rows[at + i] || [];
      line.split("\t").forEach((value, k) => {
        const day = new Date(from + "T00:00:00Z");
        day.setUTCDate(day.getUTCDate() + k);
        const into = days.find((c) => dayOf(c) === day.toISOString().slice(0, 10));
        if (into) { clear(into); into.value = value.trim().slice(0, 60); taken.push(into); } else if (value.trim()) left++;
      });
    });
    save(taken).then(() => { if (left) say(said.textContent + " Nie zmieściło się komórek: " + left + "."); });
  });
  // One value for those who are picked.
  const all = form.querySelector("[data-all]");
  const picks = () => [...form.querySelectorAll("input[name='osoba[]']")];
  const count = () => {
    const n = picks().filter((p) => p.checked).length;
    const hint = form.querySelector("[data-picked]");
    if (hint) hint.textContent = n ? "zaznaczono: " + n : "zaznacz osoby w siatce";
    for (const p of picks()) p.closest("tr").classList.toggle("picked", p.checked);
  };
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => { for (const p of picks()) p.checked = all.checked; count(); });
  }
  form.addEventListener("change", (e) => { if (e.target.name === "osoba[]") count(); });
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const by = e.submitter;
    if (by && by.name === "_do" && by.value === "zbior") {
      const typed = form.elements.namedItem("dzien").value.trim();
      const m = /^(\d{1,2})(?:\.(\d{1,2})\.(\d{4}))?$/.exec(typed);
      const some = picks().filter((p) => p.checked);
      const into = m ? cells().filter((c) => some.some((p) => rowOf(c) === p.closest("tr")) && Number(dayOf(c).slice(8)) === Number(m[1])) : [];
      for (const c of into) { clear(c); c.value = form.elements.namedItem("godziny").value.trim(); }
      if (!into.length) say("Zaznacz osoby i wpisz dzień tego miesiąca.");
      save(into);
      return;
    }
    if (by && (by.name === "_wpisz" || by.name === "_zostaw")) {
      const rest = by.value.slice(0, by.name === "_wpisz" ? by.value.search(/:\d{4}-\d\d-\d\d/) + 11 : undefined);
      const cell = form.elements.namedItem("c:" + rest);
      if (by.name === "_zostaw") { back(cell, texts.get(cell)); return; }
      cell.value = by.value.slice(rest.length + 1);
      clear(cell);
      save([cell]);
      return;
    }
    for (const c of cells()) if (c.value.trim() !== texts.get(c)) clear(c);
    save(cells());
  });
  addEventListener("beforeunload", (e) => { if (cells().some((c) => c.value.trim() !== texts.get(c) && !c.hasAttribute("aria-invalid") && !noteOf(c))) e.preventDefault(); });
})();
