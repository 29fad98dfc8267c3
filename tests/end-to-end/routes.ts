// The Worker's route table as its source says it: every path with each of its methods.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/places.mjs";

const folder = join(root, "worker", "src", "routes");

/** What stands in the bracket that opens at `open`. */
function within(source: string, open: number): string {
  let depth = 0;
  for (let at = open; at < source.length; at += 1) {
    if (source[at] === "(") depth += 1;
    if (source[at] === ")") depth -= 1;
    if (depth === 0) return source.slice(open + 1, at);
  }
  throw new Error(`a bracket is not closed: ${source.slice(open, open + 80)}`);
}

/** A path as it is written, or the constant of another module that holds it. */
function path(written: string): string {
  const [, literal] = /^"(.*)"$/.exec(written) ?? [];
  if (literal !== undefined) return literal;
  const [, module, name] = /^(\w+)::([A-Z_]+)$/.exec(written) ?? [];
  const source = module ? readFileSync(join(folder, `${module}.rs`), "utf8") : "";
  const [, value] = new RegExp(`pub const ${name}: &str = "(.*)";`).exec(source) ?? [];
  if (value === undefined) throw new Error(`${written} is no path that can be read here`);
  return value;
}

/** Each as `METHOD /path`. */
export function routes(): string[] {
  const found: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    const source = readFileSync(join(folder, name), "utf8");
    for (const { index } of source.matchAll(/\.route\(/g)) {
      const [, written = "", handlers = ""] =
        /^\s*([^,]+),\s*([\s\S]*)$/.exec(within(source, index + ".route".length)) ?? [];
      const methods = [...handlers.matchAll(/(?:^|[.(\s]|\bon_)(get|post|put|patch|delete)\(/g)];
      if (methods.length === 0) throw new Error(`${written} has no method that can be read here`);
      for (const [, method = ""] of methods) found.push(`${method.toUpperCase()} ${path(written)}`);
    }
  }
  return found;
}
