// What the panels share: who is connected to what, the four things that are loaded, and what was already done.

import type { Api, Appointment, CaldavAccount, Connection, MirroredEvent, Status } from "./api.ts";
import { type CalendarObject, PhoneCalendar } from "./caldav.ts";
import { Load } from "./state.ts";
import { addDays, dateIn, instantOf } from "./time.ts";

export const DAYS = 7;

export interface Session {
  api: Api;
  timezone: string;
  account: CaldavAccount;
  connection: Pick<Connection, "id" | "calendarName" | "calendarUrl">;
  phone: PhoneCalendar;
}

export type Deed = "connected" | "booked" | "seen" | "confirmed" | "changed" | "synced";

export class Desk {
  session: Session | undefined;
  readonly events = new Load<MirroredEvent[]>();
  readonly appointments = new Load<Appointment[]>();
  readonly phone = new Load<CalendarObject[]>();
  readonly status = new Load<Status>();
  readonly deeds = new Set<Deed>();
  #listeners: (() => void)[] = [];

  watch(listener: () => void): void {
    this.#listeners.push(listener);
    listener();
  }

  did(deed: Deed): void {
    this.deeds.add(deed);
    this.#tell();
  }

  open(session: Omit<Session, "phone">): Promise<unknown> {
    const phone = new PhoneCalendar(session.connection.calendarUrl, session.account);
    this.session = { ...session, phone };
    this.did("connected");
    return Promise.all([this.refreshApplication(), this.refreshPhone()]);
  }

  /** Today's date where the owner lives. */
  today(): string {
    return dateIn(this.session?.timezone ?? "UTC", new Date());
  }

  async refreshApplication(): Promise<void> {
    const api = this.session?.api;
    if (!api) return;
    await Promise.all([
      this.events.run(() => api.events(this.today(), addDays(this.today(), DAYS - 1))),
      this.appointments.run(() => api.appointments()),
      this.status.run(() => api.status()),
    ]);
  }

  async refreshPhone(): Promise<CalendarObject[] | undefined> {
    const session = this.session;
    if (!session) return undefined;
    const midnight = (days: number) => instantOf(addDays(this.today(), days), "00:00", session.timezone);
    return this.phone.run(() => session.phone.read(midnight(0), midnight(DAYS + 1)));
  }

  /** Reads the phone's calendar until it shows what Kalends was asked to write there; gives up after some tries. */
  async awaitPhone(shows: (objects: CalendarObject[]) => boolean): Promise<boolean> {
    for (const pause of [0, 300, 600, 1000, 1500, 2500]) {
      await new Promise((done) => setTimeout(done, pause));
      const objects = await this.refreshPhone();
      if (objects && shows(objects)) return true;
    }
    return false;
  }

  /** Is this calendar object the event of one of the application's appointments? */
  appointmentOf(object: CalendarObject): Appointment | undefined {
    return this.appointments.value?.find(
      (one) =>
        one.externalEventUid !== null && object.events.some((event) => event.uid === one.externalEventUid),
    );
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export function live(appointment: Appointment): boolean {
  return appointment.status === "PENDING" || appointment.status === "CONFIRMED";
}
