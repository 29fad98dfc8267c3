// The HTTP API as an application calls it: JSON in, status and JSON out.

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answers and asserts on it
type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Json;
}

export class Api {
  url: string;
  readonly key: string | undefined;

  /** What else is sent, as by a browser. */
  readonly headers: Record<string, string>;

  constructor(url: string, key?: string, headers: Record<string, string> = {}) {
    this.url = url;
    this.key = key;
    this.headers = headers;
  }

  options = (path: string) => this.#ask("OPTIONS", path);
  get = (path: string) => this.#ask("GET", path);
  post = (path: string, body: Json = {}) => this.#ask("POST", path, body);
  put = (path: string, body: Json) => this.#ask("PUT", path, body);
  delete = (path: string, body?: Json) => this.#ask("DELETE", path, body);
  patch = (path: string, body: Json) => this.#ask("PATCH", path, body);

  async #ask(method: string, path: string, body?: Json): Promise<Answer> {
    const headers = { ...this.headers };
    if (this.key !== undefined) headers.authorization = `Bearer ${this.key}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const sent = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
    const answer = await fetch(this.url + path, { method, headers, body: sent ?? null });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  }
}
