// static/src and static/css in; the bundled static/dist, fonts included, out.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

const out = "static/dist";
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "fonts"), { recursive: true });

await build({
  entryPoints: ["static/src/main.ts", "static/css/main.css"],
  entryNames: "[name]",
  bundle: true,
  minify: true,
  sourcemap: true,
  format: "esm",
  target: "es2022",
  outdir: out,
  external: ["*.woff2"],
  legalComments: "linked",
});

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
