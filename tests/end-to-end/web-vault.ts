// The vault once more, in Web Crypto and from docs/security.md alone: what two have written apart agrees, or one errs.
import { webcrypto } from "node:crypto";

const { subtle } = webcrypto;
const encoder = new TextEncoder();

export interface Scope {
  tenant: string;
  connection: string;
}
export interface Sealed {
  wrappedKey: string;
  encryptedUsername: string;
  encryptedPassword: string;
}
/** Fills bytes at random. */
type Random = (bytes: Uint8Array) => unknown;

const field = { wrappedKey: "data_key", encryptedUsername: "username", encryptedPassword: "password" };

/** A master key from its setting. */
async function masterKey(setting: string): Promise<Buffer> {
  const [, encoding, text] = /^(base64|hex):(.*)$/.exec(setting) ?? [];
  if (text !== undefined) return Buffer.from(text, encoding as BufferEncoding);
  const key = await subtle.importKey("raw", encoder.encode(setting), "HKDF", false, ["deriveBits"]);
  const info = encoder.encode("kalends master key v1");
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return Buffer.from(await subtle.deriveBits(how, key, 256));
}

/** The first four bytes of a hash of a key. */
async function idOf(label: string, key: Uint8Array): Promise<Buffer> {
  const hash = await subtle.digest("SHA-256", Buffer.concat([encoder.encode(label), key]));
  return Buffer.from(hash).subarray(0, 4);
}
const masterId = (key: Uint8Array) => idOf("kalends key id", key);
const dataId = (key: Uint8Array) => idOf("kalends data key id", key);

function boundTo({ tenant, connection }: Scope, name: string, id: Buffer): Buffer {
  const parts = [tenant, connection, name].map((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  });
  return Buffer.concat([Buffer.of(1), ...parts, id]);
}

const imported = (key: Uint8Array, use: "encrypt" | "decrypt") =>
  subtle.importKey("raw", key, "AES-GCM", false, [use]);

async function seal(key: Uint8Array, id: Buffer, plain: Uint8Array, bound: Buffer, random: Random) {
  const iv = new Uint8Array(12);
  random(iv);
  const how = { name: "AES-GCM", iv, additionalData: bound };
  const text = Buffer.from(await subtle.encrypt(how, await imported(key, "encrypt"), plain));
  return Buffer.concat([Buffer.of(1), id, iv, text]).toString("base64url");
}

async function open(key: Uint8Array, id: Buffer, record: string, bound: Buffer): Promise<Buffer> {
  const bytes = Buffer.from(record, "base64url");
  if (bytes[0] !== 1 || !bytes.subarray(1, 5).equals(id)) throw new Error("sealed with another key");
  const how = { name: "AES-GCM", iv: bytes.subarray(5, 17), additionalData: bound };
  return Buffer.from(await subtle.decrypt(how, await imported(key, "decrypt"), bytes.subarray(17)));
}

/** Credentials as the vault seals them, from the same random bytes. */
export async function sealed(
  setting: string,
  scope: Scope,
  credentials: { username: string; password: string },
  random: Random = (bytes) => webcrypto.getRandomValues(bytes),
): Promise<Sealed> {
  const master = await masterKey(setting);
  const [ofMaster, key] = [await masterId(master), new Uint8Array(32)];
  random(key);
  const id = await dataId(key);
  const part = (name: "encryptedUsername" | "encryptedPassword", text: string) =>
    seal(key, id, encoder.encode(text), boundTo(scope, field[name], id), random);
  return {
    wrappedKey: await seal(master, ofMaster, key, boundTo(scope, field.wrappedKey, ofMaster), random),
    encryptedUsername: await part("encryptedUsername", credentials.username),
    encryptedPassword: await part("encryptedPassword", credentials.password),
  };
}

/** What the vault has sealed; throws where that key, that row or that record is not the right one. */
export async function opened(setting: string, scope: Scope, record: Sealed) {
  const master = await masterKey(setting);
  const ofMaster = await masterId(master);
  const key = await open(master, ofMaster, record.wrappedKey, boundTo(scope, field.wrappedKey, ofMaster));
  const id = await dataId(key);
  const part = async (name: "encryptedUsername" | "encryptedPassword") =>
    (await open(key, id, record[name], boundTo(scope, field[name], id))).toString();
  return { username: await part("encryptedUsername"), password: await part("encryptedPassword") };
}
