// The page's state in; a URL fragment (deflated, base64url) out, and back. The server never sees it.
import { inputs, language, root, source, viewName } from "./state";

interface Saved { v: 1; source: string; language?: string | null; inputs?: Record<string, unknown>; root?: string | null; view?: string }

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const blob = new Blob([bytes as BlobPart]);
  return new Uint8Array(await new Response(blob.stream().pipeThrough(stream as ReadableWritablePair)).arrayBuffer());
}

export async function encode(): Promise<string> {
  const saved: Saved = { v: 1, source: source.value };
  if (language.value) saved.language = language.value;
  if (Object.keys(inputs.value).length) saved.inputs = inputs.value;
  if (root.value) saved.root = root.value;
  if (viewName.value !== "program") saved.view = viewName.value;
  const packed = await through(new TextEncoder().encode(JSON.stringify(saved)), new CompressionStream("deflate-raw"));
  let text = "";
  for (const byte of packed) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Restore from location.hash; whether there was anything to restore. */
export async function restore(): Promise<boolean> {
  const code = location.hash.replace(/^#/, "");
  if (!code || code.length > 400_000) return false;
  try {
    const bytes = Uint8Array.from(atob(code.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const text = new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
    const saved = JSON.parse(text) as Saved;
    if (saved.v !== 1 || typeof saved.source !== "string") return false;
    source.value = saved.source;
    language.value = saved.language ?? null;
    inputs.value = saved.inputs ?? {};
    root.value = saved.root ?? null;
    if (saved.view === "autograd") viewName.value = "autograd";
    return true;
  } catch {
    return false;
  }
}
