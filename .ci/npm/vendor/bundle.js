// Writes static/vendor/codemirror.js and d3-zoom.js from the pinned packages: the
// bundles and the licences of what is in them. `go generate ./static` runs it,
// and .ci/fresh proves that the result is what stands in the repository.
import { build } from "esbuild";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../../../static/vendor");

/**
 * A file of ours in place of a package, which it alone may import.
 * @param {string} name
 * @returns {import("esbuild").Plugin}
 */
const instead = (name) => ({
  name: `instead of ${name}`,
  setup(esbuild) {
    const own = join(here, `${name}.js`);
    esbuild.onResolve({ filter: new RegExp(`^${name}$`) }, ({ importer }) => importer === own ? undefined : { path: own });
  },
});

/**
 * Bundles an entry and tells the packages that are in it.
 * @param {string} name
 * @param {...string} replaced packages that files of ours stand in for
 */
async function bundle(name, ...replaced) {
  const { metafile } = await build({
    entryPoints: [join(here, name)], outfile: join(target, name), absWorkingDir: join(here, ".."),
    bundle: true, format: "esm", minify: true, target: "es2023", legalComments: "none", metafile: true, plugins: replaced.map(instead),
  });
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
  return used.map(([input]) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]).filter((found) => found !== undefined);
}

const packages = new Set([...await bundle("codemirror.js", "style-mod"), ...await bundle("d3-zoom.js", "d3-transition", "d3-interpolate")]);
await writeFile(join(target, "codemirror.d.ts"), await readFile(join(here, "codemirror.js")));

// Licences: one text for all packages that share it, after those of other files.
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
const heading = "==== Packages in codemirror.js and d3-zoom.js";
const list = join(target, "LICENSES.txt");
const others = (await readFile(list, "utf8")).split(heading, 1)[0] ?? "";
await writeFile(list, `${others.trimEnd()}\n\n${heading}\n\n` +
  [...licences].map(([text, names]) => `==== ${names.join("\n==== ")}\n${text}\n`).join("\n"));
