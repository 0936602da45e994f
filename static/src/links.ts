// The page's state in; the addresses others can open, show or embed, out.
import { boot, step } from "./state";
import { encode } from "./url";

/** Characters of a code above which a link breaks in chats and mails. */
export const LONG = 2_000;

export interface Link { id: string; url: string }

const origin = location.origin;
const themed = (theme: string): string => `theme=${theme}`;

/** The whole state in the fragment, which no server ever sees. */
export async function longLink(): Promise<string> {
  return `${origin}/#${await encode()}`;
}

/** Keep the state on the server under a short id. Fails with the server's problem. */
export async function shortLink(days: number | null): Promise<Link> {
  const body = { code: await encode(), ancestor: boot.shared?.id ?? null, expires_days: days };
  const answer = await fetch("/api/v1/links", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const said = (await answer.json()) as Link & { error?: { message: string } };
  if (!answer.ok) throw new Error(said.error?.message ?? String(answer.status));
  return { id: said.id, url: new URL(said.url, origin).href };
}

export const imageOf = (id: string, theme: string, suffix = "png"): string => `${origin}/img/${id}.${suffix}?step=${step.value}&${themed(theme)}&scale=2`;
export const markdownOf = (id: string, theme: string, alt: string): string => `[![${alt.replace(/[[\]]/g, "")}](${imageOf(id, theme)})](${origin}/g/${id})`;
/** `hide` masks numbers or names for a class until they are pressed (docs/embed.md). */
const player = (id: string, theme: string, hide: string): string => `${origin}/embed/${id}?${themed(theme)}${hide ? `&amp;hide=${hide}` : ""}`;
export const embedOf = (id: string, theme: string, hide: string): string =>
  `<iframe src="${player(id, theme, hide)}" width="960" height="540" style="border:0" allowfullscreen title="Gradreel"></iframe>`;
/** A slide of a reveal.js deck whose fragments are the steps. */
export const slideOf = (id: string, theme: string, hide: string): string =>
  `<section><iframe data-gradreel src="${player(id, theme, hide)}" width="900" height="480"></iframe></section>
<script src="${origin}/static/plugin/gradreel-reveal.js"></script>
<!-- Reveal.initialize({ plugins: [GradreelReveal] }) -->
`;
