// The phone: a small CalDAV client (RFC 4791) that talks to the calendar server directly, past Kalends.

import { type CalendarEvent, parse, patch } from "kalends";
import type { CaldavAccount } from "./api.ts";
import { addMinutes } from "./time.ts";
import { tracedFetch } from "./trace.ts";

const DAV = "DAV:";
const CALDAV = "urn:ietf:params:xml:ns:caldav";

/** One calendar object as the server holds it: where it lies, its version, its text and what the text says. */
export interface CalendarObject {
  href: string;
  etag: string;
  text: string;
  events: CalendarEvent[];
}

export class PhoneCalendar {
  readonly url: string;
  readonly #authorization: string;

  constructor(url: string, account: CaldavAccount) {
    this.url = url;
    const bytes = new TextEncoder().encode(`${account.user}:${account.password}`);
    this.#authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
  }

  /** Every event that touches the range, by a `calendar-query` REPORT. */
  async read(from: Date, to: Date): Promise<CalendarObject[]> {
    const response = await this.#send("REPORT", this.url, calendarQuery(from, to), {
      "Content-Type": "application/xml; charset=utf-8",
      Depth: "1",
    });
    const answer = new DOMParser().parseFromString(await response.text(), "application/xml");
    return Array.from(answer.getElementsByTagNameNS(DAV, "response"), object).filter((one) => one !== null);
  }

  /** Changes the times inside the event's own text, and writes it only over the version that was read. */
  async move(object: CalendarObject, minutes: number): Promise<void> {
    const [event] = object.events;
    if (!event) throw new Error("This calendar object holds no event.");
    const text = patch(object.text, {
      start: addMinutes(event.start, minutes).toISOString(),
      end: addMinutes(event.end, minutes).toISOString(),
    });
    await this.#send("PUT", this.#at(object), text, {
      "Content-Type": "text/calendar; charset=utf-8",
      "If-Match": object.etag,
    });
  }

  async remove(object: CalendarObject): Promise<void> {
    await this.#send("DELETE", this.#at(object), undefined, { "If-Match": object.etag });
  }

  #at(object: CalendarObject): string {
    return new URL(object.href, this.url).href;
  }

  async #send(method: string, url: string, body: string | undefined, extra: Record<string, string>) {
    const headers = { Authorization: this.#authorization, ...extra };
    let response: Response;
    try {
      response = await tracedFetch("caldav", url, { method, headers, body });
    } catch {
      throw new Error(
        `The browser cannot reach ${new URL(url).host}. A CalDAV server must be running there and allow this page (CORS).`,
      );
    }
    if (response.status === 412) {
      throw new Error(
        "The event was changed on the server after this page read it. Read again, then try again.",
      );
    }
    if (!response.ok) throw new Error(`The CalDAV server answered ${response.status} to ${method}.`);
    return response;
  }
}

function calendarQuery(from: Date, to: Date): string {
  const utc = (instant: Date) => instant.toISOString().replace(/[-:]|\.\d+/g, "");
  return `<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns="${DAV}" xmlns:C="${CALDAV}">
  <prop><getetag/><C:calendar-data/></prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="${utc(from)}" end="${utc(to)}"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>`;
}

function object(response: Element): CalendarObject | null {
  const text = first(response, CALDAV, "calendar-data");
  const href = first(response, DAV, "href");
  if (!text || !href) return null;
  return { href, etag: first(response, DAV, "getetag"), text, events: parse(text).events };
}

function first(element: Element, namespace: string, name: string): string {
  return element.getElementsByTagNameNS(namespace, name)[0]?.textContent ?? "";
}
