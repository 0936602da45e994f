// A Picture and a step in; phase, text and tone of every mark out. Twin of app/picture/timeline.py.
import type { Mark, PictureStep } from "./types";

export type Phase = "hidden" | "waiting" | "active" | "done";
export interface State { phase: Phase; text: string | null; tone: number | null }

/** As much of a Picture as its timeline needs. */
export interface Playable {
  marks: Pick<Mark, "id" | "text" | "tone">[];
  steps: Pick<PictureStep, "changes">[];
}

export function stateAt(picture: Playable, step: number): Map<string, State> {
  const found = new Map<string, State>();
  for (const mark of picture.marks) found.set(mark.id, { phase: "done", text: mark.text, tone: mark.tone });
  const last = Math.min(step, picture.steps.length - 1);
  for (let k = 0; k <= last; k++) {
    for (const change of picture.steps[k]?.changes ?? []) {
      const state = found.get(change.mark);
      if (!state) continue;
      if (change.phase) state.phase = change.phase;
      if (change.text !== null) {
        state.text = change.text;
        state.tone = change.tone;
      }
    }
  }
  return found;
}
