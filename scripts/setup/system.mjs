// The programs that every machine should have: a C linker for Rust, Python with venv for Radicale and the tests.
import { existsSync, readdirSync } from "node:fs";
import { install, which } from "./debian.mjs";

/** Debian splits venv from Python; without it `python3 -m venv` fails late and badly. */
function venvIsMissing() {
  if (!existsSync("/etc/debian_version") || which("python3") !== "/usr/bin/python3") return false;
  return !readdirSync("/usr/lib").some(
    (name) => existsSync(`/usr/lib/${name}/ensurepip`) && name.startsWith("python3."),
  );
}

/** @param {boolean} python whether Python is needed */
function missing(python) {
  const packages = [];
  if (!which("cc")) packages.push("gcc", "libc6-dev");
  if (python && !which("python3")) packages.push("python3");
  if (python && (packages.includes("python3") || venvIsMissing())) packages.push("python3-venv");
  return packages;
}

/** @param {boolean} python @returns {import("./step.mjs").Step} */
export const systemPackages = (python) => ({
  name: "system",
  title: `${missing(python).join(", ")} from the system's packages`,
  takes: "about a minute",
  advice: `Install ${missing(python).join(" ")} yourself, then try again.`,
  done: () => missing(python).length === 0,
  work: async (run) => {
    await install(run, missing(python));
  },
});
