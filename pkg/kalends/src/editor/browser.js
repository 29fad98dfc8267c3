// The editor's entry for browsers.
import * as core from "../../wasm/editor/kalends.js";
import { setEditor } from "../core.js";
import { once } from "../loading.js";

export * from "./surface.js";

export const init = once(async (source) => {
  await core.default({
    module_or_path: source ?? new URL("../../wasm/editor/kalends_bg.wasm", import.meta.url),
  });
  setEditor(core);
});
