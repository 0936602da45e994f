// The program's text in; runs, ghost values at line ends, squiggles and linked highlights, out.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, RangeSetBuilder, StateEffect, StateField, type Text } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, drawSelection, highlightActiveLine, keymap, lineNumbers, placeholder, type DecorationSet } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { effect } from "@preact/signals-core";
import { run } from "../api";
import { byId } from "../dom";
import { brief } from "../numbers";
import { boot, hovered, inputs, language, nodes, problem, result, root, selected, source, stale, step, steps, t } from "../state";
import type { Span } from "../types";
import { grammar, spoken } from "./grammar";

const setMarks = StateEffect.define<DecorationSet>();
const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (value, transaction) => {
    for (const change of transaction.effects) if (change.is(setMarks)) return change.value;
    return value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

class Ghost extends WidgetType {
  constructor(readonly value: string, readonly gradient: string) {
    super();
  }
  override eq(other: Ghost): boolean {
    return other.value === this.value && other.gradient === this.gradient;
  }
  toDOM(): HTMLElement {
    const span = document.createElement("span");
    span.className = "ghost";
    span.setAttribute("aria-hidden", "true");
    span.textContent = this.value;
    if (this.gradient) {
      const gradient = document.createElement("span");
      gradient.className = "ghost-gradient";
      gradient.textContent = `∂ ${this.gradient}`;
      span.append(gradient);
    }
    return span;
  }
  override ignoreEvent(): boolean {
    return true;
  }
}

let view: EditorView;
let timer = 0;
let silent = false;

/** A column counted in characters, as Python does, to one counted in UTF-16 units. */
function offset(doc: Text, line: number, column: number): number {
  if (line < 1 || line > doc.lines) return doc.length;
  const row = doc.line(line);
  const units = [...row.text].slice(0, column).join("").length;
  return row.from + Math.min(units, row.length);
}

function range(doc: Text, span: Span): [number, number] {
  const from = offset(doc, span.line, span.column);
  return [from, Math.max(from, offset(doc, span.end_line, span.end_column))];
}

/** line → what its variable is worth, the last iteration winning. */
function ghosts(): Map<number, Ghost> {
  const found = new Map<number, Ghost>();
  const graph = result.value?.graph;
  if (!graph || stale.value || graph.program.source !== source.value) return found;
  const counts = new Map<string, number>();
  const isNetwork = graph.program.language === "network";
  if (isNetwork && graph.program.source.trim().includes("\n")) return found; // a configuration binds no variable
  for (const binding of graph.bindings) {
    if (isNetwork && binding.node !== graph.root) continue;
    const key = `${binding.span.line}:${binding.name}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const output = nodes.value.get(binding.node)?.outputs[binding.output];
    if (!output) continue;
    const count = counts.get(key) ?? 1;
    const times = count > 1 ? `  ×${count}` : "";
    const value = `${binding.name} = ${brief(output.value, output.shape)}${times}`;
    found.set(binding.span.line, new Ghost(value, output.gradient ? brief(output.gradient, output.shape) : ""));
  }
  return found;
}

function decorate(): void {
  const doc = view.state.doc;
  const builder = new RangeSetBuilder<Decoration>();
  const ghost = ghosts();
  const line = steps.value.length && step.value > 0 && !stale.value ? steps.value[step.value]?.line : null;
  const kind = steps.value[step.value]?.kind ?? "forward";
  const node = nodes.value.get(hovered.value ?? selected.value ?? "");
  const lit = node?.span && !stale.value ? range(doc, node.span) : null;
  for (let n = 1; n <= doc.lines; n++) {
    const row = doc.line(n);
    if (n === line) builder.add(row.from, row.from, Decoration.line({ class: `step-line step-${kind}` }));
    if (lit && lit[0] >= row.from && lit[0] <= row.to) {
      const end = Math.min(lit[1], row.to);
      if (end > lit[0]) builder.add(lit[0], end, Decoration.mark({ class: "lit" }));
    }
    const widget = ghost.get(n);
    if (widget) builder.add(row.to, row.to, Decoration.widget({ widget, side: 1 }));
  }
  view.dispatch({ effects: setMarks.of(builder.finish()) });
}

function lint(): void {
  const found: Diagnostic[] = [];
  const doc = view.state.doc;
  const add = (span: Span | null, severity: "error" | "warning" | "info", message: string): void => {
    if (!span) return;
    const [from, to] = range(doc, span);
    found.push({ from, to: Math.min(Math.max(to, from + 1), doc.length), severity, message });
  };
  const now = problem.value;
  if (now) add(now.span, "error", `${now.message} ${now.hint}`);
  for (const one of result.value?.graph.diagnostics ?? []) {
    if (!stale.value && one.severity === "warning") add(one.span, "warning", `${one.message} ${one.hint}`);
  }
  view.dispatch(setDiagnostics(view.state, found));
}

function changed(wait: number): void {
  source.value = view.state.doc.toString();
  if (silent) return;
  root.value = null;
  if (result.value?.graph.program.language !== "network") inputs.value = {};
  clearTimeout(timer);
  timer = window.setTimeout(run, wait);
}

/** Put a program into the editor, and run it. */
export function load(text: string): void {
  silent = true;
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  silent = false;
  source.value = text;
  run();
}

/** Show where a node stands in the source. */
export function reveal(span: Span): void {
  const [from, to] = range(view.state.doc, span);
  view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
  view.focus();
}

/** The node whose source range is the smallest around a position. */
function nodeAt(position: number): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const node of result.value?.graph.nodes ?? []) {
    if (!node.span) continue;
    const [from, to] = range(view.state.doc, node.span);
    if (position >= from && position <= to && to - from <= least) [best, least] = [node.id, to - from];
  }
  return best;
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--ink-soft)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-function)" },
  { tag: tags.className, color: "var(--code-function)" },
]);

export function mountEditor(): void {
  view = new EditorView({
    parent: byId("editor"),
    state: EditorState.create({
      doc: source.value,
      extensions: [
        EditorView.cspNonce.of(boot.nonce),
        EditorView.lineWrapping, lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), highlightActiveLine(),
        indentUnit.of("    "), grammar, placeholder(t("page.placeholder")), syntaxHighlighting(colours), lintGutter(), marks,
        keymap.of([
          { key: "Mod-Enter", run: () => { clearTimeout(timer); run(); return true; } },
          { key: "Escape", run: () => { view.contentDOM.blur(); byId("play").focus(); return true; } },
          ...defaultKeymap, ...historyKeymap, indentWithTab,
        ]),
        EditorView.contentAttributes.of({ "aria-label": t("page.editor"), "aria-description": `Esc: ${t("help.leave_editor")}`, spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.transactions.some((one) => one.isUserEvent("input.paste")) ? 0 : 300);
        }),
        EditorView.domEventHandlers({
          mousemove: (event) => {
            if (stale.value) return;
            const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
            hovered.value = position === null ? null : nodeAt(position);
          },
          mouseleave: () => void (hovered.value = null),
          click: () => {
            const node = stale.value ? null : nodeAt(view.state.selection.main.head);
            if (node) selected.value = node;
          },
        }),
      ],
    }),
  });
  effect(() => {
    void [result.value, stale.value, step.value, hovered.value, selected.value, steps.value];
    decorate();
  });
  effect(() => {
    const next = spoken(language.value ?? result.value?.graph.program.language ?? "torch");
    if (next) view.dispatch({ effects: next });
  });
  effect(() => {
    void [problem.value, result.value, stale.value];
    lint();
  });
}
