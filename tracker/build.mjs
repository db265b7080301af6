/**
 * Joins and shortens src/ into one script: `node build.mjs`. Its first line carries a digest of the modules, so that a
 * test can tell whether it is up to date.
 */

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const digest = createHash("sha256");
for (const name of readdirSync(here("src")).sort()) digest.update(name).update(readFileSync(here(`src/${name}`)));

await build({
  entryPoints: [here("src/main.js")],
  outfile: here("../src/omniloom/api/static/omniloom.min.js"),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2018", // every browser of the last seven years; a test parses the result as ES2018
  charset: "utf8",
  legalComments: "none",
  banner: { js: `/* omniloom.js ${digest.digest("hex").slice(0, 16)} */` },
});
