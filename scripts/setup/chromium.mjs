// A Chromium for the tests that run in a browser: the one that is there, else Debian's.
import { install, which } from "./debian.mjs";

/** @returns {string | undefined} */
export function chromiumProgram() {
  const named = process.env.CHROMIUM;
  if (named) return named;
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    const found = which(name);
    if (found) return found;
  }
  return undefined;
}

/** @type {import("./step.mjs").Step} */
export const chromium = {
  name: "chromium",
  title: "Chromium from the system's packages",
  takes: "about a minute",
  advice: "Install Chromium or Chrome yourself; CHROMIUM may hold its path.",
  done: () => chromiumProgram() !== undefined,
  work: (run) => install(run, ["chromium"]),
};
