// CalDAV servers from Debian's packages, for the tests. Nothing but their programs is used: each run brings its own
// configuration and data, and what a package would start by itself is kept from starting.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { install, needApt, runAsRoot } from "./debian.mjs";

/** The first package of each is the server itself. */
const packages = {
  sabredav: ["php-sabre-dav", "php-cli", "php-mbstring", "php-sqlite3", "php-xml"],
  davical: ["davical", "php-cgi", "php-cli", "php-curl", "php-mbstring", "php-pgsql", "postgresql"],
  cyrus: ["cyrus-caldav", "cyrus-imapd", "libsasl2-modules-db", "msmtp-mta", "sasl2-bin"],
  sogo: ["sogo", "memcached", "postgresql"],
};

/** Installed before the others, or these would bring Apache and a mail server. */
const standIns = ["php-cgi", "msmtp-mta"];

/** @typedef {keyof typeof packages} DebianServer */

/** @param {string[]} names @returns {Map<string, string>} the version of each package that is installed */
function installed(names) {
  const query = ["-W", `-f=\${db:Status-Status} \${Package} \${Version}\\n`, ...names];
  const { stdout } = spawnSync("dpkg-query", query, { encoding: "utf8" });
  const found = (stdout ?? "").split("\n").map((line) => line.split(" "));
  return new Map(
    found.filter(([status]) => status === "installed").map(([, name = "", version = ""]) => [name, version]),
  );
}

/** The version of a server, without Debian's own number. @param {DebianServer} server */
export function versionOf(server) {
  const [name = ""] = packages[server];
  return (installed([name]).get(name) ?? "").replace(/^\d+:/, "").replace(/-[^-]*$/, "");
}

const policy = "/usr/sbin/policy-rc.d";
const ours = "# Kalends installs packages without starting their services.";

/** Does the work while Debian starts no service of a package. @param {import("./step.mjs").Run} run @param {() => Promise<void>} work */
async function withoutServices(run, work) {
  const others = existsSync(policy) && !readFileSync(policy, "utf8").includes(ours);
  if (others) return work();
  const lines = ["#!/bin/sh", ours, "exit 101"].map((line) => `'${line}'`).join(" ");
  await runAsRoot(run, "sh", ["-c", `printf '%s\\n' ${lines} > ${policy} && chmod 755 ${policy}`]);
  try {
    await work();
  } finally {
    await runAsRoot(run, "rm", ["-f", policy]);
  }
}

/** @param {DebianServer[]} servers @returns {import("./step.mjs").Step} */
export function serverPackages(...servers) {
  const wanted = [...new Set(servers.flatMap((server) => packages[server]))];
  const missing = () => {
    const there = installed(wanted);
    return wanted.filter((name) => !there.has(name));
  };
  return {
    name: `servers-${servers.join("-")}`,
    title: `CalDAV servers for the tests (${servers.join(", ")}) from Debian's packages`,
    takes: "about half a minute",
    advice: `Install ${wanted.join(" ")} yourself, then try again.`,
    done: () => missing().length === 0,
    work: async (run) => {
      await needApt(run, missing().join(" "));
      await withoutServices(run, async () => {
        const first = missing().filter((name) => standIns.includes(name));
        if (first.length > 0) await install(run, first);
        await install(run, missing());
      });
    },
  };
}
