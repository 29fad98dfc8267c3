// What came of the tests in tests/caldav, by server: kept in tests/caldav/outcomes.json, shown in docs/caldav-servers.md.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../places.mjs";

const kept = join(root, "tests", "caldav", "outcomes.json");
const shown = join(root, "docs", "caldav-servers.md");

/**
 * What was seen of a server, and by group of tests what became of each promise.
 * @typedef {{ version: string, seen: Record<string, string>, promises: Record<string, Record<string, string>> }} Outcomes
 */
/** @typedef {Record<string, Outcomes>} AllOutcomes by server */

/** @type {Record<string, string>} */
const titles = {
  radicale: "Radicale",
  xandikos: "Xandikos",
  sabredav: "sabre/dav",
  davical: "DAViCal",
  cyrus: "Cyrus",
  sogo: "SOGo",
};

/** The groups of tests in the order in which they are shown. @type {Record<string, string>} */
const groups = {
  discovery: "Finding calendars",
  listing: "Reading",
  tokens: "Tokens",
  remade: "Calendars deleted and made again",
  writing: "Writing",
  conflicts: "Both sides at once",
  content: "What events say",
  tasks: "Tasks",
  hrefs: "Names",
  large: "Many events",
};

const [yes, none] = ["yes", "does not apply"];

/**
 * Reads what a run wrote down: one JSON line for each promise and sight of each server.
 * @param {string} file @param {import("../servers.mjs").Account[]} accounts @returns {AllOutcomes}
 */
function read(file, accounts) {
  /** @type {AllOutcomes} */
  const all = Object.fromEntries(
    accounts.map(({ server, version }) => [server, { version, seen: {}, promises: {} }]),
  );
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
    const { server, group, what, outcome, why } = JSON.parse(line);
    const ours = all[server];
    if (!ours) throw new Error(`An outcome of ${server}, which was not asked: ${line}`);
    if (outcome === "seen") ours.seen[what] = why;
    else {
      ours.promises[group] ??= {};
      ours.promises[group][what] = outcome === none ? `${none}: ${why}` : outcome === "kept" ? yes : outcome;
    }
  }
  return all;
}

/** @template T @param {Record<string, T>} record @returns {Record<string, T>} */
const sorted = (record) => Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** @param {AllOutcomes} all */
function text(all) {
  const servers = Object.entries(all).map(([server, { version, seen, promises }]) => {
    const each = Object.entries(promises).map(([group, ofGroup]) => [group, sorted(ofGroup)]);
    return [server, { version, seen: sorted(seen), promises: sorted(Object.fromEntries(each)) }];
  });
  return `${JSON.stringify(Object.fromEntries(servers), null, 2)}\n`;
}

/** @param {string[]} cells */
const row = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

/** @param {AllOutcomes} all @param {(outcomes: Outcomes) => Record<string, string>} of @param {(cell: string) => string} cell */
function table(all, of, cell) {
  const servers = Object.keys(all);
  const names = [...new Set(Object.values(all).flatMap((outcomes) => Object.keys(of(outcomes))))].sort();
  const head = ["", ...servers.map((server) => titles[server] ?? server)];
  const rows = names.map((name) => [
    name,
    ...Object.values(all).map((outcomes) => cell(of(outcomes)[name] ?? "-")),
  ]);
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

/** @param {string} cell */
const short = (cell) => (cell.startsWith(none) ? "-" : cell);

/** @param {AllOutcomes} all */
function page(all) {
  const versions = Object.entries(all).map(
    ([server, { version }]) => `${titles[server] ?? server} ${version}`,
  );
  const named = [
    ...new Set([...Object.keys(groups), ...Object.values(all).flatMap((one) => Object.keys(one.promises))]),
  ];
  const kept = named.map(
    (group) =>
      `### ${groups[group] ?? group}\n\n${table(all, ({ promises }) => promises[group] ?? {}, short)}`,
  );
  return `# CalDAV servers

Made by \`npm run test:servers\` from what was seen in that run; \`npm test -- servers\` looks whether it still holds for three of them. Every test in \`tests/caldav\` runs against each server: ${versions.join(", ")}.

## What each server does

${table(
  all,
  ({ seen }) => seen,
  (cell) => cell,
)}

## What Kalends keeps on each

A dash: there is nothing to keep, since the server gives no occasion.

${kept.join("\n\n")}
`;
}

/** Everything that is known of a server, by one name each. @param {Outcomes | undefined} outcomes */
const flat = (outcomes) => Object.assign({}, outcomes?.seen, ...Object.values(outcomes?.promises ?? {}));

/** Says where two outcomes of a server differ. @param {AllOutcomes} before @param {AllOutcomes} now @returns {string[]} */
function differences(before, now) {
  return Object.entries(now).flatMap(([server, outcomes]) => {
    const [was, is] = [flat(before[server]), flat(outcomes)];
    return [...new Set([...Object.keys(was), ...Object.keys(is)])]
      .filter((name) => was[name] !== is[name])
      .map(
        (name) => `${server}, "${name}": ${is[name] ?? "did not run"}; it was: ${was[name] ?? "not there"}`,
      );
  });
}

/** The outcomes as they were committed. @returns {AllOutcomes} */
const known = () => (existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : {});

/** Writes the outcomes of all servers down. @param {string} file @param {import("../servers.mjs").Account[]} accounts */
export function writeOutcomes(file, accounts) {
  const [before, now] = [known(), read(file, accounts)];
  writeFileSync(kept, text(now));
  writeFileSync(shown, page(now));
  const changed = differences(before, now);
  for (const line of changed) process.stdout.write(`${line}\n`);
  const says = changed.length > 0 ? "has changed: commit it" : "is as it was";
  process.stdout.write(`docs/caldav-servers.md ${says}.\n`);
}

/**
 * Throws unless the outcomes of some servers are those that were written down.
 * @param {string} file @param {import("../servers.mjs").Account[]} accounts
 */
export function checkOutcomes(file, accounts) {
  const before = known();
  const changed = differences(before, read(file, accounts));
  if (readFileSync(shown, "utf8") !== page(before)) {
    changed.push("docs/caldav-servers.md does not show tests/caldav/outcomes.json");
  }
  if (changed.length > 0) {
    const advice = "If that is right, npm run test:servers writes it down.";
    throw new Error(`${changed.join("\n")}\n${advice}`);
  }
}
