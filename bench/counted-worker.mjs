// The Worker as it was built, which counts what it asks of D1: `/health/asked` tells since the last time it was told.
import Worker from "./index.js";

let asked = { queries: 0, batches: 0, statements: 0 };
/** @type {WeakMap<object, any>} what D1 wants to have back */
const originals = new WeakMap();

/** @param {any} of @param {Record<string, (...args: any[]) => any>} methods */
function around(of, methods) {
  const proxy = new Proxy(of, {
    get: (target, name) => {
      if (Object.hasOwn(methods, name)) return methods[String(name)];
      const value = target[name];
      return typeof value === "function" && name !== "constructor" ? value.bind(target) : value;
    },
  });
  originals.set(proxy, of);
  return proxy;
}

/** @param {any} of @returns {any} */
function statement(of) {
  const counted =
    (/** @type {string} */ name) =>
    (/** @type {any[]} */ ...args) => {
      asked.queries += 1;
      asked.statements += 1;
      return of[name](...args);
    };
  const bind = (/** @type {any[]} */ ...values) => statement(of.bind(...values));
  const carriedOut = Object.fromEntries(["all", "first", "run", "raw"].map((name) => [name, counted(name)]));
  return around(of, { bind, ...carriedOut });
}

/** @param {any} of */
const database = (of) =>
  around(of, {
    prepare: (sql) => statement(of.prepare(sql)),
    batch: (statements) => {
      asked.batches += 1;
      asked.statements += statements.length;
      return of.batch(statements.map((/** @type {object} */ one) => originals.get(one) ?? one));
    },
  });

export default class extends Worker {
  constructor(/** @type {any} */ context, /** @type {any} */ env) {
    super(context, { ...env, DB: database(env.DB) });
  }

  async fetch(/** @type {Request} */ request) {
    if (!request.url.endsWith("/health/asked")) return super.fetch(request);
    const told = Response.json(asked);
    asked = { queries: 0, batches: 0, statements: 0 };
    return told;
  }
}
