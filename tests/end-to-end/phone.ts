// The phone as the tests see it: a process that runs phone.py and answers one request after another.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { pythonProgram, testRequirements } from "../../scripts/setup/python.mjs";

export interface PhoneTask {
  url: string;
  etag: string;
  uid: string;
  summary: string;
  description: string;
  location: string;
  status: string;
  data: string;
}

export interface PhoneEvent extends PhoneTask {
  start: string;
  end: string;
}

export class Phone {
  readonly #process: ChildProcess;
  readonly #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];

  constructor(url: string, user: string, password: string) {
    const script = fileURLToPath(new URL("phone.py", import.meta.url));
    const python = pythonProgram(testRequirements, "python");
    this.#process = spawn(python, [script, url, user, password], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream });
    lines.on("line", (line) => {
      const answer = JSON.parse(line);
      const asked = this.#waiting.shift();
      if ("error" in answer) asked?.reject(new Error(`the phone: ${answer.error}`));
      else asked?.resolve(answer.result);
    });
    this.#process.on("exit", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error("the phone's process ended"));
    });
  }

  #ask<T>(what: string, ...parameters: unknown[]): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as (value: unknown) => void, reject });
      this.#process.stdin?.write(`${JSON.stringify({ do: what, with: parameters })}\n`);
    });
  }

  /** Makes a calendar; its URL. */
  makeCalendar = (name: string) => this.#ask<string>("make_calendar", name);
  events = (calendar: string) => this.#ask<PhoneEvent[]>("events", calendar);
  /** Puts an event that the owner made; its URL. */
  add = (calendar: string, data: string) => this.#ask<string>("add", calendar, data);
  /** Changes properties of an event or task by their iCalendar names; times are ISO texts. */
  change = (calendar: string, uid: string, fields: Record<string, string>) =>
    this.#ask<null>("change", calendar, uid, fields);
  delete = (calendar: string, uid: string) => this.#ask<null>("delete", calendar, uid);

  /** Makes a task list; its URL. */
  makeTaskList = (name: string) => this.#ask<string>("make_task_list", name);
  tasks = (list: string) => this.#ask<PhoneTask[]>("tasks", list);
  completeTask = (list: string, uid: string) => this.#ask<null>("complete_task", list, uid);
  /** Sets when a task is due, an ISO text. */
  rescheduleTask = (list: string, uid: string, due: string) =>
    this.#ask<null>("reschedule_task", list, uid, due);

  stop(): void {
    this.#process.stdin?.end();
    this.#process.kill();
  }
}
