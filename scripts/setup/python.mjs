// Python environments: one for each requirements file, named by a hash of it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, root } from "../places.mjs";

/** @param {string} requirements a file of the checkout */
function environmentOf(requirements) {
  const hash = createHash("sha256")
    .update(readFileSync(join(root, requirements)))
    .digest("hex")
    .slice(0, 16);
  return join(cache, "python", hash);
}

/** A program of the environment that such a file describes. @param {string} requirements @param {string} program */
export const pythonProgram = (requirements, program) => join(environmentOf(requirements), "bin", program);

export const radicaleRequirements = "scripts/setup/radicale.txt";
export const xandikosRequirements = "scripts/setup/xandikos.txt";
export const testRequirements = "tests/requirements.txt";
/** Apart from the others: it does not bear the HTTP library of `caldav` beside its own. */
export const schemathesisRequirements = "tests/openapi/requirements.txt";
export const benchRequirements = "bench/requirements.txt";

/** @param {string} name @param {string} title @param {string} requirements @returns {import("./step.mjs").Step} */
const step = (name, title, requirements) => ({
  name,
  title,
  takes: "about half a minute",
  advice: "If a package could not be fetched, look at the network and try again.",
  done: () => existsSync(join(environmentOf(requirements), "installed")),
  work: async (run) => {
    const home = environmentOf(requirements);
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    await run("python3", ["-m", "venv", home]);
    await run(join(home, "bin", "pip"), [
      ..."install -q --disable-pip-version-check -r".split(" "),
      requirements,
    ]);
    writeFileSync(join(home, "installed"), "");
  },
});

export const radicale = step("radicale", "Radicale, a CalDAV server, from PyPI", radicaleRequirements);
export const xandikos = step("xandikos", "Xandikos, a CalDAV server, from PyPI", xandikosRequirements);
export const testPackages = step("python-tests", "Python packages for the tests from PyPI", testRequirements);
export const schemathesis = step("schemathesis", "schemathesis from PyPI", schemathesisRequirements);
export const vdirsyncer = step("vdirsyncer", "vdirsyncer, a CalDAV client, from PyPI", benchRequirements);
