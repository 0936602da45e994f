// The page's state in; links, an image address and an embed to copy, out.
import { el } from "../dom";
import { choice } from "../export";
import { embedOf, imageOf, longLink, LONG, markdownOf, shortLink, slideOf, type Link } from "../links";
import { nodes, result, t } from "../state";
import { doing } from "./export";

/** What a teacher may cover in a player. */
const HIDDEN = ["", "gradients", "values,gradients", "names"];
const DAYS = [null, 7, 30, 365];

function nameOfRun(): string {
  const root = result.value?.graph.root;
  return (root && nodes.value.get(root)?.name) || "Gradreel";
}

const copyText = (text: () => string | Promise<string>) => async (): Promise<void> => navigator.clipboard.writeText(await text());

/** What a short link makes possible. */
function uses(link: Link): HTMLElement {
  const theme = choice.peek().theme;
  const field = el("input", { type: "text", readonly: true, value: link.url, "aria-label": t("share.short") });
  field.addEventListener("focus", () => field.select());
  const hide = el("select", { id: "share-hide", "aria-label": t("share.hide") }, ...HIDDEN.map((what) => el("option", { value: what }, t(`share.hide.${what || "nothing"}`))));
  return el("div", { class: "share-uses" }, field,
    doing("copy-short", t("share.copy_link"), copyText(() => link.url)),
    doing("copy-image", t("share.copy_image"), copyText(() => imageOf(link.id, theme))),
    doing("copy-markdown", t("share.copy_markdown"), copyText(() => markdownOf(link.id, theme, nameOfRun()))),
    doing("copy-embed", t("share.copy_embed"), copyText(() => embedOf(link.id, theme, hide.value))),
    doing("copy-slide", t("share.copy_slide"), copyText(() => slideOf(link.id, theme, hide.value))),
    hide);
}

/** The part of the menu about addresses. */
export function share(): HTMLElement {
  const made = el("div");
  const size = el("span", { class: "soft" });
  void longLink().then((link) => { size.textContent = link.length > LONG ? t("share.long", { count: link.length.toLocaleString() }) : t("share.private"); });
  const days = el("select", { id: "share-days", "aria-label": t("share.expires") }, ...DAYS.map((n) => el("option", { value: n ?? "" }, n ? t("share.days", { count: n }) : t("share.never"))));
  const shorten = el("button", { type: "button", id: "share-short", class: "quiet small" }, t("share.shorten"));
  shorten.addEventListener("click", () => {
    shorten.disabled = true;
    shortLink(days.value ? Number(days.value) : null)
      .then((link) => made.replaceChildren(uses(link)), (reason: Error) => made.replaceChildren(el("p", { class: "export-problem", role: "alert" }, reason.message)))
      .finally(() => { shorten.disabled = false; });
  });
  return el("section", { class: "addresses" }, el("h3", {}, t("share.links")),
    el("div", { class: "share-row" }, doing("copy-link", t("share.copy_long"), copyText(longLink)), size),
    el("div", { class: "share-row" }, shorten, days, el("span", { class: "soft" }, t("share.kept"))),
    made);
}
