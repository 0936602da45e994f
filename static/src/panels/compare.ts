// The ops of this run in; the same ops on another device or in the other precision beside them, out.
import { computing } from "../answers";
import { el } from "../dom";
import { textOf } from "../numbers";
import { boot, device, dtype, inputs, language, result, root, seed, source, t } from "../state";
import type { Health, OpCost, RunMessage } from "../types";
import { table, type Column } from "./table";

interface Row { name: string; here: number | null; there: number | null }
type Reply = { type: string; answer?: Health | { type: "unanswered"; problem: { message: string } }; problem?: { message: string } | null };

/** Run the program in a document session of its own, and ask what each op costs there. */
function examined(options: RunMessage["job"]["options"]): Promise<Health> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`);
    const end = (act: () => void): void => { act(); socket.close(); };
    socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "run", id: 1, job: { type: "job", source: source.value, language: language.value, inputs: inputs.value, options } })));
    socket.addEventListener("close", () => reject(new Error(t("page.offline"))));
    socket.addEventListener("message", (event) => {
      const reply = JSON.parse(event.data as string) as Reply;
      if ((reply.type === "problem" || reply.type === "result") && reply.problem) end(() => reject(new Error(reply.problem?.message)));
      else if (reply.type === "result") socket.send(JSON.stringify({ type: "ask", id: 2, question: { type: "examine" } }));
      else if (reply.type === "answer" && reply.answer?.type === "health") end(() => resolve(reply.answer as Health));
      else if (reply.type === "answer" && reply.answer?.type === "unanswered") { const { message } = reply.answer.problem; end(() => reject(new Error(message))); }
    });
  });
}

const nameOf = (op: OpCost): string => (op.path ? `${op.path} · ${op.name}` : op.name);

/** Ops in order; where the two runs part, one side is empty. */
export function paired(here: OpCost[], there: OpCost[]): Row[] {
  const rows: Row[] = [];
  let k = 0;
  for (const op of here) {
    const at = there.findIndex((other, index) => index >= k && index < k + 20 && nameOf(other) === nameOf(op));
    if (at < 0) { rows.push({ name: nameOf(op), here: op.ms, there: null }); continue; }
    for (; k < at; k++) rows.push({ name: nameOf(there[k]!), here: null, there: there[k]!.ms });
    rows.push({ name: nameOf(op), here: op.ms, there: there[at]!.ms });
    k = at + 1;
  }
  for (; k < there.length; k++) rows.push({ name: nameOf(there[k]!), here: null, there: there[k]!.ms });
  return rows;
}

const ms = (x: number | null): string => (x === null ? "—" : textOf(Number(x.toPrecision(3))));
const ratio = (row: Row): number | null => (row.here && row.there ? row.there / row.here : null);

/** A choice, a button, and the table of times it brings. */
export function compare(health: Health): HTMLElement {
  const [now, precision] = [result.peek()?.graph.run.device ?? device.peek(), result.peek()?.graph.run.dtype ?? dtype.peek()];
  const other = precision === "float64" ? "float32" : "float64";
  const choices = [el("option", { value: `${now} ${other}` }, other), ...boot.devices.filter((one) => one.name !== now).map((one) =>
    el("option", { value: `${one.name} ${precision}`, disabled: one.reason !== null, title: one.reason ? t(`device.${one.reason}`) : null }, one.reason ? `${one.label}: ${t(`device.${one.reason}`)}` : one.label))];
  const select = el("select", { id: "compare-with", "aria-label": t("compare.with") }, ...choices);
  const place = el("div", { class: "stack", "aria-live": "polite" });
  const button = el("button", { type: "button", id: "compare", class: "quiet small", click: () => void go() }, t("compare.run"));
  const go = async (): Promise<void> => {
    const [where = "cpu", as] = select.value.split(" ");
    button.disabled = true;
    place.replaceChildren(computing());
    try {
      const there = await examined({ device: where, dtype: as === "float64" ? "float64" : "float32", seed: seed.peek(), root: root.peek(), lang: boot.lang });
      const label = where === now ? (as ?? "") : where;
      const columns: Column<Row>[] = [
        { key: "op", label: t("health.name"), value: (row) => row.name },
        { key: "ms_here", label: where === now ? precision : now, value: (row) => row.here, cell: (row) => ms(row.here) },
        { key: "ms_there", label, value: (row) => row.there, cell: (row) => ms(row.there) },
        { key: "ratio", label: "×", value: ratio, cell: (row) => ms(ratio(row)) },
      ];
      place.replaceChildren(el("p", { class: "lead" }, t("compare.total", { here: ms(health.ms), there: ms(there.ms) })), table(columns, paired(health.ops, there.ops), null, "compare.csv"), el("p", { class: "note" }, t("compare.note")));
    } catch (error) {
      place.replaceChildren(el("p", { class: "reason" }, (error as Error).message));
    }
    button.disabled = false;
  };
  return el("details", { id: "comparison" }, el("summary", {}, t("compare.title")), el("label", { class: "chooser" }, t("compare.with"), select, button), place);
}
