// The picture on stage in; PNG, SVG and text on the clipboard together, out.
import { exportRun, howNow } from "./export";
import { result } from "./state";

const fetched = async (suffix: string): Promise<Blob> => {
  const made = await exportRun(suffix, howNow()).file;
  const answer = await fetch(made.url);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.blob();
};

const typed = async (blob: Promise<Blob>, type: string): Promise<Blob> => new Blob([await (await blob).arrayBuffer()], { type });

/** Each application takes the kind it likes best: PNG for slides, SVG for drawing programs, text for chats.
 * The promises are handed over at once, as Safari wants within the click. */
export async function copyPicture(): Promise<void> {
  const text = result.value?.graph.program.source ?? "";
  const kinds: Record<string, Promise<Blob>> = {
    "image/png": typed(fetched("png"), "image/png"),
    "text/plain": Promise.resolve(new Blob([text], { type: "text/plain" })),
  };
  if (ClipboardItem.supports?.("image/svg+xml")) kinds["image/svg+xml"] = typed(fetched("svg"), "image/svg+xml");
  await navigator.clipboard.write([new ClipboardItem(kinds)]);
}

/** The text of a format, as Mermaid or LaTeX. */
export async function copyFormat(suffix: string): Promise<void> {
  const text = fetched(suffix).then((blob) => blob.text());
  if (!navigator.clipboard.write) return navigator.clipboard.writeText(await text);
  await navigator.clipboard.write([new ClipboardItem({ "text/plain": text.then((t) => new Blob([t], { type: "text/plain" })) })]);
}
