export * from "../../caldav.js";
