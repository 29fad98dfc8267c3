// The Kalends HTTP API as this page uses it: typed replies, and one error type carrying the human sentence.

import { tracedFetch } from "./trace.ts";

export interface CaldavAccount {
  url: string;
  user: string;
  password: string;
}

export interface RemoteCalendar {
  name: string;
  color: string | null;
  url: string;
  writable: boolean;
  components: string[];
  holdsEvents: boolean;
}

export interface SyncCounts {
  eventsImported: number;
  eventsExported: number;
  eventsUpdated: number;
  eventsDeleted: number;
  conflictsResolved: number;
  duration: number;
}

export interface Connection {
  id: string;
  calendarName: string;
  calendarUrl: string;
  syncStatus: string;
  lastSyncAt: string | null;
  lastSyncError: string | null;
  syncInterval: number;
}

export interface SyncRecord extends SyncCounts {
  id: string;
  syncType: string;
  direction: string;
  status: string;
  errorMessage: string | null;
  createdAt: string;
}

export interface Status {
  connections: Connection[];
  history: SyncRecord[];
}

export interface MirroredEvent {
  id: string;
  external_event_id: string;
  title: string;
  start_time: string;
  end_time: string;
  all_day: boolean;
  /** Whether the event takes its time (TRANSP); where it is not told, an event of whole days is taken not to. */
  busy?: boolean;
}

export interface Conflict {
  title: string;
  start: string;
  end: string;
  source: "calendar" | "appointment";
}

export interface Availability {
  available: boolean;
  status: "free" | "busy" | "unknown";
  reason: string | null;
  conflicts: Conflict[];
  asOf: string | null;
}

export interface Appointment {
  id: string;
  startTime: string;
  endTime: string;
  timezone: string;
  title: string | null;
  clientName: string | null;
  description: string | null;
  location: string | null;
  status: string;
  externalEventUrl: string | null;
  externalEventUid: string | null;
  externalEtag: string | null;
  lastModifiedSource: "application" | "calendar";
}

export interface Booking {
  startTime: string;
  endTime: string;
  timezone: string;
  clientName: string;
  description: string;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly conflicts: Conflict[];

  constructor(status: number, code: string, message: string, conflicts: Conflict[]) {
    super(message);
    this.status = status;
    this.code = code;
    this.conflicts = conflicts;
  }
}

export class Api {
  readonly owner: string;
  readonly #key: string;

  constructor(key: string, owner: string) {
    this.#key = key;
    this.owner = owner;
  }

  async calendars(account: CaldavAccount): Promise<RemoteCalendar[]> {
    const body = this.#account(account, account.url);
    const reply = await this.#json<{ calendars: RemoteCalendar[] }>(
      "POST",
      "/api/calendar/icloud/calendars",
      body,
    );
    return reply.calendars;
  }

  connect(
    account: CaldavAccount,
    calendar: RemoteCalendar,
    timezone: string,
  ): Promise<{ connectionId: string; calendarName: string; calendarUrl: string; sync: SyncCounts }> {
    return this.#json("POST", "/api/calendar/icloud/connect", {
      ...this.#account(account, calendar.url),
      calendarName: calendar.name,
      timezone,
      bidirectionalSync: true,
      autoExport: true,
    });
  }

  sync(connectionId: string): Promise<SyncCounts> {
    return this.#json("POST", "/api/calendar/icloud/sync", { connectionId, userId: this.owner });
  }

  status(): Promise<Status> {
    return this.#json("GET", `/api/calendar/icloud/status?${this.#query({})}`);
  }

  async events(startDate: string, endDate: string): Promise<MirroredEvent[]> {
    const query = this.#query({ startDate, endDate });
    return (await this.#json<{ events: MirroredEvent[] }>("GET", `/api/calendar/events?${query}`)).events;
  }

  availability(startTime: string, endTime: string): Promise<Availability> {
    const query = new URLSearchParams({ artistId: this.owner, startTime, endTime });
    return this.#json("GET", `/api/caldav/availability?${query}`);
  }

  async appointments(): Promise<Appointment[]> {
    const path = `/api/appointments?${this.#query({})}`;
    return (await this.#json<{ appointments: Appointment[] }>("GET", path)).appointments;
  }

  async book(booking: Booking): Promise<Appointment> {
    const body = { userId: this.owner, ...booking };
    return (await this.#json<{ appointment: Appointment }>("POST", "/api/appointments", body)).appointment;
  }

  async decide(id: string, decision: "confirm" | "cancel"): Promise<Appointment> {
    const path = `/api/appointments/${encodeURIComponent(id)}/${decision}`;
    return (await this.#json<{ appointment: Appointment }>("POST", path, { userId: this.owner })).appointment;
  }

  /** The server's own `.ics`; a plain link cannot carry the Authorization header. */
  async export(startDate: string, endDate: string): Promise<string> {
    const response = await this.#send("GET", `/api/calendar/export?${this.#query({ startDate, endDate })}`);
    return response.text();
  }

  #account(account: CaldavAccount, calendarUrl: string) {
    const { user: appleId, password: appSpecificPassword } = account;
    return { userId: this.owner, appleId, appSpecificPassword, calendarUrl };
  }

  #query(values: Record<string, string>): URLSearchParams {
    return new URLSearchParams({ userId: this.owner, ...values });
  }

  async #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await this.#send(method, path, body)).json() as Promise<T>;
  }

  async #send(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.#key}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response: Response;
    try {
      response = await tracedFetch("kalends", path, { method, headers, body: JSON.stringify(body) });
    } catch {
      throw new ApiError(0, "unreachable", "Kalends does not answer. Is `npm start` still running?", []);
    }
    if (!response.ok) throw await failure(response);
    return response;
  }
}

async function failure(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as {
    error?: string;
    code?: string;
    details?: { conflicts?: Conflict[] };
  };
  const message = body.error ?? `Kalends answered ${response.status} without saying why.`;
  return new ApiError(response.status, body.code ?? "unknown", message, body.details?.conflicts ?? []);
}
