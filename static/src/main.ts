// The page, started: every panel mounted, the first program on stage.
import { effect } from "@preact/signals-core";
import { run } from "./api";
import { byId } from "./dom";
import { mountKeys } from "./keys";
import { mountDialogs } from "./panels/dialogs";
import { mountEditor } from "./panels/editor";
import { mountInspector } from "./panels/inspector";
import { mountOutput } from "./panels/output";
import { mountTransport } from "./panels/transport";
import { mountPlayer } from "./player";
import { mountStage } from "./stage";
import { boot, dtype, inputs, language, lastStep, result, root, seed, source, step, viewName } from "./state";
import { encode, restore } from "./url";

const THEMES = ["system", "light", "dark"];

function mountTheme(): void {
  const page = document.documentElement;
  const set = (theme: string): void => {
    page.dataset["theme"] = theme;
    localStorage.setItem("theme", theme);
  };
  set(localStorage.getItem("theme") ?? "system");
  byId("theme-button").addEventListener("click", () => {
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const order = isDark ? ["system", "light", "dark"] : ["system", "dark", "light"];
    const now = order.indexOf(page.dataset["theme"] ?? "system");
    set(order[(now + 1) % THEMES.length] ?? "system");
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
    if (autograd) autograd.disabled = Boolean(result.value && !result.value.views.autograd);
  });
}

function mountOptions(): void {
  const [kind, stream, written] = [byId<HTMLSelectElement>("dtype"), byId<HTMLInputElement>("seed"), byId<HTMLSelectElement>("language")];
  kind.addEventListener("change", () => { dtype.value = kind.value === "float64" ? "float64" : "float32"; run(); });
  stream.addEventListener("change", () => { seed.value = Math.max(0, Math.trunc(stream.valueAsNumber || 0)); run(); });
  written.addEventListener("change", () => { language.value = written.value || null; run(); });
  effect(() => void (written.value = language.value ?? ""));
  byId("run-button").addEventListener("click", run);
}

/** Keep the address true to what is on screen, half a second behind. */
function mountAddress(): void {
  let timer = 0;
  effect(() => {
    void [source.value, language.value, inputs.value, root.value, viewName.value];
    clearTimeout(timer);
    timer = window.setTimeout(() => void encode().then((code) => {
      history.replaceState(null, "", `#${code}`);
      for (const link of document.querySelectorAll<HTMLAnchorElement>(".langs a")) link.hash = code;
    }), 500);
  });
}

async function start(): Promise<void> {
  mountTheme();
  if (!(await restore())) {
    source.value = boot.examples[0]?.source ?? "";
    language.value = boot.examples[0]?.language === "math" ? "math" : null;
  }
  mountStage();
  mountTransport();
  mountPlayer();
  mountEditor();
  mountInspector();
  mountOutput();
  mountDialogs();
  mountViews();
  mountOptions();
  mountKeys();
  run();
  mountAddress();
}

void start();
