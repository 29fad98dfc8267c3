// The editor's entry for edge runtimes: see ../edge.js.
import * as core from "../../wasm/editor/kalends.js";
import module from "../../wasm/editor/kalends_bg.wasm?module";
import { setEditor } from "../core.js";

export * from "./surface.js";

core.initSync({ module });
setEditor(core);

/** @type {typeof import("../../editor.js").init} */
export async function init() {}
