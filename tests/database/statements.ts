// Every SQL text that the Worker's Rust hands to its database, read from the source: constants alone can get there.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../../scripts/places.mjs";

export interface Statement {
  /** File and line. */
  at: string;
  sql: string;
}

interface Token {
  kind: "text" | "word" | "sign";
  says: string;
  line: number;
}

/** The methods of `Database` that take a statement's text, each with the place of the text among its arguments. */
const doors: Record<string, number> = { statement: 0, all: 0, first: 0, run: 0, assert: 1 };
/** Where those methods are; what they hand on to each other came from their callers. */
const door = "worker/src/database/mod.rs";

const shape =
  /(?<skip>\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.[^']*)'|\s+)|r(?<hashes>#*)"(?<raw>[\s\S]*?)"\k<hashes>|"(?<text>(?:[^"\\]|\\[\s\S])*)"|(?<word>\w+)|(?<sign>[\s\S])/gu;

/** What an escape in a Rust text stands for; at the end of a line, nothing. */
const escaped = (text: string) =>
  text.replace(/\\(\n\s*|[\s\S])/g, (_, mark: string) => ({ n: "\n", t: "\t" })[mark] ?? mark.trim());

function tokens(source: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  for (const { 0: all, groups } of source.matchAll(shape)) {
    const { raw, text, word, sign } = groups ?? {};
    if (raw !== undefined) found.push({ kind: "text", says: raw, line });
    else if (text !== undefined) found.push({ kind: "text", says: escaped(text), line });
    else if (word !== undefined) found.push({ kind: "word", says: word, line });
    else if (sign !== undefined) found.push({ kind: "sign", says: sign, line });
    line += all.split("\n").length - 1;
  }
  return found;
}

/** The parts between commas of what stands in the bracket that opens at `open`. */
function parts(all: Token[], open: number): Token[][] {
  const found: Token[][] = [[]];
  let depth = 0;
  for (const token of all.slice(open)) {
    const sign = token.kind === "sign" ? token.says : "";
    if (")]}".includes(sign) && sign !== "") depth -= 1;
    if (depth === 0 && token !== all[open]) break;
    if (depth === 1 && sign === ",") found.push([]);
    else if (depth > 0) found.at(-1)?.push(token);
    if ("([{".includes(sign) && sign !== "") depth += 1;
  }
  return found.filter((part) => part.length > 0);
}

/** The statements of one file. */
function inFile(path: string): Statement[] {
  const all = tokens(readFileSync(join(root, path), "utf8"));
  const is = (at: number, says: string) => all[at]?.says === says && all[at]?.kind !== "text";

  /** The value that the nearest `let` or `const` before gives a name, up to its semicolon. */
  const given = (name: string, before: number): Token[] | undefined => {
    for (let at = before; at >= 0; at -= 1) {
      if (!is(at, name) || !(is(at - 1, "let") || is(at - 1, "const"))) continue;
      const from = all.findIndex((token, index) => index > at && token.says === "=");
      return all.slice(
        from + 1,
        all.findIndex((_, index) => index > from && is(index, ";")),
      );
    }
    return undefined;
  };

  const text = (value: Token[], before: number): string => {
    const [first] = value;
    if (first?.kind === "text" && value.length === 1) return first.says;
    if (first?.says === "[") {
      const pieces = parts(value, 0);
      return pieces.map((piece) => text(piece, before)).join("");
    }
    // A constant may stand below what uses it.
    const isConstant = value.length === 1 && /^[A-Z][A-Z_]*$/.test(first?.says ?? "");
    const meant = first?.kind === "word" && given(first.says, isConstant ? all.length - 1 : before);
    if (meant && value.length === 1) return text(meant, before);
    const said = value.map(({ says }) => says).join(" ");
    throw new Error(
      `${path}:${first?.line}: "${said}" is no constant, so that no test can see this statement`,
    );
  };

  return all.flatMap(({ says: method, line }, at) => {
    const place = is(at - 1, ".") ? doors[method] : undefined;
    if (place === undefined) return [];
    const open = is(at + 1, ":") ? all.findIndex((_, index) => index > at && is(index, "(")) : at + 1;
    const given = is(open, "(") ? parts(all, open) : [];
    // Others have methods of these names, too, with fewer arguments.
    const handed = given[place];
    if (given.length !== place + 2 || !handed) return [];
    if (path === door && handed.length === 1 && handed[0]?.kind === "word") return [];
    const said = text(handed, at);
    const sql = method === "assert" ? `SELECT CASE WHEN ${said} THEN 1 ELSE 0 END` : said;
    return [{ at: `${path}:${line}`, sql }];
  });
}

/** The Worker's Rust files, by their paths. */
export const sources: string[] = readdirSync(join(root, "worker", "src"), {
  recursive: true,
  withFileTypes: true,
})
  .filter((entry) => entry.isFile() && entry.name.endsWith(".rs"))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .sort();

export const statements: Statement[] = sources.flatMap(inFile);
