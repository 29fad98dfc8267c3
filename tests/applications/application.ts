// An application as its document has it: its examples, run as they stand there but for host and authorization.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { Api } from "../end-to-end/api.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answers and asserts on it
type Json = any;

/** The examples of one document, in a folder of its application's name. */
export class Examples {
  readonly #folder: URL;

  constructor(application: string) {
    this.#folder = new URL(`examples/${application}/`, import.meta.url);
  }

  text = (name: string): string => readFileSync(new URL(name, this.#folder), "utf8");
  json = (name: string): Json => JSON.parse(this.text(name));

  /** Every `GET /path` of a list of endpoints, with what stands for an id in it as `id`. */
  endpoints = (name: string, base = ""): { method: string; path: string }[] =>
    [...this.text(name).matchAll(/\b(GET|POST|PUT|PATCH|DELETE) (\/[^\s`]*)/g)].map(
      ([, method = "", path = ""]) => ({ method, path: base + path.replace(/[<{][^>}]*[>}]/g, "id") }),
    );
}

/** What a command of the document answers: its hosts replaced, and its authorization given. */
export async function curl(
  api: Api,
  command: string,
  hosts: Record<string, string> = {},
): Promise<{ status: number; text: string; body: Json }> {
  let said = command.replaceAll("YOUR_SESSION_TOKEN", api.key ?? "");
  for (const [host, own] of Object.entries(hosts)) said = said.replaceAll(host, own);
  const needsKey = !/Authorization:|-u "/.test(said);
  const options = ["--silent", "--show-error", "--write-out", "\\n%{http_code}"];
  if (needsKey) options.push("--header", `Authorization: Bearer ${api.key}`);
  const quoted = options.map((option) => `'${option}'`).join(" ");
  const script = `curl() { command curl ${quoted} "$@"; }\n${said}`;
  const { stdout } = await promisify(execFile)("bash", ["-c", script]);
  const end = stdout.lastIndexOf("\n");
  const text = stdout.slice(0, end);
  const status = Number(stdout.slice(end + 1));
  return { status, text, body: text.startsWith("{") ? JSON.parse(text) : undefined };
}

/**
 * Runs JavaScript of the document where `fetch` reaches the API with a key and `given` is in scope; the values of the
 * names that are `wanted` at its end.
 */
export async function javascript(
  api: Api,
  source: string,
  wanted: string[],
  given: Record<string, unknown> = {},
): Promise<Record<string, Json>> {
  const reached = (path: string, init: RequestInit = {}) =>
    fetch(api.url + path, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${api.key}` },
    });
  const scope = { fetch: reached, ...given };
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const run = new AsyncFunction(...Object.keys(scope), `${source}\nreturn { ${wanted.join(", ")} };`);
  return await run(...Object.values(scope));
}

/** Every endpoint of a list is there: nothing answers that there is no such address or method. */
export async function assertServed(api: Api, endpoints: { method: string; path: string }[]): Promise<void> {
  assert.notEqual(endpoints.length, 0);
  for (const { method, path } of endpoints) {
    const answer = await fetch(api.url + path, {
      method,
      redirect: "manual",
      headers: { authorization: `Bearer ${api.key}`, "content-type": "application/json" },
      ...(method !== "GET" && { body: "{}" }),
    });
    const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
    assert.ok(!["no_such_route", "method_not_allowed"].includes(code ?? ""), `${method} ${path}: ${code}`);
  }
}

/** An answer has every field of the document's, with values of the same kind; null stands for any. */
export function assertShaped(answer: Json, document: Json, at = "the answer"): void {
  if (document === null || answer === null) return;
  if (Array.isArray(document)) {
    assert.ok(Array.isArray(answer), `${at} is a list`);
    for (const one of answer) assertShaped(one, document[0], `${at}[]`);
  } else if (typeof document === "object") {
    for (const [name, value] of Object.entries(document)) {
      assert.ok(name in answer, `${at} has ${name}: ${JSON.stringify(answer)}`);
      assertShaped(answer[name], value, `${at}.${name}`);
    }
  } else {
    assert.equal(typeof answer, typeof document, `${at}: ${JSON.stringify(answer)}`);
  }
}
