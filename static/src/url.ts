// The page's state in; a URL fragment (deflated, base64url) out, and back. Twin of app/store/code.py.
import { effect } from "@preact/signals-core";
import { refoldAs } from "./api";
import { deflated, inflated } from "./deflate";
import { boot, closed, device, dtype, goTo, inputs, language, lastStep, opened, problem, result, root, seed, selected, source, step, viewName } from "./state";

/** What a code holds; absent is the default. */
interface Saved {
  v: 1; source: string; language?: string | null; inputs?: Record<string, unknown>; root?: string | null; view?: string;
  options?: { device?: string; dtype?: string; seed?: number }; opened?: string[]; closed?: string[]; step?: number; selected?: string | null;
}

/** What can be shown only once the picture is there. */
let later: Saved | null = null;

function saved(): Saved {
  const found: Saved = { v: 1, source: source.value };
  if (language.value) found.language = language.value;
  if (Object.keys(inputs.value).length) found.inputs = inputs.value;
  if (root.value) found.root = root.value;
  if (viewName.value !== "program") found.view = viewName.value;
  const options = { ...(device.value === "cpu" ? {} : { device: device.value }), ...(dtype.value === "float32" ? {} : { dtype: dtype.value }), ...(seed.value ? { seed: seed.value } : {}) };
  if (Object.keys(options).length) found.options = options;
  if (opened.value.length) found.opened = opened.value;
  if (closed.value.length) found.closed = closed.value;
  if (result.value && step.value !== lastStep.value) found.step = step.value;
  if (selected.value) found.selected = selected.value;
  return found;
}

export async function encode(): Promise<string> {
  const packed = await deflated(JSON.stringify(saved()));
  let text = "";
  for (const byte of packed) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Restore from the address's fragment, else from the short link the page was opened by; whether there was anything. */
export async function restore(): Promise<boolean> {
  const code = location.hash.replace(/^#/, "") || boot.shared?.code || "";
  if (!code || code.length > 400_000) return false;
  try {
    const bytes = Uint8Array.from(atob(code.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const text = await inflated(bytes);
    const found = JSON.parse(text) as Saved;
    if (found.v !== 1 || typeof found.source !== "string") return false;
    source.value = found.source;
    language.value = found.language ?? null;
    inputs.value = found.inputs ?? {};
    root.value = found.root ?? null;
    if (found.view === "autograd") viewName.value = "autograd";
    const wanted = found.options?.device;
    if (boot.devices.some((one) => one.name === wanted && one.reason === null)) device.value = wanted!;
    if (found.options?.dtype === "float64") dtype.value = "float64";
    if (Number.isInteger(found.options?.seed)) seed.value = found.options?.seed ?? 0;
    later = found;
    return true;
  } catch {
    return false;
  }
}

/** Whether the link's view is still to come. */
export const isAwaited = (): boolean => later !== null && problem.value === null;

/** Fold, step and select as the link says, once what it shows is drawn. */
export function whenDrawn(): void {
  const stop = effect(() => {
    if (!result.value) return;
    const found = later;
    later = null;
    queueMicrotask(() => {
      stop();
      if (!found) return;
      if (found.opened?.length || found.closed?.length) refoldAs(found.opened ?? [], found.closed ?? []);
      if (typeof found.step === "number") goTo(found.step);
      if (found.selected) selected.value = found.selected;
    });
  });
}
