// `npm run sabotage`: breaks each rule of the design and writes down, in docs/reliability.md, what noticed it.
import { writeSabotage } from "./simulation/sabotage.mjs";

writeSabotage();
