// A format and how it should look in; the file's address out, with news on the way, and a way to stop.
import { signal } from "@preact/signals-core";
import { nextId, send, stageRoom } from "./api";
import { boot, closed, opened, result, selected, step, steps, thumbs, viewName } from "./state";
import type { ExportedMessage, ExportingMessage, How, Problem } from "./types";

/** `problem` says why there is no file. */
export interface Made { url: string; name: string; size: number }
export interface Making { file: Promise<Made>; stop: () => void }
type Waiting = { resolve: (made: Made) => void; reject: (problem: Problem) => void; news: (done: number, of: number) => void };

const making = new Map<number, Waiting>();

/** Which steps a moving export shows. */
export type Span = "all" | "forward" | "backward" | "rest";
/** What people choose once and expect to find again. */
export const choice = signal<Pick<How, "theme" | "crop" | "background" | "text" | "scale" | "seconds" | "slides" | "title"> & { span: Span; movie: boolean }>({
  theme: "light", crop: "graph", background: "solid", text: "text", scale: 2, seconds: 0.9, slides: "clicks", title: "", span: "all", movie: false,
});

/** A deck of the person's own whose size, fonts and colours a PowerPoint takes, base64. */
export const template = signal<{ name: string; content: string } | null>(null);

/** The first and last step of a part of the timeline. */
export function bounds(span: Span): [number, number] {
  const kinds = steps.value.map((one) => one.kind);
  const last = kinds.length - 1;
  if (span === "rest") return [Math.min(step.value, last), last];
  if (span === "all" || !kinds.slice(1).includes(span)) return [0, last];
  const first = kinds.indexOf(span, 1);
  return [Math.max(0, first - 1), kinds.lastIndexOf(span)];
}

/** Everything that changes the file: what is on stage, and what was chosen. */
export function howNow(): How {
  const { span, ...chosen } = choice.value;
  const [first, last] = bounds(span);
  return {
    ...chosen, first, last, step: step.value, lang: boot.lang, view: viewName.value,
    opened: opened.value, closed: closed.value, selected: selected.value, thumbs: thumbs.value, room: stageRoom(),
  };
}

/** Export the run on stage. Stopping it makes the promise fail with a problem like any other. */
export function exportRun(suffix: string, how: How, news: Waiting["news"] = () => {}): Making {
  const id = nextId();
  const file = new Promise<Made>((resolve, reject) => {
    making.set(id, { resolve, reject, news });
    if (result.value) send({ type: "export", id, suffix, how, template: suffix === "pptx" ? (template.value?.content ?? null) : null });
  });
  return { file, stop: () => send({ type: "stop_export", id }) };
}

/** What the server says of an export; whether the message was about one. */
export function exportNews(message: ExportingMessage | ExportedMessage | { type: "problem"; id: number; problem: Problem }): boolean {
  const waiting = making.get(message.id);
  if (!waiting) return false;
  if (message.type === "exporting") waiting.news(message.done, message.of);
  else {
    making.delete(message.id);
    if (message.type === "exported") waiting.resolve({ url: message.url, name: message.name, size: message.size });
    else waiting.reject(message.problem);
  }
  return true;
}

/** Save a file under its name. */
export function download(made: Made): void {
  const link = document.createElement("a");
  link.href = made.url;
  link.download = made.name;
  link.click();
}
