// static/src and static/css in; the bundled static/dist, fonts included, out.
import { build } from "esbuild";
import { copyFileSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

// Made beside and put in place whole: a running server never serves half of it.
const done = "static/dist", out = "static/dist.new";
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "fonts"), { recursive: true });

const common = { bundle: true, minify: true, target: "es2022", external: ["*.woff2"], legalComments: "linked" };

await build({
  ...common,
  entryPoints: ["static/src/main.ts", "static/css/main.css"],
  entryNames: "[name]",
  sourcemap: true,
  format: "esm",
  splitting: true,
  chunkNames: "chunk-[hash]",
  outdir: out,
});

// The player without the app: no map, no chunks, since an exported page carries it whole.
await build({
  ...common,
  entryPoints: ["static/src/embed.ts", "static/css/embed.css", "static/css/fonts.css"],
  entryNames: "[name]",
  format: "iife",
  legalComments: "none",
  outdir: out,
});
cpSync("static/plugin", join(out, "plugin"), { recursive: true });

const fonts = {
  "plex-sans-400": ["@ibm/plex-sans", "IBMPlexSans-Regular"],
  "plex-sans-600": ["@ibm/plex-sans", "IBMPlexSans-SemiBold"],
  "plex-mono-400": ["@ibm/plex-mono", "IBMPlexMono-Regular"],
};

function find(folder, name) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const found = find(path, name);
      if (found) return found;
    } else if (entry.name === name && !dirname(path).includes("split")) return path;
  }
  return null;
}

for (const [short, [pack, file]] of Object.entries(fonts)) {
  for (const suffix of ["woff2", "woff"]) {
    const path = find(join("node_modules", pack), `${file}.${suffix}`);
    if (!path) throw new Error(`${file}.${suffix} is not in ${pack}`);
    copyFileSync(path, join(out, "fonts", `${short}.${suffix}`));
  }
}

// Formulas are typeset in panels only, and their style and fonts loaded when the first one is.
const katex = join("node_modules", "katex", "dist");
copyFileSync(join(katex, "katex.min.css"), join(out, "katex.css"));
for (const name of readdirSync(join(katex, "fonts"))) {
  if (name.endsWith(".woff2")) copyFileSync(join(katex, "fonts", name), join(out, "fonts", name));
}

rmSync(done, { recursive: true, force: true });
renameSync(out, done);
