/*
 * Progressive enhancement: every page works without this file.
 *
 * What is relied on in htmx 4.0.1:
 *  - inheritance is explicit: base.html sets hx-headers:inherited with the CSRF token on <body>;
 *  - events are named htmx:phase:action, with detail.ctx on request and swap events: htmx:before:request,
 *    htmx:after:swap (once per response), htmx:finally:request (done, failed or cancelled), htmx:error (no answer);
 *  - ctx.sourceElement, ctx.target, ctx.request.method, ctx.response.status;
 *  - 4xx and 5xx answers are swapped like any other; 204 and 304 are not; HX-Redirect is followed;
 *  - focus returns by itself to the element with the same id after a swap, with its selection;
 *  - history is "reload": the back button asks the server for the whole page (no snapshot, no stale CSRF token);
 *  - defaultSwap is outerHTML; HX-Request-Type is "partial" unless the target is <body> or hx-select is used.
 * Not used, because the content security policy forbids eval: hx-on, js: values, trigger filters in brackets.
 */
(() => {
  "use strict";

  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = document.getElementById("words").dataset;
  const say = (text) => {
    const region = document.getElementById("status");
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 60);
  };

  /* Sending twice: the first click wins. The buttons are not disabled before the browser has read the form,
     so the clicked button's own name and value still travel. */
  function busy(form, submitter) {
    form.dataset.sending = "yes";
    setTimeout(() => idle(form), 10000); /* an answer that leaves the page standing (a download) must not lock it */
    if (!submitter) return;
    submitter.setAttribute("aria-busy", "true");
    say(words.busy);
  }

  function idle(form) {
    delete form.dataset.sending;
    $$("[aria-busy='true']", form).forEach((button) => button.removeAttribute("aria-busy"));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    busy(form, event.submitter);
  }, true);

  /* A page that comes back from the browser's cache must be usable again. */
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) $$("form").forEach(idle);
  });

  document.addEventListener("htmx:finally:request", (event) => {
    const source = event.detail.ctx.sourceElement;
    const form = source && (source.form || source.closest("form"));
    if (form) idle(form);
  });

  /* An answer to what a form said before somebody ticked a box must not undo the tick: it is dropped, and asked again. */
  const chosen = new WeakMap();
  document.addEventListener("change", (event) => {
    const control = event.target;
    if (control.form && control.matches("[type=checkbox], [type=radio], select")) chosen.set(control.form, performance.now());
  }, true);
  document.addEventListener("htmx:before:request", (event) => { event.detail.ctx.asked = performance.now(); });
  document.addEventListener("htmx:before:swap", (event) => {
    const { target, sourceElement: source, asked } = event.detail.ctx;
    const form = target instanceof Element && target.closest("form[method='post']");
    if (!form || !(chosen.get(form) > asked)) return;
    event.preventDefault();
    source.dispatchEvent(new Event(source.matches("select") ? "change" : "input", { bubbles: true }));
  });

  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx) say(words.failed);
  });

  /* After a swap: errors get the focus, result counts are read out. */
  document.addEventListener("htmx:after:swap", () => {
    prepare(document);
    const errors = document.querySelector("[data-focus]");
    if (errors) focusOnce(errors);
    const count = document.querySelector("[data-announce]");
    if (count) say(count.textContent.trim());
  });

  function focusOnce(element) {
    if (element.dataset.focused) return;
    element.dataset.focused = "yes";
    element.focus();
  }

  /* Character counters, for every textarea that has a maxlength. */
  function counter(area) {
    const note = document.createElement("p");
    note.className = "field__count";
    note.id = `${area.id}-count`;
    note.setAttribute("aria-hidden", "true");
    area.after(note);
    const limit = area.maxLength;
    area.removeAttribute("maxlength"); /* pasted text is not cut off silently; the server says what is too long */
    const show = () => {
      const left = limit - [...area.value].length;
      note.hidden = left > limit / 2;
      note.textContent = (left < 0 ? words.over : words.left).replace("{n}", Math.abs(left));
      note.classList.toggle("is-over", left < 0);
      if (left === 0 || left === Math.round(limit / 10)) say(note.textContent);
    };
    area.addEventListener("input", show);
    show();
  }

  /* Filter forms: a change submits at once, typing after a pause; Enter and the button do the same without us. */
  function autosubmit(form) {
    let timer;
    const later = (delay) => {
      clearTimeout(timer);
      timer = setTimeout(() => form.requestSubmit(), delay);
    };
    form.addEventListener("change", (event) => { if (!event.target.matches("[type=search], [type=text]")) later(0); });
    form.addEventListener("input", (event) => {
      if (event.target.matches("[type=search], [type=text]") && !event.isComposing) later(350);
    });
    form.addEventListener("compositionend", () => later(350));
    form.addEventListener("submit", () => clearTimeout(timer));
  }

  /* Rows that repeat: name-0-field, name-1-field … The server makes the first row; a copy of it, emptied, is added. */
  function renumber(box) {
    const name = box.dataset.repeat;
    const pattern = new RegExp(`^${name}-\\d+`);
    $$("[data-repeat-row]", box).forEach((row, index) => {
      for (const element of [row, ...$$("*", row)]) {
        for (const key of ["id", "name", "for", "aria-describedby", "aria-labelledby", "value"]) {
          const value = element.getAttribute(key);
          if (value && (key !== "value" || element.name === "remove_row")) {
            element.setAttribute(key, value.split(" ").map((part) => part.replace(pattern, `${name}-${index}`)).join(" "));
          }
        }
      }
      $$("[data-repeat-number]", row).forEach((place) => { place.textContent = index + 1; });
    });
    const add = box.querySelector("[data-repeat-add]");
    add.hidden = box.dataset.max && $$("[data-repeat-row]", box).length >= Number(box.dataset.max);
  }

  function emptied(row) {
    const copy = row.cloneNode(true);
    $$(".field__error, .field__count", copy).forEach((element) => element.remove());
    $$("[aria-invalid]", copy).forEach((element) => element.removeAttribute("aria-invalid"));
    $$("[data-ready]", copy).forEach((element) => delete element.dataset.ready);
    $$("input, textarea, select", copy).forEach((control) => {
      if (control.type === "checkbox" || control.type === "radio") control.checked = control.defaultChecked = false;
      else if (control.tagName === "SELECT") control.selectedIndex = 0;
      else control.value = control.defaultValue = "";
    });
    return copy;
  }

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-repeat-add]");
    const remove = event.target.closest("[data-repeat-remove]");
    const box = (add || remove)?.closest("[data-repeat]");
    if (!box) return;
    const rows = $$("[data-repeat-row]", box);
    if (rows.length === 0) return; /* nothing to copy: the server adds the first row */
    event.preventDefault();
    if (add) {
      const copy = emptied(rows.at(-1));
      rows.at(-1).after(copy);
      renumber(box);
      prepare(copy);
      copy.querySelector("input:not([type=hidden]), textarea, select")?.focus();
      say(words.added);
      return;
    }
    const row = remove.closest("[data-repeat-row]");
    if (rows.length === 1) row.replaceWith(emptied(row));
    else row.remove();
    renumber(box);
    prepare(box);
    box.focus();
    say(words.removed);
  });

  /* An open menu closes with Escape and with a click elsewhere. */
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(".menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    $$(".menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  /* How far down a list of recommendations was read: told once, when the page is left, so that the order can be learned
     fairly. Nothing else is told, and nothing while nothing was in view. */
  function seen(list) {
    let depth = 0;
    let told = 0;
    const watch = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) depth = Math.max(depth, Number(target.dataset.place));
      }
    }, { threshold: 0.25 });
    $$("[data-place]", list).forEach((item) => watch.observe(item));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "hidden" || depth <= told) return;
      told = depth;
      const body = new FormData();
      body.set("csrf_token", document.querySelector("[name=csrf_token]").value);
      body.set("depth", depth);
      if (list.dataset.seenList) body.set("list", list.dataset.seenList);
      navigator.sendBeacon(list.dataset.seen, body);
    });
  }

  const enhancements = [["textarea[maxlength]", counter], ["form[data-autosubmit]", autosubmit], ["[data-seen]", seen]];
  function prepare(root) {
    for (const [selector, enhance] of enhancements) {
      for (const element of $$(selector, root)) {
        if (element.dataset.ready) continue;
        element.dataset.ready = "yes";
        enhance(element);
      }
    }
  }

  prepare(document);
  const errors = document.querySelector("[data-focus]");
  if (errors) focusOnce(errors);
})();
