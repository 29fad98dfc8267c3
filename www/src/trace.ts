// Every request the page makes, on record, so that the page can show that nothing is staged.

export interface Request {
  side: "kalends" | "caldav";
  method: string;
  url: string;
  status: number;
  milliseconds: number;
}

const KEPT = 40;
const requests: Request[] = [];
const listeners: ((requests: readonly Request[]) => void)[] = [];

export function watchRequests(listener: (requests: readonly Request[]) => void): void {
  listeners.push(listener);
  listener(requests);
}

/** `fetch` that leaves a trace; status 0 means that no answer came. */
export async function tracedFetch(side: Request["side"], url: string, init: RequestInit): Promise<Response> {
  const began = performance.now();
  let status = 0;
  try {
    const response = await fetch(url, { cache: "no-store", credentials: "omit", ...init });
    status = response.status;
    return response;
  } finally {
    const milliseconds = Math.round(performance.now() - began);
    requests.unshift({ side, method: init.method ?? "GET", url, status, milliseconds });
    requests.length = Math.min(requests.length, KEPT);
    for (const listener of listeners) listener(requests);
  }
}
