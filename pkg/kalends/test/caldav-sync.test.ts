// The example of a sync in caldav.md, against a server in memory that is read through a fetch of one's own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import type { DavRequest } from "../caldav.js";

const calendar = "https://cal.example.org/dav/ana/studio/";
const path = new URL(calendar).pathname;

type Mirror = Map<string, { etag: string; ics: string }>;
type State = { token: string | null; events: Mirror };
type Send = (request: DavRequest) => Promise<Response>;
type Sync = (send: Send, calendar: string, state?: State) => Promise<State>;

const page = readFileSync(new URL("../caldav.md", import.meta.url), "utf8");
const block = page.split("```js\n").find((code) => code.includes("export async function sync")) ?? "";
const code = (block.split("```")[0] ?? "").replace(
  '"kalends/caldav"',
  `"${new URL("../caldav.js", import.meta.url)}"`,
);
const { sync }: { sync: Sync } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

/** What is there, and when each name was last written or removed. */
let objects: Map<string, { etag: string; ics: string }>;
let writes: [name: string, at: number][];
let oldest: number;
let asked: string[];

beforeEach(() => {
  [objects, writes, oldest, asked] = [new Map(), [], 0, []];
});

function put(name: string, ics: string) {
  writes.push([name, writes.length + 1]);
  objects.set(name, { etag: `"${writes.length}"`, ics });
}

function remove(name: string) {
  objects.delete(name);
  writes.push([name, writes.length + 1]);
}

const xml = (inner: string) =>
  new Response(
    `<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${inner}</D:multistatus>`,
    { status: 207 },
  );
const status = (href: string, code: number) =>
  `<D:response><D:href>${href}</D:href><D:status>HTTP/1.1 ${code} X</D:status></D:response>`;
const props = (href: string, inner: string) =>
  `<D:response><D:href>${href}</D:href><D:propstat><D:prop>${inner}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;

/** Answers in pages of two. */
const send: Send = async ({ method, url, body }) => {
  assert.deepEqual([method, url], ["REPORT", calendar]);
  const text = String(body);
  const hrefs = [...text.matchAll(/<d:href>(.*?)<\/d:href>/g)].map(([, href]) => String(href));
  asked.push(hrefs.length > 0 ? `multiget of ${hrefs.length}` : "sync");
  if (hrefs.length > 0) {
    const told = hrefs.map((href) => {
      const object = objects.get(href.slice(path.length));
      if (!object) return status(href, 404);
      return props(
        href,
        `<D:getetag>${object.etag}</D:getetag><C:calendar-data>${object.ics}</C:calendar-data>`,
      );
    });
    return xml(told.join(""));
  }
  const token = /<d:sync-token>(.*?)<\/d:sync-token>/.exec(text)?.[1] ?? "";
  const since = Number(token);
  if (token && since < oldest)
    return new Response('<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>', { status: 403 });
  const last = new Map(writes);
  const news = [...last].filter(([, at]) => at > since).sort(([, one], [, other]) => one - other);
  const page = news.slice(0, 2);
  const told = page.map(([name]) => {
    const object = objects.get(name);
    return object ? props(path + name, `<D:getetag>${object.etag}</D:getetag>`) : status(path + name, 404);
  });
  const cutOff = news.length > page.length;
  const reached = cutOff ? page.at(-1)?.[1] : writes.length;
  return xml(`${told.join("")}${cutOff ? status(path, 507) : ""}<D:sync-token>${reached}</D:sync-token>`);
};

const texts = ({ events }: State) =>
  Object.fromEntries([...events].map(([url, { ics }]) => [url.slice(calendar.length), ics]).sort());
const there = () => Object.fromEntries([...objects].map(([name, { ics }]) => [name, ics]).sort());

test("a first sync reads everything, page by page, and the next one what changed", async () => {
  for (const name of ["a.ics", "b.ics", "c.ics", "d.ics", "e.ics"]) put(name, `${name} before`);
  const first = await sync(send, calendar);
  assert.deepEqual(texts(first), there());
  assert.deepEqual(asked.splice(0), ["sync", "sync", "sync", "multiget of 5"]);

  assert.deepEqual(await sync(send, calendar, first), first);
  assert.deepEqual(asked.splice(0), ["sync"]);

  put("b.ics", "b.ics after");
  remove("c.ics");
  put("f.ics", "new");
  const second = await sync(send, calendar, first);
  assert.deepEqual(texts(second), there());
  assert.deepEqual(asked.splice(0), ["sync", "sync", "multiget of 2"]);
  assert.equal(Object.keys(texts(first)).length, 5, "what was given stays as it was");
});

test("a token that is too old leads to what is really there", async () => {
  for (const name of ["a.ics", "b.ics"]) put(name, name);
  const first = await sync(send, calendar);
  remove("a.ics");
  put("c.ics", "c.ics");
  oldest = 3;
  assert.deepEqual(texts(await sync(send, calendar, first)), there());
  assert.deepEqual(asked.slice(-4), ["sync", "sync", "sync", "multiget of 1"]);
});

test("what cannot be read is an error, and loses nothing", async () => {
  put("a.ics", "a");
  const first = await sync(send, calendar);
  const busy: Send = async () => new Response("", { status: 503 });
  await assert.rejects(sync(busy, calendar, first), /503/);
  assert.equal(first.events.size, 1);
});
