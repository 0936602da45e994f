// A reveal.js deck with <iframe data-gradreel src="…"> in it in; every step of those players a fragment, out.
// Usage, options and the messages: docs/embed.md. Works over http and in decks opened from file://.
(function () {
  const KEYS = { ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, " ": 32, Escape: 27, PageUp: 33, PageDown: 34 };
  const players = () => [...document.querySelectorAll("iframe[data-gradreel]")];
  const tell = (frame, type, step) => frame.contentWindow?.postMessage({ gradreel: 1, type, step }, "*");
  /** One that plays by itself brings no fragments. */
  const isFilm = (frame) => /[?&]autoplay=(1|true|yes)\b/.test(frame.src);
  let deck = null;
  /** Set while a fragment follows the player, which then need not be told. */
  let isFollowing = false;

  /** The fragments of one player: empty elements right behind it, each with the step it stands for. */
  function fragmentsOf(frame) {
    const found = [];
    for (let next = frame.nextElementSibling; next?.dataset.gradreelStep; next = next.nextElementSibling) found.push(next);
    return found;
  }

  /** One fragment per step, or per step named in data-stops; those of slides already passed are shown. */
  function grow(frame, steps) {
    if (!(steps > 0) || isFilm(frame) || fragmentsOf(frame).length) return;
    const named = (frame.dataset.stops ?? "").split(/[\s,]+/).filter(Boolean).map(Number).filter((n) => n > 0 && n <= steps);
    const stops = named.length ? named : Array.from({ length: Math.min(steps, 2000) }, (_, k) => k + 1);
    const slide = frame.closest("section");
    const isPast = slide?.closest(".past") !== null && slide !== deck.getCurrentSlide();
    const made = stops.map((step) => {
      const span = document.createElement("span");
      span.className = isPast ? "fragment visible" : "fragment";
      span.dataset.gradreelStep = String(step);
      span.style.cssText = "position:absolute;width:0;height:0";
      span.setAttribute("aria-hidden", "true");
      return span;
    });
    frame.after(...made);
    if (slide) deck.syncFragments(slide);
  }

  /** Put a player where its fragments say; in print, where nobody can step, at its end. */
  function place(frame) {
    if (isFilm(frame)) return;
    const all = fragmentsOf(frame);
    const shown = all.filter((one) => one.classList.contains("visible"));
    const isPrinted = deck.getConfig().view === "print" && !all.length;
    tell(frame, "goto", isPrinted ? -1 : shown.length ? Number(shown[shown.length - 1].dataset.gradreelStep) : 0);
  }

  function placeCurrent() {
    if (isFollowing) return;
    for (const frame of deck.getCurrentSlide()?.querySelectorAll("iframe[data-gradreel]") ?? []) place(frame);
  }

  /** Films start with their slide and rest without it. */
  function change({ currentSlide, previousSlide }) {
    for (const frame of players().filter(isFilm)) {
      if (previousSlide?.contains(frame)) tell(frame, "pause");
      if (currentSlide?.contains(frame)) {
        tell(frame, "goto", 0);
        tell(frame, "play");
      }
    }
    placeCurrent();
  }

  /** Somebody stepped inside the player: the deck's fragments follow. */
  function follow(frame, step) {
    if (!deck.getCurrentSlide()?.contains(frame)) return;
    const all = fragmentsOf(frame);
    const reached = all.filter((one) => Number(one.dataset.gradreelStep) <= step).length;
    const next = reached ? Number(all[reached - 1].dataset.fragmentIndex) : Number(all[0]?.dataset.fragmentIndex) - 1;
    if (!Number.isFinite(next)) return;
    isFollowing = true;
    deck.navigateFragment(next);
    isFollowing = false;
  }

  function hear({ data, source }) {
    if (data?.gradreel !== 1) return;
    const frame = players().find((one) => one.contentWindow === source);
    if (!frame) return;
    if (data.type === "ready") {
      if (deck.getConfig().view !== "print") grow(frame, data.steps);
      place(frame);
    } else if (data.type === "step" && data.cause !== "parent") follow(frame, data.step);
    else if (data.type === "key" && Object.hasOwn(KEYS, data.key)) deck.triggerKey(KEYS[data.key]);
  }

  globalThis.GradreelReveal = {
    id: "gradreel",
    init(reveal) {
      deck = reveal;
      addEventListener("message", hear);
      for (const event of ["fragmentshown", "fragmenthidden"]) deck.on(event, placeCurrent);
      deck.on("slidechanged", change);
      for (const frame of players()) {
        if (frame.dataset.steps) grow(frame, Number(frame.dataset.steps));
        tell(frame, "hello"); // those that were ready before the deck
      }
    },
    destroy() {
      removeEventListener("message", hear);
    },
  };
})();
