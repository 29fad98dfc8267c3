// The site that the Worker serves: www/public as it is, the scripts and styles that its pages name bundled from www/src,
// and the core's WebAssembly beside them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, state } from "../places.mjs";
import { BuildFailed } from "./command.mjs";
import { unlessCurrent } from "./stamp.mjs";

const source = join(root, "www", "src");
const pages = join(root, "www", "public");

/** The scripts and styles that the pages ask for and www/src has. @returns {string[]} */
function entryPoints() {
  const found = new Set();
  for (const name of readdirSync(pages, { recursive: true }).map(String)) {
    if (!name.endsWith(".html")) continue;
    for (const [, wanted = ""] of readFileSync(join(pages, name), "utf8").matchAll(
      /(?:src|href)="\/?([\w./-]+\.(?:js|css))"/g,
    )) {
      const candidates = [wanted.replace(/\.js$/, ".ts"), wanted].map((file) => join(source, file));
      const entry = candidates.find((file) => existsSync(file));
      if (entry) found.add(entry);
      else if (!existsSync(join(pages, wanted)))
        throw new BuildFailed(`www/public/${name} asks for ${wanted}, which is nowhere`);
    }
  }
  return [...found].sort();
}

/**
 * `new URL("x.wasm", import.meta.url)` in a package names a file beside that module. Bundled, the module moves to the
 * site's root: so the file is copied there, and the name follows.
 * @param {string} target @returns {import("esbuild").Plugin}
 */
const wasmBesideTheBundle = (target) => ({
  name: "wasm-beside-the-bundle",
  setup(build) {
    build.onLoad({ filter: /\.[mc]?[jt]s$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes(".wasm")) return undefined;
      const pattern = /new URL\(\s*(["'`])([^"'`]+\.wasm)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;
      const contents = text.replace(pattern, (_, __, relative) => {
        const file = fileURLToPath(new URL(relative, `file://${path}`));
        if (existsSync(file)) cpSync(file, join(target, basename(file)));
        return `new URL("./${basename(file)}", import.meta.url)`;
      });
      return { contents, loader: /ts$/.test(path) ? "ts" : "js", resolveDir: dirname(path) };
    });
  },
});

/** @param {import("./profile.mjs").Profile} profile */
export function buildWww(profile) {
  const part = {
    name: "www",
    inputs: ["www/src", "www/public", "pkg", "tsconfig.json", "scripts/build/www.mjs"],
    outputs: ["www/dist/index.html"],
    variant: profile,
  };
  return unlessCurrent(part, async () => {
    const { build } = await import("esbuild");
    const target = join(root, "www", "dist");
    const fresh = join(state, "build", "www-new");
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    cpSync(pages, fresh, { recursive: true });
    try {
      await build({
        entryPoints: entryPoints(),
        outbase: source,
        outdir: fresh,
        bundle: true,
        format: "esm",
        platform: "browser",
        target: "es2022",
        minify: profile === "wasm-release",
        sourcemap: profile === "wasm-dev" ? "linked" : false,
        absWorkingDir: root,
        logLevel: "silent",
        plugins: [wasmBesideTheBundle(fresh)],
      });
    } catch (error) {
      const { formatMessages } = await import("esbuild");
      const errors = /** @type {import("esbuild").BuildFailure} */ (error).errors;
      if (!errors) throw error;
      throw new BuildFailed((await formatMessages(errors, { kind: "error" })).join("\n"));
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  });
}
