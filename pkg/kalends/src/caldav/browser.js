// CalDAV's entry for browsers.
import * as core from "../../wasm/caldav/kalends.js";
import { setCaldav } from "../core.js";
import { once } from "../loading.js";

export * from "./surface.js";

export const init = once(async (source) => {
  await core.default({
    module_or_path: source ?? new URL("../../wasm/caldav/kalends_bg.wasm", import.meta.url),
  });
  setCaldav(core);
});
