// Writes static/vendor/codemirror.js from the pinned packages: the bundle, its
// types, and the licences of what is in it. `go generate ./static` runs it, and
// .ci/fresh proves that the result is what stands in the repository.
import { build } from "esbuild";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../../../static/vendor");
const entry = join(here, "codemirror.js");

/** Our style-mod in place of the original, which it alone may import. */
const adoptedStyles = {
  name: "adopted-styles",
  setup(/** @type {import("esbuild").PluginBuild} */ esbuild) {
    const own = join(here, "style-mod.js");
    esbuild.onResolve({ filter: /^style-mod$/ }, ({ importer }) => importer === own ? undefined : { path: own });
  },
};

const { metafile } = await build({
  entryPoints: [entry], outfile: join(target, "codemirror.js"), absWorkingDir: join(here, ".."),
  bundle: true, format: "esm", minify: true, target: "es2023", legalComments: "none", metafile: true, plugins: [adoptedStyles],
});

await writeFile(join(target, "codemirror.d.ts"), await readFile(entry));

// Licences: one text for all packages that share it, after those of other files.
const packages = new Set(Object.keys(metafile.inputs)
  .map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
  .filter((name) => name !== undefined));
/** @type {Map<string, string[]>} names of packages by the text of their licence */
const licences = new Map();
for (const name of [...packages].sort()) {
  const folder = join(here, "../node_modules", name);
  const file = (await readdir(folder)).find((found) => /^licen[cs]e/i.test(found));
  if (!file) throw new Error(`${name} has no licence file`);
  const text = (await readFile(join(folder, file), "utf8")).trim();
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  licences.set(text, [...(licences.get(text) ?? []), `${name} ${version}`]);
}
const heading = "==== Packages in codemirror.js";
const list = join(target, "LICENSES.txt");
const others = (await readFile(list, "utf8")).split(heading, 1)[0] ?? "";
await writeFile(list, `${others.trimEnd()}\n\n${heading}\n\n` +
  [...licences].map(([text, names]) => `==== ${names.join("\n==== ")}\n${text}\n`).join("\n"));
