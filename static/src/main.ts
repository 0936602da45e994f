// The page, started: every panel mounted, the first program on stage.
import { effect } from "@preact/signals-core";
import { mountAnswers } from "./answers";
import { run, showThumbs } from "./api";
import { mountDivider } from "./divider";
import { byId } from "./dom";
import { icon } from "./icons";
import { mountKeys } from "./keys";
import { mountBusy } from "./panels/busy";
import { mountDevice } from "./panels/device";
import { mountDialogs } from "./panels/dialogs";
import { mountEditor } from "./panels/editor";
import { mountCrumbs } from "./panels/crumbs";
import { mountOutput } from "./panels/output";
import { mountExport } from "./panels/export";
import { mountSearch } from "./panels/search";
import { mountTabs } from "./panels/tabs";
import { mountTensor } from "./panels/tensor";
import { mountTransport } from "./panels/transport";
import { mountPlayer } from "./player";
import { mountStage } from "./stage";
import { mountHeat } from "./heat";
import { mountNetwork } from "./panels/network";
import { boot, closed, device, dtype, inputs, language, lastStep, opened, problem, result, root, seed, selected, source, step, t, thumbs, viewName } from "./state";
import { encode, isAwaited, restore, whenDrawn } from "./url";

function mountTheme(): void {
  const page = document.documentElement;
  const set = (theme: string): void => {
    page.dataset["theme"] = theme;
    localStorage.setItem("theme", theme);
  };
  set(localStorage.getItem("theme") ?? "system");
  byId("theme-button").replaceChildren(icon("theme"));
  byId("theme-button").addEventListener("click", () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const now = page.dataset["theme"] === "system" ? system : page.dataset["theme"];
    const next = now === "dark" ? "light" : "dark";
    set(next === system ? "system" : next);
  });
}

function mountViews(): void {
  const buttons = document.querySelectorAll<HTMLButtonElement>("[data-view]");
  for (const button of buttons) {
    button.addEventListener("click", () => {
      viewName.value = button.dataset["view"] === "autograd" ? "autograd" : "program";
      step.value = lastStep.value;
    });
  }
  effect(() => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset["view"] === viewName.value));
    const autograd = [...buttons].find((button) => button.dataset["view"] === "autograd");
    if (!autograd) return;
    autograd.disabled = Boolean(result.value && !result.value.views.autograd);
    autograd.title = autograd.disabled ? t("page.no_autograd") : "";
  });
}

function mountOptions(): void {
  const [kind, stream, written] = [byId<HTMLSelectElement>("dtype"), byId<HTMLInputElement>("seed"), byId<HTMLSelectElement>("language")];
  kind.addEventListener("change", () => { dtype.value = kind.value === "float64" ? "float64" : "float32"; run(); });
  stream.addEventListener("change", () => { seed.value = Math.max(0, Math.trunc(stream.valueAsNumber || 0)); run(); });
  written.addEventListener("change", () => { language.value = written.value || null; run(); });
  effect(() => {
    [kind.value, stream.value, written.value] = [dtype.value, String(seed.value), language.value ?? ""]; // a link may have set them
  });
  const small = byId<HTMLInputElement>("thumbs");
  small.checked = thumbs.value;
  small.addEventListener("change", () => showThumbs(small.checked));
  byId("run-button").addEventListener("click", run);
  const menu = byId<HTMLDetailsElement>("options");
  const leave = (target: EventTarget | null): void => { if (target && !menu.contains(target as Node)) menu.open = false; };
  document.addEventListener("pointerdown", (event) => leave(event.target));
  menu.addEventListener("focusout", (event) => leave(event.relatedTarget));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
    event.stopPropagation();
  });
}

/** Keep the address true to what is on screen, half a second behind. */
function mountAddress(): void {
  let timer = 0;
  let first: string | null = null;
  effect(() => {
    void [source.value, language.value, inputs.value, root.value, viewName.value, device.value, dtype.value, seed.value, step.value, opened.value, closed.value, selected.value, result.value, problem.value];
    clearTimeout(timer);
    timer = window.setTimeout(() => void (isAwaited() ? null : encode())?.then((code) => {
      first ??= code;
      // a short link stays in the address for as long as it shows what it was made for
      if (boot.shared && code !== first) history.replaceState(null, "", `/#${code}`);
      else if (!boot.shared) history.replaceState(null, "", `#${code}`);
      for (const link of document.querySelectorAll<HTMLAnchorElement>(".langs a")) link.hash = code;
    }), 500);
  });
}

async function start(): Promise<void> {
  mountTheme();
  mountDivider();
  if (!(await restore())) {
    source.value = boot.examples[0]?.source ?? "";
    language.value = null;
  }
  mountCrumbs();  // before the stage, which leaves room for what lies over it
  mountStage();
  mountHeat();
  mountTransport();
  mountPlayer();
  mountEditor();
  mountAnswers();
  mountTabs();
  mountOutput();
  mountBusy();
  mountNetwork();
  mountDialogs();
  mountTensor();
  mountExport();
  mountSearch();
  mountViews();
  mountOptions();
  mountDevice();
  mountKeys();
  whenDrawn();
  run();
  mountAddress();
}

void start();
