// The language a program is read as, in; how the editor colours it, out.
import { python } from "@codemirror/lang-python";
import { StreamLanguage } from "@codemirror/language";
import { Compartment, type Extension, type StateEffect } from "@codemirror/state";
import { boot } from "../state";

/** Token by token: a network has no nesting worth knowing. */
const TOKENS: [RegExp, string][] = [
  [/^(\/\/|#).*/, "comment"],
  [/^("[^"]*"|'[^']*')/, "string"],
  [/^\d[\d_]*(x\d+)+/, "number"],
  [/^\d[\d_]*(\.\d+)?(e-?\d+)?/i, "number"],
  [/^(true|false|none|null)\b/i, "bool"],
];

const network = StreamLanguage.define<null>({
  startState: () => null,
  token(stream) {
    for (const [pattern, kind] of TOKENS) if (stream.match(pattern)) return kind;
    const word = stream.match(/^[^\W\d]\w*/u);
    if (word) return boot.layers.includes((word as RegExpMatchArray)[0]) ? "variableName.function" : "variableName";
    stream.next();
    return null;
  },
});

const place = new Compartment();
let now = "torch";

export const grammar: Extension = place.of(python());

/** The change of colours another language asks for, where it is another one. */
export function spoken(language: string): StateEffect<unknown> | null {
  if (language === now) return null;
  now = language;
  return place.reconfigure(language === "network" ? network : python());
}
