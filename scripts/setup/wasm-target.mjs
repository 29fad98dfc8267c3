// A Rust that compiles to wasm32-unknown-unknown. rustup brings it where it can download; where it cannot, Debian's
// Rust for the web does, whose standard library is compiled for wasm here, once.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cache } from "../places.mjs";
import { install, refresh, runAsRoot, which } from "./debian.mjs";
import { isAtLeast, oldestRust, versionIn } from "./rust-version.mjs";
import { CannotInstall } from "./step.mjs";

const target = "wasm32-unknown-unknown";
const record = join(cache, "wasm-toolchain.json");
const linked = "kalends-wasm";

/** @typedef {{ toolchain: string, libraries: string, compiler?: number }} Recorded */

/** @returns {Recorded | undefined} */
function recorded() {
  try {
    return JSON.parse(readFileSync(record, "utf8"));
  } catch {
    return undefined;
  }
}

/** What cargo needs in its environment to compile to wasm. @returns {Record<string, string>} */
export function wasmEnvironment() {
  const toolchain = recorded()?.toolchain;
  return toolchain ? { RUSTUP_TOOLCHAIN: toolchain } : {};
}

/** @param {Recorded} found */
function remember(found) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(record, `${JSON.stringify(found, null, 2)}\n`);
}

/** Debian's compiler may be replaced by a newer one, which wants the library compiled anew. */
const compilerStamp = () => statSync("/usr/bin/rustc", { throwIfNoEntry: false })?.mtimeMs;

/** @param {import("./step.mjs").Run} run @param {string} rustc */
async function librariesOf(run, rustc) {
  return (await run(rustc, ["--print", "target-libdir", "--target", target])).trim();
}

/** The toolchain that is in use already, with rustup's target added to it if need be. @param {import("./step.mjs").Run} run */
async function fromRustup(run) {
  const version = versionIn(await run("rustc", ["--version"]));
  if (!isAtLeast(version, oldestRust())) return false;
  const libraries = await librariesOf(run, "rustc");
  if (!existsSync(libraries)) {
    if (!which("rustup")) return false;
    try {
      await run("rustup", ["target", "add", target], { timeout: 120_000 });
    } catch {
      return false;
    }
  }
  const active = which("rustup") ? await run("rustup", ["show", "active-toolchain"]) : "";
  remember({ toolchain: active.split(" ")[0]?.trim() ?? "", libraries });
  return existsSync(libraries);
}

/** @param {import("./step.mjs").Run} run @param {string} name */
async function offered(run, name) {
  const policy = await run("apt-cache", ["policy", name]);
  return versionIn(/Candidate: (.*)/.exec(policy)?.[1] ?? "");
}

/** @param {import("./step.mjs").Run} run */
async function fromDebian(run) {
  if (!which("apt-cache")) {
    throw new CannotInstall(
      `rustup could not add ${target}: run "rustup target add ${target}" and see what it says`,
    );
  }
  if (!isAtLeast(await offered(run, "rustc-web"), oldestRust())) await refresh(run);
  if (!isAtLeast(await offered(run, "rustc-web"), oldestRust())) {
    throw new CannotInstall(
      `neither rustup nor Debian's rustc-web offers Rust ${oldestRust()} with ${target}`,
    );
  }
  await install(run, ["rustc-web", "cargo-web", "rust-web-src"]);
  const about = await run("/usr/bin/rustc", ["-vV"]);
  const llvm = /LLVM version: (\d+)/.exec(about)?.[1];
  const host = /host: (\S+)/.exec(about)?.[1];
  await install(run, [`lld-${llvm}`]);
  const libraries = await librariesOf(run, "/usr/bin/rustc");
  await compileLibrary(run, libraries);
  const linker = `/usr/lib/rustlib/${host}/bin/rust-lld`;
  await runAsRoot(run, "mkdir", ["-p", dirname(linker)]);
  await runAsRoot(run, "ln", ["-sf", `/usr/bin/lld-${llvm}`, linker]);
  if (which("rustup")) await run("rustup", ["toolchain", "link", linked, "/usr"]);
  remember({ toolchain: which("rustup") ? linked : "", libraries, compiler: compilerStamp() });
}

/** Debian ships the standard library's source; its wasm build is made from that. @param {import("./step.mjs").Run} run @param {string} libraries */
async function compileLibrary(run, libraries) {
  const files = (await run("dpkg", ["-L", "rust-web-src"])).split("\n");
  const manifest = files.find((file) => file.endsWith("/library/sysroot/Cargo.toml"));
  if (!manifest) throw new Error("rust-web-src holds no library/sysroot");
  const scratch = join(tmpdir(), `kalends-wasm-library-${process.pid}`);
  const flags = ["-p", "sysroot", "--target", target, "--target-dir", scratch];
  await run("/usr/bin/cargo", ["build", "--release", "--locked", ...flags], {
    cwd: dirname(dirname(manifest)),
    env: {
      ...process.env,
      RUSTC: "/usr/bin/rustc",
      RUSTC_BOOTSTRAP: "1",
      RUSTFLAGS: "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes",
    },
  });
  await runAsRoot(run, "mkdir", ["-p", libraries]);
  await runAsRoot(run, "sh", [
    "-c",
    `rm -f "${libraries}"/*.rlib && cp "${scratch}/${target}"/release/deps/*.rlib "${libraries}"`,
  ]);
  await runAsRoot(run, "rm", ["-rf", scratch]);
}

/** @type {import("./step.mjs").Step} */
export const wasmTarget = {
  name: "wasm-target",
  title: "Rust's standard library for WebAssembly",
  takes: "ten seconds with rustup, about two minutes from Debian's packages",
  advice: `Try "rustup target add ${target}" by hand and see what it says.`,
  done: () => {
    const known = recorded();
    if (known === undefined || !existsSync(known.libraries)) return false;
    return known.compiler === undefined || known.compiler === compilerStamp();
  },
  work: async (run) => {
    if (!which("cargo"))
      throw new CannotInstall("Rust is not installed: get it from https://rustup.rs, then try again");
    if (!(await fromRustup(run))) await fromDebian(run);
  },
};
