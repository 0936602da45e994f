// A picture and its Reel in one page in; a player without the app around it, out.
import { byId, el } from "./dom";
import { mountBar } from "./embed/bar";
import { mountClock } from "./embed/clock";
import { mountGestures } from "./embed/gestures";
import { mountMessages } from "./embed/messages";
import { mountNote } from "./embed/note";
import { mountPicture } from "./embed/picture";
import { reel, wishes } from "./embed/reel";

const page = document.documentElement;
const THEMES = ["system", "light", "dark"];

function mountTheme(): void {
  const wanted = wishes.theme === "auto" ? "system" : (wishes.theme ?? "");
  if (THEMES.includes(wanted)) page.dataset["theme"] = wanted;
  page.classList.toggle("is-clear", wishes.clear);
}

function mountTitle(): void {
  const title = byId("title");
  title.hidden = !wishes.title;
  title.textContent = wishes.title;
  if (wishes.title) document.title = wishes.title;
  if (reel.abridged) byId("player").append(el("p", { id: "abridged" }, reel.abridged));
}

mountTheme();
mountTitle();
mountPicture();
mountBar();
mountNote();
mountGestures();
mountClock();
mountMessages();
page.dataset["ready"] = "";
