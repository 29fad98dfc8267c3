// The entry for browsers.
import * as core from "../wasm/calendar/kalends.js";
import { setCore } from "./core.js";
import { once } from "./loading.js";

export * from "./surface.js";

export const init = once(async (source) => {
  await core.default({
    module_or_path: source ?? new URL("../wasm/calendar/kalends_bg.wasm", import.meta.url),
  });
  setCore(core);
});
