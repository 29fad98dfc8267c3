// The demo page: makes the desk, sets the panels around it, and opens the first of them.

import { init } from "kalends";
import { Desk } from "./desk.ts";
import { byId, say, sentence } from "./dom.ts";
import { appointmentsPanel } from "./panels/appointments.ts";
import { bookPanel } from "./panels/book.ts";
import { connectPanel } from "./panels/connect.ts";
import { downloads } from "./panels/download.ts";
import { guide } from "./panels/guide.ts";
import { historyPanel } from "./panels/history.ts";
import { phonePanel } from "./panels/phone.ts";
import { requestsPanel } from "./panels/requests.ts";
import { weekPanel } from "./panels/week.ts";

try {
  await init();
  const desk = new Desk();
  guide(desk);
  requestsPanel();
  phonePanel(desk);
  appointmentsPanel(desk);
  weekPanel(desk, bookPanel(desk));
  downloads(desk);
  historyPanel(desk);
  await connectPanel(desk);
  document.documentElement.dataset.ready = "true";
} catch (error) {
  say(byId("connect-alert"), `The page could not start: ${sentence(error)}`);
}
