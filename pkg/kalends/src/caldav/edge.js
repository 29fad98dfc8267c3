// CalDAV's entry for edge runtimes: see ../edge.js.
import * as core from "../../wasm/caldav/kalends.js";
import module from "../../wasm/caldav/kalends_bg.wasm?module";
import { setCaldav } from "../core.js";

export * from "./surface.js";

core.initSync({ module });
setCaldav(core);

/** @type {typeof import("../../caldav.js").init} */
export async function init() {}
