// CalDAV's requests and answers, for those who bring their own fetch.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  calendarMultiget,
  calendarQuery,
  deleteObject,
  freeBusyQuery,
  getObject,
  KalendsError,
  mkcalendar,
  mkcol,
  options,
  propfind,
  proppatch,
  putObject,
  readCalendars,
  readConditions,
  readMultistatus,
  readService,
  readStored,
  resolveHref,
  sameResource,
  syncCollection,
} from "../caldav.js";

const home = "https://cal.example.org/dav/ana/";
const calendar = `${home}studio/`;

const multistatus = (...responses: string[]) =>
  `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${responses.join("")}</D:multistatus>`;
const response = (href: string, props: string) =>
  `<D:response><D:href>${href}</D:href><D:propstat><D:prop>${props}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;

test("a request is what fetch takes", () => {
  const { method, url, headers, body } = propfind(new URL(home), {
    depth: 1,
    properties: ["displayname", "getctag"],
  });
  assert.deepEqual([method, url], ["PROPFIND", home]);
  assert.deepEqual(headers, { depth: "1", "content-type": "application/xml; charset=utf-8" });
  assert.match(String(body), /<d:prop><d:displayname\/><cs:getctag\/><\/d:prop>/);
  new Request(url, { method, headers, body });
});

test("every method has its form", () => {
  const window = { from: new Date("2026-11-01T00:00:00Z"), to: "2026-12-01T01:00:00+01:00" };
  const range = /<c:time-range start="20261101T000000Z" end="20261201T000000Z"\/>/;
  const query = calendarQuery(calendar, window);
  assert.match(String(query.body), /<c:comp-filter name="VEVENT"><c:time-range/);
  assert.match(String(query.body), range);
  assert.match(
    String(calendarQuery(calendar, { component: "VTODO", data: false }).body),
    /"VTODO"><\/c:comp/,
  );
  assert.match(String(freeBusyQuery(calendar, window).body), range);
  assert.match(String(calendarMultiget(calendar, ["/a&b.ics"]).body), /<d:href>\/a&amp;b.ics<\/d:href>/);
  assert.match(String(syncCollection(calendar).body), /<d:sync-token><\/d:sync-token>/);
  assert.match(String(syncCollection(calendar, "0").body), /<d:sync-token>0<\/d:sync-token>/);
  const made = { displayName: "Café & <more>", components: ["VEVENT"], order: 2 };
  for (const request of [mkcalendar(calendar, made), mkcol(calendar, made)]) {
    assert.match(String(request.body), /<d:displayname>Café &amp; &lt;more&gt;<\/d:displayname>/);
    assert.match(String(request.body), /<c:comp name="VEVENT"\/>/);
  }
  const patch = String(proppatch(calendar, { set: { color: "#112233" }, remove: ["description"] }).body);
  assert.match(patch, /<d:set>.*#112233.*<\/d:set><d:remove><d:prop><c:calendar-description\/>/);
  const object = `${calendar}u1.ics`;
  assert.equal(putObject(object, "BEGIN:VCALENDAR").headers["if-none-match"], "*");
  assert.equal(putObject(object, "BEGIN:VCALENDAR", { ifMatch: '"e"' }).headers["if-match"], '"e"');
  assert.equal(deleteObject(object, { ifMatch: '"e"' }).headers["if-match"], '"e"');
  const tagged = { ifScheduleTagMatch: '"s"' };
  for (const { headers } of [putObject(object, "BEGIN:VCALENDAR", tagged), deleteObject(object, tagged)]) {
    assert.equal(headers["if-schedule-tag-match"], '"s"');
    assert.ok(!("if-match" in headers || "if-none-match" in headers));
  }
  assert.deepEqual(
    [getObject(object), options(calendar), mkcol(calendar), mkcalendar(calendar)].map(({ method }) => method),
    ["GET", "OPTIONS", "MKCOL", "MKCALENDAR"],
  );
});

test("an answer tells hrefs, versions, deletions and data", () => {
  const gone =
    "<D:response><D:href>b.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response><D:sync-token>2</D:sync-token>";
  const data = '<D:getetag>"1"</D:getetag><C:calendar-data>SUMMARY:&#55357;&#56517;</C:calendar-data>';
  const read = readMultistatus(multistatus(response("/dav/ana/studio/%c3%a1.ics", data), gone), calendar);
  const [first, second] = read.entries;
  assert.equal(first?.url, `${calendar}%c3%a1.ics`);
  assert.deepEqual([first?.status, first?.props.etag], [null, '"1"']);
  assert.equal(first?.props.calendarData, "SUMMARY:📅");
  assert.deepEqual([second?.href, second?.url, second?.status], ["b.ics", `${calendar}b.ics`, 404]);
  assert.equal(read.syncToken, "2");
});

test("calendars are told apart from what lies beside them", () => {
  const type = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>";
  const read =
    "<D:current-user-privilege-set><D:privilege><D:read/></D:privilege></D:current-user-privilege-set>";
  const body = multistatus(
    response("/dav/ana/", "<D:resourcetype><D:collection/></D:resourcetype>"),
    response("/dav/ana/studio/", `${type}${read}<D:displayname>A &amp;amp; B</D:displayname>`),
  );
  const [found, ...rest] = readCalendars(body, home, { "X-DAViCal-Version": "DAViCal/1.1.12" });
  assert.deepEqual(rest, []);
  assert.deepEqual([found?.url, found?.name, found?.writable], [calendar, "A & B", false]);
  assert.equal(readCalendars(body, home)[0]?.name, "A &amp; B");
});

test("a calendar's zone is told if the runtime knows it", () => {
  const zone = (props: string) => {
    const type = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>";
    return readCalendars(multistatus(response("/dav/ana/studio/", type + props)), home)[0]?.timeZone;
  };
  const defined = (name: string) =>
    `<C:calendar-timezone>BEGIN:VCALENDAR&#13;\nBEGIN:VTIMEZONE&#13;\nTZID:${name}&#13;\nEND:VTIMEZONE</C:calendar-timezone>`;
  assert.equal(zone("<C:calendar-timezone-id>America/New_York</C:calendar-timezone-id>"), "America/New_York");
  assert.equal(zone(defined("Europe/Madrid")), "Europe/Madrid");
  assert.equal(zone(defined("W. Europe Standard Time")), null);
  assert.equal(zone(""), null);
});

test("headers and error bodies are read", () => {
  const headers = new Headers({ DAV: "1, calendar-access", Allow: "PUT, REPORT", Server: "Cyrus" });
  assert.deepEqual(readService(headers), {
    dav: ["1", "calendar-access"],
    allow: ["PUT", "REPORT"],
    product: "Cyrus",
  });
  assert.deepEqual(readStored({ ETag: '"2"', Location: "/x.ics" }), {
    etag: '"2"',
    scheduleTag: null,
    location: "/x.ics",
  });
  assert.deepEqual(readConditions('<error xmlns="DAV:"><valid-sync-token/></error>'), ["valid-sync-token"]);
  assert.deepEqual(readConditions("<html/>"), []);
});

test("hrefs resolve and compare whatever their encoding", () => {
  assert.equal(resolveHref(calendar, "a:b.ics"), `${calendar}a:b.ics`);
  assert.equal(resolveHref(calendar, "https://p1.example.org/x"), "https://p1.example.org/x");
  assert.ok(sameResource("/ana%40x/%c3%a1.ics", "/ana@x/á.ics"));
  assert.ok(!sameResource("/a.ics", "/b.ics"));
});

test("what cannot be is a KalendsError with a code", () => {
  const failing: [string, () => unknown][] = [
    ["invalid_url", () => readMultistatus(multistatus(), "/dav/")],
    ["invalid_argument", () => propfind("/dav/", { properties: ["displayname"] })],
    ["invalid_argument", () => propfind(home, { properties: ["owner" as "displayname"] })],
    ["invalid_argument", () => propfind(home, { depth: 2 as 1, properties: [] })],
    ["invalid_argument", () => deleteObject(calendar, { ifMatch: '"a"\r\nx-evil: 1' })],
    ["invalid_argument", () => deleteObject(calendar, {} as { ifMatch: string })],
    ["invalid_argument", () => calendarQuery(calendar, { from: "soon" })],
    ["invalid_time", () => calendarQuery(calendar, { from: new Date("soon") })],
    [
      "invalid_time",
      () => freeBusyQuery(calendar, { from: "2026-11-02T00:00:00Z", to: "2026-11-01T00:00:00Z" }),
    ],
    ["not_multistatus", () => readMultistatus("<html></html>", home)],
    ["malformed_xml", () => readMultistatus('<multistatus xmlns="DAV:"><response>', home)],
    ["doctype", () => readMultistatus("<!DOCTYPE a><a/>", home)],
    ["too_large", () => readCalendars(`<multistatus xmlns="DAV:">${"<a>".repeat(40)}`, home)],
  ];
  for (const [code, act] of failing) {
    assert.throws(act, (error) => error instanceof KalendsError && error.code === code, code);
  }
});
